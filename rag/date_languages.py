"""Text in one of the world's other languages -> mentions of dates, by the names in dateparser's tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import chain
from typing import cast

from rag.date_patterns import Mention, find_mentions, same_length_lower
from rag.date_words import ENGLISH_MONTHS, MONTH_LENGTHS, MONTHS, WEEKDAYS, Unit
from rag.language import KNOWN

_UNSPACED = {"zh", "ja", "ko", "th"}  # a word begins and ends anywhere
_CAPITALS = {"de"}  # elsewhere a month with a capital inside a sentence is a name: Mars, Mai
_SHORTEST = 3  # letters: "mai" is a month; Polish "pt" is Friday, and "titled"
# Tomorrow is also the morning there, and what comes is seldom dated by its day.
_ALSO_MORNING = {"morgen", "mañana"}

_YEAR = r"(?P<year>(?:1[5-9]|20)\d\d)(?!\d)"
_TO = r"(?:\s?[-–]\s?|\.?\s(?:bis|t/m|tot|au|al?|à|по|do)\s(?:el\s|le\s|il\s)?)"
_DAY = rf"(?P<day>\d\d?)(?:{_TO}(?P<last>\d\d?))?(?:\.º|\.|er|º|ª|-го|-а)?"
_OF = r"(?:d[eiu]l?\s+|d['’]\s?|ngày\s+|năm\s+|am\s+|den\s+|le\s+|il\s+|el\s+)?"
# "6月3日", "2024年6月3日", "6日": the name of the month is its number.
_NUMBERED = re.compile(
    rf"(?:{_YEAR}\s?[年년]\s?)?(?P<month>\d\d?)\s?[月월]\s?(?P<day>\d\d?)\s?[日일号]"
    r"|(?<![\d月월])(?P<alone>[1-3]?\d)日(?![間间内前后後以本])"
)
_RELATIVE = re.compile(r"(?P<ahead>in )?(?P<count>\d) (?P<unit>day|week|month|year)(?: ago)?")
# "Montagabend", "zondagochtend"
_DAYTIME = r"(?:abend|morgen|mittag|nachmittag|vormittag|nacht|avond|ochtend|middag)?"


@dataclass(frozen=True, slots=True)
class _Words:
    """A language's names of dates, with the patterns made of them; names are in small letters."""

    months: dict[str, int]
    weekdays: dict[str, int]
    phrases: dict[str, tuple[Unit, int]]
    dated: re.Pattern[str]
    named: re.Pattern[str]


def mentions_in(text: str, language: str) -> tuple[Mention, ...]:
    """The dates of a text in Indonesian, English and its own language, in order; the longest where two overlap."""
    found = tuple(find_mentions(text))
    words = None if language in KNOWN else _words(language)
    if words is None:
        return found
    kept: list[Mention] = []
    for mention in sorted((*found, *_foreign(text, words, language)), key=lambda mention: mention.start):
        if not kept or kept[-1].end <= mention.start:
            kept.append(mention)
        elif mention.end - mention.start > kept[-1].end - kept[-1].start:
            kept[-1] = mention
    return tuple(kept)


def _foreign(text: str, words: _Words, language: str) -> Iterator[Mention]:
    lowered = same_length_lower(text)
    dated = _NUMBERED if language in _UNSPACED else words.dated
    for match in chain(dated.finditer(lowered), words.named.finditer(lowered)):
        if mention := _mention(match, text, words, language):
            yield mention


def _mention(match: re.Match[str], text: str, words: _Words, language: str) -> Mention | None:
    said = match.groupdict()
    if match.re is _NUMBERED:
        return _date(match, int(said["month"] or 0), int(said["day"] or said["alone"]), -1)
    if match.re is words.dated:
        weekday = words.weekdays[said["weekday"]] if said["weekday"] else -1
        return _date(match, words.months[said["name"]], int(said["day"]), weekday)
    if name := said["month"]:
        capital = text[match.start("month")].isupper() and language not in _CAPITALS and not said["year"]
        return None if capital and match.start() else _date(match, words.months[name], 0, -1)
    if said["weekday"]:
        return Mention(*match.span(), "weekday", weekday=words.weekdays[said["weekday"]])
    unit, shift = words.phrases[said["phrase"]]
    return Mention(*match.span(), "relative", unit=unit, shift=shift)


def _date(match: re.Match[str], month: int, day: int, weekday: int) -> Mention | None:
    if month > 12 or day > MONTH_LENGTHS[month]:
        return None
    said = match.groupdict()
    last = int(said.get("last") or 0)
    ends = (0, 0, last) if day < last <= MONTH_LENGTHS[month] else (0, 0, 0)
    return Mention(*match.span(), "date", int(said["year"] or 0), month, day, ends, weekday)


@cache
def _words(language: str) -> _Words | None:
    """The names of a language; None where dateparser doesn't know it."""
    if language not in import_module("dateparser.data.languages_info").language_order:
        return None
    info = import_module(f"dateparser.data.date_translation_data.{language}").info
    months = {name: MONTHS[month] for month in info.keys() & ENGLISH_MONTHS for name in _small(info[month])}
    days = {name: WEEKDAYS[day] for day in info.keys() & WEEKDAYS.keys() for name in _whole(info[day], language)}
    whole = [name for month in info.keys() & ENGLISH_MONTHS for name in _whole(info[month], language)]
    phrases = dict(_phrases(info.get("relative-type", {})))
    begins, ends = ("", "") if language in _UNSPACED else (r"(?<![^\W_])", r"(?![^\W_])")
    # Arabic writes "and", "in" and "for" together with the word.
    begins += "[وبل]?" if language == "ar" else ""
    weekday = rf"(?P<weekday>{_any(days)})"
    return _Words(
        months,
        days,
        phrases,
        re.compile(
            rf"{begins}(?:{weekday}{_DAYTIME},?\s+{_OF})?{_DAY}\s+{_OF}(?P<name>{_any(months)}){ends}"
            rf"(?:\.?,?\s+{_OF}{_YEAR})?"
        ),
        re.compile(
            rf"{begins}(?:{weekday}{_DAYTIME}|(?P<month>{_any(whole)})(?:\s+{_OF}{_YEAR})?|(?P<phrase>{_any(phrases)}))"
            rf"{ends}"
        ),
    )


def _small(names: Iterable[str]) -> set[str]:
    return {name.lower() for name in names if len(name) > 1 and not name.isdigit()}


def _whole(names: Iterable[str], language: str) -> set[str]:
    """The names that no longer one holds: the others are short for them, and often words of their own."""
    small = _small(names)
    long = {name for name in small if not any(name != other and name in other for other in small)}
    return long if language in _UNSPACED else {name for name in long if len(name) >= _SHORTEST}


def _phrases(relative: dict[str, list[str]]) -> Iterator[tuple[str, tuple[Unit, int]]]:
    """French's "hier" is a day ago, Dutch's "vorig jaar" a year."""
    for meaning, names in relative.items():
        if told := _RELATIVE.fullmatch(meaning):
            shift = int(told["count"]) * (1 if told["ahead"] else -1)
            unit = cast("Unit", told["unit"])
            yield from ((name, (unit, shift)) for name in _small(names) if name not in _ALSO_MORNING)


def _any(names: Iterable[str]) -> str:
    """Alternatives, the longest first; a pattern that fits nothing where there are none."""
    return "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in sorted(names, key=len, reverse=True)) or r"(?!)"
