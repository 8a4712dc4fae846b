"""Question and answer -> numbers. No model judges: each metric is a comparison that anybody can redo."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from statistics import fmean
from typing import NamedTuple

from eval.questions import Question
from rag.answer import Answer, Citation, Statement
from rag.dates import DateExpression, DateSpan, find_dates, same_date

METRICS = {
    "correct": "right",
    "abstained": "abstained",
    "false_refusal": "refused an answerable question",
    "hallucinated": "answered an unanswerable question",
    "citation_validity": "citations verbatim",
    "document_precision": "citations in a right article",
    "sentence_precision": "citations on a right sentence",
    "sentence_recall": "right sentences cited",
    "support": "statements supported",
    "unsupported_shown": "shows an unsupported number or date as supported",
    "language": "reply in the question's language",
}
"""Name of each metric -> what it means, in the order of the tables."""

TextOf = Callable[[str], str]
"""Document id -> the document's text, "" where there is no such document."""

# A citation and a gold quote that share less of the shorter one than this are only neighbours.
SHARED = 0.5

QUOTES = str.maketrans("‘’“”–—−", "''\"\"---")
MARKER = re.compile(r"\s*\[\d+(?:\s*[,;]\s*\d+)*\]")
FIGURE = re.compile(r"(?<![\d.,/:])\d+(?:[.,]\d+)+(?![\d/:])")
THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*")
# How many days, in a date that counts them from another.
COUNTED = re.compile(
    r"\b(\w+) (?:jam|hari|minggu|pekan|bulan|tahun|hours?|days?|weeks?|months?|years?)\b", re.IGNORECASE
)

YES = frozenset({"yes", "ya", "benar"})
NO = frozenset({"no", "not", "tidak", "bukan", "belum"})

# Words that each language has in almost every sentence and the other never.
FUNCTION_WORDS = {
    "en": "the of and in to was on that for by not with from at were has have say",
    "id": "yang dan di pada untuk dengan dari itu ini tidak oleh telah adalah ke dalam akan",
}

# One is left out: "one of them", "satu sama lain", "seorang" count nothing.
UNITS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
    "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8, "sembilan": 9,
    "sepuluh": 10, "sebelas": 11, "seratus": 100, "seribu": 1000, "sejuta": 1_000_000,
}  # fmt: skip
SCALES = {
    "puluh": 10, "ratus": 100, "hundred": 100, "ribu": 1000, "thousand": 1000, 
    "juta": 10**6, "million": 10**6, "miliar": 10**9, "billion": 10**9, "triliun": 10**12, "trillion": 10**12,
}  # fmt: skip
PAIR = re.compile(r"\b(?:kedua(?:nya)?|both)\b")
TOKEN = re.compile(r"\d+(?:\.\d+)?(?!\w)|\w+|[^\w\s-]")


class Span(NamedTuple):
    """A stretch of a document's text."""

    document: str
    start: int
    end: int


Gold = Sequence[Sequence[Span]]
"""For each gold quote, the places where it stands."""


def normalise(text: str) -> str:
    """The form in which an answer and an accepted form are compared: no markers, case, or number formats."""
    text = MARKER.sub("", unicodedata.normalize("NFKC", text).translate(QUOTES)).casefold()
    return " ".join(FIGURE.sub(lambda match: _plain(match[0]), text).split())


def _plain(figure: str) -> str:
    """40.000 and 40,000 -> 40000; 1.234,5 -> 1234.5; 10,9 -> 10.9; 17.12.2017 stays."""
    if THOUSANDS.fullmatch(figure):
        return re.sub(r"[.,]", "", figure)
    whole, mark, part = figure.rpartition("," if figure.rfind(",") > figure.rfind(".") else ".")
    if whole.isdigit() or ((thousands := THOUSANDS.fullmatch(whole)) and thousands[1] != mark):
        return f"{re.sub(r'[.,]', '', whole)}.{part}"
    return figure


def states(text: str, form: str) -> bool:
    """Whether a normalised text holds a form as whole words: no 7 in 17, 1.7 or 7/12, no "no" in "not"."""
    form = normalise(form)
    before = r"(?<!\w)(?<!\d[.,:/])" if form[:1].isdigit() else r"(?<!\w)"
    after = r"(?!\w)(?![.,:/]\d)" if form[-1:].isdigit() else r"(?!\w)"
    return re.search(before + re.escape(form) + after, text) is not None


def claimed(answer: Answer) -> list[str]:
    """What an answer says as true, normalised: its text without what it shows as unsupported."""
    text = normalise(answer.text)
    for statement in answer.statements:
        if not statement.supported and (shown := normalise(statement.text).rstrip(".")):
            text = text.replace(shown, " ")
    return [text, *(normalise(statement.text) for statement in answer.statements if statement.supported)]


def correct(question: Question, answer: Answer) -> bool:
    """Whether every fact is stated and nothing forbidden is; abstaining is right where there is no answer."""
    if not question.answerable or not answer.answered:
        return question.answerable == answer.answered
    texts = claimed(answer)

    def stated(form: str) -> bool:
        return any(states(text, form) for text in texts)

    if any(stated(form) for form in question.forbidden) or _contradicts(question, texts):
        return False
    return all(any(stated(form) for form in forms) for forms in question.answers)


def _contradicts(question: Question, texts: Sequence[str]) -> bool:
    """Whether a yes-no answer opens with the other verdict: "Ya, … tidak …" holds a "tidak" that is none."""
    if question.type != "yesno":
        return False
    forms = {normalise(form) for fact in question.answers for form in fact}
    opening = {word[0] for text in texts if (word := re.findall(r"\w+", text))}
    return bool((forms & YES and opening & NO) or (forms & NO and opening & YES))


def score(question: Question, answer: Answer, gold: Gold, text_of: TextOf) -> dict[str, float | None]:
    """Every metric; None where it says nothing about this question.

    Args:
        question: what was asked.
        answer: the complete answer to it.
        gold: for each gold quote, the places where it stands.
        text_of: the text of a document.
    """
    cited = [Span(c.document_id, c.start, c.end) for c in answer.citations]
    measured = bool(gold and cited and answer.answered)
    scores: dict[str, float | None] = {
        "correct": correct(question, answer),
        "abstained": not answer.answered,
        "false_refusal": not answer.answered if question.answerable else None,
        "hallucinated": None if question.answerable else answer.answered,
        "citation_validity": citation_validity(answer.citations, text_of),
        "document_precision": document_precision(cited, gold) if measured else None,
        "sentence_precision": sentence_precision(cited, gold) if measured else None,
        "sentence_recall": sentence_recall(cited, gold) if gold and answer.answered else None,
        "support": support(answer.statements),
        "unsupported_shown": unsupported_shown(answer, text_of),
        "language": language(answer) == question.language,
    }
    return {name: None if value is None else float(value) for name, value in scores.items()}


def citation_validity(citations: Sequence[Citation], text_of: TextOf) -> float | None:
    """Share of citations whose quote is the document's text at their offsets."""
    if not citations:
        return None
    return fmean(bool(c.quote) and text_of(c.document_id)[c.start : c.end] == c.quote for c in citations)


def document_precision(cited: Sequence[Span], gold: Gold) -> float:
    """Share of citations of an article that says the answer."""
    right = {place.document for places in gold for place in places}
    return fmean(span.document in right for span in cited)


def sentence_precision(cited: Sequence[Span], gold: Gold) -> float:
    """Share of citations on a sentence that says the answer."""
    return fmean(any(_same(span, place) for places in gold for place in places) for span in cited)


def sentence_recall(cited: Sequence[Span], gold: Gold) -> float:
    """Share of the sentences that say the answer which are cited."""
    return fmean(any(_same(span, place) for span in cited for place in places) for places in gold)


def _same(a: Span, b: Span) -> bool:
    shared = min(a.end, b.end) - max(a.start, b.start)
    enough = SHARED * min(a.end - a.start, b.end - b.start)
    return a.document == b.document and shared > 0 and shared >= enough


def support(statements: Sequence[Statement]) -> float | None:
    """Share of statements that the answer itself calls supported."""
    return fmean(statement.supported for statement in statements) if statements else None


def unsupported_shown(answer: Answer, text_of: TextOf) -> bool | None:
    """Whether a supported statement holds a number or a date that the sentences cited for it don't."""
    cited = {citation.number: citation for citation in answer.citations}
    supported = [statement for statement in answer.statements if statement.supported]
    if not supported:
        return None
    return any(
        _unsupported(statement, [cited[number] for number in statement.citations if number in cited], text_of)
        for statement in supported
    )


def _unsupported(statement: Statement, citations: Sequence[Citation], text_of: TextOf) -> bool:
    known: list[DateSpan] = []
    values: set[float] = set()
    for citation in citations:
        context = _dates_around(citation, text_of(citation.document_id))
        found, rest = _dates(citation.quote, citation.published, context)
        known += [each.date for each in found if each.date]
        values |= numbers(rest) | ({2.0} if PAIR.search(normalise(rest)) else set())
        # "Tiga hari setelah 14 Desember" is a date, and how many days later it was.
        values |= {value for each in found for counted in COUNTED.findall(each.text) for value in numbers(counted)}
    values |= {float(date.start[:4]) for date in known}
    # A date without a year is read from where it is cited, which may be any of the articles.
    readings = [_dates(statement.text, place) for place in {c.published for c in citations} or {""}]
    said = zip(*(found for found, _ in readings), strict=True)
    dated = all(_borne_out([each.date for each in date if each.date], known) for date in said)
    return not (dated and numbers(readings[0][1]) <= values)


def _dates(text: str, published: str, context: Sequence[str] = ()) -> tuple[list[DateExpression], str]:
    """The dates of a text, and the rest of it: the 17 of a date is no number of people.

    A bare year stays in the rest: whether four digits are a year hangs on the words beside them.
    """
    found = [each for each in find_dates(text, published, context) if not re.fullmatch(r"\d{4}", each.text)]
    rest = text
    for each in reversed(found):
        rest = f"{rest[: each.start]};{rest[each.end :]}"
    return found, rest


def _borne_out(readings: Sequence[DateSpan], known: Sequence[DateSpan]) -> bool:
    """Whether a date is among those known; "2017-12" doesn't bear out "17 December 2017"."""
    return not readings or any(
        same_date(date, other) and len(other.start) >= len(date.start) for date in readings for other in known
    )


def _dates_around(citation: Citation, text: str) -> list[str]:
    """The other dates of the article, nearest first: "hari itu" means one of them."""
    around = [each for each in find_dates(text, citation.published) if each.date]
    around.sort(key=lambda each: abs(each.start - citation.start))
    outside = (each for each in around if not citation.start <= each.start < citation.end)
    return [each.date.start for each in outside if each.date]


def language(answer: Answer) -> str:
    """The language of the answer by its function words, or as it says itself where they don't tell."""
    words = re.findall(r"\w+", normalise(answer.text))
    counts = {code: sum(word in known.split() for word in words) for code, known in FUNCTION_WORDS.items()}
    if counts["en"] == counts["id"]:
        return answer.language
    return max(counts, key=lambda code: counts[code])


def numbers(text: str) -> set[float]:
    """The values of all numbers in a text, in digits or in English or Indonesian words."""
    found: set[float] = set()
    value: float | None = None  # of the number that is being read
    for token in [*TOKEN.findall(normalise(text)), ""]:
        longer = _continued(value, token)
        if longer is None:
            if value is not None:
                found.add(value)
            value = float(token) if re.fullmatch(r"\d+(\.\d+)?", token) else UNITS.get(token)
        else:
            value = longer
    return found


def _continued(value: float | None, token: str) -> float | None:
    """The number that a value and the next word make together; None if the word doesn't go on with it."""
    if not value:
        return None
    if token == "belas" and value < 10:
        return value + 10
    if token in SCALES:
        rest = value % SCALES[token]
        return value - rest + rest * SCALES[token]
    # "twenty five", "seratus dua puluh": a smaller number fills the places left open.
    unit = UNITS.get(token)
    return value + unit if unit and value % 10 ** len(str(unit)) == 0 else None
