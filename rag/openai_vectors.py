"""An OpenAI-compatible server's `/embeddings`: vLLM, llama-server, LM Studio, text-embeddings-inference, OpenAI."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import httpx

from rag.errors import BrokenOff, ModelError, NotPulled, NotReachable, TooLong
from rag.serving import FIRST_S, openai_client, refusal

# How servers say that a text is longer than the model reads: vLLM and OpenAI, llama-server, text-embeddings-inference.
_TOO_LONG = ("context length", "context size", "maximum context", "too large to process", "too long", "must have less")


class OpenAIVectors:
    """A server by its address, "http://host:port/v1". Safe to call from several threads."""

    def __init__(self, url: str, key: str = "", answer_s: float = FIRST_S) -> None:
        self._url = url.rstrip("/")
        self._http = openai_client(url, key, answer_s=answer_s)

    def embed(self, model: str, texts: Sequence[str]) -> list[list[float]]:
        """Vectors of texts, in their order.

        Raises:
            TooLong, NotPulled, OutOfMemory, Busy, BrokenOff, NotReachable, ModelError: as their names say.
        """
        try:
            reply = self._http.post(
                f"{self._url}/embeddings", json={"model": model, "input": list(texts), "encoding_format": "float"}
            )
            if reply.is_error:
                raise self._refusal(reply.status_code, _said(reply), model)
            rows: list[dict[str, Any]] = sorted(reply.json()["data"], key=lambda row: row["index"])
            return [[float(number) for number in row["embedding"]] for row in rows]
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
            raise NotReachable(f"No server answers at {self._url}. Start it, or set TANYA_OPENAI_URL.") from error
        except httpx.TimeoutException as error:
            raise BrokenOff(f"The server at {self._url} took too long. Choose a smaller embedding model.") from error
        except httpx.HTTPError as error:
            raise BrokenOff(f"The connection to {self._url} broke: {error}. See the server's log.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise NotReachable(
                f"What answers at {self._url} has no OpenAI interface for embeddings. Set TANYA_OPENAI_URL to one that "
                "has, with /v1 at its end."
            ) from error

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _refusal(self, status: int, said: str, model: str) -> ModelError:
        low = said.lower()
        if status == 413 or any(words in low for words in _TOO_LONG):
            return TooLong(f"A text is longer than {model} reads at once: {said}.")
        if status in (401, 403):
            return NotReachable(f"The server at {self._url} refuses: {said}. Set TANYA_OPENAI_KEY.")
        if status == 404 and "model" in low:
            return NotPulled(f"The server at {self._url} has no model {model}. Set TANYA_OPENAI_EMBEDDING_MODEL.")
        if status == 404:
            return NotReachable(f"{self._url} has no embeddings. Set TANYA_OPENAI_URL, with /v1 at its end.")
        return refusal(status, said, f"The server at {self._url}", model)


def _said(reply: httpx.Response) -> str:
    """The error's text, wherever the server puts it."""
    try:
        found = json.loads(reply.text)
        found = found.get("error", found)
        text = str(found.get("message", found) if isinstance(found, dict) else found)
    except (ValueError, AttributeError):
        text = reply.text
    return " ".join(text.split())[:200].rstrip(". ")
