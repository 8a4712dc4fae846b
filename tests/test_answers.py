"""The whole way, with the real model on the five articles."""

from __future__ import annotations

import pytest

from rag.answer import Answer
from rag.errors import QuestionError
from rag.library import Library


@pytest.fixture(scope="module")
def thanks(library: Library) -> list[Answer]:
    return list(library.stream("when did Putin thank Trump"))


def test_the_example_has_two_right_answers(thanks):
    answer = thanks[-1]
    assert answer.answered
    assert answer.complete
    assert "17 December 2017" in answer.text
    assert "29 December 2019" in answer.text
    assert [statement.date for statement in answer.statements] == ["2017-12-17", "2019-12-29"]


def test_every_quote_is_verbatim_and_every_marker_resolves(library, thanks):
    answer = thanks[-1]
    for citation in answer.citations:
        assert library.document(citation.document_id).text[citation.start : citation.end] == citation.quote
        assert f"[{citation.number}]" in answer.text
    assert {n for statement in answer.statements for n in statement.citations} == {c.number for c in answer.citations}


def test_the_retrieved_articles_come_before_the_first_word(thanks):
    first = thanks[0]
    assert first.passages
    assert not first.text
    assert not first.complete
    assert thanks[-1].timings["retrieve_ms"] <= thanks[-1].timings["first_token_ms"] <= thanks[-1].timings["total_ms"]


def test_an_indonesian_question_is_answered_in_indonesian(library):
    answer = library.ask("kapan Putin berterima kasih kepada Trump")
    assert answer.language == "id"
    assert "17 Desember 2017" in answer.text
    assert "29 Desember 2019" in answer.text


def test_what_no_article_says_is_not_answered(library):
    answer = library.ask("who won the 2018 World Cup")
    assert not answer.answered
    assert not answer.citations
    assert "don't say" in answer.text
    assert answer.passages


def test_a_name_that_no_article_mentions_is_said_to_be_missing(library):
    answer = library.ask("Why did Angela Merkel thank Trump?")
    assert not answer.answered
    assert "Angela Merkel" in answer.text


def test_a_follow_up_is_understood_from_the_history(library, thanks):
    answer = library.ask("and in 2019?", history=[(thanks[-1].question, thanks[-1].text)])
    assert answer.answered
    assert "29 December 2019" in answer.text
    assert "2017" not in answer.text


def test_an_answer_is_the_same_when_it_is_asked_again(library, thanks):
    again = library.ask("when did Putin thank Trump")
    assert (again.text, again.citations) == (thanks[-1].text, thanks[-1].citations)


def test_an_answer_prints_itself(thanks):
    answer = thanks[-1]
    assert answer.citations[0].quote in str(answer)
    assert "**[1]**" in answer._repr_markdown_()
    assert answer.to_dict()["statements"][0]["supported"] is True


def test_a_notebook_shows_an_articles_text_and_not_its_markup():
    assert "<img" not in Answer("q", text="<img src=x> ![a](b) [1]")._repr_markdown_().replace("\\<", "")
    assert "[1]" in Answer("q", text="said so [1]")._repr_markdown_()


@pytest.mark.parametrize("question", ["", " ", "x " * 10_000])
def test_a_question_that_cannot_be_asked_is_refused(library, question):
    with pytest.raises(QuestionError):
        library.ask(question)


def test_without_a_chat_model_the_evidence_is_shown(library, monkeypatch):
    monkeypatch.setattr(library, "_reader", None)
    monkeypatch.setattr(library, "_reader_problem", "the engine is not built")
    answer = library.ask("who is Galuzin?")
    assert not answer.answered
    assert answer.passages
    assert answer.text.startswith("No chat model is running. the engine is not built\nWhat was found:\n- ")
    assert library.models["llm"] == ""
