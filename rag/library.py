"""A corpus folder and a data folder, opened: sync, retrieve, ask, stream. The class that users meet."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from rag import embedders, prompts
from rag.answer import Answer, RetrievedPassage
from rag.asking import Asker
from rag.documents import Document
from rag.embedders import Embedder
from rag.errors import CorpusError, Gone, LibraryError, ModelError
from rag.filters import UNFILTERED, Filters, settled
from rag.index import Index
from rag.lock import FolderLock
from rag.question import refuse_empty
from rag.reader import EmbeddedReader
from rag.readers import Choice, choices, open_reader, preferred
from rag.reading import Reader
from rag.retrieve import PER_DOCUMENT, Retriever
from rag.settings import Settings
from rag.store import ListedDocument, Store
from rag.sync import SyncProgress, SyncReport, sync
from rag.units import Unit, document_units

if TYPE_CHECKING:
    from rag.llamaindex import LibraryQueryEngine, LibraryRetriever

# Seconds after which a server that was not there is looked for again.
RETRY_S = 10.0
EXAMPLES = (
    "when did Putin thank Trump",
    "kapan Putin berterima kasih kepada Trump",
    "Which US agency helped Russia?",
    "Berapa lama Putin dan Trump berbicara lewat telepon pada Januari 2017?",
)


class Library:
    """Articles that can be asked. One process at a time may have a data folder open; threads may share a Library."""

    def __init__(self, corpus: Path, data: Path, settings: Settings) -> None:
        self.corpus, self.data, self._settings = corpus, data, settings
        self._lock = FolderLock(data)
        self._lock.acquire()
        try:
            self._store = Store(data)
            self._embedders: list[Embedder] = []  # all that were opened
            self._retriever = self._retriever_by(embedders.serving(settings, self._store))
        except BaseException:
            self._lock.release()
            raise
        self._syncing = threading.Lock()
        self._units: OrderedDict[str, dict[str, Unit]] = OrderedDict()  # of documents, least recently used first
        self._units_turn = threading.Lock()
        self._opened: dict[Choice, Reader] = {}
        self._reader: Reader | None = None  # of those opened, the one that reads
        self._reader_problem = ""
        self._retry_at = float("inf")
        self._loading = threading.Lock()
        self._background: threading.Thread | None = None
        self._warming: threading.Thread | None = None
        self._closing = threading.Event()

    # The corpus

    def sync(self, progress: Callable[[SyncProgress], None] | None = None) -> SyncReport:
        """Make the library say what the corpus folder says; what did not change costs next to nothing.

        Another embedder than before embeds everything anew; the old one answers until that is done, also after an
        interruption, from which the next sync goes on.

        Raises:
            CorpusError: the folder is missing or has no articles; the library stays as it is.
            LibraryError: the data folder can't be written.
            ModelError: the embedder can't be reached or failed.
        """
        with self._syncing:
            embedder, before = embedders.wanted(self._settings, self._store), self._retriever
            if embedder.fingerprint == before.index.fingerprint:
                embedder.close()
                report = self._sync_by(before, progress)
            else:
                after = self._retriever_by(embedder)
                try:
                    report = self._sync_by(after, progress)
                except BaseException:
                    after.index.close()
                    raise
                self._retriever = after
                before.index.retire()
            self._retriever.index.sweep()
            embedders.keep(self._store, embedder)
            return report

    def _sync_by(self, retriever: Retriever, progress: Callable[[SyncProgress], None] | None) -> SyncReport:
        try:
            return sync(self.corpus, self._store, retriever.index, retriever.embedding, progress)
        finally:
            with self._units_turn:
                self._units.clear()

    def _retriever_by(self, embedder: Embedder) -> Retriever:
        self._embedders.append(embedder)
        return Retriever(self._store, Index(self.data, self._store, embedder.fingerprint), embedder.embedding)

    def documents(self) -> list[ListedDocument]:
        """All articles, without their texts."""
        return self._store.documents()

    def publishers(self) -> list[str]:
        """The publishers of the articles, by name."""
        return self._store.publishers()

    def languages(self) -> list[str]:
        """The articles' languages, ISO 639-1."""
        return self._store.languages()

    def document(self, id: str) -> Document:
        """One article; raises `Gone`, which is a KeyError, for an unknown id."""
        return self._store.document(id)

    # Questions

    def retrieve(self, question: str, k: int = 10, filters: Filters = UNFILTERED) -> list[RetrievedPassage]:
        """The k passages that fit a question best, best first; of those that pass the filters.

        Nothing is read from the question but what to look for: "in 2019" in it narrows nothing here.

        Raises:
            FilterError: a filter names what the library doesn't have.
            QuestionError: the question is empty.
        """
        self._refuse_if_empty()
        refuse_empty(question)
        return self._retriever.retrieve(question, k, filters=settled(filters, self._store))

    @property
    def retriever(self) -> Retriever:
        """What ranks, with its two halves, the store and the index: for evaluation."""
        return self._retriever

    def rank_documents(self, question: str, k: int = 10, filters: Filters = UNFILTERED) -> list[str]:
        """Ids of the k documents that fit a question best, by their best passage; copies behind what they repeat."""
        found = self.retrieve(question, k * PER_DOCUMENT, filters)
        ids = (id for each in found for id in (each.document_id, *(copy.document_id for copy in each.copies)))
        return list(dict.fromkeys(ids))[:k]

    def ask(
        self,
        question: str,
        history: Sequence[tuple[str, str]] = (),
        filters: Filters = UNFILTERED,
        *,
        infer_filters: bool = True,
    ) -> Answer:
        """Answer a question; see `stream`."""
        return deque(self.stream(question, history, filters, infer_filters=infer_filters), maxlen=1).pop()

    def stream(
        self,
        question: str,
        history: Sequence[tuple[str, str]] = (),
        filters: Filters = UNFILTERED,
        *,
        infer_filters: bool = True,
    ) -> Iterator[Answer]:
        """Yield whole, growing answers; the last one is complete.

        Args:
            question: in English or Indonesian; a follow-up where there is a history.
            history: earlier questions and answers of the same conversation, oldest first.
            filters: what every passage that is read has to be; the answer's `narrowed` says what was in force.
            infer_filters: whether what the question itself asks for ("menurut CRI", "in 2019") narrows it too.

        Raises:
            QuestionError: the question is empty or too long.
            FilterError: a filter names what the library doesn't have.
            LibraryError: no article has been read yet.
        """
        self._refuse_if_empty()
        self.warm_up()
        reader = self._load_reader()
        asker = Asker(self._retriever, self.units, reader, self.models, self._reader_problem)
        yield from asker.stream(question, history, filters, infer_filters=infer_filters)

    # In LlamaIndex

    def as_retriever(self, similarity_top_k: int = 10, filters: Filters = UNFILTERED) -> LibraryRetriever:
        """`retrieve` as a LlamaIndex retriever; see `rag.llamaindex`."""
        from rag.llamaindex import LibraryRetriever

        return LibraryRetriever(self, similarity_top_k, filters)

    def as_query_engine(self, filters: Filters = UNFILTERED) -> LibraryQueryEngine:
        """`ask` as a LlamaIndex query engine, whose source nodes are the cited sentences; see `rag.llamaindex`."""
        from rag.llamaindex import LibraryQueryEngine

        return LibraryQueryEngine(self, filters)

    # Units

    def units(self, passage_ids: Sequence[str]) -> list[Unit]:
        """The reading units of passages, in their order."""
        return [self._unit(id) for id in passage_ids]

    def _unit(self, passage_id: str) -> Unit:
        try:
            return self._document_units(passage_id.rpartition("#")[0])[passage_id]
        except KeyError:
            raise Gone(passage_id) from None

    def _document_units(self, document_id: str) -> dict[str, Unit]:
        with self._units_turn:
            if document_id not in self._units:
                document = self._store.document(document_id)
                self._units[document_id] = document_units(
                    document, self._store.sentences_of(document_id), self._store.passages_of(document_id)
                )
                # Units of a few hundred articles are kept: finding the dates of one takes milliseconds.
                if len(self._units) > 200:
                    self._units.popitem(last=False)
            self._units.move_to_end(document_id)
            return self._units[document_id]

    def _refuse_if_empty(self) -> None:
        if not self._store.count_passages():
            raise LibraryError(f"No article has been read yet. Run `tanya sync --corpus {self.corpus}` first.")
        if not self._store.has_vectors(self._retriever.index.fingerprint):
            raise LibraryError(
                f"The articles were embedded by another model or version. Run `tanya sync --corpus {self.corpus}`."
            )

    def warm_up(self) -> None:
        """Begin to open in the background what the first search needs: Chroma alone takes a second or two."""
        if self._warming is None:
            self._warming = threading.Thread(target=self._search_once, name="warm-up", daemon=True)
            self._warming.start()

    def _search_once(self) -> None:
        # What goes wrong here costs speed only; the question meets it again and says so.
        with contextlib.suppress(ModelError, LibraryError):
            self._retriever.dense(EXAMPLES[0], limit=1)

    # Models

    @property
    def models(self) -> dict[str, str]:
        """Names of the models: "llm" (where none runs, "") and "embedding"."""
        reader = self._load_reader()
        return {"llm": reader.name if reader else "", "embedding": self._retriever.embedding.model_name}

    @property
    def model_problem(self) -> str:
        """Why no chat model runs, and what to do; "" if one does."""
        self._load_reader()
        return self._reader_problem

    @property
    def prompt_hash(self) -> str:
        """Tells one wording of the prompts from another."""
        return hashlib.sha256((prompts.rules() + prompts.unit("") + prompts.question("")).encode()).hexdigest()[:12]

    def examples(self) -> tuple[str, ...]:
        """Questions to begin with."""
        return EXAMPLES

    def choices(self) -> list[str]:
        """The chat models that could read now, by name: the embedded one where it is set up, and servers'."""
        return [str(choice) for choice in choices(self._settings)]

    def choose(self, name: str) -> None:
        """Have another chat model read from now on; `name` is one of `choices`.

        Raises:
            ModelError: it is gone, or can't be loaded; the one that read so far goes on.
        """
        found = {str(choice): choice for choice in choices(self._settings)}
        if name not in found:
            raise ModelError(f"{name} is no longer there. Choose another model.")
        with self._loading:
            self._use(found[name])
        self.read_ahead()

    def _use(self, choice: Choice) -> None:
        # Readers stay open: a question that is being answered goes on with the one that it began with.
        if choice not in self._opened:
            self._opened[choice] = open_reader(self._settings, self.data, choice)
        self._reader, self._reader_problem = self._opened[choice], ""

    def _load_reader(self) -> Reader | None:
        with self._loading:
            if self._reader is None and (not self._reader_problem or time.monotonic() > self._retry_at):
                try:
                    self._use(preferred(self._settings))
                except ModelError as problem:
                    self._reader_problem = str(problem)
                    # A server may be started at any time.
                    self._retry_at = time.monotonic() + RETRY_S if self._settings.llm != "embedded" else float("inf")
            return self._reader

    # Kept states

    def read_ahead(self) -> None:
        """Begin to read all units in the background, as many as the limit of kept states holds."""
        if self._background is None or not self._background.is_alive():
            self._background = threading.Thread(target=self._read_ahead, name="read-ahead", daemon=True)
            self._background.start()

    def read_all(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Read all units now, where a reader keeps what it read; `progress` gets how many of how many are read.

        Raises:
            ModelError: no chat model runs, or it fails.
        """
        reader = self._load_reader()
        if reader is None:
            raise ModelError(self._reader_problem)
        reader.warm_up()
        if not isinstance(reader, EmbeddedReader):
            return
        units = self._all_units()
        for number, unit in enumerate(units):
            if progress:
                progress(number, len(units))
            stop = partial(self._is_over, reader)
            if stop() or not (reader.is_kept(unit) or reader.keep(unit, stop)):
                return
        if progress:
            progress(len(units), len(units))

    def state_progress(self) -> tuple[int, int]:
        """How many articles have been read ahead in full, of how many; a server reads none ahead, and lacks none."""
        reader = self._reader
        if reader is not None and not isinstance(reader, EmbeddedReader):
            return (count := len(self._store.documents())), count
        kept: dict[str, bool] = {}
        for unit in self._all_units():
            read = reader is not None and reader.is_kept(unit)
            kept[unit.document.id] = kept.get(unit.document.id, True) and read
        return sum(kept.values()), len(kept)

    def _is_over(self, reader: Reader) -> bool:
        """Whether reading ahead is no longer wanted of a reader."""
        return self._closing.is_set() or reader is not self._reader

    def _read_ahead(self) -> None:
        # What goes wrong here costs speed only; the next question meets it again and says so.
        with contextlib.suppress(ModelError, LibraryError):
            self.read_all()

    def _all_units(self) -> list[Unit]:
        """As many units as the limit of kept states has room for."""
        room = self._settings.states_mb // STATE_MB
        found: list[Unit] = []
        for document in self._store.documents():
            if len(found) >= room:
                break
            found += self._document_units(document.id).values()
        return found[:room]

    def close(self) -> None:
        """Let go of the data folder and free the models."""
        self._closing.set()
        for thread in (self._background, self._warming):
            if thread is not None:
                thread.join()
        for reader in self._opened.values():
            reader.close()
        for embedder in self._embedders:
            embedder.close()
        self._retriever.index.close()
        self._store.close()
        self._lock.release()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


# Disk space of a unit's state: about 650 positions of rules and unit at 28 KB.
STATE_MB = 19


def open_library(corpus: str | Path | None = None, data: str | Path | None = None) -> Library:
    """Open a library; nothing is read until `sync`.

    Args:
        corpus: folder with articles; by default TANYA_CORPUS, else `corpus`.
        data: folder for what tanya keeps; by default TANYA_DATA, else `.tanya`.

    Raises:
        LibraryError: another process has the data folder open, or it can't be used.
        CorpusError: the corpus folder is missing.
    """
    settings = Settings()
    folder = Path(corpus) if corpus is not None else settings.corpus
    if not folder.is_dir():
        raise CorpusError(f"The corpus folder {folder} is missing. Name one with --corpus DIR, or make it.")
    return Library(folder, Path(data) if data is not None else settings.data, settings)


def query(question: str, history: Sequence[tuple[str, str]] = ()) -> Answer:
    """Answer one question over the default corpus, which is synced first where needed.

    Raises:
        TanyaError: with what is wrong and what to do.
    """
    with open_library() as library:
        library.sync()
        return library.ask(question, history)
