"""What is shown beside the surest finding, and when nothing is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.documents import Document
from rag.passages import split_passages
from rag.question import for_reading, understand
from rag.reading import Reading
from rag.sentences import document_sentences
from rag.units import Unit, document_units
from rag.weigh import at_home, shown, worth

QUESTION = understand("Which agency helped Russia in Saint Petersburg?")


def unit(publisher: str, text: str, published: str = "2017-12-18") -> Unit:
    document = Document(publisher, f"{publisher}.txt", text, "", publisher, published, "day", language="id")
    sentences = document_sentences(document)
    return next(iter(document_units(document, sentences, split_passages(document, sentences)).values()))


CIA = unit("A", "CIA membantu Rusia menggagalkan serangan di Saint Petersburg.")
FBI = unit("B", "FBI membantu Rusia menggagalkan serangan di Saint Petersburg.")
OTHER = unit("C", "Rusia mengundang NASA untuk menghadiri perayaan.")


def test_articles_that_differ_are_both_shown_however_sure_one_is():
    groups = shown(QUESTION, [Reading(CIA, -6.0, "CIA"), Reading(FBI, -3.0, "FBI")])
    assert {group.text for group in groups} == {"CIA", "FBI"}


def test_a_weak_finding_is_left_out_beside_a_sure_one():
    groups = shown(QUESTION, [Reading(CIA, -6.0, "CIA"), Reading(OTHER, -0.5, "NASA")])
    assert [group.text for group in groups] == ["CIA"]


def test_a_name_that_two_articles_give_half_sure_stands_beside_a_surer_one():
    again = unit("D", "CIA dipuji Rusia atas serangan yang gagal di Saint Petersburg.")
    surer, half, half_too = Reading(FBI, -5.0, "FBI"), Reading(CIA, -2.0, "CIA"), Reading(again, -2.0, "CIA")
    assert [group.text for group in shown(QUESTION, [surer, half])] == ["FBI"]
    assert [group.text for group in shown(QUESTION, [surer, half, half_too])] == ["FBI", "CIA"]


def test_of_two_names_that_are_offered_no_third_is_told():
    offered = understand("Was it the CIA or the FBI that helped Russia in Saint Petersburg?")
    other = unit("D", "FSB membantu Rusia menggagalkan serangan di Saint Petersburg.")
    readings = [Reading(CIA, -4.0, "CIA"), Reading(other, -4.0, "FSB")]
    assert [group.text for group in shown(offered, readings)] == ["CIA"]
    assert {group.text for group in shown(QUESTION, readings)} == {"CIA", "FSB"}
    assert [group.text for group in shown(offered, readings[1:])] == ["FSB"]


def test_numbers_are_written_as_in_the_questions_language():
    visited = unit("E", "Sebanyak 40.000 orang mengunjungi museum itu.")
    groups = shown(understand("How many people visited the museum?"), [Reading(visited, -4.0, "40.000")])
    assert [group.text for group in groups] == ["40,000"]


def test_an_answer_is_surer_when_its_reading_leads_the_others():
    leading = shown(QUESTION, [Reading(CIA, -2.0, "CIA"), Reading(OTHER, 3.0)])
    behind = shown(QUESTION, [Reading(CIA, -2.0, "CIA"), Reading(OTHER, -3.0)])
    assert leading[0].findings[0].sureness > behind[0].findings[0].sureness


def test_a_guess_is_not_told_beside_an_answer_that_the_model_is_sure_of():
    sure, guessed = Reading(CIA, -3.0, "CIA", weakest=-0.1), Reading(FBI, -3.0, "FBI", weakest=-2.5)
    assert [group.text for group in shown(QUESTION, [sure, guessed])] == ["CIA"]
    assert len(shown(QUESTION, [sure, replace(guessed, weakest=-0.1)])) == 2
    untold = [replace(reading, weakest=None) for reading in (sure, guessed)]
    assert len(shown(QUESTION, untold)) == 2


def test_what_several_readings_say_is_surer():
    alone = shown(QUESTION, [Reading(CIA, -1.0, "CIA"), Reading(OTHER, -1.0)])
    backed = shown(QUESTION, [Reading(CIA, -1.0, "CIA"), Reading(replace(CIA, key="again"), -1.0, "CIA")])
    assert backed[0].findings[0].sureness > alone[0].findings[0].sureness


def test_a_sure_answer_without_a_word_of_the_question_is_told_where_none_with_some_is_sure():
    told = unit("F", "Rusia membantu badan di Saint Petersburg. Kemarin diumumkan NASA.")
    sure, unsure = Reading(told, -6.0, "NASA"), Reading(FBI, 3.0, "FBI")
    assert [group.text for group in shown(QUESTION, [sure, unsure])] == ["NASA"]
    assert [group.text for group in shown(QUESTION, [sure, replace(unsure, doubt=-5.0)])] == ["FBI"]


def article(*passages: str) -> list[Unit]:
    document = Document(
        "T", "T.txt", "\n\n".join(passages), "Putin berterima kasih kepada CIA", "Harian A", language="id"
    )
    sentences = document_sentences(document)
    found = [replace(split_passages(document, [each])[0], id=f"T#{at}") for at, each in enumerate(sentences)]
    return list(document_units(document, sentences, found).values())


def test_a_name_from_the_title_is_cited_where_the_article_tells_it():
    here, there = article(
        "Rusia menahan tujuh orang di Saint Petersburg.", "Badan CIA membantu Rusia di Saint Petersburg."
    )
    read = Reading(here, -2.0, "CIA", hint=0)
    assert at_home(QUESTION, read, [here, there]).unit is there
    for kept in (read, replace(read, text="Harian A"), replace(read, text="NASA"), Reading(here, -2.0, "tujuh")):
        assert at_home(QUESTION, kept, [here, CIA]) == kept


def test_a_refusal_to_say_whether_is_what_it_leans_to():
    asked = understand("Did the CIA help Russia in Saint Petersburg?")
    for leaning, told in ((-1.0, ["No"]), (4.0, ["Yes"]), (None, [])):
        groups = shown(asked, [Reading(CIA, 0.5, "NO_FOUND", leaning=leaning)])
        assert [group.text.partition(":")[0] for group in groups] == told


def test_a_yes_or_no_is_told_with_the_sentence_that_decides_it():
    said = unit("A", "SALAKAN (Antara) - Lima dari tujuh anggota dewan mendukung kenaikan, Kamis (14/12).")
    asked = understand("Apakah semua anggota dewan mendukung kenaikan?")
    (group,) = shown(asked, [Reading(said, -1.0, "Ya", leaning=-2.0)])
    assert group.text == "Tidak: Lima dari tujuh anggota dewan mendukung kenaikan, 14 Desember 2017"
    long = unit("A", f"Lima dari tujuh anggota dewan mendukung kenaikan {'dan penurunan ' * 20}itu.")
    assert [group.text for group in shown(asked, [Reading(long, -1.0, "Ya", leaning=-2.0)])] == ["Tidak"]


@pytest.mark.parametrize("reply", ["Not found", "NO_FOUND", "Tidak disebutkan dalam artikel", "", "Merkel"])
def test_a_refusal_or_an_unsupported_reply_says_nothing(reply):
    assert shown(QUESTION, [Reading(CIA, -6.0, reply)]) == ()


def test_a_doubtful_reading_says_nothing():
    assert shown(QUESTION, [Reading(OTHER, 0.4, "NASA")]) == ()


def test_only_what_may_be_shown_is_decoded():
    assert worth(QUESTION, [-6.0, -2.0, 0.4, 2.0]) == [0, 1]


def test_a_weekday_is_worked_out_from_the_date():
    thanks = unit("A", "Putin berterima kasih kepada Trump pada 17 Desember 2017.")
    question = understand("On which weekday did Putin thank Trump?")
    assert question.kind == "when"
    assert for_reading(question.text) == "On what date did Putin thank Trump?"
    (group,) = shown(question, [Reading(thanks, -6.0, "17 December 2017")])
    assert group.text == "Sunday, 17 December 2017"


def test_a_question_without_a_question_word_asks_for_a_thing_where_no_reply_is_yes_or_no():
    summit = unit("A", "Putin dan Trump bertemu di KTT G20 di Jerman pada Juli 2017.")
    what = understand("Host country of the G20 summit in July 2017?")
    assert [group.text for group in shown(what, [Reading(summit, -6.0, "Germany")])] == ["Germany"]
    whether = understand("Was the G20 summit in July 2017 held in Germany?")
    assert shown(whether, [Reading(summit, -6.0, "Germany", leaning=5.0)])[0].text.startswith("Yes: Putin")


def test_apakah_asks_for_a_thing_where_no_reply_is_yes_or_no():
    language = unit("A", "Bahasa resmi di Papua Nugini adalah Tok Pisin.")
    what = understand("Apakah bahasa resmi di Papua Nugini?")
    assert [group.text for group in shown(what, [Reading(language, -6.0, "Tok Pisin")])] == ["Tok Pisin"]
    whether = understand("Apakah Tok Pisin bahasa resmi di Papua Nugini?")
    assert [group.text for group in shown(whether, [Reading(language, -6.0, "Ya, Tok Pisin")])] == [
        "Ya: Bahasa resmi di Papua Nugini adalah Tok Pisin"
    ]


def test_an_answer_from_a_language_without_known_words_needs_a_surer_reading_but_none_of_the_questions_words():
    text = "En categoría masculina se impuso el marroquí Anas El Idrissi."
    document = Document("E", "e.txt", text, "", "E", "2024-03-25", "day", language="es")
    sentences = document_sentences(document)
    spanish = next(iter(document_units(document, sentences, split_passages(document, sentences)).values()))
    question = understand("Siapa juara putra?")
    sure, doubtful = Reading(spanish, -1.5, "Anas El Idrissi"), Reading(spanish, 0.2, "Anas El Idrissi")
    assert [group.text for group in shown(question, [sure, Reading(OTHER, 0.5)])] == ["Anas El Idrissi"]
    assert shown(question, [doubtful, Reading(OTHER, 0.5)]) == ()


def test_an_article_of_another_story_has_no_name_to_give():
    other = unit("F", "NASA adalah badan yang memotret bulan.")
    question = understand("Which agency helped to foil the attack?")
    cia, nasa = Reading(CIA, -2.0, "CIA"), Reading(other, -4.0, "NASA")
    assert [group.text for group in shown(question, [cia, nasa])] == ["CIA"]
    assert [group.text for group in shown(question, [nasa])] == ["NASA"]


def test_of_two_events_the_one_of_the_time_that_is_asked_about_is_told():
    asked = understand("How many people left their homes when Gamalama erupted in 2021?")
    then = unit("A", "Gamalama meletus; 4.200 orang meninggalkan rumah mereka.", published="2021-03-12")
    later = unit(
        "B", "Gamalama meletus; 7.600 orang meninggalkan rumah mereka, seperti pada 2021.", published="2023-08-26"
    )
    other = unit("C", "Gamalama meletus lagi; 900 orang meninggalkan rumah mereka.", published="2023-08-27")
    told = [Reading(then, -3.0, "4.200"), Reading(other, -3.2, "900")]
    assert [group.text for group in shown(asked, told)] == ["4,200"]
    assert len(shown(asked, [*told, Reading(later, -3.1, "7.600")])) == 2


def test_a_number_right_before_what_is_to_be_counted_goes_before_others():
    asked = understand("How many Russian citizens had joined jihadist groups?")
    held = unit("A", "FSB menahan tujuh anggota sel kelompok jihadis di Rusia.")
    joined = unit(
        "B", "40.000 orang dari dunia, termasuk Rusia, pergi. 2.900 warga Rusia bergabung dengan kelompok jihadis."
    )
    readings = [Reading(held, -6.5, "7"), Reading(joined, -3.1, "40.000")]
    assert [group.text for group in shown(asked, readings)] == ["2,900"]
    assert [group.text for group in shown(asked, readings[:1])] == ["7"]
