"""A corpus folder and a data folder, opened: sync, retrieve, ask, stream. The class that users meet."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

from rag import prompts
from rag.answer import Answer, RetrievedPassage
from rag.asking import Asker
from rag.documents import Document
from rag.embedding import E5Embedding, fingerprint
from rag.errors import CorpusError, LibraryError, ModelError
from rag.index import Index
from rag.lock import FolderLock
from rag.reader import Reader
from rag.retrieve import PER_DOCUMENT, Retriever
from rag.settings import Settings
from rag.states import States
from rag.store import ListedDocument, Store
from rag.sync import SyncProgress, SyncReport, sync
from rag.units import Unit, document_units

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
            self._embedding = E5Embedding()
            self._index = Index(data, self._store, fingerprint(self._embedding))
        except BaseException:
            self._lock.release()
            raise
        self._retriever = Retriever(self._store, self._index, self._embedding)
        self._units: OrderedDict[str, dict[str, Unit]] = OrderedDict()  # of documents, least recently used first
        self._reader: Reader | None = None
        self._reader_problem = ""
        self._loading = threading.Lock()
        self._background: threading.Thread | None = None
        self._warming: threading.Thread | None = None
        self._closing = threading.Event()

    # The corpus

    def sync(self, progress: Callable[[SyncProgress], None] | None = None) -> SyncReport:
        """Make the library say what the corpus folder says; what did not change costs next to nothing.

        Raises:
            CorpusError: the folder is missing or has no articles; the library stays as it is.
            LibraryError: the data folder can't be written.
        """
        report = sync(self.corpus, self._store, self._index, self._embedding, progress)
        self._units.clear()
        return report

    def documents(self) -> list[ListedDocument]:
        """All articles, without their texts."""
        return self._store.documents()

    def document(self, id: str) -> Document:
        """One article; raises KeyError for an unknown id."""
        return self._store.document(id)

    # Questions

    def retrieve(self, question: str, k: int = 10) -> list[RetrievedPassage]:
        """The k passages that fit a question best, best first."""
        self._refuse_if_empty()
        return self._retriever.retrieve(question, k)

    @property
    def retriever(self) -> Retriever:
        """What ranks, with its two halves, the store and the index: for evaluation."""
        return self._retriever

    def rank_documents(self, question: str, k: int = 10) -> list[str]:
        """Ids of the k documents that fit a question best, by their best passage."""
        found = self.retrieve(question, k * PER_DOCUMENT)
        return list(dict.fromkeys(passage.document_id for passage in found))[:k]

    def ask(self, question: str, history: Sequence[tuple[str, str]] = ()) -> Answer:
        """Answer a question; see `stream`."""
        return deque(self.stream(question, history), maxlen=1).pop()

    def stream(self, question: str, history: Sequence[tuple[str, str]] = ()) -> Iterator[Answer]:
        """Yield whole, growing answers; the last one is complete.

        Args:
            question: in English or Indonesian; a follow-up where there is a history.
            history: earlier questions and answers of the same conversation, oldest first.

        Raises:
            QuestionError: the question is empty or too long.
            LibraryError: no article has been read yet.
            ModelError: the model failed.
        """
        self._refuse_if_empty()
        self.warm_up()
        reader = self._load_reader()
        asker = Asker(self._retriever, self.units, reader, self.models, len(self._store.documents()))
        yield from asker.stream(question, history)

    def units(self, passage_ids: Sequence[str]) -> list[Unit]:
        """The reading units of passages, in their order."""
        return [self._document_units(id.rpartition("#")[0])[id] for id in passage_ids]

    def _document_units(self, document_id: str) -> dict[str, Unit]:
        if document_id not in self._units:
            document = self._store.document(document_id)
            self._units[document_id] = document_units(
                document, self._store.sentences_of(document_id), self._store.passages_of(document_id)
            )
            # Units of a few hundred articles are kept: finding the dates of one takes milliseconds.
            if len(self._units) > 200:
                self._units.popitem(last=False)
        return self._units[document_id]

    def _refuse_if_empty(self) -> None:
        if not self._store.count_passages():
            raise LibraryError(f"No article has been read yet. Run `tanya sync --corpus {self.corpus}` first.")

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
        return {"llm": reader.name if reader else "", "embedding": self._embedding.model_name}

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

    def _load_reader(self) -> Reader | None:
        with self._loading:
            if self._reader is None and not self._reader_problem:
                try:
                    self._reader = open_reader(self._settings, self.data)
                except ModelError as problem:
                    self._reader_problem = str(problem)
            return self._reader

    # Kept states

    def read_ahead(self) -> None:
        """Begin to read all units in the background, as many as the limit of kept states holds."""
        if self._background is None or not self._background.is_alive():
            self._background = threading.Thread(target=self._read_ahead, name="read-ahead", daemon=True)
            self._background.start()

    def read_all(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Read all units now; `progress` gets how many of how many are read."""
        reader = self._load_reader()
        if reader is None:
            raise ModelError(self._reader_problem)
        units = self._all_units()
        for number, unit in enumerate(units):
            if progress:
                progress(number, len(units))
            if self._closing.is_set() or not (reader.is_kept(unit) or reader.keep(unit, self._closing.is_set)):
                return
        if progress:
            progress(len(units), len(units))

    def state_progress(self) -> tuple[int, int]:
        """How many articles have been read ahead in full, of how many."""
        kept: dict[str, bool] = {}
        for unit in self._all_units():
            read = self._reader is not None and self._reader.is_kept(unit)
            kept[unit.document.id] = kept.get(unit.document.id, True) and read
        return sum(kept.values()), len(kept)

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
        if self._reader is not None:
            self._reader.close()
        self._index.close()
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
# The states of the rules: about 15 MB each, of the wordings that came before some.
RULES_BYTES = 200_000_000


def open_reader(settings: Settings, data: Path) -> Reader:
    """Load the embedded chat model.

    Raises:
        ModelError: it isn't set up, is damaged, or can't be loaded.
    """
    from rag.engine import Engine
    from rag.reader import CONTEXT, SEQUENCES
    from rag.setup import MODEL, MODEL_SHA256, engine_build, is_whole, model_path

    path = model_path(settings.models)
    if not is_whole(path):
        raise ModelError(f"The chat model is not at {path}. Run `tanya setup` to fetch it.")
    engine = Engine(path, context=CONTEXT, sequences=SEQUENCES, threads=settings.threads)
    maker = f"{MODEL_SHA256} {engine_build()} {prompts.rules()}"
    states = States(data / "states", limit=settings.states_mb * 1_000_000, maker=maker)
    rules = States(settings.models / "states", limit=RULES_BYTES, maker=f"{MODEL_SHA256} {engine_build()}")
    return Reader(engine, states, rules, f"{MODEL} (embedded)")


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
