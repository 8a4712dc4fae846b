"""Text -> mentions of dates: what is written, before anything is worked out from it.

Patterns read lower-cased text; names that are also words ("May", "Minggu") are judged by their capital and by
the words beside them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from itertools import groupby
from typing import Literal

from rag.date_words import (
    ADVERBS,
    ALSO_WORDS,
    APPROXIMATE,
    COUNTED,
    DAYTIMES,
    ENGLISH_MONTHS,
    FUNCTION_WORDS,
    MAY_EVIDENCE,
    MONTH_EVIDENCE,
    MONTH_LENGTHS,
    MONTHS,
    NAMED_AFTER_DATES,
    NEIGHBOUR_DAYS,
    NO_DAY_AFTER,
    NO_DAY_BEFORE,
    NO_SUNDAY_AFTER,
    NUMBERS,
    ONWARD,
    QUALIFIERS,
    QUANTITY,
    RELATIONS,
    SHIFTS,
    SHORT_MONTHS,
    SHORT_WEEKDAYS,
    STRONG_YEAR_EVIDENCE,
    TAILS,
    UNITS,
    VERBS,
    WEEKDAYS,
    YEAR_EVIDENCE,
    Unit,
)

Kind = Literal["date", "weekday", "relative", "anchored", "vague"]


@dataclass(frozen=True, slots=True)
class Mention:
    """One date as written; zeros and -1 stand for what is not.

    Attributes:
        kind: a "date" names its month, day or year; a "weekday" only its weekday; "relative" counts from the
            publication date, "anchored" from another date of the text; "vague" can't be worked out.
        last: year, month, day on which a range ends, as far as they differ from its start.
        unit: what `shift` counts; "" where it only says past (-1), this (0) or future (1): "20 Januari lalu".
        onward: whether an anchored mention counts from the date after it ("tiga hari setelah 14 Desember").
        era: a decade or century, whose wording says more than its years.
    """

    start: int
    end: int
    kind: Kind
    year: int = 0
    month: int = 0
    day: int = 0
    last: tuple[int, int, int] = (0, 0, 0)
    weekday: int = -1
    unit: Unit = ""
    shift: int | None = None
    onward: bool = False
    era: bool = False


ENGLISH = re.compile(r"\b(?:the|of|on|in|was|were|by)\b", re.IGNORECASE)
LANGUAGES = 60  # dateparser's, most spoken first; beyond these the same name often means two months


def _any(names: Iterable[str]) -> str:
    """Alternatives, the longest first, as the first that fits is taken; by first letter, which is fast."""
    letters = groupby(sorted(names, key=lambda name: (name[0], -len(name))), key=lambda name: name[0])
    groups = (letter + "(?:" + "|".join(name[1:] for name in group) + ")" for letter, group in letters)
    return "(?:" + "|".join(groups).replace(" ", r"\s+") + ")"


END = r"(?![^\W_])"  # no letter or digit follows
YEAR = r"(?:1\d{3}|20\d\d|2100)(?!\d)"
TH = r"(?:st|nd|rd|th)?"
TO = r"\s?(?:-|–|—|s/d|\bhingga\b|\bsampai\b|\bto\b|\buntil\b)\s?"
DAYTIME = _any(DAYTIMES)
ID_TAIL = _any(TAILS)
TAIL_YEAR = (
    r"(?:of\s+)?(?P<tail_year>(?:last|this|next|that|the\s+same)\s+year"
    r"|tahun\s+(?:lalu|ini|depan|itu|tersebut|yang\s+sama))"
)
TAIL = rf"(?:\s+(?:{TAIL_YEAR}|(?P<tail>{ID_TAIL})){END})?"
LEAD = (
    rf"(?:(?=\D)(?:hari\s+)?(?P<weekday>{_any(WEEKDAYS)}|{_any(SHORT_WEEKDAYS)}\.?){END}"
    rf"(?:\s+{DAYTIME}{END})?\s*,?\s*)?(?P<open>\()?(?P<dated>(?:tanggal|tgl\.?|the)\s+)?"
)
CLOSE = r"(?(open)\))"
SPOKEN = rf"(?:(?=\D)(?P<qualifier>{_any(QUALIFIERS)})[\s-]+)?"
MONTH = rf"(?P<name>{_any(MONTHS)}){END}"
PATTERNS: dict[str, str] = {
    "iso": rf"(?<!/)(?P<year>{YEAR})(?P<sep>[-/.])(?P<month>\d\d?)(?P=sep)(?P<day>\d\d?)(?!\d|[-/.]\d)",
    "cjk": rf"(?P<year>{YEAR})\s?[年년]\s?(?P<month>\d\d?)\s?[月월](?:\s?(?P<day>\d\d?)\s?[日일])?",
    "numeric": rf"(?<!/){LEAD}(?P<day>\d\d?)(?:[-–](?P<last>\d\d?)(?=/))?(?P<sep>[/.-])(?P<month>\d\d?)"
    rf"(?:(?P=sep)(?P<year>\d{{4}}|\d\d))?(?![/.:-]\d){END}{CLOSE}{TAIL}",
    "day_month": rf"{LEAD}(?P<day>\d\d?){TH}(?:{TO}(?P<last>\d\d?){TH})?[\s-]*(?:of\s+)?{MONTH}"
    rf"(?:\.?,?[\s-]*(?:tahun\s+)?(?P<year>{YEAR}))?{CLOSE}{TAIL}",
    "month_day": rf"{LEAD}(?P<name>{_any(ENGLISH_MONTHS)}){END}\.?\s+(?:the\s+)?(?P<day>\d\d?){TH}"
    rf"(?:{TO}(?P<last>\d\d?){TH})?(?!\d|[.:/]\d|,\d{{3}}(?!\d)|\s?%)(?:,?\s*(?P<year>{YEAR}))?{CLOSE}{TAIL}",
    "foreign": rf"(?P<day>\d\d?)\.?\s+(?:de\s+)?(?P<name>[^\W\d_]{{3,20}})\.?\s+(?:de\s+)?(?P<year>{YEAR})",
    "day": rf"(?:tanggal|tgl\.?)\s+(?P<day>\d\d?){END}(?![/.:-]\d)",
    "month": rf"{SPOKEN}(?:(?P<head>last|this|next)\s+)?(?P<marked>bulan\s+)?{MONTH}"
    rf"(?:{TO}(?P<last_name>{_any(MONTHS)}){END})?(?:\.?,?\s+(?:of\s+)?(?:tahun\s+)?(?P<year>{YEAR}))?{TAIL}",
    "count": rf"(?:(?P<count>\d{{1,3}}|{_any(NUMBERS)})\s+|(?P<one>se))(?P<unit>{_any(UNITS)})\s+(?:"
    rf"(?P<tail>yang\s+lalu|lalu|silam|ago|lagi)|(?P<relation>{_any(RELATIONS)})"
    rf"|(?P<onward>{_any(ONWARD)})){END}",
    "vague": rf"(?:beberapa|several|(?:a\s+)?few|a\s+couple\s+of|puluhan|ratusan|ribuan|belasan)\s+"
    rf"{_any(UNITS)}\s+(?:yang\s+)?(?:lalu|silam|ago|kemudian|later|setelah|sebelum|earlier|after|before)\w*",
    "adverb": rf"(?P<adverb>{_any(ADVERBS)}){END}",
    "neighbour": rf"(?P<neighbour>{_any(NEIGHBOUR_DAYS)}){END}",
    "weekday": rf"(?P<marked>hari\s+)?(?:(?P<head>this\s+coming|this\s+past|last|this|next)\s+)?"
    rf"(?P<weekday>{_any(WEEKDAYS)}){END}(?:\s+(?:"
    r"(?P<week>(?:last|this|next|(?:of\s+)?the\s+previous)\s+week|(?:pekan|minggu)\s+(?:lalu|sebelumnya|ini|depan))"
    rf"|(?P<tail>{ID_TAIL})){END})?",
    "unit": rf"{SPOKEN}(?:(?P<head>last|this|next|that|the\s+same)\s+(?P<unit>day|week|weekend|month|year)"
    r"|(?P<satuan>hari|minggu|pekan|bulan|tahun)\s+"
    rf"(?:(?P<same>itu|tersebut|yang\s+sama)|(?P<tail>{ID_TAIL}))){END}",
    "century": r"(?:abad\s+(?:ke[\s-]*)?(?P<abad>\d\d?)|(?P<century>\d\d?)(?:st|nd|rd|th)[\s-]century)"
    rf"{END}(?!\s+(?:sm|sebelum|bce?){END})",
    "decade": rf"{SPOKEN}(?P<marked>tahun\s+)?(?P<decade>1\d\d0|20\d0|[2-9]0)(?:-?an|'?s){END}",
    "year": rf"{SPOKEN}(?P<marked>(?:tahun|thn\.?|(?<!new )year)\s+)?(?P<year>{YEAR})(?:{TO}(?P<last_year>{YEAR}))?"
    rf"(?![.,:/–-]\d|-?an{END}|'?s{END}|\s?[%°]|\s+(?:sm|sebelum\s+masehi|bce?){END}){END}{TAIL}",
}
# The first word of any pattern: text without it is passed over by this one expression alone.
TRIGGER = re.compile(
    r"(?=[0-9a-z])(?<![0-9a-zà-ɏ])(?<!\d[.,:/-])(?:(?:\d\d?|\d{4})(?!\d)|(?:"
    + _any({*MONTHS, *WEEKDAYS, *SHORT_WEEKDAYS, *UNITS, *ADVERBS, *QUALIFIERS})
    + r"|tanggal|tgl\.?|abad|thn\.?|last|this|next|that|keesokan|esok|se(?:hari|pekan|minggu|bulan|tahun))"
    rf"{END}|(?:\d{{3}}|beberapa|several|few|an?\s+(?:few|couple\s+of)|puluhan|ratusan|ribuan|belasan"
    rf"|{_any(NUMBERS.keys() - {'se'})})(?=\s+{_any(UNITS)})"
    r"|the(?=\s(?:same|next|following|previous|day|beginning|start|middle|end)))"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern's match in its text."""

    match: re.Match[str]
    text: str

    def __getitem__(self, group: str) -> str:
        found = self.match[group] if group in self.match.re.groupindex else None
        return " ".join(found.split()) if found else ""

    def number(self, group: str) -> int:
        return int(self[group] or 0)

    def capital(self, group: str | int = 0) -> bool:
        return self.text[self.match.start(group)].isupper()

    @property
    def before(self) -> str:
        """The word or number right before, lower-cased; "" where another mark stands between."""
        beside = re.search(r"([^\W_]+)\.?\s{0,3}$", self._left(25))
        return beside[1].lower() if beside else ""

    @property
    def after(self) -> str:
        beside = re.match(r"\s{0,3}([^\W\d_]+)", self._right(25))
        return beside[1].lower() if beside else ""

    @property
    def in_english(self) -> bool:
        return ENGLISH.search(self._left(80) + self._right(80)) is not None

    @property
    def opens_sentence(self) -> bool:
        return re.search(r"(?:^|[.!?:\n])[\s“\"'(]*$", self._left(4)) is not None

    @property
    def in_brackets(self) -> bool:
        return self._left(1) == "(" and self._right(1) == ")"

    @property
    def joined(self) -> bool:
        """Whether a hyphen ties it to the word before ("hari-hari ini")."""
        return self._left(1) == "-"

    def _left(self, length: int) -> str:
        return self.text[max(0, self.match.start() - length) : self.match.start()]

    def _right(self, length: int) -> str:
        return self.text[self.match.end() : self.match.end() + length]

    def at(self, kind: Kind, unit: Unit = "", shift: int | None = None) -> Mention:
        return Mention(self.match.start(), self.match.end(), kind, unit=unit, shift=shift)

    def date(self, year: int, month: int = 0, day: int = 0, last: tuple[int, int, int] = (0, 0, 0)) -> Mention | None:
        """A date with what its weekday, "lalu" or "next year" add; None where no month has such a day."""
        last_day, weekday = self.number("last"), self["weekday"].rstrip(".")
        if day > MONTH_LENGTHS[month] or (self["day"] and not day):
            return None
        if last_day and not day < last_day <= MONTH_LENGTHS[month]:
            return self.at("vague")
        unit, shift = self.tail()
        last = (0, 0, last_day) if last_day else last
        weekday_number = WEEKDAYS.get(weekday, SHORT_WEEKDAYS.get(weekday, -1))
        return Mention(*self.match.span(), "date", year, month, day, last, weekday_number, unit, shift)

    def tail(self) -> tuple[Unit, int | None]:
        if words := self["week"] or self["tail_year"]:
            shift = next((SHIFTS[word] for word in words.split() if word in SHIFTS), None)
            return ("week" if self["week"] else "year"), shift
        return "", SHIFTS.get(self["tail"] or self["head"])


def _read_written(found: Found) -> Mention | None:
    month = found.number("month")
    return found.date(found.number("year"), month, found.number("day")) if 1 <= month <= 12 else None


def _read_numeric(found: Found) -> Mention | None:
    """17/12/2017, or 17/12 where a weekday, "tanggal" or brackets show that it is no fraction."""
    day, month, year = found.number("day"), found.number("month"), found.number("year")
    named, full = bool(found["weekday"] or found["dated"]), len(found["year"]) == 4
    if month > 12 >= day and (full or named):
        day, month = month, day
    if not 1 <= month <= 12 or (full and not 1000 <= year <= 2100):
        return None
    no_fraction = (day > 12 and (day, month) != (24, 7)) or found.before in ADVERBS
    if not full and (found["sep"] != "/" or not (named or (found.in_brackets and no_fraction))):
        return None
    if full and 12 >= day != month and found.in_english:
        return found.at("vague")  # day first or month first: English has both
    return found.date(year + 2000 if 0 < year < 100 else year, month, day)


def _read_named(found: Found) -> Mention | None:
    """17 Desember 2017, December 17th."""
    name, year = found["name"], found.number("year")
    if name in VERBS and not (year or found.capital("name")):
        return None
    if found.before in NAMED_AFTER_DATES or (not year and found.after in COUNTED):
        return None
    day = found.number("day")
    return found.date(year, MONTHS[name], day) or (found.at("vague") if 0 < day < 32 else None)


def _read_foreign(found: Found) -> Mention | None:
    month = 0 if found["name"] in MONTHS else _foreign_months().get(found["name"], 0)
    return found.date(found.number("year"), month, found.number("day")) if month else None


def _read_day(found: Found) -> Mention | None:
    return found.date(0, 0, found.number("day"))


def _read_month(found: Found) -> Mention | None:
    name, year = found["name"], found.number("year")
    marked, spoken = bool(found["marked"]), bool(found["qualifier"] or found["head"])
    if name in VERBS:
        sure = found.before in MAY_EVIDENCE or (found.capital("name") and (spoken or year > 0))
    else:
        sure = bool(spoken or year or found["tail"]) or found.before in MONTH_EVIDENCE
        sure = sure or name not in ALSO_WORDS
    if not marked and (not sure or (name in SHORT_MONTHS and not year) or found.before in NAMED_AFTER_DATES):
        return None
    return found.date(year, MONTHS[name], last=(0, MONTHS.get(found["last_name"], 0), 0))


def _read_year(found: Found) -> Mention | None:
    year, last = found.number("year"), found.number("last_year")
    modern = 1900 <= year <= 2099
    if (found.after in COUNTED and not found["marked"]) or 0 < last <= year:
        return None
    sure = found["marked"] or found["qualifier"] or found.before in STRONG_YEAR_EVIDENCE
    likely = modern and (last or (year % 100 and found.before in YEAR_EVIDENCE))
    closed = found["tail"] or not found.after or found.after in FUNCTION_WORDS
    named = closed and modern and found.before.isalpha() and found.before not in QUANTITY
    named = named or (found.in_brackets and year >= 1500)  # the older, the likelier just a number
    return found.date(year, last=(last, 0, 0)) if sure or likely or named else None


def _read_decade(found: Found) -> Mention | None:
    decade = found.number("decade")
    if found.after in COUNTED or (decade < 100 and (decade < 40 or not found["marked"])):
        return None
    year = decade + 1900 if decade < 100 else decade
    return replace(found.at("date"), year=year, last=(year + 9, 0, 0), era=True)


def _read_century(found: Found) -> Mention | None:
    last = 100 * (found.number("abad") or found.number("century"))
    if not 1100 <= last <= 2100:
        return None
    return replace(found.at("date"), year=last - 99, last=(last, 0, 0), era=True)


def _read_count(found: Found) -> Mention:
    """Two years ago, tiga hari kemudian, sehari setelah."""
    count = NUMBERS.get(found["count"] or found["one"]) or found.number("count")
    unit = UNITS[found["unit"]]
    estimate = found.before in APPROXIMATE or (count >= 20 and count % 10 == 0)
    if estimate or found.joined or found["tail"] == "lagi":  # "butuh tiga hari lagi" is how long, not when
        return found.at("vague")
    if found["tail"]:
        return found.at("relative", unit, -count)
    if onward := ONWARD.get(found["onward"]):
        return replace(found.at("anchored", unit, count * onward), onward=True)
    return found.at("anchored", unit, count * RELATIONS[found["relation"]])


def _read_vague(found: Found) -> Mention:
    return found.at("vague")


def _read_adverb(found: Found) -> Mention | None:
    adverb = found["adverb"]
    if found.joined or (" " not in adverb and found.capital() and not found.opens_sentence):
        return None  # "hari-hari ini", "Russia Today"
    return found.at("relative", "day", ADVERBS[adverb])


def _read_neighbour(found: Found) -> Mention:
    if found["neighbour"] == "the day before" and found.after:
        return found.at("vague")
    return found.at("anchored", "day", NEIGHBOUR_DAYS[found["neighbour"]])


def _read_unit(found: Found) -> Mention | None:
    """Tahun lalu, awal bulan ini, last week, that day."""
    unit, (_, shift) = UNITS[found["unit"] or found["satuan"]], found.tail()
    if found.joined or found.before in NUMBERS or found.before in APPROXIMATE or found.before.isdigit():
        return None
    if found["qualifier"] == "akhir" and unit == "week":
        unit = "weekend"
    if shift is None:
        return found.at("anchored", unit, 0)
    return found.at("relative", unit, shift) if unit != "day" else None


def _read_weekday(found: Found) -> Mention | None:
    name, (unit, shift) = found["weekday"], found.tail()
    if found.before in NO_DAY_BEFORE or (found.capital("weekday") and found.after in NO_DAY_AFTER):
        return None
    if name == "minggu" and not found["marked"]:  # else a week
        tail = found["tail"]
        if not found.capital("weekday") or found.after in NO_SUNDAY_AFTER or tail == "ini":
            return None
        if found.before in NUMBERS or (tail and found.opens_sentence):
            return None
    unit = "upcoming" if found["head"] == "next" else unit
    return replace(found.at("weekday", unit, shift), weekday=WEEKDAYS[name])


@cache
def _foreign_months() -> dict[str, int]:
    """Month names of the world's major languages, unless two languages mean two months by one name.

    Loaded only when a text has "17 <unknown word> 2017": it takes half a second.
    """
    languages = import_module("dateparser.data.languages_info").language_order[:LANGUAGES]
    names: dict[str, set[int]] = {}
    for language in languages:
        words = import_module(f"dateparser.data.date_translation_data.{language}").info
        for month in words.keys() & ENGLISH_MONTHS:
            for name in words[month]:
                names.setdefault(name.lower(), set()).add(MONTHS[month])
    return {name: numbers.pop() for name, numbers in names.items() if len(numbers) == 1}


READERS: dict[str, Callable[[Found], Mention | None]] = {
    **dict.fromkeys(("iso", "cjk"), _read_written),
    **dict.fromkeys(("day_month", "month_day"), _read_named),
    "day": _read_day,
    "numeric": _read_numeric,
    "foreign": _read_foreign,
    "month": _read_month,
    "year": _read_year,
    "decade": _read_decade,
    "century": _read_century,
    "count": _read_count,
    "vague": _read_vague,
    "adverb": _read_adverb,
    "neighbour": _read_neighbour,
    "unit": _read_unit,
    "weekday": _read_weekday,
}


def _matcher(name: str) -> Callable[[str, int], re.Match[str] | None]:
    """Runs of spaces are cut short, so that a page of nothing else is still read in linear time."""
    pattern = re.sub(r"(\\s|\[\\s-\])\+", r"\1{1,3}", PATTERNS[name])
    return re.compile(re.sub(r"(\\s|\[\\s-\])\*", r"\1{0,3}", pattern)).match


BY_DIGIT = ("iso", "cjk", "numeric", "day_month", "foreign", "century", "decade", "count", "year")
WITH_DIGIT = [(_matcher(name), READERS[name]) for name in BY_DIGIT]
WITH_WORD = [(_matcher(name), READERS[name]) for name in PATTERNS if name not in ("iso", "cjk")]


def same_length_lower(text: str) -> str:
    """The text in small letters but for the few that have a longer lower case: offsets hold."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def find_mentions(text: str) -> Iterator[Mention]:
    """The dates of a text in order, none within another."""
    lowered = same_length_lower(text)
    position = 0
    while trigger := TRIGGER.search(lowered, position):
        mention = _read_at(lowered, text, trigger.start())
        position = mention.end if mention else trigger.end()
        if mention:
            yield mention


def _read_at(lowered: str, text: str, start: int) -> Mention | None:
    for match_at, read in WITH_DIGIT if lowered[start].isdigit() else WITH_WORD:
        match = match_at(lowered, start)
        if match and (mention := read(Found(match, text))):
            return mention
    return None
