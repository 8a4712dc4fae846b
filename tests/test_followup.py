import pytest

from rag.followup import leans_on_history, standalone

HISTORY = [("When did Putin thank Trump in 2019?", "29 December 2019 [1]")]


@pytest.mark.parametrize(
    "question",
    [
        "And in 2017?",
        "who confirmed it?",
        "berapa lama mereka bicara?",
        "kapan itu terjadi?",
        "what about the seven members of the cell?",
    ],
)
def test_a_follow_up_leans_on_what_was_said(question):
    assert leans_on_history(question)


@pytest.mark.parametrize("question", ["When did the FSB detain seven members?", "Siapa kepala FSB pada tahun 2017?"])
def test_a_whole_question_does_not(question):
    assert not leans_on_history(question)


def test_without_history_a_question_stays_as_it_is():
    assert standalone("And in 2017?", [], lambda *_: "never asked") == "And in 2017?"


def test_the_rewriting_is_used_where_it_names_nothing_new():
    written = standalone("who confirmed it?", HISTORY, lambda *_: "Who confirmed that Putin thanked Trump in 2019?")
    assert written == "Who confirmed that Putin thanked Trump in 2019?"


@pytest.mark.parametrize(
    "invented",
    ["Who confirmed that Merkel thanked Trump?", "Who confirmed it in 2015?", "It was Obama.", "Putin thanked Trump."],
)
def test_a_rewriting_that_invents_is_not_used(invented):
    assert standalone("who confirmed it?", HISTORY, lambda *_: invented) == (
        "When did Putin thank Trump in 2019? who confirmed it?"
    )


def test_a_rewriting_that_leaves_out_what_is_new_is_not_used():
    history = [("Berapa korban meninggal gempa Sanga?", "29 orang.")]
    follow_up = "kalau yang luka-luka berapa?"
    again = "Berapa korban meninggal gempa Sanga setelah dikoreksi?"
    assert standalone(follow_up, history, lambda *_: again) == f"Berapa korban meninggal gempa Sanga? {follow_up}"
    hurt = "Berapa korban luka gempa Sanga?"
    assert standalone(follow_up, history, lambda *_: hurt) == hurt


def test_a_rewriting_that_answers_or_repeats_is_begun_anew_with_the_question():
    history = [("Berapa warga Rusia yang bergabung dengan kelompok jihadis?", "2.900 orang.")]
    begun_with = []

    def rewrite(conversation: str, begun: str) -> str:
        begun_with.append(begun)
        return f"{begun} yang bergabung dengan kelompok jihadis berapa banyak?" if begun else history[0][0]

    written = standalone("kalau orang Asia Tengah?", history, rewrite)
    assert written == "Orang Asia Tengah yang bergabung dengan kelompok jihadis berapa banyak?"
    assert begun_with == ["", "Orang Asia Tengah"]


def test_a_rewriting_without_a_word_of_the_question_is_not_used():
    history = [("Who was hosted in the Oval Office by Trump and Pence?", "The articles don't say.")]
    assert standalone("What was his job?", history, lambda *_: history[0][0]).endswith("What was his job?")
    written = "What was the job of Trump's guest?"
    assert standalone("What was his job?", history, lambda *_: written) == written


@pytest.mark.parametrize(
    ("asked", "answered", "follow_up", "whole"),
    [
        (
            "Who is the boss of the FSB?",
            "Alexander Bortnikov.",
            "And what was he worried about?",
            "What was Alexander Bortnikov worried about?",
        ),
        (
            "Who did Trump host in the Oval Office?",
            "Sergei Lavrov.",
            "What was his job at that time?",
            "What was Sergei Lavrov's job at that time?",
        ),
        (
            "Siapa Li Yonghui?",
            "Seorang pakar hubungan Rusia-AS.",
            "Menurut dia, kedua negara bisa kompak di urusan apa?",
            "Menurut Li Yonghui, kedua negara bisa kompak di urusan apa?",
        ),
    ],
)
def test_who_he_is_needs_no_model_where_one_was_named(asked, answered, follow_up, whole):
    assert standalone(follow_up, [(asked, answered)], lambda *_: "") == whole


def test_of_two_who_were_named_neither_is_he():
    history = [("When did Putin thank Trump?", "29 December 2019.")]
    assert standalone("Where was he then?", history, lambda *_: "") == "When did Putin thank Trump? Where was he then?"


def test_that_call_is_the_one_of_the_day_that_was_answered():
    written = "What did Putin and Trump agree on during that call?"
    assert standalone("And what did they agree on during that call?", HISTORY, lambda *_: written) == (
        "What did Putin and Trump agree on during that call (29 December 2019)?"
    )


def test_a_rewriting_that_puts_nothing_in_is_not_used():
    history = [("Have Trump and Putin met in person?", "Yes, in July 2017, at the G20 summit.")]
    again = "Have Trump and Putin met in person? Which country was that in?"
    for written in ("Which country was that in?", "In which country was that?"):
        assert standalone("Which country was that in?", history, lambda *_, same=written: same) == again
    alone = "What did Merkel say of that summit in Hamburg?"
    assert standalone(alone, history, lambda *_: alone) == alone
    whole = "Which country did Trump and Putin meet in?"
    assert standalone("Which country was that in?", history, lambda *_: whole) == whole


@pytest.mark.parametrize(
    ("follow_up", "written"),
    [
        ("kalau orang Asia Tengah?", "Berapa orang Rusia yang bergabung?"),
        ("dan pada 2015?", "Berapa orang Rusia yang bergabung pada 2016?"),
    ],
)
def test_a_rewriting_that_loses_a_name_or_date_is_not_used(follow_up, written):
    history = [("Berapa orang Rusia yang bergabung pada 2016?", "2.900 orang.")]
    asked = "Berapa orang Rusia yang bergabung pada 2016?"
    assert standalone(follow_up, history, lambda *_: written) == f"{asked} {follow_up}"


def test_markers_of_the_answer_do_not_reach_the_model():
    seen = []
    standalone("who confirmed it?", HISTORY, lambda conversation, _: seen.append(conversation) or "")
    assert "[1]" not in seen[0]
    assert "29 December 2019" in seen[0]


def test_he_may_be_whoever_the_question_names_itself():
    history = [("Did Trump and Putin meet in person in 2017?", "Yes, in July [1].")]
    asked = "what assurance did trump say he accepted afterwards?"
    assert standalone(asked, history, lambda *_: pytest.fail("rewritten")) == asked
