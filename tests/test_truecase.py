"""Names in small letters in a question."""

from __future__ import annotations

import pytest

from rag.truecase import truecase

TEXTS = [
    "Presiden Rusia Vladimir Putin berterima kasih kepada Donald Trump atas bantuan CIA di Katedral Kazan.",
    "Bantuan itu disampaikan melalui telepon, kata Duta Besar Galuzin. Jembatan baru tidak disebut.",
]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("when did putin thank trump", "when did Putin thank Trump"),
        ("umur galuzin berapa?", "umur Galuzin berapa?"),
        ("did the cia help in kazan cathedral?", "did the CIA help in Kazan Cathedral?"),
        # No passage has them; the vocabulary knows them with a capital only.
        ("kapan obama menelepon putin", "kapan Obama menelepon Putin"),
        ("what did erdogan say in helsinki", "what did Erdogan say in Helsinki"),
        # Who capitalises some names leaves out others.
        ("Kapan obama menelepon putin dan Trump", "Kapan Obama menelepon Putin dan Trump"),
        # So are names of several words that the lexicon knows.
        ("how many were arrested over the new year's plot", "how many were arrested over the New Year's plot"),
        ("berapa lama perang di timur tengah", "berapa lama perang di Timur Tengah"),
        ("mau bikin teror malam tahun baru", "mau bikin teror malam tahun baru"),
        # Places are names in either language, whether or not a passage has them.
        ("berapa harga tiket ke jepang", "berapa harga tiket ke Jepang"),
        ("when did putin visit new york", "when did Putin visit New York"),
    ],
)
def test_names_get_their_capitals(typed, meant):
    assert truecase(typed, TEXTS) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "What is the outlook, according to Galuzin?",  # all names have capitals; the vocabulary has "Outlook"
        "siapa duta besar Rusia?",  # a title, however the articles write it
        "who was the director of the agency",  # words of the lexicon, however the articles write them
        "jembatan baru itu di mana?",
        "teleponan gara-gara apa?",
        "berapa brp yg?",
        "",
    ],
)
def test_other_words_stay_as_they_are(typed):
    assert truecase(typed, TEXTS) == typed


def test_a_word_that_only_begins_sentences_is_no_name():
    assert truecase("apa itu bantuan", ["Jepretan itu bagus. Jepretan lain tidak."]) == "apa itu bantuan"
    assert truecase("jepretan siapa", ["Jepretan itu bagus. Jepretan lain tidak."]) == "jepretan siapa"


def test_of_two_spellings_the_small_one_decides_and_of_two_capitalised_ones_the_more_frequent():
    assert truecase("harga emasku", ["Toko Emasku ramai.", "Kata emasku itu lama."]) == "harga emasku"
    assert truecase("siapa isiz", ["Kata ISIZ dan ISIZ dan Isiz."]) == "siapa ISIZ"
