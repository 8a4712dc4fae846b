"""The command line: tanya ask, chat, sync, retrieve, eval, setup."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from rag.answer import Answer
from rag.errors import LibraryError, TanyaError
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.library import Library

ANSWERED, ERROR, ABSTAINED = 0, 1, 3

app = typer.Typer(
    help="Ask a folder of news articles; every statement is pinned to the sentence that says it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
# What is asked for goes to stdout, everything about how it goes to stderr.
out, err = Console(highlight=False, soft_wrap=True), Console(stderr=True, highlight=False, soft_wrap=True)

Corpus = Annotated[Path | None, typer.Option("--corpus", help="Folder with the articles.", show_default="corpus")]
Data = Annotated[Path | None, typer.Option("--data", help="Folder for what tanya keeps.", show_default=".tanya")]
Queries = Annotated[Path | None, typer.Option(help='Questions, a JSON object a line: {"_id": …, "text": …} (BEIR).')]


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="In English or Indonesian.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")] = False,
    queries: Queries = None,
    out_file: Annotated[Path | None, typer.Option("--out", help="Where the answers to --queries go.")] = None,
    corpus: Corpus = None,
    data: Data = None,
) -> None:
    """Answer one question, or a file of them. Exit code: 0 answered, 3 the articles don't say, 1 error."""
    with _opened(corpus, data) as library:
        if queries is not None:
            _for_each(queries, out_file, lambda text: library.ask(text).to_dict())
            return
        if as_json:
            answer = library.ask(question)
            out.print_json(json.dumps(answer.to_dict(), ensure_ascii=False))
        else:
            answer = _print_stream(library.stream(question))
            if library.model_problem:
                err.print(f"[yellow]{escape(library.model_problem)}[/yellow]")
    raise typer.Exit(ANSWERED if answer.answered else ABSTAINED)


@app.command()
def retrieve(
    question: Annotated[str, typer.Argument(help="In English or Indonesian.")] = "",
    k: Annotated[int, typer.Option("--k", min=1, help="How many passages or, with --queries, documents.")] = 10,
    queries: Queries = None,
    out_file: Annotated[Path | None, typer.Option("--out", help="Where the lists for --queries go.")] = None,
    corpus: Corpus = None,
    data: Data = None,
) -> None:
    """Show the passages that fit a question best, or write ranked documents for a file of questions."""
    with _opened(corpus, data) as library:
        if queries is not None:
            _for_each(queries, out_file, lambda text: {"documents": library.rank_documents(text, k)})
            return
        for number, passage in enumerate(library.retrieve(question, k), 1):
            head = ", ".join(part for part in (passage.publisher, passage.published, passage.path) if part)
            out.print(
                f"[bold]{number}.[/bold] {escape(passage.title)} [dim]({escape(head)}; {passage.score:.3f})[/dim]"
            )
            out.print(escape(passage.text) + "\n")


@app.command()
def sync(corpus: Corpus = None, data: Data = None) -> None:
    """Read what is new in the corpus folder, and drop what is gone; then read ahead, so that answers come fast."""
    with _opened(corpus, data, quiet=False) as library:
        if library.model_problem:
            err.print(f"[yellow]{escape(library.model_problem)}[/yellow]")
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
    """Build the chat model's engine and fetch its file (1.1 GB); does nothing where both are there."""
    from rag import setup as steps

    def say(text: str) -> None:
        err.print(text)

    if rebuild:
        steps.rebuild_engine(say)
    steps.make_ready(Settings().models, say)


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
        except LibraryError as error:
            # A full disk keeps what is new out; what was read before can be asked all the same.
            if not library.documents():
                raise
            err.print(f"[yellow]{escape(str(error))} Going on with the articles that were read before.[/yellow]")
            yield library
            return
        if not quiet or report.added or report.changed or report.removed:
            err.print(f"[dim]{escape(str(report))}[/dim]")
        for path, reason in report.failed:
            err.print(f"[yellow]Left out: {escape(path)}: {escape(reason)}[/yellow]")
        yield library


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
    lines = [f"[bold]{escape(answer.text)}[/bold]" if answer.answered else escape(answer.text)]
    if not answer.text:
        lines = ["[dim]Reading " + escape(", ".join(_articles(answer))) + " ...[/dim]"]
    for citation in answer.citations:
        lines.append(
            f"\n[cyan]{escape(f'[{citation.number}]')}[/cyan] {escape(citation.origin)}\n    “{escape(citation.quote)}”"
        )
    return "\n".join(lines)


def _articles(answer: Answer) -> list[str]:
    return list(dict.fromkeys(passage.publisher or passage.path for passage in answer.passages))


def _for_each(queries: Path, out_file: Path | None, answer: Callable[[str], dict[str, object]]) -> None:
    """Answer a file of questions, a line each; run again, it goes on after the last whole line."""
    if out_file is None:
        raise TanyaError("Name the file for the answers with --out FILE.")
    asked = list(_read_queries(queries))
    done = _done(out_file)
    with out_file.open("a", encoding="utf-8") as file, _bar() as bar:
        task = bar.add_task("Answering", total=len(asked), completed=len(done))
        for id, text in asked:
            if id in done:
                continue
            try:
                found = answer(text)
            except TanyaError as error:
                found = {"error": str(error)}
            file.write(json.dumps({"query_id": id, **found}, ensure_ascii=False) + "\n")
            file.flush()
            bar.advance(task)


def _read_queries(path: Path) -> Iterator[tuple[str, str]]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TanyaError(f"The questions in {path} can't be read: {error}.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            yield str(row["_id"]), str(row["text"])
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise TanyaError(f'{path}, line {number}: not a JSON object with "_id" and "text".') from error


def _done(path: Path) -> set[str]:
    """Ids in a file of answers that was begun before; a line cut short by an interruption is dropped."""
    if not path.exists():
        return set()
    whole, ids = [], set()
    for line in path.read_text("utf-8").splitlines():
        try:
            ids.add(str(json.loads(line)["query_id"]))
            whole.append(line + "\n")
        except (json.JSONDecodeError, KeyError, TypeError):
            continue
    path.write_text("".join(whole), "utf-8")
    return ids


def main() -> None:
    """Run a command; a user's mistake is one line, not a traceback."""
    try:
        code = app(standalone_mode=False)
    except TanyaError as error:
        err.print(f"[red]{escape(str(error))}[/red]")
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
