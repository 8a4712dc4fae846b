"""Text -> vectors by a model on a server, as a llama-index embedding: each text as the model wants it, and all of it.

A server may be given another model under the same name at any time, with as many dimensions: nothing would fail, and
every search would be noise. So each request begins with a fixed probe, and its vector has to be the known one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from rag.embedding import halves, mean
from rag.errors import BrokenOff, Busy, ModelError, TooLong

Send = Callable[[Sequence[str]], list[list[float]]]

_INSTRUCT = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "
_REPRESENT = "Represent this sentence for searching relevant passages: "
# What a model was trained to see before questions and before passages, by its makers' model cards on Hugging Face;
# the first that fits the name counts. Models that are not here (bge-m3, all-minilm, granite-embedding,
# paraphrase-multilingual, OpenAI's) want nothing.
_PREFIXES = (
    (r"e5-mistral|e5\b.*instruct", _INSTRUCT, ""),  # intfloat/multilingual-e5-large-instruct
    (r"\be5\b", "query: ", "passage: "),  # intfloat/multilingual-e5-small; Wang et al. 2024, arXiv 2402.05672
    (r"nomic-embed-text", "search_query: ", "search_document: "),  # nomic-ai/nomic-embed-text-v1.5
    (r"embedding-?gemma", "task: search result | query: ", "title: none | text: "),  # google/embeddinggemma-300m
    (r"qwen3-embedding", _INSTRUCT, ""),  # Qwen/Qwen3-Embedding-0.6B
    (r"arctic-embed(2|.*v2)", "query: ", ""),  # Snowflake/snowflake-arctic-embed-l-v2.0
    (r"arctic-embed|mxbai-embed", _REPRESENT, ""),  # mixedbread-ai/mxbai-embed-large-v1
    (r"\bbge-(small|base|large)(?!-zh)", _REPRESENT, ""),  # BAAI/bge-large-en-v1.5
)

PROBE = "Presiden mengucapkan terima kasih. The president said thank you."
# Cosine of two vectors of the probe by one model: 0.9999 and more, on whatever hardware. Of multilingual-e5-small and
# another that was trained on from it: 0.959, as near as two models come.
_SAME = 0.99
# Texts in a request: a CPU may take ten seconds for each, and the server's answer comes in one piece.
_BATCH = 8
# Characters; the shortest of usual limits, 512 tokens, holds more in English and Indonesian. What is longer is
# embedded in parts, since not every server says that it cuts.
_LONGEST = 1500
# A model that finds this too long has another problem.
_SHORTEST = 32
# Seconds before a busy server, or one whose connection broke, is asked again, if it failed within PATIENCE_S.
_PAUSES = (1.0, 4.0)
_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Prefixes:
    """What is put before a question and before a passage."""

    query: str = ""
    passage: str = ""


def prefixes(model: str) -> Prefixes:
    """What the model wants to see before texts, by its name."""
    found = ((query, passage) for name, query, passage in _PREFIXES if re.search(name, model, re.IGNORECASE))
    return Prefixes(*next(found, ("", "")))


class ServedEmbedding(BaseEmbedding):
    """Vectors of a server's model. `send` gives one for each of some texts, in their order, or raises `ModelError`.

    Every method that embeds raises `ModelError`: what the server's failure means, or that the model was replaced.
    """

    _send: Send = PrivateAttr()
    _prefixes: Prefixes = PrivateAttr()
    _probe: list[float] = PrivateAttr(default_factory=list)
    _close: Callable[[], None] = PrivateAttr()

    def __init__(
        self,
        model: str,
        where: str,
        send: Send,
        close: Callable[[], None] = lambda: None,
        **kwargs: Any,  # noqa: ANN401 - llama-index's own signature
    ) -> None:
        """Name a model.

        Args:
            model: its name on the server.
            where: what the server is called.
            send: see the class.
            close: closes the connections.
            kwargs: llama-index's own.
        """
        super().__init__(model_name=f"{model} ({where})", **kwargs)
        self._send, self._prefixes, self._close = send, prefixes(model), close

    def close(self) -> None:
        """Close the connections to the server."""
        self._close()

    def probe(self) -> list[float]:
        """The probe's vector, which tells this model from any other."""
        return self._patiently([PROBE])[0]

    def expect(self, probe: Sequence[float]) -> None:
        """From now on refuse to embed unless the probe has this vector."""
        self._probe = list(probe)

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._embed(self._prefixes.query, [query])[0]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        batches = (texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH))
        return [vector for batch in batches for vector in self._embed(self._prefixes.passage, batch)]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _embed(self, prefix: str, texts: Sequence[str]) -> list[list[float]]:
        """Embed each text in full: in one request where that is possible, a long one in parts."""
        if all(len(text) <= _LONGEST for text in texts):
            try:
                return self._recognised([PROBE, *(prefix + text for text in texts)])
            except TooLong:
                if max(map(len, texts)) < _SHORTEST:
                    raise
        if len(texts) > 1:
            return [vector for text in texts for vector in self._embed(prefix, [text])]
        return [mean(self._embed(prefix, halves(texts[0])))]

    def _recognised(self, texts: Sequence[str]) -> list[list[float]]:
        """The vectors of all but the first text, which is the probe and tells whose they are."""
        probe, *vectors = self._patiently(texts)
        if self._probe and not is_same(probe, self._probe):
            raise ModelError(
                f"The embedder {self.model_name} is not the one that the library was embedded with: it was replaced "
                "under the same name. Run `tanya sync`, which embeds the articles anew, or put the old one back."
            )
        return vectors

    def _patiently(self, texts: Sequence[str]) -> list[list[float]]:
        """Send texts; ask again where that may help."""
        # Half a surrogate pair, which UTF-8 can't hold, becomes "?".
        clean = [text.replace("\0", " ").encode(errors="replace").decode() for text in texts]
        began = time.monotonic()
        for pause in _PAUSES:
            try:
                return self._checked(clean)
            except (Busy, BrokenOff):
                if time.monotonic() - began > _PATIENCE_S:
                    raise
                time.sleep(pause)
        return self._checked(clean)

    def _checked(self, texts: Sequence[str]) -> list[list[float]]:
        vectors = self._send(texts)
        alike = len(vectors) == len(texts) and len({len(vector) for vector in vectors}) == 1
        if not alike or not np.isfinite(vectors).all() or not np.any(vectors, axis=1).all():
            raise ModelError(
                f"The embedder {self.model_name} returns unusable vectors: too few, of several lengths, or not "
                "numbers. Choose another model: see TANYA_EMBEDDING in the README."
            )
        return vectors


def is_same(probe: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two vectors of the probe are by one model."""
    if len(probe) != len(other):
        return False
    first, second = np.asarray(probe), np.asarray(other)
    return float(first @ second) >= _SAME * float(np.linalg.norm(first) * np.linalg.norm(second))
