"""`tanya eval retrieval`: is the right article found? Our ranking beside its halves and what others ship."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import ir_measures
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from eval.beir import BeirSet, load_beir
from eval.peer import llama_index
from eval.retrieval_report import OURS, Result, markdown, report, save
from eval.run import ROOT, commit, machine
from rag.embedding import E5Embedding, fingerprint
from rag.library import Library, open_library
from rag.settings import Settings

MEASURES = {
    "R@1": ir_measures.R @ 1,
    "R@5": ir_measures.R @ 5,
    "R@10": ir_measures.R @ 10,
    "R@50": ir_measures.R @ 50,
    "nDCG@10": ir_measures.nDCG @ 10,
    "MRR@10": ir_measures.RR @ 10,
}
# Articles ranked for each question; R@50 is what any reordering of them could reach.
DEPTH = 50
# Of reciprocal rank fusion, as published (Cormack et al. 2009) and as others ship it.
RRF_K = 60

Search = Callable[[str], Sequence[str]]
"""A question -> ids of articles, best first, each once."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; returns the exit code."""
    options = _options(argv)
    sets = [load_beir(folder) for folder in options.beir]
    results = []
    with _bar() as bar:
        for each in sets:
            with open_library(each.folder, options.data / each.corpus) as library:
                _sync(library, each.name, bar)
                results.append(measure(each, systems(library, bar), bar))
    about = {"commit": commit(ROOT), "machine": machine(), "embedder": fingerprint(E5Embedding())}
    found = report(about, results)
    path = save(found, options.out)
    Console().print(Markdown(markdown(found)))
    Console().print(f"Written to {path}, {path.with_suffix('.md')} and {path.with_suffix('.svg')}.")
    return 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tanya eval retrieval", description=__doc__)
    parser.add_argument(
        "--beir",
        type=Path,
        nargs="+",
        required=True,
        metavar="DIR",
        help="folders with corpus.jsonl, queries.jsonl and qrels/*.tsv; two with the same questions in two "
        "languages are also compared with each other",
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=Settings().data / "beir",
        help="folder for the libraries made of them, which are kept",
    )
    parser.add_argument("--out", type=Path, default=Path("eval/results"), help="folder for the figures")
    return parser.parse_args(argv)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))


def _sync(library: Library, name: str, bar: Progress) -> None:
    """Read the set's articles as a user's; run again after an interruption, it goes on."""
    task = bar.add_task(f"{name}: reading", total=None)
    library.sync(lambda at: bar.update(task, completed=at.done, total=at.total, description=f"{name}: {at.stage}"))
    bar.remove_task(task)


def systems(library: Library, bar: Progress | None = None) -> dict[str, Search]:
    """What is compared, by name: the two halves of our ranking, their equal-weight fusion, LlamaIndex, ours."""
    retriever = library.retriever

    def lexical(question: str) -> list[str]:
        return _documents(retriever.lexical(question, DEPTH))

    def dense(question: str) -> list[str]:
        return _documents(retriever.dense(question, DEPTH))

    def equal_ranks(question: str) -> list[str]:
        return _documents(reciprocal_ranks(retriever.lexical(question, DEPTH), retriever.dense(question, DEPTH)))

    return {
        "lexical": lexical,
        "dense": dense,
        "equal-weight RRF": equal_ranks,
        "LlamaIndex": llama_index(library, DEPTH, bar),
        OURS: lambda question: library.rank_documents(question, DEPTH),
    }


def reciprocal_ranks(*sides: Mapping[str, float]) -> dict[str, float]:
    """Equal-weight reciprocal rank fusion: each side gives a passage 1 / (60 + its rank)."""
    fused: dict[str, float] = {}
    for scores in sides:
        for rank, id in enumerate(_ranked(scores), 1):
            fused[id] = fused.get(id, 0.0) + 1 / (RRF_K + rank)
    return fused


def _ranked(scores: Mapping[str, float]) -> list[str]:
    return sorted(scores, key=lambda id: (-scores[id], id))


def _documents(scores: Mapping[str, float]) -> list[str]:
    """A document counts by its best passage."""
    return list(dict.fromkeys(id.rpartition("#")[0] for id in _ranked(scores)))


def measure(each: BeirSet, compared: Mapping[str, Search], bar: Progress | None = None) -> Result:
    """Ask every system every question, one system at a time, and score what comes back."""
    scores: dict[str, dict[str, list[float]]] = {}
    seconds: dict[str, list[float]] = {}
    for name, search in compared.items():
        search(next(iter(each.questions.values())))  # opening files and loading models is not searching
        run: dict[str, dict[str, float]] = {}
        seconds[name] = []
        for id, question in _shown(each.questions.items(), f"{each.name}: {name}", bar):
            began = time.perf_counter()
            found = search(question)
            seconds[name].append(time.perf_counter() - began)
            whole = dict.fromkeys(each.twins.get(document, document) for document in found)
            run[id] = {document: 1 / rank for rank, document in enumerate(whole, 1)}
        scores[name] = scored(each.relevant, run)
    return Result(each, scores, seconds)


def _shown(items: Iterable[tuple[str, str]], what: str, bar: Progress | None) -> Iterable[tuple[str, str]]:
    return items if bar is None else bar.track(list(items), description=what)


def scored(relevant: Mapping[str, Mapping[str, int]], run: Mapping[str, Mapping[str, float]]) -> dict[str, list[float]]:
    """Measure -> a value for each question, in the order of `relevant`; ir-measures does the arithmetic."""
    names = {measure: name for name, measure in MEASURES.items()}
    # What finds nothing is absent from the results, and counts 0.
    values = {name: dict.fromkeys(relevant, 0.0) for name in MEASURES}
    for metric in ir_measures.iter_calc(list(names), relevant, run):
        values[names[metric.measure]][metric.query_id] = metric.value
    return {name: list(found.values()) for name, found in values.items()}


if __name__ == "__main__":
    sys.exit(main())
