"""What a sentence names in so many words goes before the neighbour that a small model takes."""

import pytest
from test_verify import check, unit_of

from rag.named import whole_list, with_items_before, with_other_items

REPORT = """\
Sejak intervensi Moskow di Suriah untuk mendukung rezim Presiden Bashar al-Assad, Rusia menjadi sasaran utama IS.

Washington menetapkan saluran berita RT Rusia sebagai “agen asing” dan mengusir diplomat.

Menurut Putin, tuduhan itu dibuat oleh orang-orang yang menentang Trump.

Sebanyak 40.000 orang dari seluruh dunia, termasuk Rusia, bergabung dengan IS di Suriah.

Dinas keamanan memperkirakan bahwa 2.900 warga Rusia telah bergabung dengan kelompok jihadis."""


@pytest.fixture(scope="module")
def report():
    return unit_of(REPORT)


@pytest.mark.parametrize(
    ("question", "answer", "instead"),
    [
        ("Whose regime did Moscow support in Syria?", "IS", "Presiden Bashar al-Assad"),
        ("Which leader's regime did Moscow support in Syria?", "IS", "Presiden Bashar al-Assad"),
        ("Moskow mendukung rezim siapa di Suriah?", "IS", "Presiden Bashar al-Assad"),
        ("Whose regime did Moscow support in Syria?", "Bashar al-Assad", ""),
        ("Siapa penguasa Suriah yang dibela Rusia?", "IS", "Presiden Bashar al-Assad"),
        ("Who is the ruler of Syria that Russia defended?", "Bashar al-Assad", ""),
        ("What label was given to the channel RT?", "RT Rusia", "agen asing"),
        ("What label was given to the channel RT?", "agen asing", ""),
        ("stasiun televisi RT yang suka mengkritik itu dikasih cap apa?", "RT Rusia", "agen asing"),
        ("According to Putin, who made the accusations?", "Trump", "orang-orang yang menentang Trump"),
        ("How many Russian citizens joined jihadist groups?", "40.000", "2,900"),
        ("How many of its own citizens did Russia see join jihadist groups?", "40.000", "2,900"),
        ("Berapa warga Rusia yang bergabung dengan kelompok jihadis?", "2.900", ""),
    ],
)
def test_what_is_named_in_so_many_words_is_the_answer(report, question, answer, instead):
    verdict = check(report, question, answer)
    assert verdict.supported, verdict.reason
    assert verdict.instead == instead


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who became the main target of IS?", "Rusia"),  # no label, no possessor
        ("What did Washington expel?", "diplomat"),
        ("What did Washington do about the so-called channel RT?", "mengusir diplomat"),
        ("Whose diplomats did Washington expel?", "Rusia"),  # nobody's name stands beside them
    ],
)
def test_other_answers_stay_as_they_are(report, question, answer):
    assert check(report, question, answer).instead == ""


SENTENCE = "Keduanya membahas isu lain seperti situasi Timur Tengah, non-proliferasi nuklir, serta stabilitas di Korea."


@pytest.mark.parametrize(
    ("answer", "whole"),
    [
        (
            "Non-proliferasi nuklir, stabilitas di Korea",
            "situasi Timur Tengah, non-proliferasi nuklir, stabilitas di Korea",
        ),
        ("Situasi Timur Tengah, non-proliferasi nuklir", "Situasi Timur Tengah, non-proliferasi nuklir"),
        ("Isu lain", "Isu lain"),
        ("Perang", "Perang"),
    ],
)
def test_a_list_is_told_from_its_first_item_on(answer, whole):
    assert whole_list(answer, SENTENCE) == whole


@pytest.mark.parametrize(
    ("answer", "quote", "whole"),
    [
        (
            "Bahan peledak",
            "Disita bahan peledak yang digunakan untuk membuat bom, senapan otomatis, amunisi dan literatur, katanya.",
            "bahan peledak yang digunakan untuk membuat bom, senapan otomatis, amunisi dan literatur",
        ),
        ("water", "They need water, blankets and nappies.", "water, blankets and nappies"),
        ("surat", "Ia mengirim surat, menelepon Trump, dan membantah tuduhan itu.", "surat"),
        ("Bortnikov", "Ia bertemu Bortnikov, Lavrov dan Galuzin.", "Bortnikov"),
        ("beras", "Mereka mengirim air, selimut dan beras.", "beras"),
    ],
)
def test_a_list_is_told_to_its_last_item(answer, quote, whole):
    assert with_other_items(answer, quote) == whole


TALKED = "Presiden juga membahas keadaan hubungan kedua negara dan upaya untuk mendukung kontrol senjata."


@pytest.mark.parametrize(
    ("question", "answer", "told"),
    [
        (
            "Apa lagi yang dibahas Presiden?",
            "upaya untuk mendukung kontrol senjata",
            "keadaan hubungan kedua negara dan upaya untuk mendukung kontrol senjata",
        ),
        ("What else did they discuss?", "kontrol senjata", "kontrol senjata"),  # no item of its own
        (
            "Apa yang dijanjikan Presiden?",
            "upaya untuk mendukung kontrol senjata",
            "upaya untuk mendukung kontrol senjata",
        ),
        ("Apa lagi yang dibahas Presiden?", "hubungan kedua negara", "hubungan kedua negara"),
        ("Apa lagi yang dibahas Presiden?", "sesuatu", "sesuatu"),
    ],
)
def test_what_stands_before_an_and_is_told_too(question, answer, told):
    assert with_items_before(question, answer, TALKED) == told
