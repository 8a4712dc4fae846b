"""Mentions of dates -> dates, worked out from the publication date, the weekday and the context.

What can't be worked out stays unresolved. The rules, in short: a year that is written holds; else it is the
year nearest to publication in which the weekday fits; a bare weekday is the latest one up to publication, or the
one that the text has just dated; "tahun lalu" counts from publication, "tiga hari kemudian" from the date before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rag.date_languages import mentions_in
from rag.date_patterns import Mention, find_mentions
from rag.date_words import QUALIFIERS

# A weekday fits a date in one year of six or seven, and "(17/12)" is how papers write days near publication:
# where no year from two back to half a year ahead fits, the weekday or the publication date is likelier wrong.
DAYS_BACK = 2 * 365
DAYS_AHEAD = 183
# News tells what has been: with no "akan" or "will", a date ahead must be that much nearer than one behind.
AHEAD_COUNTS = 12
SAME_WEEKDAY_DAYS = 14  # a dated Sunday explains a bare "Minggu" only this near to publication
REACH = 3  # sentences back in which "hari itu" or a bare weekday may have its date
CONTEXT = 12  # dates each way that a document's sentence is given
CLAUSE = 160  # characters before a date in which "akan" makes it lie ahead

AHEAD = re.compile(
    r"\b(?:akan|bakal|hendak|rencana\w*|mengundang|diundang|dijadwalkan|jadwal|(?:men)?jelang|will|shall"
    r"|to be held|plans?|planned|scheduled|expected|invited?|upcoming|due|ahead of|going to|slated"
    r"|set\b.*\bfor(?=\s*$)"
    # German, Dutch, French, Spanish, Portuguese, Italian, Russian
    r"|wird|werden|soll(?:en)?|geplant|kommende[nrs]?|nächste[nrs]?|zal|zullen|gaat|gepland|komende"
    r"|volgende|aura lieu|sera|seront|doit|doivent|prochaine?|prévue?|será|serán?|próxim[oa]|previst[oa]"
    r"|tendrá|terá|sarà|prossim[oa]|будет|будут|следующ\w+|предстоящ\w+|ближайш\w+)\b",
    re.IGNORECASE,
)
JOINING = re.compile(r"[\s(]*(?:-|–|—|,|dan|and|atau|or|&|hingga|sampai|to|until|till|s/d)?[\s(]*(?:pada|on|the)?\s*")
SAME_YEAR = re.compile(r"\b(?:pada|in)\s(?:tahun\s)?\d{4}\b[^.!?;]{0,30}\Z", re.IGNORECASE)
OPENING = re.compile(r"\s*(?:pada|di|dalam|in|on)?\s*", re.IGNORECASE)
ENGLISH = "|January|February|March|April|May|June|July|August|September|October|November|December"
INDONESIAN = "|Januari|Februari|Maret|April|Mei|Juni|Juli|Agustus|September|Oktober|November|Desember"
MONTH_WORDS = {"en": ENGLISH.split("|"), "id": INDONESIAN.split("|")}
QUALIFIER_WORDS = {
    "en": {"early": "early ", "mid": "mid-", "late": "late "},
    "id": {"early": "awal ", "mid": "pertengahan ", "late": "akhir "},
}
LEADING_QUALIFIER = re.compile("|".join(sorted(QUALIFIERS, key=len, reverse=True)))
BEFORE_A_DATE = re.compile(  # after these no "on" or "pada" is put in
    r"\b(?:pada|di|dari|sejak|hingga|sampai|untuk|sebelum|setelah|menjelang|jelang|mulai|antara|dan|atau|on|in|at|of"
    r"|since|until|till|by|from|to|for|before|after|during|between|and|or|the|a|this)\s$",
    re.IGNORECASE,
)

Parts = tuple[int, int, int]  # year, month, day; 0 for what is not known


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A date as precise as its form ("2017-12-17", "2017-12", "2017"), or a range up to and with `end`."""

    start: str
    end: str = ""


@dataclass(frozen=True, slots=True)
class DateExpression:
    """One mention: `text` is verbatim; `date` is None where it can't be resolved."""

    start: int
    end: int
    text: str
    date: DateSpan | None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What dates are worked out from, nearest first; `near`: what the last sentences dated, `known`: the document."""

    published: Parts = (0, 0, 0)
    known: tuple[Parts, ...] = ()
    near: tuple[Parts, ...] = ()


def find_dates(text: str, published: str = "", context: Sequence[str] = ()) -> tuple[DateExpression, ...]:
    """The date expressions of a sentence or a question.

    Args:
        text: in Indonesian or English; dates with a year in other languages too.
        published: ISO day, month or year, or "".
        context: ISO dates resolved elsewhere in the same document, nearest first.
    """
    mentions = tuple(find_mentions(text))
    return _expressions(text, mentions, _resolve(text, mentions, _given(published, context)))


def _given(published: str, context: Sequence[str]) -> Surroundings:
    known = tuple(parts for iso in context if (parts := _parts(iso))[0])
    return Surroundings(_parts(published), known, known)


def resolve_document(
    sentences: Sequence[str], published: str, language: str = ""
) -> tuple[tuple[DateExpression, ...], ...]:
    """The date expressions of each sentence; first those that stand alone, then those that need the others.

    Args:
        sentences: those of one article, in its language, whose names of months and days are known too.
        published: ISO day, month or year, or "".
        language: ISO 639-1 code, or "" for Indonesian and English.
    """
    mentions = [mentions_in(sentence, language) for sentence in sentences]
    alone = Surroundings(_parts(published))
    spans = [_resolve(text, found, alone) for text, found in zip(sentences, mentions, strict=True)]
    dated = [[parts for span in each if (parts := _anchor(span))] for each in spans]
    for number, (text, found) in enumerate(zip(sentences, mentions, strict=True)):
        if any(mention.kind != "relative" for mention in found):
            spans[number] = _resolve(text, found, _surroundings(dated, number, alone.published))
        dated[number] = [parts for span in spans[number] if (parts := _anchor(span))]
    return tuple(_expressions(*each) for each in zip(sentences, mentions, spans, strict=True))


def _surroundings(dated: list[list[Parts]], number: int, published: Parts) -> Surroundings:
    """A few sentences each way are looked at, so that a long document takes no longer by the sentence."""
    before = [parts for each in reversed(dated[max(0, number - CONTEXT) : number]) for parts in reversed(each)]
    after = [parts for each in dated[number + 1 : number + 1 + CONTEXT] for parts in each]
    near = [parts for each in reversed(dated[max(0, number - REACH) : number]) for parts in reversed(each)]
    return Surroundings(published, (*before[:CONTEXT], *after[:CONTEXT]), tuple(near))


def format_date(span: DateSpan, language: str) -> str:
    """17 December 2017; 17 Desember 2017 where the language is "id"."""
    start, end = _parts(span.start), _parts(span.end)
    if not end[0]:
        return _spell(start, language)
    if start[0] != end[0] or not start[1]:
        dash = " – " if start[1] else "–"
        return _spell(start, language) + dash + _spell(end, language)
    if start[1] != end[1]:
        dash = " – " if start[2] else "–"
        return _spell((0, *start[1:]), language) + dash + _spell(end, language)
    return f"{start[2]}–{_spell(end, language)}"


def _spell(parts: Parts, language: str) -> str:
    year, month, day = parts
    words = (str(day or ""), MONTH_WORDS.get(language, MONTH_WORDS["en"])[month], str(year or ""))
    return " ".join(word for word in words if word)


_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
}


def weekday_name(span: DateSpan, language: str) -> str:
    """Sunday; Minggu where the language is "id"; "" for what isn't one day."""
    if span.end or len(span.start) != len("2017-12-17"):
        return ""
    return _WEEKDAYS.get(language, _WEEKDAYS["en"])[date(*_parts(span.start)).weekday()]


def same_date(a: DateSpan, b: DateSpan) -> bool:
    """Whether both can be the same: equal, or the less precise one holds the other."""
    (first, last), (other_first, other_last) = bounds(a), bounds(b)
    return (first <= other_first and other_last <= last) or (other_first <= first and last <= other_last)


def bounds(span: DateSpan) -> tuple[str, str]:
    """First and last day; "99" is past any month and day, which is all that comparing needs."""
    return f"{span.start}-00-00"[:10], f"{span.end or span.start}-99-99"[:10]


def same_day_of_year(expression: DateExpression, day: DateSpan) -> bool:
    """Whether a mention of a day, with or without its year, can be that of a day: "(28/8)" can be 2005-08-28."""
    mention = next(find_mentions(expression.text), None)
    return mention is not None and mention.day > 0 and _parts(day.start)[1:] == (mention.month, mention.day)


def without_year(day: DateSpan, language: str) -> str:
    """28 August; 28 Agustus where the language is "id"."""
    return _spell((0, *_parts(day.start)[1:]), language)


def rewrite_dates(text: str, published: str, context: Sequence[str], language: str) -> str:
    """Every resolved date in full in `language`, with the "on", "in" or "pada" that it then takes."""
    mentions = tuple(find_mentions(text))
    spans = _resolve(text, mentions, _given(published, context))
    written, position = "", 0
    for number, (mention, span) in enumerate(zip(mentions, spans, strict=True)):
        if span and not mention.era and not governs_clause(text, mentions, number):
            before = written + text[position : mention.start]
            written = _before(before, text[mention.end :], mention, span, language)
            full = _full(text[mention.start : mention.end], span, language)
            opens = re.search(r"(?:^|[.!?])\s*$", written[-3:])
            written += full[0].upper() + full[1:] if opens else full
            position = mention.end
    return written + text[position:]


def _full(wording: str, span: DateSpan, language: str) -> str:
    qualifier = LEADING_QUALIFIER.match(wording.lower())
    words = QUALIFIER_WORDS.get(language, QUALIFIER_WORDS["en"])
    return words.get(QUALIFIERS[qualifier[0]] if qualifier else "", "") + format_date(span, language)


def _before(before: str, after: str, mention: Mention, span: DateSpan, language: str) -> str:
    """The text before a date, ending in the preposition that its full form takes."""
    word = _preposition(mention, span, language)
    if there := re.search(r"\b(?:pada|on|in)(?=\s$)", before[-6:], re.IGNORECASE):
        start = there.start() - len(before[-6:])
        return before[:start] + (word.capitalize() if before[start].isupper() else word) + before[-1]
    if (mention.kind == "date" and mention.weekday < 0) or re.match(r"['’]s\b", after):
        return before
    if not before:
        return word.capitalize() + " " if after[:1] == " " else ""
    bare = before[-2:-1].isalpha() and before[-1].isspace() and not BEFORE_A_DATE.search(before[-12:])
    return f"{before}{word} " if bare else before


def _preposition(mention: Mention, span: DateSpan, language: str) -> str:
    week = mention.unit == "week" and span.end
    if language == "id":
        return "pada pekan" if week else "pada"
    return "in the week of" if week else "on" if len(span.start) == len("2017-12-17") else "in"


def _expressions(
    text: str, mentions: Sequence[Mention], spans: Sequence[DateSpan | None]
) -> tuple[DateExpression, ...]:
    return tuple(
        DateExpression(mention.start, mention.end, text[mention.start : mention.end], span)
        for mention, span in zip(mentions, spans, strict=True)
    )


def _resolve(text: str, mentions: Sequence[Mention], around: Surroundings) -> list[DateSpan | None]:
    spans: list[DateSpan | None] = [None] * len(mentions)
    near = around.near
    for number, mention in enumerate(mentions):
        if mention.kind == "date":
            if not mention.year:
                mention = _with_year(text, mention, _local(text, mentions, number, replace(around, near=near)))
            spans[number] = _span(mention)
            near = (parts, *near)[:CONTEXT] if (parts := _anchor(spans[number])) else near
    for number, mention in enumerate(mentions):
        if mention.kind == "relative":  # "besok, Kamis"
            spans[number] = _shift(around.published, mention)
            near = (parts, *near)[:CONTEXT] if (parts := _anchor(spans[number])) and parts[2] else near
    for number, mention in enumerate(mentions):
        if mention.kind == "weekday":
            spans[number] = _weekday(text, mention, replace(around, near=near))
        elif mention.kind == "anchored":
            bases = _anchored(text, mentions, spans, number) + ([] if mention.onward else list(around.near))
            spans[number] = next((span for base in bases if (span := _shift(base, mention))), None)
    return spans


def _local(text: str, mentions: Sequence[Mention], number: int, around: Surroundings) -> Surroundings:
    """A year that the sentence itself gives to its bare dates goes before the publication date.

    "28 Desember hingga 3 Januari 2018"; "In 2015, …"; "lahir pada tahun 1912, mungkin pada bulan Agustus".
    """
    mention = mentions[number]
    if mention.unit or mention.shift is not None:
        return around
    first = mentions[0]
    others = [
        (after, JOINING.fullmatch(text[mention.end : after.start])) for after in mentions[number + 1 : number + 2]
    ]
    for before in mentions[max(0, number - 1) : number]:
        others.append((before, SAME_YEAR.search(text[max(0, before.start - 5) : mention.start])))
    others.append((first, OPENING.fullmatch(text[: first.start]) if first.start < len("dalam  ") else None))
    for other, gives in others:
        if gives and other is not mention and other.kind == "date" and other.year and not other.era:
            return replace(around, published=(0, 0, 0), known=((other.year, other.month, other.day),))
    return around


def _with_year(text: str, mention: Mention, around: Surroundings) -> Mention:
    """The mention with the year it lacks, where that can be known."""
    published = around.published
    if mention.unit == "year":  # "Desember tahun lalu", "December of that year"
        base = published if mention.shift is not None else next(iter(around.near), (0, 0, 0))
        return replace(mention, year=base[0] + (mention.shift or 0)) if base[0] else mention
    same = (parts for parts in around.known if parts[2] == mention.day and mention.month in (0, parts[1]))
    told = next((parts for parts in same if not published[0] or abs(parts[0] - published[0]) <= 1), None)
    if mention.shift is None and told and told[1] and _fits(mention, told[0], told[1]):
        return replace(mention, year=told[0], month=told[1])
    checked = mention.weekday >= 0  # a weekday that fits makes up for a wrong publication date
    bases = (*(around.near if checked else ()), *(around.known if checked or not published[0] else ()))
    for base in (published, *bases) if mention.month else ():
        if year := _nearest_year(mention, base, _lies_ahead(text, mention)):
            return replace(mention, year=year)
    return mention


def _nearest_year(mention: Mention, base: Parts, ahead: bool) -> int:
    """The year that brings a day and month nearest to `base`, its weekday fitting; 0 if there is none."""
    reach = 4 if (mention.month, mention.day) == (2, 29) else 2
    costs = {
        year: cost
        for year in range(base[0] - reach, base[0] + reach)
        if _fits(mention, year, mention.month) and (cost := _cost(mention, year, base, ahead)) is not None
    }
    return min(costs, key=costs.__getitem__, default=0)


def _fits(mention: Mention, year: int, month: int) -> bool:
    """Whether the date exists in that year and, where a weekday is given, falls on it."""
    try:
        days = [date(year, month, day) for day in {mention.day or 1, mention.last[2] or mention.day or 1}]
    except ValueError:
        return False
    return mention.weekday < 0 or mention.weekday in {day.weekday() for day in days}


def _cost(mention: Mention, year: int, base: Parts, ahead: bool) -> int | None:
    """How far that year's date is from `base`, in days, or years if no more is known; None: ruled out."""
    checked = mention.weekday >= 0
    if not base[1]:
        far = 2 * abs(year - base[0]) + (year > base[0])
        return far if base[0] and (checked or not far) else None
    day = min(mention.day or base[2] or 1, 28)  # a month without a day is compared by whole months
    apart = (date(year, mention.month, day) - date(*base[:2], min(base[2] or day, 28))).days
    if mention.shift and (apart * mention.shift < 0 or not (apart or mention.day)):
        return None
    if (mention.shift == 0 and year != base[0]) or (checked and not -DAYS_BACK <= apart <= DAYS_AHEAD):
        return None
    return apart * (1 if ahead or checked else AHEAD_COUNTS) if apart > 0 else -apart


def _lies_ahead(text: str, mention: Mention) -> bool:
    clause = re.split(r"[,;:.“”\"]", text[max(0, mention.start - CLAUSE) : mention.start])[-1]
    return mention.shift == 1 or AHEAD.search(clause) is not None


def _span(mention: Mention) -> DateSpan | None:
    exists = not mention.day or _fits(replace(mention, weekday=-1), mention.year, mention.month)
    if not mention.year or not exists:
        return None
    start = (mention.year, mention.month, mention.day)
    if not any(mention.last):
        return DateSpan(_iso(start))
    end = (mention.last[0] or start[0], mention.last[1] or start[1], mention.last[2] or start[2])
    return DateSpan(_iso(start), _iso(end)) if start < end else None


def _weekday(text: str, mention: Mention, around: Surroundings) -> DateSpan | None:
    today = date(*around.published) if all(around.published) else None
    near = [date(*parts) for parts in around.near if all(parts)] if mention.shift is None else []
    for day in near:
        close = not today or abs((today - day).days) <= SAME_WEEKDAY_DAYS
        if close and day.weekday() == mention.weekday:
            return DateSpan(day.isoformat())
    if not today or (mention.shift is None and _lies_ahead(text, mention)):
        return None
    behind = (today.weekday() - mention.weekday) % 7
    if mention.unit == "week" or mention.shift == 0:
        moved = mention.weekday - today.weekday() + 7 * (mention.shift or 0)
    elif mention.shift == 1:
        moved = 7 - behind
    else:
        moved = -(behind or 7) if mention.shift else -behind
    if mention.unit == "upcoming" and mention.weekday > today.weekday():
        return None  # "next Friday" said on a Monday: this week's or next week's
    return DateSpan((today + timedelta(moved)).isoformat())


def _anchored(text: str, mentions: Sequence[Mention], spans: Sequence[DateSpan | None], number: int) -> list[Parts]:
    """What an anchored mention may count from, likeliest first, as far as this text has it."""
    if mentions[number].onward:  # "tiga hari setelah 14 Desember", not "tiga hari setelah ia menelepon"
        following = mentions[number + 1 : number + 2]
        joined = following and JOINING.fullmatch(text[mentions[number].end : following[0].start])
        dated = joined or governs_clause(text, mentions, number)
        candidates = spans[number + 1 : number + 2] if dated else ()
    else:
        candidates = spans[max(0, number - CONTEXT) : number][::-1]
    return [parts for span in candidates if (parts := _anchor(span))]


def governs_clause(text: str, mentions: Sequence[Mention], number: int) -> bool:
    """Whether a clause that ends in a date tells from when on: "tiga hari setelah ia tiba pada 14 Desember, …"."""
    mention, *following = mentions[number : number + 2]
    if not mention.onward or not following:
        return False
    clause, rest = text[mention.end : following[0].start], text[following[0].end :]
    told = re.fullmatch(r"\s\w[^,;:.]{2,120}\s", clause)
    return told is not None and JOINING.fullmatch(clause) is None and rest.lstrip().startswith(",")


def _shift(base: Parts, mention: Mention) -> DateSpan | None:
    """`mention.shift` units from `base`, as precise as the unit; None where `base` is less precise."""
    (year, month, day), shift = base, mention.shift or 0
    if mention.unit == "year":
        return DateSpan(_iso((year + shift, 0, 0))) if year else None
    if mention.unit == "month":
        months = 12 * year + month - 1 + shift
        return DateSpan(_iso((months // 12, months % 12 + 1, 0))) if month else None
    if not day:
        return None
    there = date(year, month, day)
    if mention.unit == "day":
        return DateSpan((there + timedelta(shift)).isoformat())
    monday = there + timedelta(7 * shift - there.weekday())
    first = monday + timedelta(5 if mention.unit == "weekend" else 0)
    return DateSpan(first.isoformat(), (monday + timedelta(6)).isoformat())


def _anchor(span: DateSpan | None) -> Parts | None:
    return _parts(span.start) if span and not span.end else None


def _parts(iso: str) -> Parts:
    """Year, month and day of an ISO date; zeros where it has none or is none."""
    try:
        whole = date.fromisoformat((iso[:10] + "-01-01")[:10])
    except ValueError:
        return 0, 0, 0
    if not 1000 <= whole.year < 3000:  # counting from it could leave the calendar
        return 0, 0, 0
    return whole.year, whole.month if len(iso) >= 7 else 0, whole.day if len(iso) >= 10 else 0


def _iso(parts: Parts) -> str:
    return "-".join(f"{part:0{4 if place == 0 else 2}}" for place, part in enumerate(parts) if part)
