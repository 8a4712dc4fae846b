"""Reading -> verdict: which sentence of the unit says it, and whether everything in it is borne out.

The model's word counts for nothing here. A statement is supported only if
1. every name, number and date that the *question* asks about is in the article (else its premise is not borne out),
2. every name, number and date of the *answer* is in one sentence, or in two neighbouring ones, which are then cited,
3. an answer without any of those shares most of its words with the cited sentence, in either language.
The idea of checking atoms and failing closed is that of attributed QA (Rashkin et al. 2023, arXiv 2112.12870;
Min et al. 2023, arXiv 2305.14251), done by rules and not by a model, so that it costs nothing and can be read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.atoms import Atoms, atoms, has_name, names, numbers
from rag.dates import DateSpan, format_date, same_date
from rag.language import is_small_word
from rag.lexicon import opposites, phrases, translations
from rag.question import Question
from rag.units import Unit

# Share of an answer's words that the cited sentence has to contain where there is no name, number or date to check.
ENOUGH = 0.5
# Sentences around the cited one that may give the date it speaks of.
NEAR = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check says.

    Attributes:
        sentences: numbers (from 0) of the sentences of the unit that say it, best first; empty if unsupported.
        reason: why it is not supported, for the reader; "" if it is.
    """

    sentences: tuple[int, ...]
    reason: str = ""

    @property
    def supported(self) -> bool:
        """Whether the statement may be shown as said by the article."""
        return bool(self.sentences)


def verify(question: Question, unit: Unit, answer: str, hint: int | None) -> Verdict:
    """Check one reading's answer against its unit."""
    missing = missing_premise(question, unit)
    if missing:
        return Verdict((), _said(question, "doesn't mention", "tidak menyebut", missing))
    asked = atoms(question.text)
    said = _new(atoms(answer), asked, question.text)
    ranked = sorted(range(len(unit.sentences)), key=lambda n: -_closeness(question, unit, answer, n, hint))
    if said:
        return _cited(question, unit, said, ranked)
    return _by_words(question, unit, answer, ranked, hint)


def missing_premise(question: Question, unit: Unit) -> str:
    """The first name, number or date of the question that the article does not contain; "" if it has them all."""
    asked = atoms(question.text)
    document = unit.document
    whole = f"{document.title}\n{document.publisher}\n{document.text}"
    for name in asked.names:
        if not has_name(whole, name):
            return name
    known = numbers(whole)
    for number in sorted(asked.numbers):
        if number not in known:
            return number
    spans = [e.date for found in unit.dates for e in found if e.date] + [DateSpan(document.published)] * bool(
        document.published
    )
    for date in asked.dates:
        if not any(same_date(date, span) for span in spans):
            return format_date(date, question.language)
    return ""


def _new(said: Atoms, asked: Atoms, question: str) -> Atoms:
    """What the answer adds to the question."""
    return Atoms(
        said.numbers - asked.numbers,
        tuple(date for date in said.dates if not any(same_date(date, other) for other in asked.dates)),
        tuple(name for name in said.names if not has_name(question, name)),
    )


def _cited(question: Question, unit: Unit, said: Atoms, ranked: Sequence[int]) -> Verdict:
    for number in ranked:
        if not _missing(unit, (number,), said):
            return Verdict((number,))
    for number in ranked:
        for other in (number - 1, number + 1):
            if 0 <= other < len(unit.sentences) and not _missing(unit, (number, other), said):
                return Verdict((number, other))
    return Verdict((), _said(question, "doesn't say", "tidak menyebut", _missing(unit, ranked[:1], said)))


def _missing(unit: Unit, sentences: Sequence[int], said: Atoms) -> str:
    """The first atom that isn't in the sentences; "" if all are."""
    text = " ".join(unit.quote(number) for number in sentences)
    spans = [e.date for number in sentences for e in unit.dates[number] if e.date]
    known = numbers(text)
    for date in said.dates:
        if not any(_covers(date, span) for span in spans):
            return format_date(date, unit.document.language)
    for number in sorted(said.numbers):
        if number not in known:
            return number
    return next((name for name in said.names if not has_name(text, name)), "")


def _covers(said: DateSpan, span: DateSpan) -> bool:
    """Whether the article's date is as precise as the one said, and the same."""
    return same_date(said, span) and len(span.start) >= len(said.start)


def _closeness(question: Question, unit: Unit, answer: str, number: int, hint: int | None) -> float:
    """How much of question and answer a sentence contains; the model's hint decides between equals."""
    text = unit.quote(number)
    return word_share(answer, text) + word_share(question.text, text) + 0.25 * (number == hint)


def word_share(words: str, text: str) -> float:
    """Share of the content words that stand in the text, as they are or translated; 0 if there are none to look for."""
    wanted = content(words)
    return sum(_has_any(text, forms) for forms in wanted) / len(wanted) if wanted else 0.0


def content(text: str) -> list[frozenset[str]]:
    """The content words of a text, each with its forms in both languages."""
    found = phrases(text)
    covered = {word for _, matched, _ in found for word in matched.casefold().split()}
    rest = [
        frozenset({word.casefold()}) | translations(word)
        for word in re.findall(r"[^\W_][\w’'-]+", text)
        if word.casefold() not in covered and not is_small_word(word)
    ]
    return [forms for _, _, forms in found] + rest


def _has_any(text: str, forms: frozenset[str]) -> bool:
    folded = text.casefold()
    return any(re.search(rf"\b{re.escape(form[:-1] if len(form) > 6 else form)}", folded) for form in forms)


def _by_words(question: Question, unit: Unit, answer: str, ranked: Sequence[int], hint: int | None) -> Verdict:
    for number in ranked:
        if word_share(answer, unit.quote(number)) >= ENOUGH:
            return Verdict((number,))
    return Verdict((), _said(question, "doesn't say", "tidak menyebut", answer))


def contradicts(question: Question, sentence: str) -> bool:
    """Whether the sentence says the opposite of what the question takes for granted ("released": "arrested")."""
    for kind, matched, forms in phrases(question.text):
        if kind == "verb" and not _has_any(sentence, forms) and _has_any(sentence, opposites(matched)):
            return True
    return False


def _said(question: Question, english: str, indonesian: str, what: str) -> str:
    return f'artikelnya {indonesian} "{what}"' if question.language == "id" else f'the article {english} "{what}"'


__all__ = ["Verdict", "contradicts", "missing_premise", "names", "verify", "word_share"]
