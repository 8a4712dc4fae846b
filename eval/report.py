"""Scored questions -> figures with intervals, a JSON file that holds everything, and a page to read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from eval.metrics import METRICS, Span, document_precision, sentence_precision
from rag.errors import TanyaError

RESAMPLES = 10_000
SEED = 20171217  # any; fixed, so that the same rows always give the same interval
BATCH = 1_000  # resamples drawn at once: a set of 5,000 questions then takes 40 MB, not 400
TIMINGS = ("retrieve_ms", "first_token_ms", "total_ms")
SLICED = ("correct", "false_refusal", "hallucinated", "document_precision", "sentence_precision")
SHOWN = 300  # characters of a wrong answer on the page; the JSON file has all of it


class ReportError(TanyaError):
    """A file of an earlier evaluation can't be read."""


@dataclass(frozen=True, slots=True)
class Row:
    """One question, asked and scored.

    Attributes:
        expected: what a right answer holds, in words.
        gold: for each gold quote, the places where it stands, as (document, start, end).
        scores: metric -> value, None where the metric says nothing about this question.
        answer: the answer as plain types, its passages by id only.
    """

    id: str
    split: str
    language: str
    type: str
    answerable: bool
    question: str
    expected: str
    gold: list[list[Span]]
    scores: dict[str, float | None]
    answer: dict[str, Any]

    @classmethod
    def read(cls, fields: dict[str, Any]) -> Row:
        gold = [[Span(*span) for span in spans] for spans in fields["gold"]]
        return cls(**{**fields, "gold": gold})

    @property
    def cited(self) -> list[Span]:
        return [Span(c["document_id"], c["start"], c["end"]) for c in self.answer["citations"]]


class Figure(NamedTuple):
    """A mean over n questions and its 95 % interval."""

    n: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Report:
    """An evaluation: what was evaluated (commit, models, corpus, machine) and every question asked."""

    about: dict[str, Any]
    rows: list[Row]

    def wrong(self) -> list[Row]:
        return [row for row in self.rows if not row.scores["correct"]]

    def summary(self) -> dict[str, Any]:
        return {
            "figures": {name: figures(rows) for name, rows in slices(self.rows).items()},
            "timings": timings(self.rows),
            "shuffled": shuffled(self.rows),
        }


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % percentile bootstrap interval of the mean, resampling questions."""
    sample = np.asarray(values, dtype=np.float64)
    random = np.random.default_rng(SEED)
    means: list[npt.NDArray[np.float64]] = []
    for _ in range(RESAMPLES // BATCH):
        drawn = random.integers(0, len(sample), size=(BATCH, len(sample)))
        means.append(sample[drawn].mean(axis=1))
    low, high = np.quantile(np.concatenate(means), [0.025, 0.975])
    return float(low), float(high)


def figure(values: Sequence[float]) -> Figure:
    """The mean of shares between 0 and 1."""
    n, mean = len(values), fmean(values)
    low, high = interval(values)
    # No resample of n equal values differs from them, so the bootstrap would claim certainty for "0 of 12".
    # The exact binomial bound for none (or all) of n is taken instead.
    exact = 1 - 0.025 ** (1 / n)
    if mean == 0.0:
        high = exact
    if mean == 1.0:
        low = 1 - exact
    return Figure(n, mean, low, high)


def figures(rows: Iterable[Row]) -> dict[str, Figure]:
    """Each metric that says something about at least one of the rows."""
    found: dict[str, list[float]] = {name: [] for name in METRICS}
    for row in rows:
        for name, value in row.scores.items():
            if value is not None:
                found[name].append(value)
    return {name: figure(values) for name, values in found.items() if values}


def slices(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """All rows, and the rows of each kind, by name."""
    parts: dict[str, list[Row]] = {"all": list(rows)}
    kinds: tuple[Callable[[Row], str], ...] = (
        lambda row: "answerable" if row.answerable else "unanswerable",
        lambda row: f"split: {row.split}",
        lambda row: f"language: {row.language}",
        lambda row: f"type: {row.type}",
    )
    for kind in kinds:
        for row in rows:
            parts.setdefault(kind(row), []).append(row)
    return parts


def timings(rows: Iterable[Row]) -> dict[str, dict[str, float]]:
    """Median and 95th percentile of each step, over the answers that report it."""
    measured = [row.answer["timings"] for row in rows]
    found = {name: [each[name] for each in measured if name in each] for name in TIMINGS}
    return {
        name: {"n": len(ms), "median": float(np.median(ms)), "p95": float(np.quantile(ms, 0.95))}
        for name, ms in found.items()
        if ms
    }


def shuffled(rows: Iterable[Row]) -> dict[str, dict[str, float]]:
    """The control: citation precision as it is, and with the citations of another question.

    A metric that doesn't collapse here measures nothing. Each question is given the citations of every other
    one in turn, which is what random swaps come to on average.
    """
    cited = [row for row in rows if row.scores["document_precision"] is not None]
    if len(cited) < 2:
        return {}
    control: dict[str, dict[str, float]] = {}
    for measure in (document_precision, sentence_precision):
        swapped = [measure(b.cited, a.gold) for a in cited for b in cited if a is not b]
        own = [measure(row.cited, row.gold) for row in cited]
        control[measure.__name__] = {"own": fmean(own), "swapped": fmean(swapped)}
    return control


def compare(new: Report, old: Report) -> dict[str, Figure]:
    """How much each metric changed, by paired bootstrap over the questions that both have."""
    before = {row.id: row.scores for row in old.rows}
    changes: dict[str, list[float]] = {name: [] for name in METRICS}
    for row in new.rows:
        for name, value in row.scores.items():
            earlier = before.get(row.id, {}).get(name)
            if value is not None and earlier is not None:
                changes[name].append(value - earlier)
    return {name: Figure(len(d), fmean(d), *interval(d)) for name, d in changes.items() if d}


def save(report: Report, folder: Path, comparison: dict[str, Figure] | None = None) -> Path:
    """Write `<commit>.json`, `<commit>.md` and `latest.md`; returns the JSON file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report.about['commit']}.json"
    summary, comparison = report.summary(), comparison or {}
    head = {
        "about": report.about,
        "summary": summary,
        "comparison": {name: change._asdict() for name, change in comparison.items()},
        "wrong": [
            {"id": row.id, "question": row.question, "expected": row.expected, "got": row.answer["text"]}
            for row in report.wrong()
        ],
    }
    # One row a line: small, and a diff of two files shows which questions changed.
    rows = ",\n".join(json.dumps(asdict(row), ensure_ascii=False) for row in report.rows)
    opening = json.dumps(rounded(head), ensure_ascii=False).removesuffix("}")
    path.write_text(f'{opening},\n"rows": [\n{rows}\n]}}\n', "utf-8")
    page = markdown(report, summary, comparison)
    for name in (path.with_suffix(".md"), folder / "latest.md"):
        name.write_text(page, "utf-8")
    return path


def load(path: Path) -> Report:
    try:
        fields = json.loads(path.read_text("utf-8"))
        return Report(fields["about"], [Row.read(row) for row in fields["rows"]])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReportError(f"{path} is not a file that `tanya eval` wrote: {error!r}.") from error


def rounded(value: Any) -> Any:  # noqa: ANN401  JSON of any shape
    """Four digits say all that a few hundred questions can."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list | tuple) else value


def markdown(report: Report, summary: dict[str, Any], comparison: dict[str, Figure]) -> str:
    """The page to read: overall, per kind, timings, control, comparison, wrong questions."""
    parts = [
        _about(report.about),
        table(("all questions", "n", "%", "95 % interval"), _overall(summary["figures"].get("all", {}))),
        table(("%", "n", *(METRICS[name] for name in SLICED)), _sliced(summary["figures"])),
        table(("timings, ms", "n", "median", "95th percentile"), _timed(summary["timings"])),
        table(("control, %", "own citations", "another question's"), _control(summary["shuffled"])),
        table(("percentage points", "n", "change", "95 % interval"), _changed(comparison)),
    ]
    wrong = [(row.id, row.question, row.expected, row.answer["text"]) for row in report.wrong()]
    parts.append(table((f"wrong ({len(wrong)})", "question", "expected", "got"), wrong))
    return "\n\n".join(part for part in parts if part) + "\n"


def _about(about: dict[str, Any]) -> str:
    lines = [f"- {name}: {_flat(value)}" for name, value in about.items() if name != "commit" and value]
    return "\n".join((f"# Evaluation of {about['commit']}", "", *lines))


def _flat(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, dict):
        return ", ".join(f"{key} {each}" for key, each in value.items())
    return str(value)


def _overall(found: dict[str, Figure]) -> list[tuple[Any, ...]]:
    return [(METRICS[name], f.n, _percent(f.value), _interval(f)) for name, f in found.items()]


def _sliced(found: dict[str, dict[str, Figure]]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for name, part in found.items():
        cells = [part.get(metric) for metric in SLICED]
        shown = (f"{_percent(f.value)} {_interval(f)}" if f else "" for f in cells)
        rows.append((name, part["correct"].n, *shown))
    return rows


def _timed(found: dict[str, dict[str, float]]) -> list[tuple[Any, ...]]:
    return [(name, t["n"], f"{t['median']:.0f}", f"{t['p95']:.0f}") for name, t in found.items()]


def _control(found: dict[str, dict[str, float]]) -> list[tuple[Any, ...]]:
    return [(METRICS[name], _percent(c["own"]), _percent(c["swapped"])) for name, c in found.items()]


def _changed(found: dict[str, Figure]) -> list[tuple[Any, ...]]:
    return [(METRICS[name], c.n, f"{100 * c.value:+.1f}", _interval(c)) for name, c in found.items()]


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    if not rows:
        return ""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(str(cell)) for cell in line) + " |" for line in lines)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _interval(f: Figure) -> str:
    return f"[{_percent(f.low)}, {_percent(f.high)}]"


def _cell(text: str) -> str:
    text = " ".join(text.split()).replace("|", "\\|")
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
