"""A server that fails as no real one can be made to: it hangs, breaks off, talks nonsense or thinks aloud."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# Before the last piece of a reply; never sent.
LAST = b"\0"


class FakeOllama(ThreadingHTTPServer):
    """What it does is said by `mode`; what it was asked is in `asked`.

    Modes: ok, long, refusal, silent, hang, stall, dribble, error, no-done, half, cut, closed, nonsense, thinks, tags,
    odds:<token>=<log-probability>,…, and a number: that HTTP status with the text in `says`. A refusal that is "open"
    goes on with an assistant's turn that stands last.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mode, self.says, self.version = "ok", "", "0.12.11"
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.most_at_once, self._now = 0, 0
        self.lock = threading.Lock()
        self.cloud = False
        # What OpenAI's interface tells beside a model's name, and how many slots.
        self.told: dict[str, Any] = {}
        self.slots = 0

    @property
    def host(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @contextmanager
    def counted(self) -> Iterator[None]:
        with self.lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            yield
        finally:
            with self.lock:
                self._now -= 1

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some tests are about."""


@contextmanager
def running() -> Iterator[FakeOllama]:
    server = FakeOllama()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: FakeOllama
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.server.mode == "nonsense":
            return self._whole("<html>hello</html>")
        if self.path == "/api/version":
            return self._whole({"version": self.server.version})
        names = ["bge-m3:latest", "big:latest", "small:latest"] + ["far:cloud"] * self.server.cloud
        rows = [{"name": name, "digest": name, **({"remote_host": "x"} if "cloud" in name else {})} for name in names]
        if self.path == "/v1/models":
            return self._whole({"data": [{"id": name, **self.server.told} for name in names]})
        if self.path == "/slots":
            slots = [{"id": number} for number in range(self.server.slots)]
            return self._whole(slots) if slots else self._whole({"error": "not supported"}, 501)
        return self._whole({"models": rows})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, body))
        if self.path == "/api/show":
            return self._whole({"capabilities": ["embedding" if "bge" in body["model"] else "completion"]})
        mode = self.server.mode
        if mode.isdecimal():
            return self._whole({"error": self.server.says}, int(mode))
        if mode == "hang":
            time.sleep(2)
            return None
        # Who has heard the last piece may ask again at once: it is sent when the question no longer counts.
        if self.path == "/v1/chat/completions":
            self._stream(self._counted(self._events(mode, body)))
        else:
            self._stream(self._counted(self._lines(mode, body)))
        return None

    def _counted(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        with self.server.counted():
            for part in parts:
                if part.startswith(LAST):
                    break
                yield part
            else:
                return
        yield part.removeprefix(LAST)

    def _lines(self, mode: str, body: dict[str, Any]) -> Iterator[bytes]:
        """A reply of Ollama's /api/chat, a JSON object a line."""
        done = {
            "done": True,
            "done_reason": _reason(mode),
            "prompt_eval_count": 800,
            "eval_count": 9,
            "load_duration": 1,
        }
        if mode == "cut":
            done["prompt_eval_count"] = body["options"]["num_ctx"]
        for piece in _pieces(mode, body):
            line: dict[str, Any] = {"message": {"role": "assistant", **piece}, "done": False}
            if "odds:" in mode:
                line["logprobs"] = [{"token": "NOT", "logprob": -9, "top_logprobs": _odds(mode)}]
            yield json.dumps(line).encode() + b"\n"
            if mode == "stall":
                time.sleep(2)
            if mode == "error":
                yield b'{"error": "an error was encountered while running the model: out of memory"}\n'
                return
            if mode == "half":
                yield b'{"message": {"content": "3 M'
                return
            if mode in ("closed", "no-done"):
                return
            if mode == "dribble":
                for _ in range(200):
                    yield b" "
                    time.sleep(0.01)
        yield LAST + json.dumps(done).encode() + b"\n"

    def _events(self, mode: str, body: dict[str, Any]) -> Iterator[bytes]:
        """A reply of OpenAI's interface: server-sent events."""

        def event(delta: dict[str, str], finish: str | None = None, logprobs: object = None) -> bytes:
            choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": logprobs}
            whole = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
            return f"data: {json.dumps(whole)}\n\n".encode()

        yield event({"role": "assistant", "content": ""})
        for piece in _pieces(mode, body):
            odds = {"content": [{"token": "3", "logprob": -1, "bytes": None, "top_logprobs": _odds(mode)}]}
            yield event({"content": piece.get("content", "")}, None, odds if "odds:" in mode else None)
            if mode == "no-done":
                return
            if mode == "error":
                yield b'data: {"error": {"message": "out of memory", "type": "server_error"}}\n\n'
                return
        yield LAST + event({}, _reason(mode)) + b"data: [DONE]\n\n"

    def _whole(self, body: object, status: int = 200) -> None:
        text = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _stream(self, parts: Iterator[bytes]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in parts:
            self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            self.wfile.flush()
        if self.server.mode == "closed":
            self.close_connection = True  # with no last chunk: the connection broke
            return
        self.wfile.write(b"0\r\n\r\n")


def _pieces(mode: str, body: dict[str, Any]) -> list[dict[str, str]]:
    if mode.startswith("refusal"):
        if "open" in mode and body["messages"][-1]["role"] == "assistant":
            return [{"content": " May 2021 [1]"}]
        return [{"content": piece} for piece in ("NOT", "_FOUND")]
    if mode == "silent":
        return []
    if mode == "long":
        return [{"content": piece} for piece in ("It is said that the", " bridge was op")]
    if mode == "tags":
        return [{"content": piece} for piece in ("<thi", "nk>NOT_FOUND? No:", " 4 May</think>\n\n", "3 May 2021 [1]")]
    if mode == "thinks":
        thoughts = [{"content": "", "thinking": "Let me see."}]
        return thoughts if body["options"]["num_predict"] < 100 else [*thoughts, {"content": "3 May 2021 [1]"}]
    return [{"content": piece} for piece in ("3 May", " 2021 [1]")]


def _reason(mode: str) -> str:
    return "length" if mode == "long" else "stop"


def _odds(mode: str) -> list[dict[str, Any]]:
    """What "odds:NOT=-2,Yes=-1" names, as the likeliest tokens with their log-probabilities."""
    named = (pair.split("=") for pair in mode.partition("odds:")[2].split(",") if pair)
    return [{"token": token, "logprob": float(share), "bytes": None} for token, share in named]
