"""The lexicon: what an English and an Indonesian expression have in common, and what contradicts what."""

from itertools import product
from pathlib import Path

import pytest

from rag import lexicon
from rag.lexicon import glossary, opposites, phrases, ruled_from, same, stem, translations

LINES = [
    line.split("\t")
    for line in Path(lexicon.__file__).with_suffix(".tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def matched(text, language=""):
    return [match for _, match, _ in phrases(text, language)]


@pytest.mark.parametrize(
    ("english", "indonesian"),
    [
        ("Russia", "Rusia"),
        ("Russia's", "rusia"),
        ("the White House", "Gedung Putih"),
        ("Saint Petersburg", "St.Petersburg"),
        ("Moscow", "Moskow"),
        ("United Nations", "PBB"),
        ("foreign ministers", "menlu"),
        ("new year", "Tahun Baru"),
        ("thanked", "mengucapkan terima kasih"),
        ("thanking", "terima kasihnya"),
        ("foiled", "menggagalkan"),
        ("detained", "menangkap"),
        ("arrests", "menahannya"),
        ("stole", "dicuri"),
        ("planned", "direncanakan"),
        ("called", "menelepon"),
        ("phone call", "percakapan telepon"),
        ("married", "dinikahi"),
        ("countries", "negara"),
        ("largest", "terbesar"),
        ("billion", "miliar"),
    ],
)
def test_an_english_expression_and_its_indonesian_one_are_the_same(english, indonesian):
    article_less = english.removeprefix("the ")
    assert same(article_less, indonesian)
    assert same(indonesian, article_less)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("arrested", "membebaskan"),
        ("thanked", "meminta maaf"),
        ("thank", "mengucapkan selamat"),
        ("thank", "menuduh"),
        ("killed", "melukai"),
        ("won", "kalah"),
        ("opened", "ditutup"),
        ("visited", "mengundang"),
        ("met", "mengunjungi"),
        ("borrowed", "meminjamkan"),
        ("import", "ekspor"),
        ("North Korea", "Korea Selatan"),
        ("vice president", "presiden"),
        ("large", "terbesar"),
        ("million", "miliar"),
        ("CIA", "FBI"),
        ("meninggal", "meninggalkan"),
    ],
)
def test_different_acts_and_names_are_not_the_same(one, other):
    assert not same(one, other)


def test_unknown_words_are_the_same_but_for_capitals():
    assert same("Galuzin", "GALUZIN")
    assert not same("US", "us")


def test_translations_leave_out_the_word_itself():
    assert "rusia" in translations("Russia")
    assert "russia" not in translations("Russia")
    assert "arrest" in translations("ditangkap")
    assert "ditahan" in translations("ditangkap")


def test_what_the_lexicon_does_not_hold_has_no_translation():
    assert translations("Galuzin") == frozenset()
    assert translations("") == frozenset()
    assert phrases("") == ()


@pytest.mark.parametrize(
    ("country", "pronoun"),
    [("He warned the US of an attack", "He warned us of an attack"), ("Trump, Presiden AS", "as a president")],
)
def test_abbreviations_count_only_in_capitals(country, pronoun):
    def names_america(text):
        return any("amerika serikat" in forms for _, _, forms in phrases(text))

    assert names_america(country)
    assert not names_america(pronoun)


def test_a_question_in_lower_case_still_names_the_country():
    assert ("country", "the us") in [found[:2] for found in phrases("when did putin warn the us")]


def test_islamic_state_is_named_by_is_only_in_capitals():
    assert "negara islam" in translations("IS")
    assert "negara islam" not in translations("is")


@pytest.mark.parametrize("month", ["May", "MAY", "March"])
def test_a_month_is_told_from_a_verb_by_its_capital(month):
    assert {"mei", "maret"} & translations(month)
    assert not {"mei", "maret"} & translations(month.lower())


def test_words_that_both_languages_write_alike_are_told_apart_by_the_language():
    assert "play" in translations("main", "id")
    assert "play" not in translations("main", "en")
    assert "utama" in translations("main", "en")
    assert "water" not in translations("air", "en")


def test_the_longest_expression_is_taken():
    text = "The White House in Washington thanked the Russian foreign minister in St. Petersburg."
    names = ["White House", "Washington", "Russian", "foreign minister", "St. Petersburg"]
    assert matched(text, "en") == [*names[:2], "thanked", *names[2:]]


def test_an_indonesian_sentence_gives_its_expressions_as_written():
    text = "Putin menyampaikan rasa terima kasihnya kepada AS atas informasi CIA"
    assert matched(text, "id") == ["menyampaikan", "rasa terima kasihnya", "AS", "informasi", "CIA"]


def test_no_expression_spans_two_sentences():
    assert "white. House" not in matched("The roof is white. House prices rose.")
    assert "Gedung Putih" not in matched("Ia keluar dari gedung, putih warnanya")


def test_a_word_of_several_concepts_comes_once_with_all_their_forms():
    ((kind, text, forms),) = phrases("found", "en")
    assert (kind, text) == ("verb", "found")
    assert {"menemukan", "mendirikan"} <= forms


def test_reduplicated_and_hyphenated_forms_are_found():
    assert same("undang-undang", "law")
    assert matched("hubungan Rusia-AS", "id") == ["hubungan", "Rusia", "AS"]


def test_a_name_is_not_stemmed():
    assert "cloud" not in translations("Terawan")


def test_short_english_words_are_not_taken_for_inflected_ones():
    assert matched("This is his being", "en") == []


@pytest.mark.parametrize(
    ("word", "contrary"),
    [
        ("arrested", "dibebaskan"),
        ("membebaskan", "arrest"),
        ("thanked", "menyalahkan"),
        ("won", "kalah"),
        ("increased", "turun"),
        ("before", "setelah"),
        ("north", "selatan"),
        ("dibantah", "confirm"),
    ],
)
def test_opposites_come_in_both_languages_and_directions(word, contrary):
    assert contrary in opposites(word)


def test_a_seat_of_government_stands_for_its_country():
    assert {"united states", "AS"} <= ruled_from("Washington") == ruled_from("Gedung Putih")
    assert "rusia" in ruled_from("Moskow")
    assert ruled_from("Bandung") == frozenset()


def test_a_word_without_a_contrary_has_no_opposites():
    assert opposites("president") == frozenset()


def test_no_form_stands_on_both_sides_of_an_opposite():
    heads = {}
    for kind, english, indonesian in LINES:
        if kind not in ("opposite", "seat"):
            forms = {*english.split("|"), *indonesian.split("|")}
            heads.setdefault(english.split("|")[0], []).append(forms)
    for kind, one, other in LINES:
        if kind == "opposite":
            for ours, theirs in product(heads[one], heads[other]):
                assert not ours & theirs, (one, other)


def test_every_line_is_well_formed():
    for kind, english, indonesian in LINES:
        assert kind in {"country", "city", "name", "title", "verb", "noun", "adj", "seat", "opposite"}
        for column in (english, indonesian):
            forms = column.split("|")
            assert len(set(forms)) == len(forms), column
            assert all(form and form == form.strip() for form in forms), column


def test_stems_are_snowballs():
    assert stem("Arrested", "en") == "arrest"
    assert stem("pembunuhan", "id") == "bunuh"


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("ditangkep", "ditangkap"),
        ("ketangkep", "tertangkap"),
        ("nyerang", "menyerang"),
        ("ngebom", "bom"),
        ("bahasin", "bahas"),
        ("ngaku", "mengaku"),
        ("dateng", "datang"),
        ("ngomongin", "membahas"),
    ],
)
def test_everyday_indonesian_is_understood(spoken, written):
    assert same(spoken, written)


def test_names_and_small_words_are_no_everyday_words():
    assert not same("putin", "put")
    assert not same("oleh", "olah")


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        (
            "campur tangan Moskow di Perang Dunia II",
            "en",
            {"Moskow": ("Moscow",), "Perang Dunia II": ("World War II",)},
        ),
        ("the US and the CIA", "id", {"the US": ("Amerika Serikat",)}),
        ("Presiden AS", "en", {"Presiden": ("president",), "AS": ("United States",)}),
        ("Galuzin pada Senin", "en", {}),
    ],
)
def test_a_glossary_has_what_is_written_otherwise_in_the_language(text, language, words):
    found = glossary(text, language)
    assert words.items() <= found.items()
    assert not {"the", "and", "CIA", "Galuzin", "pada"} & found.keys()


def test_a_word_of_several_concepts_has_a_meaning_for_each():
    assert glossary("mencampuri", "en") == {"mencampuri": ("interfere",)}
    assert glossary("hubungan", "en")["hubungan"][0] == "relation"
    assert set(glossary("menerima", "en")["menerima"]) >= {"receive", "accept"}
