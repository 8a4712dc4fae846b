"""Ask a library every question, score each answer, and keep what is done if it is interrupted."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from eval.metrics import Span, TextOf, score
from eval.questions import GoldError, Question
from eval.report import Report, Row
from rag.answer import Answer
from rag.documents import Document
from rag.errors import ModelError, TanyaError

ROOT = Path(__file__).resolve().parent.parent
# A row answers for all of these; where one differs, an earlier row says nothing about this run.
KEY = ("commit", "code", "models", "corpus", "prompt", "questions")
# What a page needs to show a citation; the rest of it is the document's and would fill the file.
CITATION_FIELDS = ("number", "document_id", "passage_id", "quote", "start", "end", "published")


class Library(Protocol):
    """What is evaluated: `rag.library.Library`, or anything that answers like it."""

    @property
    def models(self) -> dict[str, str]: ...

    def stream(self, question: str, history: Sequence[tuple[str, str]] = ()) -> Iterator[Answer]: ...

    def document(self, document_id: str, /) -> Document: ...


OnProgress = Callable[[int, int, Row], None]


@dataclass(frozen=True, slots=True)
class Partial:
    """Rows of an evaluation that was not finished, a line each after a line that says what they hold for."""

    path: Path
    about: dict[str, Any]

    def open(self) -> dict[str, Row]:
        """The rows that still hold, by question; starts the file anew if there are none."""
        head = {name: self.about.get(name) for name in KEY}
        kept: dict[str, Row] = {}
        lines = self.path.read_text("utf-8").split("\n") if self.path.exists() else []
        if lines and _parsed(lines[0]) == head:
            rows = (Row.read(fields) for line in lines[1:] if (fields := _parsed(line)))
            kept = {row.id: row for row in rows}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Written again as read, so that a line cut off by a crash doesn't swallow the next one.
        again = [head, *(asdict(row) for row in kept.values())]
        self.path.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in again), "utf-8")
        return kept

    def keep(self, row: Row) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(asdict(row), ensure_ascii=False)}\n")

    def close(self) -> None:
        self.path.unlink(missing_ok=True)


def _parsed(line: str) -> Any:  # noqa: ANN401
    try:
        return json.loads(line)
    except ValueError:
        return None


def run(
    library: Library,
    questions: Sequence[Question],
    on_progress: OnProgress = lambda done, total, row: None,
    partial: Partial | None = None,
) -> Report:
    """Ask and score all questions; `partial` is where rows are kept until all are done.

    Raises:
        GoldError: a gold quote is not in the library's documents.
        ModelError: the chat model failed; what was answered before is kept.
    """
    text_of = _text_of(library)
    gold = {question.id: spans(question, text_of) for question in questions}
    kept = partial.open() if partial else {}
    rows: list[Row] = []
    for question in questions:
        row = kept.get(question.id)
        if row is None:
            row = _ask(library, question, gold[question.id], text_of)
            if partial:
                partial.keep(row)
        rows.append(row)
        on_progress(len(rows), len(questions), row)
    return Report(partial.about if partial else describe(library), rows)


def spans(question: Question, text_of: TextOf) -> list[list[Span]]:
    """For each gold quote, every place where it stands in its document."""
    found = []
    for quote in question.quotes:
        text, places, at = text_of(quote.document), [], -1
        while (at := text.find(quote.quote, at + 1)) >= 0:
            places.append(Span(quote.document, at, at + len(quote.quote)))
        if not places:
            raise GoldError(
                f"Question {question.id}: {quote.document} of this corpus doesn't hold {quote.quote[:60]!r}. "
                "Name the corpus that the questions were written for with --corpus."
            )
        found.append(places)
    return found


def _ask(library: Library, question: Question, gold: list[list[Span]], text_of: TextOf) -> Row:
    answer = Answer(question.question)
    for answer in library.stream(question.question, history=list(question.history)):  # noqa: B007
        pass
    if answer.problem:  # a server that failed is no abstention
        raise ModelError(answer.problem)
    return Row(
        id=question.id,
        split=question.split,
        language=question.language,
        type=question.type,
        answerable=question.answerable,
        question=question.question,
        expected=" + ".join(forms[0] for forms in question.answers) if question.answerable else "(abstain)",
        gold=gold,
        scores=score(question, answer, gold, text_of),
        answer=_brief(answer),
    )


def _brief(answer: Answer) -> dict[str, Any]:
    """The answer without the articles' text: a few hundred of these are kept with every commit."""
    fields = answer.to_dict()
    fields["citations"] = [{name: cited[name] for name in CITATION_FIELDS} for cited in fields["citations"]]
    fields["passages"] = [[passage.passage_id, round(passage.score, 4)] for passage in answer.passages]
    del fields["question"], fields["models"]  # stand in the row and in the report
    # As JSON gives it back, so that a row that was kept equals a fresh one.
    plain: dict[str, Any] = json.loads(json.dumps(fields))
    return plain


def _text_of(library: Library) -> TextOf:
    @cache
    def text(document_id: str) -> str:
        try:
            return library.document(document_id).text
        except (KeyError, TanyaError):
            return ""  # a citation of a document that doesn't exist is a fault to count, not to stop at

    return text


def describe(library: Library, corpus: Path | None = None, questions: Path | None = None) -> dict[str, Any]:
    """What was evaluated, on what, and when."""
    return {
        "commit": commit(ROOT),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "models": dict(library.models),
        "corpus": _digest(corpus, corpus.rglob("*")) if corpus else "",
        "questions": _digest(questions.parent, [questions]) if questions else "",
        "prompt": str(getattr(library, "prompt_hash", "")),
        # A commit alone would let a changed working tree go on with the rows of the tree before the change.
        "code": _digest(ROOT, [path for folder in ("rag", "eval") for path in (ROOT / folder).rglob("*.py")]),
        "machine": machine(),
    }


def commit(root: Path) -> str:
    """Twelve digits of the commit, "-dirty" where the tree differs from it, "unknown" outside a checkout."""
    try:
        # Installed inside somebody else's checkout, git would name that one's commit.
        if Path(_git(root, "rev-parse", "--show-toplevel")).resolve() != root:
            return "unknown"
        head = _git(root, "rev-parse", "--short=12", "HEAD")
        # Files of earlier evaluations change nothing that is evaluated.
        changed = _git(root, "status", "--porcelain", "--", ".", ":(exclude)eval/results")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{head}-dirty" if changed else head


def _git(root: Path, *words: str) -> str:
    asked = subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True)
    return asked.stdout.strip()


def _digest(root: Path, paths: Iterable[Path]) -> str:
    """One hash of the names and the contents of files."""
    digest = hashlib.sha256()
    for path in sorted(path for path in paths if path.is_file()):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def machine() -> str:
    """The processor, and the cores that this process may use."""
    return f"{_cpu()}, {_cores()} cores"


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _cores() -> int:
    """Those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
