"""Unit + question -> reading: how surely the unit answers, and what the model answers from it alone.

The embedded reader. Each unit has a sequence of its own in the engine; sequences are scored and decoded together.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rag import prompts
from rag.engine import Engine, Row
from rag.reading import BROKEN_OFF, Reading, Worth, parse_reply
from rag.states import States
from rag.units import Unit

_log = logging.getLogger(__name__)

SEQUENCES = 11
# Sequences that hold the rules, those for follow-ups and for translations, and the unit that is being read in the
# background.
RULES, FOLLOW_UP, TRANSLATION, BACKGROUND = 0, 1, 2, 3
FIRST_SLOT = 4
# Positions of a sequence: 540 of rules, 600 of a unit (a passage of news has 150 to 350), the longest question and the
# reply. A sequence of this length takes 44 MB.
CONTEXT = 1_536
LONGEST_UNIT = 600
# A short answer; why-questions take up to 30 tokens. What is longer was copied, and is completed from the article.
REPLY_TOKENS = 40
# A whole sentence.
TRANSLATION_TOKENS = 100
# Tokens of background reading between two looks at whether a question waits: about a second on two cores.
SLICE = 64


class _Begun(NamedTuple):
    """A reply so far: its sequence, the position of its next token, and what that may be."""

    sequence: int
    position: int
    logits: npt.NDArray[np.float32]


class _Reply(NamedTuple):
    """A whole reply, and the log-probability of its least likely token; see `Reading`."""

    text: str
    weakest: float | None


class EmbeddedReader:
    """Reads units with the embedded model. Safe to call from several threads; questions go before background work."""

    def __init__(self, engine: Engine, states: States, rules: States, name: str) -> None:
        """Take over an engine; `states` keeps units, `rules` what is the same for all libraries."""
        self.name = name
        self._rules_states = rules
        self._engine = engine
        self._states = states
        self._busy = threading.Lock()
        self._counting = threading.Lock()
        self._waiting = 0
        self._slots: dict[int, str] = {}  # sequence -> key of the unit in it; least recently used first
        self._lengths: dict[str, int] = {}  # unit key -> positions of rules and unit
        self._refused = engine.tokenize(prompts.NOT_FOUND)[0]
        self._yes, self._no = ([engine.tokenize(word)[0] for word in words] for words in (prompts.YES, prompts.NO))
        self._rules = engine.tokenize(prompts.rules())
        self._fixed = {
            RULES: prompts.rules(),
            FOLLOW_UP: prompts.in_turns(prompts.follow_up_turns()),
            TRANSLATION: prompts.in_turns(prompts.translation_turns()),
        }
        self._loaded: set[int] = set()

    # Questions

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold the engine for a question; background reading steps back at its next slice."""
        with self._counting:
            self._waiting += 1
        try:
            with self._busy:
                yield
        finally:
            with self._counting:
                self._waiting -= 1

    @property
    def at_once(self) -> int:
        """A sequence for each unit: the weights are read from memory once for all of them."""
        return SEQUENCES - FIRST_SLOT

    def read(self, units: Sequence[Unit], question: str, worth: Worth) -> list[Reading]:
        """Read units, at most seven of them (a sequence each), each on its own.

        Args:
            units: what to read.
            question: a standalone question.
            worth: gets each unit's doubt; returns the numbers of the units whose replies are decoded.

        Raises:
            ModelError: the engine fails.
        """
        with self._turn():
            try:
                begun = self._ask(units, question)
                doubts = [self._doubt(begun[number].logits) for number in range(len(units))]
                leanings = [self._leaning(begun[number].logits) for number in range(len(units))]
                chosen = worth(doubts)
                replies = self._decode({number: begun[number] for number in chosen}, REPLY_TOKENS)
            finally:
                self._forget_questions()
        said = [replies.get(number, _Reply("", None)) for number in range(len(units))]
        return [
            Reading(unit, doubt, *parse_reply(reply.text, unit), leaning, reply.weakest)
            for unit, doubt, leaning, reply in zip(units, doubts, leanings, said, strict=True)
        ]

    def _ask(self, units: Sequence[Unit], question: str) -> dict[int, _Begun]:
        """Put the question to each unit; returns the start of each one's reply, by its number."""
        asked = self._engine.tokenize(prompts.question(question))
        ready = [self._ready(unit, units) for unit in units]
        places = self._side_by_side(ready)
        order = sorted(range(len(units)), key=lambda number: places[ready[number]])
        rows = [
            Row(places[ready[number]], self._lengths[units[number].key] + place, token, place == len(asked) - 1)
            for number in order
            for place, token in enumerate(asked)
        ]
        ends = [row for row in rows if row.logits]
        return {
            number: _Begun(row.sequence, row.position + 1, logits)
            for number, row, logits in zip(order, ends, self._engine.evaluate(rows), strict=True)
        }

    def _forget_questions(self) -> None:
        """Leave in each sequence its unit alone."""
        for sequence, key in self._slots.items():
            self._engine.forget(sequence, self._lengths[key])

    def rewrite(self, conversation: str, begun: str = "") -> str:
        """What the model writes for a conversation with a follow-up, where it has begun so; see `rag.followup`."""
        return begun + self._write(FOLLOW_UP, conversation, REPLY_TOKENS, begun)

    def translate(self, asked: str) -> str:
        """The model's translation of what `rag.prompts.translation` asks for; see `rag.translate`."""
        return self._write(TRANSLATION, asked, TRANSLATION_TOKENS)

    def _write(self, rules: int, text: str, most: int, begun: str = "") -> str:
        """The rest of the model's reply, at most so many tokens, to a text after the fixed rules of that sequence."""
        with self._turn():
            start = self._load(rules)
            tokens = self._engine.tokenize(prompts.in_turns([("user", text)]) + prompts.REPLY + begun)
            try:
                logits = self._engine.evaluate(
                    [Row(rules, start + n, token, n == len(tokens) - 1) for n, token in enumerate(tokens)]
                )
                return self._decode({0: _Begun(rules, start + len(tokens), logits[0])}, most)[0].text
            finally:
                self._engine.forget(rules, start)

    def _doubt(self, logits: npt.NDArray[np.float32]) -> float:
        """Log-odds of the refusal as the next token."""
        others = np.delete(logits, self._refused)
        top = float(others.max())
        return float(logits[self._refused]) - top - float(np.log(np.exp(others - top).sum()))

    def _leaning(self, logits: npt.NDArray[np.float32]) -> float:
        """Log-odds of yes against no as the next word."""
        return float(np.logaddexp.reduce(logits[self._yes]) - np.logaddexp.reduce(logits[self._no]))

    def _decode(self, begun: dict[int, _Begun], most: int) -> dict[int, _Reply]:
        """Greedy replies of several sequences, a token of each in every step. The first token is never a refusal.

        One that is longer than `most` tokens ends in `BROKEN_OFF`.
        """
        pieces: dict[int, list[tuple[bytes, float]]] = {number: [] for number in begun}
        for each in begun.values():
            each.logits[self._refused] = -np.inf
        replies = begun
        for _ in range(most):
            live = self._next(replies)
            if not live:
                break
            for number, row in live.items():
                pieces[number].append((self._engine.piece(row.token), _likeliest(replies[number].logits)))
            places = self._side_by_side([row.sequence for row in live.values()])
            rows = {number: row._replace(sequence=places[row.sequence]) for number, row in live.items()}
            rows = dict(sorted(rows.items(), key=lambda item: item[1].sequence))
            found = self._engine.evaluate(list(rows.values()))
            replies = {
                number: _Begun(row.sequence, row.position + 1, logits)
                for (number, row), logits in zip(rows.items(), found, strict=True)
            }
        for number in self._next(replies):
            pieces[number].append((BROKEN_OFF.encode(), 0.0))
        return {number: _written(parts) for number, parts in pieces.items()}

    def _next(self, replies: dict[int, _Begun]) -> dict[int, Row]:
        """The likeliest next token of each reply that goes on."""
        rows = {n: Row(each.sequence, each.position, int(each.logits.argmax()), True) for n, each in replies.items()}
        return {number: row for number, row in rows.items() if not self._engine.is_end(row.token)}

    # States

    def _ready(self, unit: Unit, wanted: Sequence[Unit]) -> int:
        """Bring a unit into a sequence: where it is, from its kept state, or by reading it now."""
        for sequence, key in self._slots.items():
            if key == unit.key:
                self._slots[sequence] = self._slots.pop(sequence)
                return sequence
        sequence = self._free_slot({other.key for other in wanted})
        tokens = self._unit_tokens(unit)
        if not self._restore(self._states, unit.key, sequence):
            self._load(RULES)
            self._engine.copy(RULES, sequence)
            self._engine.evaluate(
                [Row(sequence, len(self._rules) + number, token) for number, token in enumerate(tokens)]
            )
            self._states.keep(unit.key, self._engine.state(sequence))
        self._slots[sequence] = unit.key
        return sequence

    def _side_by_side(self, sequences: Sequence[int]) -> dict[int, int]:
        """Move sequences, where they don't follow each other, so that they do; returns where each is now.

        llama.cpp evaluates together what follows each other, and one by one what doesn't: four rows take 290 ms instead
        of 135, a move takes 10. What is displaced has to be kept, so that it can be restored.
        """
        first = min(sequences)
        together = range(first, first + len(sequences))
        gaps = [sequence for sequence in together if sequence not in sequences]
        stay = {sequence: sequence for sequence in sequences}
        if not all(self._states.has(self._slots[gap]) for gap in gaps if gap in self._slots):
            return stay
        moves = dict(zip((sequence for sequence in sequences if sequence not in together), gaps, strict=True))
        for source, target in moves.items():
            self._engine.copy(source, target)
            self._slots.pop(target, None)
            self._slots[target] = self._slots.pop(source)
        return stay | moves

    def _free_slot(self, wanted: set[str]) -> int:
        for sequence in range(FIRST_SLOT, self._engine.sequences):
            if sequence not in self._slots:
                return sequence
        sequence = next(sequence for sequence, key in self._slots.items() if key not in wanted)
        del self._slots[sequence]
        return sequence

    def _unit_tokens(self, unit: Unit) -> list[int]:
        """A unit's tokens. Scripts with a token a letter may need more than `LONGEST_UNIT`: the end is not read."""
        tokens = self._engine.tokenize(prompts.unit(unit.text))
        if len(tokens) > LONGEST_UNIT:
            _log.warning("%s is longer than the model reads at once: its end is left out.", unit.passage_id)
            tokens = tokens[:LONGEST_UNIT]
        self._lengths[unit.key] = len(self._rules) + len(tokens)
        return tokens

    def _restore(self, states: States, key: str, sequence: int) -> bool:
        state = states.load(key)
        return state is not None and self._engine.restore(sequence, state)

    def _load(self, sequence: int) -> int:
        """Bring fixed rules into their sequence; returns their length."""
        tokens = self._engine.tokenize(self._fixed[sequence])
        key = hashlib.sha256(self._fixed[sequence].encode()).hexdigest()
        if sequence not in self._loaded:
            if not self._restore(self._rules_states, key, sequence):
                self._engine.evaluate([Row(sequence, number, token) for number, token in enumerate(tokens)])
                self._rules_states.keep(key, self._engine.state(sequence))
            self._loaded.add(sequence)
        return len(tokens)

    # In the background

    def is_kept(self, unit: Unit) -> bool:
        """Whether the unit's state is kept, so that it need not be read again."""
        return self._states.has(unit.key)

    def warm_up(self) -> None:
        """Compute and keep the states of the rules, which every reading and every rewriting starts from."""
        with self._turn():
            self._load(RULES)
            self._load(FOLLOW_UP)
            self._load(TRANSLATION)

    def keep(self, unit: Unit, stop: Callable[[], bool]) -> bool:
        """Read a unit in the background and keep its state, in slices, letting questions go first.

        Returns:
            False if `stop` said so before the unit was read, or its state could not be kept.
        """
        with self._busy:
            self._load(RULES)
            self._engine.copy(RULES, BACKGROUND)
            tokens = self._unit_tokens(unit)
        for first in range(0, len(tokens), SLICE):
            while self._waiting and not stop():
                threading.Event().wait(0.05)
            if stop():
                return False
            with self._busy:
                self._engine.evaluate(
                    [
                        Row(BACKGROUND, len(self._rules) + first + number, token)
                        for number, token in enumerate(tokens[first : first + SLICE])
                    ]
                )
        with self._busy:
            return self._states.keep(unit.key, self._engine.state(BACKGROUND))

    def close(self) -> None:
        """Free the model; waits for the reading that is under way."""
        with self._busy:
            self._engine.close()


def _likeliest(logits: npt.NDArray[np.float32]) -> float:
    """The log-probability of the likeliest token."""
    return -float(np.log(np.exp(logits - logits.max()).sum()))


def _written(pieces: Sequence[tuple[bytes, float]]) -> _Reply:
    """The reply that its tokens make; what it names as its sentence ("[3]") is not weighed."""
    weighed = [likelihood for _, likelihood in takewhile(lambda piece: b"[" not in piece[0], pieces)]
    return _Reply(b"".join(piece for piece, _ in pieces).decode(errors="ignore"), min(weighed, default=None))
