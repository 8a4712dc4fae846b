"""Documents, sentences, passages, vectors and full text in one SQLite file: the truth of a library.

Everything in it can be made again from the corpus: a file that can't be used is moved aside, not mended.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.database import NAME, is_damage, move_aside, open_database
from rag.dates import DateSpan, bounds
from rag.documents import Document
from rag.errors import Gone, LibraryError
from rag.filters import UNFILTERED, Filters
from rag.passages import Passage, embedded_text
from rag.sentences import Sentence
from rag.shingles import fingerprints
from rag.where import of_filters

Vector = npt.NDArray[np.float32]

# SQLite refuses statements with more than 999 variables in its older builds.
_PAGE = 500
_DOCUMENT = [field.name for field in fields(Document)]


@dataclass(frozen=True, slots=True)
class SplitDocument:
    """A document with what it was split into; `events` are each passage's dates."""

    document: Document
    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]
    events: tuple[tuple[DateSpan, ...], ...] = ()

    @property
    def texts(self) -> list[tuple[str, str]]:
        """(content hash, text) of each passage as embedded; those that read the same share a vector."""
        embedded = [embedded_text(self.document.title, passage.text) for passage in self.passages]
        return [(_sha256(text), text) for text in embedded]

    @property
    def digest(self) -> str:
        return _sha256(repr((self.document, self.sentences, self.texts, self.events)))


@dataclass(frozen=True, slots=True)
class SplitFile:
    """A file of the corpus as it was read; without documents if none could be."""

    path: str
    digest: str
    size: int
    documents: tuple[SplitDocument, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """A document without its text, as lists show it; `passages` is their number."""

    id: str
    path: str
    title: str
    publisher: str
    published: str
    passages: int


class Store:
    """`library.sqlite3` in the data folder. Its methods may be called from any thread; writes are atomic.

    Raises:
        LibraryError: from every method, where the file is damaged or can't be written.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._turn = threading.RLock()
        self._closed = False
        with self._clear_errors():
            self._connection = open_database(self.path)

    def close(self) -> None:
        with self._turn:
            self._closed = True
            self._connection.close()

    # Files

    def files(self) -> dict[str, str]:
        """Path -> digest of every file, as it was last read."""
        return dict(self._rows("SELECT path, digest FROM files"))

    def problems(self) -> list[tuple[str, str]]:
        """(path, reason) of everything in the files that is not searchable."""
        return self._rows("SELECT path, reason FROM problems ORDER BY path, rowid")

    def paths(self) -> set[str]:
        """Files that have documents."""
        return {path for (path,) in self._rows("SELECT DISTINCT path FROM documents")}

    def files_with_duplicates(self) -> list[tuple[str, str]]:
        """(path, digest) of files with documents left out because another file has their ids."""
        query = "SELECT DISTINCT path, digest FROM files JOIN problems USING (path) WHERE duplicate ORDER BY path"
        return self._rows(query)

    def write(self, files: Sequence[SplitFile]) -> set[str]:
        """Replace what is stored of these files, all or none; return the paths whose documents changed."""
        with self._transaction():
            return {file.path for file in files if self._write_file(file)}

    def remove_files(self, paths: Sequence[str]) -> None:
        if paths:
            with self._transaction():
                self._connection.executemany("DELETE FROM files WHERE path = ?", [(path,) for path in paths])

    # Documents, sentences, passages

    def document(self, id: str) -> Document:
        """Return a document with its text.

        Raises:
            Gone: there is none with this id.
        """
        rows = self._rows(f"SELECT {', '.join(_DOCUMENT)} FROM documents WHERE id = ?", id)
        if not rows:
            raise Gone(id)
        values = dict(zip(_DOCUMENT, rows[0], strict=True))
        return Document(**{**values, "derived": bool(values["derived"])})

    def documents(self) -> list[ListedDocument]:
        rows = self._rows(
            "SELECT id, path, title, publisher, published,"
            " (SELECT count(*) FROM passages WHERE document = documents.number) FROM documents ORDER BY id"
        )
        return [ListedDocument(*row) for row in rows]

    def sentences_of(self, document_id: str) -> tuple[Sentence, ...]:
        rows = self._rows(
            'SELECT start, "end", boilerplate FROM sentences'
            " WHERE document = (SELECT number FROM documents WHERE id = ?) ORDER BY ordinal",
            document_id,
        )
        return tuple(Sentence(start, end, bool(boilerplate)) for start, end, boilerplate in rows)

    def passage(self, id: str) -> Passage:
        """Return a passage.

        Raises:
            Gone: there is none with this id.
        """
        found = self.passages_by_ids([id])
        if not found:
            raise Gone(id)
        return found[0]

    def passages_of(self, document_id: str) -> tuple[Passage, ...]:
        rows = self._rows(
            "SELECT passages.id FROM passages JOIN documents ON documents.number = document"
            " WHERE documents.id = ? ORDER BY ordinal",
            document_id,
        )
        return tuple(self.passages_by_ids([id for (id,) in rows]))

    def passages_by_ids(self, ids: Sequence[str]) -> list[Passage]:
        """Return passages in the order of `ids`, without those that are no longer there."""
        found: dict[str, Passage] = {}
        for page in _pages(ids):
            sentences = self._sentences_in(page)
            rows = self._rows(
                "SELECT passages.id, documents.id, passages.text FROM passages"
                f" JOIN documents ON documents.number = document WHERE passages.id IN ({_marks(page)})",
                *page,
            )
            for id, document_id, text in rows:
                found[id] = Passage(id, document_id, tuple(sentences[id]), text)
        return [found[id] for id in ids if id in found]

    def those_there(self, ids: Sequence[str]) -> set[str]:
        """Those of the passage ids that there is a passage for."""
        query = "SELECT id FROM passages WHERE id IN"
        return {id for page in _pages(ids) for (id,) in self._rows(f"{query} ({_marks(page)})", *page)}

    def count_passages(self) -> int:
        return int(self._rows("SELECT count(*) FROM passages")[0][0])

    # What filters can name, and what they leave

    def publishers(self) -> list[str]:
        return [
            name for (name,) in self._rows("SELECT DISTINCT publisher FROM documents WHERE publisher != '' ORDER BY 1")
        ]

    def languages(self) -> list[str]:
        return [
            code for (code,) in self._rows("SELECT DISTINCT language FROM documents WHERE language != '' ORDER BY 1")
        ]

    def newest(self) -> str:
        """Return the latest date that an article was published on, as precise as known; "" if none has one."""
        return str(self._rows("SELECT coalesce(max(published), '') FROM documents")[0][0])

    def passage_ids(self, filters: Filters) -> list[str]:
        """Return the ids of the passages that fit, in their order."""
        where, values = of_filters(filters)
        query = (
            f"SELECT passages.id FROM passages JOIN documents ON documents.number = document WHERE {where} ORDER BY 1"
        )
        return [id for (id,) in self._rows(query, *values)]

    def count_documents(self, filters: Filters = UNFILTERED) -> int:
        """Return how many documents have passages that fit."""
        where, values = of_filters(filters)
        query = "SELECT count(DISTINCT document) FROM passages JOIN documents ON documents.number = document"
        return int(self._rows(f"{query} WHERE {where}", *values)[0][0])

    def documents_with(self, prints: Collection[int], least: int, filters: Filters = UNFILTERED) -> list[str]:
        """Return the ids of the documents that have at least so many of the fingerprints."""
        where, values = of_filters(filters)
        query = (
            "SELECT id FROM (SELECT document AS found FROM fingerprints"
            f" WHERE hash IN ({_marks(prints)}) GROUP BY document HAVING count(*) >= ?)"
            " JOIN documents ON documents.number = found"
            f" WHERE EXISTS (SELECT 1 FROM passages WHERE document = found AND {where}) ORDER BY id"
        )
        return [id for (id,) in self._rows(query, *prints, least, *values)]

    def search_text(
        self, query_terms: Sequence[str], limit: int, filters: Filters = UNFILTERED
    ) -> list[tuple[str, float]]:
        """Return (passage id, BM25 score, higher is better) of passages with any of the terms, best first."""
        match = _any_of(query_terms)
        if not match:
            return []
        where, values = of_filters(filters)
        narrowed = (
            "AND EXISTS (SELECT 1 FROM passages JOIN documents ON documents.number = document"
            f" WHERE passages.number = fulltext.rowid AND {where})"
        )
        # Only those that are returned are looked up: to do so for every hit takes longer than to score it.
        best = (
            f"SELECT rowid AS hit, rank AS score FROM fulltext WHERE fulltext MATCH ? {narrowed if filters else ''}"
            " ORDER BY rank, rowid LIMIT ?"
        )
        query = f"SELECT id, -score FROM ({best}) JOIN passages ON passages.number = hit ORDER BY score, id"
        return self._rows(query, match, *values, limit)

    def count_with(self, terms: Iterable[str]) -> int:
        """Return how many passages have any of the terms, in their text or their document's title."""
        match = _any_of(terms)
        return int(self._rows("SELECT count(*) FROM fulltext WHERE fulltext MATCH ?", match)[0][0]) if match else 0

    def searchable_texts(self, ids: Sequence[str]) -> list[tuple[str, str]]:
        """Return (passage id, title and text) of those passages that are there."""
        query = (
            "SELECT passages.id, title || ' ' || passages.text FROM passages"
            " JOIN documents ON documents.number = document WHERE passages.id IN"
        )
        return [row for page in _pages(ids) for row in self._rows(f"{query} ({_marks(page)})", *page)]

    # Vectors

    def without_vector(self, contents: Iterable[str], fingerprint: str) -> set[str]:
        """Those of `contents` that have no vector by this embedder yet."""
        wanted = set(contents)
        for page in _pages(sorted(wanted)):
            query = f"SELECT content FROM vectors WHERE fingerprint = ? AND content IN ({_marks(page)})"
            wanted -= {content for (content,) in self._rows(query, fingerprint, *page)}
        return wanted

    def unembedded(self, fingerprint: str, limit: int) -> dict[str, str]:
        """Content hash -> text of passages that have no vector by this embedder: all, if it is new."""
        rows = self._rows(
            "SELECT DISTINCT content, title, passages.text FROM passages"
            " JOIN documents ON documents.number = document WHERE NOT EXISTS"
            " (SELECT 1 FROM vectors WHERE vectors.content = passages.content AND fingerprint = ?) LIMIT ?",
            fingerprint,
            limit,
        )
        return {content: embedded_text(title, text) for content, title, text in rows}

    def put_vectors(self, fingerprint: str, vectors: Iterable[tuple[str, Vector]]) -> None:
        """Keep vectors by the content hash of what was embedded; passages may follow later."""
        with self._transaction():
            for content, vector in vectors:
                blob = np.asarray(vector, np.float32).tobytes()
                self._connection.execute(
                    "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", (content, fingerprint, blob)
                )
                self._connection.execute(
                    "INSERT OR IGNORE INTO unindexed SELECT id FROM passages WHERE content = ?", (content,)
                )

    def drop_unused_vectors(self) -> None:
        """Forget vectors whose passage is gone. Those by other embedders stay: users go back and forth."""
        with self._transaction():
            self._connection.execute("DELETE FROM vectors WHERE content NOT IN (SELECT content FROM passages)")

    def count_vectors(self, fingerprint: str) -> int:
        """Return how many passages have a vector by this embedder."""
        query = "SELECT count(*) FROM passages JOIN vectors USING (content) WHERE fingerprint = ?"
        return int(self._rows(query, fingerprint)[0][0])

    def has_vectors(self, fingerprint: str) -> bool:
        """Return whether any text has a vector by this embedder."""
        return bool(self._rows("SELECT 1 FROM vectors WHERE fingerprint = ? LIMIT 1", fingerprint))

    def vectors(self, fingerprint: str) -> Iterator[tuple[str, Vector]]:
        """Yield (passage id, vector) for every passage that has one by this embedder."""
        last = -1
        while rows := self._rows(
            "SELECT number, id, vector FROM passages JOIN vectors USING (content)"
            " WHERE fingerprint = ? AND number > ? ORDER BY number LIMIT ?",
            fingerprint,
            last,
            _PAGE,
        ):
            yield from ((id, np.frombuffer(blob, np.float32)) for _, id, blob in rows)
            last = rows[-1][0]

    def sample_vectors(self, fingerprint: str, limit: int) -> list[Vector]:
        """Return vectors of that many passages, picked at random."""
        query = (
            "SELECT vector FROM passages JOIN vectors USING (content) WHERE fingerprint = ?"
            " AND number IN (SELECT number FROM passages ORDER BY random() LIMIT ?)"
        )
        return [np.frombuffer(blob, np.float32) for (blob,) in self._rows(query, fingerprint, limit)]

    def vectors_of(self, ids: Sequence[str], fingerprint: str) -> list[tuple[str, Vector]]:
        """Return (passage id, vector) of those passages that are there and have one by this embedder."""
        query = "SELECT id, vector FROM passages JOIN vectors USING (content) WHERE fingerprint = ? AND id IN"
        return [
            (id, np.frombuffer(blob, np.float32))
            for page in _pages(ids)
            for id, blob in self._rows(f"{query} ({_marks(page)})", fingerprint, *page)
        ]

    # What the index has to catch up with

    def unindexed(self) -> list[str]:
        """Ids of passages added, removed or embedded since the index last had them."""
        return [id for (id,) in self._rows("SELECT id FROM unindexed ORDER BY id")]

    def note(self, name: str) -> str:
        """Return what was noted under a name, "" if nothing."""
        rows = self._rows("SELECT value FROM notes WHERE name = ?", name)
        return str(rows[0][0]) if rows else ""

    def set_note(self, name: str, value: str) -> None:
        with self._transaction():
            self._connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))

    def set_indexed(self, name: str, value: str) -> None:
        """Note the state of the index, and that it has caught up."""
        with self._transaction():
            self._connection.execute("DELETE FROM unindexed")
            self.set_note(name, value)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other threads out: what is read stays true until the end."""
        with self._turn:
            yield

    # Underneath

    def _write_file(self, file: SplitFile) -> bool:
        """Replace the documents that differ; an unchanged one keeps its rows and its place in the index."""
        execute = self._connection.execute
        execute(
            "INSERT INTO files VALUES (?, ?, ?)"
            " ON CONFLICT (path) DO UPDATE SET digest = excluded.digest, size = excluded.size",
            (file.path, file.digest, file.size),
        )
        execute("DELETE FROM problems WHERE path = ?", (file.path,))
        self._note_problems(file.path, file.problems)
        before = dict(execute("SELECT id, digest FROM documents WHERE path = ?", (file.path,)))
        taken: set[str] = set()
        changed = False
        for split in file.documents:
            id = split.document.id
            other = execute("SELECT path FROM documents WHERE id = ? AND path != ?", (id, file.path)).fetchone()
            if other or id in taken:
                where = f"{other[0]} has" if other else "the same file has it"
                self._note_problems(file.path, [f"the id {id!r} is not unique: {where} it too"], duplicate=True)
                continue
            taken.add(id)
            if before.pop(id, "") != split.digest:
                execute("DELETE FROM documents WHERE id = ?", (id,))
                self._insert(split)
                changed = True
        self._connection.executemany("DELETE FROM documents WHERE id = ?", [(id,) for id in before])
        return changed or bool(before)

    def _note_problems(self, path: str, reasons: Iterable[str], *, duplicate: bool = False) -> None:
        rows = [(path, reason, duplicate) for reason in reasons]
        self._connection.executemany("INSERT INTO problems VALUES (?, ?, ?)", rows)

    def _insert(self, split: SplitDocument) -> None:
        document = split.document
        values = [getattr(document, name) for name in _DOCUMENT]
        columns = f"{', '.join(_DOCUMENT)}, digest"
        insert = f"INSERT INTO documents ({columns}) VALUES ({_marks([*values, ''])})"
        number = self._connection.execute(insert, (*values, split.digest)).lastrowid
        self._connection.executemany(
            "INSERT INTO passages (id, document, ordinal, text, content) VALUES (?, ?, ?, ?, ?)",
            [
                (passage.id, number, ordinal, passage.text, content)
                for ordinal, (passage, (content, _)) in enumerate(zip(split.passages, split.texts, strict=True))
            ],
        )
        self._insert_events(split)
        prints = sorted(set().union(*(fingerprints(passage.text) for passage in split.passages)))
        self._connection.executemany("INSERT INTO fingerprints VALUES (?, ?)", [(hash, number) for hash in prints])
        home = {sentence: ordinal for ordinal, passage in enumerate(split.passages) for sentence in passage.sentences}
        self._connection.executemany(
            "INSERT INTO sentences VALUES (?, ?, ?, ?, ?, ?)",
            [
                (number, ordinal, sentence.start, sentence.end, sentence.boilerplate, home.get(sentence))
                for ordinal, sentence in enumerate(split.sentences)
            ],
        )

    def _insert_events(self, split: SplitDocument) -> None:
        rows = [
            (passage.id, *bounds(span))
            for passage, spans in zip(split.passages, split.events, strict=False)
            for span in spans
        ]
        insert = "INSERT OR IGNORE INTO events SELECT number, ?2, ?3 FROM passages WHERE id = ?1"
        self._connection.executemany(insert, rows)

    def _sentences_in(self, passage_ids: Sequence[str]) -> dict[str, list[Sentence]]:
        found: dict[str, list[Sentence]] = {id: [] for id in passage_ids}
        query = (
            'SELECT id, start, "end" FROM passages JOIN sentences'
            " ON sentences.document = passages.document AND passage = passages.ordinal"
        )
        in_order = "ORDER BY sentences.ordinal"
        for id, *span in self._rows(f"{query} WHERE id IN ({_marks(passage_ids)}) {in_order}", *passage_ids):
            found[id].append(Sentence(*span))
        return found

    def _rows(self, query: str, *values: object) -> list[Any]:
        with self._turn, self._clear_errors():
            return self._connection.execute(query, values).fetchall()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing, also when interrupted; inside another one, a part of that."""
        with self._turn, self._clear_errors():
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk may have rolled back by itself; damage met on the way has closed the library.
                if not self._closed and self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _clear_errors(self) -> Iterator[None]:
        if self._closed:
            raise LibraryError(f"The library {self.path} is closed. Open it again.")
        try:
            yield
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                self.close()
                raise LibraryError(
                    f"The library was damaged ({error}) and is now {move_aside(self.path.parent).name}. "
                    "Run the command again: it is built anew from the articles."
                ) from error
            if isinstance(error, sqlite3.OperationalError):
                raise LibraryError(self._advice(error)) from error
            raise

    def _advice(self, error: sqlite3.OperationalError) -> str:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            return f"The disk of {self.path.parent} is full. Make room and run it again: what is stored is kept."
        return f"The library {self.path} can't be used ({error}). Put that right, or use another --data folder."


def _any_of(terms: Iterable[str]) -> str:
    """A full text query; "" if there is nothing to look for."""
    # Quoted, a term is never an operator of the query language; "replace" takes what UTF-8 can't hold.
    clean = (term.replace("\0", " ").replace('"', '""').encode(errors="replace").decode() for term in terms)
    return " OR ".join(f'"{term}"' for term in dict.fromkeys(clean) if term.strip())


def _pages(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _PAGE] for start in range(0, len(ids), _PAGE))


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
