"""tanya inside an application of LlamaIndex: what it builds on retrievers and query engines takes ours."""

from __future__ import annotations

import asyncio

import pytest
from llama_index.core import Response
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.callbacks import CallbackManager, LlamaDebugHandler
from llama_index.core.llms import MockLLM
from llama_index.core.postprocessor import SimilarityPostprocessor
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import MetadataMode
from llama_index.core.tools import QueryEngineTool

from rag.errors import QuestionError
from rag.filters import Filters

# Answered from the articles' names alone: no model reads.
UNANSWERED = "Why did Angela Merkel thank Trump?"


@pytest.fixture(scope="module")
def response(library) -> Response:
    return library.as_query_engine().query("when did Putin thank Trump")


def test_the_answer_is_the_librarys_own(library, response):
    answer = library.ask("when did Putin thank Trump")
    assert isinstance(library.as_query_engine(), BaseQueryEngine)
    assert str(response) == answer.text
    assert response.metadata["answered"] is True
    assert response.metadata["statements"] == answer.to_dict()["statements"]


def test_each_source_node_is_the_cited_sentence_verbatim(library, response):
    assert response.source_nodes
    for number, found in enumerate(response.source_nodes, 1):
        node = found.node
        assert f"[{number}]" in str(response)
        assert node.metadata["number"] == number
        document = library.document(node.ref_doc_id)
        assert node.text == document.text[node.metadata["start"] : node.metadata["end"]]
        assert node.text == document.text[node.start_char_idx : node.end_char_idx]
        assert (node.metadata["publisher"], node.metadata["published"]) == (document.publisher, document.published)
    assert len({found.node.node_id for found in response.source_nodes}) == len(response.source_nodes)


def test_what_the_articles_do_not_say_has_no_source(library):
    response = library.as_query_engine().query(UNANSWERED)
    assert response.metadata["answered"] is False
    assert response.source_nodes == []
    assert "Angela Merkel" in str(response)


def test_asked_without_blocking_the_event_loop(library):
    async def ask() -> tuple[object, int]:
        asking, turns = asyncio.create_task(library.as_query_engine().aquery(UNANSWERED)), 0
        while not asking.done():
            await asyncio.sleep(0.001)
            turns += 1
        return await asking, turns

    answered, turns = asyncio.run(ask())
    assert "Angela Merkel" in str(answered)
    assert turns > 2


def test_the_retriever_gives_the_librarys_passages(library):
    retriever = library.as_retriever(similarity_top_k=3)
    assert isinstance(retriever, BaseRetriever)
    found, passages = retriever.retrieve("Galuzin"), library.retrieve("Galuzin", 3)
    assert [(each.node.node_id, each.score, each.text) for each in found] == [
        (passage.passage_id, passage.score, passage.text) for passage in passages
    ]
    assert found[0].node.metadata["publisher"] == "CNN Indonesia"
    assert found == asyncio.run(retriever.aretrieve("Galuzin"))


def test_a_retriever_keeps_to_its_filters_and_its_metadata_is_flat(library):
    found = library.as_retriever(5, Filters(publisher="CRI")).retrieve("Putin Trump CIA")
    assert {each.node.metadata["publisher"] for each in found} == {"CRI"}
    assert all(isinstance(value, str | int) for each in found for value in each.node.metadata.values())


def test_a_model_that_reads_a_node_sees_who_says_it_and_no_offsets(library, response):
    content = response.source_nodes[0].node.get_content(MetadataMode.LLM)
    assert "publisher: " in content
    assert "start: " not in content
    assert "passage_id: " not in content


def test_another_engine_of_llamaindex_reads_our_passages(library):
    engine = RetrieverQueryEngine.from_args(
        library.as_retriever(5), llm=MockLLM(), node_postprocessors=[SimilarityPostprocessor(similarity_cutoff=0.1)]
    )
    response = engine.query("Galuzin")
    assert "Galuzin" in str(response)  # the mock repeats its prompt: the passages are in it
    assert all(each.score >= 0.1 for each in response.source_nodes)


def test_an_agents_tool_answers_by_it(library):
    tool = QueryEngineTool.from_defaults(library.as_query_engine(), name="news", description="five news articles")
    assert "Angela Merkel" in str(tool.call(UNANSWERED).raw_output)


def test_the_applications_own_tracing_sees_the_question(library, monkeypatch):
    from llama_index.core import Settings

    seen = LlamaDebugHandler(print_trace_on_end=False)
    monkeypatch.setattr(Settings, "callback_manager", CallbackManager([seen]))
    library.as_query_engine().query(UNANSWERED)
    begun, ended = seen.get_event_pairs("query")[0]
    assert begun.payload["query_str"] == UNANSWERED
    assert "Angela Merkel" in str(ended.payload["response"])


def test_our_errors_come_through_as_they_are(library):
    with pytest.raises(QuestionError, match="empty"):
        library.as_query_engine().query("  ")
