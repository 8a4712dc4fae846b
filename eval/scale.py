"""`tanya eval scale`: how fast is a large library? Synthetic articles through the real store and index."""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr
from rich.console import Console
from rich.markdown import Markdown

from eval.report import rounded, table
from eval.run import ROOT, commit, machine
from rag.documents import Document
from rag.embedding import fingerprint
from rag.index import Index
from rag.library import open_library
from rag.passages import split_passages
from rag.retrieve import CANDIDATES, Retriever
from rag.sentences import split_sentences
from rag.store import SplitDocument, SplitFile, Store, Vector

SEED = 20171217
# A news article: three passages of six sentences of about 15 words.
PASSAGES, SENTENCES, WORDS = 3, 6, 15
# Different words, drawn by Zipf's law as in a language: a word in ten thousand names someone.
VOCABULARY, ZIPF = 30_000, 1.07
# The commonest are the small words, which nobody's question is searched by.
SMALL = 150
DIMENSIONS = 384
# Articles are about something: vectors scatter around centres as the embedder's do (nearest neighbour at 0.9).
TOPICS, SCATTER = 500, 0.6
# Articles in a write, as a sync stores about that many passages at once.
BATCH = 250
QUESTIONS, QUESTION_WORDS = 100, 8
# Articles added one by one, the median of which is reported.
ADDED = 5
# Texts that a sync embeds at once.
SLICE = 16
# Articles of the ingest measurement: enough for a ratio.
INGESTED = 30


@dataclass
class Synthetic:
    """Articles, questions and vectors, the same ones each time."""

    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(SEED))

    def __post_init__(self) -> None:
        letters = list("abdegiklmnoprstu")
        lengths = self.random.integers(3, 11, VOCABULARY)
        self.words = np.array(["".join(self.random.choice(letters, length)) for length in lengths])
        weights = np.cumsum(1 / np.arange(1, VOCABULARY + 1) ** ZIPF)
        self.shares = weights / weights[-1]
        self.centres = _unit(self.random.normal(size=(TOPICS, DIMENSIONS)))

    def text(self, sentences: int) -> str:
        return " ".join(f"{' '.join(words)}.".capitalize() for words in self._drawn(sentences, WORDS))

    def question(self) -> str:
        return " ".join(self._drawn(QUESTION_WORDS, least=self.shares[SMALL]))

    def _drawn(self, *shape: int, least: float = 0.0) -> np.ndarray[Any, Any]:
        places = np.searchsorted(self.shares, least + (1 - least) * self.random.random(shape))
        drawn: np.ndarray[Any, Any] = self.words[places]
        return drawn

    def vectors(self, count: int) -> Vector:
        noise = _unit(self.random.normal(size=(count, DIMENSIONS)))
        return _unit(self.centres[self.random.integers(0, TOPICS, count)] + SCATTER * noise)

    def file(self, number: int) -> SplitFile:
        text = "\n".join(self.text(SENTENCES) for _ in range(PASSAGES))
        document = Document(f"{number:07}", f"{number:07}.txt", text, f"Article {number}", "Publisher", "2017-12-17")
        sentences = split_sentences(text)
        split = SplitDocument(document, sentences, split_passages(document, sentences))
        return SplitFile(document.path, str(number), len(text), (split,))


def _unit(vectors: np.ndarray[Any, Any]) -> Vector:
    found: Vector = (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)
    return found


class DrawnEmbedding(BaseEmbedding):
    """Takes no time: what is measured is everything but the embedder."""

    _from: Synthetic = PrivateAttr()

    def __init__(self, source: Synthetic, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(model_name="drawn", **kwargs)
        self._from = source

    def _get_text_embedding(self, text: str) -> list[float]:
        return [float(value) for value in self._from.vectors(1)[0]]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; returns the exit code."""
    parser = argparse.ArgumentParser(prog="tanya eval scale", description=__doc__)
    parser.add_argument("--passages", type=int, default=100_000, help="of the synthetic library")
    parser.add_argument("--articles", type=int, default=INGESTED, help="read and embedded to measure ingestion")
    parser.add_argument("--out", type=Path, default=Path("eval/results"), help="folder for the figures")
    options = parser.parse_args(argv)
    say = Console(stderr=True).print
    found: dict[str, Any] = {"commit": commit(ROOT), "machine": machine()}
    with tempfile.TemporaryDirectory() as folder:
        found |= {
            "ingest": ingest(Path(folder), options.articles),
            "library": library(Path(folder), options.passages, say),
        }
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "scale.json"
    path.write_text(json.dumps(rounded(found), indent=1) + "\n", "utf-8")
    path.with_suffix(".md").write_text(markdown(found), "utf-8")
    Console().print(Markdown(markdown(found)))
    Console().print(f"Written to {path} and {path.with_suffix('.md')}.")
    return 0


def ingest(folder: Path, articles: int) -> dict[str, float]:
    """Seconds that a sync takes beside those that the embedder takes for the same passages alone."""
    source = Synthetic()
    corpus = folder / "corpus"
    corpus.mkdir()
    for number in range(articles):
        text = "\n".join(source.text(SENTENCES) for _ in range(PASSAGES))
        (corpus / f"{number:05}.txt").write_text(text, "utf-8")
    with open_library(corpus, folder / "ingest") as library:
        library.retriever.embedding.get_text_embedding("a text")  # loads the model
        whole = _spread(lambda _: library.sync(), [None])
        store = library.retriever.store
        texts = sorted((p.text for listed in library.documents() for p in store.passages_of(listed.id)), key=len)
        slices = [texts[start : start + SLICE] for start in range(0, len(texts), SLICE)]
        alone = _spread(
            lambda _: [library.retriever.embedding.get_text_embedding_batch(some) for some in slices], [None]
        )
    return {
        "passages": len(texts),
        "sync_s": whole["median"] / 1000,
        "embedding_s": alone["median"] / 1000,
        "ratio": whole["cpu"] / alone["cpu"],
        "texts_per_s": len(texts) / (whole["cpu"] / 1000),
    }


def library(folder: Path, passages: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Timings of a library of that many passages, in ms where the name says nothing else."""
    source = Synthetic()
    embedding = DrawnEmbedding(source)
    data = folder / "library"
    data.mkdir()
    found: dict[str, Any] = {}
    with _opened(data, embedding) as retriever:
        began = time.perf_counter()
        say(f"Writing {passages:,} passages ...")
        _fill(retriever.store, source, fingerprint(embedding), passages)
        found["write_s"] = time.perf_counter() - began
        say("Indexing ...")
        began = time.perf_counter()
        retriever.index.refresh()
        found["index_s"] = time.perf_counter() - began
        found["passages"] = retriever.store.count_passages()
    say("Opening, asking, adding ...")
    with _opened(data, embedding) as retriever:
        found["first question"] = _spread(lambda text: retriever.retrieve(text), [source.question()])
        questions = [source.question() for _ in range(QUESTIONS)]
        found["retrieve"] = _spread(lambda text: retriever.retrieve(text), questions)
        found["vector side"] = _spread(lambda text: retriever.dense(text), questions)
        found["word side"] = _spread(lambda text: retriever.lexical(text), questions)
        found["bare Chroma"] = _bare_chroma(retriever.index, source)
        found["ratio"] = found["retrieve"]["cpu"] / (found["bare Chroma"]["cpu"] + found["word side"]["cpu"])
        files = [source.file(9_000_000 + number) for number in range(ADDED)]
        found["an article more"] = _spread(lambda file: _add(retriever, source, fingerprint(embedding), file), files)
    found["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found["disk_mb"] = sum(path.stat().st_size for path in data.rglob("*") if path.is_file()) / 1e6
    return found


@contextmanager
def _opened(data: Path, embedding: BaseEmbedding) -> Iterator[Retriever]:
    store = Store(data)
    index = Index(data, store, fingerprint(embedding))
    try:
        yield Retriever(store, index, embedding)
    finally:
        index.close()
        store.close()


def _fill(store: Store, source: Synthetic, embedder: str, passages: int) -> None:
    numbers = itertools.count()
    while (missing := passages - store.count_passages()) > 0:
        files = [source.file(next(numbers)) for _ in range(min(BATCH, -(-missing // PASSAGES)))]
        _write(store, source, embedder, files)


def _write(store: Store, source: Synthetic, embedder: str, files: Sequence[SplitFile]) -> None:
    """As a sync does: vectors first, then what they belong to."""
    contents = [content for file in files for split in file.documents for content, _ in split.texts]
    store.put_vectors(embedder, zip(contents, source.vectors(len(contents)), strict=True))
    store.write(files)


def _add(retriever: Retriever, source: Synthetic, embedder: str, file: SplitFile) -> None:
    """All that a sync does for an article more, from its text to the question that finds it, but its embedding."""
    _write(retriever.store, source, embedder, [file])
    retriever.store.drop_unused_vectors()
    retriever.index.refresh()
    retriever.retrieve(source.question())


def _bare_chroma(index: Index, source: Synthetic) -> dict[str, float]:
    collection = index._connected()
    return _spread(
        lambda vector: collection.query(query_embeddings=vector, n_results=CANDIDATES, include=["distances"]),
        [vector[None] for vector in source.vectors(QUESTIONS)],
    )


def _spread(ask: Callable[[Any], object], questions: Sequence[Any]) -> dict[str, float]:
    """Milliseconds: median and 95th percentile of the clock's, and the median of the processor's.

    On a machine that does other things as well, only the processor's say what the work is.
    """
    clock, processor = [], []
    for question in questions:
        began, busy = time.perf_counter(), _busy()
        ask(question)
        clock.append(1000 * (time.perf_counter() - began))
        processor.append(1000 * (_busy() - busy))
    return {
        "median": float(np.median(clock)),
        "p95": float(np.quantile(clock, 0.95)),
        "cpu": float(np.median(processor)),
        "cpu p95": float(np.quantile(processor, 0.95)),
    }


def _busy() -> float:
    """Processor seconds of this process, all its threads, and the processes that it started."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def markdown(found: dict[str, Any]) -> str:
    """The page to read."""
    ingested, large = found["ingest"], found["library"]
    timed = ("first question", "retrieve", "vector side", "word side", "bare Chroma", "an article more")
    rows = [(name, *(f"{large[name][figure]:.1f}" for figure in ("median", "p95", "cpu", "cpu p95"))) for name in timed]
    more = [
        ("retrieve ÷ (bare Chroma + word side), processor", f"{large['ratio']:.2f}"),
        ("reading and embedding ÷ embedding alone, processor", f"{ingested['ratio']:.2f}"),
        ("passages read and embedded in a processor second", f"{ingested['texts_per_s']:.1f}"),
        ("writing everything, s", f"{large['write_s']:.0f}"),
        ("indexing everything, s", f"{large['index_s']:.0f}"),
        ("memory at most, MB", f"{large['memory_mb']:.0f}"),
        ("disk, MB", f"{large['disk_mb']:.0f}"),
    ]
    about = (("commit", found["commit"]), ("machine", found["machine"]), ("passages", f"{large['passages']:,}"))
    head = "\n".join(["# Scale, with synthetic articles", "", *(f"- {name}: {value}" for name, value in about)])
    times = table(("ms, without the question's embedding", "median", "p95", "processor", "processor p95"), rows)
    return f"{head}\n\n{times}\n\n{table(('', ''), more)}\n"


if __name__ == "__main__":
    sys.exit(main())
