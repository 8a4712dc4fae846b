"""Text -> its atoms: the numbers, dates and names that have to be found where a statement is cited."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii
from rapidfuzz import fuzz

from rag.dates import DateExpression, DateSpan, find_dates
from rag.language import is_small_word, unaccented, word_set
from rag.lexicon import phrases, translations
from rag.number_words import in_digits
from rag.question import opens_a_question

_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
# A name's word: it starts with a capital, or is written in capitals inside ("WhatsApp", "iPhone", "al-Assad").
_NAME = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W\d_][\w’'-]*(?:\.(?=\s+[A-Z][a-z]))?")
_POSSESSIVE = re.compile(r"['’]s?\Z")

_UNITS_EN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS_EN = "twenty thirty forty fifty sixty seventy eighty ninety"
_ONES_ID = "nol satu dua tiga empat lima enam tujuh delapan sembilan"
_SCALES = {
    "ribu": 1_000,
    "thousand": 1_000,
    "juta": 1_000_000,
    "million": 1_000_000,
    "miliar": 10**9,
    "milyar": 10**9,
    "billion": 10**9,
    "triliun": 10**12,
    "trillion": 10**12,
}
_WORDS = {
    **{word: number for number, word in enumerate(_UNITS_EN.split())},
    **{word: 20 + 10 * number for number, word in enumerate(_TENS_EN.split())},
    **{word: number for number, word in enumerate(_ONES_ID.split())},
    "sepuluh": 10,
    "sebelas": 11,
    "seratus": 100,
    "hundred": 100,
    "seribu": 1000,
    "dozen": 12,
    "selusin": 12,
}
# "One" and "satu" are as often an article as a number, and never what a reader asks for.
_ARTICLES = {"one", "satu", "nol", "zero"}
# Below this similarity two spellings are two names; "Protocol" and "Protokol" are above, "Iran" and "Iraq" below.
_SAME_SPELLING = 87


@dataclass(frozen=True, slots=True)
class Atoms:
    """What is checked in a text.

    Attributes:
        numbers: plain values, thousands and decimals as Python writes them: "40000", "1.5".
        dates: every date, as precise as the text gives it.
        names: names as written, each a run of capitalised words.
    """

    numbers: frozenset[str]
    dates: tuple[DateSpan, ...]
    names: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.numbers or self.dates or self.names)


@lru_cache(maxsize=512)
def undated_numbers(text: str, language: str = "") -> frozenset[str]:
    """The numbers of a whole article, those within dates left out: "(17/12)" is no 17."""
    return numbers(in_digits(_without_dates(text, find_dates(text)), language))


def atoms(text: str, dates: Sequence[DateExpression] | None = None, language: str = "") -> Atoms:
    """Find the atoms of a text; `dates` are its date expressions where they are known already."""
    found = find_dates(text) if dates is None else dates
    rest = _without_dates(text, found)
    return Atoms(numbers(in_digits(rest, language)), tuple(e.date for e in found if e.date is not None), names(rest))


def _without_dates(text: str, dates: Sequence[DateExpression]) -> str:
    """The text with blanks where it has dates."""
    letters = list(text)
    for each in dates:
        letters[each.start : each.end] = " " * (each.end - each.start)
    return "".join(letters)


@lru_cache(maxsize=4096)
def numbers(text: str) -> frozenset[str]:
    """The numbers of a text, written in digits or in English or Indonesian words."""
    found: set[str] = set()
    words = [word.rstrip(".,") for word in re.findall(r"[^\W\d_]+|[0-9]+(?:[.,:][0-9]+)*", text.casefold())]
    number = 0
    while number < len(words):
        value, used = _number_at(words, number)
        if value is not None and math.isfinite(value):
            found.add(f"{value:.10g}" if value < 1e10 else str(int(value)))
        number += max(used, 1)
    return frozenset(found)


def named_numbers(text: str) -> frozenset[str]:
    """The numbers that are part of a name: "Apollo 11", "the Mutiara Jaya 7"."""
    return frozenset(re.findall(r"\b[A-Z][\w’'-]*\s(\d{1,4})\b(?![.,]\d)", text))


def _number_at(words: Sequence[str], start: int) -> tuple[float | None, int]:
    """The number that begins at a word, and how many words it takes."""
    first = words[start]
    if first[0].isdecimal():
        value, used = _digits(first), 1
    elif first in _WORDS:
        value, used = _spelled(words, start)
        if used == 1 and first in _ARTICLES:
            return None, 1
    else:
        return None, 1
    if start + used < len(words) and words[start + used] in _SCALES:
        value *= _SCALES[words[start + used]]
        used += 1
    return value, used


def _digits(text: str) -> float:
    if _GROUPED.fullmatch(text):
        return float(re.sub(r"[.,]", "", text))
    # "05:47" and "05.47" are one time.
    head, _, tail = re.sub(r"[,:]", ".", text).rpartition(".")
    return float(f"{head.replace('.', '')}.{tail}") if head else float(tail)


def _spelled(words: Sequence[str], start: int) -> tuple[float, int]:
    """English "twenty five", "two hundred"; Indonesian "dua puluh lima", "dua belas", "dua ratus"."""
    value, used = float(_WORDS[words[start]]), 1
    while start + used < len(words):
        word = words[start + used]
        if word == "belas":
            value += 10
        elif word == "puluh":
            value = value - value % 10 + value % 10 * 10
        elif word in ("ratus", "hundred"):
            value *= 100
        elif word in _WORDS and _WORDS[word] < 10 and value >= 20 and value % 10 == 0:
            value += _WORDS[word]
        else:
            break
        used += 1
    return value, used


@lru_cache(maxsize=4096)
def names(text: str) -> tuple[str, ...]:
    """The names of a text: runs of capitalised words.

    The first word of a sentence is capitalised anyway: it counts only in capitals throughout, before another name's
    word, or in an answer of a few words.
    """
    words = list(_NAME.finditer(text))
    runs: list[str] = []
    end = -2
    for number, match in enumerate(words):
        word = match.group()
        gap = text[words[number - 1].end() if number else 0 : match.start()].strip(" \"“'‘(¿¡")
        first = _ends(gap, words[number - 1].group()) if gap else not number
        if first and opens_a_question(word):
            continue
        if first and len(words) > _FEW and not _before_name(words, number):
            if sum(character.isupper() for character in word) < 2:
                continue
        elif not _is_name_word(word, first=first):
            continue
        if match.start() - end <= 1 and runs:
            runs[-1] += " " + word
        else:
            runs.append(word)
        end = match.end()
    runs = [_untitled(_POSSESSIVE.sub("", run)) for run in runs]
    return tuple(run for run in runs if run and (not is_small_word(run) or run.isupper()))


def _ends(gap: str, before: str) -> bool:
    """Whether a sentence ends between two words; a full stop may be that of an abbreviation or of an initial."""
    return gap[-1] in "?!" or (gap[-1] == "." and before.islower() and len(before) > _ABBREVIATED)


# Letters of an abbreviation at most.
_ABBREVIATED = 4


# Who asks about "Mr Putin" or "Pak Jokowi" asks about somebody whom an article calls without it.
_TITLES = word_set(
    "mr mrs ms miss sir madam dr prof professor profesor doktor bapak bpk pak ibu bu tuan nyonya drs dra ir hj"
)


def _untitled(name: str) -> str:
    words = name.split()
    while words and words[0].rstrip(".").casefold() in _TITLES:
        del words[0]
    return " ".join(words)


# Words of an answer that is a name and little else.
_FEW = 3


def _before_name(words: Sequence[re.Match[str]], number: int) -> bool:
    following = words[number + 1] if number + 1 < len(words) else None
    return bool(
        following
        and following.start() - words[number].end() <= 1
        and following.group()[0].isupper()
        and _is_name_word(words[number].group(), first=True)
    )


def _is_name_word(word: str, *, first: bool) -> bool:
    if sum(character.isupper() for character in word) >= 2:
        return True
    if not word[0].isupper():
        return re.match(r"(al|el|as|ar|an)-[A-Z]", word) is not None
    return not (first and (is_small_word(word) or translations(word.casefold())))


def is_name(text: str) -> bool:
    """Whether an answer is a name and little else."""
    named = atoms(text).names
    return bool(named) and sum(map(len, named)) >= 0.5 * len(text)


def has_name(text: str, name: str) -> bool:
    """Whether a name stands in a text, in either language: "White House" in "… kata Gedung Putih".

    Every word of the name has to be there: as it is, in a close spelling, or as part of a translated expression.
    """
    folded = _plain(text)
    if _plain(name) in folded:
        return True
    covered: set[str] = set()
    for _, matched, forms in phrases(name):
        if any(re.search(rf"\b{re.escape(_plain(form))}{_PLURAL}\b", folded) for form in forms):
            covered |= set(_plain(matched).split())
    words = [word for word in re.split(r"[\s-]+", _plain(name)) if word not in covered and not is_small_word(word)]
    return bool(covered or words) and all(_spelled_in(word, folded) for word in words)


# "Russians" are of Russia; not so for a word as short as "US".
_PLURAL = r"(?:(?<=\w{4})s)?"


def is_called(text: str, name: str) -> bool:
    """Whether a text calls somebody by a part of the name alone: "Wilson" for "Wilson Wenas".

    Not where it has that part together with another: "Donald Trump" is not called by "Ivanka Trump".
    """
    parts = _own_words(name)
    runs = [_own_words(run) for run in names(text)]
    alone = {part for run in runs if len(run) == 1 for part in run} & parts
    return " " in name and any(all(run <= parts for run in runs if part in run) for part in alone)


@lru_cache(maxsize=16384)
def _own_words(name: str) -> frozenset[str]:
    """A name's words without titles, initials and what else the lexicon knows."""
    known = {word for _, matched, _ in phrases(name) for word in _plain(matched).split()}
    return frozenset(word for word in _plain(name).split() if len(word) > 2 and word not in known)


# Cyrillic, Greek and Armenian letters stand for sounds much as Latin ones do; in Arabic or Chinese names look others.
_ALPHABET = re.compile("[\u0370-\u058f]")
_OTHER_SCRIPT = re.compile("[\u0370-\u1fff\u3040-\ud7af]")
# Share of a text's letters from which on it is written in such a script.
_WRITTEN = 0.2


def may_have_name(text: str, name: str) -> bool:
    """Whether a name stands in a text, or may do so in another script: Moscow is "Москва", Trump "特朗普"."""
    if has_name(text, name):
        return True
    return not _OTHER_SCRIPT.search(name) and len(_OTHER_SCRIPT.findall(text)) > _WRITTEN * len(text)


def _spelled_in(word: str, folded: str) -> bool:
    if re.search(rf"\b{re.escape(word)}", folded):
        return True
    return len(word) > 4 and any(fuzz.ratio(word, other) >= _SAME_SPELLING for other in re.split(r"[\s-]+", folded))


@lru_cache(maxsize=16384)
def _plain(text: str) -> str:
    """The text in small letters without accents or signs, in Latin letters: "Трамп" is "tramp"."""
    plain = unaccented(" ".join(re.sub(r"[^\w\s-]", " ", re.sub(r"['’]s\b", " ", text)).casefold().split()))
    return anyascii(plain).casefold() if _ALPHABET.search(plain) else plain
