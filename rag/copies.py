"""Ranked passages -> the same, each story once: a wire copy goes with the passage that it repeats.

Copies are looked for when something is asked, not when it is read: what was changed or removed is then no copy any
more. What the library keeps of each article for this are fingerprints, which go when the article goes.
"""

from __future__ import annotations

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
    """A passage that is kept, and the articles whose copies of it were not."""

    passage: Passage
    document: Document
    copies: set[str] = field(default_factory=set)


@dataclass
class _Told:
    """What was kept of one article."""

    document: Document
    kept: list[Distinct] = field(default_factory=list)
    shingles: frozenset[int] = frozenset()

    def has(self, passage: Passage, document: Document) -> bool:
        """Whether it tells a passage of another article already; papers cut the same story at other places."""
        return (
            self.document.id != document.id
            and share(passage.text, self.shingles) >= COPIED
            and says_the_same(passage.text, self.document.text, document.publisher)
        )

    def add(self, passage: Passage) -> Distinct:
        self.kept.append(Distinct(passage, self.document))
        self.shingles |= shingles(passage.text)
        return self.kept[-1]

    def nearest(self, passage: Passage) -> Distinct:
        return max(self.kept, key=lambda each: share(passage.text, shingles(each.passage.text)))


def distinct(ranked: Sequence[Passage], store: Store) -> list[Distinct]:
    """The passages but for those that another article's better ones repeat, in their order."""
    kept: list[Distinct] = []
    told: dict[str, _Told] = {}
    documents = {id: store.document(id) for id in {passage.document_id for passage in ranked}}
    for passage in ranked:
        document = documents[passage.document_id]
        original = next((each for each in told.values() if each.has(passage, document)), None)
        if original:
            original.nearest(passage).copies.add(document.id)
        else:
            kept.append(told.setdefault(document.id, _Told(document)).add(passage))
    return kept


def copies_of(found: Distinct, store: Store, filters: Filters = UNFILTERED) -> tuple[Copy, ...]:
    """Every other article with the passage in it, in the order of publication; of those that pass the filters."""
    passage = found.passage
    prints = fingerprints(passage.text)
    near = store.documents_with(prints, max(1, round(_LOOKED_AT * len(prints))), filters)
    others = [store.document(id) for id in sorted({*near, *found.copies} - {passage.document_id})]
    copies = [
        Copy(other.id, other.path, other.title, other.publisher, other.published)
        for other in others
        if other.id in found.copies or _has_copy(other, passage.text, found.document.publisher)
    ]
    return tuple(sorted(copies, key=lambda copy: (copy.published or "9999", copy.document_id)))


def copiers(quotes: Sequence[str], copies: Sequence[Copy], store: Store) -> tuple[str, ...]:
    """Publishers of those copies of a passage that have these sentences of it too; the file's name for none."""
    documents = [store.document(copy.document_id) for copy in copies]
    return tuple(
        document.publisher or document.path
        for document in documents
        if all(_has_copy(document, quote) for quote in quotes)
    )


def _has_copy(document: Document, text: str, publisher: str = "") -> bool:
    """Whether an article repeats a text of another publisher's, with all its numbers and names."""
    return share(text, shingles(document.text)) >= COPIED and says_the_same(text, document.text, publisher)
