"""Whether something took longer than is asked: "more than an hour?" is answered by "45 minutes"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.atoms import numbers

# In minutes; months and years on average.
_MINUTES = {
    r"seconds?|detik": 1 / 60,
    r"minutes?|menit": 1,
    r"hours?|jam": 60,
    r"days?|hari": 1_440,
    r"weeks?|minggu|pekan": 10_080,
    r"months?|bulan": 43_800,
    r"years?|tahun": 525_600,
}
_UNIT = "|".join(_MINUTES)
_DURATION = re.compile(
    rf"\b(?:se(?=jam|menit|detik|hari|minggu|pekan|bulan|tahun)|(\w+(?:[.,]\d+)?)[ -])({_UNIT})\b", re.I
)
# A time that something took, not one between two events: "selama 45 menit", not "dua tahun lalu".
_TOOK = re.compile(
    r"\b(selama|berlangsung|memakan waktu|for|last(s|ed)?|took|takes)\W+((kurang lebih|sekitar|about|around)\W+)?\Z",
    re.I,
)
_MORE = re.compile(r"\b(more than|longer than|over|lebih (lama )?dari(pada)?|di atas)\W*\Z", re.IGNORECASE)
_LESS = re.compile(
    r"\b(less than|shorter than|under|kurang dari|lebih (singkat|pendek) dari(pada)?|di bawah)\W*\Z", re.I
)


def compared(question: str, sentence: str) -> tuple[bool, str] | None:
    """Whether it is so by the one time that something took in the sentence, with that time; None if nothing compares.

    A question compares by "more than an hour" or "kurang dari sejam".
    """
    asked = list(_durations(question))
    told = [each for each in _durations(sentence) if _TOOK.search(sentence[: each[0]])]
    if len(asked) != 1 or len(told) != 1:
        return None
    (start, _, limit), (_, text, length) = asked[0], told[0]
    if _MORE.search(question[:start]):
        return length > limit, text
    return (length < limit, text) if _LESS.search(question[:start]) else None


def _durations(text: str) -> Iterator[tuple[int, str, float]]:
    """Where each duration of a text starts, how it is written, and how many minutes it is."""
    for found in _DURATION.finditer(text):
        count = found[1]
        if count is None or count.casefold() in ("a", "an", "one", "satu"):
            value = 1.0
        elif len(said := numbers(count)) == 1:
            value = float(next(iter(said)))
        else:
            continue
        unit = next(minutes for ways, minutes in _MINUTES.items() if re.fullmatch(ways, found[2], re.IGNORECASE))
        yield found.start(), found[0], value * unit
