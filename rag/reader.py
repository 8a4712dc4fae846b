"""Unit + question -> reading: how surely the unit answers, and what the model answers from it alone.

The embedded reader. Each unit has a sequence of its own in the engine; sequences are scored and decoded together.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt

from rag import prompts
from rag.engine import Engine, Row
from rag.reading import Reading, Worth, parse_reply
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
# A short answer; why-questions take up to 30 tokens.
REPLY_TOKENS = 40
# Tokens of background reading between two looks at whether a question waits: about a second on two cores.
SLICE = 64


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
            asked = self._engine.tokenize(prompts.question(question))
            sequences = [self._ready(unit, units) for unit in units]
            starts = [self._lengths[unit.key] for unit in units]
            try:
                rows = [
                    Row(sequence, start + number, token, number == len(asked) - 1)
                    for sequence, start in zip(sequences, starts, strict=True)
                    for number, token in enumerate(asked)
                ]
                first = self._engine.evaluate(rows)
                doubts = [self._doubt(logits) for logits in first]
                chosen = worth(doubts)
                replies = self._decode({n: (sequences[n], starts[n] + len(asked), first[n]) for n in chosen})
            finally:
                for sequence, start in zip(sequences, starts, strict=True):
                    self._engine.forget(sequence, start)
        return [
            Reading(unit, doubt, *parse_reply(replies.get(number, ""), len(unit.sentences)))
            for number, (unit, doubt) in enumerate(zip(units, doubts, strict=True))
        ]

    def rewrite(self, conversation: str) -> str:
        """What the model writes for a conversation with a follow-up; see `rag.followup`."""
        return self._write(FOLLOW_UP, conversation)

    def translate(self, text: str, language: str) -> str:
        """The model's translation into "en" or "id"; see `rag.translate`."""
        return self._write(TRANSLATION, prompts.translation(text, language))

    def _write(self, rules: int, text: str) -> str:
        """The model's reply to a text, after the fixed rules of that sequence."""
        with self._turn():
            start = self._load(rules)
            tokens = self._engine.tokenize(prompts.in_turns([("user", text)]) + prompts.REPLY)
            try:
                logits = self._engine.evaluate(
                    [Row(rules, start + n, token, n == len(tokens) - 1) for n, token in enumerate(tokens)]
                )
                return self._decode({0: (rules, start + len(tokens), logits[0])})[0]
            finally:
                self._engine.forget(rules, start)

    def _doubt(self, logits: npt.NDArray[np.float32]) -> float:
        """Log-odds of the refusal as the next token."""
        others = np.delete(logits, self._refused)
        top = float(others.max())
        return float(logits[self._refused]) - top - float(np.log(np.exp(others - top).sum()))

    def _decode(self, begun: dict[int, tuple[int, int, npt.NDArray[np.float32]]]) -> dict[int, str]:
        """Greedy replies of several sequences, a token of each in every step. The first token is never a refusal."""
        pieces: dict[int, list[bytes]] = {number: [] for number in begun}
        live = {}
        for number, (sequence, position, logits) in begun.items():
            logits[self._refused] = -np.inf
            live[number] = (sequence, position, int(logits.argmax()))
        for _ in range(REPLY_TOKENS):
            live = {n: row for n, row in live.items() if not self._engine.is_end(row[2])}
            if not live:
                break
            for number, (_, _, token) in live.items():
                pieces[number].append(self._engine.piece(token))
            found = self._engine.evaluate([Row(*row, True) for row in live.values()])
            live = {
                number: (sequence, position + 1, int(logits.argmax()))
                for (number, (sequence, position, _)), logits in zip(live.items(), found, strict=True)
            }
        return {number: b"".join(parts).decode(errors="ignore") for number, parts in pieces.items()}

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
