"""Unit + question -> reading, by a chat model on a server: Ollama, or any with OpenAI's interface."""

from __future__ import annotations

import logging
import math
import re
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace

from rag import prompts
from rag.errors import TooLong
from rag.question import kind_of
from rag.reading import BROKEN_OFF, Reading, Worth, parse_reply
from rag.serving import ChatModel, Messages, Piece
from rag.units import Unit

_log = logging.getLogger(__name__)

# Tokens of prompt and reply. Fixed: another number makes Ollama load the model anew.
CONTEXT = 6_144
# Of these, what the rules and the chat format take in any tokenizer (600 in Qwen's), a reply with its margin, and a
# sentence in another language.
RULES_TOKENS, REPLY_TOKENS, TRANSLATION_TOKENS = 1_000, 40, 100
# A model that thinks although it is asked not to needs room to come to its reply.
THINKING_TOKENS = 1_000
# Doubts where the server gives no probabilities: of a reply the median of the embedded model's on the gold questions
# where it doesn't refuse, of a refusal as little as is past every limit of `rag.weigh`. Where it gives them, a unit is
# worth a look although the likeliest single token is the refusal's: all others together may be likelier.
SAID, REFUSED = -1.5, 2.0

_THOUGHTS = re.compile(r"^.*</think(?:ing)?>|<think(?:ing)?>.*$", re.DOTALL | re.IGNORECASE)
_REFUSAL = re.compile(r"^\W*not[ _]found", re.IGNORECASE)


@dataclass
class Reply:
    """A reply as it comes in."""

    raw: str = ""
    thought: bool = False
    broken_off: bool = False
    first: Mapping[str, float] | None = field(default=None, repr=False)
    weakest: float | None = None

    def add(self, piece: Piece) -> None:
        """Take in a piece; the first that isn't thinking has the doubt."""
        before = self.text
        self.raw += piece.text
        self.thought = self.thought or piece.thought or "<think" in self.raw
        self.broken_off = self.broken_off or piece.broken_off
        if self.text and not before:
            self.first = piece.candidates
        # What is said is the likeliest token, among the first ones the likeliest that doesn't refuse; what it names as
        # its sentence is not weighed.
        if self.text and "[" not in self.text and piece.text and piece.candidates:
            likely = likeliest(piece.candidates) if not before else max(piece.candidates.values())
            self.weakest = min(likely, self.weakest or 0.0)

    @property
    def text(self) -> str:
        """What is not thinking."""
        return _THOUGHTS.sub("", self.raw).lstrip()

    @property
    def whole(self) -> str:
        """The text, with a sign where it breaks off."""
        return self.text + BROKEN_OFF * self.broken_off

    @property
    def refuses(self) -> bool:
        """Whether it says that the unit doesn't answer."""
        return bool(_REFUSAL.match(self.text)) or prompts.NOT_FOUND in self.text

    @property
    def other_start(self) -> str:
        """The likeliest first token of a reply that doesn't refuse; "" where the server tells none."""
        told = _answering(self.first or {})
        return max(told, key=told.__getitem__, default="")

    @property
    def doubt(self) -> float:
        """Log-odds of the refusal; where the server doesn't tell, by what it says: no words are one too."""
        if self.first is not None:
            return refusal_odds(self.first)
        return REFUSED if self.refuses or not self.text else SAID

    def said(self, *, whether: bool) -> str:
        """The reply where it is no refusal; to whether something is so, else what it leans to."""
        if not self.refuses:
            return self.whole
        leans = leaning(self.first) if whether else None
        return "" if leans is None else (prompts.YES if leans > 0 else prompts.NO)[0]


class ServerReader:
    """Reads units one after the other, or as many at once as the server has slots for."""

    def __init__(self, model: ChatModel, *, slots: int = 1, context: int = CONTEXT) -> None:
        """Read with a model.

        Args:
            model: closed by `close`.
            slots: readings sent at once.
            context: tokens that prompt and reply may have.
        """
        self._model, self._slots = model, slots
        # A token has at least one byte in any tokenizer, so that what has no more bytes than this is never cut.
        self._room = context - RULES_TOKENS - TRANSLATION_TOKENS
        self._thinks = False
        self._goes_on = True
        self._recent: list[str] = []  # keys of the units that the server read last, and may still know; latest first
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The model and who runs it."""
        return self._model.name

    @property
    def at_once(self) -> int:
        """As many as the server has slots."""
        return self._slots

    def is_kept(self, unit: Unit) -> bool:
        """Whether the server probably still has the unit in its prompt cache."""
        return unit.key in self._recent

    def read(self, units: Sequence[Unit], question: str, worth: Worth) -> list[Reading]:
        """Read each unit on its own.

        Raises:
            ModelError: the server fails; the message says what to do.
        """
        with ThreadPoolExecutor(self._slots, "reading") as pool:
            replies = list(pool.map(lambda unit: self._reply(unit, question, worth), units))
        chosen = set(worth([reply.doubt for reply in replies]))
        whether = kind_of(question) == "yesno"
        texts = [reply.said(whether=whether) if number in chosen else "" for number, reply in enumerate(replies)]
        return [
            Reading(unit, reply.doubt, *parse_reply(text, unit), leaning(reply.first), reply.weakest if text else None)
            for unit, reply, text in zip(units, replies, texts, strict=True)
        ]

    def rewrite(self, conversation: str, begun: str = "") -> str:
        """What the model writes for a conversation with a follow-up, where it has begun so; see `rag.followup`."""
        self._fit(conversation + begun)
        turns = [*prompts.follow_up_turns(), ("user", conversation)]
        rest = self._complete([*turns, ("assistant", begun)] if begun else turns)
        return replace(rest, raw=begun + rest.raw).whole

    def translate(self, asked: str) -> str:
        """The model's translation of what `rag.prompts.translation` asks for; see `rag.translate`."""
        self._fit(asked)
        return self._complete([*prompts.translation_turns(), ("user", asked)], TRANSLATION_TOKENS).whole

    def warm_up(self) -> None:
        """Load the model and have it read the rules."""
        with closing(self._model.chat(prompts.reading_turns("", ""), 1)) as pieces:
            for _ in pieces:
                pass

    def close(self) -> None:
        """Close the connections."""
        self._model.close()

    def _reply(self, unit: Unit, question: str, worth: Worth) -> Reply:
        text = self._fit(unit.text, question)
        if len(text) < len(unit.text):
            _log.warning("%s is longer than the model reads at once: its end is left out.", unit.passage_id)
        turns = prompts.reading_turns(text, question)
        reply = self._complete(turns)
        # While the server still knows the unit: what the likeliest reply is that doesn't refuse.
        if reply.refuses and worth([reply.doubt]):
            reply = self._begun(turns, reply)
        with self._lock:
            self._recent = [unit.key, *(key for key in self._recent if key != unit.key)][: self._slots]
        return reply

    def _begun(self, turns: Messages, refusal: Reply) -> Reply:
        """The reply that begins with the likeliest other token, as the embedded model's does; else the refusal.

        Servers go on with an assistant's turn that stands last, unless the model's template closes it: then the model
        refuses again, and isn't asked so any more.
        """
        start = refusal.other_start
        if not start or refusal.first is None or refusal.thought or not self._goes_on:
            return refusal
        rest = self._complete([*turns, ("assistant", start)])
        if rest.refuses:
            self._goes_on = False
            return refusal
        weakest = min(likeliest(refusal.first), rest.weakest or 0.0)
        return replace(rest, raw=start + rest.raw, first=refusal.first, weakest=weakest)

    def _complete(self, messages: Messages, tokens: int = REPLY_TOKENS) -> Reply:
        reply = self._stream(messages, THINKING_TOKENS if self._thinks else tokens)
        if reply.thought and not reply.text and not self._thinks:
            self._thinks = True
            reply = self._stream(messages, THINKING_TOKENS)
        return reply

    def _stream(self, messages: Messages, tokens: int) -> Reply:
        """A whole reply. None is ended early: Ollama 0.11.4 may hang for good if that meets the reply's own end."""
        reply = Reply()
        with closing(self._model.chat(messages, tokens)) as pieces:
            for piece in pieces:
                reply.add(piece)
        return reply

    def _fit(self, text: str, beside: str = "") -> str:
        """The text, its end left out if it doesn't fit beside the other."""
        room = self._room - len(beside.encode())
        if room < len(text.encode()) and (room <= 0 or not beside):
            raise TooLong(f"The question is too long for {self.name}. Ask a shorter one.")
        return text.encode()[:room].decode(errors="ignore")


def refusal_odds(candidates: Mapping[str, float]) -> float:
    """Log-odds of the refusal among the likeliest first tokens; if it isn't one of them, the most that it can have."""
    refusing = [math.exp(v) for token, v in candidates.items() if _may_refuse(token)]
    share = sum(refusing) if refusing else math.exp(min(candidates.values()))
    share = min(max(share, 1e-9), 1 - 1e-9)
    return math.log(share) - math.log1p(-share)


def likeliest(candidates: Mapping[str, float]) -> float:
    """Log-probability of the likeliest first token of an answer, were the refusal impossible."""
    refusing = 1 / (1 + math.exp(-refusal_odds(candidates)))
    return max(_answering(candidates).values(), default=0.0) - math.log1p(-refusing)


def _answering(candidates: Mapping[str, float]) -> dict[str, float]:
    """The first tokens that are words and no start of the refusal."""
    return {token: v for token, v in candidates.items() if _is_word(token) and not _may_refuse(token)}


def leaning(candidates: Mapping[str, float] | None) -> float | None:
    """Log-odds of yes against no among the likeliest first tokens; None where neither is one of them."""
    if candidates is None:
        return None
    yes, no = (
        sum(math.exp(v) for token, v in candidates.items() if _begins(token.strip(), words))
        for words in (prompts.YES, prompts.NO)
    )
    if not yes and not no:
        return None
    least = math.exp(min(candidates.values()))
    return math.log(yes or least) - math.log(no or least)


def _begins(token: str, words: Sequence[str]) -> bool:
    """Whether one of the words starts with the token, or is it; "N" and "NO" may as well start the refusal."""
    if _may_refuse(token):
        return False
    return any((token and word.startswith(token)) or word.casefold() == token.casefold() for word in words)


def _is_word(token: str) -> bool:
    """Whether a token is text, and whole characters: no control token, no part of a letter."""
    return bool(token.strip()) and not token.startswith("<") and "\N{REPLACEMENT CHARACTER}" not in token


def _may_refuse(token: str) -> bool:
    """Whether the refusal starts with the token; tokenizers cut it differently."""
    return bool(token.strip()) and prompts.NOT_FOUND.startswith(token.strip())
