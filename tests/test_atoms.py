import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_time import grows_with_the_text

from rag.atoms import atoms, has_name, is_called, may_have_name, named_numbers, names, numbers
from rag.dates import DateSpan


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("40.000 pejalan kaki", {"40000"}),
        ("40,000 people", {"40000"}),
        ("Rp1,5 miliar", {"1500000000"}),
        ("seven members", {"7"}),
        ("tujuh anggota", {"7"}),
        ("dua belas orang", {"12"}),
        ("dua puluh lima kilometer", {"25"}),
        ("twenty five or 3.5 percent", {"25", "3.5"}),
        ("two hundred people", {"200"}),
        ("one of the men", set()),
        ("nothing to count", set()),
    ],
)
def test_numbers_have_one_value_in_both_languages(text, expected):
    assert numbers(text) == frozenset(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kemarin Presiden Rusia menelepon Trump", ("Presiden Rusia", "Trump")),
        ("Kapan mereka bertemu? Versi Dreamers beda. Kata orang begitu.", ("Dreamers",)),
        ("Yang datang adalah St. Nicholas dan J. Trump", ("St. Nicholas", "J. Trump")),
        ("The CIA", ("CIA",)),
        ("seorang mandor", ()),
        ("Arrested by the police", ()),
        ("Mike Pompeo", ("Mike Pompeo",)),
        ("Siapa yang diundang Putin ke Rusia? Acaranya dalam rangka apa?", ("Putin", "Rusia")),
        ("When did Mr Trump call Mr. Putin?", ("Trump", "Putin")),
        ("Kapan Pak Jokowi bertemu Profesor dr Roem?", ("Jokowi", "Roem")),
        ("Quand Étienne Delcourt est-il parti ?", ("Étienne Delcourt",)),
        ("¿Dónde vive Carmen Olivares?", ("Carmen Olivares",)),
        ("Darimanakah Musik Gospel berasal?", ("Musik Gospel",)),
        ("what Britain's minister told the United States' envoy", ("Britain", "United States")),
    ],
)
def test_names_are_runs_of_capitalised_words(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("kata Gedung Putih", "White House"),
        ("Председатель Нацбанка Эркин Жолдошев объяснил решение", "Erkin Zholdoshev"),
        ("Национальный банк Кыргызстана", "Kyrgyzstan"),
        ("di St. Petersburg", "Saint Petersburg"),
        ("Presiden Amerika Serikat", "US President"),
        ("Presiden AS Donald Trump", "America"),
        ("Katedral Kazan di pusat kota", "Kazan Cathedral"),
        ("kelompok Negara Islam", "ISIS"),
        ("Menteri Luar Negeri Rusia Sergei Lavrov", "Lavrov"),
        ("Recep Tayyip Erdoğan", "Erdogan"),
        ("Protokol Kyoto", "Kyoto Protocol"),
        ("San Diego-Carlsbad-San Marcos", "San Diego-Carslbad"),
    ],
)
def test_a_name_is_found_in_the_other_language(text, name):
    assert has_name(text, name)


@pytest.mark.parametrize(("text", "name"), [("informasi dari FBI", "CIA"), ("kata Iran", "Iraq"), ("Bandung", "Bali")])
def test_another_name_is_not_found(text, name):
    assert not has_name(text, name)


def test_a_date_is_no_number():
    found = atoms("7 people on 17 December 2017")
    assert found.numbers == {"7"}
    assert found.dates == (DateSpan("2017-12-17"),)


@given(st.text(max_size=200))
def test_any_text_has_atoms(text):
    atoms(text)


def test_the_names_of_a_long_article_take_no_longer_than_its_length():
    assert grows_with_the_text(names, 4 * "Kata Bambang itu benar ")


@pytest.mark.parametrize("text", ["π: " + "3" * 400 + " 7", "two " + "hundred " * 200 + ", 7"])
def test_a_number_without_end_is_none(text):
    assert numbers(text) == {"7"}


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Dr Wilson W Wenas", True),
        ("Emmanuel Macron", True),
        ("Ivanka Trump", False),  # here Trump is somebody else
        ("Sergei Shoigu", False),
        ("White House", False),
    ],
)
def test_somebody_is_called_by_a_part_of_the_name(name, called):
    text = (
        "Menurut Wilson, Trump bertemu Donald Trump dan Sergei Lavrov.\nHari itu Presiden Macron hadir di Gedung Merah."
    )
    assert is_called(text, name) == called


@pytest.mark.parametrize(
    ("text", "name", "may"),
    [
        ("特朗普感谢普京。", "Trump", True),
        ("Мост в Москве закрыли.", "Moscow", True),
        ("Trump (特朗普) telah menelepon Putin di Kremlin kemarin.", "Obama", False),
        ("特朗普感谢普京。", "奥巴马", False),
    ],
)
def test_a_name_is_not_missed_where_it_is_written_in_another_script(text, name, may):
    assert may_have_name(text, name) is may


def test_a_number_behind_a_name_belongs_to_it():
    assert named_numbers("How many of the 64 on the Mutiara Jaya 7 died after 21.40?") == {"7"}


def test_an_office_at_the_start_of_a_sentence_is_a_whole_name():
    assert names("Duta Besar Rusia untuk Indonesia, Galuzin, tiba.") == ("Duta Besar Rusia", "Indonesia", "Galuzin")
