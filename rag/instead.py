"""Unit -> the date or number that a sentence gives, where the model took another.

Dates and numbers stand side by side in an article, and a small model takes its neighbour's as often as its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from rag.atoms import Atoms, atoms, has_name, numbers
from rag.dates import DateSpan, format_date, same_day_of_year, without_year
from rag.kinds import asks_place, measures
from rag.lexicon import phrases
from rag.overlap import has_any
from rag.premise import asked_verbs, choices, has_main_verb, is_about, is_day_of_report, swaps_roles
from rag.question import Question
from rag.units import Unit

# Share of the question's words that a sentence has to contain for its one number to be the answer.
NEARLY_ALL = 0.75
# The date of a count is not that of what was counted: "the toll had risen to 13 by Sunday".
_UP_TO = re.compile(r"\b(hingga|sampai|until|till|as of|by)( the| hari| tanggal)?\s*\Z", re.IGNORECASE)
# "Three days later".
_DISTANCE = re.compile(r"\b(\w+) (?:hari|pekan|minggu|bulan|tahun|days?|weeks?|months?|years?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sought:
    """What is sought, and where.

    Attributes:
        asked: the question's atoms.
        closeness: share of the question's words that each sentence of the unit contains, 0 to 1.
    """

    question: Question
    unit: Unit
    asked: Atoms
    closeness: Sequence[float]

    def written(self, day: DateSpan) -> str:
        """A date in the question's language."""
        return format_date(day, self.question.language)


def closest_value(sought: Sought, said: Atoms) -> tuple[int, str] | None:
    """The sentence, and its date or number, that the answer's stands for; None where no sentence is close enough."""
    found = _day_without_year(sought, said) or _closest_date(sought)
    # A count is no place in a row.
    return found or (None if asks_place(sought.question.text) else _counted(sought) or _closest_number(sought))


# "Three days after he thanked him on 14 December, they talked about Korea": the talk was on the 17th.
_COUNTED_FROM = re.compile(
    r"\b(?P<time>\w+ (?:hari|pekan|minggu|bulan|days?|weeks?|months?) (?:setelah|sesudah|sebelum|after|before))\b"
    r"(?P<clause>[^,;]*), (?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)


def day_counted_from(sought: Sought, said: Atoms) -> tuple[int, str] | None:
    """The day of what a sentence tells of, where the answer is the day from which that is counted."""
    question = sought.question
    verbs = [forms for _, forms in asked_verbs(question.text)] if question.kind == "when" else []
    for number in range(len(sought.closeness)):
        counted = _COUNTED_FROM.search(sought.unit.quote(number))
        # What is asked about is in the rest of the sentence, not in what the days are counted from.
        if counted is None or not any(
            has_any(counted["rest"], forms) and not has_any(counted["clause"], forms) for forms in verbs
        ):
            continue
        for each in sought.unit.dates[number]:
            if each.date in said.dates and counted.start("clause") <= each.start < counted.end("clause"):
                found = next((e.date for e in sought.unit.dates[number] if e.text == counted["time"]), None)
                return (number, sought.written(found)) if found else None
    return None


def date_with_more_names(sought: Sought, cited: int, closeness: float) -> tuple[int, str] | None:
    """To a when-question, the one date of a sentence that names whom the cited one names, and others asked about.

    Args:
        sought: the question.
        cited: the sentence that the answer stands in.
        closeness: what the other sentence needs at least.
    """
    sentences = range(len(sought.closeness))
    named = [{name for name in sought.asked.names if has_name(sought.unit.quote(n), name)} for n in sentences]
    verbs = [has_main_verb(sought.question.text, sought.unit.quote(n)) for n in sentences]
    for number, date in _lone_dates(sought):
        if named[number] > named[cited] and sought.closeness[number] >= closeness and verbs[number] >= verbs[cited]:
            return number, sought.written(date)
    return None


def own_choice(question: str, unit: Unit, answer: str) -> str:
    """Of two names between which the question lets choose the one that the unit has, where the answer is the other."""
    offered = offered_names(question)
    having = [name for name in offered if unit.has(name)]
    if len(having) != 1 or has_name(answer, having[0]):
        return ""
    return having[0] if any(has_name(answer, name) for name in offered) else ""


def offered_names(question: str) -> tuple[str, ...]:
    """The two names between which the question lets choose; none where it doesn't."""
    offered = tuple(name for name in atoms(question).names if name.casefold() in choices(question))
    return offered if len(offered) == 2 else ()


def numbers_of(unit: Unit, sentences: Sequence[int]) -> frozenset[str]:
    """Numbers of the sentences, those within dates left out: "(17/12)" is no 17, "three days later" is three days."""
    found: set[str] = set()
    for number in sentences:
        dates = [each for each in unit.dates[number] if not _counts(each.text)]
        found |= atoms(unit.quote(number), dates, unit.document.language).numbers
    return frozenset(found)


def _counts(date: str) -> bool:
    """Whether a date is told as a number of days from another one."""
    distance = _DISTANCE.search(date)
    return distance is not None and bool(numbers(distance[1]))


def _day_without_year(sought: Sought, said: Atoms) -> tuple[int, str] | None:
    """The day that a sentence gives without a year, where the model has made up one."""
    if sought.question.kind != "when" or len(said.dates) != 1 or said.dates[0].end:
        return None
    day = said.dates[0]
    for number in sorted(range(len(sought.closeness)), key=lambda n: -sought.closeness[n]):
        if any(not found.date and same_day_of_year(found, day) for found in sought.unit.dates[number]):
            return number, without_year(day, sought.question.language)
    return None


def _closest_date(sought: Sought) -> tuple[int, str] | None:
    """The one date of a sentence with all the question's words."""
    return next(((n, sought.written(date)) for n, date in _lone_dates(sought) if sought.closeness[n] == 1), None)


def _lone_dates(sought: Sought) -> Iterator[tuple[int, DateSpan]]:
    """Sentences that may tell when, with the one date of each; of several the one that is a day."""
    question, unit = sought.question, sought.unit
    for number in range(len(unit.sentences)) if question.kind == "when" else ():
        sentence = unit.quote(number)
        dates = {
            found.date for found in unit.dates[number] if found.date and not _UP_TO.search(sentence[: found.start])
        }
        date, *others = {date for date in dates if len(date.start) == len("2017-12-17")} or dates or [None]
        if date is None or others or swaps_roles(question.text, sentence):
            continue
        if not is_day_of_report(question.text, unit, number, date):
            yield number, date


def _closest_number(sought: Sought) -> tuple[int, str] | None:
    """To a how-many-question, the one number of the sentence that has nearly all its words."""
    question, unit, closeness = sought.question, sought.unit, sought.closeness
    best = max(range(len(closeness)), key=closeness.__getitem__)
    found = sorted(numbers_of(unit, (best,)) - sought.asked.numbers)
    if question.kind != "number" or closeness[best] < NEARLY_ALL or len(found) != 1:
        return None
    return (best, _grouped(found[0], question.language)) if is_about(question, unit, best, sought.asked) else None


# "How many of its own citizens", "berapa (banyak) warga Rusia".
_HOW_MANY = re.compile(
    r"\b(?:how many|(?:be)?rapa(?:kah)?(?: banyak| jumlah)?) (?:of )?(?:the |its |their )?(?:own )?(.+)", re.I
)
# Words behind a number in which what it counts is named: "2.900 warga Rusia".
_COUNTED_IN = 3


def _counted(sought: Sought) -> tuple[int, str] | None:
    """To a how-many-question, the one number of the unit right behind which stands what is to be counted."""
    question, found = sought.question, counted(sought.question, sought.unit)
    if len(found) != 1 or not is_about(question, sought.unit, found[0][0], sought.asked):
        return None
    return found[0][0], _grouped(found[0][1], question.language)


def exact_count(sought: Sought, said: Atoms) -> tuple[int, str] | None:
    """The one number right before the very things that are to be counted, where the answer is another number."""
    found = counted(sought.question, sought.unit, least=2)
    return _counted(sought) if len(found) == 1 and found[0][1] not in said.numbers else None


def counted(question: Question, unit: Unit, least: int = 1) -> list[tuple[int, str]]:
    """The sentences and numbers right behind which stands what a how-many-question wants counted.

    Args:
        question: what is asked.
        unit: where it is looked for.
        least: words that have to say what is counted: "Russian citizens" are two.
    """
    asked = _HOW_MANY.search(question.text) if question.kind == "number" else None
    wanted = [forms for _, _, forms in takewhile(_is_thing, phrases(asked[1]))][:2] if asked else []
    # Days are no things: of them there are many in a sentence.
    if asked and least > 1 and measures(f"3 {asked[1]}"):
        return []
    found: list[tuple[int, str]] = []
    for number in range(len(unit.sentences)) if len(wanted) >= least else ():
        quote = unit.quote(number)
        told = numbers_of(unit, (number,))
        for count in re.finditer(r"\b(?:\d[\d.,]*|[^\W\d_]+)(?= \w)", quote):
            value = told & numbers(count[0])
            behind = " ".join(quote[count.end() :].split()[:_COUNTED_IN]) if value else ""
            if value and all(has_any(behind, forms) for forms in wanted):
                found += [(number, each) for each in value]
    return found


def _is_thing(phrase: tuple[str, str, frozenset[str]]) -> bool:
    return phrase[0] != "verb"


def _grouped(number: str, language: str) -> str:
    """A plain number as it is written: 2,900 in English, 2.900 in Indonesian; a fraction stays as it is."""
    if not number.isdecimal():
        return number
    return f"{int(number):,}".replace(",", "." if language == "id" else ",")
