"""Who embeds a library: settings and what the library remembers -> an embedder.

A library keeps its embedder until another one is set: `auto` is the one it has, and the embedded one for a new library.
Nothing is taken because a server happens to run. An embedder that comes and goes with a server would embed every
article again each time, and a library that was embedded by a server that is down says so rather than answer worse.
"""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from functools import partial

import httpx
from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.embedding import E5Embedding, fingerprint
from rag.errors import ModelError, NotPulled
from rag.ollama import Ollama
from rag.openai_vectors import OpenAIVectors
from rag.served_embedding import ServedEmbedding, is_same, prefixes
from rag.settings import Settings
from rag.store import Store

_NOTE = "embedder"
# Multilingual, wants no prefix, and fits into 1.2 GB.
_SUGGESTED = "bge-m3"


@dataclass(frozen=True, slots=True)
class Embedder:
    """An embedder of a library.

    Attributes:
        engine: "embedded", "ollama" or "openai".
        model: its name on the server; "" for the embedded one.
        embedding: it.
        fingerprint: tells its vectors from all others.
        url: the server's address, where the settings name it; a library goes on without the setting.
    """

    engine: str
    model: str
    embedding: BaseEmbedding
    fingerprint: str
    url: str = ""

    def close(self) -> None:
        """Close the connections to the server, if there is one."""
        if isinstance(self.embedding, ServedEmbedding):
            self.embedding.close()


def serving(settings: Settings, store: Store) -> Embedder:
    """The embedder that the library was embedded with; no server is asked."""
    kept = json.loads(store.note(_NOTE) or "{}")
    if kept.get("engine", "embedded") == "embedded":
        return _embedded(settings)
    embedding = _served(settings, kept["engine"], kept["model"], settings.openai_url or kept["url"])
    embedding.expect(json.loads(store.note(_probe_note(kept["fingerprint"])) or "[]"))
    return Embedder(kept["engine"], kept["model"], embedding, kept["fingerprint"], kept["url"])


def wanted(settings: Settings, store: Store) -> Embedder:
    """The embedder that the settings ask for, ready to embed.

    Raises:
        ModelError: its server or its model is missing.
    """
    kept = json.loads(store.note(_NOTE) or "{}")
    engine = kept.get("engine", "embedded") if settings.embedding == "auto" else settings.embedding
    if engine == "embedded":
        return _embedded(settings)
    model = _model(settings, engine, kept["model"] if kept.get("engine") == engine else "")
    url = "" if engine == "ollama" else settings.openai_url or kept.get("url", "")
    embedding = _served(settings, engine, model, url)
    try:
        return Embedder(engine, model, embedding, _recognise(store, engine, model, embedding), url)
    except BaseException:
        embedding.close()
        raise


def keep(store: Store, embedder: Embedder) -> None:
    """Remember whose vectors serve from now on."""
    kept = json.dumps({name: getattr(embedder, name) for name in ("engine", "model", "fingerprint", "url")})
    if store.note(_NOTE) != kept:
        store.set_note(_NOTE, kept)


def _embedded(settings: Settings) -> Embedder:
    embedding = E5Embedding(settings.threads)
    return Embedder("embedded", "", embedding, fingerprint(embedding))


def _model(settings: Settings, engine: str, kept: str) -> str:
    """Name of the model: the one that is set, the one that the library has, or one that Ollama has."""
    if engine == "openai":
        if not (model := settings.openai_embedding_model or kept):
            raise ModelError("Name the server's embedding model with TANYA_OPENAI_EMBEDDING_MODEL.")
        return model
    with closing(Ollama(settings.ollama_host)) as server:
        server.version()
        if name := settings.ollama_embedding_model or kept:
            return server.model(name).name
        able = [there.name for there in server.models() if there.embedding and not there.elsewhere]
        if not able:
            raise NotPulled(f"Ollama at {server.host} has no embedding model. Get one with `ollama pull {_SUGGESTED}`.")
        return able[0]


def _served(settings: Settings, engine: str, model: str, url: str) -> ServedEmbedding:
    if engine == "ollama":
        ollama = Ollama(settings.ollama_host)
        return ServedEmbedding(model, "Ollama", partial(ollama.embed, model), ollama.close)
    server = OpenAIVectors(url, settings.openai_key.get_secret_value())
    return ServedEmbedding(model, httpx.URL(url).host, partial(server.embed, model), server.close)


def _recognise(store: Store, engine: str, model: str, embedding: ServedEmbedding) -> str:
    """Fingerprint of what the model's name stands for now: one more, where it stands for something else than before."""
    probe = embedding.probe()
    base = f"{engine}:{model}:{prefixes(model).passage!r}"
    number = 1
    while known := store.note(_probe_note(f"{base}#{number}")):
        if is_same(probe, json.loads(known)):
            break
        number += 1
    else:
        store.set_note(_probe_note(f"{base}#{number}"), json.dumps([round(value, 6) for value in probe]))
    embedding.expect(json.loads(store.note(_probe_note(f"{base}#{number}"))))
    return f"{base}#{number}"


def _probe_note(fingerprint: str) -> str:
    return f"probe of {fingerprint}"
