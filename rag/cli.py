"""The command line: tanya ask, chat, sync, retrieve, doctor, eval, setup."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.highlighter import JSONHighlighter
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from typer.exceptions import TyperException

from rag.answer import Answer
from rag.errors import LibraryError, ModelError, QuestionError, TanyaError
from rag.filters import Filters
from rag.queries import answered, keep, read_queries
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.doctor import Check
    from rag.library import Library

ANSWERED, ERROR, ABSTAINED = 0, 1, 3

app = typer.Typer(
    help="Ask a folder of news articles; every statement is pinned to the sentence that says it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
# What is asked for goes to stdout, everything about how it goes to stderr.
out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all but tab and newline

Corpus = Annotated[Path | None, typer.Option("--corpus", help="Folder with the articles.", show_default="corpus")]
Data = Annotated[Path | None, typer.Option("--data", help="Folder for what tanya keeps.", show_default=".tanya")]
Publisher = Annotated[str, typer.Option("--publisher", help="Only articles by this publisher.")]
Since = Annotated[
    str, typer.Option("--from", help="Only what was published, or happened, from this day, month or year (2017-12).")
]
Until = Annotated[str, typer.Option("--until", help="Likewise, up to and with this day, month or year.")]
Language = Annotated[str, typer.Option("--language", help="Only articles in this language: id, en, fr, …")]
OfDocument = Annotated[str, typer.Option("--document", help="Only this article: its id, file name or title.")]
Queries = Annotated[Path | None, typer.Option(help='Questions, a JSON object a line: {"_id": …, "text": …} (BEIR).')]


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="In English or Indonesian.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")] = False,
    queries: Queries = None,
    out_file: Annotated[Path | None, typer.Option("--out", help="Where the answers to --queries go.")] = None,
    publisher: Publisher = "",
    since: Since = "",
    until: Until = "",
    language: Language = "",
    document: OfDocument = "",
    infer: Annotated[
        bool,
        typer.Option("--inferred-filters/--no-inferred-filters", help='Read "in 2019", "menurut CRI" as filters.'),
    ] = True,
    corpus: Corpus = None,
    data: Data = None,
) -> None:
    """Answer one question, or a file of them. Exit code: 0 answered, 3 the articles don't say, 1 error."""
    filters = Filters(publisher, since, until, language, document)
    with _opened(corpus, data) as library:
        if queries is not None:
            _for_each(queries, out_file, lambda text: _ask(library, text, filters, infer=infer).to_dict())
            return
        if as_json:
            answer = library.ask(question, (), filters, infer_filters=infer)
            _print_json(answer.to_dict())
        else:
            answer = _print_stream(library.stream(question, (), filters, infer_filters=infer))
            if answer.models["llm"]:
                err.print(f"[dim]Read by {_plain(answer.models['llm'])}[/dim]")
        problem = answer.problem or library.model_problem
        if problem and (as_json or problem not in answer.text):
            err.print(f"[yellow]{_plain(problem)}[/yellow]")
    raise typer.Exit(ANSWERED if answer.answered else ERROR if answer.problem else ABSTAINED)


@app.command()
def retrieve(
    question: Annotated[str, typer.Argument(help="In English or Indonesian.")] = "",
    k: Annotated[int, typer.Option("--k", min=1, help="How many passages or, with --queries, documents.")] = 10,
    queries: Queries = None,
    out_file: Annotated[Path | None, typer.Option("--out", help="Where the lists for --queries go.")] = None,
    publisher: Publisher = "",
    since: Since = "",
    until: Until = "",
    language: Language = "",
    document: OfDocument = "",
    corpus: Corpus = None,
    data: Data = None,
) -> None:
    """Show the passages that fit a question best, or write ranked documents for a file of questions."""
    filters = Filters(publisher, since, until, language, document)
    with _opened(corpus, data) as library:
        if queries is not None:
            _for_each(queries, out_file, lambda text: {"documents": library.rank_documents(text, k, filters)})
            return
        for number, passage in enumerate(library.retrieve(question, k, filters), 1):
            head = ", ".join(part for part in (passage.publisher, passage.published, passage.path) if part)
            out.print(
                f"[bold]{number}.[/bold] {_plain(passage.title)} [dim]({_plain(head)}; {passage.score:.3f})[/dim]"
            )
            if passage.copies:
                names = ", ".join(copy.publisher or copy.path for copy in passage.copies)
                out.print(f"[dim]The same in: {_plain(names)}[/dim]")
            out.print(_plain(passage.text) + "\n")


@app.command()
def sync(corpus: Corpus = None, data: Data = None) -> None:
    """Read what is new in the corpus folder, and drop what is gone; then read ahead, so that answers come fast."""
    with _opened(corpus, data, quiet=False) as library:
        if library.model_problem:
            err.print(f"[yellow]{_plain(library.model_problem)}[/yellow]")
            return
        with _bar() as bar:
            task = bar.add_task("Reading ahead", total=None)
            library.read_all(lambda done, total: bar.update(task, completed=done, total=total))


@app.command()
def chat(
    corpus: Corpus = None,
    data: Data = None,
    port: Annotated[int, typer.Option(help="The next free one is taken if it is in use.")] = 7860,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = False,
) -> None:
    """Open the chat page on 127.0.0.1."""
    from ui.server import serve  # gradio takes seconds to import

    with _opened(corpus, data) as library:
        library.warm_up()
        library.read_ahead()
        serve(library, port=port, open_browser=browser)


@app.command("eval", context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def evaluate(context: typer.Context) -> None:
    """Measure the answers on questions whose answers are known; `tanya eval --help` shows the options."""
    from eval.__main__ import main as run_eval

    raise typer.Exit(run_eval(context.args))


@app.command()
def setup(
    rebuild: Annotated[bool, typer.Option(help="Compile llama.cpp again, for example on another CPU.")] = False,
) -> None:
    """Make a chat model ready: where Ollama has none, build the embedded one's engine and fetch its file (1.1 GB).

    Does nothing where all is there. TANYA_LLM=embedded has it made ready beside Ollama.
    """
    from rag import setup as steps
    from rag.readers import is_embedded

    def say(text: str) -> None:
        err.print(text)

    if rebuild:
        steps.rebuild_engine(say)
    settings = Settings()
    if is_embedded(settings):
        steps.make_ready(settings.models, say)


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    repair: Annotated[bool, typer.Option("--repair", help="Put right what can be made again.")] = False,
    corpus: Corpus = None,
    data: Data = None,
) -> None:
    """Look at library, index, models and disk. Exit code: 0 fine, 1 something is wrong, each with what to do."""
    from rag.doctor import examine

    settings = Settings()
    checks = examine(corpus or settings.corpus, data or settings.data, settings, repair=repair)
    if as_json:
        _print_json([asdict(check) for check in checks])
    else:
        out.print(_table(checks))
    raise typer.Exit(ERROR if any(check.state == "problem" for check in checks) else 0)


def _table(checks: Sequence[Check]) -> Table:
    signs = {"ok": ("green", "✓"), "note": ("cyan", "·"), "repaired": ("green", "+"), "problem": ("red", "✗")}
    table = Table(box=None, show_header=False, pad_edge=False)
    for before, check in zip([None, *checks], checks, strict=False):
        name = "" if before and before.name == check.name else check.name
        cure = f"\n[yellow]→ {_plain(check.cure)}[/yellow]" if check.cure else ""
        color, sign = signs[check.state]
        table.add_row(f"[{color}]{sign}[/{color}]", f"[bold]{name}[/bold]", _plain(check.said) + cure)
    return table


@contextmanager
def _opened(corpus: Path | None, data: Path | None, *, quiet: bool = True) -> Iterator[Library]:
    """A library in line with its folder; says what changed, and every file that can't be read."""
    from rag.library import open_library

    with open_library(corpus, data) as library:
        try:
            with _bar() as bar:
                task = bar.add_task("Reading articles", total=None)
                report = library.sync(
                    lambda at: bar.update(task, completed=at.done, total=at.total, description=_STAGES[at.stage])
                )
        except (LibraryError, ModelError) as error:
            # A full disk or an embedder that is down keeps what is new out; what was read before can be asked all
            # the same.
            if not _has_articles(library):
                raise
            err.print(f"[yellow]{_plain(str(error))} Going on with the articles that were read before.[/yellow]")
            yield library
            return
        if not quiet or report.added or report.changed or report.removed:
            err.print(f"[dim]{_plain(str(report))}[/dim]")
        for path, reason in report.failed:
            err.print(f"[yellow]Left out: {_plain(path)}: {_plain(reason)}[/yellow]")
        yield library


def _has_articles(library: Library) -> bool:
    """Whether anything can be asked; not where the library was found damaged, and closed."""
    try:
        return bool(library.documents())
    except LibraryError:
        return False


_STAGES = {"check": "Checking files", "read": "Reading articles", "embed": "Embedding", "index": "Indexing"}


def _bar() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=err, transient=True)


def _print_stream(answers: Iterator[Answer]) -> Answer:
    """Print the answer as it grows: on a terminal in place, else once it is complete."""
    from rich.live import Live

    answer = Answer("")
    with Live(console=out, auto_refresh=False, transient=True) as live:
        for answer in answers:
            if out.is_terminal:
                live.update(_shown(answer), refresh=True)
    out.print(_shown(answer))
    return answer


def _shown(answer: Answer) -> str:
    lines = [f"[bold]{_plain(answer.text)}[/bold]" if answer.answered else _plain(answer.text)]
    if not answer.text:
        lines = ["[dim]Reading " + _plain(", ".join(_articles(answer))) + " ...[/dim]"]
    lines = [f"[dim]{_plain(line)}[/dim]" for line in answer.narrowed.describe(answer.language).splitlines()] + lines
    for citation in answer.citations:
        lines.append(
            f"\n[cyan]{_plain(f'[{citation.number}]')}[/cyan] {_plain(citation.origin)}\n    “{_plain(citation.quote)}”"
        )
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Text shown as it is: nothing in it is rich's markup, and nothing steers the terminal."""
    return escape(_CONTROL.sub("", text))


def _print_json(value: object) -> None:
    """Control characters become JSON's own escapes: none reaches the terminal, and none is lost."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    out.print(JSONHighlighter()(_CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)))


def _articles(answer: Answer) -> list[str]:
    return list(dict.fromkeys(passage.publisher or passage.path for passage in answer.passages))


def _ask(library: Library, question: str, filters: Filters, *, infer: bool) -> Answer:
    """Answer a question of a file; raises ModelError where no model reads: what it would say is no answer to keep."""
    if library.model_problem:
        raise ModelError(library.model_problem)
    answer = library.ask(question, (), filters, infer_filters=infer)
    if answer.problem:
        raise ModelError(answer.problem)
    return answer


def _for_each(queries: Path, out_file: Path | None, answer: Callable[[str], dict[str, object]]) -> None:
    """Answer a file of questions, a line each; run again, it goes on after the last whole line."""
    if out_file is None:
        raise TanyaError("Name the file for the answers with --out FILE.")
    asked = list(read_queries(queries))
    done = answered(out_file)
    refused = sum(done.values())
    with _bar() as bar:
        task = bar.add_task("Answering", total=len(asked), completed=len(done))
        for id, text in asked:
            if id in done:
                continue
            found = _found(text, answer)
            refused += "error" in found
            keep(out_file, {"query_id": id, **found})
            bar.advance(task)
    if refused:
        raise TanyaError(f"{refused} of the questions can't be asked: see their lines in {out_file}.")


def _found(text: str, answer: Callable[[str], dict[str, object]]) -> dict[str, object]:
    """What is kept of a question; where a model fails, which is no fault of the question's, nothing is."""
    try:
        return answer(text)
    except QuestionError as error:
        return {"error": str(error)}
    except ModelError as error:
        raise ModelError(f"{error} What was answered is kept: run the same command again to go on.") from error


def main() -> None:
    """Run a command; a user's mistake is one line, not a traceback."""
    try:
        code = app(standalone_mode=False)
    except TanyaError as error:
        err.print(f"[red]{_plain(str(error))}[/red]")
        code = ERROR
    except TyperException as error:  # a command or option that there isn't; without any command, help was printed
        if said := error.format_message():
            err.print(f"[red]{_plain(said)}[/red] See `tanya --help`.")
        code = ERROR
    except typer.Abort:
        code = ERROR
    except KeyboardInterrupt:
        err.print("Stopped. What was read is kept.")
        code = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code or 0)


if __name__ == "__main__":
    main()
