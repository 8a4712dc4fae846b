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
DIMENSIONS = 384
# Articles are about something: vectors scatter around centres as the embedder's do (nearest neighbour at 0.9).
TOPICS, SCATTER = 500, 0.6
# Articles in a write, as a sync stores about that many passages at once.
BATCH = 250
QUESTIONS, QUESTION_WORDS = 200, 8
# Articles added one by one, the median of which is reported.
ADDED = 5
# Articles of the ingest measurement: about a minute of embedding on two cores.
INGESTED = 150


@dataclass
class Synthetic:
    """Articles, questions and vectors, the same ones each time."""

    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(SEED))

    def __post_init__(self) -> None:
        letters = list("abdegiklmnoprstu")
        lengths = self.random.integers(3, 11, VOCABULARY)
        self.words = ["".join(self.random.choice(letters, length)) for length in lengths]
        weights = 1 / np.arange(1, VOCABULARY + 1) ** ZIPF
        self.shares = weights / weights.sum()
        self.centres = _unit(self.random.normal(size=(TOPICS, DIMENSIONS)))

    def text(self, sentences: int) -> str:
        drawn = self.random.choice(self.words, (sentences, WORDS), p=self.shares)
        return " ".join(f"{' '.join(words)}.".capitalize() for words in drawn)

    def question(self) -> str:
        return " ".join(self.random.choice(self.words, QUESTION_WORDS, p=self.shares))

    def vectors(self, count: int) -> Vector:
        noise = _unit(self.random.normal(size=(count, DIMENSIONS)))
        return _unit(self.centres[self.random.integers(0, TOPICS, count)] + SCATTER * noise)

    def file(self, number: int) -> SplitFile:
        text = "\n".join(self.text(SENTENCES) for _ in range(PASSAGES))
        document = Document(f"{number:07}", f"{number:07}.txt", text, f"Article {number}", "Publisher", "2017-12-17")
        sentences = split_sentences(text)
        split = SplitDocument(document, sentences, split_passages(document, sentences))
        return SplitFile(document.path, str(number), len(text), (split,))


def _unit(vectors: Vector) -> Vector:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


class DrawnEmbedding(BaseEmbedding):
    """Takes no time: what is measured is everything but the embedder."""

    _from: Synthetic = PrivateAttr()

    def __init__(self, source: Synthetic, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(model_name="drawn", **kwargs)
        self._from = source

    def _get_text_embedding(self, text: str) -> list[float]:
        return [float(value) for value in self._from.vectors(1)[0]]

    _get_query_embedding = _get_text_embedding

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
        began = time.perf_counter()
        library.sync()
        whole = time.perf_counter() - began
        texts = [
            passage.text for each in library.documents() for passage in library.retriever.store.passages_of(each.id)
        ]
        began = time.perf_counter()
        ordered = sorted(texts, key=len)
        for start in range(0, len(ordered), 16):
            library.retriever.embedding.get_text_embedding_batch(ordered[start : start + 16])
        alone = time.perf_counter() - began
    return {
        "passages": len(texts),
        "sync_s": whole,
        "embedding_s": alone,
        "ratio": whole / alone,
        "texts_per_s": len(texts) / whole,
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
    began = time.perf_counter()
    with _opened(data, embedding) as retriever:
        retriever.retrieve(source.question())
        found["open_and_first_question"] = _ms(began)
        questions = [source.question() for _ in range(QUESTIONS)]
        found["retrieve"] = _spread(lambda text: retriever.retrieve(text), questions)
        found["vector side"] = _spread(lambda text: retriever.dense(text), questions)
        found["word side"] = _spread(lambda text: retriever.lexical(text), questions)
        found["bare Chroma"] = _bare_chroma(retriever.index, source)
        found["ratio"] = found["retrieve"]["median"] / (found["bare Chroma"]["median"] + found["word side"]["median"])
        found["add_one_article"] = _added(retriever, source, fingerprint(embedding))
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


def _added(retriever: Retriever, source: Synthetic, embedder: str) -> float:
    """Median ms from an article's text to a question that can find it; without its embedding."""
    took = []
    for number in range(ADDED):
        file = source.file(9_000_000 + number)
        began = time.perf_counter()
        _write(retriever.store, source, embedder, [file])
        retriever.store.drop_unused_vectors()
        retriever.index.refresh()
        retriever.retrieve(source.question())
        took.append(_ms(began))
    return float(np.median(took))


def _bare_chroma(index: Index, source: Synthetic) -> dict[str, float]:
    collection = index._connected()
    return _spread(
        lambda vector: collection.query(query_embeddings=vector, n_results=CANDIDATES, include=["distances"]),
        [vector[None] for vector in source.vectors(QUESTIONS)],
    )


def _spread(ask: Callable[[Any], object], questions: Sequence[Any]) -> dict[str, float]:
    took = []
    for question in questions:
        began = time.perf_counter()
        ask(question)
        took.append(_ms(began))
    return {"median": float(np.median(took)), "p95": float(np.quantile(took, 0.95))}


def _ms(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def markdown(found: dict[str, Any]) -> str:
    """The page to read."""
    ingested, large = found["ingest"], found["library"]
    rows = [
        ("reading and embedding ÷ embedding alone", f"{ingested['ratio']:.2f}"),
        ("passages read and embedded a second", f"{ingested['texts_per_s']:.1f}"),
    ]
    rows += [
        (f"{name}, ms, median (95th percentile)", f"{large[name]['median']:.1f} ({large[name]['p95']:.1f})")
        for name in ("retrieve", "vector side", "word side", "bare Chroma")
    ]
    rows += [
        ("retrieve ÷ (bare Chroma + word side)", f"{large['ratio']:.2f}"),
        ("opening and the first question, ms", f"{large['open_and_first_question']:.0f}"),
        ("an article more until it can be found, ms", f"{large['add_one_article']:.0f}"),
        ("writing everything, s", f"{large['write_s']:.0f}"),
        ("indexing everything, s", f"{large['index_s']:.0f}"),
        ("memory at most, MB", f"{large['memory_mb']:.0f}"),
        ("disk, MB", f"{large['disk_mb']:.0f}"),
    ]
    about = (("commit", found["commit"]), ("machine", found["machine"]), ("passages", f"{large['passages']:,}"))
    head = "\n".join(["# Scale, with synthetic articles", "", *(f"- {name}: {value}" for name, value in about)])
    return f"{head}\n\n{table(('', ''), rows)}\n"


if __name__ == "__main__":
    sys.exit(main())
