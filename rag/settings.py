"""Settings: everything a user may set by an environment variable, with the reason for its default."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.errors import TanyaError


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tanya"


Engine = Literal["auto", "embedded", "ollama", "openai"]


class Settings(BaseSettings):
    """Each field is set by TANYA_<NAME>, for example TANYA_THREADS=4.

    Raises:
        TanyaError: one is set to what it can't be.
    """

    model_config = SettingsConfigDict(env_prefix="TANYA_", extra="ignore")

    corpus: Path = Field(default=Path("corpus"), description="folder with the articles")
    data: Path = Field(default=Path(".tanya"), description="folder for the library, the index and the kept states")
    models: Path = Field(
        default_factory=_cache, description="folder for the chat model's file, shared by all libraries"
    )
    threads: int = Field(
        default=min(len(os.sched_getaffinity(0)), 8),
        ge=1,
        description="CPU threads of the embedded models; more than 8 gain little on a 1.5B model",
    )
    states_mb: int = Field(
        default=2048,
        ge=0,
        description="disk space for kept states in MB; an article takes about 25 to 50; 0 keeps none",
    )
    llm: Engine = Field(
        default="auto",
        description="who reads: `embedded`, `ollama`, `openai` (any server with OpenAI's interface), or `auto`: Ollama "
        "where its server answers and has a chat model, else embedded",
    )
    embedding: Engine = Field(
        default="auto",
        description="who embeds: `embedded`, `ollama`, `openai`, or `auto`: who embedded the library, else embedded",
    )
    ollama_host: str = Field(
        default="", description="address of Ollama's server; by default `OLLAMA_HOST`, else this computer"
    )
    ollama_model: str = Field(default="", description="Ollama's chat model; by default the one pulled last")
    ollama_embedding_model: str = Field(default="", description="Ollama's embedding model; by default one that it has")
    slots: int = Field(
        default=0,
        ge=0,
        le=64,
        description="readings sent to a server at once; by default as many as llama-server or vLLM says that it "
        "answers at once, and one for Ollama, which doesn't say (`OLLAMA_NUM_PARALLEL`)",
    )
    openai_url: str = Field(default="", description="address of an OpenAI-compatible server, up to and with `/v1`")
    openai_key: SecretStr = Field(default=SecretStr(""), description="its key, where it asks for one")
    openai_model: str = Field(default="", description="its chat model; by default the first that it names")
    openai_embedding_model: str = Field(default="", description="its embedding model")

    def __init__(self, **values: Any) -> None:  # noqa: ANN401
        try:
            super().__init__(**values)
        except ValidationError as error:
            wrong = (f"TANYA_{str(e['loc'][0]).upper()} is {e['input']!r}. {e['msg']}." for e in error.errors())
            raise TanyaError(" ".join(wrong)) from error
