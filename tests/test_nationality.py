"""Whose citizens somebody is, is told by a sentence that says it, and not by what a small model leans to."""

import pytest
from test_verify import unit_of

from rag.nationality import is_of_nationality
from rag.question import understand
from rag.verify import verify

SENTENCE = "Dua warga Rusia diamankan pada 27 Desember karena diduga merencanakan serangan."
TITLE = "Rusia menggagalkan serangan berkat AS"


@pytest.mark.parametrize(
    ("question", "so"),
    [
        ("Were they American citizens?", False),
        ("Were the two Russians?", True),
        ("Yang diamankan itu orang Rusia sendiri ya?", True),
        ("Apakah dua orang itu warga asing?", False),
        ("Apakah mereka warga negara Rusia atau bukan?", True),
        ("Were American citizens held?", None),  # not who they are is asked, but what was done
        ("Were they held?", None),
    ],
)
def test_citizens_are_of_the_country_that_the_sentence_names(question, so):
    assert is_of_nationality(question, SENTENCE, TITLE) is so


@pytest.mark.parametrize(
    "sentence", ["Dua orang diamankan.", "Dua warga Rusia dan dua warga Jerman diamankan.", "Rusia menahan dua orang."]
)
def test_a_sentence_that_names_no_citizens_or_several_says_nothing(sentence):
    assert is_of_nationality("Were they American citizens?", sentence, TITLE) is None


def test_foreigners_in_an_article_about_another_country_may_be_anybodys_citizens():
    assert is_of_nationality("Apakah mereka warga asing?", SENTENCE, "Serangan digagalkan") is None


def test_a_small_models_yes_is_not_believed():
    unit = unit_of(SENTENCE, "2019-12-30", TITLE)
    asked = understand("The pair held on 27 December: were they American citizens?")
    assert verify(asked, unit, "Yes, they were American citizens", None, 4.0).instead == "No"
    other = understand("The pair held on 12 December: were they American citizens?")
    assert not verify(other, unit, "Yes", None, 4.0).supported
