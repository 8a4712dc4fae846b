"""A file of questions -> a file of answers, a JSON object a line each, that is gone on with where it ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import TanyaError

_BEGINNING = b'{"query_id": '  # of every line of answers


def read_queries(path: Path) -> Iterator[tuple[str, str]]:
    """Id and text of each question.

    Raises:
        TanyaError: the file can't be read, or a line of it is no question.
    """
    try:
        lines = path.read_text("utf-8").split("\n")  # splitlines() would also split at U+2028, which JSON allows
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


def answered(path: Path) -> dict[str, bool]:
    """Id -> whether it couldn't be asked, of a file that was begun before; a last line that was cut short is dropped.

    Raises:
        TanyaError: another line is no answer, as in a file of something else, which stays as it is.
    """
    with _usable(path), path.open("a+b") as file:
        file.seek(0)
        *lines, last = file.read().split(b"\n")
        cut = _is_cut(last)
        rows = {number: _row(line) for number, line in enumerate(lines if cut else [*lines, last], 1) if line.strip()}
        for number, row in rows.items():
            if "query_id" not in row:
                raise TanyaError(f"{path}, line {number}: not an answer. Name another file with --out.")
        if cut:
            file.truncate(file.tell() - len(last))
        else:
            file.write(b"\n")
    return {str(row["query_id"]): "error" in row for row in rows.values()}


def _is_cut(line: bytes) -> bool:
    """Whether it is the beginning of an answer and no more; nothing at all is one."""
    return line[: len(_BEGINNING)] == _BEGINNING[: len(line)] and not _row(line)


def _row(line: bytes) -> dict[str, object]:
    """What a line says; nothing where it isn't a JSON object."""
    try:
        row = json.loads(line)
    except ValueError:  # also for a letter that was cut in two
        return {}
    return row if isinstance(row, dict) else {}


def keep(path: Path, row: dict[str, object]) -> None:
    """Add an answer to its file."""
    with _usable(path), path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")


@contextmanager
def _usable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TanyaError(
            f"The answers can't be kept in {path} ({error.strerror}). Put that right, or name another file with --out."
        ) from error
