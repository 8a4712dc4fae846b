"""What can go wrong in a way that the user can put right.

TanyaError            shown to the user as one message, never as a traceback
├── CorpusError       the folder, or a file in it, can't be used
├── QuestionError     the question can't be asked as it is
├── FilterError       a filter names what the library doesn't have
├── LibraryError      the data folder can't be used (damaged, full)
│   ├── InUse         another process has it
│   └── Gone          what was asked for is no longer in it
└── ModelError        a model is missing, damaged or not running
    ├── NotReachable  no model server there
    ├── TooOld        the server lacks what is needed
    ├── NotPulled     the server lacks the model
    ├── OutOfMemory   the model doesn't fit
    ├── Busy          the server has too much to do
    ├── TooLong       the prompt doesn't fit
    └── BrokenOff     a reply ended before its end
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


class InUse(LibraryError):
    """The data folder is held by another process, or by another library of this one."""


class Gone(LibraryError, KeyError):
    """A document or passage is not, or no longer, in the library: articles may go while a question is answered."""

    def __init__(self, id: str) -> None:
        super().__init__(f"{id} is not in the library, or no longer: its article was changed or removed. Ask again.")

    __str__ = Exception.__str__  # a KeyError puts its message into quotes


class ModelError(TanyaError):
    """The chat model or the embedder can't be built, loaded or reached."""


class NotReachable(ModelError):
    """No model server answers at the address, or something else does."""


class TooOld(ModelError):
    """The model server is of a version that lacks what is needed."""


class NotPulled(ModelError):
    """The model server doesn't have the model."""


class OutOfMemory(ModelError):
    """The model doesn't fit into the server's memory."""


class Busy(ModelError):
    """The model server turns questions away for now."""


class TooLong(ModelError):
    """The prompt is longer than the model reads at once."""


class BrokenOff(ModelError):
    """A reply took too long, or ended before its end."""
