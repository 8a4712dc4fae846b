"""Follow-up + history -> a question that stands alone, in its own language."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag import prompts
from rag.atoms import atoms, has_name, names
from rag.dates import find_dates, same_date
from rag.language import is_small_word
from rag.lexicon import phrases
from rag.overlap import content, word_share
from rag.question import asks_for_something, kind_of
from rag.reading import BROKEN_OFF

# What a follow-up opens with that puts something in the place of what was asked: "kalau yang luka?"
_INSTEAD = re.compile(
    r"\W*(and|but|so|or|what about|how about|dan|lalu|kalau|terus|tapi|bagaimana dengan)\b", re.IGNORECASE
)
# Words that point back to what was said before.
_POINTS_BACK = re.compile(
    r"\b(he|she|it|they|him|her|them|his|hers|its|their|that|those|these|this|there|then|same|one|ones|former|latter|else"
    r"|dia|ia|mereka|beliau|itu|tersebut|begitu|sana|situ|tadi|sama|keduanya|kedua)\b|[a-z]{3,}nya\b",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(r"\b(he|she|him|his|dia|ia|beliau)\b", re.IGNORECASE)
_THAT = re.compile(r"\b(that|this) \w+|\b\w+ (itu|tersebut)\b", re.IGNORECASE)
# A question of fewer content words leans on what was asked before: "and in 2019?"
_FEW_WORDS = 3
# Earlier turns that are looked at; the one before last still names who "he" is, older ones mislead.
_TURNS = 2


def leans_on_history(question: str) -> bool:
    """Whether a question can only be understood with what was said before."""
    content = [word for word in re.findall(r"[\w’'-]+", question) if not is_small_word(word)]
    return len(content) < _FEW_WORDS or bool(_POINTS_BACK.search(question) or _INSTEAD.match(question))


def standalone(question: str, history: Sequence[tuple[str, str]], rewrite: Callable[[str, str], str] | None) -> str:
    """The question with what it leans on put in.

    Args:
        question: the follow-up.
        history: earlier questions and answers, oldest first.
        rewrite: writes the model's rewriting of a conversation, where it has begun so; None where no model runs.

    Returns:
        The question as it is where it stands alone, or where it does with a name for "he"; the model's rewriting if it
        puts something in, loses nothing and names nothing that wasn't named before; else its rewriting that begins
        with the question, so that it can't repeat or answer the earlier one; else the question with that name, or the
        earlier question and this one in a row.
    """
    if not history:
        return question
    turns = [(asked, _plain(answered)) for asked, answered in history[-_TURNS:]]
    if not leans_on_history(_without_own_pronoun(question, turns)):
        return question
    named = _with_name(question, *turns[-1])
    if named != question and not leans_on_history(named):
        return named
    said = " ".join([question, *(text for turn in turns for text in turn)])
    if rewrite is not None:
        for begun in ("", _opening(question)):
            written = rewrite(prompts.follow_up(turns, question), begun).strip().strip('"')
            if _is_usable(written, question) and _has_all(said, written):
                return _with_day(written, *turns[-1])
    return named if named != question else f"{turns[-1][0].rstrip('?. ')}? {question}"


def _without_own_pronoun(question: str, turns: Sequence[tuple[str, str]]) -> str:
    """The question without a "he" behind whoever of the conversation it names itself: "what did Trump say he took?"."""
    named = {name.casefold() for turn in turns for text in turn for name in names(text)}
    he = _SOMEBODY.search(question)
    before = re.findall(r"[^\W\d_]+", question[: he.start()].casefold()) if he else []
    return _SOMEBODY.sub("", question) if named & set(before) else question


def _with_name(question: str, asked: str, answered: str) -> str:
    """The follow-up with a name for "he" or "dia", where one was just named: "And what did Galuzin say?"."""
    named = _people(answered if kind_of(asked) == "who" else "") or _people(asked)
    if len(named) != 1:
        return question
    put = _SOMEBODY.sub(lambda he: f"{named[0]}'s" if he[0].casefold() == "his" else named[0], question)
    put = _INSTEAD.sub("", put).strip()
    return f"{put[:1].upper()}{put[1:]}" if named[0] in put else question


def _people(text: str) -> list[str]:
    """The names of a text that may be somebody's: no abbreviation, and no place or office that the lexicon knows."""
    known = {word for _, matched, _ in phrases(text) for word in matched.split()}
    return [name for name in names(text) if not name.isupper() and not set(re.findall(r"\w+", name)) <= known]


def _with_day(written: str, asked: str, answered: str) -> str:
    """A rewriting that says "that call" still, with the day that was just answered."""
    days = find_dates(answered)
    if kind_of(asked) != "when" or len(days) != 1 or find_dates(written) or not _THAT.search(written):
        return written
    return f"{written.rstrip('?. ')} ({days[0].text})?"


def _plain(answer: str) -> str:
    """An answer without its markers: a model that sees [1] in the history invents more of them."""
    return " ".join(re.sub(r"\[\d+\]", "", answer).split())[:300]


def _opening(question: str) -> str:
    """How a rewriting begins that only adds to the question: "kalau orang Asia Tengah?" -> "Orang Asia Tengah"."""
    opening = _INSTEAD.sub("", question).strip(" ?.!")
    return opening[:1].upper() + opening[1:]


def _is_usable(written: str, question: str) -> bool:
    """Whether a rewriting is whole, still asks what the question asked, adds to it and loses nothing."""
    whole = not written.endswith(BROKEN_OFF)
    return whole and _same_kind(written, question) and _puts_in(written, question) and _keeps(written, question)


def _same_kind(written: str, question: str) -> bool:
    """Whether the rewriting still asks what the follow-up asked; a small model answers it at times."""
    asks = asks_for_something(written) or not asks_for_something(question)
    return bool(written) and asks and kind_of(question) in (kind_of(written), "open")


def _puts_in(written: str, question: str) -> bool:
    """Whether the rewriting has a word that the follow-up hasn't; one that names somebody may stand alone as it is."""
    return word_share(written, question) < 1 or bool(atoms(question).names)


def _keeps(written: str, question: str) -> bool:
    """Whether the rewriting has what is new in the follow-up: "and in 2019?", "kalau yang luka?"."""
    lost = content(question) and not word_share(question, written)
    return not lost and _has_all(written, question)


def _has_all(text: str, other: str) -> bool:
    """Whether a text has every name, number and date of another."""
    known, wanted = atoms(text), atoms(other)
    return (
        wanted.numbers <= known.numbers
        and all(any(same_date(date, each) for each in known.dates) for date in wanted.dates)
        and all(has_name(text, name) for name in wanted.names)
    )
