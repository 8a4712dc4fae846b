"""Ranked passages -> the same, each story once: a wire copy goes with the passage that it repeats.

Copies are looked for when something is asked, not when it is read: what was changed or removed is then no copy any
more. What the library keeps of each article for this are fingerprints, which go when the article goes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
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


def distinct(ranked: Sequence[Passage], store: Store) -> list[Distinct]:
    """The passages but for those that another article's better ones repeat, in their order."""
    documents = {id: store.document(id) for id in {passage.document_id for passage in ranked}}
    kept: dict[str, list[Distinct]] = {}
    told = _Told()
    found = []
    for passage in ranked:
        document = documents[passage.document_id]
        originals = (
            id for id in told.by(passage) if says_the_same(passage.text, documents[id].text, document.publisher)
        )
        original = next(originals, None)
        if original:
            nearest = max(kept[original], key=lambda each: share(passage.text, shingles(each.passage.text)))
            nearest.copies.add(document.id)
        else:
            found.append(Distinct(passage, document))
            kept.setdefault(document.id, []).append(found[-1])
            told.add(passage)
    return found


class _Told:
    """Which article's kept passages have which shingles, all of an article together: papers cut a story anywhere."""

    def __init__(self) -> None:
        self._homes: defaultdict[int, set[str]] = defaultdict(set)

    def add(self, passage: Passage) -> None:
        for hash in shingles(passage.text):
            self._homes[hash].add(passage.document_id)

    def by(self, passage: Passage) -> list[str]:
        """Ids of other articles that have a passage's words, those with the most first."""
        own = shingles(passage.text)
        counts = Counter(id for hash in own if hash in self._homes for id in self._homes[hash])
        ids = (id for id, count in counts.items() if count >= COPIED * len(own) and id != passage.document_id)
        return sorted(ids, key=lambda id: (-counts[id], id))


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
    """Publishers of those copies of a passage that have these sentences of it too."""
    documents = [store.document(copy.document_id) for copy in copies]
    return tuple(document.origin for document in documents if all(_has_copy(document, quote) for quote in quotes))


def _has_copy(document: Document, text: str, publisher: str = "") -> bool:
    """Whether an article repeats a text of another publisher's, with all its numbers and names."""
    return share(text, shingles(document.text)) >= COPIED and says_the_same(text, document.text, publisher)
