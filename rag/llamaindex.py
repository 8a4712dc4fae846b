"""Library -> LlamaIndex: a retriever and a query engine for an application that already uses LlamaIndex.

What a question gets back stays tanya's: the query engine asks no model of LlamaIndex, and its source nodes are the
cited sentences and not the passages that were searched.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks.schema import CBEventType, EventPayload
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode
from llama_index.core.settings import Settings

from rag.answer import Answer, Citation, RetrievedPassage

if TYPE_CHECKING:
    from rag.filters import Filters
    from rag.library import Library

# What helps a model to read a node; the rest (ids, offsets) is for programs.
_FOR_MODELS = {"title", "publisher", "published"}


class LibraryRetriever(BaseRetriever):
    """Passages as nodes, best first; a node's id is the passage's, its `ref_doc_id` the document's.

    Searches with the question's own words: other texts to embed, which a `QueryBundle` may bring, are not used.
    """

    def __init__(self, library: Library, similarity_top_k: int, filters: Filters) -> None:
        super().__init__(callback_manager=Settings.callback_manager)
        self._library, self._k, self._filters = library, similarity_top_k, filters

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [_passage(found) for found in self._library.retrieve(query_bundle.query_str, self._k, self._filters)]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


class LibraryQueryEngine(BaseQueryEngine):
    """Answers as `Response`: `source_nodes[n - 1]` is what `[n]` in the text cites, verbatim.

    The response's metadata has `answered` (False where the articles don't say; there are no source nodes then) and
    the other fields of `rag.Answer` but its text, citations and passages.
    """

    def __init__(self, library: Library, filters: Filters) -> None:
        super().__init__(callback_manager=Settings.callback_manager)
        self._library, self._filters = library, filters

    def _query(self, query_bundle: QueryBundle) -> Response:
        payload: dict[str, Any] = {EventPayload.QUERY_STR: query_bundle.query_str}
        with self.callback_manager.event(CBEventType.QUERY, payload=payload) as event:
            response = _response(self._library.ask(query_bundle.query_str, filters=self._filters))
            event.on_end(payload={EventPayload.RESPONSE: response})
        return response

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}


def _response(answer: Answer) -> Response:
    scores = {passage.passage_id: passage.score for passage in answer.passages}
    nodes = [_citation(citation, scores.get(citation.passage_id)) for citation in answer.citations]
    left_out = ("text", "citations", "passages")
    about = {name: value for name, value in answer.to_dict().items() if name not in left_out}
    return Response(answer.text, source_nodes=nodes, metadata=about)


def _citation(citation: Citation, score: float | None) -> NodeWithScore:
    """The cited sentence; its score is its passage's, None where that is not among the passages shown."""
    id = f"{citation.document_id}:{citation.start}-{citation.end}"
    node = _node(id, citation.quote, citation.document_id, citation)
    node.start_char_idx, node.end_char_idx = citation.start, citation.end
    return NodeWithScore(node=node, score=score)


def _passage(passage: RetrievedPassage) -> NodeWithScore:
    node = _node(passage.passage_id, passage.text, passage.document_id, passage)
    # Flat, as stores of nodes want it.
    node.metadata["copies"] = ", ".join(copy.path for copy in passage.copies)
    return NodeWithScore(node=node, score=passage.score)


def _node(id: str, text: str, document_id: str, about: Citation | RetrievedPassage) -> TextNode:
    metadata = {name: value for name, value in asdict(about).items() if name not in ("text", "quote", "score")}
    for_programs = sorted(metadata.keys() - _FOR_MODELS)
    return TextNode(
        id_=id,
        text=text,
        metadata=metadata,
        excluded_llm_metadata_keys=for_programs,
        excluded_embed_metadata_keys=for_programs,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=document_id)},
    )
