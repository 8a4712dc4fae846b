"""Which chat model reads: by the settings, by what is there, and by what the user picks on the page."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from fake_ollama import running

from rag import errors
from rag.library import Library
from rag.readers import EMBEDDED, Choice, choices, preferred
from rag.settings import Settings

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def fake():
    with running() as server:
        yield server


def settings(**given: object) -> Settings:
    return Settings(**{"llm": "auto", "ollama_host": NOBODY, **given})


def test_by_itself_ollama_reads_where_it_answers_and_has_a_chat_model(fake):
    assert preferred(settings(ollama_host=fake.host)) == Choice("ollama", "big:latest")
    assert preferred(settings()) == EMBEDDED
    fake.mode = "nonsense"
    assert preferred(settings(ollama_host=fake.host)) == EMBEDDED


def test_a_model_that_is_run_elsewhere_reads_only_where_it_is_named(fake):
    fake.cloud = True
    assert all("cloud" not in str(choice) for choice in choices(settings(ollama_host=fake.host)))
    assert preferred(settings(ollama_host=fake.host, ollama_model="far:cloud")) == Choice("ollama", "far:cloud")


def test_a_named_model_is_taken_and_one_that_is_missing_is_said(fake):
    assert preferred(settings(ollama_host=fake.host, ollama_model="small")) == Choice("ollama", "small:latest")
    with pytest.raises(errors.NotPulled, match="ollama pull tiny"):
        preferred(settings(ollama_host=fake.host, ollama_model="tiny"))


def test_who_is_asked_for_and_is_not_there_is_said(fake):
    with pytest.raises(errors.NotReachable, match="ollama serve"):
        preferred(settings(llm="ollama"))
    with pytest.raises(errors.NotReachable, match="TANYA_OPENAI_URL"):
        preferred(settings(llm="openai"))
    assert preferred(settings(llm="embedded", ollama_host=fake.host)) == EMBEDDED
    assert preferred(settings(llm="openai", openai_url=f"{fake.host}/v1", openai_model="m")) == Choice("openai", "m")


def test_the_page_offers_what_is_there(fake):
    offered = [str(choice) for choice in choices(settings(ollama_host=fake.host, openai_model="m", openai_url="x"))]
    assert offered[-3:] == ["big:latest (Ollama)", "small:latest (Ollama)", "m (OpenAI-compatible)"]


@pytest.fixture
def shared(library: Library, fake, monkeypatch) -> Iterator[Library]:
    """The session's library beside a server; afterwards the embedded model reads again."""
    monkeypatch.setattr(library, "_settings", library._settings.model_copy(update={"ollama_host": fake.host}))
    assert library.models["llm"] == str(EMBEDDED)
    monkeypatch.setattr(library, "_reader", library._reader)
    monkeypatch.setattr(library, "_opened", dict(library._opened))
    monkeypatch.setattr(library, "read_ahead", lambda: None)  # minutes of work that nobody waits for
    yield library
    library._opened[Choice("ollama", "big:latest")].close()


def test_another_model_is_picked_without_a_restart(shared):
    assert str(EMBEDDED) in shared.choices()
    shared.choose("big:latest (Ollama)")
    assert shared.models["llm"] == "big:latest (Ollama)"
    assert shared.state_progress() == (5, 5)
    assert shared.ask("who is Galuzin?").models["llm"] == "big:latest (Ollama)"
    with pytest.raises(errors.ModelError, match="no longer there"):
        shared.choose("tiny (Ollama)")
    shared.choose(str(EMBEDDED))
    assert shared.models["llm"] == str(EMBEDDED)


def test_the_unit_that_the_server_still_knows_is_read_first(shared, fake, monkeypatch):
    monkeypatch.setattr("rag.asking.QUICK_S", 0.0)  # a slow machine, which reads no further than it has to
    shared.choose("big:latest (Ollama)")
    asked = []
    for question in ("when did Putin thank Trump", "when did Putin call Trump"):
        fake.asked.clear()
        shared.ask(question)
        told = [body["messages"][-1]["content"] for path, body in fake.asked if path == "/api/chat"]
        asked.append([text.partition("Question:")[0] for text in told])
    assert len(asked[1]) > 1
    assert asked[1][0] == asked[0][-1]


def test_a_server_that_fails_in_the_middle_leaves_what_was_found(shared, fake):
    shared.choose("big:latest (Ollama)")
    fake.mode, fake.says = "503", "server busy"
    answer = shared.ask("and in 2019?", history=[("when did Putin thank Trump", "17 December 2017")])
    assert answer.complete
    assert not answer.answered
    assert answer.passages
    assert "busy" in answer.problem
    assert answer.passages[0].title in answer.text


def test_where_ollama_reads_the_first_command_builds_and_fetches_nothing(fake, tmp_path):
    environment = {**os.environ, "TANYA_LLM": "auto", "OLLAMA_HOST": fake.host, "TANYA_MODELS": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-m", "rag.cli", "setup"], env=environment, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
