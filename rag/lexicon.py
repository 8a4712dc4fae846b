"""Which English and Indonesian expressions say the same: names, verbs, nouns and adjectives of news.

Give every function the text as written, not lower-cased: "US" is a country and "us" is not, "May" a month and "may"
is not, "AS" the Indonesian abbreviation and "as" is not. Forms come back as `lexicon.tsv` spells them, those that
count only in capitals with their capitals, so whoever looks for them in a text can hold to the same rule.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from pathlib import Path
from typing import Literal

import snowballstemmer

Language = Literal["en", "id", ""]  # "" where it is not known, or both may be meant
Tokens = tuple[str, ...]
Phrase = tuple[str, str, frozenset[str]]  # its kind, the text matched, all forms in both languages

_FILE = Path(__file__).with_name("lexicon.tsv")
_KINDS = ("name", "verb", "noun", "adj")  # of an expression that several lines hold, the first counts
_WORD = re.compile(r"(?!(?<=['’])s\b)\w+")  # the s of "Russia's" is none
_GAP = re.compile(r"[ \t\xa0]*[-–'’/&]?\s?")  # between the words of one expression; no comma, no full stop
_GAP_BEHIND_ABBREVIATION = re.compile(r"\.?" + _GAP.pattern)
_ABBREVIATION_LETTERS = 3  # "St." and "U." may stand within a name, "house." ends a sentence
_CLITICS = re.compile(r"(?<=\w{3})(?:(?:nya|ku|mu)(?:lah|kah|pun)?|lah|kah|pun)$")
_STEM_LETTERS = 4  # a shorter stem is mostly cut too far ("perairan" -> "air")
_ALGORITHMS = {"en": "english", "id": "indonesian"}


@dataclass(frozen=True, slots=True)
class Concept:
    """One line of the lexicon; the first English form is its head."""

    kind: str
    english: tuple[str, ...]
    indonesian: tuple[str, ...]

    @property
    def forms(self) -> frozenset[str]:
        return frozenset(self.english + self.indonesian)


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The lines, found by the words of a form and its language.

    Attributes:
        concepts: by language and words, case-folded but for forms in capitals; "" holds both languages.
        longest: how many words the longest form has that begins with this one.
        heads: the concepts by their heads.
        opposites: the heads that contradict a head.
    """

    concepts: dict[Language, dict[Tokens, list[Concept]]]
    longest: dict[str, int]
    heads: dict[str, list[Concept]]
    opposites: dict[str, list[str]]

    def add(self, concept: Concept) -> None:
        self.heads[concept.english[0]].append(concept)
        for form in concept.english:
            self._add(concept, form, "en")
        for form in concept.indonesian:
            self._add(concept, form, "id")

    def _add(self, concept: Concept, form: str, language: Language) -> None:
        spellings = (form,) if form.islower() else (form, form.upper())  # "May", and "MAY" in a headline
        for words in dict.fromkeys(map(_tokens, spellings)):
            first = words[0].casefold()
            self.longest[first] = max(self.longest[first], len(words))
            for key in (language, _BOTH):
                if concept not in self.concepts[key][words]:
                    self.concepts[key][words].append(concept)


def translations(word: str, language: Language = "") -> frozenset[str]:
    """Return every form of the concepts that the word or expression stands for, but itself.

    Args:
        word: in either language, inflected or not, with its capitals.
        language: of the word, where known: "main" is Indonesian for "play", "ban" for "tyre".
    """
    forms = _forms(_find(_tokens(word), language))
    return frozenset(form for form in forms if form.casefold() != word.casefold())


def phrases(text: str, language: Language = "") -> tuple[Phrase, ...]:
    """Return the expressions of the lexicon in the text in their order, none overlapping, longest match first.

    Where one stands for several concepts ("found"), it comes once, with the forms of all of them.
    """
    words = list(_WORD.finditer(text))
    found: list[Phrase] = []
    start = 0
    while start < len(words):
        length, concepts = _longest_at(words, start, language)
        if concepts:
            matched = text[words[start].start() : words[start + length - 1].end()]
            found.append((min((c.kind for c in concepts), key=_KINDS.index), matched, _forms(concepts)))
        start += length
    return tuple(found)


def same(a: str, b: str) -> bool:
    """Whether the two expressions share a concept, or are one but for capitals."""
    if a.casefold() == b.casefold():
        return True
    return not set(_find(_tokens(a), "")).isdisjoint(_find(_tokens(b), ""))


def opposites(word: str, language: Language = "") -> frozenset[str]:
    """Return all forms, in both languages, of what contradicts the word ("arrested": "release", "bebaskan" …)."""
    concepts = _find(_tokens(word), language)
    lexicon = _lexicon()
    heads = (head for concept in concepts for head in lexicon.opposites.get(concept.english[0], ()))
    return _forms(concept for head in heads for concept in lexicon.heads[head]) - _forms(concepts)


@lru_cache(maxsize=20_000)  # the different words of some hundred articles
def stem(word: str, language: Language) -> str:
    """Return Snowball's stem; the Indonesian one is cut too far for many verbs ("menahan": "ahan")."""
    if not language:
        return word.casefold()
    # A stemmer of its own for each call: they keep the word in themselves, and threads would mix theirs up.
    return str(snowballstemmer.stemmer(_ALGORITHMS[language]).stemWord(word.casefold()))


def _forms(concepts: Iterable[Concept]) -> frozenset[str]:
    return frozenset(form for concept in concepts for form in concept.forms)


def _tokens(text: str) -> Tokens:
    return tuple(_WORD.findall(text))


def _longest_at(words: list[re.Match[str]], start: int, language: Language) -> tuple[int, tuple[Concept, ...]]:
    """Return how many words the longest expression has that begins here, and its concepts; (1, ()) if none."""
    longest = _lexicon().longest
    most = max(longest.get(form, 1) for form in _uninflected(words[start][0], language))
    end = start + 1
    while end < min(len(words), start + most) and _joined(words[end - 1], words[end]):
        end += 1
    for length in range(end - start, 0, -1):
        concepts = _find(tuple(word[0] for word in words[start : start + length]), language)
        if concepts:
            return length, concepts
    return 1, ()


def _joined(left: re.Match[str], right: re.Match[str]) -> bool:
    gap = _GAP_BEHIND_ABBREVIATION if len(left[0]) <= _ABBREVIATION_LETTERS else _GAP
    return bool(gap.fullmatch(left.string, left.end(), right.start()))


@lru_cache(maxsize=20_000)  # as above
def _find(words: Tokens, language: Language) -> tuple[Concept, ...]:
    """Return the concepts of an expression: as written, else with its first and last word uninflected."""
    index = _lexicon().concepts[language]
    folded = tuple(word.casefold() for word in words)
    found = (*index.get(words, ()), *index.get(folded, ())) if words != folded else index.get(words, ())
    if found or not words:
        return found
    if len(words) == 1:
        candidates: Iterable[Tokens] = ((form,) for form in _uninflected(folded[0], language))
    else:
        ends = product(_uninflected(folded[0], language), _uninflected(folded[-1], language))
        candidates = ((first, *folded[1:-1], last) for first, last in ends)
    return next((index[key] for key in candidates if key in index), ())


@lru_cache(maxsize=20_000)  # as above
def _uninflected(word: str, language: Language) -> tuple[str, ...]:
    """Return the word and what it may be inflected from, likeliest first; most of them are no words."""
    word = word.casefold()
    forms = [word]
    if language != "id":
        forms += _english_lemmas(word)
    if language != "en":
        bare = _CLITICS.sub("", word)
        forms += (form for form in (bare, stem(bare, "id")) if len(form) >= _STEM_LETTERS or form == bare)
    return tuple(dict.fromkeys(forms))


def _english_lemmas(word: str) -> Iterator[str]:
    """Yield what a plural, past or -ing form may come from: not stems, which would need the lexicon's stems too."""
    for ending, replacements in _ENDINGS.items():
        if word.endswith(ending) and len(word) >= len(ending) + 2:
            bare = word.removesuffix(ending)
            yield from (bare + replacement for replacement in replacements)
            if ending in ("ed", "ing") and bare[-1] == bare[-2]:
                yield bare[:-1]


@cache
def _lexicon() -> _Lexicon:
    lexicon = _Lexicon()
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        kind, english, indonesian = line.split("\t")
        if kind == "opposite":
            lexicon.opposites[english].append(indonesian)
            lexicon.opposites[indonesian].append(english)
        else:
            lexicon.add(Concept(kind, tuple(english.split("|")), tuple(indonesian.split("|"))))
    return lexicon
