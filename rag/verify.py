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

from rag.atoms import Atoms, atoms, has_name, names, undated_numbers
from rag.dates import DateExpression, DateSpan, find_dates, format_date, same_date
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
        instead: what the sentences say in place of the answer; "" if they say the answer.
        closeness: share of the question's words that the cited sentences contain, 0 to 1.
    """

    sentences: tuple[int, ...]
    reason: str = ""
    instead: str = ""
    closeness: float = 0.0

    @property
    def supported(self) -> bool:
        """Whether the statement may be shown as said by the article."""
        return bool(self.sentences)


def verify(question: Question, unit: Unit, answer: str, hint: int | None) -> Verdict:
    """Check one reading's answer against its unit; `hint` is the sentence that the model named."""
    missing = missing_premise(question, unit)
    if missing:
        return _unsupported(question, "doesn't mention", "tidak menyebut", missing)
    if question.kind == "yesno":
        return _yes_or_no(question, unit, answer, hint)
    claim = answer
    asked = asked_atoms(question, unit)
    said = answer_atoms(question, unit, claim)
    new = _new(said, asked, question)
    if not _answers(question, claim, said, new):
        return _unsupported(question, "doesn't say", "tidak menyebut", claim)
    numbers_of_all = range(len(unit.sentences))
    closeness = [word_share(question.text, unit.quote(n)) for n in numbers_of_all]
    saying = [n for n in numbers_of_all if _says(unit, (n,), claim, new)]
    saying.sort(key=lambda n: -(closeness[n] + word_share(claim, unit.quote(n)) + 0.25 * (n == hint)))
    # An article has many dates and few of anything else: only for a date the sentence has to be the closest.
    enough = max(closeness) - BEHIND if question.kind == "when" else 0.0
    for number in saying:
        if (
            closeness[number] >= enough
            and not swaps_roles(question.text, unit.quote(number))
            and not _of_another_day(unit, number, asked)
        ):
            told = question.kind == "when" and _is_day_of_report(question.text, unit, number)
            return Verdict((number,), closeness=0.0 if told else closeness[number])
    if question.kind == "when":
        return _closest_date(question, unit, closeness) or _unsupported(
            question, "says something else about", "mengatakan hal lain tentang", claim
        )
    if saying or not new:
        return _unsupported(question, "says something else about", "mengatakan hal lain tentang", claim or answer)
    for pair in pairwise(numbers_of_all):
        if _says(unit, pair, claim, new):
            return Verdict(tuple(sorted(pair, key=lambda n: -closeness[n])), closeness=max(closeness[n] for n in pair))
    return _unsupported(question, "doesn't say", "tidak menyebut", claim or answer)


# Words by which a sentence says that something is not so, or did not come to pass.
_NOT = re.compile(
    r"\b(tidak|bukan|belum|tak|tanpa|gagal|menggagalkan|digagalkan|batal|membantah|mencegah"
    r"|rencana|merencanakan|berencana|direncanakan|diduga"
    r"|not|never|no|without|fail(ed|s)?|foil(ed|s)?|thwart(ed|s)?|den(y|ied|ies)|prevent(ed|s)?|plan(s|ned|ning)?"
    r"|alleged(ly)?)\b|n't\b",
    re.IGNORECASE,
)
# "Belum bisa lebih lanjut menjelaskan": words between a "not" and what it denies.
_BEFORE = 3
# Share of a yes-no question's words that a sentence has to contain for a plain yes or no.
TOLD = 0.5


def _yes_or_no(question: Question, unit: Unit, answer: str, hint: int | None) -> Verdict:
    """A small model says yes to nearly everything: its yes counts only if one sentence contains the question."""
    yes, claim = split_verdict(answer)
    numbered = range(len(unit.sentences))
    closeness = [word_share(question.text, unit.quote(n)) for n in numbered]
    asked = asked_atoms(question, unit)
    timely = [n for n in numbered if not _of_another_day(unit, n, asked)]
    if not timely:
        return _unsupported(question, "doesn't say", "tidak menyebut", question.text)
    best = max(timely, key=lambda n: closeness[n] + 0.05 * (n == hint))
    sentence = unit.quote(best)
    if yes is False and claim:
        said = _new(answer_atoms(question, unit, claim), asked, question)
        for number in sorted(numbered, key=lambda n: -closeness[n]):
            if said and _says(unit, (number,), claim, said):
                return Verdict((number,), closeness=closeness[number])
    if closeness[best] < TOLD or swaps_roles(question.text, sentence):
        return _unsupported(question, "doesn't say", "tidak menyebut", question.text)
    if denies(question.text, sentence) or contradicts(question, sentence):
        return Verdict((best,), instead="Tidak" if question.language == "id" else "No", closeness=closeness[best])
    if yes and asked.numbers <= _numbers(unit, (best,)) | SMALL:
        return Verdict((best,), instead="Ya" if question.language == "id" else "Yes", closeness=closeness[best])
    return _unsupported(question, "doesn't say", "tidak menyebut", question.text)


_THAT = re.compile(r"\b(bahwa|that)\b", re.IGNORECASE)


def _is_day_of_report(question: str, unit: Unit, number: int) -> bool:
    """Whether a sentence's date says when it was said and not when it happened: "confirmed on Monday that Putin …".

    So it does where "bahwa" or "that" stands between the date and all the verbs of the question.
    """
    sentence = unit.quote(number)
    that = _THAT.search(sentence)
    dates = [e for e in unit.dates[number] if e.date]
    if that is None or not dates or dates[0].start > that.start():
        return False
    verbs = [forms for kind, _, forms in phrases(question) if kind == "verb"]
    return bool(verbs) and not any(_has_any(sentence[: that.start()], forms) for forms in verbs)


def denies(question: str, sentence: str) -> bool:
    """Whether the sentence says "not", "foiled" or "planned" of something that the question asks about without it."""
    if _NOT.search(question):
        return False
    for _, _, forms in phrases(question):
        for form in forms:
            place = re.search(rf"\b{re.escape(form.casefold())}", sentence.casefold())
            if place and _NOT.search(" ".join(sentence[: place.start()].split()[-_BEFORE:])):
                return True
    return False


def _of_another_day(unit: Unit, number: int, asked: Atoms) -> bool:
    """Whether a sentence has days of its own, and none is the question's."""
    if not asked.dates:
        return False
    days = [e.date for e in unit.dates[number] if e.date and len(e.date.start) == len("2017-12-17")]
    return bool(days) and not any(same_date(date, day) for date in asked.dates for day in days)


def _closest_date(question: Question, unit: Unit, closeness: Sequence[float]) -> Verdict | None:
    """The one day of a sentence that contains all the question's words: the model took a neighbour's."""
    for number, share in enumerate(closeness):
        days = {e.date for e in unit.dates[number] if e.date and len(e.date.start) == len("2017-12-17")}
        if (
            share == 1
            and len(days) == 1
            and not swaps_roles(question.text, unit.quote(number))
            and not _is_day_of_report(question.text, unit, number)
        ):
            return Verdict((number,), instead=format_date(days.pop(), question.language), closeness=share)
    return None


def asked_atoms(question: Question, unit: Unit) -> Atoms:
    """The question's atoms; "27 December" without a year is the article's 27 December, if it has one."""
    asked = atoms(question.text)
    years = {number for number in asked.numbers if len(number) == 4 and "1800" <= number <= "2100"}
    dates = [_in_article(expression, unit) for expression in find_dates(question.text)]
    return Atoms(
        asked.numbers - years,
        (*(date for date in dates if date is not None), *(DateSpan(year) for year in sorted(years))),
        asked.names,
    )


def _in_article(expression: DateExpression, unit: Unit) -> DateSpan | None:
    """A question's date; one without a year is looked for among the article's dates before it is taken as another."""
    if expression.date is not None:
        return expression.date
    near = [find_dates(expression.text, span.start) for span in sorted(unit.all_dates, key=lambda span: span.start)]
    resolved = [found[0].date for found in near if found and found[0].date]
    return next(
        (date for date in resolved if any(_covers(date, span) for span in unit.all_dates)), next(iter(resolved), None)
    )


def answer_atoms(question: Question, unit: Unit, claim: str) -> Atoms:
    """The answer's atoms; "April" alone is the April of which question and unit speak."""
    context = [date.start for date in atoms(question.text).dates]
    context += [expression.date.start for found in unit.dates for expression in found if expression.date]
    said = atoms(claim, find_dates(claim, unit.document.published, context))
    if question.kind == "when" and not said.dates:
        # "May" and "April" are also a verb and a name; after a preposition they are months.
        said = atoms(f"in {claim}", find_dates(f"in {claim}", unit.document.published, context))
    return said


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
        if name.casefold() not in choices and not has_name(whole, name):
            return name
    missing = asked.numbers - undated_numbers(whole) - SMALL
    if missing:
        return min(missing)
    # A question about two years is answered by an article of either.
    if asked.dates and not any(_covers(date, span) for date in asked.dates for span in unit.all_dates):
        return format_date(asked.dates[0], question.language)
    return ""


def _choices(question: str) -> tuple[str, ...]:
    """The words between which the question lets choose, case folded: "the CIA or the FBI"."""
    match = re.search(r"([\w.-]+),? (?:or|atau) (?:the )?([\w.-]+)", question.casefold())
    return (match[1], match[2]) if match else ()


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
        tuple(name for name in said.names if name.casefold() in choices or not has_name(question.text, name)),
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
        return word_share(claim, text) >= ENOUGH
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
    {"minute", "hour", "day", "week", "month", "year", "second", "percent", "kilometer", "meter", "dollar", "rupiah"}
)


def _measures(claim: str) -> list[frozenset[str]]:
    """The measures that follow a number directly: "45 minutes", "tiga hari"; not "tahun" in "tahun 2017"."""
    return [
        forms
        for _, matched, forms in phrases(claim)
        if forms & _MEASURES and re.search(rf"\w+ {re.escape(matched)}(?! \d)", claim)
    ]


def _covers(said: DateSpan, span: DateSpan) -> bool:
    """Whether `span` is the date said, and as precise."""
    return same_date(said, span) and len(span.start) >= len(said.start)


def word_share(words: str, text: str) -> float:
    """Share of the content words that stand in the text, as they are or translated; 0 if there are none to look for."""
    wanted = content(words)
    return sum(_has_any(text, forms) for forms in wanted) / len(wanted) if wanted else 0.0


def content(text: str) -> list[frozenset[str]]:
    """The content words of a text but for its dates, which are compared as dates; each with its other forms."""
    for expression in reversed(find_dates(text)):
        text = text[: expression.start] + text[expression.end :]
    found = [phrase for phrase in phrases(text) if not is_small_word(phrase[1])]
    covered = {word for _, matched, _ in found for word in matched.casefold().split()}
    words = re.findall(r"[^\W\d_][\w-]+", re.sub(r"['’]s\b", "", text))
    rest = [
        frozenset({word.casefold()}) | translations(word)
        for word in words
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
