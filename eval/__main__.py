"""`tanya eval`, or `python -m eval`: how good is it on these articles?"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from eval.questions import GoldError, Question, load_questions
from eval.report import Report, Row, compare, load, save
from eval.run import Library, Partial, describe, run
from rag.errors import ModelError, TanyaError
from rag.settings import Settings

GOLD = Path(__file__).with_name("gold.jsonl")
COMMANDS = ("retrieval", "scale")  # what else can be measured, each a module with a `main`
INTERRUPTED = 130  # what shells expect of a program ended by Ctrl-C


def main(argv: Sequence[str] | None = None) -> int:
    """Evaluate; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    console = Console()
    try:
        if words and words[0] in COMMANDS:
            return _command(words[0], words[1:])
        _evaluate(_options(words), console)
    except TanyaError as error:
        Console(stderr=True).print(f"[red]Error:[/red] {escape(str(error))}", highlight=False)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped. What was answered is kept: run the same command again to go on.")
        return INTERRUPTED
    return 0


def _command(name: str, argv: Sequence[str]) -> int:
    try:
        module = importlib.import_module(f"eval.{name}")
    except ModuleNotFoundError as error:
        raise TanyaError(f"`tanya eval {name}` needs the package {error.name}: install tanya[eval].") from None
    code: int = module.main(argv)
    return code


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    settings = Settings()
    parser = argparse.ArgumentParser(
        prog="tanya eval",
        description="Questions with known answers, scored.",
        epilog="`tanya eval retrieval --help`: is the right article found? `tanya eval scale --help`: how fast is it?",
    )
    parser.add_argument("--corpus", type=Path, default=settings.corpus, help="folder of articles")
    parser.add_argument("--data", type=Path, default=settings.data, help="data folder")
    parser.add_argument("--questions", type=Path, default=GOLD, help="questions, a JSON object a line")
    parser.add_argument("--split", choices=("dev", "heldout"), help="only this part of the questions")
    parser.add_argument("--type", help="only questions of this type, such as when, disagree or false_premise")
    parser.add_argument("--limit", type=int, default=0, help="this many questions, spread over the file")
    parser.add_argument("--out", type=Path, default=Path("eval/results"), help="folder for the figures")
    parser.add_argument("--compare", type=Path, help="a JSON file of an earlier evaluation")
    return parser.parse_args(argv)


def select(
    questions: Sequence[Question], split: str | None = None, type: str | None = None, limit: int = 0
) -> list[Question]:
    """The questions that are asked for."""
    chosen = [q for q in questions if split in (None, q.split) and type in (None, q.type)]
    if not chosen:
        raise GoldError("No question is of that split and type. `tanya eval` without them asks all.")
    if 0 < limit < len(chosen):
        return [chosen[i * len(chosen) // limit] for i in range(limit)]
    return chosen


def _evaluate(options: argparse.Namespace, console: Console) -> None:
    from rag import open_library  # loads the models' libraries: not for --help

    questions = select(load_questions(options.questions), options.split, options.type, options.limit)
    earlier = load(options.compare) if options.compare else None
    with open_library(corpus=options.corpus, data=options.data) as library:
        library.sync()
        if library.model_problem:  # where no model reads, every answer would count as an abstention
            raise ModelError(library.model_problem)
        about = describe(library, options.corpus, options.questions)
        partial = Partial(options.out / f"{about['commit']}.partial.jsonl", about)
        report = _asked(library, questions, partial, console)
    comparison = compare(report, earlier) if earlier else None
    path = save(report, options.out, comparison)
    partial.close()
    console.print(Markdown(path.with_suffix(".md").read_text("utf-8")))
    console.print(f"Written to {path} and {path.with_suffix('.md')}.", markup=False)


def _asked(library: Library, questions: list[Question], partial: Partial, console: Console) -> Report:
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=len(questions))
        wrong = 0

        def show(done: int, total: int, row: Row) -> None:
            nonlocal wrong
            wrong += not row.scores["correct"]
            said = f"{wrong} wrong; {row.question[:50]}"
            progress.update(task, completed=done, total=total, description=said)

        return run(library, questions, show, partial)


if __name__ == "__main__":
    sys.exit(main())
