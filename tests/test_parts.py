"""A question of two parts is asked part by part, each with what it leaves out."""

from __future__ import annotations

import pytest

from rag.parts import parts


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "How many suspects were held over the 2017 plot, and how many over the 2019 plot?",
            ("How many suspects were held over the 2017 plot?", "How many suspects were held over the 2019 plot?"),
        ),
        (
            "berapa orang ditangkap tahun 2017 dan berapa di tahun 2019?",
            ("berapa orang ditangkap tahun 2017?", "berapa orang ditangkap di tahun 2019?"),
        ),
        (
            "Whom does CRI credit with the tip-off, and whom does Dreamers?",
            ("Whom does CRI credit with the tip-off?", "Whom does Dreamers credit with the tip-off?"),
        ),
        (
            "On which weekday did he call in 2017, and on which in 2019?",
            ("On which weekday did he call in 2017?", "On which weekday did he call in 2019?"),
        ),
        (
            "To what level did the bank move its rate in February 2019, and to what level in June of that year?",
            (
                "To what level did the bank move its rate in February 2019?",
                "To what level did the bank move its rate in June 2019?",
            ),
        ),
        (
            "In which cities was Dewi on business on 9 September and on 16 October 2023?",
            (
                "In which cities was Dewi on business on 9 September 2023?",
                "In which cities was Dewi on business on 16 October 2023?",
            ),
        ),
        (
            "Setinggi apa abunya waktu letusan 2021, dan setinggi apa waktu letusan 2023?",
            ("Setinggi apa abunya waktu letusan 2021?", "setinggi apa waktu letusan 2023?"),
        ),
        (
            "Tanggal berapa mereka bicara soal ISIS, dan tanggal berapa Putin menelepon soal rencana serangan?",
            ("Tanggal berapa mereka bicara soal ISIS?", "tanggal berapa Putin menelepon soal rencana serangan?"),
        ),
        (
            "Putin thanked him in 2017 and again in 2019. What were the dates?",
            ("Putin thanked him in 2017. What were the dates?", "Putin thanked him in 2019. What were the dates?"),
        ),
        ("What did Trump and Putin each say?", ("What did Trump say?", "What did Putin say?")),
        (
            "Buat korban gempa Palu, TNI AL, Australia, sama Jepang masing-masing nyumbang apa?",
            (
                "Buat korban gempa Palu, TNI AL nyumbang apa?",
                "Buat korban gempa Palu, Australia nyumbang apa?",
                "Buat korban gempa Palu, Jepang nyumbang apa?",
            ),
        ),
        (
            "Compare the two plots: who was held in 2017, and when was the other one foiled?",
            ("who was held in 2017?", "when was the other one foiled?"),
        ),
        (
            "Kapan mereka bertemu di KTT G20, dan kapan Lavrov dijamu Trump?",
            ("Kapan mereka bertemu di KTT G20?", "kapan Lavrov dijamu Trump?"),
        ),
        (
            "How many people were arrested in 2017 and in 2019?",
            ("How many people were arrested in 2017?", "How many people were arrested in 2019?"),
        ),
        (
            "What are the names of Russia's foreign minister, the FSB chief and the ambassador to Indonesia?",
            (
                "What is the name of Russia's foreign minister?",
                "What is the name of the FSB chief?",
                "What is the name of the ambassador to Indonesia?",
            ),
        ),
        ("siapa saja Galuzin, Lavrov, dan Pompeo", ("siapa saja Galuzin?", "siapa saja Lavrov?", "siapa saja Pompeo?")),
        (
            "Lembaga mana yang menurut Selidiki membantu Rusia pada 2017, dan lembaga mana menurut CRI?",
            (
                "Lembaga mana yang menurut Selidiki membantu Rusia pada 2017?",
                "Lembaga mana yang menurut CRI membantu Rusia pada 2017?",
            ),
        ),
        (
            "Rencana teror itu, yang 2017 dan yang 2019, mau dijalankan kapan?",
            (
                "Rencana teror itu, yang 2017, mau dijalankan kapan?",
                "Rencana teror itu, yang 2019, mau dijalankan kapan?",
            ),
        ),
        (
            "When did Putin call Trump and how long did it last?",
            ("When did Putin call Trump?", "how long did it last (When did Putin call Trump)?"),
        ),
    ],
)
def test_a_question_of_two_parts_is_two_questions(question, expected):
    assert parts(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "when did Putin thank Trump",
        "When and where did Putin meet Trump?",
        "Kapan dan di mana Putin bertemu Trump?",
        "Siapa saja yang bertemu Trump, dan di mana?",
        "Who called whom and when?",
        "What did Trump say about the plot and the people who were arrested?",
        "Apakah Putin dan Trump membahas Korea?",
        "When did Putin and Trump talk?",
        "Who are the suspects and their lawyers?",
    ],
)
def test_a_question_about_one_event_stays_whole(question):
    assert parts(question) == (question,)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "Rencana 2017 mau nyerang apa, terus yang 2019 rencananya pas acara apa?",
            ("Rencana 2017 mau nyerang apa?", "Rencana 2019 rencananya pas acara apa?"),
        ),
        (
            "serangan di sana yg 2017 rencananya tgl brp? yg 2019 rencananya pas kapan?",
            ("serangan di sana yg 2017 rencananya tgl brp?", "serangan di sana yg 2019 rencananya pas kapan?"),
        ),
        (
            "rencana yg digagalkan 2017 sasarannya apa, terus yg 2019 apa?",
            ("rencana yg digagalkan 2017 sasarannya apa?", "rencana yg digagalkan 2019 sasarannya apa?"),
        ),
        (
            "Siapa yang mencuri keris itu, dan museumnya mengasuransikannya berapa?",
            (
                "Siapa yang mencuri keris itu?",
                "museumnya mengasuransikannya berapa (Siapa yang mencuri keris itu)?",
            ),
        ),
        ("Berapa orang ditangkap, dan kapan?", ("Berapa orang ditangkap, dan kapan?",)),
        ("Kok Rusia waspada? Apa alasannya?", ("Kok Rusia waspada? Apa alasannya?",)),
    ],
)
def test_a_second_question_may_only_give_another_year_or_ask_at_its_end(question, said):
    assert parts(question) == said
