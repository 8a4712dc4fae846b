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
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.answer import RetrievedPassage
from rag.copies import Distinct, copies_of, distinct
from rag.filters import UNFILTERED, Filters
from rag.index import Index
from rag.language import is_small_word, unaccented
from rag.lexicon import phrases
from rag.passages import Passage
from rag.store import Store, Vector

# Candidates of each side. The right passage is among the first 50 of either for all but a few questions.
CANDIDATES = 50
# Candidates where copies of a few stories take all the places: a story that 300 papers print is one of the day's.
WIDEST = 1_000
# Passages of one document, so that one long article can't fill the evidence.
PER_DOCUMENT = 3
# Passages with the question's words that are scored, which takes 10 ms. In a library of 100,000 passages a common word
# has more by itself: such words make nearly all of the hits and hardly any of their order.
SCORED = 10_000
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

    def retrieve(
        self, question: str, k: int = 10, per_document: int = PER_DOCUMENT, filters: Filters = UNFILTERED
    ) -> list[RetrievedPassage]:
        """Return at most k passages that fit, best first; equal scores in the order of their ids."""
        candidates = max(CANDIDATES, k)
        vector = self.embedding.get_query_embedding(question)
        counts = self._counts(question)
        while True:
            ranked, scores = self._ranked(vector, counts, candidates, filters)
            stories = distinct(ranked, self.store)
            # Where copies of few stories took the places of others, these are fetched too.
            if len(stories) >= k or len(stories) == len(ranked) or not len(ranked) >= candidates < WIDEST:
                break
            candidates *= 4
        return [
            self._retrieved(story, scores[story.passage.id], filters) for story in _chosen(stories, k, per_document)
        ]

    def _retrieved(self, story: Distinct, score: float, filters: Filters) -> RetrievedPassage:
        passage, document = story.passage, self.store.document(story.passage.document_id)
        return RetrievedPassage(
            document.id,
            passage.id,
            passage.text,
            round(score, 6),
            document.path,
            document.title,
            document.publisher,
            document.published,
            copies_of(story, document.publisher, self.store, filters),
        )

    def _ranked(
        self, vector: Sequence[float], counts: Mapping[Concept, int], candidates: int, filters: Filters
    ) -> tuple[list[Passage], dict[str, float]]:
        """The passages best for a question's vector and words, best first, and their scores."""
        near = dict(self.index.query(vector, candidates, filters))
        more = dict(self._with_words(counts, candidates, filters)).keys() - near.keys()
        similarities = near | _cosines(self.store.vectors_of(sorted(more), self.index.fingerprint), vector)
        shares = self._shares(counts, sorted(similarities))
        scaled = _scaled(similarities, list(near.values()))
        scores = {id: scaled[id] + WORDS * share for id, share in shares.items()}
        texts = {passage.id: passage for passage in self.store.passages_by_ids(sorted(scores))}
        order = sorted(scores.keys() & texts.keys(), key=lambda id: (-scores[id], id))
        return [texts[id] for id in order], scores

    def dense(self, question: str, limit: int = CANDIDATES) -> dict[str, float]:
        """Passage id -> cosine similarity of the passages nearest in meaning."""
        return dict(self.index.query(self.embedding.get_query_embedding(question), limit))

    def lexical(self, question: str, limit: int = CANDIDATES) -> dict[str, float]:
        """Passage id -> BM25 score by the question's own words, as full text search ranks by itself."""
        return dict(self.store.search_text(_TOKEN.findall(question.casefold()), limit))

    def _counts(self, question: str) -> dict[Concept, int]:
        """The question's words, and how many passages have each."""
        return {concept: self.store.count_with(concept) for concept in _concepts(question)}

    def _with_words(
        self, counts: Mapping[Concept, int], limit: int, filters: Filters = UNFILTERED
    ) -> list[tuple[str, float]]:
        # What filters leave is little, and may have none of the rare words.
        concepts = counts if filters else _rarest(counts)
        return self.store.search_text(sorted(set().union(*concepts)), limit, filters)

    def _shares(self, counts: Mapping[Concept, int], ids: Sequence[str]) -> dict[str, float]:
        """Passage id -> the share of the question that it has, 0 to 1; a word counts the more, the rarer it is."""
        total = self.store.count_passages()
        # A word that stands nowhere counts too: of a question in another language the words then say little.
        rarities = {concept: _rarity(count, total) for concept, count in counts.items()}
        whole = sum(rarities.values()) or 1.0
        weighed = [(_spaced(concept), rarity / whole) for concept, rarity in rarities.items()]
        texts = ((id, _spaced([text])[0]) for id, text in self.store.searchable_texts(ids))
        return {id: sum(share for forms, share in weighed if any(form in text for form in forms)) for id, text in texts}


def _chosen(stories: Sequence[Distinct], k: int, per_document: int) -> list[Distinct]:
    """The k best, more than `per_document` of one document only where the others don't fill the places."""
    seen: Counter[str] = Counter()
    first: list[int] = []
    rest: list[int] = []
    for place, story in enumerate(stories):
        seen[story.passage.document_id] += 1
        (first if seen[story.passage.document_id] <= per_document else rest).append(place)
    return [stories[place] for place in sorted((first + rest)[:k])]


def _concepts(question: str) -> list[Concept]:
    """The question's content words, each with its translations: any of them counts as the word."""
    expressions = phrases(question)
    found = [forms for _, _, forms in expressions]
    covered = {word for _, matched, _ in expressions for word in matched.casefold().split()}
    rest = [
        frozenset({word.casefold()})
        for word in _WORD.findall(question)
        if word.casefold() not in covered and not is_small_word(word) and len(word) > 1
    ]
    return list(dict.fromkeys(found + rest))


def _rarest(counts: Mapping[Concept, int]) -> list[Concept]:
    """The words that few passages have, as many as together have no more than are scored; at least the rarest."""
    found, hits = [], 0
    for concept, count in sorted(counts.items(), key=lambda each: each[1]):
        if hits and hits + count > SCORED:
            break
        found.append(concept)
        hits += count
    return found


def _rarity(count: int, total: int) -> float:
    """What a word tells: BM25's inverse document frequency, never below 0."""
    return math.log1p((total - count + 0.5) / (count + 0.5))


def _spaced(texts: Iterable[str]) -> list[str]:
    """Words as the full text index has them, without capitals and accents, with a space around each."""
    return [f" {' '.join(_TOKEN.findall(unaccented(text.casefold())))} " for text in texts]


def _cosines(vectors: Iterable[tuple[str, Vector]], to: Sequence[float]) -> dict[str, float]:
    wanted = np.asarray(to, np.float32)
    return {
        id: float(vector @ wanted / (np.linalg.norm(vector) * np.linalg.norm(wanted) + 1e-12)) for id, vector in vectors
    }


def _scaled(similarities: Mapping[str, float], among: Sequence[float]) -> dict[str, float]:
    """Similarities from 0, the last dense candidate's, to 1, the first one's: embedders differ in how they spread."""
    low, high = min(among, default=0.0), max(among, default=0.0)
    return {id: (similarity - low) / (high - low) if high > low else 1.0 for id, similarity in similarities.items()}
