"""Passage -> reading unit: what the model sees of an article in one reading.

A unit is a passage headed by its article's title, publisher and date, its sentences numbered, without dateline and with
their dates in full.
Whole articles as units were compared on 53 of the evaluation's questions: some reading held the right answer for
31 of 35 (passages: 30), the surest reading was right for 28 (26), and the lowest doubt told answerable questions from
others equally well (AUC 0.76 both). A cold passage is read four times as fast, so passages it is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.atoms import has_name
from rag.dates import DateExpression, DateSpan, format_date, resolve_document
from rag.documents import Document
from rag.masthead import dateline, without_dateline
from rag.passages import Passage
from rag.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Unit:
    """A passage as it is read.

    Attributes:
        document: its article.
        passage_id: which passage of the article.
        sentences: its sentences in order; number n in the prompt is `sentences[n - 1]`.
        dates: each sentence's date expressions with their full dates; offsets count from the sentence's start.
        all_dates: every date of the whole article, its publication included.
        text: what the model sees: the heading, then the numbered sentences.
        key: tells this text from every other.
    """

    document: Document
    passage_id: str
    sentences: tuple[Sentence, ...]
    dates: tuple[tuple[DateExpression, ...], ...]
    all_dates: frozenset[DateSpan]
    text: str
    key: str

    def has(self, name: str) -> bool:
        """Whether one of its sentences has the name."""
        return has_name(" ".join(map(self.quote, range(len(self.sentences)))), name)

    def quote(self, number: int) -> str:
        """Sentence `number` (from 0), verbatim."""
        sentence = self.sentences[number]
        return self.document.text[sentence.start : sentence.end]


def document_units(document: Document, sentences: Sequence[Sentence], passages: Sequence[Passage]) -> dict[str, Unit]:
    """A document's units by passage id. Dates are resolved over the whole article: "Minggu" needs its neighbours."""
    kept = [sentence for sentence in sentences if not sentence.boilerplate]
    texts = [document.text[sentence.start : sentence.end] for sentence in kept]
    found = resolve_document(texts, document.published, document.language)
    # When it was written is not when any of it took place.
    told = [tuple(e for e in each if e.start >= dateline(text)) for text, each in zip(texts, found, strict=True)]
    dates = dict(zip(kept, told, strict=True))
    spans = {expression.date for found in dates.values() for expression in found if expression.date}
    if document.published:
        spans.add(DateSpan(document.published))
    return {
        passage.id: _unit(document, passage, tuple(dates[s] for s in passage.sentences), frozenset(spans))
        for passage in passages
    }


def _unit(
    document: Document,
    passage: Passage,
    dates: tuple[tuple[DateExpression, ...], ...],
    all_dates: frozenset[DateSpan],
) -> Unit:
    lines = [_heading(document)]
    for number, (sentence, found) in enumerate(zip(passage.sentences, dates, strict=True), 1):
        text = without_dateline(with_dates(document.text[sentence.start : sentence.end], found, document.language))
        lines.append(f"[{number}] {text}")
    # Control tokens of the chat format that stand in an article would end the unit: they are broken up.
    text = "\n".join(line for line in lines if line).replace("<|", "< |")
    key = hashlib.sha256(text.encode()).hexdigest()
    return Unit(document, passage.id, passage.sentences, dates, all_dates, text, key)


def _heading(document: Document) -> str:
    published = format_date(DateSpan(document.published), document.language) if document.published else ""
    origin = ", ".join(part for part in (document.publisher, published) if part)
    return f"{document.title} ({origin})" if origin else document.title


_COUNTS_FROM = re.compile(r"\b(setelah|sesudah|sebelum|after|before)\Z", re.IGNORECASE)


def with_dates(text: str, found: Sequence[DateExpression], language: str) -> str:
    """The text with every resolved date in full: the model then copies "17 Desember 2017" and not "Minggu (17/12)".

    Years from one to another stay as they are: "abad ke-19" is no "1801–1900" to anybody. So does "tiga hari setelah",
    before what is told of that day.
    """
    for expression in sorted(found, key=lambda expression: -expression.start):
        years = expression.date is not None and expression.date.end and len(expression.date.start) == len("2017")
        if expression.date is not None and not years and not _COUNTS_FROM.search(expression.text):
            full = format_date(expression.date, language)
            text = text[: expression.start] + full + text[expression.end :]
    return " ".join(text.split())
