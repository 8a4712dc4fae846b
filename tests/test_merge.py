from __future__ import annotations

from dataclasses import replace

from rag.compose import Part, compose
from rag.documents import Document
from rag.merge import Finding, disagree, merge
from rag.passages import split_passages
from rag.question import understand
from rag.sentences import document_sentences
from rag.units import document_units


def finding(publisher: str, sentence: str, answer: str, doubt: float = -5.0, published: str = "2017-12-18") -> Finding:
    text = f"{sentence} Ini kalimat yang lain."
    document = Document(publisher, f"{publisher}.txt", text, "", publisher, published, "day", language="id")
    sentences = document_sentences(document)
    unit = next(iter(document_units(document, sentences, split_passages(document, sentences)).values()))
    return Finding(unit, answer, (0,), doubt, 1.0)


CIA = "Putin berterima kasih kepada Trump pada 17 Desember 2017 atas bantuan CIA."
FBI = "Putin berterima kasih kepada Trump pada 17 Desember 2017 atas bantuan FBI."
LATER = "Putin berterima kasih kepada Trump pada 29 Desember 2019 atas informasi AS."


def test_the_same_date_is_one_statement_with_all_its_publishers():
    question = understand("when did Putin thank Trump")
    groups = merge(question, [finding("A", CIA, "17 December 2017"), finding("B", FBI, "on 17 December 2017")])
    assert [group.publishers for group in groups] == [("A", "B")]


def test_a_day_is_told_instead_of_the_month_that_holds_it_unless_it_is_less_sure():
    question = understand("when did Persikara play Bahari United?")
    month, day = finding("A", CIA, "December 2017"), finding("B", FBI, "17 December 2017")
    for doubtful, told in ((2.7, "17 December 2017"), (1.0, "December 2017")):
        (group,) = merge(question, [replace(month, sureness=3.0), replace(day, sureness=doubtful)])
        assert (group.text, set(group.publishers)) == (told, {"A", "B"})


def test_different_dates_are_events_in_the_order_of_time_and_no_disagreement():
    question = understand("when did Putin thank Trump")
    groups = merge(question, [finding("C", LATER, "29 December 2019", -9), finding("A", CIA, "17 December 2017", -5)])
    assert [group.text for group in groups] == ["17 December 2017", "29 December 2019"]
    assert not disagree(question, groups)


def test_different_values_for_one_event_are_a_disagreement_with_their_publishers():
    question = understand("Which agency helped Russia?")
    groups = merge(question, [finding("A", CIA, "CIA"), finding("B", FBI, "FBI"), finding("C", CIA, "The CIA")])
    assert {group.text: group.publishers for group in groups} == {"CIA": ("A", "C"), "FBI": ("B",)}
    assert disagree(question, groups)


def test_different_values_for_different_events_are_no_disagreement():
    question = understand("How many suspects were held?")
    groups = merge(question, [finding("A", CIA, "7"), finding("C", LATER, "two")])
    assert len(groups) == 2
    assert not disagree(question, groups)


def test_two_lists_that_share_a_name_complete_each_other():
    question = understand("List all the candidates")
    lists = [finding("A", CIA, "Lestaluhu, Gunawan"), finding("B", FBI, "Lestaluhu, Kolopaking")]
    assert [group.text for group in merge(question, lists)] == ["Lestaluhu, Gunawan", "Lestaluhu, Kolopaking"]
    assert len(merge(question, [*lists, finding("C", CIA, "Gunawan")])) == 2


def test_one_publisher_does_not_disagree_with_itself():
    question = understand("Which agency helped Russia?")
    groups = merge(question, [finding("A", CIA, "CIA"), finding("A", FBI, "FBI")])
    assert not disagree(question, groups)


def test_a_number_is_the_same_in_words_and_digits():
    question = understand("How many members were held?")
    assert len(merge(question, [finding("A", CIA, "seven"), finding("B", FBI, "7 people")])) == 1


def test_every_marker_of_the_text_is_a_citation_and_every_quote_is_verbatim():
    question = understand("when did Putin thank Trump")
    found = [finding("A", CIA, "17 December 2017"), finding("C", LATER, "29 December 2019")]
    said = compose(question, [Part(question, merge(question, found))])
    assert [citation.number for citation in said.citations] == [1, 2]
    assert all(f"[{citation.number}]" in said.text for citation in said.citations)
    assert [citation.quote for citation in said.citations] == [CIA, LATER]
    assert said.statements[0].date == "2017-12-17"


def test_the_answer_speaks_the_questions_language():
    question = understand("lembaga mana yang membantu Rusia?")
    groups = merge(question, [finding("A", CIA, "CIA"), finding("B", FBI, "FBI")])
    assert compose(question, [Part(question, groups)]).text.startswith("Artikel-artikelnya berbeda")


def test_parts_are_answered_one_by_one_and_share_their_citations():
    question = understand("Who helped in 2017, and who in 2019?")
    first, second = understand("Who helped in 2017?"), understand("Who helped in 2019?")
    group = merge(first, [finding("A", CIA, "CIA")])
    said = compose(question, [Part(first, group), Part(second, ())])
    assert said.text == "Who helped in 2017? CIA [1]\nWho helped in 2019? The articles don't say."
    both = compose(question, [Part(first, group), Part(second, merge(second, [finding("A", CIA, "CIA")]))])
    assert [citation.number for citation in both.citations] == [1]
