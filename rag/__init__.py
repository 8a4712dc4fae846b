"""tanya: questions over a folder of news articles, every statement pinned to its sentence."""

from rag.answer import Answer, Citation, RetrievedPassage, Statement
from rag.errors import CorpusError, LibraryError, ModelError, QuestionError, TanyaError
from rag.library import Library, open_library, query
from rag.sync import SyncReport

__all__ = [
    "Answer",
    "Citation",
    "CorpusError",
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
