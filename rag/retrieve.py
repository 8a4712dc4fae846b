"""Question -> ranked passages: how near a passage is in meaning, plus how much of the question's words it has.

Rank fusion gives every lexical hit the credit of its rank, and so ruins dense retrieval where question and passages
differ in language: the few words that match are the wrong ones. Here scores are added (convex combination, Bruch et
al. 2022, arXiv 2210.11934). The lexical one is a share of the question, not of the best hit: where no words match, as
between languages, it is near zero and leaves the order to the dense one. A word and its translations count as one
word (Pirkola 1998, "structured queries"): a passage does not get better by saying it in two ways.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.answer import RetrievedPassage
from rag.index import Index
from rag.language import is_small_word
from rag.lexicon import phrases
from rag.store import Store, Vector

# Candidates of each side. The right passage is among the first 50 of either for all but a few questions.
CANDIDATES = 50
# Passages of one document, so that one long article can't fill the evidence.
PER_DOCUMENT = 3
# What having all of the question's words is worth, where 1 is the way from the last dense candidate to the first:
# a passage with all of them is never worse than the nearest one with none.
WORDS = 1.0

_WORD = re.compile(r"\w+(?:[-.’']\w+)*")
_TOKEN = re.compile(r"[^\W_]+")

Concept = frozenset[str]
"""A word or expression of the question with its translations, any of which says it."""


@dataclass(frozen=True)
class Retriever:
    """Searches one library."""

    store: Store
    index: Index
    embedding: BaseEmbedding

    def retrieve(self, question: str, k: int = 10, per_document: int = PER_DOCUMENT) -> list[RetrievedPassage]:
        """Return at most k passages, best first; equal scores in the order of their ids."""
        vector = self.embedding.get_query_embedding(question)
        near = dict(self.index.query(vector, CANDIDATES))
        concepts = _concepts(question)
        more = self._with_words(concepts, CANDIDATES).keys() - near.keys()
        similarities = near | _cosines(self.store.vectors_of(sorted(more), self.index.fingerprint), vector)
        shares = self._shares(concepts, sorted(similarities))
        scaled = _scaled(similarities, list(near.values()))
        return self._passages({id: scaled[id] + WORDS * share for id, share in shares.items()}, k, per_document)

    def dense(self, question: str, limit: int = CANDIDATES) -> dict[str, float]:
        """Passage id -> cosine similarity of the passages nearest in meaning."""
        return dict(self.index.query(self.embedding.get_query_embedding(question), limit))

    def lexical(self, question: str, limit: int = CANDIDATES) -> dict[str, float]:
        """Passage id -> BM25 score by the question's own words, as full text search ranks by itself."""
        return dict(self.store.search_text(_TOKEN.findall(question.casefold()), limit))

    def _with_words(self, concepts: Sequence[Concept], limit: int) -> dict[str, float]:
        return dict(self.store.search_text(sorted(set().union(*concepts)), limit))

    def _shares(self, concepts: Sequence[Concept], ids: Sequence[str]) -> dict[str, float]:
        """Passage id -> the share of the question that it has, 0 to 1; a word counts the more, the rarer it is."""
        total = self.store.count_passages()
        # A word that stands nowhere counts too: of a question in another language the words then say little.
        rarities = [_rarity(self.store.count_with(concept), total) for concept in concepts]
        whole = sum(rarities) or 1.0
        weighed = [(_spaced(concept), rarity / whole) for concept, rarity in zip(concepts, rarities, strict=True)]
        texts = ((id, _spaced([text])[0]) for id, text in self.store.searchable_texts(ids))
        return {id: sum(share for forms, share in weighed if any(form in text for form in forms)) for id, text in texts}

    def _passages(self, scores: Mapping[str, float], k: int, per_document: int) -> list[RetrievedPassage]:
        """The best k, not too many of a document."""
        chosen: list[str] = []
        of_document: dict[str, int] = {}
        for id in sorted(scores, key=lambda id: (-scores[id], id)):
            document_id = id.rpartition("#")[0]
            of_document[document_id] = of_document.get(document_id, 0) + 1
            if of_document[document_id] <= per_document and len(chosen) < k:
                chosen.append(id)
        return [
            RetrievedPassage(
                document.id,
                passage.id,
                passage.text,
                round(scores[passage.id], 6),
                document.path,
                document.title,
                document.publisher,
                document.published,
            )
            for passage in self.store.passages_by_ids(chosen)
            for document in [self.store.document(passage.document_id)]
        ]


def _concepts(question: str) -> list[Concept]:
    """The question's content words, each with its translations: any of them counts as the word."""
    found = [forms for _, _, forms in phrases(question)]
    covered = {word for _, matched, _ in phrases(question) for word in matched.casefold().split()}
    rest = [
        frozenset({word.casefold()})
        for word in _WORD.findall(question)
        if word.casefold() not in covered and not is_small_word(word) and len(word) > 1
    ]
    return list(dict.fromkeys(found + rest))


def _rarity(count: int, total: int) -> float:
    """What a word tells: BM25's inverse document frequency, never below 0."""
    return math.log1p((total - count + 0.5) / (count + 0.5))


def _spaced(texts: Iterable[str]) -> list[str]:
    """Words as the full text index has them, without capitals and accents, with a space around each."""
    return [f" {' '.join(_TOKEN.findall(_plain(text.casefold())))} " for text in texts]


def _plain(text: str) -> str:
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _cosines(vectors: Iterable[tuple[str, Vector]], to: Sequence[float]) -> dict[str, float]:
    wanted = np.asarray(to, np.float32)
    return {
        id: float(vector @ wanted / (np.linalg.norm(vector) * np.linalg.norm(wanted) + 1e-12)) for id, vector in vectors
    }


def _scaled(similarities: Mapping[str, float], among: Sequence[float]) -> dict[str, float]:
    """Similarities from 0, the last dense candidate's, to 1, the first one's: embedders differ in how they spread."""
    low, high = min(among, default=0.0), max(among, default=0.0)
    return {id: (similarity - low) / (high - low) if high > low else 1.0 for id, similarity in similarities.items()}
