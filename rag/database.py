"""A library's SQLite file: opened, checked, given its tables; or moved aside and made anew where it can't be used."""

from __future__ import annotations

import contextlib
import itertools
import logging
import sqlite3
from pathlib import Path

from rag import schema
from rag.errors import LibraryError

NAME = "library.sqlite3"

_log = logging.getLogger(__name__)

# Reading every page of a file of 64 MB takes 0.1 s; above that, damage is noticed where it is met.
_CHECKED_UP_TO = 64 * 2**20
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def open_database(path: Path) -> sqlite3.Connection:
    """Open a library's file; one that is damaged or not a library is moved aside and a new one is made.

    Raises:
        LibraryError: a newer tanya wrote it.
        sqlite3.Error: it can't be read or written.
    """
    try:
        return _connect(path)
    except _UnusableError as error:
        aside = move_aside(path.parent)
        _log.warning("%s %s. It is now %s; a new one is built.", path, error, aside.name)
    return _connect(path)


def damage(folder: Path) -> str:
    """What is wrong with a folder's library file, which stays as it is; "" if nothing is, or there is none.

    Raises:
        LibraryError: it can't be looked at, which is no damage: another program has it open, or nobody may read it.
    """
    path = folder / NAME
    if not path.exists():
        return ""
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.executescript(schema.CONNECT)
            return f"{path} is damaged ({verdict})" if (verdict := _verdict(connection)) else ""
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise LibraryError(
                f"The library {path} can't be read ({error}). Close what else has it open, or see to its permissions."
            ) from error
        return f"{path} is damaged ({error})"


def move_aside(folder: Path) -> Path:
    """Rename a folder's library file together with its log, which SQLite would otherwise play into the new one."""
    path = folder / NAME
    names = (path.with_name(f"{path.name}.broken-{number}") for number in itertools.count(1))
    aside = next(name for name in names if not name.exists())
    for suffix in ("-wal", "-shm", ""):
        with contextlib.suppress(FileNotFoundError):
            Path(f"{path}{suffix}").replace(f"{aside}{suffix}")
    return aside


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether an error says that the file is damaged, rather than busy, full or asked for nonsense."""
    # The low byte names the kind of error, the rest where it was met.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED


class _UnusableError(Exception):
    """What is wrong with a file that has to be made anew."""


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.executescript(schema.CONNECT)
        _prepare(connection, path)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.DatabaseError) and is_damage(error):
            raise _UnusableError(f"is damaged ({error})") from error
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Give a new file its tables and an older one what is new in them; check what there is."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if version > schema.VERSION:
        raise LibraryError(f"{path} was written by a newer tanya. Update tanya, or use another --data folder.")
    if not tables:
        connection.executescript(schema.TABLES)
        return
    if version < 1:
        raise _UnusableError("was not written by tanya")
    if version < schema.VERSION:
        connection.executescript(schema.MIGRATIONS[version])
    if path.stat().st_size <= _CHECKED_UP_TO and (verdict := _verdict(connection)):
        raise _UnusableError(f"is damaged ({verdict})")


def _verdict(connection: sqlite3.Connection) -> str:
    """What SQLite finds wrong first; "" if nothing."""
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    return "" if verdict == "ok" else str(verdict)
