from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag.library import Library, open_library

if TYPE_CHECKING:
    from ollama_server import OllamaServer

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpus"


# The tests are about the embedded model unless they say otherwise, whatever server runs on this machine.
os.environ["TANYA_LLM"] = "embedded"
os.environ.pop("OLLAMA_HOST", None)


def pytest_unconfigure() -> None:
    """llama_cpp opens two files when it is imported and never closes them, which would be warned about at the end."""
    if utils := sys.modules.get("llama_cpp._utils"):
        utils.outnull_file.close()
        utils.errnull_file.close()


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in a test may leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):  # type: ignore[index]
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The five articles with the real embedder, the real index and the real chat model."""
    with open_library(CORPUS, tmp_path_factory.mktemp("library")) as library:
        library.sync()
        assert not library.model_problem, library.model_problem
        yield library


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OllamaServer]:
    """A real Ollama with the embedded chat model."""
    from ollama_server import CHAT, OllamaServer  # reads the settings, which are changed above

    server = OllamaServer(tmp_path_factory.mktemp("ollama"))
    server.start()
    try:
        server.add_model(CHAT)
        yield server
    finally:
        server.kill()
