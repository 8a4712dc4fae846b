"""A question in small letters -> with its names capitalised, as the articles write them ("truecasing").

Who types "when did putin thank trump" names two people all the same, and what isn't seen as a name is neither looked
for in the articles nor missed there. Two things tell a name (after Lita et al. 2003, "tRuEcasIng"): how the passages
that were found write the word; and for what none of them has, how the texts did from which the embedder learnt its
vocabulary: its 250,000 pieces are cased, and "Obama" is one of them where "obama" is not. Of 1,406 questions of public
sets, put in small letters, 30 got a false capital by the vocabulary alone; it finds a third of the capitals.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from rag.e5_weights import bundled_weights
from rag.language import is_small_word
from rag.lexicon import phrases

_WORD = re.compile(r"[^\W\d_]{3,}")
# A capital that does not begin a sentence.
_CAPITAL = re.compile(r"\w[ ,]+[\"“'‘(]?[A-Z]")
_INSIDE = re.compile(r"(?<=[\w,;:)\"”] )[\"“'‘(]?([^\W\d_]{3,})")
# Kinds of expressions in the lexicon.
_PLACES, _NO_NAMES = ("country", "city"), ("verb", "noun", "adj")


def truecase(question: str, texts: Iterable[str]) -> str:
    """The question with capitals where its names have them; one that has a capital of its own is left as it is.

    Args:
        question: as typed.
        texts: passages that were found for it.
    """
    if _CAPITAL.search(question):
        return question
    written = _written(texts)
    known = {word: kind for kind, matched, _ in phrases(question) for word in matched.split()}

    def cased(match: re.Match[str]) -> str:
        word = match.group()
        if is_small_word(word) or known.get(word) in _NO_NAMES or not word.islower():
            return word
        return word.capitalize() if known.get(word) in _PLACES else _as_written(word, written)

    return _WORD.sub(cased, question)


def _written(texts: Iterable[str]) -> Mapping[str, Counter[str]]:
    """How each word is written that doesn't begin a sentence."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for match in _INSIDE.finditer(text):
            found[match[1].casefold()][match[1]] += 1
    return found


def _as_written(word: str, written: Mapping[str, Counter[str]]) -> str:
    """As the texts write it, where they never write it small; else as the vocabulary has it."""
    if word in written:
        return word if word in written[word] else written[word].most_common(1)[0][0]
    pieces = bundled_weights().pieces
    if f"▁{word}".encode() in pieces:
        return word
    return next((form for form in (word.capitalize(), word.upper()) if f"▁{form}".encode() in pieces), word)
