"""tanya: questions over a folder of news articles, every statement pinned to its sentence."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.answer import Answer, Citation, RetrievedPassage, Statement
    from rag.errors import CorpusError, FilterError, LibraryError, ModelError, QuestionError, TanyaError
    from rag.filters import Filters
    from rag.library import Library, open_library, query
    from rag.sync import SyncReport

# Loaded at first use: llama-index takes more than a second to import, which `tanya --help` need not pay.
_HOMES = {
    "rag.answer": ("Answer", "Citation", "RetrievedPassage", "Statement"),
    "rag.errors": ("CorpusError", "FilterError", "LibraryError", "ModelError", "QuestionError", "TanyaError"),
    "rag.filters": ("Filters",),
    "rag.library": ("Library", "open_library", "query"),
    "rag.sync": ("SyncReport",),
}

__all__ = [
    "Answer",
    "Citation",
    "CorpusError",
    "FilterError",
    "Filters",
    "Library",
    "LibraryError",
    "ModelError",
    "QuestionError",
    "RetrievedPassage",
    "Statement",
    "SyncReport",
    "TanyaError",
    "open_library",
    "query",
]


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'rag' has no attribute {name!r}")
