"""Ollama's faults become messages that help; what is sent can't be cut in silence; what comes back is read rightly."""

from __future__ import annotations

import math
import socket
from contextlib import closing

import pytest
from fake_ollama import FakeOllama, running

from rag import errors, prompts
from rag.documents import Document
from rag.ollama import KEEP_ALIVE, Ollama, OllamaChat
from rag.reading import Reading
from rag.server_reader import CONTEXT, REFUSED, REPLY_TOKENS, RULES_TOKENS, SAID, ServerReader
from rag.units import Unit

QUESTION = "When did the governor open the bridge?"


@pytest.fixture
def fake():
    with running() as server:
        yield server


@pytest.fixture
def server(fake: FakeOllama):
    with closing(Ollama(fake.host, first_s=1, between_s=0.5)) as server:
        yield server


@pytest.fixture
def reader(server: Ollama):
    return ServerReader(OllamaChat(server, "big:latest", CONTEXT))


def unit(text: str = "The bridge was opened on 3 May 2021.", key: str = "") -> Unit:
    return Unit(Document(id="a", path="a", text=text), "a#0", (), (), frozenset(), text, key or text)


def read(reader: ServerReader) -> Reading:
    return reader.read([unit()], QUESTION, lambda doubts: [n for n, doubt in enumerate(doubts) if doubt < 1.5])[0]


# Where it is


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("", "http://127.0.0.1:11434"),
        ("0.0.0.0", "http://0.0.0.0:11434"),
        (":56789", "http://127.0.0.1:56789"),
        ("gpu.local", "http://gpu.local:11434"),
        ("gpu.local:56789", "http://gpu.local:56789"),
        ("https://gpu.local", "https://gpu.local"),
        ("https://gpu.local:56789/ollama", "https://gpu.local:56789/ollama"),
        ("[::1]:56789", "http://[::1]:56789"),
    ],
)
def test_the_address_is_read_as_ollamas_own_client_reads_it(host, address, monkeypatch):
    monkeypatch.setenv("OLLAMA_HOST", host)
    with closing(Ollama()) as server:
        assert server.host == address


@pytest.mark.parametrize("host", ["gpu.local:port", "http://[::1"])
def test_what_is_no_address_is_said(host, monkeypatch):
    monkeypatch.setenv("OLLAMA_HOST", host)
    with pytest.raises(errors.NotReachable, match="OLLAMA_HOST"):
        Ollama()


def test_a_setting_goes_before_the_variable(monkeypatch):
    monkeypatch.setenv("OLLAMA_HOST", "elsewhere:1")
    with closing(Ollama("here:2")) as server:
        assert server.host == "http://here:2"


def test_a_proxy_is_not_asked_for_what_is_on_this_computer(fake, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with closing(Ollama(fake.host)) as server:
        assert server.version() == "0.12.11"


# What it has


def test_its_models_say_what_they_can_do(server, fake):
    fake.cloud = True
    assert [(m.name, m.chat, m.embedding, m.elsewhere) for m in server.models()] == [
        ("bge-m3:latest", False, True, False),
        ("big:latest", True, False, False),
        ("small:latest", True, False, False),
        ("far:cloud", True, False, True),
    ]
    shown = len(fake.asked)
    server.models()
    assert len(fake.asked) == shown  # what is known of a model is not asked again


def test_a_model_is_found_without_its_tag(server):
    assert server.model("big").name == "big:latest"


# What is sent


def test_a_prompt_is_never_cut_in_silence_and_the_model_never_loaded_anew(reader, fake):
    reader.warm_up()
    read(reader)
    reader.rewrite("Q: a\nA: b\nLast question: c")
    bodies = [body for path, body in fake.asked if path == "/api/chat"]
    assert {body["options"]["num_ctx"] for body in bodies} == {CONTEXT}
    for body in bodies:
        assert (body["truncate"], body["shift"], body["think"]) == (False, False, False)
        assert body["keep_alive"] == KEEP_ALIVE
        assert body["options"]["temperature"] == 0


def test_a_rewriting_that_is_begun_goes_on_from_there(reader, fake):
    assert reader.rewrite("Q: a\nA: b\nLast question: c", "A beginning: ") == "A beginning: 3 May 2021 [1]"
    assert fake.asked[-1][1]["messages"][-1] == {"role": "assistant", "content": "A beginning: "}


def test_a_server_is_told_what_the_embedded_model_is_told(reader, fake):
    read(reader)
    told = [(message["role"], message["content"]) for message in fake.asked[-1][1]["messages"]]
    embedded = prompts.rules() + prompts.unit(unit().text) + prompts.question(QUESTION)
    assert prompts.in_turns(told) + prompts.REPLY == embedded


def test_a_unit_that_may_not_fit_loses_its_end_and_a_question_never(reader, fake, caplog):
    long = unit("kata " * 5_000)
    reader.read([long], QUESTION, lambda doubts: [0])
    sent = fake.asked[-1][1]["messages"][-1]["content"]
    assert sent.endswith(QUESTION)
    assert len(sent.encode()) <= CONTEXT - RULES_TOKENS - REPLY_TOKENS + len(
        prompts.unit_part(prompts.question_part(""))
    )
    assert "its end is left out" in caplog.text
    with pytest.raises(errors.TooLong):
        reader.read([unit()], "why " * 2_000, lambda doubts: [0])


def test_the_rules_take_no_more_room_than_is_kept_for_them():
    size = sum(len(text.encode()) + 16 for _, text in prompts.rules_turns())
    assert size / 2 < RULES_TOKENS  # no tokenizer in use takes two bytes of English or Indonesian for less


# What comes back


def test_a_reply_is_a_reading(reader):
    reading = read(reader)
    assert (reading.text, reading.hint, reading.doubt) == ("3 May 2021", None, SAID)


def test_a_reply_that_is_too_long_is_completed_from_the_sentence_that_it_copies(reader, fake):
    fake.mode = "long"
    assert read(reader).text == "It is said that the bridge was opened on 3 May 2021."


def test_a_refusal_in_words_is_past_every_limit(reader, fake):
    fake.mode = "refusal"
    assert (read(reader).text, read(reader).doubt) == ("", REFUSED)
    fake.mode = "silent"
    assert (read(reader).text, read(reader).doubt) == ("", REFUSED)


@pytest.mark.parametrize("share", [0.01, 0.3])
def test_doubt_is_the_log_odds_of_the_refusal_where_the_server_gives_them(reader, fake, share):
    fake.mode = f"odds:NOT={math.log(share)},3=-0.5"
    assert read(reader).doubt == pytest.approx(math.log(share / (1 - share)), abs=1e-6)


def test_a_reply_is_as_weak_as_its_least_likely_token_the_first_as_if_it_could_not_refuse(reader, fake):
    fake.mode = f"odds:NOT={math.log(0.4)},3={math.log(0.24)}"
    assert read(reader).weakest == pytest.approx(math.log(0.4))
    fake.mode = f"odds:NOT={math.log(0.1)},3={math.log(0.6)}"
    assert read(reader).weakest == pytest.approx(math.log(0.6 / 0.9))
    fake.mode = "ok"
    assert read(reader).weakest is None


@pytest.mark.parametrize(
    ("odds", "leaning"),
    [
        ("Yes=-0.5,No=-2.5,NOT=-4", 2.0),
        (" yes=-0.5,Ya=-0.5,Tid=-2.5,3=-9", 2.0 + math.log(2)),
        ("No=-0.1,3=-6", -5.9),  # yes is not among them: it has at most what the last one has
        ("NO=-0.1,N=-0.2,3=-3", None),
    ],
)
def test_a_yes_or_no_leans_by_the_first_tokens(reader, fake, odds, leaning):
    fake.mode = f"odds:{odds}"
    assert read(reader).leaning == (None if leaning is None else pytest.approx(leaning))


def test_a_yes_or_no_leans_although_the_refusal_is_the_likeliest_token(reader, fake):
    fake.mode = "refusal odds:NOT=-0.7,Yes=-1.2,No=-2.2"
    asked = reader.read([unit()], "Did they meet?", lambda doubts: [0])[0]
    assert (asked.text, asked.leaning) == ("Yes", pytest.approx(1.0))
    assert asked.doubt == pytest.approx(math.log(math.exp(-0.7) / (1 - math.exp(-0.7))))
    assert reader.read([unit()], "When did they meet?", lambda doubts: [0])[0].text == ""


def test_behind_a_likely_refusal_the_likeliest_other_reply_is_asked_for(reader, fake):
    fake.mode = "refusal open odds:NOT=-0.7,�=-0.8,<|im_end|>=-0.8, =-0.8,3=-0.9,May=-2.2"
    reading = read(reader)
    assert fake.asked[-1][1]["messages"][-1] == {"role": "assistant", "content": "3"}
    assert reading.text == "3 May 2021"
    assert reading.doubt == pytest.approx(math.log(math.exp(-0.7) / (1 - math.exp(-0.7))))
    assert reading.weakest == pytest.approx(-0.9 - math.log1p(-math.exp(-0.7)), abs=1e-6)


def test_a_refusal_that_is_past_the_limit_is_taken_at_its_word(reader, fake):
    fake.mode = "refusal open odds:NOT=-0.1,3=-3"
    assert read(reader).text == ""
    assert sum(path == "/api/chat" for path, _ in fake.asked) == 1


def test_a_model_whose_turn_cannot_be_begun_is_asked_so_once(reader, fake):
    fake.mode = "refusal odds:NOT=-0.7,3=-0.9"
    assert [read(reader).text, read(reader).text] == ["", ""]
    assert sum(path == "/api/chat" for path, _ in fake.asked) == 3


def test_a_reading_that_is_not_worth_its_reply_has_none(reader):
    assert reader.read([unit()], QUESTION, lambda doubts: [])[0] == Reading(unit(), SAID)


@pytest.mark.parametrize("mode", ["thinks", "tags"])
def test_what_a_model_thinks_never_reaches_the_answer(reader, fake, mode):
    fake.mode = mode
    assert read(reader).text == "3 May 2021"
    assert read(reader).doubt == SAID


def test_as_many_readings_at_once_as_the_server_has_slots(server, fake):
    units = [unit(key=str(number)) for number in range(6)]
    for slots in (1, 3):
        fake.mode, fake.most_at_once = "ok", 0
        many = ServerReader(OllamaChat(server, "big:latest", CONTEXT), slots=slots)
        found = many.read(units, QUESTION, lambda doubts: range(len(doubts)))
        assert [reading.unit for reading in found] == units
        assert 1 <= fake.most_at_once <= slots


# What goes wrong


@pytest.mark.parametrize(
    ("mode", "says", "error", "helps"),
    [
        ("404", "model 'big:latest' not found", errors.NotPulled, "ollama pull big:latest"),
        ("404", "404 page not found", errors.NotReachable, "not Ollama"),
        ("400", "the input length exceeds the context length", errors.TooLong, "shorter question"),
        ("500", "model requires more system memory (8 GiB) than is available", errors.OutOfMemory, "smaller model"),
        ("503", "server busy, please try again", errors.Busy, "Ask again in a minute"),
        ("401", "unauthorized", errors.NotReachable, "OLLAMA_API_KEY"),
        ("500", "llama runner process has terminated", errors.ModelError, "See its log"),
        ("hang", "", errors.BrokenOff, "took too long"),
        ("stall", "", errors.BrokenOff, "took too long"),
        ("error", "", errors.OutOfMemory, "smaller model"),
        ("no-done", "", errors.BrokenOff, "before it was complete"),
        ("half", "", errors.BrokenOff, "before it was complete"),
        ("closed", "", errors.BrokenOff, "broke"),
        ("cut", "", errors.TooLong, "may have cut it"),
    ],
)
def test_every_fault_has_its_message(reader, fake, mode, says, error, helps):
    fake.mode, fake.says = mode, says
    with pytest.raises(error, match=helps) as raised:
        read(reader)
    assert type(raised.value) is error


def test_bytes_that_never_make_a_line_are_ended_by_the_deadline_of_the_whole(reader, fake, monkeypatch):
    monkeypatch.setattr("rag.ollama.WHOLE_S", 0.3)
    fake.mode = "dribble"
    with pytest.raises(errors.BrokenOff, match="took too long"):
        read(reader)


def test_no_server_is_said_with_its_address(fake):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"http://127.0.0.1:{free.getsockname()[1]}"
    with closing(Ollama(host)) as server, pytest.raises(errors.NotReachable, match=f"{host}.*ollama serve"):
        server.version()


def test_another_server_is_not_taken_for_ollama(server, fake):
    fake.mode = "nonsense"
    for ask in (server.version, server.models):
        with pytest.raises(errors.NotReachable, match="not Ollama"):
            ask()


@pytest.mark.parametrize(
    ("version", "old"), [("0.5.13", True), ("0.6.4", False), ("0.24.0-rc1", False), ("0.0.0", False)]
)
def test_a_server_that_lacks_what_is_needed_is_too_old(server, fake, version, old):
    fake.version = version
    if old:
        with pytest.raises(errors.TooOld, match=version):
            server.version()
    else:
        assert server.version() == version


def test_thirty_faults_leave_no_connection_behind(reader, fake):
    fake.mode = "no-done"
    for _ in range(30):
        with pytest.raises(errors.BrokenOff):
            read(reader)
    fake.mode = "ok"
    assert read(reader).text
    assert len(reader._model.server._http._transport._pool.connections) <= 1
