"""Question -> answer: retrieve, read, verify, merge, compose; streamed as it grows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from rag.answer import Answer, RetrievedPassage
from rag.compose import compose, nearest_articles, silence, words
from rag.dates import rewrite_dates
from rag.followup import standalone
from rag.merge import Finding, disagree, merge
from rag.question import LONGEST, Question, understand
from rag.reader import Reader, Reading
from rag.retrieve import Retriever
from rag.units import Unit
from rag.verify import BEHIND, missing_premise, verify

# Passages retrieved for a question; the first of them are shown.
RETRIEVED, SHOWN = 30, 10
# Units read first: with them the first words come soonest; and in all. Measured: see eval/results/units.md.
FIRST, UNITS = 2, 6
# Above this doubt a unit does not answer; yes-no questions, which the check decides, are doubted more throughout.
TOO_DOUBTFUL = (-1.0, 0.7)


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
            ModelError: the model failed.
        """
        clock = _Clock()
        question = self._understood(text, history)
        retrieved = self.retriever.retrieve(question.text, RETRIEVED)
        passages = tuple(retrieved[:SHOWN])
        clock.mark("retrieve_ms")
        answer = Answer(text, question.language, passages=passages, models=self.models)
        yield replace(answer, timings=clock.timings())
        if self.reader is None:
            say = words(question.language)["no_model"]
            shown = nearest_articles(passages, question.language, SHOWN)
            yield replace(answer, text=f"{say}\n{shown}", timings=clock.end(), complete=True)
            return
        yield from self._read(question, retrieved, answer, clock)

    def _understood(self, text: str, history: Sequence[tuple[str, str]]) -> Question:
        asked = understand(text)
        alone = standalone(asked.text, history, self.reader.rewrite if self.reader else None)
        # The answer is in the language of what was typed, whatever the rewriting is in.
        return asked if alone == asked.text else replace(understand(alone[:LONGEST]), language=asked.language)

    def _read(
        self, question: Question, passages: Sequence[RetrievedPassage], answer: Answer, clock: _Clock
    ) -> Iterator[Answer]:
        assert self.reader is not None
        # An article that lacks a name, number or date of the question can't answer it, and need not be read.
        units = self.units([passage.passage_id for passage in passages])
        missing = [missing_premise(question, unit) for unit in units]
        able = [unit for unit, what in zip(units, missing, strict=True) if not what][:UNITS]
        readings: list[Reading] = []
        for batch in (able[:FIRST], able[FIRST:]):
            if not batch:
                break
            readings += self.reader.read(batch, question.text, partial(_worth, question))
            answer = self._answer(question, readings, answer)
            if answer.answered:
                clock.mark("first_token_ms")
                yield replace(answer, timings=clock.timings())
        if not answer.answered:
            premise = missing[0] if missing and not able else ""
            answer = replace(answer, text=silence(question, answer.passages, premise, self.documents))
        clock.mark("first_token_ms")
        yield replace(answer, timings=clock.end(), complete=True)

    def _answer(self, question: Question, readings: Sequence[Reading], answer: Answer) -> Answer:
        findings = [
            finding
            for reading in readings
            if reading.text and reading.doubt <= TOO_DOUBTFUL[question.kind == "yesno"]
            for finding in _found(question, reading)
        ]
        closest = max((finding.closeness for finding in findings), default=0.0)
        findings = [finding for finding in findings if finding.closeness >= closest - BEHIND]
        if not findings:
            return replace(answer, answered=False, text="", statements=(), citations=())
        groups = merge(question, findings)
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


def _worth(question: Question, doubts: Sequence[float]) -> list[int]:
    """Which readings are decoded: those that may end up in the answer."""
    return [number for number, doubt in enumerate(doubts) if doubt <= TOO_DOUBTFUL[question.kind == "yesno"]]


def _found(question: Question, reading: Reading) -> Iterator[Finding]:
    unit = reading.unit
    verdict = verify(question, unit, reading.text, reading.hint)
    if verdict.supported:
        context = [e.date.start for number in verdict.sentences for e in unit.dates[number] if e.date]
        said = verdict.instead or reading.text
        text = rewrite_dates(said, unit.document.published, context, question.language).strip(" .")
        yield Finding(unit, text[:1].upper() + text[1:], verdict.sentences, reading.doubt, verdict.closeness)


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
