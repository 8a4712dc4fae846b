"""Corpus folder -> library: read what changed, embed what is new, forget what is gone.

Safe to interrupt at any point: the next run goes on from there, with every embedding that was made.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.documents import CorpusFile, Document, read, scan
from rag.errors import LibraryError, ModelError, TanyaError
from rag.events import event_dates
from rag.index import Index
from rag.manifest import Manifest, load_manifest
from rag.passages import split_passages
from rag.sentences import document_sentences
from rag.store import SplitDocument, SplitFile, Store

_log = logging.getLogger(__name__)

# Passages of the files that are stored together: one commit for many short articles, two or three seconds of work.
_BATCH = 64
# Texts embedded between two commits and two signs of life: less than a second of a CPU's work.
_SLICE = 16


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a sync is.

    Attributes:
        stage: "check" counts files; "read" (reading and embedding what changed) bytes of files; "embed" (all
            passages, after a change of embedder) and "index" passages.
        path: the file at hand; "" where there is none.
    """

    stage: Literal["check", "read", "embed", "index"]
    done: int
    total: int
    path: str = ""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync found: paths of files, and (path, reason) of what could not be read.

    A file of several articles can be among the failed and in another list.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]
    seconds: float

    def __str__(self) -> str:
        names = ("added", "changed", "removed", "unchanged", "failed")
        counts = [f"{len(getattr(self, name))} {name}" for name in names if getattr(self, name)]
        return f"{', '.join(counts)} in {self.seconds:.1f} s"


Tell = Callable[[SyncProgress], None]


def sync(corpus: Path, store: Store, index: Index, embedder: BaseEmbedding, progress: Tell | None = None) -> SyncReport:
    """Make the library say what the folder says.

    Raises:
        CorpusError: the folder is missing or has no articles; the library stays as it is.
        LibraryError: the disk is full, or the data folder can't be used.
        ModelError: the embedder failed; what was embedded before is kept.
    """
    began = time.perf_counter()
    files = {file.path: file for file in scan(corpus)}
    run = _Run(store, index.fingerprint, embedder, load_manifest(corpus), progress or (lambda _: None))
    before, had = store.files(), store.paths()
    stale = run.stale(list(files.values()), before)
    # Before the others are read: a file that was renamed has its documents' ids.
    removed = sorted(before.keys() - files.keys())
    store.remove_files(removed)
    changed = run.take(stale)
    if removed or stale:
        # The id that another file had may be free by now.
        changed |= run.take([(files[path], digest) for path, digest in store.files_with_duplicates()])
        store.drop_unused_vectors()
    run.embed_rest()
    run.refresh(index)
    has = store.paths()
    return SyncReport(
        added=tuple(sorted(has - had)),
        changed=tuple(sorted(has & had & changed)),
        removed=tuple(path for path in removed if path in had),
        unchanged=tuple(sorted(has & had - changed)),
        failed=tuple(store.problems()),
        seconds=time.perf_counter() - began,
    )


def pending(corpus: Path, store: Store) -> tuple[int, int, int]:
    """How many files a sync would find new, changed and removed; nothing is read into the library.

    Raises:
        CorpusError: the folder is missing or has no articles.
    """
    files, before, manifest = {file.path: file for file in scan(corpus)}, store.files(), load_manifest(corpus)
    changed = sum(_digest(files[path], manifest) != digest for path, digest in before.items() if path in files)
    return len(files.keys() - before.keys()), changed, len(before.keys() - files.keys())


@dataclass(frozen=True, slots=True)
class _Run:
    """What the steps of one sync share."""

    store: Store
    fingerprint: str
    embedder: BaseEmbedding
    manifest: Manifest
    tell: Tell

    def stale(self, files: Sequence[CorpusFile], stored: Mapping[str, str]) -> list[tuple[CorpusFile, str]]:
        """Return the files that are not what they were when last read, each with its digest."""
        found = []
        for number, file in enumerate(files):
            self.tell(SyncProgress("check", number, len(files), file.path))
            digest = _digest(file, self.manifest)
            if stored.get(file.path) != digest:
                found.append((file, digest))
        return found

    def take(self, files: Sequence[tuple[CorpusFile, str]]) -> set[str]:
        """Read, embed and store files; return the paths whose documents changed."""
        changed: set[str] = set()
        done, total = 0, sum(file.size for file, _ in files)
        for batch in self._batches(files):
            size, path = sum(file.size for file in batch), batch[-1].path
            texts = {hash: text for file in batch for split in file.documents for hash, text in split.texts}
            for share in self._embed(texts):
                self.tell(SyncProgress("read", done + int(share * size), total, path))
            changed |= self.store.write(batch)
            done += size
            self.tell(SyncProgress("read", done, total, path))
        return changed

    def embed_rest(self) -> None:
        """Embed passages of unchanged files that have no vector by this embedder."""
        done, total = self.store.count_vectors(self.fingerprint), self.store.count_passages()
        while texts := self.store.unembedded(self.fingerprint, _BATCH):
            for share in self._embed(texts):
                self.tell(SyncProgress("embed", done + int(share * len(texts)), total))
            done += len(texts)

    def refresh(self, index: Index) -> None:
        """Let the index catch up; where it can't, everything is stored all the same and can be asked."""
        try:
            index.refresh(lambda done, total: self.tell(SyncProgress("index", done, total)))
        except LibraryError as error:
            _log.warning("%s Until then passages are searched one by one.", error)

    def _batches(self, files: Sequence[tuple[CorpusFile, str]]) -> Iterator[list[SplitFile]]:
        batch: list[SplitFile] = []
        passages = 0
        for file, digest in files:
            batch.append(_read(file, digest, self.manifest))
            passages += sum(len(split.passages) for split in batch[-1].documents)
            if passages >= _BATCH:
                yield batch
                batch, passages = [], 0
        if batch:
            yield batch

    def _embed(self, texts: Mapping[str, str]) -> Iterator[float]:
        """Embed those texts (by content hash) that have no vector yet, yielding the share that is done."""
        missing = self.store.without_vector(texts, self.fingerprint)
        # Texts of a length together: a batch takes as long as its longest text.
        ordered = sorted(missing, key=lambda hash: (len(texts[hash]), hash))
        for start in range(0, len(ordered), _SLICE):
            hashes = ordered[start : start + _SLICE]
            vectors = self.embedder.get_text_embedding_batch([texts[hash] for hash in hashes])
            lengths = {len(vector) for vector in vectors}
            lengths |= {len(vector) for vector in self.store.sample_vectors(self.fingerprint, 1)}
            if len(vectors) != len(hashes) or len(lengths) != 1 or not np.isfinite(vectors).all():
                raise ModelError(
                    f"The embedder {self.fingerprint} returns unusable vectors: too few, of several lengths, "
                    "or not numbers. Was its model replaced? Choose another one, or another --data folder."
                )
            self.store.put_vectors(self.fingerprint, zip(hashes, np.asarray(vectors, np.float32), strict=True))
            yield (start + len(hashes)) / len(ordered)


def _digest(file: CorpusFile, manifest: Manifest) -> str:
    """Hash all that decides what is read from a file; "" if it can't be opened.

    Always the bytes: size and time of a file can stay when its text does not.
    """
    # Every line of a .jsonl may have its own entry.
    said = manifest if file.path.endswith(".jsonl") else manifest.for_path(file.path)
    try:
        with file.absolute.open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
    return hashlib.sha256(f"{content} {said!r} {_reader()}".encode()).hexdigest()


@cache
def _reader() -> str:
    """Hash this package's code: files are read again when what reads them changes.

    That takes milliseconds an article, since nothing is embedded again that reads the same.
    """
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


def _read(file: CorpusFile, digest: str, manifest: Manifest) -> SplitFile:
    try:
        content = read(file, manifest)
        splits = [_split(document) for document in content.documents]
    except Exception as error:  # whatever a parser of other people's files raises, it must not cost the other files
        reason = str(error) if isinstance(error, TanyaError) else f"{type(error).__name__}: {error}"
        return SplitFile(file.path, digest, file.size, problems=(reason,))
    empty = (f"{split.document.id}: nothing but menus and adverts in it" for split in splits if not split.passages)
    documents = tuple(split for split in splits if split.passages)
    return SplitFile(file.path, digest, file.size, documents, (*content.problems, *empty))


def _split(document: Document) -> SplitDocument:
    sentences = document_sentences(document)
    passages = split_passages(document, sentences)
    return SplitDocument(document, sentences, passages, event_dates(document, passages))
