"""Findings of several articles -> statements: what agrees is said once, what differs is set side by side.

Set arithmetic over per-article answers, done by code: a small model blends events when it is asked to merge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz import fuzz

from rag.atoms import Atoms, atoms, has_name, is_name
from rag.dates import DateSpan, same_date
from rag.question import Question
from rag.units import Unit
from rag.verify import split_verdict

# Two short answers without names, numbers or dates are one from this similarity of their words on (0 to 100).
SAME_WORDS = 75


# Log-odds by which a day may be less sure than the month that holds it, and still be told.
NEAR = 0.5


@dataclass(frozen=True, slots=True)
class Finding:
    """A supported answer of one unit.

    Attributes:
        unit: where it was read.
        text: the answer, its dates in full and in the question's language.
        sentences: numbers of the cited sentences of the unit, best first.
        doubt: the reading's log-odds against answering; lower is surer.
        closeness: share of the question's words in the cited sentences.
        sureness: log-odds that it is right.
        copies: publishers of other articles that repeat the cited sentences.
    """

    unit: Unit
    text: str
    sentences: tuple[int, ...]
    doubt: float
    closeness: float
    sureness: float = 0.0
    copies: tuple[str, ...] = ()

    @property
    def publisher(self) -> str:
        """Who says it."""
        return self.unit.document.origin

    @property
    def quotes(self) -> tuple[str, ...]:
        """The cited sentences, verbatim."""
        return tuple(self.unit.quote(number) for number in self.sentences)

    def event_dates(self) -> tuple[DateSpan, ...]:
        """The dates of the cited sentences, of the ones before them where these have none."""
        for number in range(min(self.sentences), -1, -1):
            near = {number, *self.sentences} if number == min(self.sentences) else {number}
            found = tuple(
                e.date for n in sorted(near) for e in self.unit.dates[n] if e.date and len(e.date.start) == 10
            )
            if found:
                return found
        return ()


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that say the same, surest first; a day goes before a month or year that is hardly surer."""

    findings: tuple[Finding, ...]

    @property
    def text(self) -> str:
        """The first finding's words."""
        return self.findings[0].text

    @property
    def publishers(self) -> tuple[str, ...]:
        """Who reports it, each once."""
        return tuple(dict.fromkeys(name for each in self.findings for name in (each.publisher, *each.copies)))


def merge(question: Question, findings: Sequence[Finding]) -> tuple[Group, ...]:
    """Group findings that say the same; events in the order of time, other answers surest first."""
    groups: list[list[Finding]] = []
    for finding in sorted(findings, key=lambda finding: -finding.sureness):
        home = next((group for group in groups if same(question, group[0], finding)), None)
        if home is None:
            groups.append([finding])
        else:
            home.append(finding)
    if question.kind != "when":
        return tuple(Group(tuple(group)) for group in groups)
    merged = [
        Group(tuple(sorted(group, key=lambda each: -_precision(each) * _is_near(each, group[0])))) for group in groups
    ]
    merged.sort(key=lambda group: min((date.start for date in atoms(group.text).dates), default="9999"))
    return tuple(merged)


def _precision(finding: Finding) -> int:
    """How much the finding tells of its date: of a day more than of a year."""
    return max((len(date.start) for date in atoms(finding.text).dates), default=0)


def _is_near(finding: Finding, surest: Finding) -> bool:
    return finding.sureness > surest.sureness - NEAR


def disagree(question: Question, groups: Sequence[Group]) -> bool:
    """Whether two groups give different values for what may be the same event, by different publishers.

    Different dates are different events; different answers to an open question complete each other.
    """
    if question.kind in ("when", "open") and not all(is_name(group.text) for group in groups):
        return False
    if question.kind == "when":
        return False
    return any(_one_event(a, b) and not set(a.publishers) & set(b.publishers) for a, b in combinations(groups, 2))


def _one_event(a: Group, b: Group) -> bool:
    first, second = a.findings[0].event_dates(), b.findings[0].event_dates()
    return not first or not second or any(same_date(x, y) for x in first for y in second)


def same(question: Question, a: Finding, b: Finding) -> bool:
    """Whether two findings say the same: the same dates to when, numbers to how many, names, or nearly the words."""
    if question.kind == "yesno":
        return split_verdict(a.text)[0] == split_verdict(b.text)[0]
    asked = atoms(question.text)
    first, second = _value(a, asked, question), _value(b, asked, question)
    if first.dates and second.dates and question.kind == "when":
        return len(first.dates) == len(second.dates) and all(
            any(same_date(x, y) for y in second.dates) for x in first.dates
        )
    if question.kind == "number" and first.numbers and second.numbers:
        return first.numbers == second.numbers
    if first.names and second.names:
        # Of two lists one may have more; of two sentences one name is enough.
        shared = all if is_name(a.text) and is_name(b.text) else any
        return shared(has_name(b.text, name) for name in first.names) or shared(
            has_name(a.text, name) for name in second.names
        )
    return fuzz.token_set_ratio(a.text.casefold(), b.text.casefold()) >= SAME_WORDS


def _value(finding: Finding, asked: Atoms, question: Question) -> Atoms:
    said = atoms(finding.text)
    return Atoms(
        said.numbers - asked.numbers,
        said.dates,
        tuple(name for name in said.names if not has_name(question.text, name)),
    )
