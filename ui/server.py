"""Page -> a server on this computer, with the headers that keep a hostile article from reaching out."""

from __future__ import annotations

import contextlib
import socket
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gradio as gr
import typer
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import TanyaError
from ui.page import Library, build_page

HOST = "127.0.0.1"  # nobody else's computer reaches the page
PORTS = 100  # tried from the one asked for upwards
BODY = 1_000_000  # bytes of one request; the longest question allowed is far below
SESSIONS = 200  # open pages whose chats are kept in memory

# gradio's page needs inline scripts, and its HTML component compiles its template with `Function`: this
# policy stops requests to elsewhere, frames and forms. Scripts are stopped by the allow-list of `ui.render`.
POLICY = (
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "frame-src 'none'",
    "object-src 'none'",
    "base-uri 'self'",  # gradio's page names its own base
    "form-action 'self'",
    "frame-ancestors 'none'",
)
SAFETY = {
    "Content-Security-Policy": "; ".join(POLICY),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}

LAUNCH: dict[str, Any] = {
    "server_name": HOST,
    "prevent_thread_lock": True,
    "quiet": True,
    "share": False,
    "css_paths": Path(__file__).with_name("page.css"),
    "theme": gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"]),  # nothing from elsewhere
    "footer_links": [],
    "max_file_size": 1,  # nothing is uploaded here
    "state_session_capacity": SESSIONS,
    "enable_monitoring": False,
    "run_history": False,
    "ssr_mode": False,
}


class Guard:
    """Puts the safety headers on every reply; refuses other sites' requests, and far too long ones."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SAFETY)
            await send(message)

        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif refusal := _refusal(Headers(scope=scope)):
            await refusal(scope, receive, send_safely)
        else:
            await self.app(scope, receive, send_safely)


def start(library: Library, port: int = 7860) -> tuple[gr.Blocks, str]:
    """Serves the page from a thread of its own; returns it, to be closed, and its address."""
    guards = [Middleware(Guard), Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])]
    page = build_page(library)
    for free in _free_ports(port):
        # Another may have taken it since, or a busy machine may not have started within gradio's five seconds.
        with contextlib.suppress(OSError):
            page.launch(server_port=free, app_kwargs={"middleware": guards}, **LAUNCH)
            return page, str(page.local_url)
    raise TanyaError(f"No free port from {port} on: give another one with --port.")


def serve(library: Library, port: int = 7860, open_browser: bool = False) -> None:
    """Serves the page until Ctrl-C, at the first free port from `port` on."""
    page, address = start(library, port)
    typer.echo(f"tanya is at {address}  (Ctrl-C ends it)")
    if open_browser:
        webbrowser.open(address)
    page.block_thread()


def _refusal(headers: Headers) -> PlainTextResponse | None:
    origin = headers.get("origin", "")
    if origin and urlsplit(origin).netloc != headers.get("host", ""):
        return PlainTextResponse("This page answers only to itself.", status_code=403)
    if int(headers.get("content-length") or 0) > BODY:
        return PlainTextResponse("That is too much text for one question.", status_code=413)
    return None


def _free_ports(first: int) -> Iterator[int]:
    for port in range(first, min(first + PORTS, 65536)):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            probe.close()  # before somebody else is to bind it
            yield port
