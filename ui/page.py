"""The chat page: what is on it and what its events do. How an answer looks is render's."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from time import monotonic, sleep
from typing import Any, Protocol
from urllib.parse import unquote

import gradio as gr

from rag.answer import Answer
from rag.documents import Document
from rag.errors import TanyaError
from rag.filters import Filters
from ui import render
from ui.render import Turn

UPDATE_S = 0.05  # at most 20 updates a second: more is work for the browser that nobody sees
ANSWER_S = 300.0  # a question that takes longer is ended: the next one is waiting
TICK_S = 3.0  # between looks at the background reading, which takes some 20 s an article
SETTLE_S = 1.0  # until a stream that ended without an answer is asked why
WAITING = 8  # questions that may wait; one more is told that the queue is full, and can be asked again
BROKEN = "Something went wrong inside tanya, not with your question. Ask again; the log has it under {}."
BROKEN_OFF = "The answer broke off before it was complete. Ask again."
GONE = "This article is no longer in the library."
TOO_MANY = "Too many questions are waiting for their answers. Ask again in a minute."
TOO_SLOW = "The answer took longer than {:.0f} s and was ended. Ask again, or ask for less at once."

# Clicks on "#cite-1-2", "#document-…" and "#articles" become the event "select", which opens the article; those on
# "#without-1-publisher" the event "delete", which asks again without that filter.
FOLLOW_LINKS = """
element.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (!link) return;
  event.preventDefault();
  if (link.hash.startsWith('#without-')) return trigger('delete', {href: link.getAttribute('href')});
  const column = document.getElementById('reader');
  column.classList.toggle('open', link.hash !== '#close');
  if (link.hash === '#close') return;
  const byKeyboard = event.detail === 0;
  if (!column.contains(link)) window.openedFrom = byKeyboard ? link : null;  // Escape leads back here
  trigger('select', {href: link.getAttribute('href')});
});
"""
# A new question comes to the top of the chat; while its answer grows the reader's place is left alone.
SHOW_NEWEST = """
element.setAttribute('role', 'log');
let shown = 0;
watch('value', () => {
  const turns = element.querySelectorAll('.turn');
  if (turns.length !== shown) turns[turns.length - 1]?.scrollIntoView({block: 'start'});
  shown = turns.length;
});
"""
# The cited sentence comes to the upper third of the column, so that what leads to it can be read as well.
SHOW_MARK = """
const column = document.getElementById('reader');
column.tabIndex = -1;
watch('value', () => {
  const mark = element.querySelector('mark');
  const offset = mark ? mark.getBoundingClientRect().top - column.getBoundingClientRect().top : 0;
  column.scrollTop = mark ? column.scrollTop + offset - column.clientHeight / 3 : 0;
  if (window.openedFrom) column.focus({preventScroll: true});
});
column.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  column.classList.remove('open');
  window.openedFrom?.focus();
  window.openedFrom = null;
});
"""

MASTHEAD = "<h1>tanya</h1><p>Every statement pinned to the sentence that says it.</p>"
WELCOME = """<h2>What do the articles say?</h2>
<p>Ask in English or Indonesian. The answer names its articles; click a number to read the sentence
in its place. Where the articles don’t say, neither does tanya.</p>"""

Turns = tuple[Turn, ...]
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
AT_ONCE: dict[str, Any] = {**QUIET, "queue": False}  # never behind somebody's answer in the queue
log = logging.getLogger(__name__)


class Library(Protocol):
    """What the page asks of a library. Its methods are called from several threads."""

    def stream(
        self,
        question: str,
        history: Sequence[tuple[str, str]] = ...,
        filters: Filters = ...,
        *,
        infer_filters: bool = ...,
    ) -> Iterator[Answer]: ...
    def document(self, document_id: str) -> Document: ...
    def documents(self) -> Sequence[render.Shelved]: ...
    def publishers(self) -> Sequence[str]: ...
    def languages(self) -> Sequence[str]: ...
    def state_progress(self) -> tuple[int, int]: ...
    def examples(self) -> Sequence[str]: ...
    def choices(self) -> Sequence[str]: ...
    def choose(self, name: str) -> None: ...
    @property
    def models(self) -> dict[str, str]: ...


class Chat:
    """What the page's events do; the turns are in each page's state, so one `Chat` serves every open page."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def begin(self, question: str, turns: Turns, *filters: str | None) -> tuple[Any, ...]:
        """Shows the question at once; an empty one, or one during another's answer, changes nothing.

        `filters` are the panel's fields, in the order of those of `Filters`.
        """
        if not question.strip() or (turns and turns[-1].pending):
            return tuple(gr.skip() for _ in range(6))
        wanted = Filters(*((field or "").strip() for field in filters))
        return (*_shown((*turns, Turn(question.strip(), filters=wanted))), "", gr.update(visible=False))

    def without(self, turns: Turns, event: gr.EventData) -> tuple[Any, ...]:
        """Asks a question again without one of the filters that were read from it; the others stay."""
        link = str(event._data.get("href", "")) if isinstance(event._data, dict) else ""
        named = re.fullmatch(r"#without-(\d{1,4})-(\w+)", link)
        turn = turns[int(named[1]) - 1] if named and 0 < int(named[1]) <= len(turns) else None
        if not named or not turn or not turn.answer or turns[-1].pending:
            return tuple(gr.skip() for _ in range(4))
        kept = turn.answer.narrowed.filters.without(named[2])
        return _shown((*turns, Turn(turn.question, filters=kept, infer_filters=False)))

    def answer(self, turns: Turns) -> Iterator[tuple[Any, ...]]:
        """The pending question's answer, growing; history is what was asked and answered before it."""
        if not turns or not turns[-1].pending:
            return
        history = [(turn.question, turn.answer.text) for turn in turns[:-1] if turn.answer]
        for turn in self._grow(turns[-1], history):
            yield _shown((*turns[:-1], turn))

    def stop(self, turns: Turns) -> tuple[Any, ...]:
        """Ends the last question with what there is, unless that is all; its stream has been cancelled."""
        if not turns or (turns[-1].answer and turns[-1].answer.complete):
            return _shown(turns)
        return _shown((*turns[:-1], replace(turns[-1], stopped=True, error="")))

    def settle(self, turns: Turns) -> tuple[Any, ...]:
        """Ends a question whose stream gradio cancelled, or never began because its queue is full."""
        if not turns or not turns[-1].pending:
            return _shown(turns)
        if turns[-1].answer:
            return self.stop(turns)
        return _shown((*turns[:-1], replace(turns[-1], error=TOO_MANY)))

    def open(self, turns: Turns, event: gr.EventData) -> str:
        """What the clicked link names, looked up: a citation of this chat, a document, or all articles."""
        link = str(event._data.get("href", "")) if isinstance(event._data, dict) else ""
        try:
            if cited := re.fullmatch(r"#cite-(\d{1,4})-(\d{1,4})", link):
                return self._cited(turns, int(cited[1]), int(cited[2]))
            if link.startswith("#document-"):
                return render.article(self.library.document(unquote(link.removeprefix("#document-"))))
            return render.articles(self.library.documents())
        except KeyError:
            return render.notice(GONE)
        except Exception as error:
            return render.notice(_explain(error))

    def look(self) -> tuple[str, str, Any]:
        """How far the reading ahead is, which models there are by now, and whether to look again."""
        done, total = self.library.state_progress()
        articles, models = len(self.library.documents()), self.library.models
        return render.progress(articles, done, total), render.models(models), gr.Timer(active=done < total)

    def offer(self) -> dict[str, Any]:
        """The chat models that may read, the one that does chosen; no picker where there is no choice."""
        names, reads = list(self.library.choices()), self.library.models["llm"]
        return gr.update(choices=names, value=reads if reads in names else None, visible=bool({*names} - {reads}))

    def choose(self, name: str) -> tuple[dict[str, Any], str]:
        """Has another chat model read from the next question on; one that can't is told, and nothing changes."""
        problem = ""
        try:
            self.library.choose(name)
        except Exception as error:
            problem = _explain(error)
        return self.offer(), render.models(self.library.models, problem)

    def _cited(self, turns: Turns, turn: int, number: int) -> str:
        answer = turns[turn - 1].answer if 0 < turn <= len(turns) else None
        for citation in answer.citations if answer else ():
            if citation.number == number and answer:
                return render.article(self.library.document(citation.document_id), citation, answer.language)
        return render.articles(self.library.documents())

    def _grow(self, turn: Turn, history: list[tuple[str, str]]) -> Iterator[Turn]:
        """The turn with each newer answer; whatever goes wrong becomes its message."""
        answers: Iterator[Answer] = iter(())
        ends = monotonic() + ANSWER_S
        try:
            answers = self.library.stream(
                turn.question, history=history, filters=turn.filters, infer_filters=turn.infer_filters
            )
            for answer in paced(answers):
                turn = replace(turn, answer=answer)
                yield turn
                if turn.pending and monotonic() > ends:
                    raise TanyaError(TOO_SLOW.format(ANSWER_S))
            if turn.pending:
                raise TanyaError(BROKEN_OFF)
        except Exception as error:
            yield replace(turn, error=_explain(error))
        finally:
            if isinstance(answers, Generator):  # frees the model now, not when the garbage collector comes by
                answers.close()


def paced(answers: Iterable[Answer]) -> Iterator[Answer]:
    """All of them, none sooner than `UPDATE_S` after the one before."""
    due = 0.0
    for answer in answers:
        sleep(max(0.0, due - monotonic()))
        due = monotonic() + UPDATE_S
        yield answer


def build_page(library: Library) -> gr.Blocks:
    """The page, not yet served: its style and its safety headers come with `ui.server.serve`."""
    chat = Chat(library)
    page = gr.Blocks(title="tanya", analytics_enabled=False, fill_width=True)
    with page:
        turns = gr.State(())
        with gr.Row(elem_id="head"):
            _html("masthead", value=MASTHEAD)
            progress = _html("progress", FOLLOW_LINKS)
        with gr.Row(elem_id="columns"):
            with gr.Column(elem_id="chat"):
                transcript = _html("transcript", FOLLOW_LINKS + SHOW_NEWEST)
                with gr.Column(elem_id="examples") as examples:
                    _html("welcome", value=WELCOME)
                    buttons = [gr.Button(example, size="sm") for example in library.examples()]
                with gr.Row(elem_id="ask"):
                    question = gr.Textbox(
                        placeholder="Ask · Tanyakan…",
                        label="Your question",
                        show_label=False,
                        container=False,
                        lines=1,
                        max_lines=5,
                        autofocus=True,
                        scale=1,
                    )
                    ask = gr.Button("Ask", variant="primary", scale=0, min_width=0, elem_id="send")
                    stop = gr.Button("Stop", visible=False, scale=0, min_width=0, elem_id="stop")
                with gr.Accordion("Narrow the search", open=False, elem_id="filters"), gr.Row():
                    filters = _filter_fields(library)
            with gr.Column(elem_id="reader"):
                reader = _html("article", FOLLOW_LINKS + SHOW_MARK)
        with gr.Row(elem_id="foot"):
            foot = _html("models")
            picker = gr.Dropdown(
                label="Read by",
                container=False,
                visible=False,
                filterable=False,
                elem_id="picker",
                min_width=0,
                scale=0,
            )
        timer = gr.Timer(TICK_S)

        shown = [turns, transcript, ask, stop]
        begun = [*shown, question, examples]
        asked = [gr.on([question.submit, ask.click], chat.begin, [question, turns, *filters], begun, **AT_ONCE)]
        asked += [button.click(chat.begin, [button, turns, *filters], begun, **AT_ONCE) for button in buttons]
        asked.append(transcript.delete(chat.without, turns, shown, **AT_ONCE))
        answered = [each.then(chat.answer, turns, shown, concurrency_id="answer", **QUIET) for each in asked]
        for each in answered:
            # Stop ends a stream as well: what it writes comes first, and is then left as it is.
            each.failure(lambda: sleep(SETTLE_S), **AT_ONCE).then(chat.settle, turns, shown, **AT_ONCE)
        stop.click(lambda: None, cancels=answered, **AT_ONCE).then(chat.stop, turns, shown, **AT_ONCE)
        for html in (transcript, reader, progress):
            html.select(chat.open, turns, reader, **AT_ONCE)
        gr.on([page.load, timer.tick], chat.look, None, [progress, foot, timer], **AT_ONCE)
        page.load(lambda: _choices(library), None, [filters[0], filters[3]], **AT_ONCE)
        gr.on([page.load, picker.focus], chat.offer, None, picker, **AT_ONCE)
        picker.input(chat.choose, picker, [picker, foot], **AT_ONCE)
        page.load(lambda: render.articles(library.documents()), None, reader, **AT_ONCE)
    page.queue(max_size=WAITING, default_concurrency_limit=1)
    return page


def _filter_fields(library: Library) -> list[Any]:
    """One field for each of `Filters`, in their order."""
    publishers, languages = _choices(library)
    narrow: dict[str, Any] = {"min_width": 120, "container": True}
    return [
        gr.Dropdown(publishers["choices"], value="", label="Publisher", **narrow),
        gr.Textbox(label="From", placeholder="2017-12", **narrow),
        gr.Textbox(label="Until", placeholder="2019", **narrow),
        gr.Dropdown(languages["choices"], value="", label="Language", **narrow),
        gr.Textbox(label="Article", placeholder="file or title", **narrow),
    ]


def _choices(library: Library) -> tuple[dict[str, Any], dict[str, Any]]:
    """Updates for the two lists: what the library has by now, and "any"."""
    publishers, languages = (
        gr.update(choices=[("any", ""), *((name, name) for name in names)])
        for names in (library.publishers(), library.languages())
    )
    return publishers, languages


def _html(name: str, script: str | None = None, value: str = "") -> gr.HTML:
    return gr.HTML(value, elem_id=name, js_on_load=script, apply_default_css=False)


def _shown(turns: Turns) -> tuple[Any, ...]:
    pending = bool(turns) and turns[-1].pending
    return turns, render.transcript(turns), gr.update(visible=not pending), gr.update(visible=pending)


def _explain(error: Exception) -> str:
    """Our own errors say what to do next; of any other the user gets a number and the log gets the rest."""
    if isinstance(error, TanyaError):
        return str(error)
    number = secrets.token_hex(4)
    log.error("error %s", number, exc_info=error)
    return BROKEN.format(number)
