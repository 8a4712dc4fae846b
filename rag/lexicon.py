"""Which English and Indonesian expressions say the same: names, verbs, nouns and adjectives of news.

Give every function the text as written, not lower-cased: "US" is a country and "us" is not, "May" a month
and "may" is not, "AS" the Indonesian abbreviation and "as" is not. Forms come back as `lexicon.tsv` spells
them, those that count only in capitals with their capitals, so whoever looks for them in a text can hold to
the same rule.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import product
from pathlib import Path
from typing import Literal

from rag.language import is_small_word

Language = Literal["en", "id", ""]  # "" where it is not known
Tokens = tuple[str, ...]
Words = list[re.Match[str]]
Phrase = tuple[str, str, frozenset[str]]  # its kind, the text matched, all forms in both languages

_FILE = Path(__file__).with_name("lexicon.tsv")
_KINDS = ("country", "city", "name", "title", "verb", "noun", "adj")  # a match of several lines takes the first of them
NAMES = ("country", "city", "name")  # kinds that are written with capitals
# What a verb's line has beside the verb: "accuse|accusation", "try|tried|attempt|effort".
_ENGLISH_NOUN = re.compile(r"(tion|sion|ment|ence|ance|iry|age|ure|ort)\Z")
_NUMERAL = re.compile(r"[ivx]+")  # "world war ii"
_WORD = re.compile(r"(?!(?<=['’])s\b)\w+")  # the s of "Russia's" is none
_GAP = re.compile(r"[ \t\xa0]*[-–'’/&]?\s?")  # between the words of one expression: no comma, no full stop
_GAP_BEHIND_ABBREVIATION = re.compile(r"\.?" + _GAP.pattern)
_ABBREVIATION_LETTERS = 3  # "St." and "U." may stand within a name, "house." ends a sentence
_CLITICS = re.compile(r"(?<=\w{3})(?:(?:nya|ku|mu)(?:lah|kah|pun)?|lah|kah|pun)$")
_STEM_LETTERS = 4  # a shorter stem is mostly cut too far ("perairan": "air")
_LEMMA_LETTERS = 3  # "being" is no "bee", "is" no "i"; the short verbs are listed with their forms
_WORDS_KEPT = 20_000  # the different words of some hundred articles
# What everyday Indonesian makes of "-an", "-kan", "meng-", "meny-", "men-", "mem-" and "ter-".
_EVERYDAY = tuple(
    (re.compile(spoken), written)
    for spoken, written in (
        (r"e(?=(?:ng|[^aeiou])\Z)", "a"),
        (r"in\Z", "kan"),
        (r"in\Z", ""),
        (r"\Ang(?=[aeiou])", "meng"),
        (r"\Any", "meny"),
        (r"\An(?=[aeiou])", "men"),
        (r"\Am(?=[aeiou])", "mem"),
        (r"\Ang?(?=[bdgj])", "me"),
        (r"\Ake(?=[^aeiou][aeiou])", "ter"),
    )
)
_ENGLISH_ENDINGS = {  # and what stood there before, likeliest first ("planes" is no "plan")
    "ies": ("y",),
    "s": ("",),
    "es": ("",),
    "ied": ("y",),
    "ed": ("e", ""),
    "ing": ("e", ""),
}


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
class Lexicon:
    """All lines.

    Attributes:
        concepts: by language and form, its words joined by spaces; case-folded but for forms in capitals.
        longest: how many words the longest form has that begins with this one, where more than one.
        heads: the concepts by their heads.
        contrary: the heads that contradict a head.
        countries: the heads of countries by those of their seats of government.
    """

    concepts: dict[Language, dict[str, list[Concept]]]
    longest: dict[str, int] = field(default_factory=dict)
    heads: dict[str, list[Concept]] = field(default_factory=lambda: defaultdict(list))
    contrary: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    countries: dict[str, str] = field(default_factory=dict)

    def add(self, concept: Concept) -> None:
        self.heads[concept.english[0]].append(concept)
        for form in concept.english:
            self._add(concept, form, self.concepts["en"])
        for form in concept.indonesian:
            self._add(concept, form, self.concepts["id"])

    def _add(self, concept: Concept, form: str, index: dict[str, list[Concept]]) -> None:
        key = form if form.replace(" ", "").isalnum() else " ".join(_tokens(form))
        index.setdefault(key, []).append(concept)
        if not form.islower() and form != form.upper():
            index.setdefault(key.upper(), []).append(concept)  # "MAY" in a headline
        first, *more = key.split(" ") if " " in key else [key]
        if more:
            first = first.casefold()
            self.longest[first] = max(self.longest.get(first, 1), 1 + len(more))

    def find(self, key: str, language: Language) -> tuple[Concept, ...]:
        """Return the concepts of a form, as the index spells it."""
        if language:
            return tuple(self.concepts[language].get(key, ()))
        return tuple(dict.fromkeys((*self.find(key, "en"), *self.find(key, "id"))))


def translations(word: str, language: Language = "") -> frozenset[str]:
    """Return every form of the concepts that the word or expression stands for, but itself.

    Args:
        word: in either language, inflected or not, with its capitals.
        language: of the word, where known: "main" is Indonesian for "play", "ban" for "tyre".
    """
    forms = _forms(_find(_tokens(word), language))
    return frozenset(form for form in forms if form.casefold() != word.casefold())


def phrases(text: str, language: Language = "") -> tuple[Phrase, ...]:
    """Return the lexicon's expressions in the text in their order, none overlapping, longest match first.

    Where one stands for several concepts ("found"), it comes once, with the forms of all of them.
    """
    words = list(_WORD.finditer(text))
    found: list[Phrase] = []
    start = 0
    while start < len(words):
        length, concepts = _longest_at(words, start, language)
        if concepts:
            kind = min((concept.kind for concept in concepts), key=_KINDS.index)
            matched = text[words[start].start() : words[start + length - 1].end()]
            found.append((kind, matched, _forms(concepts)))
        start += length
    return tuple(found)


def glossary(text: str, language: str) -> dict[str, tuple[str, ...]]:
    """Return a text's expressions with what each may be in the language, "en" or "id": the heads, likeliest first.

    Small words are left out, and what is written the same in both.
    """
    source: Language = "id" if language == "en" else "en"
    found: dict[str, tuple[str, ...]] = {}
    for _, matched, _ in phrases(text, source):
        if matched.islower() and is_small_word(matched):
            continue
        concepts = list(_find(_tokens(matched), source))
        if source == "id":
            concepts.sort(key=lambda concept: (concept.kind == "verb") is _is_noun(matched))
        forms = [concept.english if language == "en" else concept.indonesian for concept in concepts]
        if not any(matched.casefold() == form.casefold() for each in forms for form in each):
            heads = (_as_written(each, _likeliest(each, matched, language)) for each in concepts)
            found[matched] = tuple(dict.fromkeys(heads))
    return found


def _is_noun(word: str) -> bool:
    """Whether an Indonesian word may not be a verb: those of writing have a prefix."""
    return re.match(r"(me|di|ber|ter)\w{4}", word, re.IGNORECASE) is None


def _likeliest(concept: Concept, word: str, language: str) -> str:
    """A concept's head, or its noun for a noun: "campur tangan" is interference and "mencampuri" to interfere."""
    forms = concept.english if language == "en" else concept.indonesian
    if concept.kind != "verb" or language != "en" or not _is_noun(word):
        return forms[0]
    return next((form for form in forms if _ENGLISH_NOUN.search(form)), forms[0])


def _as_written(concept: Concept, form: str) -> str:
    """A form with its capitals: most names are listed without."""
    if concept.kind not in NAMES or not form.islower() or form.endswith("ism"):
        return form
    return " ".join(
        word.upper() if _NUMERAL.fullmatch(word) else word if is_small_word(word) else word.capitalize()
        for word in form.split(" ")
    )


def same(a: str, b: str) -> bool:
    """Whether the two expressions share a concept; unknown ones, whether they are one but for capitals."""
    ours, theirs = _find(_tokens(a), ""), _find(_tokens(b), "")
    if ours or theirs:
        return not set(ours).isdisjoint(theirs)
    return a.casefold() == b.casefold()


def opposites(word: str, language: Language = "") -> frozenset[str]:
    """Return all forms, in both languages, of what contradicts it ("arrested": "release", "bebaskan" …)."""
    concepts = _find(_tokens(word), language)
    lexicon = _lexicon()
    heads = [head for concept in concepts for head in lexicon.contrary.get(concept.english[0], ())]
    return _forms(concept for head in heads for concept in lexicon.heads[head]) - _forms(concepts)


def ruled_from(seat: str) -> frozenset[str]:
    """Return all forms of the country whose seat of government it is: "Moscow" often stands for "Russia"."""
    lexicon = _lexicon()
    countries = [lexicon.countries.get(concept.english[0], "") for concept in _find(_tokens(seat), "")]
    return _forms(concept for country in countries for concept in lexicon.heads.get(country, ()))


@lru_cache(_WORDS_KEPT)
def stem(word: str, language: Literal["en", "id"]) -> str:
    """Return Snowball's stem; the Indonesian one is cut too far for many verbs ("menahan": "ahan")."""
    import snowballstemmer  # brings 30 languages, 0.3 s, and many questions need no stem

    # One for each call: a stemmer keeps the word in itself, and threads would mix theirs up.
    stemmer = snowballstemmer.stemmer({"en": "english", "id": "indonesian"}[language])
    return str(stemmer.stemWord(word.casefold()))


def _forms(concepts: Iterable[Concept]) -> frozenset[str]:
    return frozenset(form for concept in concepts for form in concept.forms)


def _tokens(text: str) -> Tokens:
    return tuple(_WORD.findall(text))


def _longest_at(words: Words, start: int, language: Language) -> tuple[int, tuple[Concept, ...]]:
    """Return how many words the longest expression from here has, and its concepts; (1, ()) if none."""
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
    return gap.fullmatch(left.string, left.end(), right.start()) is not None


@lru_cache(_WORDS_KEPT)
def _find(words: Tokens, language: Language) -> tuple[Concept, ...]:
    """Return the concepts of an expression: as written, else with its first and last word uninflected."""
    if not words:
        return ()
    lexicon = _lexicon()
    folded = tuple(word.casefold() for word in words)
    written = dict.fromkeys((" ".join(words), " ".join(folded)))
    found = dict.fromkeys(concept for key in written for concept in lexicon.find(key, language))
    if found:
        return tuple(found)
    ends = [_uninflected(words[place], language) for place in sorted({0, len(words) - 1})]
    keys = (" ".join((*form[:1], *folded[1:-1], *form[1:])) for form in product(*ends))
    return next(filter(None, (lexicon.find(key, language) for key in keys)), ())


@lru_cache(_WORDS_KEPT)
def _uninflected(word: str, language: Language) -> Tokens:
    """Return the word and what it may be inflected from, likeliest first; most of these are no words."""
    folded = word.casefold()
    forms = [folded]
    if language != "id":
        forms += _english_lemmas(folded)
    if language != "en":
        forms.append(_CLITICS.sub("", folded))
    if language != "en" and word.islower():  # a name has no stem ("Terawan" is no "awan", cloud)
        root = stem(forms[-1], "id")
        forms += [root] if len(root) >= _STEM_LETTERS else []
        forms += _written_out(folded)
    return tuple(dict.fromkeys(forms))


def _written_out(word: str) -> list[str]:
    """Return what an everyday Indonesian word is in writing: "ditangkep" ditangkap, "ngomongin" mengomongkan."""
    forms = [word] if len(word) > _STEM_LETTERS else []
    for spoken, written in _EVERYDAY:
        forms += [spoken.sub(written, form) for form in forms if spoken.search(form)]
    return [form for form in forms[1:] if len(form) >= _STEM_LETTERS]


def _english_lemmas(word: str) -> Iterator[str]:
    """Yield what a plural, past or -ing form may come from; stems would need those of the whole lexicon."""
    for ending, replacements in _ENGLISH_ENDINGS.items():
        bare = word.removesuffix(ending)
        if bare == word or len(bare) < _LEMMA_LETTERS:
            continue
        yield from (bare + replacement for replacement in replacements)
        if ending in ("ed", "ing") and bare[-1] == bare[-2]:
            yield bare[:-1]


@cache
def _lexicon() -> Lexicon:
    lexicon = Lexicon({"en": {}, "id": {}})
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        kind, english, indonesian = line.split("\t")
        if kind == "opposite":
            lexicon.contrary[english].append(indonesian)
            lexicon.contrary[indonesian].append(english)
        elif kind == "seat":
            lexicon.countries[english] = indonesian
        else:
            lexicon.add(Concept(kind, tuple(english.split("|")), tuple(indonesian.split("|"))))
    return lexicon
