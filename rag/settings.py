"""Settings: everything a user may set by an environment variable, with the reason for its default."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tanya"


class Settings(BaseSettings):
    """Each field is set by TANYA_<NAME>, for example TANYA_THREADS=4."""

    model_config = SettingsConfigDict(env_prefix="TANYA_", extra="ignore")

    corpus: Path = Field(default=Path("corpus"), description="folder with the articles")
    data: Path = Field(default=Path(".tanya"), description="folder for the library, the index and the kept states")
    models: Path = Field(
        default_factory=_cache, description="folder for the chat model's file, shared by all libraries"
    )
    threads: int = Field(
        default=min(len(os.sched_getaffinity(0)), 8),
        ge=1,
        description="CPU threads of the embedded chat model; more than 8 gain little on a 1.5B model",
    )
    states_mb: int = Field(
        default=2048,
        ge=0,
        description="disk space for kept states in MB; an article takes about 25 to 50; 0 keeps none",
    )
