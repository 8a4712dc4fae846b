"""What can go wrong in a way that the user can put right.

TanyaError            shown to the user as one message, never as a traceback
├── CorpusError       the folder, or a file in it, can't be used
├── QuestionError     the question can't be asked as it is
├── FilterError       a filter names what the library doesn't have
├── LibraryError      the data folder can't be used (locked, damaged, full)
└── ModelError        a model is missing, damaged or not running
"""


class TanyaError(Exception):
    """Base: the message says what is wrong and what to do next."""


class CorpusError(TanyaError):
    """The corpus folder is missing, empty or unreadable, or one of its files is."""


class QuestionError(TanyaError):
    """The question is empty or too long."""


class FilterError(TanyaError):
    """A filter names a publisher, language or document that there is none of, or a date that is none."""


class LibraryError(TanyaError):
    """The data folder is held by another process, damaged, or its disk is full."""


class ModelError(TanyaError):
    """The chat model or the embedder can't be built, loaded or reached."""
