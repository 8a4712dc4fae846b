"""One process at a time: an exclusive lock on the data folder.

Chroma is not safe with two processes on one folder: both finish without an error, and reading fails later.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from datetime import datetime
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from rag.errors import InUse, LibraryError


class FolderLock:
    """Held from `acquire` to `release`; the system lets go of it when the process dies, however it dies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = FileLock(folder / "lock", timeout=0)
        # Beside the lock and not in it: a process that tries to lock empties the lock file.
        self._holder = folder / "lock.json"

    def acquire(self) -> None:
        """Take the lock, creating the folder where it is missing.

        Raises:
            InUse: another process has it.
            LibraryError: the folder can't be written.
        """
        try:
            # The library holds the whole text of the articles: nobody else's business.
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout:
            raise InUse(self._in_use()) from None
        except OSError as error:
            raise LibraryError(
                f"The data folder {self.folder} can't be written ({error.strerror or error}). "
                "Put that right, or use another --data folder."
            ) from error
        self._sign()

    def release(self) -> None:
        if self._lock.is_locked:
            self._holder.unlink(missing_ok=True)
            self._lock.release()

    def __enter__(self) -> FolderLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _sign(self) -> None:
        record = {"pid": os.getpid(), "since": time.time(), "command": _command()}
        # A full disk must not keep anyone from reading; the lock holds without the signature.
        with contextlib.suppress(OSError):
            self._holder.write_text(json.dumps(record), encoding="utf-8")

    def _in_use(self) -> str:
        try:
            record = json.loads(self._holder.read_text(encoding="utf-8"))
            pid, since = int(record["pid"]), datetime.fromtimestamp(record["since"])
            who = f"process {pid} ({record['command']}, since {_clock(since)})"
        except (OSError, ValueError, KeyError, TypeError):
            pid, who = 0, "another process"
        if pid == os.getpid():
            return f"The library in {self.folder} is already open in this program. Call close() on it first."
        return f"The library in {self.folder} is in use by {who}. Close it, or use another --data folder."


def _command() -> str:
    """Program and subcommand, "tanya chat"; no more, since a question may follow."""
    program = Path(sys.argv[0]).name or "python"
    return " ".join([program, *(word for word in sys.argv[1:2] if word.isalpha())])


def _clock(since: datetime) -> str:
    return f"{since:%H:%M}" if since.date() == datetime.now().date() else f"{since:%Y-%m-%d %H:%M}"
