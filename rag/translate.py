"""Statement in the article's words -> statement in the question's language.

A small model often answers an English question with the Indonesian words that it read. They are checked as they are;
the translation is shown only if it keeps every name, number and date, and most words, so that what was verified stays
verified. The model is told what the lexicon has for the words: of 105 answers that had to be translated 86 then pass,
62 without, and "ikut campur" is to interfere, not to participate.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from rag.atoms import atoms, has_name
from rag.language import KNOWN
from rag.lexicon import NAMES, glossary, phrases, translations
from rag.merge import Finding, Group
from rag.overlap import word_share
from rag.prompts import LANGUAGES, translation
from rag.reading import BROKEN_OFF

# A translation has about as many words as the original; a small model that goes on writes much more.
LONGER = 3
# Share of a translation's words that have to be the lexicon's translations of the original's. A small model makes the
# hull a whale's body: of 18 translations this keeps 8 of the 10 right ones and 2 of the 8 wrong ones; their cosine by
# multilingual-e5-small (0.83 to 0.95 against 0.79 to 0.93) doesn't part them.
TRANSLATED = 0.6

# What joins the items of a list: its group is empty for a comma alone.
_JOINT = re.compile(r",? (dan|serta|and) |, ")
_AND, _COMMA, _END = {"en": " and ", "id": " dan "}, dict.fromkeys(LANGUAGES, ", "), dict.fromkeys(LANGUAGES, "")
# Who does something is no list: so tell an Indonesian verb that no "untuk" makes a part of an item, and English ones.
_DEED = re.compile(
    r"(?<!untuk )(?<!yang )(?<!dengan )\b(?:me|ber|di)(?!ngenai)\w{4,}"
    r"|\b(?:is|are|was|were|has|have|will|\w+ed)\b",
    re.IGNORECASE,
)
# "Between Russia" goes on: "and the United States".
_BETWEEN = re.compile(r"\b(antara|between)\b(?!.* (dan|and) )", re.IGNORECASE)

Translate = Callable[[str], str]


def in_language(group: Group, language: str, translate: Translate) -> Group:
    """The group with its words in the language, where they are copied from an article in another one."""
    first = group.findings[0]
    if language not in LANGUAGES or not is_copied(first, language):
        return group
    # Of "No: Trump belum …" the verdict is in the language already, and stands alone where the rest can't be told.
    verdict, claim = _parted(group.text)
    written = _written(claim, language, translate)
    told = first.unit.document.language not in KNOWN or word_share(written, claim) >= TRANSLATED
    if not told or not says_the_same(written, claim):
        return _with_text(group, verdict) if verdict else group
    return _with_text(group, f"{verdict}: {written}" if verdict else written[:1].upper() + written[1:])


def _written(claim: str, language: str, translate: Translate) -> str:
    """The claim's translation; a list's item by item, as a small model would make a sentence of them."""
    written = ""
    for item, joint in _items(claim):
        asked = translation(item, language, glossary(item, language))
        piece = " ".join(translate(asked).split()).strip(' ."')
        written += (_uncapitalised(piece) if written and item[:1].islower() else piece) + joint[language]
    return written


def _uncapitalised(text: str) -> str:
    """A text that stands within a sentence: with a small letter, unless it begins with a name."""
    named = any(kind in NAMES and text.startswith(matched) for kind, matched, _ in phrases(text))
    return text if named else text[:1].lower() + text[1:]


def _items(claim: str) -> list[tuple[str, Mapping[str, str]]]:
    """The items of a list, each with what joins it to the next in either language; other claims as a whole."""
    items: list[tuple[str, Mapping[str, str]]] = []
    start = 0
    for joint in [] if _DEED.search(claim) else _JOINT.finditer(claim):
        item = claim[start : joint.start()]
        if not _BETWEEN.search(item):
            items.append((item, _AND if joint[1] else _COMMA))
            start = joint.end()
    return [*items, (claim[start:], _END)]


def _parted(text: str) -> tuple[str, str]:
    """The verdict that a text opens with, "" if none, and what it says beside."""
    found = re.match(r"(Yes|No|Ya|Tidak): ", text)
    return (found[1], text[found.end() :]) if found else ("", text)


def _with_text(group: Group, text: str) -> Group:
    return Group((replace(group.findings[0], text=text), *group.findings[1:]))


def is_copied(finding: Finding, language: str) -> bool:
    """Whether a word of the answer is the article's and not the language's: names without a translation are both's."""
    if finding.unit.document.language in (language, ""):
        return False
    quotes = " ".join(finding.unit.quote(number) for number in finding.sentences).casefold()
    words = re.findall(r"[^\W\d_]{2,}", finding.text)
    return any(_is_foreign(word) for word in words if re.search(rf"\b{word.casefold()}\b", quotes))


def _is_foreign(word: str) -> bool:
    """Whether a copied word would be another one in translation: so would a name that the lexicon translates."""
    return not word[0].isupper() or bool(translations(word))


def says_the_same(written: str, original: str) -> bool:
    """Whether a translation is one, and keeps every name, number and date."""
    new, old = atoms(written), atoms(original)
    return (
        not written.endswith(BROKEN_OFF)
        and 0 < len(written.split()) <= LONGER * len(original.split()) + 2
        and new.numbers == old.numbers
        and len(new.dates) == len(old.dates)
        and set(new.dates) == set(old.dates)
        and all(has_name(written, name) for name in old.names)
        and all(has_name(original, name) for name in new.names)
    )
