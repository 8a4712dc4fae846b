"""Text -> mentions of dates: what is written, before anything is worked out from it.

Patterns read lower-cased text; names that are also words ("May", "Minggu") are judged by their capital and by
the words beside them.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Literal, cast

Kind = Literal["date", "weekday", "relative", "anchored", "vague"]
Unit = Literal["", "day", "week", "weekend", "month", "year", "upcoming"]


@dataclass(frozen=True, slots=True)
class Mention:
    """One date as written; zeros and -1 stand for what is not.

    Attributes:
        kind: a "date" names its month, day or year; a "weekday" only its weekday; "relative" counts from the
            publication date, "anchored" from another date of the text; "vague" can't be worked out.
        last: year, month, day on which a range ends, as far as they differ from its start.
        unit: what `shift` counts; "" where it only says past (-1), this (0) or future (1), as in "20 Januari lalu".
        onward: whether an anchored mention counts from the date that follows it ("tiga hari setelah 14 Desember").
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


def _numbered(names: str, first: int = 0) -> dict[str, int]:
    return {name: n for n, group in enumerate(names.split("|"), first) for name in group.split()}


def _meaning(**words: str) -> dict[str, str]:
    return {word: meaning for meaning, group in words.items() for word in group.split("|")}


MONTHS = _numbered(
    "januari january jan|februari pebruari february feb peb|maret march mar|april apr|mei may|juni june jun"
    "|juli july jul|agustus august aug agu ags agt agust|september sept sep|oktober october okt oct"
    "|november nopember nov nop|desember december des dec",
    first=1,
)
WEEKDAYS = _numbered(
    "senin monday|selasa tuesday|rabu wednesday|kamis thursday|jumat jum'at jum’at friday|sabtu saturday"
    "|minggu ahad sunday"
)
SHORT_WEEKDAYS = {name[:3]: number for name, number in WEEKDAYS.items()}
NUMBERS = _numbered(
    "satu se one a an|dua two|tiga three|empat four|lima five|enam six|tujuh seven|delapan eight|sembilan nine"
    "|sepuluh ten|sebelas eleven",
    first=1,
)
UNITS = _meaning(
    day="hari|day|days",
    week="minggu|pekan|week|weeks",
    weekend="akhir pekan|akhir minggu|weekend",
    month="bulan|month|months",
    year="tahun|year|years",
)
SHIFTS = {  # past, this, future
    **dict.fromkeys("lalu|silam|kemarin|yang lalu|yang silam|last|this past|ago".split("|"), -1),
    **dict.fromkeys("ini|this".split("|"), 0),
    **dict.fromkeys("depan|mendatang|nanti|yang akan datang|next|this coming|lagi".split("|"), 1),
}
ADVERBS = {
    **dict.fromkeys("kemarin lusa|the day before yesterday".split("|"), -2),
    **dict.fromkeys("kemarin|yesterday|tadi malam|semalam|last night".split("|"), -1),
    **dict.fromkeys("hari ini|today|malam ini|pagi ini|siang ini|sore ini|tadi pagi|tadi siang".split("|"), 0),
    **dict.fromkeys("tadi sore|tonight|this morning|this afternoon|this evening".split("|"), 0),
    **dict.fromkeys("besok|tomorrow".split("|"), 1),
    **dict.fromkeys("lusa|the day after tomorrow".split("|"), 2),
}
NEIGHBOUR_DAYS = {  # counted from a date that the text has just named
    **dict.fromkeys("keesokan harinya|esok harinya|hari berikutnya|the next day|the following day".split("|"), 1),
    **dict.fromkeys("hari sebelumnya|the previous day|the day before".split("|"), -1),
}
RELATIONS = {
    **dict.fromkeys("kemudian|later|berikutnya|setelahnya|setelah itu|after that".split("|"), 1),
    **dict.fromkeys("sebelumnya|sebelum itu|earlier|before that".split("|"), -1),
}
ONWARD = {"setelah": 1, "sesudah": 1, "usai": 1, "after": 1, "sebelum": -1, "before": -1}
QUALIFIERS = _meaning(
    early="awal|early|the beginning of|the start of",
    mid="pertengahan|mid|the middle of",
    late="akhir|penghujung|late|the end of",
    vague="earlier|later",
)

# A capital, or the word before, decides whether these are months at all.
ALSO_WORDS = set("may march mar mei april june juni juli august jan jun jul des dec sep sept nov oct okt feb".split())
MAY_EVIDENCE = set("pada in since until during".split())  # "by May", "from May" may be the prime minister
MONTH_EVIDENCE = MAY_EVIDENCE | set("sejak hingga sampai dari antara till by from to of dan and mulai".split())
YEAR_EVIDENCE = MONTH_EVIDENCE | set(
    "selama sepanjang sebelum setelah pasca periode musim edisi before after between season the".split()
)
FUNCTION_WORDS = set(  # what may follow a year, and never follows a number that counts something
    "yang di ke dari dan untuk tentang dengan oleh pada dalam atau saat ketika karena sebagai adalah itu ini lalu akan"
    " telah sudah the of in and to for at on by was were is has had that which when who as with from or".split()
)
COUNTED = set(
    "orang warga jiwa unit kali meter kilometer km m kg ton rupiah dolar persen pasukan tentara personel hari jam desa"
    " people persons troops men women children feet miles metres meters tonnes dollars euros times votes".split()
)
QUANTITY = set(
    "sebanyak sekitar hampir lebih kurang dari rp usd us mencapai seharga senilai nomor no about nearly almost over"
    " some only than number total jalan jl approximately roughly".split()
)
NAMED_AFTER_DATES = set("jalan jl gerakan sebelas stadion taman universitas black".split())
NO_DAY_BEFORE = set(  # "Shalat Jumat", "Good Friday", "setiap Senin" name no one day
    "salat shalat sholat solat khotbah pasar malam black good bloody super ash palm easter cyber sheffield setiap tiap"
    " every each".split()
)
NO_DAY_AFTER = set("times mail telegraph mirror school express agung abu prayers".split())
NO_SUNDAY_AFTER = set("ke pertama kedua ketiga keempat terakhir demi sebelumnya berikutnya".split())


def _any(names: Iterable[str]) -> str:
    """Alternatives, the longest first: the first that fits is taken."""
    words = sorted(names, key=len, reverse=True)
    return "(?:" + "|".join(word.replace(" ", r"\s+") for word in words) + ")"


END = r"(?![^\W_])"  # no letter or digit follows
YEAR = r"(?:1\d{3}|20\d\d|2100)(?!\d)"
TH = r"(?:st|nd|rd|th)?"
TO = r"\s?(?:-|–|—|s/d|\bhingga\b|\bsampai\b|\bto\b|\buntil\b)\s?"
DAYTIME = _any("pagi|siang|sore|petang|malam|dini hari|morning|afternoon|evening|night".split("|"))
ID_TAIL = _any("yang lalu|yang silam|lalu|silam|kemarin|ini|yang akan datang|depan|mendatang|nanti".split("|"))
TAIL_YEAR = r"(?:of\s+)?(?P<tail_year>(?:last|this|next)\s+year|tahun\s+(?:lalu|ini|depan))"
TAIL = rf"(?:\s+(?:{TAIL_YEAR}|(?P<tail>{ID_TAIL})){END})?"
LEAD = (
    rf"(?:(?:hari\s+)?(?P<weekday>{_any(WEEKDAYS)}|{_any(SHORT_WEEKDAYS)}\.?){END}(?:\s+{DAYTIME}{END})?\s*,?\s*)?"
    r"(?P<open>\()?(?P<dated>(?:tanggal|tgl\.?|the)\s+)?"
)
CLOSE = r"(?(open)\))"
SPOKEN = rf"(?:(?P<qualifier>{_any(QUALIFIERS)})[\s-]+)?"
MONTH = rf"(?P<name>{_any(MONTHS)}){END}"
PATTERNS: dict[str, str] = {
    "iso": rf"(?P<year>{YEAR})(?P<sep>[-/.])(?P<month>\d\d?)(?P=sep)(?P<day>\d\d?)(?!\d|[-/.]\d)",
    "cjk": rf"(?P<year>{YEAR})\s?[年년]\s?(?P<month>\d\d?)\s?[月월](?:\s?(?P<day>\d\d?)\s?[日일])?",
    "numeric": rf"{LEAD}(?P<day>\d\d?)(?:[-–](?P<last>\d\d?)(?=/))?(?P<sep>[/.-])(?P<month>\d\d?)"
    rf"(?:(?P=sep)(?P<year>\d{{4}}|\d\d))?(?![/.:-]\d){END}{CLOSE}{TAIL}",
    "day_month": rf"{LEAD}(?P<day>\d\d?){TH}(?:{TO}(?P<last>\d\d?){TH})?[\s-]*(?:of\s+)?{MONTH}"
    rf"(?:\.?,?[\s-]*(?:tahun\s+)?(?P<year>{YEAR}))?{CLOSE}{TAIL}",
    "month_day": rf"{LEAD}{MONTH}\.?\s+(?:the\s+)?(?P<day>\d\d?){TH}(?:{TO}(?P<last>\d\d?){TH})?"
    rf"(?!\d|[.:/]\d|,\d{{3}}(?!\d)|\s?%)(?:,?\s*(?P<year>{YEAR}))?{CLOSE}{TAIL}",
    "foreign": rf"(?P<day>\d\d?)\.?\s+(?:de\s+)?(?P<name>[^\W\d_]{{3,}})\.?\s+(?:de\s+)?(?P<year>{YEAR})",
    "month": rf"{SPOKEN}(?:(?P<head>last|this|next)\s+)?(?P<marked>bulan\s+)?{MONTH}"
    rf"(?:{TO}(?P<last_name>{_any(MONTHS)}){END})?(?:\.?,?\s+(?:of\s+)?(?:tahun\s+)?(?P<year>{YEAR}))?{TAIL}",
    "count": rf"(?:(?P<count>\d{{1,3}}|{_any(NUMBERS)})\s+|(?P<one>se))(?P<unit>{_any(UNITS)})\s+(?:"
    rf"(?P<tail>yang\s+lalu|lalu|silam|ago|lagi)|(?P<relation>{_any(RELATIONS)})|(?P<onward>{_any(ONWARD)})){END}",
    "vague": rf"(?:beberapa|several|(?:a\s+)?few|a\s+couple\s+of|puluhan|ratusan|ribuan|belasan)\s+{_any(UNITS)}\s+"
    r"(?:yang\s+)?(?:lalu|silam|ago|kemudian|later|setelah|sebelum|earlier|after|before)",
    "adverb": rf"(?P<adverb>{_any(ADVERBS)}){END}",
    "neighbour": rf"(?P<neighbour>{_any(NEIGHBOUR_DAYS)}){END}",
    "weekday": rf"(?P<marked>hari\s+)?(?:(?P<head>this\s+coming|this\s+past|last|this|next)\s+)?"
    rf"(?P<weekday>{_any(WEEKDAYS)}){END}(?:\s+(?:(?P<week>(?:last|this|next)\s+week|(?:pekan|minggu)\s+(?:lalu|ini|depan))"
    rf"|(?P<tail>{ID_TAIL})){END})?",
    "unit": rf"{SPOKEN}(?:(?P<head>last|this|next|that|the\s+same)\s+(?P<unit>day|week|weekend|month|year)"
    r"|(?P<satuan>akhir\s+pekan|akhir\s+minggu|hari|minggu|pekan|bulan|tahun)\s+"
    rf"(?:(?P<same>itu|tersebut|yang\s+sama)|(?P<tail>{ID_TAIL}))){END}",
    "century": r"(?:abad\s+(?:ke[\s-]*)?(?P<abad>\d\d?)|(?P<century>\d\d?)(?:st|nd|rd|th)[\s-]century)"
    rf"{END}(?!\s+(?:sm|sebelum|bce?){END})",
    "decade": rf"(?:tahun\s+)?(?P<decade>1\d\d0|20\d0|[2-9]0)(?:-?an|'?s){END}",
    "year": rf"{SPOKEN}(?P<marked>(?:tahun|thn\.?|year)\s+)?(?P<year>{YEAR})(?:{TO}(?P<last_year>{YEAR}))?"
    rf"(?![.,:/–-]\d|\s?[%°]|\s+(?:sm|sebelum\s+masehi|bce?){END}){END}{TAIL}",
}
# The first word of any pattern: text without it is passed over by this one expression alone.
TRIGGER = re.compile(
    r"(?<![^\W_])(?<!\d[.,:/-])(?:\d{1,4}(?!\d)|(?:"
    + _any({*MONTHS, *WEEKDAYS, *SHORT_WEEKDAYS, *NUMBERS, *UNITS, *ADVERBS, *QUALIFIERS} - {"a", "an", "se"})
    + r"|tanggal|tgl\.?|abad|thn\.?|last|this|next|that|keesokan|esok|beberapa|several|few|puluhan|ratusan|ribuan|belasan"
    r"|an?(?=\s(?:day|week|month|year|few|couple))|se(?:hari|pekan|minggu|bulan|tahun)"
    rf"|the(?=\s(?:same|next|following|previous|day|beginning|start|middle|end))){END})"
    r"|(?<=[^\W\d_a-z])(?:1\d{3}|20\d\d)(?=\s?[年년])"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern's match in its text; the words beside it are lower-cased."""

    match: re.Match[str]
    text: str

    def __getitem__(self, group: str) -> str:
        found = self.match.groupdict().get(group)
        return " ".join(found.split()) if found else ""

    def number(self, group: str) -> int:
        return int(self[group] or 0)

    def capital(self, group: str) -> bool:
        return self.text[self.match.start(group)].isupper()

    @property
    def before(self) -> str:
        start = self.match.start()
        words = re.findall(r"[^\W\d_]+", self.text[max(0, start - 25) : start])
        return words[-1].lower() if words else ""

    @property
    def after(self) -> str:
        word = re.match(r"\s*(?:-\s*)?([^\W\d_]+)", self.text[self.match.end() : self.match.end() + 25])
        return word[1].lower() if word else ""

    def mention(self, kind: Kind, **fields: object) -> Mention:
        return Mention(self.match.start(), self.match.end(), kind, **fields)  # type: ignore[arg-type]


