"""How much two texts say with the same words, across English and Indonesian."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.dates import find_dates
from rag.language import is_small_word, unaccented
from rag.lexicon import phrases, translations


def word_share(words: str, text: str) -> float:
    """Share of the content words that stand in the text, as they are or translated; 0 if there are none to look for."""
    wanted = content(words)
    plain = unaccented(text)
    return sum(_any_of(forms).search(plain) is not None for forms in wanted) / len(wanted) if wanted else 0.0


def content(text: str) -> list[frozenset[str]]:
    """The content words of a text but for its dates, which are compared as dates; each with its other forms."""
    for expression in reversed(find_dates(text)):
        text = text[: expression.start] + text[expression.end :]
    # "IS" and "AS" are names, "is" and "as" small words.
    found = [
        phrase
        for phrase in phrases(text)
        if not is_small_word(phrase[1]) or (phrase[1].isupper() and phrase[1] in phrase[2])
    ]
    covered = {word for _, matched, _ in found for word in matched.casefold().split()}
    words = re.findall(r"[^\W\d_][\w-]+", re.sub(r"['’]s\b", "", text))
    rest = [
        frozenset({word.casefold()}) | translations(word)
        for word in words
        if word.casefold() not in covered and not is_small_word(word)
    ]
    return [forms for _, _, forms in found] + rest


def has_any(text: str, forms: frozenset[str]) -> bool:
    """Whether any of the forms stands in the text; long ones may end differently."""
    return _any_of(forms).search(unaccented(text)) is not None


@lru_cache(maxsize=4096)
def _any_of(forms: frozenset[str]) -> re.Pattern[str]:
    """A pattern for unaccented text. What counts only in capitals ("AS", "May") is looked for as it is, and whole."""
    plain = [unaccented(form) for form in forms if form == form.casefold()]
    ways = "|".join(re.escape(form[:-1] if len(form) > 6 else form) for form in plain)
    capital = "|".join(_in_capitals(form) for form in forms if form != form.casefold())
    both = [rf"\b(?i:{ways})" if ways else "", rf"(?<!\w)(?:{capital})(?!\w)" if capital else ""]
    return re.compile("|".join(filter(None, both)) or r"(?!)")


def _in_capitals(form: str) -> str:
    """A pattern of what has capitals, or of all of it in them: the lexicon has "DKI jakarta" for "DKI Jakarta"."""
    words = (f"(?i:{re.escape(word)})" if word.islower() else re.escape(word) for word in form.split(" "))
    return f"{' '.join(words)}|{re.escape(form.upper())}"
