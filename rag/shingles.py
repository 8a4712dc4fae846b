"""Text -> its shingles (runs of words), by which copies of a text are known however they were cut or touched up."""

from __future__ import annotations

import re
from functools import lru_cache
from zlib import crc32

from rag.atoms import has_name, names, undated_numbers
from rag.masthead import without_dateline
from rag.sentences import split_sentences

# Words of a shingle. Two independent reports share longer runs only where they quote.
_WORDS = 4
# Of so many shingles in a row at least one is a fingerprint: a common run of 11 words is never missed.
_WINDOW = 8
# Share of a text's shingles that a copy has. Measured on the five articles of one affair: at most 0.17; a wire
# copy with a word in ten changed has 0.65.
COPIED = 0.6


@lru_cache(maxsize=512)
def shingles(text: str) -> frozenset[int]:
    """Hashes of all runs of four words, in any case of letters; of a shorter text, its own."""
    return frozenset(_hashes(text))


def fingerprints(text: str) -> frozenset[int]:
    """Some of the shingles, picked by winnowing (Schleimer, Wilkerson, Aiken 2003): about two in nine.

    What is picked depends on the words around only, so that two texts with a run in common pick the same from it.
    """
    hashes = _hashes(text)
    return frozenset(min(hashes[at : at + _WINDOW]) for at in range(max(1, len(hashes) - _WINDOW + 1)))


def share(text: str, other: frozenset[int]) -> float:
    """Share of a text's shingles among others, 0 to 1."""
    own = shingles(text)
    return len(own & other) / len(own)


def says_the_same(text: str, whole: str, publisher: str = "") -> bool:
    """Whether an article has every number and name of a text.

    A copy in which twelve dead are thirteen, or the CIA is the FBI, is an account of its own: that they disagree
    must be seen. The text's own publisher may be missing: papers put their names into what they copy.
    """
    body = without_dateline(text)
    if undated_numbers(body) - undated_numbers(whole):
        return False
    # By sentences: the first word of each has its capital for that alone.
    named = {name for each in split_sentences(body) for name in names(body[each.start : each.end])}
    return all(has_name(whole, name) or has_name(publisher, name) for name in named)


def _hashes(text: str) -> list[int]:
    words = [word.encode() for word in re.findall(r"\w+", text.casefold())]
    runs = zip(*(words[at:] for at in range(_WORDS)), strict=False)
    return [crc32(b" ".join(run)) for run in runs] or [crc32(b" ".join(words))]
