"""Settings and what is there -> which chat model reads, opened."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rag import prompts
from rag.errors import ModelError, NotPulled
from rag.ollama import Ollama, OllamaChat
from rag.reading import Reader
from rag.server_reader import CONTEXT, ServerReader
from rag.serving import ServedModel
from rag.settings import Settings
from rag.setup import MODEL, MODEL_SHA256, engine_build, is_set_up, is_whole, model_path
from rag.states import States

# The states of the rules: about 15 MB each, of the wordings that came before some.
RULES_BYTES = 200_000_000
# Models of a server that are offered at most; services elsewhere name hundreds.
OFFERED = 30


@dataclass(frozen=True, slots=True)
class Choice:
    """A chat model that may read, and who runs it."""

    engine: Literal["embedded", "ollama", "openai"]
    model: str

    def __str__(self) -> str:
        """As its reader names itself."""
        runs = {"embedded": "embedded", "ollama": "Ollama", "openai": "OpenAI-compatible"}
        return f"{self.model} ({runs[self.engine]})"


EMBEDDED = Choice("embedded", MODEL)


def preferred(settings: Settings) -> Choice:
    """The choice that the settings make; see `Settings.llm`.

    Raises:
        ModelError: the server that is asked for doesn't answer, or hasn't got the model.
    """
    if settings.llm == "openai":
        return Choice("openai", settings.openai_model or _openai_models(settings)[0])
    if settings.llm == "embedded":
        return EMBEDDED
    try:
        return Choice("ollama", _ollama_model(settings))
    except ModelError as problem:
        # A model that was named and isn't there is a mistake; no server, or none that chats, is the usual case.
        if settings.llm == "ollama" or (settings.ollama_model and isinstance(problem, NotPulled)):
            raise
        return EMBEDDED


def is_embedded(settings: Settings) -> bool:
    """Whether the embedded model is what the settings choose; a server that should answer and doesn't is not it."""
    try:
        return preferred(settings).engine == "embedded"
    except ModelError:
        return False


def choices(settings: Settings) -> list[Choice]:
    """All chat models that could read now; servers that don't answer have none."""
    return [*_embedded(settings), *_of_ollama(settings), *_of_openai(settings)]


def open_reader(settings: Settings, data: Path, choice: Choice) -> Reader:
    """Make a chat model ready to read; a server's is loaded by its first reading.

    Raises:
        ModelError: it isn't set up, is damaged, isn't there or can't be loaded.
    """
    if choice.engine == "embedded":
        return _open_embedded(settings, data)
    if choice.engine == "ollama":
        server = Ollama(settings.ollama_host)
        server.version()
        context = server.model(choice.model).context or CONTEXT
        return ServerReader(
            OllamaChat(server, choice.model, min(context, CONTEXT)),
            slots=settings.slots or 1,
            context=min(context, CONTEXT),
        )
    from rag.openai import OpenAIChat, capacity  # llama-index's part takes a second to import

    key = settings.openai_key.get_secret_value()
    slots, context = capacity(settings.openai_url, key, choice.model)
    chat = OpenAIChat(settings.openai_url, key, choice.model)
    return ServerReader(chat, slots=settings.slots or slots, context=min(context, CONTEXT))


def _ollama_model(settings: Settings) -> str:
    """The model that is set, else the one that was pulled or changed last.

    A model that Ollama has run elsewhere is taken only where it is named: articles stay on the user's machines.
    """
    with contextlib.closing(Ollama(settings.ollama_host)) as server:
        server.version()
        if settings.ollama_model:
            return server.model(settings.ollama_model).name
        chat = _chat_models(server)
        if not chat:
            raise NotPulled(
                f"Ollama at {server.host} has no chat model. Get one, for example `ollama pull qwen2.5:7b`."
            )
        return chat[0].name


def _chat_models(server: Ollama) -> list[ServedModel]:
    return [model for model in server.models() if model.chat and not model.elsewhere]


def _embedded(settings: Settings) -> Iterator[Choice]:
    if is_set_up(settings.models):
        yield EMBEDDED


def _of_ollama(settings: Settings) -> Iterator[Choice]:
    with contextlib.suppress(ModelError), contextlib.closing(Ollama(settings.ollama_host)) as server:
        server.version()
        yield from (Choice("ollama", model.name) for model in _chat_models(server)[:OFFERED])


def _of_openai(settings: Settings) -> Iterator[Choice]:
    if settings.openai_model:
        yield Choice("openai", settings.openai_model)
    elif settings.openai_url:
        with contextlib.suppress(ModelError):
            yield from (Choice("openai", name) for name in _openai_models(settings)[:OFFERED])


def _openai_models(settings: Settings) -> list[str]:
    from rag.openai import models

    return models(settings.openai_url, settings.openai_key.get_secret_value())


def _open_embedded(settings: Settings, data: Path) -> Reader:
    from rag.engine import Engine
    from rag.reader import CONTEXT, SEQUENCES, EmbeddedReader

    path = model_path(settings.models)
    if not is_whole(path):
        raise ModelError(f"The chat model is not at {path}. Run `tanya setup` to fetch it, or start Ollama.")
    engine = Engine(path, context=CONTEXT, sequences=SEQUENCES, threads=settings.threads)
    maker = f"{MODEL_SHA256} {engine_build()} {prompts.rules()}"
    states = States(data / "states", limit=settings.states_mb * 1_000_000, maker=maker)
    rules = States(settings.models / "states", limit=RULES_BYTES, maker=f"{MODEL_SHA256} {engine_build()}")
    return EmbeddedReader(engine, states, rules, str(EMBEDDED))
