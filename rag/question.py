"""Question -> what it asks for: its language, its kind, and whether it can be asked at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.errors import QuestionError
from rag.language import detect_question

Kind = Literal["when", "who", "where", "number", "yesno", "open"]

# A question is a sentence or two. Longer texts are pasted by mistake, and would not fit beside a unit.
LONGEST = 1_000

# The first that matches decides. English, then Indonesian; a question word may stand at the end ("telepon itu kapan?").
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("number", r"\bhow (many|much|long|old|often|far|big|large|high|tall|deep|fast)\b|\bberapa (lama|banyak|orang|kali)\b"),
        (
            "when",
            r"\bwhen\b|\b(what|which) (exact )?(day|date|year|month|time)\b|\bsince what\b"
            r"|\b(kapan|bilamana)(kah)?\b|\b(tanggal|hari|tahun|bulan) (berapa|apa)(kah)?\b|\b(tanggal|tahun|bulan|hari)nya\b",
        ),
        ("number", r"\bber?apa(kah)?\b|\b(what|which) (number|percentage|share|amount)\b"),
        ("who", r"\b(who|whom|whose)\b|\b(siapa)(kah)?\b"),
        ("where", r"\bwhere\b|\b(di|ke|dari) ?mana(kah)?\b"),
        ("open", r"^\W*((and|so|tell me),? )?(what|which|why|how|in what|for what|on what|with what)\b|\bapakah (nama|kepanjangan|maksud|arti|isi|alasan|penyebab|tujuan|yang)\b"),
        (
            "yesno",
            r"^\W*((and|so|but|then|is it true that) )?(did|does|do|is|are|was|were|has|have|had|will|would|can|could|should|is it)\b"
            r"|^\W*((dan|lalu|tapi|jadi) )?(apakah|benarkah|betulkah|apa benar|apa betul|adakah|bukankah|sudahkah|pernahkah|bisakah|akankah)\b",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as asked.

    Attributes:
        text: one line, white space folded.
        language: "id", "en" or the code that its script gives; the answer's language.
        kind: what a right answer consists of.
    """

    text: str
    language: str
    kind: Kind


def understand(text: str) -> Question:
    """Check and classify a question.

    Raises:
        QuestionError: it is empty, or longer than `LONGEST` characters.
    """
    folded = " ".join(text.replace("<|", "< |").split())
    if not any(character.isalnum() for character in folded):
        raise QuestionError('The question is empty. Ask something like "when did Putin thank Trump".')
    if len(folded) > LONGEST:
        raise QuestionError(
            f"The question has {len(folded):,} characters; at most {LONGEST:,} are read. Ask one thing in a sentence or two."
        )
    return Question(folded, detect_question(folded), _kind(folded))


def _kind(text: str) -> Kind:
    for kind, pattern in _KINDS:
        if pattern.search(text):
            return kind
    return "open"
