"""LlamaIndex as its documentation begins, over a library's articles and with its embedder: what ours is measured by."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import MetadataMode
from pydantic import PrivateAttr
from rich.progress import Progress

from rag.library import Library
from rag.passages import embedded_text

# Texts embedded between two commits and two signs of life.
_SLICE = 16


def llama_index(library: Library, k: int, bar: Progress | None = None) -> Callable[[str], Sequence[str]]:
    """Return a search by `VectorStoreIndex(...).as_retriever()` with the default splitter and index.

    Only the number of nodes is not the default: two can't fill a list of ten.
    """
    kept = KeptEmbedding(library.retriever.embedding, library.data / "llama-index.sqlite3")
    kept.put(_known(library))
    articles = [
        Document(text=document.text, id_=document.id, metadata={"title": document.title} if document.title else {})
        for document in (library.document(listed.id) for listed in library.documents())
    ]
    nodes = SentenceSplitter().get_nodes_from_documents(articles)
    kept.prepare([node.get_content(MetadataMode.EMBED) for node in nodes], bar)
    retriever = VectorStoreIndex(nodes, embed_model=kept).as_retriever(similarity_top_k=k)
    return lambda question: list(dict.fromkeys(str(found.node.ref_doc_id) for found in retriever.retrieve(question)))


def _known(library: Library) -> Iterable[tuple[str, Sequence[float]]]:
    """Yield (text, vector) of the library's passages: a short article is one, and needs no second embedding."""
    store, index = library.retriever.store, library.retriever.index
    titles = {listed.id: listed.title for listed in store.documents()}
    for id, vector in store.vectors(index.fingerprint):
        passage = store.passage(id)
        yield embedded_text(titles[passage.document_id], passage.text), vector.tolist()


class KeptEmbedding(BaseEmbedding):
    """An embedder whose vectors of texts are kept in a file, so that an interrupted run goes on."""

    _embedder: BaseEmbedding = PrivateAttr()
    _kept: sqlite3.Connection = PrivateAttr()

    def __init__(self, embedder: BaseEmbedding, path: Path, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(model_name=embedder.model_name, **kwargs)
        self._embedder = embedder
        self._kept = sqlite3.connect(path)
        self._kept.execute("CREATE TABLE IF NOT EXISTS vectors (text TEXT PRIMARY KEY, vector BLOB NOT NULL)")

    def put(self, vectors: Iterable[tuple[str, Sequence[float]]]) -> None:
        """Keep vectors that were made elsewhere by the same embedder."""
        rows = ((text, np.asarray(vector, np.float32).tobytes()) for text, vector in vectors)
        with self._kept:
            self._kept.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)

    def prepare(self, texts: Sequence[str], bar: Progress | None = None) -> None:
        """Embed the texts that have no vector yet, those of a length together."""
        known = {text for (text,) in self._kept.execute("SELECT text FROM vectors")}
        missing = sorted(set(texts) - known, key=len)
        slices = [missing[start : start + _SLICE] for start in range(0, len(missing), _SLICE)]
        for some in bar.track(slices, description="LlamaIndex: embedding") if bar else slices:
            self.put(zip(some, self._embedder.get_text_embedding_batch(some), strict=True))

    def _get_text_embedding(self, text: str) -> list[float]:
        row = self._kept.execute("SELECT vector FROM vectors WHERE text = ?", (text,)).fetchone()
        if row is None:
            return self._embedder.get_text_embedding(text)
        return [float(value) for value in np.frombuffer(row[0], np.float32)]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._embedder.get_query_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)
