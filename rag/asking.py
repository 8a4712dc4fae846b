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
from rag.verify import missing_premise, verify

# Passages retrieved for a question, and shown.
RETRIEVED = 10
# Units read first: with them the first words come soonest; and in all. Measured: see eval/results/units.md.
FIRST, UNITS = 2, 6
# A reading counts if its doubt is at most this much above the best one's, in log-odds.
MARGIN = 5.0
# Above this doubt not even the best unit answers.
TOO_DOUBTFUL = -1.0


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
        passages = tuple(self.retriever.retrieve(question.text, RETRIEVED))
        clock.mark("retrieve_ms")
        answer = Answer(text, question.language, passages=passages, models=self.models)
        yield replace(answer, timings=clock.timings())
        if self.reader is None:
            say = words(question.language)["no_model"]
            shown = nearest_articles(passages, question.language, RETRIEVED)
            yield replace(answer, text=f"{say}\n{shown}", timings=clock.end(), complete=True)
            return
        yield from self._read(question, passages, answer, clock)

    def _understood(self, text: str, history: Sequence[tuple[str, str]]) -> Question:
        asked = understand(text)
        alone = standalone(asked.text, history, self.reader.rewrite if self.reader else None)
        # The answer is in the language of what was typed, whatever the rewriting is in.
        return asked if alone == asked.text else replace(understand(alone[:LONGEST]), language=asked.language)

    def _read(
        self, question: Question, passages: Sequence[RetrievedPassage], answer: Answer, clock: _Clock
    ) -> Iterator[Answer]:
        readings: list[Reading] = []
        for batch in self._batches(passages):
            assert self.reader is not None
            best = min((reading.doubt for reading in readings), default=TOO_DOUBTFUL)
            readings += self.reader.read(batch, question.text, partial(_worth, best))
            answer = self._answer(question, readings, answer)
            if answer.answered:
                clock.mark("first_token_ms")
                yield replace(answer, timings=clock.timings())
        if not answer.answered:
            missing = self._missing(question, readings)
            answer = replace(answer, text=silence(question, passages, missing, self.documents))
        clock.mark("first_token_ms")
        yield replace(answer, timings=clock.end(), complete=True)

    def _batches(self, passages: Sequence[RetrievedPassage]) -> Iterator[Sequence[Unit]]:
        units = self.units([passage.passage_id for passage in passages[:UNITS]])
        yield units[:FIRST]
        if units[FIRST:]:
            yield units[FIRST:]

    def _answer(self, question: Question, readings: Sequence[Reading], answer: Answer) -> Answer:
        best = min(reading.doubt for reading in readings)
        findings = [
            finding
            for reading in readings
            if reading.text and reading.doubt <= min(best + MARGIN, TOO_DOUBTFUL)
            for finding in _found(question, reading)
        ]
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

    def _missing(self, question: Question, readings: Sequence[Reading]) -> str:
        """What no article that was read mentions; "" if each has everything that the question names."""
        missing = [missing_premise(question, reading.unit) for reading in readings]
        return missing[0] if missing and all(missing) else ""


def _worth(best: float, doubts: Sequence[float]) -> list[int]:
    """Which readings are decoded: those that may end up in the answer."""
    limit = min(min(doubts, default=0.0), best) + MARGIN
    return [number for number, doubt in enumerate(doubts) if doubt <= min(limit, TOO_DOUBTFUL)]


def _found(question: Question, reading: Reading) -> Iterator[Finding]:
    unit = reading.unit
    verdict = verify(question, unit, reading.text, reading.hint)
    if verdict.supported:
        context = [e.date.start for number in verdict.sentences for e in unit.dates[number] if e.date]
        text = rewrite_dates(reading.text, unit.document.published, context, question.language).strip(" .")
        yield Finding(unit, text[:1].upper() + text[1:], verdict.sentences, reading.doubt)


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
