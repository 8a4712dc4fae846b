"""A question with names in small letters -> with its names capitalised, as the articles write them ("truecasing").

Who types "when did putin thank trump" names two people all the same, and what isn't seen as a name is neither looked
for in the articles nor missed there. Two things tell a name (after Lita et al. 2003, "tRuEcasIng"): how the passages
that were found write the word; and for what none of them has, how the texts did from which the embedder learnt its
vocabulary: its 250,000 pieces are cased, and "Obama" is one of them where "obama" is not. Of 1,406 questions of public
sets, put in small letters, 30 got a false capital by the vocabulary alone; it finds a third of the capitals.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping

from rag.e5_weights import bundled_weights
from rag.language import is_small_word
from rag.lexicon import phrases

_WORD = re.compile(r"[^\W\d_]{3,}")
# A capital that does not begin a sentence.
_CAPITAL = re.compile(r"\w[ ,]+[\"“'‘(]?[A-Z]")
_INSIDE = re.compile(r"(?<=[\w,;:)\"”] )[\"“'‘(]?([^\W\d_]{3,})")
# Kinds of expressions in the lexicon.
_PLACES, _NO_NAMES = ("country", "city"), ("title", "verb", "noun", "adj")


def truecase(question: str, texts: Iterable[str]) -> str:
    """The question with capitals where its names have them.

    Who capitalises all names that the texts have means "outlook" as it is typed; who leaves out one leaves out others.

    Args:
        question: as typed.
        texts: passages that were found for it.
    """
    written = _written(texts)
    read = _cased(question, lambda word: _as_written(word, written))
    if read == question and _CAPITAL.search(question):
        return question
    return _cased(read, lambda word: word if word in written else _as_learnt(word))


def _cased(question: str, cased: Callable[[str], str]) -> str:
    """The question, each word in small letters that may be a name as `cased` has it."""
    found = phrases(question)
    known = {word: kind for kind, matched, _ in found for word in matched.split()}
    # Of several words, as in "new year" or "middle east", none is meant by itself; "malam" of "malam tahun baru" is.
    together = [matched.split() for kind, matched, _ in found if kind == "name"]
    named = {word for words in together if len(words) > 1 and not any(map(is_small_word, words)) for word in words}

    def each(match: re.Match[str]) -> str:
        word = match.group()
        if is_small_word(word) or known.get(word) in _NO_NAMES or not word.islower():
            return word
        return word.capitalize() if known.get(word) in _PLACES or word in named else cased(word)

    return _WORD.sub(each, question)


def _written(texts: Iterable[str]) -> Mapping[str, Counter[str]]:
    """How each word is written that doesn't begin a sentence."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for match in _INSIDE.finditer(text):
            found[match[1].casefold()][match[1]] += 1
    return found


def _as_written(word: str, written: Mapping[str, Counter[str]]) -> str:
    """As the texts write it, where they never write it small."""
    forms = written.get(word)
    return forms.most_common(1)[0][0] if forms and word not in forms else word


def _as_learnt(word: str) -> str:
    """As the vocabulary has it."""
    pieces = bundled_weights().pieces
    forms = (form for form in (word, word.capitalize(), word.upper()) if f"▁{form}".encode() in pieces)
    return next(forms, word)
