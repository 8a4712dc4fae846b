"""Question -> answer: retrieve, read, verify, merge, compose; streamed as it grows."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial

from rag.answer import Answer, RetrievedPassage
from rag.atoms import may_have_name
from rag.byline import signature
from rag.compose import Part, compose, nearest_articles, silence, words
from rag.copies import copiers
from rag.errors import ModelError
from rag.filters import UNFILTERED, Filters, nothing_fits
from rag.followup import standalone
from rag.infer import narrow
from rag.merge import Group
from rag.parts import parts
from rag.premise import missing_premise
from rag.question import LONGEST, Question, asks_for_something, for_reading, kind_of, understand
from rag.reading import Reader, Reading
from rag.retrieve import Retriever
from rag.translate import in_language
from rag.truecase import truecase
from rag.units import Unit
from rag.weigh import at_home, shown, worth

# Passages retrieved for a question; the first of them are shown.
RETRIEVED, SHOWN = 40, 10
# Units read first, so that the first words come soon; units read in all; and units of one article among them, where
# others are left: a question may have an answer in each of several articles.
FIRST, UNITS, PER_DOCUMENT = 2, 7, 2
# A model that is fast where it runs reads on: at most so many units, as long as that takes so many seconds in all.
MOST, QUICK_S = 14, 2.0
# Of what is read, so many are of another month than most, where there are such: many articles about one event would
# leave no room for the few about another.
OTHER_TIMES = 2


@dataclass(frozen=True)
class Asker:
    """Answers questions over one library.

    `units` gives the units of passages by their ids. `reader` is None where no chat model runs, and `problem` says why.
    """

    retriever: Retriever
    units: Callable[[Sequence[str]], Sequence[Unit]]
    reader: Reader | None
    models: dict[str, str]
    problem: str = ""

    def stream(
        self,
        text: str,
        history: Sequence[tuple[str, str]] = (),
        filters: Filters = UNFILTERED,
        *,
        infer_filters: bool = True,
    ) -> Iterator[Answer]:
        """Yield the answer as it grows: first what was retrieved, then statement by statement.

        Raises:
            FilterError: a filter names what the library doesn't have.
            QuestionError: the question is empty or too long.
        """
        clock = _Clock()
        question = self._understood(text, history)
        narrowed = narrow(self.retriever.store, (text, question.text), filters, infer=infer_filters)
        question, retrieved = self._found(question, narrowed.filters)
        # What is shown is spread over the articles like what is read.
        passages = tuple(_spread(retrieved, SHOWN))
        clock.mark("retrieve_ms")
        answer = Answer(text, question.language, passages=passages, models=self.models, narrowed=narrowed)
        yield replace(answer, timings=clock.timings())
        if not retrieved and narrowed.filters:
            yield replace(answer, text=nothing_fits(question.language), timings=clock.end(), complete=True)
            return
        if self.reader is None:
            yield replace(answer, text=_evidence("no_model", answer, self.problem), timings=clock.end(), complete=True)
            return
        yield from self._read(question, retrieved, answer, clock)

    def _understood(self, text: str, history: Sequence[tuple[str, str]]) -> Question:
        asked = understand(text)
        alone = standalone(asked.text, history, self._rewrite if self.reader else None)
        # The answer is in the language of what was typed, whatever the rewriting is in.
        if alone == asked.text:
            return asked
        whole = understand(alone[:LONGEST])
        # "Who was invited? What is the occasion?" asks what; "and in 2019?" what was asked before.
        kind = asked.kind if asks_for_something(asked.text) else whole.kind
        return replace(whole, language=asked.language, own=asked.text, kind=kind)

    def _rewrite(self, conversation: str, begun: str) -> str:
        """The model's rewriting; "" where it fails, which the first reading then says."""
        assert self.reader is not None
        try:
            return self.reader.rewrite(conversation, begun)
        except ModelError:
            return ""

    def _found(self, question: Question, filters: Filters) -> tuple[Question, list[RetrievedPassage]]:
        """The question with its names capitalised, and what is retrieved for it."""
        passages = self._retrieved(question.text, filters)
        text = truecase(question.text, [passage.text for passage in passages])
        if text == question.text:
            return question, passages
        return replace(question, text=text), self._retrieved(text, filters)

    def _retrieved(self, text: str, filters: Filters) -> list[RetrievedPassage]:
        return self.retriever.retrieve(text, RETRIEVED, per_document=RETRIEVED, filters=filters)

    def _read(
        self, question: Question, passages: Sequence[RetrievedPassage], answer: Answer, clock: _Clock
    ) -> Iterator[Answer]:
        said: list[Part] = []
        problem = premise = ""
        try:
            for part, found in self._parts(question, passages, answer.narrowed.filters):
                others = self.units([passage.passage_id for passage in found])
                units, premise = self._readable(part, found, others)
                said.append(Part(part, ()))
                for groups in self._groups(part, units, others):
                    said[-1] = Part(part, tuple(self._with_copies(group, found) for group in groups))
                    growing = _answered(answer, question, [part for part in said if part.groups])
                    if growing.answered:
                        clock.mark("first_token_ms")
                    # Also without news: between two batches is where a reader who stopped is noticed.
                    yield replace(growing, timings=clock.timings())
                said[-1] = self._in_language(said[-1], question.language)
        except ModelError as error:
            problem = str(error)
        answer = replace(_answered(answer, question, said), problem=problem)
        if problem and not answer.answered:
            answer = replace(answer, text=_evidence("failed", answer))
        elif not answer.answered:
            answer = replace(answer, text=silence(question, answer.passages, premise, self._searched(answer)))
        clock.mark("first_token_ms")
        yield replace(answer, timings=clock.end(), complete=True)

    def _in_language(self, part: Part, language: str) -> Part:
        assert self.reader is not None
        translate = self.reader.translate
        return replace(part, groups=tuple(in_language(group, language, translate) for group in part.groups))

    def _parts(
        self, question: Question, passages: Sequence[RetrievedPassage], filters: Filters
    ) -> Iterator[tuple[Question, Sequence[RetrievedPassage]]]:
        """The questions that a question consists of, with the passages of each."""
        # A follow-up behind the question before is no question of two parts.
        if len(parts(question.own or question.text)) == 1:
            yield question, passages
            return
        for text in parts(question.text):
            found = self._retrieved(text, filters)
            yield replace(question, text=text, kind=kind_of(text)), found

    def _readable(
        self, question: Question, passages: Sequence[RetrievedPassage], found: Sequence[Unit]
    ) -> tuple[list[Unit], str]:
        """The units of passages that are read, best first, and what all articles lack of the question, if none is.

        An article that lacks a name, number or date of the question can't answer it, and need not be read.
        """
        units = dict(zip(passages, found, strict=True))
        missing = {passage: missing_premise(question, unit) for passage, unit in units.items()}
        whole = [passage for passage in passages if not missing[passage]]
        if not whole and self._known(set(missing.values()), units.values()):
            # Each article lacks something that another has: the question is about several.
            whole = list(passages)
        premise = "" if whole else next(iter(missing.values()), "")
        # An article that has its text twice is read once.
        best = {units[passage].key: units[passage] for passage in _best(whole)}
        return list(best.values()), premise

    def _groups(self, question: Question, units: Sequence[Unit], others: Sequence[Unit]) -> Iterator[tuple[Group, ...]]:
        """What the units say, first of the best ones alone, then of all; on a fast machine of further ones."""
        assert self.reader is not None
        signed = signature(question, others[0]) if others else None
        if signed:
            yield (Group((signed,)),)
            return
        units, further = units[:UNITS], units[UNITS:]
        if self.reader.at_once < len(units):
            # What the model still knows comes first, before another unit displaces it.
            kept = [unit for unit in units if self.reader.is_kept(unit)]
            units = [*kept, *(unit for unit in units if unit not in kept)]
        # A unit without a kept state takes seconds to read: the first words then come from one.
        first = FIRST if all(self.reader.is_kept(unit) for unit in units[:FIRST]) else 1
        readings: list[Reading] = []
        began = time.monotonic()
        at_once = self.reader.at_once
        for batch in (*_batches(units, first, at_once), *_batches(further, at_once, at_once)):
            pace = (time.monotonic() - began) / max(1, len(readings))
            if len(readings) >= UNITS and pace * (len(readings) + len(batch)) > QUICK_S:
                return
            found = self.reader.read(batch, for_reading(question.text), partial(worth, question))
            readings += [at_home(question, reading, others) for reading in found]
            yield shown(question, readings)

    def _searched(self, answer: Answer) -> int:
        """How many articles the question was put to."""
        return self.retriever.store.count_documents(answer.narrowed.filters)

    def _known(self, names: Set[str], units: Iterable[Unit]) -> bool:
        """Whether each name is in one of the articles at least."""
        documents = {unit.document.id: unit.document for unit in units}.values()
        return all(any(may_have_name(f"{d.title} {d.publisher} {d.text}", name) for d in documents) for name in names)

    def _with_copies(self, group: Group, found: Sequence[RetrievedPassage]) -> Group:
        """The group, its findings with the publishers that print the same."""
        copies = {passage.passage_id: passage.copies for passage in found}
        return Group(
            tuple(
                replace(each, copies=copiers(each.quotes, copies[each.unit.passage_id], self.retriever.store))
                for each in group.findings
            )
        )


def _answered(answer: Answer, question: Question, parts: Sequence[Part]) -> Answer:
    """The answer with what its parts say so far; none does where nothing was sure enough."""
    if not any(part.groups for part in parts):
        return replace(answer, answered=False, text="", statements=(), citations=())
    said = compose(question, parts)
    return replace(
        answer,
        answered=True,
        text=said.text,
        statements=said.statements,
        citations=said.citations,
        disagreement=any(part.disagrees for part in parts),
    )


def _evidence(why: str, answer: Answer, problem: str = "") -> str:
    """What was found, where no model reads it, and why none does."""
    say = words(answer.language)
    found = nearest_articles(answer.passages, answer.language, SHOWN)
    return "\n".join([f"{say[why]} {problem}".strip(), say["found"], found])


def _batches(units: Sequence[Unit], first: int, at_once: int) -> Iterator[Sequence[Unit]]:
    """The first few units, then as many at a time as the reader reads best."""
    while units:
        yield units[:first]
        units, first = units[first:], at_once


def _best(passages: Sequence[RetrievedPassage]) -> list[RetrievedPassage]:
    """The passages to read: those that are read in any case, then those for which there may be time."""
    first = _spread(passages, UNITS)
    return [*first, *(passage for passage in _spread(passages, MOST) if passage not in first)][:MOST]


def _spread(passages: Sequence[RetrievedPassage], count: int) -> list[RetrievedPassage]:
    """The best passages in their order, those of an article or a month that has its share behind the others."""
    articles: Counter[str] = Counter()
    months: Counter[str] = Counter()
    first: list[RetrievedPassage] = []
    rest: list[RetrievedPassage] = []
    for passage in passages:
        article, month = passage.document_id, passage.published[: len("2017-12")] or passage.document_id
        if articles[article] >= PER_DOCUMENT or months[month] >= count - OTHER_TIMES:
            rest.append(passage)
            continue
        first.append(passage)
        articles[article] += 1
        months[month] += 1
    return (first + rest)[:count]


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
