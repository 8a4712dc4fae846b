"""What a question gets back: statements, each pinned to the sentences that say it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any

from rag.filters import NOT_NARROWED, Narrowed


@dataclass(frozen=True, slots=True)
class Copy:
    """Another article that repeats a passage: the same story as another publisher printed it."""

    document_id: str
    path: str
    title: str
    publisher: str
    published: str


@dataclass(frozen=True, slots=True)
class RetrievedPassage:
    """A passage found for a question.

    `score` orders passages of one question, higher is better; `copies` are articles that repeat it, which are not
    found beside it.
    """

    document_id: str
    passage_id: str
    text: str
    score: float
    path: str = ""
    title: str = ""
    publisher: str = ""
    published: str = ""
    copies: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """One numbered sentence: `quote == document.text[start:end]`, verbatim."""

    number: int
    document_id: str
    passage_id: str
    path: str
    title: str
    publisher: str
    published: str
    quote: str
    start: int
    end: int
    url: str = ""

    @property
    def origin(self) -> str:
        """Publisher, date and file, as far as known."""
        return ", ".join(part for part in (self.publisher, self.published, self.path) if part)


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing the answer says.

    Attributes:
        text: the sentence, without markers, in the question's language.
        citations: numbers of the citations that say it; empty if unsupported.
        supported: whether every number, date and name in it was found where it is cited.
        publishers: who reports it, one name each; those included that print a copy of a cited sentence.
        date: ISO date of the event it speaks of; "" if none or unknown.
        reason: why it is not supported; "" if it is.
    """

    text: str
    citations: tuple[int, ...] = ()
    supported: bool = True
    publishers: tuple[str, ...] = ()
    date: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What has been found so far; the last one of a stream is complete.

    Attributes:
        answered: False while nothing is supported, and for good where the articles don't say.
        text: the statements with `[n]` markers, or what was searched and not found.
        passages: what was retrieved, best first, cited or not.
        timings: milliseconds: retrieve_ms, first_token_ms, total_ms.
        models: {"llm": name, "embedding": name}; "llm" is "" where no model runs.
        disagreement: whether statements of different publishers contradict each other.
        problem: why the model read less than it should have, and what to do; "" if it read all.
        complete: False for all but the last of a stream.
        narrowed: the filters that were in force, and which of them the question itself asked for.
    """

    question: str
    language: str = "en"
    answered: bool = False
    text: str = ""
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[RetrievedPassage, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    disagreement: bool = False
    problem: str = ""
    complete: bool = False
    narrowed: Narrowed = NOT_NARROWED

    def to_dict(self) -> dict[str, Any]:
        """Plain types only, as `tanya ask --json` prints them."""
        return asdict(self)

    def __str__(self) -> str:
        """The text and its citations, as a terminal shows them."""
        return "\n".join(
            [*self._narrowing(), self.text, *(f"[{c.number}] {c.origin}: “{c.quote}”" for c in self.citations)]
        )

    def _repr_markdown_(self) -> str:
        """The same for a notebook; what an article says is escaped, so that it can't format the page."""
        quotes = (f"> **[{c.number}]** {_escaped(c.origin)}: “{_escaped(c.quote)}”" for c in self.citations)
        said = "\n".join([*self._narrowing(), self.text])
        return "\n\n".join([_escaped(said).replace("\n", "  \n"), *quotes])

    def _narrowing(self) -> list[str]:
        return self.narrowed.describe(self.language).splitlines()


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}<>#!|]|\[(?!\d+\]))", r"\\\1", " ".join(text.split(" ")))
