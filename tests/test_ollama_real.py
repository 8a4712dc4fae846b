"""Real questions through a real Ollama with the embedded model's own file. Two to three minutes on two cores."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from ollama_server import CHAT, missing

from rag import errors, prompts
from rag.library import Library
from rag.ollama import Ollama, OllamaChat
from rag.openai import OpenAIChat
from rag.server_reader import CONTEXT, REFUSED, RULES_TOKENS, SAID, ServerReader
from rag.serving import Piece
from rag.settings import Settings

pytestmark = [pytest.mark.ollama, pytest.mark.skipif(bool(missing()), reason=missing())]


@pytest.fixture(scope="module")
def ollama(server) -> Iterator[Ollama]:
    with closing(Ollama(server.host, first_s=600)) as ollama:
        yield ollama


class Recorded(OllamaChat):
    """Keeps the server's own figures of every whole reply."""

    def __init__(self, server: Ollama) -> None:
        super().__init__(server, CHAT, CONTEXT)
        self.usages: list[dict[str, int]] = []

    def chat(self, messages, tokens):
        for piece in super().chat(messages, tokens):
            if piece.usage:
                self.usages.append(dict(piece.usage))
            yield piece


@pytest.fixture(scope="module")
def chat(ollama) -> Recorded:
    return Recorded(ollama)


@pytest.fixture(scope="module")
def own(library, server) -> Library:
    """The five articles, read by Ollama; the embedded library's own index."""
    settings = Settings(llm="ollama", ollama_host=server.host)
    other = object.__new__(Library)
    other.__dict__.update(library.__dict__)
    other.__dict__.update(_settings=settings, _opened={}, _reader=None, _reader_problem="", _loading=threading.Lock())
    return other


def said(pieces: Iterator[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def test_the_server_says_what_it_is_and_has(ollama):
    assert re.match(r"\d+\.\d+\.\d+", ollama.version())
    model = ollama.model(CHAT)
    assert (model.chat, model.embedding, model.elsewhere) == (True, False, False)
    assert model.context >= CONTEXT


def test_the_example_is_answered_through_ollama(own):
    answer = own.ask("when did Putin thank Trump")
    assert answer.models["llm"] == f"{CHAT} (Ollama)"
    assert answer.answered, answer
    assert not answer.problem
    assert "17 December 2017" in answer.text
    for citation in answer.citations:
        assert own.document(citation.document_id).text[citation.start : citation.end] == citation.quote


def test_a_unit_that_does_not_say_is_refused(chat, library):
    article = library.units(["000_69174ce6b1ba241c.txt#0"])
    reading = ServerReader(chat).read(article, "What is the price of rice in Jakarta?", lambda doubts: [0])[0]
    assert reading.text == ""
    assert reading.doubt > 0


def test_its_probabilities_are_those_of_the_embedded_model(chat, library):
    """From Ollama 0.12.11 on; what gives none is read by its words alone."""
    units = library.units(["000_69174ce6b1ba241c.txt#0", "003_ea25b965475099d2.txt#0"])
    question = "Did Putin thank Trump?"
    here = ServerReader(chat).read(units, question, lambda doubts: range(len(doubts)))
    there = library._load_reader().read(units, question, lambda doubts: range(len(doubts)))
    if here[0].leaning is None:
        assert {reading.doubt for reading in here} <= {SAID, REFUSED}
        return
    for ours, own in zip(here, there, strict=True):
        assert ours.leaning == pytest.approx(own.leaning, abs=1.0)
        assert ours.doubt == pytest.approx(own.doubt, abs=1.0)


def test_behind_a_likely_refusal_it_says_what_the_embedded_model_says(chat, library):
    units = library.units(["003_ea25b965475099d2.txt#1"])
    question = "ke negara mana orang-orang dari seluruh dunia pergi untuk gabung IS?"
    here = ServerReader(chat).read(units, question, lambda doubts: range(len(doubts)))[0]
    there = library._load_reader().read(units, question, lambda doubts: range(len(doubts)))[0]
    if here.doubt in (SAID, REFUSED):
        return  # a server without probabilities says nothing of what it would say else
    assert here.doubt > 0  # alone, its reply would be the refusal
    assert here.text == there.text == "Suriah"


def test_reading_costs_what_the_server_takes_and_the_rules_are_read_once(server, ollama, chat, library):
    units = library.units(["000_69174ce6b1ba241c.txt#0", "002_cfdfa9a4887e825d.txt#0", "003_ea25b965475099d2.txt#0"])
    reader = ServerReader(chat)
    said(ollama.chat(CHAT, [("user", "Forget all that was said before.")], tokens=1, context=CONTEXT))
    chat.usages.clear()
    seconds = []
    for each in units:
        began = time.perf_counter()
        reader.read([each], "Who called whom?", lambda doubts: range(len(doubts)))
        seconds.append(time.perf_counter() - began)
    assert len(chat.usages) == len(units)  # no reading was broken off
    named, whole = (
        sum(usage[key] for usage in chat.usages for key in keys) / 1e9
        for keys in (("load_duration", "prompt_eval_duration", "eval_duration"), ("total_duration",))
    )
    # From 0.12 on Ollama cuts the prompt into tokens once for each of its messages, which it names nowhere.
    print(f"reading / what Ollama names: {sum(seconds) / named:.3f}, / all its time: {sum(seconds) / whole:.3f}")  # noqa: T201
    assert sum(seconds) / whole <= 1.05
    rules = len(library._load_reader()._rules)
    known = server.known_tokens()[-len(units) :]
    print("tokens that the server knew of each prompt:", known)  # noqa: T201 - pytest -s shows it
    assert min(known[1:]) >= rules > known[0]


def test_nothing_is_cut_from_the_longest_prompt_that_is_ever_sent(chat):
    # Marks at the start, in the middle and at the end of as many bytes as a unit and a question may have.
    room = CONTEXT - RULES_TOKENS - 40
    filler = "Warga kota itu pulang ke rumah. "
    start, middle, end = "Mangga 4711.", "Durian 5822.", "Salak 6933."
    half = filler * ((room - 120) // 2 // len(filler))
    question = "Which three fruits are named, each with its number?"
    text = f"{start} {half}{middle} {half}{end}"
    assert room - 100 < len(text.encode()) + len(question.encode()) <= room
    chat.usages.clear()
    reply = said(chat.chat(prompts.reading_turns(text, question), 60))
    assert all(number in reply for number in ("4711", "5822", "6933")), reply
    # What Ollama would drop are the first turns, the rules' example among them.
    sent = "".join(text for _, text in prompts.reading_turns(text, question))
    assert len(sent.encode()) / 6 < chat.usages[-1]["prompt_eval_count"] < CONTEXT - 60


def test_openais_interface_reads_the_same(server, library, chat):
    article = library.units(["000_69174ce6b1ba241c.txt#0"])
    with closing(ServerReader(OpenAIChat(f"{server.host}/v1", "", CHAT))) as reader:
        there = reader.read(article, "when did Putin thank Trump", lambda doubts: [0])[0]
    here = ServerReader(chat).read(article, "when did Putin thank Trump", lambda doubts: [0])[0]
    assert there.text == here.text
    assert there.doubt == pytest.approx(here.doubt, abs=0.2)
    assert "2017" in there.text


def test_a_reply_that_is_closed_ends_on_the_server(ollama):
    prompt = [("user", "Count from one to five hundred in words.")]
    with closing(ollama.chat(CHAT, prompt, tokens=400, context=CONTEXT)) as pieces:
        next(pieces)
        began = time.monotonic()
        assert all(next(pieces).text for _ in range(8))
        pace = (time.monotonic() - began) / 8
    began = time.monotonic()
    said(ollama.chat(CHAT, prompt, tokens=1, context=CONTEXT))
    assert time.monotonic() - began < 150 * pace  # the rest of the reply would take it 390


def test_a_model_that_is_not_there_is_named_with_how_to_get_it(ollama):
    for ask in (
        lambda: ollama.model("nobody"),
        lambda: said(ollama.chat("nobody", [("user", "a")], tokens=1, context=512)),
    ):
        with pytest.raises(errors.NotPulled, match="ollama pull nobody"):
            ask()


def test_a_prompt_that_does_not_fit_is_refused_and_not_cut(ollama):
    # Another context has the model loaded anew, so this comes last of those that share it.
    with pytest.raises(errors.TooLong):
        said(ollama.chat(CHAT, [("user", "kata " * 900)], tokens=4, context=128))


def test_a_server_that_dies_leaves_the_evidence_and_answers_again_when_it_is_back(own, chat, server):
    stream = own.stream("Which US agency helped Russia?")
    next(stream)  # what was found
    threading.Timer(0.5, server.kill).start()
    *_, answer = stream
    assert answer.complete
    assert answer.passages
    assert server.host in answer.problem
    answer = own.ask("Which US agency helped Russia?")
    assert "ollama serve" in answer.problem
    assert answer.passages[0].title in answer.text
    server.start()
    article = own.units(["000_69174ce6b1ba241c.txt#0"])
    assert ServerReader(chat).read(article, "who thanked Trump?", lambda doubts: [0])[0].text


def test_a_broken_reply_is_no_reply(ollama, server):
    pieces = ollama.chat(CHAT, [("user", "Count to a hundred in words.")], tokens=200, context=CONTEXT)
    heard = [next(pieces).text for _ in range(3)]
    server.kill()
    with pytest.raises(errors.ModelError):
        list(pieces)
    assert "".join(heard)
    server.start()
    assert said(ollama.chat(CHAT, [("user", "Say yes.")], tokens=3, context=CONTEXT))
