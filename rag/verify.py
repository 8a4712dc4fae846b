"""Reading -> verdict: which sentence of the unit says it, and whether everything in it is borne out.

The model's word counts for nothing here. An answer is supported only if
1. every name, number and date that the *question* names is in the article (else its premise is not borne out),
2. it is of the kind that the question asks for, and says something that the question didn't,
3. its names, numbers and dates stand in one sentence, or in two neighbouring ones, which are then cited; an answer
   without any shares most of its words with the cited sentence, in either language,
4. the cited sentence speaks of what the question asks about, as much as any other sentence of the unit does.
Checking atoms and failing closed is the idea of attributed QA (Rashkin et al. 2023, arXiv 2112.12870; Min et al.
2023, arXiv 2305.14251), done by rules and not by a model, so that it costs nothing and can be read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.atoms import Atoms, atoms, has_name, names, numbers
from rag.dates import DateSpan, find_dates, format_date, same_date
from rag.language import is_small_word
from rag.lexicon import opposites, phrases, translations
from rag.question import Question
from rag.units import Unit

# Share of an answer's words that the cited sentence has to contain where there is no name, number or date to check.
ENOUGH = 0.5
# How much less of the question the cited sentence may contain than the unit's best one. Two sentences tell of one
# event in different words; a sentence about another event lacks the question's verb and half of its names.
BEHIND = 0.34
# "The two plots", "both men": counts this small come from the asker and not from the article.
SMALL = {"2", "3"}


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
    """Check one reading's answer against its unit; `hint` is the sentence that the model named."""
    missing = missing_premise(question, unit)
    if missing:
        return _unsupported(question, "doesn't mention", "tidak menyebut", missing)
    verdict_word, claim = split_verdict(answer)
    if question.kind == "yesno" and verdict_word is None:
        return _unsupported(question, "doesn't say yes or no:", "tidak menjawab ya atau tidak:", answer)
    asked = asked_atoms(question, unit)
    said = answer_atoms(question, unit, claim)
    new = _new(said, asked, question)
    if question.kind != "yesno" and not _answers(question, claim, said, new):
        return _unsupported(question, "doesn't say", "tidak menyebut", claim)
    numbers_of_all = range(len(unit.sentences))
    closeness = [word_share(question.text, unit.quote(n)) for n in numbers_of_all]
    saying = [n for n in numbers_of_all if _says(unit, (n,), claim, new)]
    saying.sort(key=lambda n: -(closeness[n] + word_share(claim, unit.quote(n)) + 0.25 * (n == hint)))
    for number in saying:
        if closeness[number] >= max(closeness) - BEHIND and not swaps_roles(question.text, unit.quote(number)):
            return Verdict((number,))
    if saying or not new:
        return _unsupported(question, "says something else about", "mengatakan hal lain tentang", claim or answer)
    for pair in pairwise(numbers_of_all):
        if max(closeness[n] for n in pair) >= max(closeness) - BEHIND and _says(unit, pair, claim, new):
            return Verdict(tuple(sorted(pair, key=lambda n: -closeness[n])))
    return _unsupported(question, "doesn't say", "tidak menyebut", claim or answer)


def asked_atoms(question: Question, unit: Unit) -> Atoms:
    """The question's atoms; "27 December" without a year is the one nearest to the article's publication."""
    return atoms(question.text, find_dates(question.text, unit.document.published))


def answer_atoms(question: Question, unit: Unit, claim: str) -> Atoms:
    """The answer's atoms; "April" alone is the April of which question and unit speak."""
    context = [date.start for date in atoms(question.text).dates]
    context += [expression.date.start for found in unit.dates for expression in found if expression.date]
    return atoms(claim, find_dates(claim, unit.document.published, context))


# Verbs that say the same when both sides change places.
MUTUAL = ("talk", "speak", "meet", "discuss", "agree", "talks", "bicara", "berbicara", "bertemu", "membahas", "sepakat")


def swaps_roles(question: str, sentence: str) -> bool:
    """Whether the sentence lets the second person of "A thanked B" act on the first, or on somebody else.

    The order in which the two are named tells, in both languages; a passive ("oleh", "di-") turns it round, and
    is let pass.
    """
    named = names(question)
    verbs = [(matched, forms) for kind, matched, forms in phrases(question) if kind == "verb" and matched not in MUTUAL]
    for matched, forms in verbs:
        before, _, after = question.partition(matched)
        first = next((name for name in reversed(named) if name in before), "")
        second = next((name for name in named if name in after), "")
        if not first or not second or not _has_any(sentence, forms):
            continue
        if re.search(r"\b(oleh|by)\b", sentence, re.IGNORECASE):
            continue
        places = [_first_place(sentence, name) for name in (first, second)]
        if None not in places and places[0] > places[1]:  # type: ignore[operator]
            return True
    return False


def _first_place(sentence: str, name: str) -> int | None:
    places = [sentence.casefold().find(word.casefold()) for word in name.split() if len(word) > 2]
    found = [place for place in places if place >= 0]
    return min(found) if found else None


def missing_premise(question: Question, unit: Unit) -> str:
    """The first name, number or date of the question that the article does not contain; "" if it has them all."""
    asked = asked_atoms(question, unit)
    document = unit.document
    whole = f"{document.title}\n{document.publisher}\n{document.text}"
    choices = _choices(question.text)
    for name in asked.names:
        if name not in choices and not has_name(whole, name):
            return name
    if choices and not any(has_name(whole, name) for name in choices):
        return choices[0]
    missing = asked.numbers - numbers(whole) - SMALL
    if missing:
        return min(missing)
    # A question about two years is answered by an article of either.
    if asked.dates and not any(same_date(date, span) for date in asked.dates for span in unit.all_dates):
        return format_date(asked.dates[0], question.language)
    return ""


def _choices(question: str) -> tuple[str, ...]:
    """The names between which the question lets choose: "the CIA or the FBI"."""
    match = re.search(r"([\w.-]+),? (?:or|atau) (?:the )?([\w.-]+)", question)
    return tuple(name for name in names(question) if match and (name == match[1] or name == match[2]))


def split_verdict(answer: str) -> tuple[bool | None, str]:
    """A reply's yes (True) or no (False), None for neither, and what follows it."""
    match = re.match(r"\W*(yes|ya|iya|benar|betul|no|tidak|bukan|belum)\b[\s,.:;–-]*", answer, re.IGNORECASE)
    if match is None:
        return None, answer
    return match[1].casefold() in ("yes", "ya", "iya", "benar", "betul"), answer[match.end() :]


def _new(said: Atoms, asked: Atoms, question: Question) -> Atoms:
    """What the answer adds to the question; a choice that the question offers is an answer."""
    choices = _choices(question.text)
    return Atoms(
        said.numbers - asked.numbers,
        tuple(date for date in said.dates if not any(_covers(date, other) for other in asked.dates)),
        tuple(name for name in said.names if name in choices or not has_name(question.text, name)),
    )


def _answers(question: Question, claim: str, said: Atoms, new: Atoms) -> bool:
    """Whether the claim is of the kind asked for, and adds something."""
    if question.kind == "when":
        return bool(said.dates)
    if question.kind == "number":
        return bool(said.numbers)
    return bool(new) or word_share(claim, question.text) < 1


def _says(unit: Unit, sentences: Sequence[int], claim: str, said: Atoms) -> bool:
    """Whether the sentences contain the claim: its atoms, or else most of its words; and the measure of a number."""
    text = " ".join(unit.quote(number) for number in sentences)
    if not said:
        return not claim or word_share(claim, text) >= ENOUGH
    spans = [expression.date for number in sentences for expression in unit.dates[number] if expression.date]
    return (
        all(any(_covers(date, span) for span in spans) for date in said.dates)
        and said.numbers <= _numbers(unit, sentences)
        and all(has_name(text, name) for name in said.names)
        and all(_has_any(text, forms) for forms in _measures(claim) if said.numbers)
    )


def _numbers(unit: Unit, sentences: Sequence[int]) -> frozenset[str]:
    """Numbers of the sentences, those within dates left out: "(17/12)" is no 17."""
    return frozenset().union(*(atoms(unit.quote(n), unit.dates[n]).numbers for n in sentences))


_MEASURES = frozenset(
    "minute hour day week month year second percent kilometer kilometre meter metre dollar rupiah menit jam hari minggu "
    "pekan bulan tahun detik persen".split()
)


def _measures(claim: str) -> list[frozenset[str]]:
    return [forms for _, _, forms in phrases(claim) if forms & _MEASURES]


def _covers(said: DateSpan, span: DateSpan) -> bool:
    """Whether `span` is the date said, and as precise."""
    return same_date(said, span) and len(span.start) >= len(said.start)


def word_share(words: str, text: str) -> float:
    """Share of the content words that stand in the text, as they are or translated; 0 if there are none to look for."""
    wanted = content(words)
    return sum(_has_any(text, forms) for forms in wanted) / len(wanted) if wanted else 0.0


def content(text: str) -> list[frozenset[str]]:
    """The content words of a text, each with its forms in both languages."""
    found = [phrase for phrase in phrases(text) if not is_small_word(phrase[1])]
    covered = {word for _, matched, _ in found for word in matched.casefold().split()}
    rest = [
        frozenset({word.casefold()}) | translations(word)
        for word in re.findall(r"[^\W_][\w’'-]+", text)
        if word.casefold() not in covered and not is_small_word(word)
    ]
    return [forms for _, _, forms in found] + rest


def _has_any(text: str, forms: frozenset[str]) -> bool:
    folded = text.casefold()
    return any(
        re.search(rf"\b{re.escape(form.casefold()[:-1] if len(form) > 6 else form.casefold())}", folded)
        for form in forms
    )


def contradicts(question: Question, sentence: str) -> bool:
    """Whether the sentence says the opposite of what the question takes for granted ("released": "arrested")."""
    return any(
        kind == "verb" and not _has_any(sentence, forms) and _has_any(sentence, opposites(matched))
        for kind, matched, forms in phrases(question.text)
    )


def _unsupported(question: Question, english: str, indonesian: str, what: str) -> Verdict:
    said = f"artikelnya {indonesian}" if question.language == "id" else f"the article {english}"
    return Verdict((), f'{said} "{what}"')
