"""Question -> ranked passages: dense and lexical search, fused with regard to language.

Equal-weight rank fusion gives every lexical hit the credit of its rank, and so ruins dense retrieval where question
and passages differ in language: the few words that match are the wrong ones. Here scores are fused, not ranks
(convex combination, Bruch et al. 2022, arXiv 2210.11934), and the lexical side weighs as much as it understood of
the question: the share of the question's words that its best passage contains.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.answer import RetrievedPassage
from rag.index import Index
from rag.language import is_small_word
from rag.lexicon import phrases
from rag.store import Store

# Candidates of each side. The right passage is among the first 50 of either for all but a few questions.
CANDIDATES = 50
# Passages of one document, so that one long article can't fill the evidence.
PER_DOCUMENT = 3
# Weight of the lexical side when it contains all of the question's words.
LEXICAL = 0.5

_WORD = re.compile(r"\w+(?:[-.’']\w+)*")


@dataclass(frozen=True)
class Retriever:
    """Searches one library."""

    store: Store
    index: Index
    embedding: BaseEmbedding

    def retrieve(self, question: str, k: int = 10, per_document: int = PER_DOCUMENT) -> list[RetrievedPassage]:
        """Return at most k passages, best first; equal scores in the order of their ids."""
        dense = self.dense(question)
        concepts = _concepts(question)
        lexical = self.lexical(question)
        texts = {passage.id: passage for passage in self.store.passages_by_ids([*(dense.keys() | lexical.keys())])}
        weight = LEXICAL * _understood(
            concepts, [texts[id].text for id in sorted(lexical, key=lexical.__getitem__)[-3:] if id in texts]
        )
        scores = _fused(dense, lexical, weight)
        kept: list[RetrievedPassage] = []
        of_document: dict[str, int] = {}
        for id in sorted(scores.keys() & texts.keys(), key=lambda id: (-scores[id], id)):
            document_id = texts[id].document_id
            of_document[document_id] = of_document.get(document_id, 0) + 1
            if of_document[document_id] <= per_document:
                document = self.store.document(document_id)
                kept.append(
                    RetrievedPassage(
                        document_id,
                        id,
                        texts[id].text,
                        round(scores[id], 6),
                        document.path,
                        document.title,
                        document.publisher,
                        document.published,
                    )
                )
            if len(kept) == k:
                break
        return kept

    def dense(self, question: str, limit: int = CANDIDATES) -> dict[str, float]:
        """Passage id -> cosine similarity of the passages nearest in meaning."""
        return dict(self.index.query(self.embedding.get_query_embedding(question), limit))

    def lexical(self, question: str, limit: int = CANDIDATES) -> dict[str, float]:
        """Passage id -> BM25 score of the passages with words of the question, or their translations."""
        return dict(self.store.search_text(sorted(set().union(*_concepts(question))), limit))


def _concepts(question: str) -> list[frozenset[str]]:
    """The question's content words, each with its translations: any of them counts as the word."""
    found = [forms for _, _, forms in phrases(question)]
    covered = {word for _, matched, _ in phrases(question) for word in matched.casefold().split()}
    rest = [
        frozenset({word.casefold()})
        for word in _WORD.findall(question)
        if word.casefold() not in covered and not is_small_word(word) and len(word) > 1
    ]
    return found + rest


def _understood(concepts: Sequence[frozenset[str]], texts: Sequence[str]) -> float:
    """Share of the question's concepts in the text that has most of them, 0 to 1."""
    shares = [
        sum(any(form in folded for form in forms) for forms in concepts) / len(concepts)
        for folded in (text.casefold() for text in texts)
    ]
    return max(shares, default=0.0)


def _fused(dense: dict[str, float], lexical: dict[str, float], weight: float) -> dict[str, float]:
    """Sum of both sides' scores, each scaled to 0 (its worst candidate, or none) to 1 (its best)."""
    scaled_dense, scaled_lexical = _scaled(dense), _scaled(lexical)
    return {
        id: (1 - weight) * scaled_dense.get(id, 0.0) + weight * scaled_lexical.get(id, 0.0)
        for id in dense.keys() | lexical.keys()
    }


def _scaled(scores: dict[str, float]) -> dict[str, float]:
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    return {id: (score - low) / (high - low) if high > low else 1.0 for id, score in scores.items()}
