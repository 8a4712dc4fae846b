"""Servers with OpenAI's interface: read like any other, and their faults said."""

from __future__ import annotations

import math
from contextlib import closing
from pathlib import Path

import pytest
from fake_ollama import running
from test_ollama import read

from rag import errors
from rag.openai import VLLM_SLOTS, OpenAIChat, capacity, models
from rag.readers import open_reader, preferred
from rag.server_reader import REFUSED, SAID, ServerReader
from rag.serving import LEAST_CONTEXT
from rag.settings import Settings


@pytest.fixture
def fake():
    with running() as server:
        yield server


@pytest.fixture
def reader(fake):
    with closing(ServerReader(OpenAIChat(f"{fake.host}/v1/", "", "small:latest", first_s=1))) as reader:
        yield reader


def test_it_names_its_models(fake):
    assert models(f"{fake.host}/v1", "") == ["bge-m3:latest", "big:latest", "small:latest"]


LLAMA_SERVER = {"owned_by": "llamacpp", "meta": {"n_ctx": 6144, "n_ctx_train": 32768}}


@pytest.mark.parametrize(
    ("told", "slots", "expected"),
    [
        (LLAMA_SERVER, 3, (3, 6144)),
        (LLAMA_SERVER, 0, (1, 6144)),
        ({"owned_by": "vllm", "max_model_len": 8192}, 0, (VLLM_SLOTS, 8192)),
        ({}, 3, (1, LEAST_CONTEXT)),
    ],
)
def test_it_is_asked_what_the_server_says_that_it_can_take(fake, told, slots, expected):
    fake.told, fake.slots = told, slots
    assert capacity(f"{fake.host}/v1", "", "small:latest") == expected
    settings = Settings(llm="openai", openai_url=f"{fake.host}/v1", openai_model="small:latest")
    with closing(open_reader(settings, Path("unused"), preferred(settings))) as reader:
        assert reader.at_once == expected[0]


def test_a_context_that_is_too_small_is_said_before_any_question(fake):
    fake.told = {"owned_by": "llamacpp", "meta": {"n_ctx": 512}}
    with pytest.raises(errors.TooLong, match=r"512 tokens at once.*-c"):
        capacity(f"{fake.host}/v1", "", "small:latest")


def test_a_reply_is_a_reading(reader, fake):
    assert (read(reader).text, read(reader).doubt) == ("3 May 2021", SAID)
    body = fake.asked[-1][1]
    assert (body["model"], body["temperature"], body["logprobs"], body["top_logprobs"]) == ("small:latest", 0, True, 20)


def test_a_reply_that_is_too_long_is_completed_from_the_sentence_that_it_copies(reader, fake):
    fake.mode = "long"
    assert read(reader).text == "It is said that the bridge was opened on 3 May 2021."


def test_a_refusal_is_past_every_limit(reader, fake):
    fake.mode = "refusal"
    assert (read(reader).text, read(reader).doubt) == ("", REFUSED)


def test_doubt_is_the_log_odds_of_the_refusal_where_the_server_gives_them(reader, fake):
    fake.mode = f"odds:NOT={math.log(0.2)}"
    assert read(reader).doubt == pytest.approx(math.log(0.25), abs=1e-6)


@pytest.mark.parametrize(
    ("mode", "says", "error", "helps"),
    [
        ("401", "bad key", errors.NotReachable, "TANYA_OPENAI_KEY"),
        ("404", "no such model", errors.NotPulled, "TANYA_OPENAI_MODEL"),
        ("400", "This model's maximum context length is 512 tokens", errors.TooLong, "shorter question"),
        # llama-server's own words
        ("400", "request (720 tokens) exceeds the available context size (512 tokens)", errors.TooLong, "4,096 tokens"),
        ("429", "slow down", errors.Busy, "in a minute"),
        ("hang", "", errors.BrokenOff, "took too long"),
        ("error", "", errors.OutOfMemory, "smaller model"),
        ("no-done", "", errors.BrokenOff, "before it was complete"),
    ],
)
def test_every_fault_has_its_message(reader, fake, mode, says, error, helps):
    fake.mode, fake.says = mode, says
    with pytest.raises(error, match=helps) as raised:
        read(reader)
    assert "{" not in str(raised.value)  # the server's words, not the client's rendering of its reply


def test_no_server_is_said_with_its_address():
    reader = ServerReader(OpenAIChat("http://127.0.0.1:9/v1", "", "m"))
    with closing(reader), pytest.raises(errors.NotReachable, match="TANYA_OPENAI_URL"):
        read(reader)
    with pytest.raises(errors.NotReachable, match="TANYA_OPENAI_URL"):
        models("", "")


def test_a_proxy_is_not_asked_for_what_is_on_this_computer(reader, fake, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert models(f"{fake.host}/v1", "")
    with closing(ServerReader(OpenAIChat(f"{fake.host}/v1", "", "small:latest"))) as other:
        assert read(other).text


def test_another_server_is_not_taken_for_one(fake):
    fake.mode = "nonsense"
    with pytest.raises(errors.NotReachable, match="interface"):
        models(f"{fake.host}/v1", "")
