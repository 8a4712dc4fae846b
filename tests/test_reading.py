"""A reply is taken apart: its text, whole, and the sentence that it names."""

from __future__ import annotations

import pytest

from rag.documents import Document
from rag.passages import split_passages
from rag.reading import parse_reply
from rag.sentences import document_sentences
from rag.units import Unit, document_units

TEXT = (
    "Jakarta, CNN Indonesia -- Putin menelepon Trump pada Minggu (17/12). "
    "Ia berterima kasih atas informasi dari CIA yang membantu Rusia menggagalkan serangan."
)


@pytest.fixture
def unit() -> Unit:
    document = Document("a", "a.txt", TEXT, "", "A", "2017-12-18", "day", language="id")
    sentences = document_sentences(document)
    return next(iter(document_units(document, sentences, split_passages(document, sentences)).values()))


def test_a_unit_says_nothing_of_where_it_was_written(unit):
    assert "[1] Putin menelepon Trump pada 17 Desember 2017." in unit.text


@pytest.mark.parametrize(
    ("reply", "text", "hint"),
    [
        ("17 Desember 2017 [1]", "17 Desember 2017", 0),
        ("CIA [2][1]", "CIA", 1),
        ("CIA [7]", "CIA", None),
        ("CIA, FBI, CIA, CIA [2]", "CIA, FBI", 1),
        ("Tentu saja, para pengunjuk rasa pulang [1]", "Para pengunjuk rasa pulang", 0),
        ("", "", None),
    ],
)
def test_a_reply_is_its_text_and_its_sentence(unit, reply, text, hint):
    assert parse_reply(reply, unit) == (text, hint)


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (
            "Putin berterima kasih atas informasi dari CIA yang memb…",
            "Putin berterima kasih atas informasi dari CIA yang membantu Rusia menggagalkan serangan.",
        ),
        ("Putin menelepon Trump pada 17 Desember…", "Putin menelepon Trump pada 17 Desember 2017."),
        ("They spoke about the informat…", "They spoke about the …"),
        ("Wednesd…", ""),
        ("… [1]", ""),
    ],
)
def test_a_reply_that_broke_off_goes_to_the_end_of_the_sentence_or_of_a_word(unit, reply, text):
    assert parse_reply(reply, unit)[0] == text
