"""Ranked passages -> the same, each story once: a wire copy goes with the passage that it repeats.

Copies are looked for when something is asked, not when it is read: what was changed or removed is then no copy any
more. What the library keeps of each article for this are fingerprints, which go when the article goes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.answer import Copy
from rag.documents import Document
from rag.filters import UNFILTERED, Filters
from rag.passages import Passage
from rag.shingles import COPIED, fingerprints, says_the_same, share, shingles
from rag.store import Store

# Share of a passage's fingerprints that an article must have to be looked at: they are few, so the share is rough.
_LOOKED_AT = 0.3


@dataclass
class Distinct:
    """A passage that is kept, and the ids of the articles whose copies of it were not."""

    passage: Passage
    copies: set[str] = field(default_factory=set)


def distinct(ranked: Sequence[Passage], store: Store) -> list[Distinct]:
    """The passages but for those that another article's better ones repeat, in their order."""
    told = _Told()
    found: list[Distinct] = []
    for passage in ranked:
        original = next((id for id in told.by(passage) if _repeats(passage, id, store)), None)
        if original:
            kept = (each for each in found if each.passage.document_id == original)
            nearest = max(kept, key=lambda each: share(passage.text, shingles(each.passage.text)))
            nearest.copies.add(passage.document_id)
        else:
            found.append(Distinct(passage))
            told.add(passage)
    return found


def _repeats(passage: Passage, original: str, store: Store) -> bool:
    """Whether an article has every number and name of a passage of another."""
    publisher = store.document(passage.document_id).publisher
    return says_the_same(passage.text, store.document(original).text, publisher)


class _Told:
    """Which article's kept passages have which shingles, all of an article together: papers cut a story anywhere."""

    def __init__(self) -> None:
        self._all: set[int] = set()
        self._of: defaultdict[str, set[int]] = defaultdict(set)

    def add(self, passage: Passage) -> None:
        self._all |= shingles(passage.text)
        self._of[passage.document_id] |= shingles(passage.text)

    def by(self, passage: Passage) -> list[str]:
        """Ids of other articles that have a passage's words, those with the most first."""
        own = shingles(passage.text)
        enough = COPIED * len(own)
        if len(own & self._all) < enough:  # most passages are like no other
            return []
        counts = {id: len(own & others) for id, others in self._of.items() if id != passage.document_id}
        return sorted((id for id, count in counts.items() if count >= enough), key=lambda id: (-counts[id], id))


def copies_of(found: Distinct, publisher: str, store: Store, filters: Filters = UNFILTERED) -> tuple[Copy, ...]:
    """Every other article with the passage in it, in the order of publication; of those that pass the filters.

    Args:
        found: the passage.
        publisher: that of its article.
        store: where the others are.
        filters: what they have to pass, but for the copies already known.
    """
    passage = found.passage
    prints = fingerprints(passage.text)
    near = store.documents_with(prints, max(1, round(_LOOKED_AT * len(prints))), filters)
    others = [store.document(id) for id in sorted({*near, *found.copies} - {passage.document_id})]
    copies = [
        Copy(other.id, other.path, other.title, other.publisher, other.published)
        for other in others
        if other.id in found.copies or _has_copy(other, passage.text, publisher)
    ]
    return tuple(sorted(copies, key=lambda copy: (copy.published or "9999", copy.document_id)))


def copiers(quotes: Sequence[str], copies: Sequence[Copy], store: Store) -> tuple[str, ...]:
    """Publishers of those copies of a passage that have these sentences of it too."""
    documents = [store.document(copy.document_id) for copy in copies]
    return tuple(document.origin for document in documents if all(_has_copy(document, quote) for quote in quotes))


def _has_copy(document: Document, text: str, publisher: str = "") -> bool:
    """Whether an article repeats a text of another publisher's, with all its numbers and names."""
    return share(text, shingles(document.text)) >= COPIED and says_the_same(text, document.text, publisher)
