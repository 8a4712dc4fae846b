"""Kept states: what the model has read of a unit, on disk, so that no article is read twice.

A state is a cache of exact values, good only for the same model, engine build, rules and unit text: all four are
in its file's name. Its file is checked before use, and the least recently used ones make room for new ones.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
import zlib
from pathlib import Path

# Length and CRC-32 of what follows. A state cut short or with flipped bits would make the model talk nonsense.
HEADER = struct.Struct("<8sQI")
MAGIC = b"TANYAKV1"


class States:
    """A folder of kept states, under a limit of bytes."""

    def __init__(self, folder: Path, *, limit: int, maker: str) -> None:
        """Open the folder.

        Args:
            folder: created when the first state is kept.
            limit: bytes that all states together may take.
            maker: what a state depends on besides its unit: model, engine build, rules.
        """
        self.folder = folder
        self.limit = limit
        self._maker = hashlib.sha256(maker.encode()).hexdigest()[:16]

    def path(self, key: str) -> Path:
        """Where the state of a unit lies, whether kept or not."""
        return self.folder / f"{self._maker}-{key[:32]}.kv"

    def has(self, key: str) -> bool:
        """Whether a state is kept; it may still turn out damaged."""
        return self.path(key).exists()

    def load(self, key: str) -> bytes | None:
        """The state, or None if it isn't kept or its file is damaged (which is then removed)."""
        path = self.path(key)
        try:
            state = _sound(path)
        except OSError:
            return None
        if state is None:
            path.unlink(missing_ok=True)
            return None
        os.utime(path)  # its turn to be removed comes last
        return bytes(state)

    def keep(self, key: str, state: bytes) -> bool:
        """Keep a state; False where it doesn't fit under the limit or on the disk. Never half-written."""
        size = HEADER.size + len(state)
        if size > self.limit:
            return False
        path = self.path(key)
        scratch = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._make_room(size)
            with scratch.open("wb") as file:
                file.write(HEADER.pack(MAGIC, len(state), zlib.crc32(state)))
                file.write(state)
            scratch.replace(path)
        except OSError:
            # A full disk costs speed, not answers.
            with contextlib.suppress(OSError):
                scratch.unlink()
            return False
        return True

    def _make_room(self, size: int) -> None:
        # Another maker's states can never be used again; temporary files belong to a process that was killed.
        for path in self.folder.iterdir():
            if not path.name.startswith(self._maker) or path.suffix == ".tmp":
                path.unlink(missing_ok=True)
        kept = sorted(self.folder.glob("*.kv"), key=lambda path: path.stat().st_mtime)
        total = sum(path.stat().st_size for path in kept)
        while kept and total + size > self.limit:
            oldest = kept.pop(0)
            total -= oldest.stat().st_size
            oldest.unlink(missing_ok=True)


def damaged(folder: Path) -> list[Path]:
    """Files of a folder of kept states that can't be used: cut short, or with flipped bits."""
    return [path for path in sorted(folder.glob("*.kv")) if _sound(path) is None]


def _sound(path: Path) -> memoryview | None:
    """A file's state, None where it is damaged; raises OSError where it can't be read."""
    data = path.read_bytes()
    state = memoryview(data)[HEADER.size :]
    if len(data) >= HEADER.size:
        magic, length, checksum = HEADER.unpack_from(data)
        if magic == MAGIC and length == len(state) and checksum == zlib.crc32(state):
            return state
    return None
