"""`tanya doctor` looks at everything, whatever is broken, changes nothing unasked, and says what to do."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

import pytest
from embedding_servers import free_port
from test_cli import tanya
from test_documents import without_privileges

from rag.doctor import Check, examine
from rag.library import open_library
from rag.lock import FolderLock
from rag.settings import Settings
from rag.setup import make_ready, model_path
from rag.states import States
from rag.store import Store

CORPUS = Path(__file__).parent.parent / "corpus"


@pytest.fixture(autouse=True)
def _no_server(monkeypatch):
    monkeypatch.setenv("TANYA_OLLAMA_HOST", f"127.0.0.1:{free_port()}")


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("doctor")
    with open_library(CORPUS, folder) as library:
        library.sync()
    return folder


@pytest.fixture
def data(sound, tmp_path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "data"))


def look(data: Path, corpus: Path = CORPUS, *, repair: bool = False, **settings: object) -> dict[str, list[Check]]:
    found: dict[str, list[Check]] = {}
    for check in examine(corpus, data, Settings(**settings), repair=repair):  # type: ignore[arg-type]
        found.setdefault(check.name, []).append(check)
    return found


def states(found: dict[str, list[Check]], name: str) -> list[str]:
    return [check.state for check in found[name]]


def without_cure(found: dict[str, list[Check]]) -> list[Check]:
    return [check for checks in found.values() for check in checks if check.state == "problem" and not check.cure]


def test_a_sound_library_has_no_problem(data):
    found = look(data)
    for name in ("versions", "corpus", "library", "sync", "embedder", "index", "kept states", "disk"):
        assert states(found, name) == ["ok"], found[name]
    assert found["library"][0].said.startswith("5 articles, ")
    assert states(found, "Ollama") == ["note"]  # nobody asked for it


def test_where_there_is_no_library_yet_none_is_made(tmp_path):
    found = look(tmp_path / "none")
    assert states(found, "library") == ["note"]
    assert "tanya sync" in found["library"][0].cure
    assert not (tmp_path / "none").exists()


def test_what_a_sync_would_change_is_counted(data, tmp_path):
    corpus = Path(shutil.copytree(CORPUS, tmp_path / "corpus"))
    (corpus / "new.txt").write_text("Hujan deras turun di Jakarta sejak pagi hari ini.")
    first, second, *_ = sorted(corpus.glob("0*.txt"))
    first.unlink()
    second.write_text("Tim nasional menang dua gol atas Vietnam pada Minggu malam.")
    assert look(data, corpus)["sync"][0].said.startswith("1 new, 1 changed, 1 removed files")


def test_a_missing_corpus_keeps_nothing_else_from_being_looked_at(data, tmp_path):
    found = look(data, tmp_path / "none")
    assert states(found, "corpus") == states(found, "sync") == ["problem"]
    assert states(found, "index") == states(found, "library") == ["ok"]
    assert not without_cure(found)


def test_a_damaged_index_is_seen_and_made_anew_when_that_is_asked_for(data):
    for path in data.glob("chroma/*/chroma.sqlite3"):
        path.write_bytes(b"")
    assert states(look(data), "index") == ["problem"]
    assert "--repair" in look(data)["index"][0].cure
    assert states(look(data, repair=True), "index") == ["repaired"]
    assert states(look(data), "index") == ["ok"]


def test_a_damaged_library_is_left_alone_until_repair_is_asked_for(data):
    path = data / "library.sqlite3"
    content = bytearray(path.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    path.write_bytes(content)
    found = look(data)
    assert states(found, "library") == ["problem"]
    assert "tanya sync" in found["library"][0].cure
    assert path.read_bytes() == content
    assert states(look(data, repair=True), "library") == ["repaired", "ok"]
    assert (data / "library.sqlite3.broken-1").read_bytes() == content
    assert states(look(data), "library") == ["ok"]


def test_a_file_that_is_no_library_is_named(data):
    (data / "library.sqlite3").write_bytes(b"not a database, not at all" * 100)
    assert states(look(data), "library") == ["problem"]


def test_a_library_that_another_program_holds_is_not_taken_for_a_damaged_one(data, monkeypatch):
    monkeypatch.setattr("rag.schema.CONNECT", "PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(data / "library.sqlite3")) as other:
        other.executescript("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;")
        found = look(data, repair=True)
    assert states(found, "library") == ["problem"]
    assert found["library"][0].cure.startswith("Close what else has it open")
    assert states(look(data), "library") == ["ok"]


def test_a_library_in_use_is_not_opened(data):
    with FolderLock(data):
        found = look(data)
    assert states(found, "library") == ["note"]
    assert "already open" in found["library"][0].said
    assert "index" not in found


def test_articles_without_vectors_are_a_problem(data):
    connection = sqlite3.connect(data / "library.sqlite3")
    connection.execute("DELETE FROM vectors WHERE rowid = 1")
    connection.commit()
    connection.close()
    found = look(data)
    assert states(found, "embedder") == ["problem"]
    assert "tanya sync" in found["embedder"][0].cure


def test_an_embedder_that_cannot_be_reached_is_a_problem(data):
    found = look(data, embedding="ollama")
    assert states(found, "embedder") == ["ok", "problem"]  # the old one serves
    assert "ollama serve" in found["embedder"][1].cure
    assert states(found, "Ollama") == ["problem"]


def test_damaged_states_and_what_was_interrupted_are_removed_when_that_is_asked_for(data, tmp_path):
    kept = States(data / "states", limit=10**6, maker="m")
    kept.keep("sound", b"x" * 1000)
    kept.keep("damaged", b"x" * 1000)
    kept.path("damaged").write_bytes(kept.path("damaged").read_bytes()[:-1])
    for name in ("old", "running"):
        (tmp_path / "models" / f"fetch-{name}").mkdir(parents=True)
        (tmp_path / "models" / f"fetch-{name}" / "part").write_bytes(b"x")
    os.utime(tmp_path / "models" / "fetch-old", (0, time.time() - 100_000))
    found = look(data, models=tmp_path / "models")
    assert states(found, "kept states") == ["problem"]
    assert states(found, "left over") == ["note"]
    repaired = look(data, models=tmp_path / "models", repair=True)
    assert states(repaired, "kept states") == states(repaired, "left over") == ["repaired"]
    assert kept.load("sound") == b"x" * 1000
    assert not kept.has("damaged")
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["fetch-running"]


def test_a_missing_chat_model_is_a_problem_with_its_command(data, tmp_path):
    found = look(data, models=tmp_path / "none")
    assert states(found, "chat model") == ["problem"]
    assert "tanya setup" in found["chat model"][0].cure


def test_a_chat_model_in_a_folder_that_cannot_be_written_is_ready(monkeypatch):
    monkeypatch.setattr("rag.setup.MODEL_BYTES", len(b"model"))
    monkeypatch.setattr("rag.setup.MODEL_SHA256", hashlib.sha256(b"model").hexdigest())
    monkeypatch.setattr("rag.setup.try_model", lambda _: None)
    monkeypatch.setattr("rag.setup._read_rules", lambda: None)
    with tempfile.TemporaryDirectory() as folder:
        model_path(Path(folder)).write_bytes(b"model")
        Path(folder).chmod(0o555)
        said: list[str] = []
        with without_privileges():
            make_ready(Path(folder), said.append)
    assert said == ["Trying the model ..."]


def test_the_chat_model_of_a_server_is_looked_for_there(data):
    found = look(data, llm="openai", openai_url=f"http://127.0.0.1:{free_port()}/v1", openai_model="m")
    assert states(found, "chat model") == ["problem"]
    assert "TANYA_OPENAI_URL" in found["chat model"][0].cure
    found = look(data, llm="ollama")
    assert states(found, "chat model") == ["problem"]
    assert "ollama serve" in found["chat model"][0].cure


def test_a_full_disk_is_a_problem(data, monkeypatch):
    usage = shutil.disk_usage(data)
    monkeypatch.setattr("rag.doctor.shutil.disk_usage", lambda _: usage._replace(free=1000))
    assert states(look(data), "disk") == ["problem"]


def test_what_nobody_thought_of_is_reported_and_the_rest_goes_on(data, monkeypatch):
    monkeypatch.setattr(Store, "documents", lambda _: 1 / 0)
    found = look(data)
    assert found["library"][0].said.startswith("ZeroDivisionError")
    assert states(found, "disk") == ["ok"]


def test_the_command_says_by_its_exit_code_whether_all_is_well(data):
    for path in data.glob("chroma/*/chroma.sqlite3"):
        path.unlink()
    words = ("doctor", "--corpus", str(CORPUS), "--data", str(data))
    run = tanya(*words, "--json")
    assert run.returncode == 1, run.stderr
    checks = {check["name"]: check for check in json.loads(run.stdout)}
    assert checks["index"]["state"] == "problem"
    run = tanya(*words, "--repair")
    assert "made anew from the library" in run.stdout
    assert "Traceback" not in run.stderr
