"""A statement in the article's words is shown in the question's language if nothing that was verified gets lost."""

from __future__ import annotations

import pytest

from rag.documents import Document
from rag.merge import Finding, Group
from rag.passages import split_passages
from rag.sentences import document_sentences
from rag.translate import _written, in_language
from rag.units import document_units

SENTENCE = "RT Rusia harus mendaftar sebagai agen asing pada 17 Desember 2017 bersama 7 media lain."


def group(answer: str, language: str = "id") -> Group:
    document = Document("a", "a.txt", SENTENCE, "", "A", "2017-12-18", "day", language=language)
    sentences = document_sentences(document)
    unit = next(iter(document_units(document, sentences, split_passages(document, sentences)).values()))
    return Group((Finding(unit, answer, (0,), -5.0, 1.0),))


def test_copied_words_are_translated():
    asked = []
    said = in_language(group("Agen asing"), "en", lambda words: asked.append(words) or "foreign agent.")
    assert said.text == "Foreign agent"
    assert asked == ["Into English: Agen asing\n(Agen = agent; asing = foreign)"]


@pytest.mark.parametrize(
    ("answer", "written"),
    [
        ("7 media lain", "other media"),
        ("RT dan agen asing", "foreign agent"),
        ("agen asing", "foreign agent of the CIA"),
        ("agen asing pada 17 Desember 2017", "foreign agent on 18 December 2017"),
        ("agen asing pada Desember 2017", "foreign agent on December 20, 2017"),
        ("agen asing", ""),
        ("agen asing", "foreign ag…"),
        ("agen asing", "foreign agent " * 10),
        ("harus mendaftar sebagai agen asing", "must marry a foreign body of the whale"),
    ],
)
def test_a_translation_that_loses_or_adds_something_is_not_shown(answer, written):
    assert in_language(group(answer), "en", lambda *_: written).text == answer


@pytest.mark.parametrize(
    ("answer", "language"), [("RT", "en"), ("foreign agent", "en"), ("agen asing", "id"), ("7", "en")]
)
def test_what_needs_no_translation_is_not_translated(answer, language):
    assert in_language(group(answer), language, lambda *_: pytest.fail("asked")).text == answer


def test_words_of_a_language_that_the_lexicon_does_not_know_are_taken_as_translated():
    assert in_language(group("agen asing", "fr"), "en", lambda *_: "puppet").text == "Puppet"


def test_a_verdict_stands_alone_where_its_reason_can_not_be_translated():
    reason = "RT Rusia harus mendaftar sebagai agen asing"
    told = in_language(group(f"No: {reason}"), "en", lambda *_: "RT Russia must register as a foreign agent")
    assert told.text == "No: RT Russia must register as a foreign agent"
    assert in_language(group(f"No: {reason}"), "en", lambda *_: "RT must marry a whale").text == "No"
    assert in_language(group(f"Tidak: {reason}"), "id", lambda *_: pytest.fail("asked")).text == f"Tidak: {reason}"


def test_a_list_is_translated_item_by_item():
    meanings = {"Dua truk": "Two trucks", "sebuah derek": "A crane", "dokumen Rusia": "Russian documents"}
    asked = []

    def translate(words):
        asked.append(words.partition(": ")[2].partition("\n")[0])
        return meanings[asked[-1]]

    assert _written("Dua truk, sebuah derek dan dokumen Rusia", "en", translate) == (
        "Two trucks, a crane and Russian documents"
    )
    assert asked == list(meanings)


@pytest.mark.parametrize(
    "claim", ["Hubungan antara Rusia dan Amerika Serikat", "Putin menelepon Trump dan mengundangnya", "Dua truk"]
)
def test_what_is_no_list_is_translated_as_a_whole(claim):
    asked = []
    _written(claim, "en", lambda words: asked.append(words) or "")
    assert len(asked) == 1
