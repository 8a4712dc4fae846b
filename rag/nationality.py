"""Whose citizens they are: "were they American citizens?" is answered by "two Russian citizens"."""

from __future__ import annotations

import re

from rag.lexicon import phrases
from rag.overlap import has_any

# Behind what is asked a question may only have a tag: "… itu orang Rusia sendiri ya?"
_AT_END = r"(?: sendiri)?(?:,? (?:ya|kah|bukan|kan|or not|atau (?:bukan|tidak)))*\W*\Z"
_FOREIGNERS = re.compile(
    rf"\b(?:(?:warga|orang)(?: negara)? asing|foreigners?|foreign (?:citizens?|nationals?)){_AT_END}", re.IGNORECASE
)


def asks_nationality(question: str) -> bool:
    """Whether a question ends in whose citizens they are to be."""
    return _FOREIGNERS.search(question) is not None or len(_peoples(question, _AT_END)) == 1


def is_of_nationality(question: str, sentence: str, title: str) -> bool | None:
    """Whether those of whom a sentence tells are citizens of what a question ends in; None if one of them says nothing.

    Foreigners are citizens of another country than the one that the article's title names.
    """
    told = _peoples(sentence)
    if len(told) != 1:
        return None
    theirs = told.pop()
    if _FOREIGNERS.search(question):
        return False if has_any(title, theirs) else None
    asked = _peoples(question, _AT_END)
    return bool(asked.pop() & theirs) if len(asked) == 1 else None


def _peoples(text: str, behind: str = "") -> set[frozenset[str]]:
    """The countries whose citizens a text names, each with its forms: "warga Rusia", "Russian citizens", "Russians"."""
    found = set()
    for kind, matched, forms in phrases(text):
        own = re.escape(matched)
        people = rf"(?:\b(?:warga(?: negara)?|orang) {own}|\b{own} (?:citizens?|nationals?)|\b{own}(?<=ans)){behind}"
        if kind == "country" and re.search(people, text, re.IGNORECASE):
            found.add(forms)
    return found
