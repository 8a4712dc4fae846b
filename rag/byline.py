"""Question + article -> who wrote it, as its byline says; read by code: a byline is no sentence and in no passage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rag.documents import Document
from rag.lines import ends_sentence, lines
from rag.merge import Finding
from rag.question import Question
from rag.sentences import Sentence
from rag.units import Unit

# "Who wrote the report on …", "berita ini ditulis siapa?"; who wrote a book is another question.
_WROTE = re.compile(
    r"\b(who('s| is| was)? (the )?(wrote|penned|author|writer|reporter|journalist)|byline"
    r"|(written|penned) by (whom|who)|(di)?tulis(kan)?( oleh)? siapa|siapa( yang)? (me)?nulis\w*"
    r"|siapa(kah)?( nama)? (penulis|wartawan|reporter)\w*|(penulis|wartawan|reporter)nya siapa)\b",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"\b(article|story|piece|report|news|byline|artikel|berita|tulisan|liputan|laporan)(nya)?\b", re.IGNORECASE
)
_WRITER = r"[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]*){0,4}"
_SIGNED = re.compile(
    rf"(?:(?i:by|written by|oleh|ditulis oleh|penulis|reporter|pewarta|author)\b:?) ({_WRITER})(?=\s*(?:[,|/–—-]|\Z))"
)
_BESIDE = re.compile(rf"({_WRITER})(?: [|•·–—-]+ |, )(.+)")
# A byline stands above the text or below it, and is short.
_LINES, _LENGTH = 12, 100
# A byline is certain.
SURE = 5.0


def signature(question: Question, best: Unit) -> Finding | None:
    """Who wrote the article of the unit that fits best; None where that isn't asked, or the article isn't signed."""
    if not (_WROTE.search(question.text) and _ARTICLE.search(question.text)):
        return None
    found = next(_bylines(best.document), None)
    if found is None:
        return None
    line, writer = found
    return Finding(replace(best, sentences=(line,), dates=((),)), writer, (0,), -SURE, 1.0, SURE)


def _bylines(document: Document) -> Iterator[tuple[Sentence, str]]:
    """The lines that name a writer, with the name: "By Jo Tran", "Riva Dessthania | CNN Indonesia"."""
    found = list(lines(document.text))
    for line in (*found[:_LINES], *found[_LINES:][-_LINES:]):
        text = document.text[line.start : line.end]
        signed, beside = _SIGNED.match(text), _BESIDE.fullmatch(text)
        writer = signed[1] if signed else ""
        paper = document.publisher.casefold()
        if beside and not signed and paper and paper in beside[2].casefold():
            writer = beside[1]
        # "By Monday, 13 had died." is a sentence.
        if writer and len(text) <= _LENGTH and writer.casefold() != paper and not ends_sentence(text):
            yield Sentence(line.start, line.end), writer
