"""Statement in the article's words -> statement in the question's language.

A small model often answers an English question with the Indonesian words that it read. They are checked as they are;
the translation is shown only if it keeps every name, number and date, and most words, so that what was verified stays
verified. The model is told what the lexicon has for the words: of 105 answers that had to be translated 81 then pass,
62 without, and "ikut campur" is to interfere, not to participate.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from rag.atoms import atoms, has_name
from rag.language import KNOWN
from rag.lexicon import glossary, translations
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

Translate = Callable[[str], str]


def in_language(group: Group, language: str, translate: Translate) -> Group:
    """The group with its words in the language, where they are copied from an article in another one."""
    first = group.findings[0]
    if language not in LANGUAGES or not is_copied(first, language):
        return group
    # Of "No: Trump belum …" the verdict is in the language already, and stands alone where the rest can't be told.
    verdict, claim = _parted(group.text)
    asked = translation(claim, language, glossary(claim, language))
    written = " ".join(translate(asked).split()).strip(' ."')
    told = first.unit.document.language not in KNOWN or word_share(written, claim) >= TRANSLATED
    if not told or not says_the_same(written, claim):
        return _with_text(group, verdict) if verdict else group
    return _with_text(group, f"{verdict}: {written}" if verdict else written[:1].upper() + written[1:])


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
