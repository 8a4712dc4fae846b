"""Numbers in the words of other languages have the value that digits give them."""

import pytest

from rag.atoms import atoms, numbers
from rag.number_words import in_digits, with_marks_of


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "trois ans de prison, 250 000 euros, 1,8 million de bouteilles", {"3", "250000", "1800000"}),
        ("fr", "dix-huit mois, quatre-vingt-dix jours", {"18", "90"}),
        ("de", "vierzehn Objekte für 3,2 Millionen Euro", {"14", "3200000"}),
        ("de", "Zwei Milliarden", {"2000000000"}),
        ("nl", "twee doden, vijftig gewonden", {"2", "50"}),
        ("es", "doce mil personas y 3 millones", {"12000", "3000000"}),
        ("pt", "três milhões", {"3000000"}),
        ("it", "quindici feriti su 2 mila", {"15", "2000"}),
        ("ru", "четырнадцать месяцев, 5 тысяч и 2,5 млрд", {"14", "5000", "2500000000"}),
        ("fr", "un an, le vol 370", {"370"}),
        ("", "trois ans", set()),
        ("en", "Flight 370 239 aboard", {"370", "239"}),
    ],
)
def test_number_words_have_their_value(language, text, expected):
    assert atoms(text, (), language).numbers == frozenset(expected)


def test_words_of_the_same_letters_are_left_alone():
    assert in_digits("Die Elfe sagte dreist zweifelnd: Neuntöter", "de") == "Die Elfe sagte dreist zweifelnd: Neuntöter"
    assert numbers(in_digits("once a year, due to six men", "es")) == {"6"}


@pytest.mark.parametrize(
    ("text", "written", "language", "expected"),
    [
        ("40.000 people", "id", "en", "40,000 people"),
        ("Rp1.234.567,89", "id", "en", "Rp1,234,567.89"),
        ("3,5 million and 2,4%", "id", "en", "3.5 million and 2.4%"),
        ("2,900 orang", "en", "id", "2.900 orang"),
        ("40,000 people", "id", "en", "40,000 people"),
        ("17,18,19 atau 1,2,3 orang", "id", "en", "17,18,19 atau 1,2,3 orang"),
        ("29.12.2019, 7.30 pm, Windows 3.1", "en", "id", "29.12.2019, 7.30 pm, Windows 3.1"),
        ("40.000 orang", "id", "id", "40.000 orang"),
        ("40,000 people", "en", "en", "40,000 people"),
        ("40.000", "", "en", "40.000"),
    ],
)
def test_numbers_have_the_marks_of_the_language(text, written, language, expected):
    assert with_marks_of(text, written, language) == expected
