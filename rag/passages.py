"""Document -> passages: runs of whole sentences, what is embedded and retrieved."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.documents import Document
from rag.sentences import Sentence

# Widths are in Latin letters. The embedder reads 512 tokens at once, and what is longer in parts, whose mean says
# less; a token holds about 4 letters of English or Indonesian and 3 of most other scripts, so 900 leaves room for
# the title embedded with it.
LONGEST = 900
# Two or three paragraphs of a news article: enough to say who and when, short enough to be about one thing.
TARGET = 600
# What a cut inside a paragraph costs, in the unit of `_misfit`: better to be half off the target.
_INSIDE_PARAGRAPH = 0.25


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one document.

    Attributes:
        id: "<document id>#<n>", n counting from 0 within the document.
        document_id: the document it is cut from.
        sentences: its sentences in order, boilerplate left out.
        text: the sentences' text, joined by a space, by a newline where a paragraph ends.
    """

    id: str
    document_id: str
    sentences: tuple[Sentence, ...]
    text: str


def split_passages(document: Document, sentences: Sequence[Sentence]) -> tuple[Passage, ...]:
    """Cut a document into passages near `TARGET`, at paragraph ends where that is possible.

    Every sentence that isn't boilerplate is in exactly one passage. Only a sentence by itself can be wider
    than `LONGEST`.
    """
    kept = [sentence for sentence in sentences if not sentence.boilerplate]
    cuts = _cuts(document.text, kept)
    return tuple(
        Passage(
            f"{document.id}#{number}",
            document.id,
            tuple(kept[start:end]),
            _joined(document.text, kept[start:end]),
        )
        for number, (start, end) in enumerate(pairwise(cuts))
    )


def embedded_text(title: str, text: str) -> str:
    """What the embedder reads of a passage: an article's middle seldom says by itself what it is about."""
    return text if not title or title in text else f"{title}\n{text}"


def _cuts(text: str, sentences: Sequence[Sentence]) -> list[int]:
    """Where passages begin, and where the last one ends: the cuts whose misfits add up to the least."""
    count = len(sentences)
    widths = [_width(text[sentence.start : sentence.end]) + 1 for sentence in sentences]
    if sum(widths) <= LONGEST:
        return [0, count] if count else [0]
    best = [0.0] + [float("inf")] * count
    begins = [0] * (count + 1)
    for end in range(1, count + 1):
        width, inside = 0, end < count and not _paragraph_ends(text, sentences[end - 1], sentences[end])
        for start in range(end - 1, -1, -1):
            width += widths[start]
            if width > LONGEST and start < end - 1:
                break
            cost = best[start] + _misfit(width) + inside * _INSIDE_PARAGRAPH
            if cost < best[end]:
                best[end], begins[end] = cost, start
    cuts = [count]
    while cuts[-1]:
        cuts.append(begins[cuts[-1]])
    return cuts[::-1]


def _misfit(width: int) -> float:
    return ((width - TARGET) / TARGET) ** 2


def _joined(text: str, sentences: Sequence[Sentence]) -> str:
    parts = [text[sentences[0].start : sentences[0].end]]
    for before, sentence in pairwise(sentences):
        parts += [
            "\n" if _paragraph_ends(text, before, sentence) else " ",
            text[sentence.start : sentence.end],
        ]
    return "".join(parts)


def _paragraph_ends(text: str, before: Sentence, after: Sentence) -> bool:
    return "\n" in text[before.end : after.start]


def _width(text: str) -> int:
    """Chinese, Japanese and Korean characters count double: a token holds one or two of them."""
    if text.isascii():
        return len(text)
    return len(text) + sum(unicodedata.east_asian_width(character) in "WF" for character in text)
