"""Rankings, scored -> figures with intervals: JSON, a page, a plot. Figures only, none of the sets' texts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from eval.beir import BeirSet
from eval.report import RESAMPLES, SEED, Figure, figure, interval, rounded, table

OURS = "tanya"
# Those that ours is made of: it should be no worse than the better one.
HALVES = ("lexical", "dense")
PLOTTED = "R@10"


@dataclass(frozen=True, slots=True)
class Result:
    """One set, every system asked.

    Attributes:
        scores: system -> measure -> a value for each question, in the order of the set.
        seconds: system -> what each search took, the question's embedding included.
    """

    beir: BeirSet
    scores: Mapping[str, Mapping[str, Sequence[float]]]
    seconds: Mapping[str, Sequence[float]]


def report(about: Mapping[str, str], results: Sequence[Result]) -> dict[str, Any]:
    """Plain types, as they are written to JSON."""
    return {
        "about": dict(about),
        "sets": {result.beir.name: _set(result) for result in results},
        "parity": [found for first, second in combinations(results, 2) if (found := parity(first, second))],
    }


def _set(result: Result) -> dict[str, Any]:
    return {
        "questions": len(result.beir.questions),
        "left out": result.beir.unanswerable,
        "corpus": result.beir.corpus,
        "systems": {
            name: {measure: figure(values)._asdict() for measure, values in measures.items()}
            | {"ms": {"median": _ms(result.seconds[name], 0.5), "p95": _ms(result.seconds[name], 0.95)}}
            for name, measures in result.scores.items()
        },
        "gain": gains(result),
    }


def _ms(seconds: Sequence[float], share: float) -> float:
    return float(np.quantile(seconds, share)) * 1000


def gains(result: Result) -> dict[str, dict[str, Any]]:
    """Measure -> how much better ours is than its better half, by paired bootstrap over the questions."""
    found = {}
    for measure, ours in result.scores[OURS].items():
        half = max(HALVES, key=lambda name: fmean(result.scores[name][measure]))
        differences = [a - b for a, b in zip(ours, result.scores[half][measure], strict=True)]
        change = Figure(len(differences), fmean(differences), *interval(differences))
        found[measure] = {"half": half, **change._asdict()}
    return found


def parity(first: Result, second: Result) -> dict[str, Any] | None:
    """R@10 of the first set ÷ that of the second, where both ask the same questions of the same articles."""
    ids = list(first.beir.questions)
    if first.beir.corpus != second.beir.corpus or set(ids) != set(second.beir.questions):
        return None
    place = {id: at for at, id in enumerate(second.beir.questions)}
    ratios = {}
    for name, measures in first.scores.items():
        ours = np.asarray(measures[PLOTTED])
        theirs = np.asarray(second.scores[name][PLOTTED])[[place[id] for id in ids]]
        ratios[name] = _ratio(ours, theirs)._asdict()
    return {"first": first.beir.name, "second": second.beir.name, "ratios": ratios}


def _ratio(ours: np.ndarray[Any, Any], theirs: np.ndarray[Any, Any]) -> Figure:
    random = np.random.default_rng(SEED)
    drawn = random.integers(0, len(ours), size=(RESAMPLES, len(ours)))
    # A system that finds nothing has no ratio; 1e-9 keeps it finite.
    ratios = ours[drawn].mean(axis=1) / np.maximum(theirs[drawn].mean(axis=1), 1e-9)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return Figure(len(ours), float(ours.mean() / max(theirs.mean(), 1e-9)), float(low), float(high))


def save(found: Mapping[str, Any], folder: Path) -> Path:
    """Write `retrieval.json`, `.md` and `.svg`; returns the JSON file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "retrieval.json"
    path.write_text(json.dumps(rounded(found), indent=1) + "\n", "utf-8")
    path.with_suffix(".md").write_text(markdown(found), "utf-8")
    path.with_suffix(".svg").write_text(plot(found), "utf-8")
    return path


def markdown(found: Mapping[str, Any]) -> str:
    """The page to read: a table for each set, what fusion gains, how much another language costs."""
    about = [f"- {name}: {value}" for name, value in found["about"].items()]
    parts = ["\n".join(["# Retrieval", "", *about])]
    for name, each in found["sets"].items():
        left_out = f", {each['left out']} that no article answers left out" if each["left out"] else ""
        parts.append(f"## {name}\n\n{each['questions']} questions{left_out}. Per cent with 95 % intervals.")
        parts.append(_systems(each["systems"]))
        parts.append(_gain(each["gain"]))
    for pair in found["parity"]:
        parts.append(f"## {PLOTTED}: {pair['first']} ÷ {pair['second']}")
        rows = [(name, _share(ratio)) for name, ratio in pair["ratios"].items()]
        parts.append(table(("the same questions", "ratio in %"), rows))
    return "\n\n".join(parts) + "\n"


def _systems(systems: Mapping[str, Any]) -> str:
    measures = [name for name in next(iter(systems.values())) if name != "ms"]
    rows = [
        (
            name,
            *(_share(each[measure]) for measure in measures),
            f"{each['ms']['median']:.0f} ({each['ms']['p95']:.0f})",
        )
        for name, each in systems.items()
    ]
    return table(("", *measures, "ms a question (p95)"), rows)


def _gain(gain: Mapping[str, Any]) -> str:
    rows = [(measure, change["half"], _share(change, signed=True)) for measure, change in gain.items()]
    return table((f"{OURS} − its better half", "which half", "percentage points"), rows)


def _share(f: Mapping[str, float], *, signed: bool = False) -> str:
    value = f"{100 * f['value']:+.1f}" if signed else f"{100 * f['value']:.1f}"
    return f"{value} [{100 * f['low']:.1f}, {100 * f['high']:.1f}]"


# The plot: a row for each system of each set, a dot with its interval

_ROW, _LEFT, _WIDTH, _FROM = 18, 260, 420, 0.3  # pixels, and the share at the left edge
_COLOURS = {OURS: "#0b6e4f"}


def plot(found: Mapping[str, Any]) -> str:
    """R@10 of every system with its interval, as SVG."""
    marks: list[str] = []
    y = _ROW
    for name, each in found["sets"].items():
        marks.append(f'<text x="8" y="{y + 4}" font-weight="bold">{name}, {PLOTTED}</text>')
        for system, measures in each["systems"].items():
            y += _ROW
            marks += _mark(system, measures[PLOTTED], y)
        y += 2 * _ROW
    marks += [
        f'<text x="{_x(share):.0f}" y="{y}" text-anchor="middle">{share:.0%}</text>'
        for share in (0.3, 0.5, 0.7, 0.9, 1)
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + 30}" height="{y + _ROW}" '
        'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>'
    )
    return "\n".join([head, *marks, "</svg>\n"])


def _mark(system: str, f: Mapping[str, float], y: int) -> list[str]:
    colour = _COLOURS.get(system, "#777")
    return [
        f'<text x="{_LEFT - 10}" y="{y + 4}" text-anchor="end">{system} {100 * f["value"]:.1f}</text>',
        f'<path d="M {_x(f["low"]):.1f} {y} H {_x(f["high"]):.1f}" stroke="{colour}" stroke-width="2"/>',
        f'<circle cx="{_x(f["value"]):.1f}" cy="{y}" r="4" fill="{colour}"/>',
    ]


def _x(share: float) -> float:
    return _LEFT + _WIDTH * (max(share, _FROM) - _FROM) / (1 - _FROM)
