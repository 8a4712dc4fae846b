"""Filters -> what they ask of a passage and its document, as a condition in SQL."""

from __future__ import annotations

from rag.dates import DateSpan, bounds
from rag.filters import Filters

# As `bounds` does: "-00" is before, "-99" behind any month and day. An article that was published some day in 2017 may
# be of 17 December; one that speaks of "2017" does not speak of that day.
_OF_A_TIME = """(
    (published != '' AND substr(published || '-00-00', 1, 10) <= ? AND substr(published || '-99-99', 1, 10) >= ?)
    OR EXISTS (SELECT 1 FROM events WHERE events.passage = passages.number
               AND (first BETWEEN ? AND ? OR last BETWEEN ? AND ?))
)"""


def of_filters(filters: Filters) -> tuple[str, list[str]]:
    """Return the condition, on `passages` joined with `documents`, and its values; "TRUE" where nothing is asked."""
    asked: list[tuple[str, tuple[str, ...]]] = [
        ("documents.publisher = ? COLLATE NOCASE", (filters.publisher,)),
        ("documents.language = ?", (filters.language,)),
        ("documents.id = ?", (filters.document,)),
    ]
    if filters.since or filters.until:
        first, _ = bounds(DateSpan(filters.since or "0000"))
        _, last = bounds(DateSpan(filters.until or "9999"))
        undated = "published = '' OR " if filters.undated else ""
        asked.append((f"({undated}{_OF_A_TIME})", (last, first, first, last, first, last)))
    set_ones = [(clause, values) for clause, values in asked if all(values)]
    clauses = " AND ".join(clause for clause, _ in set_ones)
    return clauses or "TRUE", [value for _, values in set_ones for value in values]
