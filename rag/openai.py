"""Any server with OpenAI's interface: llama-server, vLLM, Ollama's own /v1, and services elsewhere."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx
import openai
from llama_index.core.base.llms.types import ChatMessage
from llama_index.llms.openai_like import OpenAILike

from rag.errors import BrokenOff, ModelError, NotPulled, NotReachable, TooLong
from rag.serving import CANDIDATES, CONNECT_S, FIRST_S, LEAST_CONTEXT, Messages, Piece, openai_client, refusal

# vLLM reads together whatever comes while it reads; more than a question's passages never do.
VLLM_SLOTS = 8


class OpenAIChat:
    """One chat model of one server, by llama-index. Safe to call from several threads."""

    def __init__(self, url: str, key: str, model: str, *, first_s: float = FIRST_S) -> None:
        """Name a server and a model.

        Args:
            url: up to and with `/v1`.
            key: "" where none is asked for.
            model: its name.
            first_s: seconds that a piece may take; these servers send their headers before their first token.
        """
        self.url = url.rstrip("/")
        self._http = openai_client(url)
        self._http.event_hooks = {"request": [_connect_soon]}
        self._key = key or "none"
        self.model = model
        self._llm = OpenAILike(
            model=self.model,
            api_base=self.url,
            api_key=self._key,
            is_chat_model=True,
            temperature=0,
            max_retries=0,
            timeout=first_s,
            http_client=self._http,
            logprobs=True,
            top_logprobs=CANDIDATES,
        )

    @property
    def name(self) -> str:
        """The model and who runs it."""
        return f"{self.model} (OpenAI-compatible)"

    def chat(self, messages: Messages, tokens: int) -> Generator[Piece, None, None]:
        """See `rag.serving.ChatModel`."""
        told = [ChatMessage(role=role, content=text) for role, text in messages]
        done = False
        with _explained(self.url, self.model):
            stream = self._llm.stream_chat(told, max_tokens=tokens)
            with closing(stream):
                for part in stream:
                    choices = part.raw.choices
                    choice = choices[0] if choices else None
                    tokens_ = choice.logprobs.content if choice and choice.logprobs else None
                    done = done or bool(choice and choice.finish_reason)
                    yield Piece(
                        part.delta or "",
                        {t.token: t.logprob for t in tokens_[0].top_logprobs or tokens_} if tokens_ else None,
                        bool(part.additional_kwargs.get("thinking_delta")),
                        broken_off=bool(choice and choice.finish_reason == "length"),
                    )
        if not done:
            raise BrokenOff(f"The model server at {self.url} ended the reply before it was complete. Ask again.")

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def models(url: str, key: str) -> list[str]:
    """Names of the models that a server offers, at least one.

    Raises:
        ModelError: it doesn't answer, or has none.
    """
    with _asking(url, key) as http:
        names = [str(row["id"]) for row in _rows(http)]
    if not names:
        raise NotPulled(f"The model server at {url} has no model.")
    return names


def capacity(url: str, key: str, model: str) -> tuple[int, int]:
    """How many prompts a server answers at once, and how many tokens each may have.

    llama-server says both, vLLM the tokens; of others 1 and `LEAST_CONTEXT` are taken.

    Raises:
        TooLong: they may have too few.
        ModelError: it doesn't answer.
    """
    with _asking(url, key) as http:
        row = next((row for row in _rows(http) if row["id"] == model), {})
        context = int(row.get("max_model_len") or (row.get("meta") or {}).get("n_ctx") or LEAST_CONTEXT)
        slots = _slots(http, row.get("owned_by"))
    if context < LEAST_CONTEXT:
        raise TooLong(
            f"The model server at {url} reads {context:,} tokens at once. Start it so that it reads {LEAST_CONTEXT:,}: "
            "llama-server's -c, which its slots share, or vLLM's --max-model-len."
        )
    return slots, context


def _slots(http: httpx.Client, maker: str | None) -> int:
    if maker == "vllm":
        return VLLM_SLOTS
    if maker != "llamacpp":
        return 1
    slots = http.get(str(http.base_url).removesuffix("v1/") + "slots")
    return len(slots.json()) if slots.is_success else 1


@contextmanager
def _asking(url: str, key: str) -> Iterator[httpx.Client]:
    with _explained(url), openai_client(url, key) as http:
        yield http


def _rows(http: httpx.Client) -> list[dict[str, Any]]:
    """What a server says of each of its models."""
    reply = http.get("models")
    reply.raise_for_status()
    return list(reply.json()["data"])


@contextmanager
def _explained(url: str, model: str = "a list of models") -> Iterator[None]:
    """Whatever goes wrong becomes an error that says what to do."""
    server = f"The model server at {url}"
    try:
        yield
    except openai.APIStatusError as error:
        raise _refusal(error.status_code, _said(error), server, model) from error
    except httpx.HTTPStatusError as error:
        raise _refusal(error.response.status_code, error.response.text, server, model) from error
    except (openai.APITimeoutError, httpx.ReadTimeout) as error:
        raise BrokenOff(f"{server} took too long. Ask again, or see its log.") from error
    except (openai.APIConnectionError, httpx.ConnectError, httpx.TimeoutException) as error:
        raise NotReachable(f"No model server answers at {url}. Start it, or set TANYA_OPENAI_URL.") from error
    except openai.APIError as error:  # an error in the middle of a stream
        raise refusal(500, error.message, server, model) from error
    except httpx.HTTPError as error:
        raise BrokenOff(f"The connection to {url} broke: {error}. Ask again.") from error
    except (httpx.InvalidURL, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotReachable(
            f"What answers at {url} does not speak OpenAI's interface. Set TANYA_OPENAI_URL, with its /v1."
        ) from error


def _said(error: openai.APIStatusError) -> str:
    """The server's own words, without what the client puts around them."""
    body = error.body.get("message") if isinstance(error.body, dict) else error.body
    return body if isinstance(body, str) and body else error.message


def _refusal(status: int, said: str, server: str, model: str) -> ModelError:
    said = " ".join(said.split())[:200]
    if status in (401, 403):
        return NotReachable(f"{server} refuses the key: {said}. Set TANYA_OPENAI_KEY.")
    if status == 404:
        return NotPulled(f"{server} has no {model}: {said}. Set TANYA_OPENAI_MODEL.")
    return refusal(status, said, server, model)


def _connect_soon(request: httpx.Request) -> None:
    """A server that isn't there is known in seconds, however long its first token may take."""
    request.extensions["timeout"]["connect"] = CONNECT_S
