"""What is said to and heard from a server that runs models, whichever server it is."""

from __future__ import annotations

import ipaddress
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import httpx

from rag.errors import Busy, ModelError, NotReachable, OutOfMemory, TooLong

# Seconds to connect; from the question to the first token, which a cold model on a CPU needs; between two pieces;
# and for a whole reply of a few dozen tokens.
CONNECT_S, FIRST_S, BETWEEN_S, WHOLE_S = 3.0, 180.0, 30.0, 300.0
# Lists and facts about models come from the server's disk.
LOOK_S = 10.0
# What a server with OpenAI's interface has to read at once; taken for granted where it doesn't say.
LEAST_CONTEXT = 4_096
# Likeliest tokens asked for in each place; no server gives more.
CANDIDATES = 20
# Role ("system", "user", "assistant") and text of each message.
Messages = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model that a server offers.

    Attributes:
        name: as it is asked for: "qwen2.5:7b".
        chat: whether it answers questions.
        embedding: whether it makes vectors.
        elsewhere: whether the server itself has it run by somebody else (Ollama's cloud), who then sees the articles.
        digest: tells one content of the name from another; "" where the server doesn't say.
        context: tokens it was trained to read at once; 0 where the server doesn't say.
    """

    name: str
    chat: bool
    embedding: bool
    elsewhere: bool = False
    digest: str = ""
    context: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a streamed reply.

    Attributes:
        text: what is added to the reply.
        candidates: log-probabilities of the likeliest tokens in this place; None where the server gives none.
        thought: whether the model thinks instead of replying; `text` is then "".
        usage: in the last piece: counts of tokens, and durations in nanoseconds, as far as the server gives them.
        broken_off: whether the reply ends here because it has as many tokens as were asked for.
    """

    text: str
    candidates: Mapping[str, float] | None = None
    thought: bool = False
    usage: Mapping[str, int] | None = None
    broken_off: bool = False


class ChatModel(Protocol):
    """A chat model on a server. Called from several threads."""

    @property
    def name(self) -> str:
        """The model and who runs it: "qwen2.5:7b (Ollama)"."""

    def chat(self, messages: Messages, tokens: int) -> Generator[Piece, None, None]:
        """Stream the likeliest reply of at most so many tokens; closing the generator ends it on the server.

        Raises:
            TooLong: the prompt doesn't fit; it is never cut.
            BrokenOff: the reply ended before its end.
            ModelError: anything else; the message says what to do.
        """

    def close(self) -> None:
        """Close the connections."""


def openai_client(url: str, key: str = "", *, answer_s: float = LOOK_S) -> httpx.Client:
    """Connections to the server with OpenAI's interface that is set.

    Raises:
        NotReachable: none is set, or address or key can't be one.
    """
    if not url:
        raise NotReachable("No server is named. Set TANYA_OPENAI_URL, for example to http://127.0.0.1:8080/v1.")
    told = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        here = is_here(httpx.URL(url).host)
        return httpx.Client(
            base_url=url, headers=told, timeout=httpx.Timeout(answer_s, connect=CONNECT_S), trust_env=not here
        )
    except (httpx.InvalidURL, UnicodeEncodeError) as error:
        raise NotReachable(f"TANYA_OPENAI_URL or its key can't be used: {error}.") from error


def is_here(host: str) -> bool:
    """Whether an address is this computer's, which no proxy can reach."""
    try:
        address = ipaddress.ip_address(host)
        return address.is_loopback or address.is_unspecified
    except ValueError:
        return host in ("localhost", "")


def refusal(status: int, said: str, server: str, model: str) -> ModelError:
    """The error that a server's refusal means, whichever server it is.

    Args:
        status: HTTP status; 500 for an error inside a stream.
        said: the server's own words.
        server: the start of the message: "Ollama at http://…".
        model: its name.
    """
    words = said.lower().rstrip(". ")
    if any(sign in words for sign in ("context length", "context size", "maximum context", "too many tokens")):
        return TooLong(
            f"The prompt is longer than {model} reads at once: {said}. "
            f"Ask a shorter question, or have the server read {LEAST_CONTEXT:,} tokens at once."
        )
    if "memory" in words or "cudamalloc" in words:
        return OutOfMemory(f"{server} lacks the memory for {model}: {said}. Choose a smaller model.")
    if status in (429, 503):
        return Busy(f"{server} is busy with other questions. Ask again in a minute.")
    return ModelError(f"{server} failed: {said or status}. See its log.")
