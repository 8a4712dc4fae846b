"""Passages -> the dates that each speaks of, so that a search can be narrowed to a time."""

from __future__ import annotations

from collections.abc import Sequence

from rag.dates import DateSpan, resolve_document
from rag.documents import Document
from rag.passages import Passage


def event_dates(document: Document, passages: Sequence[Passage]) -> tuple[tuple[DateSpan, ...], ...]:
    """Each passage's dates, in order of time.

    A passage without dates speaks of those of the passage before: "he was arrested there" goes on about that day.
    """
    texts = [document.text[s.start : s.end] for passage in passages for s in passage.sentences]
    resolved = iter(resolve_document(texts, document.published, document.language))
    dated: list[tuple[DateSpan, ...]] = []
    for passage in passages:
        spans = {each.date for _ in passage.sentences for each in next(resolved) if each.date}
        own = tuple(sorted(spans, key=lambda span: (span.start, span.end)))
        dated.append(own or (dated[-1] if dated else ()))
    return tuple(dated)
