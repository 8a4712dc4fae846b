"""Question -> answer: retrieve, read, verify, merge, compose; streamed as it grows."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial

from rag.answer import Answer, RetrievedPassage
from rag.atoms import has_name
from rag.compose import compose, nearest_articles, silence, words
from rag.dates import rewrite_dates
from rag.errors import ModelError
from rag.followup import standalone
from rag.merge import Finding, Group, disagree, merge
from rag.premise import has_main_verb, missing_premise
from rag.question import LONGEST, Question, understand
from rag.reading import Reader, Reading
from rag.retrieve import Retriever
from rag.units import Unit
from rag.verify import verify

# Passages retrieved for a question; the first of them are shown.
RETRIEVED, SHOWN = 40, 10
# Units read first, so that the first words come soon; units read in all; and units of one article among them, where
# others are left: a question may have an answer in each of several articles.
FIRST, UNITS, PER_DOCUMENT = 2, 7, 2
# The surest reading's doubt, above which nothing is said. Questions in another language than the article's are
# doubted more throughout; yes-no questions, which the check decides, most.
TOO_DOUBTFUL = -1.0
TOO_DOUBTFUL_ACROSS = -0.7
TOO_DOUBTFUL_YESNO = 1.5
# Readings above the limit that are still decoded: they count only beside a surer one, and never far behind it.
BESIDE, FAR_BEHIND = 0.7, 5.0
# What a sentence without the question's verb adds to the doubt: the lexicon misses a third of the verbs, so that this
# can't decide alone.
WITHOUT_VERB = 1.2
# Findings are weighed by doubt and by how much of the question their sentence contains, which is worth this much
# doubt; a statement is shown if its best finding is at most WINDOW behind the best of all.
CLOSENESS, WINDOW = 4.0, 3.0
# A question that asks for several answers gets weaker ones too.
WINDOW_OF_MANY = 6.0
_MANY = re.compile(
    r"\b(days|dates|times|occasions|all|both|saja|semua|aja|sajakah|kedua)\b|\b(or|atau)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Asker:
    """Answers questions over one library.

    `units` gives the units of passages by their ids. `reader` is None where no chat model runs.
    """

    retriever: Retriever
    units: Callable[[Sequence[str]], Sequence[Unit]]
    reader: Reader | None
    models: dict[str, str]
    documents: int

    def stream(self, text: str, history: Sequence[tuple[str, str]] = ()) -> Iterator[Answer]:
        """Yield the answer as it grows: first what was retrieved, then statement by statement.

        Raises:
            QuestionError: the question is empty or too long.
        """
        clock = _Clock()
        question = self._understood(text, history)
        retrieved = self.retriever.retrieve(question.text, RETRIEVED, per_document=RETRIEVED)
        # What is shown is spread over the articles like what is read.
        passages = tuple(_spread(retrieved, SHOWN))
        clock.mark("retrieve_ms")
        answer = Answer(text, question.language, passages=passages, models=self.models)
        yield replace(answer, timings=clock.timings())
        if self.reader is None:
            yield replace(answer, text=_evidence("no_model", answer), timings=clock.end(), complete=True)
            return
        yield from self._read(question, retrieved, answer, clock)

    def _understood(self, text: str, history: Sequence[tuple[str, str]]) -> Question:
        asked = understand(text)
        alone = standalone(asked.text, history, self._rewrite if self.reader else None)
        # The answer is in the language of what was typed, whatever the rewriting is in.
        return asked if alone == asked.text else replace(understand(alone[:LONGEST]), language=asked.language)

    def _rewrite(self, conversation: str) -> str:
        """The model's rewriting; "" where it fails, which the first reading then says."""
        assert self.reader is not None
        try:
            return self.reader.rewrite(conversation)
        except ModelError:
            return ""

    def _read(
        self, question: Question, passages: Sequence[RetrievedPassage], answer: Answer, clock: _Clock
    ) -> Iterator[Answer]:
        assert self.reader is not None
        # An article that lacks a name, number or date of the question can't answer it, and need not be read.
        units = dict(zip(passages, self.units([passage.passage_id for passage in passages]), strict=True))
        missing = {passage: missing_premise(question, unit) for passage, unit in units.items()}
        whole = [passage for passage in passages if not missing[passage]]
        if not whole and self._known(set(missing.values()), units.values()):
            # Each article lacks something that another has: the question is about several.
            whole = list(passages)
        able = [units[passage] for passage in _spread(whole, UNITS)]
        if self.reader.at_once < len(able):
            # What the model still knows comes first, before another unit displaces it.
            able = [u for u in able if self.reader.is_kept(u)] + [u for u in able if not self.reader.is_kept(u)]
        readings: list[Reading] = []
        # A unit without a kept state takes seconds to read: the first words then come from one.
        first = FIRST if all(self.reader.is_kept(unit) for unit in able[:FIRST]) else 1
        for batch in _batches(able, first, self.reader.at_once):
            try:
                readings += self.reader.read(batch, question.text, partial(_worth, question))
            except ModelError as error:
                answer = replace(answer, problem=str(error))
                break
            answer = self._answer(question, readings, answer)
            if answer.answered:
                clock.mark("first_token_ms")
            # Also without news: between two batches is where a reader who stopped is noticed.
            yield replace(answer, timings=clock.timings())
        if answer.problem and not answer.answered:
            answer = replace(answer, text=_evidence("failed", answer))
        elif not answer.answered:
            premise = next(iter(missing.values()), "") if not able else ""
            answer = replace(answer, text=silence(question, answer.passages, premise, self.documents))
        clock.mark("first_token_ms")
        yield replace(answer, timings=clock.end(), complete=True)

    def _known(self, names: Set[str], units: Iterable[Unit]) -> bool:
        """Whether each name is in one of the articles at least."""
        documents = {unit.document.id: unit.document for unit in units}.values()
        return all(any(has_name(f"{d.title} {d.publisher} {d.text}", name) for d in documents) for name in names)

    def _answer(self, question: Question, readings: Sequence[Reading], answer: Answer) -> Answer:
        findings = [found for reading in readings if reading.text for found in _found(question, reading)]
        if not any(finding.doubt <= _limit(question, finding.unit) for finding in findings):
            return replace(answer, answered=False, text="", statements=(), citations=())
        groups = _weighed(question, merge(question, findings))
        disagreement = disagree(question, groups)
        said = compose(question, groups, disagreement=disagreement)
        return replace(
            answer,
            answered=True,
            text=said.text,
            statements=said.statements,
            citations=said.citations,
            disagreement=disagreement,
        )


def _evidence(why: str, answer: Answer) -> str:
    """What was found, where no model reads it."""
    return f"{words(answer.language)[why]}\n{nearest_articles(answer.passages, answer.language, SHOWN)}"


def _batches(units: Sequence[Unit], first: int, at_once: int) -> Iterator[Sequence[Unit]]:
    """The first few units, then as many at a time as the reader reads best."""
    while units:
        yield units[:first]
        units, first = units[first:], at_once


def _spread(passages: Sequence[RetrievedPassage], count: int) -> list[RetrievedPassage]:
    """The best passages, at most `PER_DOCUMENT` of an article while there are others; in their order."""
    seen: Counter[str] = Counter()
    first: list[RetrievedPassage] = []
    rest: list[RetrievedPassage] = []
    for passage in passages:
        seen[passage.document_id] += 1
        (first if seen[passage.document_id] <= PER_DOCUMENT else rest).append(passage)
    return (first + rest)[:count]


def _limit(question: Question, unit: Unit) -> float:
    """The doubt above which a reading does not answer by itself."""
    if question.kind == "yesno":
        return TOO_DOUBTFUL_YESNO
    return TOO_DOUBTFUL if question.language == unit.document.language else TOO_DOUBTFUL_ACROSS


def _worth(question: Question, doubts: Sequence[float]) -> list[int]:
    """Which readings are decoded: those that may end up in the answer."""
    beside = min(TOO_DOUBTFUL + BESIDE, min(doubts) + FAR_BEHIND)
    limit = TOO_DOUBTFUL_YESNO if question.kind == "yesno" else beside
    return [number for number, doubt in enumerate(doubts) if doubt <= limit]


def _weighed(question: Question, groups: Sequence[Group]) -> tuple[Group, ...]:
    """The groups that are near the best one; of a yes and a no only the better."""
    window = 0.0 if question.kind == "yesno" else WINDOW_OF_MANY if _MANY.search(question.text) else WINDOW
    # A sentence without a word of the question says nothing beside one that has some.
    told = [group for group in groups if any(finding.closeness for finding in group.findings)] or groups
    weights = [min(f.doubt - CLOSENESS * f.closeness for f in group.findings) for group in told]
    return tuple(group for group, weight in zip(told, weights, strict=True) if weight <= min(weights) + window)


def _found(question: Question, reading: Reading) -> Iterator[Finding]:
    unit = reading.unit
    verdict = verify(question, unit, reading.text, reading.hint)
    if verdict.supported:
        context = [e.date.start for number in verdict.sentences for e in unit.dates[number] if e.date]
        said = verdict.instead or reading.text
        text = rewrite_dates(said, unit.document.published, context, question.language).strip(" .")
        quotes = " ".join(unit.quote(number) for number in verdict.sentences)
        doubt = reading.doubt + WITHOUT_VERB * (not has_main_verb(question.text, quotes))
        yield Finding(unit, text[:1].upper() + text[1:], verdict.sentences, doubt, verdict.closeness)


class _Clock:
    """Milliseconds since the question; a mark is set once."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._marks: dict[str, float] = {}

    def mark(self, name: str) -> None:
        self._marks.setdefault(name, round(1000 * (time.perf_counter() - self._start), 1))

    def timings(self) -> dict[str, float]:
        return dict(self._marks)

    def end(self) -> dict[str, float]:
        self.mark("total_ms")
        return self.timings()
