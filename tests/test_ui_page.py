"""The chat page in a real browser: with the real library, and with one that fails on cue."""

import gc
import json
import os
import shutil
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import gradio as gr
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from rag.answer import Answer, Citation, RetrievedPassage, Statement
from rag.documents import Document
from rag.errors import ModelError, QuestionError
from rag.filters import UNFILTERED, Filters, Narrowed
from ui import page as ui_page
from ui.page import Chat, paced
from ui.render import Turn
from ui.server import start

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREENSHOT = Path(__file__).parents[1] / "docs" / "page.png"
ANSWERED = 30_000  # ms; what is scripted takes no longer, on whatever machine
READ = 600_000  # ms; a cold library reads its articles first, on whatever machine

pytestmark = [
    # gradio sums up its calls with pandas options that pandas 3 deprecates; as errors they would stop its queue.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
    # gradio gives each of its worker threads an event loop, made of two local sockets, and closes none of them.
    pytest.mark.filterwarnings("ignore:unclosed event loop:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:unclosed <socket.socket fd=\\d+, family=1:ResourceWarning"),
]
in_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")

expect.set_options(timeout=ANSWERED)

# Counts, at every change of the page, the articles shown as being read and the statements: [[5, 0], [5, 1], …].
TIMELINE = """
window.timeline = [];
new MutationObserver(() => {
  const turns = document.querySelectorAll('.turn');
  const turn = turns[turns.length - 1];
  if (!turn) return;
  const count = (what) => turn.querySelectorAll(what).length;
  window.timeline.push([count('.links a'), count('.answer > li')]);
}).observe(document, {subtree: true, childList: true});
"""

TEXT = "Putin menelepon Trump, Minggu (17/12).\n\n" + "Kalimat lain.\n" * 200 + "Kremlin membenarkannya.\n"
LAST = "Kremlin membenarkannya."


class ScriptedLibrary:
    """One article, and a stream that does what its question says."""

    def __init__(self) -> None:
        self.models = {"llm": "scripted", "embedding": "scripted"}
        self.closed = threading.Event()
        self.asked: list[tuple[str, list[tuple[str, str]]]] = []
        self.narrowed: list[tuple[Filters, bool]] = []

    def documents(self) -> list[Document]:
        return [Document(id="a/kabar.txt", path="a/kabar.txt", text=TEXT, title="Kabar", publisher="Kabar Dunia")]

    def document(self, document_id: str) -> Document:
        if document_id != "a/kabar.txt":
            raise KeyError(document_id)
        return self.documents()[0]

    def state_progress(self) -> tuple[int, int]:
        return 0, 1

    def examples(self) -> tuple[str, ...]:
        return ("An example?",)

    def publishers(self) -> list[str]:
        return ["Kabar Dunia"]

    def languages(self) -> list[str]:
        return ["id"]

    def choices(self) -> tuple[str, ...]:
        return ("scripted", "another (Ollama)", "gone (Ollama)")

    def choose(self, name: str) -> None:
        if "gone" in name:
            raise ModelError("That <b>model</b> is no longer there.")
        self.models = {**self.models, "llm": name}

    def stream(
        self,
        question: str,
        history: Sequence[tuple[str, str]] = (),
        filters: Filters = UNFILTERED,
        *,
        infer_filters: bool = True,
    ) -> Iterator[Answer]:
        self.asked.append((question, list(history)))
        self.narrowed.append((filters, infer_filters))
        if len(question) > 8000:
            raise QuestionError("The question is too long: ask in at most 8,000 characters.")
        if "no model" in question:
            raise ModelError("No model answers. Start one and ask again.")
        try:
            sleep(1.5 if "late" in question else 0)
            yield from self._answers(question)
        finally:
            self.closed.set()

    def _answers(self, question: str) -> Iterator[Answer]:
        passage = RetrievedPassage(
            "a/kabar.txt", "a/kabar.txt#0", TEXT[:40], 1.0, "a/kabar.txt", "Kabar", "Kabar Dunia"
        )
        at = TEXT.index(LAST)
        citation = Citation(
            1,
            "a/kabar.txt",
            "a/kabar.txt#0",
            "a/kabar.txt",
            "Kabar",
            "Kabar Dunia",
            "",
            LAST,
            at,
            at + len(LAST),
        )
        said = question if "<" in question else "The Kremlin confirmed it."
        answer = Answer(question, passages=(passage,))
        if "according to" in question and self.narrowed[-1][1]:
            inferred = Filters("Kabar Dunia", "2017", "2017")
            answer = replace(answer, narrowed=Narrowed(inferred.over(self.narrowed[-1][0]), inferred))
        yield answer
        answer = replace(
            answer,
            answered=True,
            text=f"{said} [1]",
            statements=(Statement(said, (1,)),),
            citations=(citation,),
        )
        yield answer
        if "dies" in question:
            raise RuntimeError("secret detail of the model")
        if "ends early" in question:
            return
        while "slow" in question:
            sleep(0.05)
            yield answer
        yield replace(answer, complete=True)


class Watched:
    """A browser page that remembers what it asked for and what it complained about."""

    library: ScriptedLibrary

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))

    def ask(self, question: str) -> None:
        self.page.locator("#ask textarea").fill(question)
        self.page.keyboard.press("Enter")

    def answered(self, turns: int = 1, timeout: int = ANSWERED) -> None:
        expect(self.page.locator(".turn:not(.pending)")).to_have_count(turns, timeout=timeout)

    def check_quiet(self, address: str) -> None:
        outside = [url for url in self.requests if not url.startswith((address, "data:", "blob:"))]
        assert outside == []
        assert self.complaints == []


@contextmanager
def served(library) -> Iterator[str]:
    page, address = start(library, port=7960)
    try:
        yield address
    finally:
        close(page)


def close(page: gr.Blocks) -> None:
    page.close(verbose=False)
    gc.collect()  # what gradio leaves open is warned about here, where it is expected, and not in some later test


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@contextmanager
def opened(browser: Browser, address: str, width: int = 1360, height: int = 860) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": width, "height": height})
    watched = Watched(context.new_page())
    watched.page.add_init_script(TIMELINE)
    watched.page.goto(address)
    expect(watched.page.locator("#examples button").first).to_be_visible(timeout=60_000)
    expect(watched.page.locator("#article .articles")).to_be_attached(timeout=60_000)
    yield watched
    context.close()


@pytest.fixture
def scripted() -> ScriptedLibrary:
    return ScriptedLibrary()


@pytest.fixture(scope="module")
def scripted_page() -> Iterator[tuple[ScriptedLibrary, str]]:
    library = ScriptedLibrary()
    with served(library) as address:
        yield library, address


@pytest.fixture
def chat(scripted_page, browser) -> Iterator[Watched]:
    """An open page of a scripted library. Whatever goes wrong, it asks nobody else and breaks nothing."""
    library, address = scripted_page
    library.asked.clear()
    library.closed.clear()
    with opened(browser, address) as watched:
        watched.library = library
        yield watched
        watched.check_quiet(address)


# --- with the real library ---


@in_browser
@pytest.mark.timeout(1200)
def test_a_reader_asks_reads_and_finds_the_cited_sentence(library, browser):
    screenshot = os.environ.get("TANYA_SCREENSHOT") == "1"
    if screenshot:
        library.read_all()  # as it is after the first minutes
    with served(library) as address, opened(browser, address) as watched:
        page = watched.page
        watched.ask("when did Putin thank Trump")
        watched.answered(timeout=READ)
        answer = page.locator(".turn .answer")
        expect(answer).to_contain_text("17 December 2017")
        expect(answer).to_contain_text("29 December 2019")

        assert any(articles and not statements for articles, statements in page.evaluate("window.timeline"))

        answer.locator(".marker", has_text="[1]").first.click()
        mark = page.locator("#article mark")
        expect(mark).to_be_in_viewport()
        assert "".join(mark.all_text_contents()) == page.locator(".citations .quote").first.text_content()
        byline = page.locator(".citations .byline").first.text_content() or ""
        expect(page.locator("#article .kicker")).to_contain_text(byline.split(" · ")[0])

        if screenshot:
            page.mouse.move(0, 0)
            page.screenshot(path=SCREENSHOT)

        watched.ask("siapa yang ditangkap menjelang Tahun Baru?")
        second = page.locator(".turn").nth(1)
        expect(second.locator(".links a").first).to_be_visible(timeout=READ)
        expect(second).to_have_attribute("lang", "id")
        page.locator("#stop").click()
        watched.answered(2)
        expect(second.locator(".note")).to_have_text("Dihentikan.")
        expect(page.locator("#send")).to_be_visible()
        watched.check_quiet(address)


# --- when things go wrong ---


@in_browser
def test_a_model_that_dies_leaves_a_message_its_statements_and_a_usable_page(chat):
    chat.ask("a model that dies")
    chat.answered()
    expect(chat.page.locator(".turn .error")).to_contain_text("Something went wrong inside tanya")
    expect(chat.page.locator(".turn .answer")).to_contain_text("The Kremlin confirmed it.")
    assert "secret detail" not in chat.page.content()
    chat.ask("and now?")
    chat.answered(2)
    expect(chat.page.locator(".turn").last.locator(".error")).to_have_count(0)


@in_browser
@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("no model", "No model answers. Start one and ask again."),
        ("x" * 20_000, "The question is too long: ask in at most 8,000 characters."),
        ("ends early", ui_page.BROKEN_OFF),
    ],
)
def test_what_the_user_can_put_right_is_said_in_the_chat(chat, question, message):
    chat.ask(question)
    chat.answered()
    expect(chat.page.locator(".turn .error")).to_have_text(message)
    expect(chat.page.locator("#send")).to_be_visible()


@in_browser
def test_stop_ends_a_slow_answer_keeps_what_there_is_and_frees_the_model(chat):
    chat.ask("a slow answer")
    expect(chat.page.locator(".turn .answer")).to_be_visible()
    chat.page.locator("#stop").click()
    chat.answered()
    expect(chat.page.locator(".turn .note")).to_have_text("Stopped.")
    expect(chat.page.locator(".turn .answer")).to_contain_text("The Kremlin confirmed it.")
    assert chat.library.closed.wait(3)
    chat.ask("and now?")
    chat.answered(2)
    assert chat.library.asked[-1] == ("and now?", [("a slow answer", "The Kremlin confirmed it. [1]")])


@in_browser
def test_stop_before_the_first_word_works_as_well(chat):
    chat.ask("a late answer")
    chat.page.locator("#stop").click()
    chat.answered()
    expect(chat.page.locator(".turn .note")).to_have_text("Stopped.")
    chat.page.wait_for_timeout(2000)  # the late answer comes now, and is not wanted any more
    expect(chat.page.locator(".turn .note")).to_have_text("Stopped.")
    expect(chat.page.locator(".turn .error, .turn .answer")).to_have_count(0)


@in_browser
def test_an_empty_question_changes_nothing(chat):
    chat.ask("   ")
    chat.page.locator("#send").click()
    chat.page.wait_for_timeout(500)
    expect(chat.page.locator(".turn")).to_have_count(0)
    assert chat.library.asked == []


@in_browser
def test_an_example_is_asked_with_one_click(chat):
    chat.page.locator("#examples button").click()
    chat.answered()
    assert chat.library.asked == [("An example?", [])]
    expect(chat.page.locator("#examples")).to_be_hidden()


@in_browser
def test_the_panel_narrows_the_search(chat):
    chat.page.locator("#filters > button").click()
    chat.page.get_by_label("Publisher").click()
    chat.page.get_by_role("option", name="Kabar Dunia").click()
    chat.page.get_by_label("From").fill("2017-12")
    chat.ask("what is said?")
    chat.answered()
    assert chat.library.narrowed[-1] == (Filters("Kabar Dunia", "2017-12"), True)


@in_browser
def test_a_filter_read_from_the_question_is_shown_and_a_click_asks_without_it(chat):
    chat.ask("what is said in 2017 according to Kabar Dunia?")
    chat.answered()
    expect(chat.page.locator(".narrowed")).to_have_text("only: publisher Kabar Dunia × 2017 ×")
    chat.page.locator(".narrowed a").first.click()
    chat.answered(2)
    assert chat.library.narrowed[-1] == (Filters(since="2017", until="2017"), False)
    assert chat.library.asked[-1][0] == "what is said in 2017 according to Kabar Dunia?"


@in_browser
def test_the_background_reading_is_shown(chat):
    expect(chat.page.locator("#progress")).to_have_text("1 article · 0 of 1 read")


@in_browser
def test_a_full_queue_turns_the_question_away_and_says_so(scripted, browser, monkeypatch):
    monkeypatch.setattr(ui_page, "WAITING", 1)
    with served(scripted) as address, opened(browser, address) as first, opened(browser, address) as second:
        first.ask("a slow answer")
        expect(first.page.locator(".turn .answer")).to_be_visible()
        second.ask("this one waits")
        expect(second.page.locator(".turn.pending")).to_be_visible()
        with opened(browser, address) as third:
            third.ask("one too many")
            third.answered()
            expect(third.page.locator(".turn .error")).to_have_text(ui_page.TOO_MANY)
        first.page.locator("#stop").click()
        second.answered()


@in_browser
def test_hostile_text_runs_nothing_and_calls_nobody(chat):
    payload = (
        "<script>window.owned = 1</script><img src=https://evil.example/p.png onerror='window.owned = 1'>"
        "<div style='position:fixed;inset:0;background:url(https://evil.example/c)'>Log in</div>"
        "${window.owned = 1} {{window.owned}}"
    )
    chat.ask(payload)
    chat.answered()
    expect(chat.page.locator(".turn .answer")).to_contain_text("<script>window.owned = 1</script>")
    assert chat.page.evaluate("window.owned") is None
    assert chat.page.locator("#transcript").locator("img, script, form, iframe, [style*=fixed]").count() == 0


# --- by keyboard, on a phone ---


@in_browser
def test_a_citation_opens_by_keyboard_and_escape_leads_back_to_it(chat):
    chat.ask("what is said?")
    chat.answered()
    marker = chat.page.locator(".answer .marker")
    marker.focus()
    chat.page.keyboard.press("Enter")
    expect(chat.page.locator("#article mark")).to_have_text(LAST)
    expect(chat.page.locator("#article mark")).to_be_in_viewport()
    expect(chat.page.locator("#reader")).to_be_focused()
    chat.page.keyboard.press("Escape")
    expect(marker).to_be_focused()


@in_browser
def test_on_a_phone_the_article_slides_over_the_chat_and_away_again(scripted, browser):
    with served(scripted) as address, opened(browser, address, width=390, height=800) as watched:
        reader = watched.page.locator("#reader")
        expect(reader).to_be_hidden()
        watched.ask("what is said?")
        watched.answered()
        watched.page.locator(".answer .marker").click()
        expect(watched.page.locator("#article mark")).to_be_in_viewport()
        watched.page.locator("#article a", has_text="Close").click()
        expect(reader).to_be_hidden()
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390
        watched.check_quiet(address)


# --- without a browser ---


def test_the_page_looks_up_links_and_never_trusts_them(scripted):
    chat = Chat(scripted)
    turns = (Turn("q", next(iter(scripted.stream("q")))),)
    for link in (
        "#cite-1-9",
        "#cite-9-1",
        "#cite-0-1",
        "#cite-1-1' OR 1",
        "javascript:alert(1)",
        "",
        None,
        ["#"],
    ):
        assert "Kabar Dunia" in chat.open(turns, gr.EventData(None, {"href": link}))
    for link in ("#document-../../etc/passwd", "#document-%2e%2e%2fsecret", "#document-"):
        assert ui_page.GONE in chat.open(turns, gr.EventData(None, {"href": link}))
    assert "<article" in chat.open(turns, gr.EventData(None, {"href": "#document-a%2Fkabar.txt"}))


def test_updates_come_at_most_twenty_a_second_and_none_is_lost():
    answers = [Answer("q", text=str(number)) for number in range(5)]
    started = monotonic()
    assert list(paced(answers)) == answers
    assert monotonic() - started >= 4 * 0.05


def test_an_answer_that_takes_too_long_is_ended(scripted, monkeypatch):
    monkeypatch.setattr(ui_page, "ANSWER_S", 0.2)
    *_, (turns, *_) = Chat(scripted).answer((Turn("a slow answer"),))
    assert "longer than" in turns[-1].error
    assert scripted.closed.is_set()


def request(address: str, path: str = "", **headers: str) -> tuple[int, dict[str, str]]:
    body = json.dumps({}).encode() if path else None
    asked = urllib.request.Request(address + path, data=body, headers=headers)
    try:
        with urllib.request.urlopen(asked) as reply:
            return reply.status, dict(reply.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers)


def test_the_server_answers_only_to_its_own_page_and_guards_every_reply(scripted):
    with served(scripted) as address:
        status, headers = request(address)
        assert status == 200
        assert "connect-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "googleapis" not in headers.get("link", "")

        join = "gradio_api/queue/join"
        assert request(address, Host="evil.example")[0] == 400
        assert request(address, join, Origin="https://evil.example")[0] == 403
        assert request(address, join, Origin="null")[0] == 403
        assert request(address, join, Origin=address.rstrip("/"))[0] not in (400, 403)
        assert request(address, "gradio_api/file=/etc/passwd")[0] in (403, 404, 405)


def test_a_taken_port_is_passed_over(scripted):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        page, address = start(scripted, port=taken)
        close(page)
    assert int(address.rstrip("/").rsplit(":", 1)[1]) > taken


# --- another chat model ---


@in_browser
def test_another_chat_model_is_picked_on_the_page(chat):
    picker, reads = chat.page.locator("#picker input"), chat.page.locator("#models")
    picker.click()
    chat.page.get_by_role("option", name="another (Ollama)").click()
    expect(reads).to_contain_text("another (Ollama)")
    picker.click()
    chat.page.get_by_role("option", name="gone (Ollama)").click()
    expect(chat.page.get_by_text("is no longer there")).to_be_visible()
    expect(picker).to_have_value("another (Ollama)")
    expect(reads).to_contain_text("another (Ollama)")
    picker.click()
    chat.page.get_by_role("option", name="scripted").click()
    expect(reads).to_contain_text("scripted")


def test_where_there_is_no_choice_there_is_no_picker(scripted):
    scripted.choices = lambda: ("scripted",)
    assert Chat(scripted).offer()["visible"] is False
