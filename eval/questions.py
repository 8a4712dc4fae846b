"""A file of questions with known answers -> `Question`s, checked line by line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, StringConstraints, TypeAdapter, ValidationError

from rag.errors import TanyaError

Type = Literal[
    "when", "who", "what", "number", "where", "yesno", "several", "disagree", "followup",
    "topic_absent", "attribute_absent", "false_premise", "after",
]  # fmt: skip
UNANSWERABLE: frozenset[str] = frozenset({"topic_absent", "attribute_absent", "false_premise", "after"})

Text = Annotated[str, StringConstraints(pattern=r"\S")]
# A misspelt field would otherwise be read as a missing one; "false" in quotes would count as true.
STRICT = ConfigDict(extra="forbid", strict=True)


class GoldError(TanyaError):
    """A file of questions can't be used as it is."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence that says the answer, verbatim, so that it outlives any way of cutting passages."""

    __pydantic_config__ = STRICT

    document: Text
    quote: Text


@dataclass(frozen=True, slots=True)
class Question:
    """One question and what a right answer to it holds.

    Attributes:
        history: the turns before it, (question, answer) each.
        answers: the facts that a right answer states, each as the forms that are accepted for it.
        forbidden: forms that make an answer wrong wherever it states them.
        quotes: the sentences that say the answer.
    """

    __pydantic_config__ = STRICT

    id: Text
    split: Literal["dev", "heldout"]
    language: Literal["en", "id"]
    type: Type
    question: Text
    answerable: bool
    history: tuple[tuple[str, str], ...] = ()
    answers: tuple[tuple[Text, ...], ...] = ()
    forbidden: tuple[Text, ...] = ()
    quotes: tuple[Quote, ...] = ()
    note: str = ""


LINE = TypeAdapter(Question)


def load_questions(path: Path) -> list[Question]:
    """All questions of a file, one JSON object a line.

    Raises:
        GoldError: the file can't be read, or a line of it is not a question; the message names the line.
    """
    try:
        # Not splitlines(): it also splits at U+2028, which JSON allows inside a text.
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"Can't read the questions in {path}: {error}.") from error
    questions: dict[str, Question] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        question = _read(line, f"{path}, line {number}")
        if question.id in questions:
            raise GoldError(f"{path}, line {number}: the id {question.id!r} is used twice.")
        questions[question.id] = question
    if not questions:
        raise GoldError(f"{path} holds no questions.")
    return list(questions.values())


def _read(line: str, where: str) -> Question:
    try:
        question = LINE.validate_json(line)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, e['loc'])) or 'line'}: {e['msg']}" for e in error.errors())
        raise GoldError(f"{where}: {'; '.join(faults)}.") from error
    if fault := _fault(question):
        raise GoldError(f"{where}: {fault}.")
    return question


def _fault(question: Question) -> str:
    if question.answerable == (question.type in UNANSWERABLE):
        return f"type {question.type!r} does not go with answerable {question.answerable}"
    if question.answerable and not (question.answers and question.quotes):
        return "an answerable question needs answers and quotes"
    if not all(question.answers):
        return "a fact in answers lists no accepted form"
    return ""
