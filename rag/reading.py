"""A unit and a question -> a reading; what every reader does, whatever model it reads with."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.units import Unit

# The end of a reply that is longer than it may be.
BROKEN_OFF = "…"
# Last words of such a reply, the half one included, by which the sentence that it copies is known.
COPIED = 4
# "Tentu saja, para pengunjuk rasa …": what a reply opens with and doesn't say.
_FILLER = re.compile(r"\Atentu(?: saja)?, (\w)", re.IGNORECASE)
# Which of several readings are worth their replies, by their doubts.
Worth = Callable[[Sequence[float]], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one unit says to one question.

    Attributes:
        unit: what was read.
        doubt: log-odds that the unit does not answer, from the reply's first token. Compare within one question:
            it shifts with the languages of question and unit.
        text: the reply without its sentence number; "" while not decoded.
        leaning: log-odds of yes against no as the reply's first word; None where the server tells no probabilities.
        hint: the sentence that the model named, from 0, or None. Often off by some.
        weakest: log-probability of the reply's least likely token, as the sign of a guess: Varshney et al. 2023,
            arXiv 2307.03987. None where nothing was said, or the server tells no probabilities.
    """

    unit: Unit
    doubt: float
    text: str = ""
    hint: int | None = None
    leaning: float | None = None
    weakest: float | None = None


class Reader(Protocol):
    """Reads units, each on its own. Called from several threads."""

    @property
    def name(self) -> str:
        """The model and who runs it."""

    @property
    def at_once(self) -> int:
        """Units that are read together no slower than one after the other; as many are best asked for at once."""

    def read(self, units: Sequence[Unit], question: str, worth: Worth) -> list[Reading]:
        """Read units; replies only of those that `worth` picks.

        Raises:
            ModelError: the model fails.
        """

    def rewrite(self, conversation: str, begun: str = "") -> str:
        """What the model writes for a conversation with a follow-up, where it has begun so; see `rag.followup`."""

    def translate(self, asked: str) -> str:
        """The model's translation of what `rag.prompts.translation` asks for; see `rag.translate`."""

    def is_kept(self, unit: Unit) -> bool:
        """Whether the unit need not be read again."""

    def warm_up(self) -> None:
        """Load the model and read what every question starts with, so that the first one need not."""

    def close(self) -> None:
        """Free the model."""


def parse_reply(reply: str, unit: Unit) -> tuple[str, int | None]:
    """The reply's text and the sentence it names, from 0, if the unit has such a sentence."""
    text, mark, rest = reply.partition("[")
    number = rest.partition("]")[0].strip()
    hint = int(number) - 1 if mark and number.isdecimal() and 0 < int(number) <= len(unit.sentences) else None
    text = _FILLER.sub(lambda filler: filler[1].upper(), " ".join(text.split()))
    if text.endswith(BROKEN_OFF):
        text = _to_the_end(text.removesuffix(BROKEN_OFF), unit)
    # A small model that runs out of things to list says the last one again and again.
    return ", ".join(dict.fromkeys(text.split(", "))), hint


def _to_the_end(text: str, unit: Unit) -> str:
    """A reply that broke off, with the rest of the sentence that it was copying; else without its last, half word."""
    words = text.split()
    copied = r"\s+".join(map(re.escape, words[-COPIED:]))
    found = re.search(rf"{copied}(.*)", unit.text, re.IGNORECASE) if len(words) >= COPIED else None
    if found:
        return text + found[1]
    return " ".join([*words[:-1], BROKEN_OFF]) if len(words) > 1 else ""
