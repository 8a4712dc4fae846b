"""Ollama's server: what it has, what it says, and what its failures mean.

Connections, address (`OLLAMA_HOST`) and key (`OLLAMA_API_KEY`) are those of Ollama's own client. Chats are streamed
here rather than by it: it knows neither `truncate` nor `shift`, without which Ollama cuts a long prompt and says
nothing, and has one time-out for a first token that may take a minute and a second one that may not.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

import httpx
import ollama

from rag.errors import BrokenOff, ModelError, NotPulled, NotReachable, TooLong, TooOld
from rag.serving import (
    BETWEEN_S,
    CANDIDATES,
    CONNECT_S,
    FIRST_S,
    LOOK_S,
    WHOLE_S,
    Messages,
    Piece,
    ServedModel,
    is_here,
    refusal,
)

# The first that says what its models can do; what is built without a version says 0.0.0.
OLDEST = (0, 6, 4)
# The model stays loaded between two questions; Ollama's own five minutes make the first answer after a pause slow.
KEEP_ALIVE = "30m"
# Kinds of models that only embed, for servers and models that don't say what they can do.
_EMBEDS = re.compile(r"embed|\bbge\b|minilm|\be5\b|\bgte\b|bert", re.IGNORECASE)


class Ollama:
    """One server. Safe to call from several threads. Every method raises `ModelError` with what to do."""

    def __init__(self, host: str = "", *, first_s: float = FIRST_S, between_s: float = BETWEEN_S) -> None:
        """Name a server, which need not run.

        Args:
            host: address as in OLLAMA_HOST ("", "host", "host:port", "https://host/path"); "" is OLLAMA_HOST itself,
                or this computer.
            first_s: seconds that a first token may take, loading and reading included.
            between_s: seconds that any other may take.
        """
        try:
            client = ollama.Client(host or None)
            if is_here(client._client.base_url.host):
                client = ollama.Client(host or None, trust_env=False)
        except (ValueError, httpx.InvalidURL) as error:
            raise NotReachable(f"OLLAMA_HOST is not an address: {error}. Write it as host:port.") from error
        self._http: httpx.Client = client._client
        self._first_s, self._between_s = first_s, between_s
        self._known: dict[tuple[str, str], ServedModel] = {}

    @property
    def host(self) -> str:
        """The server's address."""
        return str(self._http.base_url).rstrip("/")

    def version(self) -> str:
        """The server's version, such as "0.11.4".

        Raises:
            NotReachable: nothing answers there, or something else than Ollama.
            TooOld: it lacks what is needed here.
        """
        with self._explained():
            version = str(self._json("GET", "/api/version")["version"])
        numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:3])
        if (0, 0, 0) != numbers < OLDEST:
            oldest = ".".join(map(str, OLDEST))
            raise TooOld(f"Ollama at {self.host} is {version}; at least {oldest} is needed. See https://ollama.com.")
        return version

    def models(self) -> list[ServedModel]:
        """Its models, the one that changed last first."""
        with self._explained():
            rows = self._json("GET", "/api/tags").get("models") or []
            return [self._model(row) for row in rows]

    def model(self, name: str) -> ServedModel:
        """One of its models; a name without a tag means ":latest".

        Raises:
            NotPulled: it isn't there.
        """
        tagged = name if ":" in name.rpartition("/")[2] else f"{name}:latest"
        there = self.models()
        for model in there:
            if model.name.lower() in (name.lower(), tagged.lower()):
                return model
        names = ", ".join(model.name for model in there[:8])
        others = f" It has {names}." if names else ""
        raise NotPulled(f"Ollama at {self.host} has no model {name}. Get it with `ollama pull {name}`.{others}")

    def _model(self, row: Mapping[str, Any]) -> ServedModel:
        name, digest = str(row["name"]), str(row.get("digest") or "")
        if (name, digest) not in self._known:
            try:
                facts = self._json("POST", "/api/show", {"model": name})
            except _Refused:  # damaged, or deleted since it was listed
                return ServedModel(name, chat=False, embedding=False)
            able = facts.get("capabilities")
            embeds = "embedding" in able if able else bool(_EMBEDS.search(name))
            chats = "completion" in able if able else not embeds
            length = [v for k, v in (facts.get("model_info") or {}).items() if k.endswith(".context_length")]
            elsewhere = bool(row.get("remote_host") or facts.get("remote_host"))
            self._known[name, digest] = ServedModel(
                name, chats, embeds, elsewhere, digest, int(length[0]) if length else 0
            )
        return self._known[name, digest]

    def chat(self, model: str, messages: Messages, *, tokens: int, context: int) -> Generator[Piece, None, None]:
        """Stream a reply, always the likeliest token. Closing the iterator ends it on the server.

        Args:
            model: its name.
            messages: what was said so far.
            tokens: at most so many in the reply.
            context: tokens of prompt and reply; the same in all calls, since another makes Ollama load the model anew.

        Raises:
            TooLong: the prompt doesn't fit; it is never cut.
            BrokenOff: the reply ended before its end.
            NotPulled, OutOfMemory, Busy, NotReachable, ModelError: as their names say.
        """
        body = {
            "model": model,
            "messages": [{"role": role, "content": text} for role, text in messages],
            "stream": True,
            "think": False,
            "truncate": False,
            "shift": False,
            "keep_alive": KEEP_ALIVE,
            "logprobs": True,
            "top_logprobs": CANDIDATES,
            "options": {"temperature": 0, "num_predict": tokens, "num_ctx": context},
        }
        with self._explained(model), closing(self._lines("/api/chat", body)) as lines:
            for line in lines:
                yield _piece(line)
                if line.get("done"):
                    _refuse_cut(line, context)
                    return
        raise BrokenOff(f"Ollama at {self.host} ended the reply before it was complete. Ask again.")

    def embed(self, model: str, texts: Sequence[str]) -> list[list[float]]:
        """Vectors of texts, in their order.

        Raises:
            TooLong: a text is longer than the model reads; it is never cut.
        """
        body = {"model": model, "input": list(texts), "truncate": False, "keep_alive": KEEP_ALIVE}
        with self._explained(model):
            vectors: list[list[float]] = self._json("POST", "/api/embed", body, self._first_s)["embeddings"]
        if len(vectors) != len(texts):
            raise ModelError(f"Ollama at {self.host} gave {len(vectors)} vectors for {len(texts)} texts.")
        return vectors

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # Below: HTTP

    def _json(self, method: str, path: str, body: object = None, read_s: float = LOOK_S) -> dict[str, Any]:
        timeout = httpx.Timeout(read_s, connect=CONNECT_S)
        reply = self._http.request(method, path, json=body, timeout=timeout)
        if reply.is_error:
            raise _Refused(reply.status_code, reply.text)
        found: dict[str, Any] = reply.json()
        return found

    def _lines(self, path: str, body: object) -> Generator[dict[str, Any], None, None]:
        """The reply's JSON objects as they come, with the deadlines."""
        ends = time.monotonic() + WHOLE_S
        # The reply's headers come with its first token.
        timeout = httpx.Timeout(self._first_s, connect=CONNECT_S)
        with self._http.stream("POST", path, json=body, timeout=timeout) as reply:
            if reply.is_error:
                reply.read()
                raise _Refused(reply.status_code, reply.text)
            reply.request.extensions["timeout"]["read"] = self._between_s
            for line in _split(_until(ends, reply.iter_bytes())):
                found = json.loads(line)
                if error := found.get("error"):
                    raise _Refused(500, str(error))
                yield found

    @contextmanager
    def _explained(self, model: str = "") -> Iterator[None]:
        """Whatever goes wrong becomes an error that says what to do."""
        try:
            yield
        except _Refused as refused:
            raise self._refusal(refused, model) from refused
        except (httpx.ConnectError, httpx.ConnectTimeout, ConnectionError) as error:
            raise NotReachable(
                f"No Ollama answers at {self.host}. Start it with `ollama serve`, or set OLLAMA_HOST to where it runs."
            ) from error
        except httpx.TimeoutException as error:
            raise BrokenOff(
                f"Ollama at {self.host} took too long. Ask again, choose a smaller model, or see its log."
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise BrokenOff(f"The connection to Ollama at {self.host} broke: {error}. See its log.") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NotReachable(
                f"What answers at {self.host} is not Ollama. Set OLLAMA_HOST to where it runs."
            ) from error

    def _refusal(self, refused: _Refused, model: str) -> ModelError:
        if refused.status == 404 and re.search("model.*not found", refused.said):
            return NotPulled(f"Ollama at {self.host} has no model {model}. Get it with `ollama pull {model}`.")
        if refused.status in (404, 405):
            return NotReachable(f"What answers at {self.host} is not Ollama. Set OLLAMA_HOST to where it runs.")
        if refused.status in (401, 403):
            return NotReachable(f"Ollama at {self.host} refuses: {refused.said}. Set OLLAMA_API_KEY.")
        return refusal(refused.status, refused.said, f"Ollama at {self.host}", model)


class OllamaChat:
    """One chat model of one server."""

    def __init__(self, server: Ollama, model: str, context: int) -> None:
        """Name a model; it is loaded by the first chat.

        Args:
            server: closed by `close`.
            model: its name.
            context: tokens of prompt and reply.
        """
        self.server, self.model, self.context = server, model, context

    @property
    def name(self) -> str:
        """The model and who runs it."""
        return f"{self.model} (Ollama)"

    def chat(self, messages: Messages, tokens: int) -> Generator[Piece, None, None]:
        """See `Ollama.chat`."""
        return self.server.chat(self.model, messages, tokens=tokens, context=self.context)

    def close(self) -> None:
        """Close the connections."""
        self.server.close()


class _Refused(Exception):
    """A reply that says what went wrong."""

    def __init__(self, status: int, text: str) -> None:
        try:
            text = str(json.loads(text)["error"])
        except (ValueError, KeyError, TypeError):
            text = " ".join(text.split())[:200]
        super().__init__(text)
        self.status, self.said = status, text.rstrip(". ")


def _until(ends: float, pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        if time.monotonic() > ends:
            raise httpx.ReadTimeout("the whole reply")
        yield piece


def _split(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Lines of a stream; what stands behind the last newline is a line cut short, and is left out."""
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from (line for line in lines if line.strip())


def _piece(line: Mapping[str, Any]) -> Piece:
    message, rows = line.get("message") or {}, line.get("logprobs")
    return Piece(
        text=str(message.get("content") or ""),
        candidates={str(r["token"]): float(r["logprob"]) for r in rows[0].get("top_logprobs") or rows}
        if rows
        else None,
        thought=bool(message.get("thinking")),
        usage={k: v for k, v in line.items() if type(v) is int} if line.get("done") else None,
        broken_off=line.get("done_reason") == "length",
    )


def _refuse_cut(line: Mapping[str, Any], context: int) -> None:
    """Servers before 0.12.5 cut what doesn't fit and tell nothing but the count."""
    if int(line.get("prompt_eval_count") or 0) >= context - 1:
        raise TooLong(f"The prompt filled all {context} tokens, so Ollama may have cut it. Ask a shorter question.")
