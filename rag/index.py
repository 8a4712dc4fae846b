"""Vectors of the store -> Chroma: a projection that can be thrown away and made again without embedding.

Killed while it writes, Chroma may leave files that crash the process that loads them, or that silently find
one passage where there are thousands. So its files are trusted only as a clean end and a check left them: the
store notes what they were like then, and forgets it before the next write. Anything else is rebuilt.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import numpy as np

from rag.errors import LibraryError
from rag.filters import UNFILTERED, Filters
from rag.store import Store, Vector

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

Tell = Callable[[int, int], None]

_log = logging.getLogger(__name__)

_NOTE = "index"
# Chroma refuses more than 5,461 rows at once; it advises some hundred.
_SLICE = 500
# Own vectors that must find themselves, after a write and (20 ms) when opened: a sound index finds 99.8 % of
# them or more, a broken one none.
_SAMPLE = 64
_QUICK_SAMPLE = 16
_FOUND_SHARE = 0.9
_SAME = 0.999
# Bytes of the largest file for each passage: 1,676 with vectors of 384 dimensions, six times that with 4,096.
# A torn file claimed 2.26 TB for 5,000 passages.
_LARGEST = 100_000
# Passages compared one by one where filters leave no more: that many take about 0.2 s. Of more, the index is asked
# for this many times what should do if those that fit were spread evenly.
_ONE_BY_ONE = 10_000
_AMPLE = 3
# Changed passages that may wait outside Chroma: compared one by one they cost a question 3 ms, while to write and
# check the files of a large library takes seconds, which nobody who adds an article wants to wait for.
_WAITING = 1000
_LARGE = 10_000
# Loading 100,000 passages and asking for 64 of them takes seconds, on a machine that is busy otherwise minutes.
_CHECK_SECONDS = 300


class Index:
    """The passages' vectors by one embedder, in `chroma/` of the data folder. May be used from any thread.

    Chroma is imported and its files are opened at the first query or write: it takes half a second and more.
    """

    def __init__(self, folder: Path, store: Store, fingerprint: str) -> None:
        self.fingerprint = fingerprint
        self.name = f"passages-{hashlib.sha256(fingerprint.encode()).hexdigest()[:8]}"
        self._root = self._folder = folder / "chroma"
        self._store = store
        self._turn = threading.RLock()
        self._client: Client | None = None
        self._collection: Collection | None = None
        self._unusable = False

    def query(self, vector: Sequence[float] | Vector, k: int, filters: Filters = UNFILTERED) -> list[tuple[str, float]]:
        """Return (passage id, cosine similarity) of the nearest passages, best first, all of them in the store.

        With filters, the k nearest of the passages that fit.
        An index that can't be used is rebuilt; where that fails too, say on a full disk, or another embedder's
        takes its place, the store's vectors are searched one by one: slower, and as good.
        """
        if filters:
            return self._among(self._store.passage_ids(filters), vector, k)
        with self._turn:
            if not self._unusable and (self._collection is not None or not self._of_another()):
                try:
                    return self._ask(vector, k)
                except (_ChromaError, LibraryError) as error:
                    _log.warning("The index in %s failed (%s) and is rebuilt.", self._root, error)
                with contextlib.suppress(_ChromaError, LibraryError):
                    self.rebuild()
                    return self._ask(vector, k)
                _log.warning("The index in %s can't be rebuilt: passages are searched one by one.", self._root)
                self._unusable = True
            return _one_by_one(list(self._store.vectors(self.fingerprint)), vector, k)

    def refresh(self, tell: Tell | None = None) -> None:
        """Bring the index in line with the store: the difference where its files can be trusted, else all.

        Raises:
            LibraryError: it can't be written.
        """
        with self._turn:
            if self._of_another():
                return self.rebuild(tell)
            with self._store.alone():
                return self._catch_up(tell)

    def rebuild(self, tell: Tell | None = None) -> None:
        """Throw the index away and make it again from the store's vectors; that of another embedder stays beside it.

        Raises:
            LibraryError: it can't be written.
        """
        # Beside another's index nobody is kept out: those who ask are answered by that one.
        beside = self._of_another()
        with self._turn, contextlib.nullcontext() if beside else self._store.alone():
            total = self._store.count_vectors(self.fingerprint)
            try:
                self._disconnect()
                if not beside:
                    self._store.set_note(_NOTE, "")
                    shutil.rmtree(self._root, ignore_errors=True)
                # Not the old path: this process may have files open there that Chroma could not load, and a check
                # that outlived its killed process may still be reading.
                self._folder = self._root / uuid4().hex[:8]
                self._upsert(self._store.vectors(self.fingerprint), total, tell or _silent)
                self._settle(total)
            except (OSError, _ChromaError) as error:
                self._disconnect()
                raise LibraryError(
                    f"The index in {self._root} can't be written ({error}). "
                    "Make room or put that right, and run it again: what is stored is kept."
                ) from error
            self._unusable = False

    def sound(self) -> bool:
        """Whether Chroma's files are those that were checked after the last write."""
        note = self._note()
        if (note.get("name"), note.get("chroma")) != (self.name, version("chromadb")):
            return False
        self._folder = self._root / note["folder"]
        return bool(
            (self._folder / "chroma.sqlite3").exists()
            and note["sizes"] == _sizes(self._folder)
            and note["sums"] == _sums(self._folder)
        )

    def retire(self) -> None:
        """Leave Chroma's files alone from now on: those that still ask get the store's vectors, one by one."""
        with self._turn:
            self._disconnect()
            self._unusable = True

    def sweep(self) -> None:
        """Remove what other embedders and interrupted writes left, if this index is sound; not while one is built."""
        with self._turn:
            there = list(self._root.iterdir()) if self._root.is_dir() else []
            if len(there) > 1 and self.sound():
                for left in there:
                    if left != self._folder:
                        shutil.rmtree(left, ignore_errors=True)

    def problem(self) -> str:
        """What is wrong with Chroma's files, which are loaded in another process; "" if nothing is."""
        if not self.sound():
            return f"the index in {self._root} is not as this embedder left it"
        sample = self._store.sample_vectors(self.fingerprint, _SAMPLE)
        try:
            _check_apart(self._folder, self.name, self._note()["count"], sample)
        except _ChromaError as error:
            return f"the index in {self._root} can't be used: {error}"
        return ""

    def close(self) -> None:
        with self._turn:
            self._disconnect()

    # Writing

    def _catch_up(self, tell: Tell | None) -> None:
        if not self.sound():
            if self._root.exists():
                _log.warning("The index in %s is not as this embedder left it and is rebuilt.", self._root)
            return self.rebuild(tell)
        pending = self._store.unindexed()
        if not pending or self._may_wait(pending):
            return None
        try:
            return self._update(pending, tell or _silent)
        except _ChromaError as error:
            _log.warning("The index in %s failed (%s) and is rebuilt.", self._root, error)
            return self.rebuild(tell)

    def _update(self, pending: Sequence[str], tell: Tell) -> None:
        rows = self._store.vectors_of(pending, self.fingerprint)
        gone = sorted(set(pending) - {id for id, _ in rows})
        self._store.set_note(_NOTE, "")
        with _chroma_errors():
            for start in range(0, len(gone), _SLICE):
                self._connected().delete(ids=gone[start : start + _SLICE])
        self._upsert(iter(rows), len(rows), tell)
        self._settle(self._store.count_vectors(self.fingerprint))

    def _note(self) -> dict[str, Any]:
        """What the store notes of the index; empty while one is written."""
        noted: dict[str, Any] = json.loads(self._store.note(_NOTE) or "{}")
        return noted

    def _of_another(self) -> bool:
        """Whether the index that is there is another embedder's: it serves until this one is whole."""
        return str(self._note().get("name", self.name)) != self.name

    def _upsert(self, rows: Iterator[tuple[str, Vector]], total: int, tell: Tell) -> None:
        done = 0
        with _chroma_errors():
            collection = self._connected()
            while some := list(islice(rows, _SLICE)):
                tell(done, total)
                collection.upsert(ids=[id for id, _ in some], embeddings=np.stack([vector for _, vector in some]))
                done += len(some)
        tell(done, total)

    def _settle(self, count: int) -> None:
        """Close Chroma, check what it left, and note it."""
        self._disconnect()
        sizes = _sizes(self._folder)
        if max(sizes.values(), default=0) > _LARGEST * (count + 1000):
            raise _ChromaError("it has files that are far too large")
        sums = _sums(self._folder)
        sample = self._store.sample_vectors(self.fingerprint, _SAMPLE)
        if sizes:
            _check_apart(self._folder, self.name, count, sample)
        else:
            with _chroma_errors():
                _check(self._connected(), count, sample)
        note = {
            "name": self.name,
            "chroma": version("chromadb"),
            "folder": self._folder.name,
            "count": count,
            "sizes": sizes,
            "sums": sums,
        }
        self._store.set_indexed(_NOTE, json.dumps(note))

    # Asking

    def _among(self, ids: Sequence[str], vector: Sequence[float] | Vector, k: int) -> list[tuple[str, float]]:
        """The nearest of these passages.

        Not by Chroma's own filters: they can't say "mentions a date of that time", and its graph loses its way
        where few passages pass. Few passages are compared one by one; of many, the nearest of all are taken
        until enough are among them.
        """
        if len(ids) > _ONE_BY_ONE:
            allowed, share = set(ids), len(ids) / self._store.count_passages()
            nearest = self.query(vector, int(_AMPLE * k / share))
            found = [(id, similarity) for id, similarity in nearest if id in allowed]
            if len(found) >= k:
                return found[:k]
        return _one_by_one(self._store.vectors_of(ids, self.fingerprint), vector, k)

    def _ask(self, vector: Sequence[float] | Vector, k: int) -> list[tuple[str, float]]:
        if self._collection is None:
            self.refresh()
            count = self._note()["count"]
            with _chroma_errors():
                _check(self._connected(), count, self._store.sample_vectors(self.fingerprint, _QUICK_SAMPLE))
        # While a sync runs, after one that was interrupted, and where changes may wait, Chroma is behind.
        waiting = self._store.unindexed()
        if len(waiting) > _WAITING:
            waiting = []
        with _chroma_errors():
            # What was changed or removed may be among the nearest, and is left out.
            found = _nearest(self._connected(), vector, k + min(k, len(waiting)))
        there = self._store.those_there([id for id, _ in found]).difference(waiting)
        found = [(id, similarity) for id, similarity in found if id in there]
        found += _one_by_one(self._store.vectors_of(waiting, self.fingerprint), vector, k)
        return sorted(found, key=lambda passage: -passage[1])[:k]

    def _may_wait(self, pending: Sequence[str]) -> bool:
        return len(pending) <= _WAITING and int(self._note()["count"]) >= _LARGE

    def _connected(self) -> Collection:
        if self._collection is None:
            self._client = _connect(self._folder)
            self._collection = _collection(self._client, self.name)
        return self._collection

    def _disconnect(self) -> None:
        client, self._client, self._collection = self._client, None, None
        if client is not None:
            with contextlib.suppress(_ChromaError), _chroma_errors():
                client.close()


class _ChromaError(Exception):
    """Whatever Chroma raised, or what is wrong with what it returned."""


@contextlib.contextmanager
def _chroma_errors() -> Iterator[None]:
    try:
        yield
    except (_ChromaError, LibraryError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # a panic in Chroma's Rust code is no Exception
        raise _ChromaError(f"{type(error).__name__}: {error}") from error


def _connect(folder: Path) -> Client:
    import chromadb
    from chromadb.config import Settings

    # Cast: only the class that it really returns can be closed.
    return cast("Client", chromadb.PersistentClient(path=folder, settings=Settings(anonymized_telemetry=False)))


def _collection(client: Client, name: str) -> Collection:
    # No embedding function: one that is named in the files would be code of somebody else's choice.
    return client.get_or_create_collection(name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}})


def _nearest(collection: Collection, vector: Sequence[float] | Vector, k: int) -> list[tuple[str, float]]:
    # More than there are is no error: it gives what there is. To ask how many there are takes longer than to search.
    found = collection.query(query_embeddings=np.asarray([vector], np.float32), n_results=k, include=["distances"])
    distances = found["distances"] or [[]]
    return [(id, 1 - distance) for id, distance in zip(found["ids"][0], distances[0], strict=True)]


def _check(collection: Collection, count: int, sample: Sequence[Vector]) -> None:
    """Raise _ChromaError unless all passages are there and sampled ones find themselves."""
    if collection.count() != count:
        raise _ChromaError(f"it has {collection.count()} passages instead of {count}")
    # Compared by similarity and not by id: two passages may read the same.
    nearest = [_nearest(collection, vector, 1) for vector in sample]
    found = sum(bool(best) and best[0][1] >= _SAME for best in nearest)
    if found < _FOUND_SHARE * len(sample):
        raise _ChromaError(f"it finds {found} of {len(sample)} passages by their own vectors")


def _check_apart(folder: Path, name: str, count: int, sample: Sequence[Vector]) -> None:
    """Check in another process, which a torn file may crash in our place."""
    vectors = [vector.tolist() for vector in sample]
    task = json.dumps({"folder": str(folder), "name": name, "count": count, "sample": vectors})
    # The same code, however this one was started.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", "from rag.index import check_from_stdin; check_from_stdin()"]
    try:
        done = subprocess.run(
            command,
            input=task,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_CHECK_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _ChromaError("its check hangs") from None
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"its check ended with {done.returncode}"]
        raise _ChromaError(last[0])


def check_from_stdin() -> None:
    """What the other process of `_check_apart` does."""
    task = json.load(sys.stdin)
    client = _connect(Path(task["folder"]))
    sample = [np.asarray(vector, np.float32) for vector in task["sample"]]
    _check(_collection(client, task["name"]), task["count"], sample)
    client.close()


def _sizes(folder: Path) -> dict[str, int]:
    """Return the size of every file that Chroma loads as it is.

    Not its SQLite file, which changes when it is opened, nor, without this pickle, the files beside it: up to
    1,000 passages are read from the SQLite file, and the others are written anew each time.
    """
    loaded = (pickle.parent for pickle in folder.glob("*/index_metadata.pickle"))
    files = sorted(path for segment in loaded for path in segment.iterdir())
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


def _sums(folder: Path) -> dict[str, int]:
    return {name: _sum(folder / name) for name in _sizes(folder)}


def _sum(path: Path) -> int:
    """Return the file's CRC-32: against damage, not against an attacker, and ten times as fast as SHA-256."""
    total = 0
    with path.open("rb") as stream:
        while part := stream.read(2**20):
            total = zlib.crc32(part, total)
    return total


def _one_by_one(
    rows: Sequence[tuple[str, Vector]], vector: Sequence[float] | Vector, k: int
) -> list[tuple[str, float]]:
    if not rows:
        return []
    matrix, wanted = np.stack([vector for _, vector in rows]), np.asarray(vector, np.float32)
    similarities = matrix @ wanted / (np.linalg.norm(matrix, axis=1) * np.linalg.norm(wanted) + 1e-12)
    best = np.argsort(-similarities, kind="stable")[:k]
    return [(rows[row][0], float(similarities[row])) for row in best]


def _silent(done: int, total: int) -> None:
    """Tell nobody."""
