import pytest

from eval import metrics
from eval.metrics import Span, normalise, numbers, score, states
from eval.questions import Question
from rag.answer import Answer, Citation, Statement

ARTICLE = (
    "Putin menelepon Trump, Minggu (17/12). Pada hari itu Gedung Putih menjawab. "
    "FSB menangkap tujuh anggota sel ISIS. "
    "Sebanyak 40.000 orang pergi ke Suriah. Kedua pemimpin berbicara 45 menit. "
    "Kedutaan itu dibuka pada Desember 2016. "
    "Tiga hari setelah 14 Desember keduanya berbicara lagi."
)
OTHER = "Dua warga Rusia diamankan pada 27 Desember 2019 menurut Kremlin."
TEXTS = {"a.txt": ARTICLE, "b.txt": OTHER}


def text_of(document_id):
    return TEXTS.get(document_id, "")


def place(quote, document="a.txt"):
    start = TEXTS[document].index(quote)
    return Span(document, start, start + len(quote))


def citation(quote, document="a.txt", number=1, shift=0):
    span = place(quote, document)
    return Citation(
        number=number, document_id=document, passage_id=f"{document}#0", path=document, title="",
        publisher="", published="2017-12-18" if document == "a.txt" else "2019-12-30",
        quote=quote, start=span.start + shift, end=span.end + shift,
    )  # fmt: skip


def answer(text, *quotes, answered=True, supported=True, language="en"):
    """An answer of one statement, cited by the sentences given."""
    citations = tuple(citation(quote, number=number) for number, quote in enumerate(quotes, start=1))
    statement = Statement(text, tuple(c.number for c in citations), supported)
    return Answer("?", language, answered, text + "".join(f" [{c.number}]" for c in citations), (statement,), citations)


def question(*answers, forbidden=(), answerable=True, language="en", type="number"):
    facts = tuple((fact,) if isinstance(fact, str) else fact for fact in answers)
    return Question("q", "dev", language, type, "?", answerable, answers=facts, forbidden=forbidden)


ABSENT = question(answerable=False, type="topic_absent")
OPENED = "Kedutaan itu dibuka pada Desember 2016."
THAT_DAY = "Pada hari itu Gedung Putih menjawab."
CALL = "Putin menelepon Trump, Minggu (17/12)."
LATER = "Tiga hari setelah 14 Desember keduanya berbicara lagi."
SEVEN = "FSB menangkap tujuh anggota sel ISIS."


class TestNormalise:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("40.000", "40,000"),
            ("40,000", "40000"),
            ("1.234.567", "1,234,567"),
            ("1.234,5", "1,234.5"),
            ("10,9 juta", "10.9 juta"),
            ("17 December [1, 2] 2017 [3].", "17 december 2017."),
            ("“Frenemy”  –\nthat’s it", '"frenemy" - that\'s it'),
            ("４５ minutes", "45 minutes"),
        ],
    )
    def test_forms_of_the_same_thing_become_one(self, one, other):
        assert normalise(one) == normalise(other)

    @pytest.mark.parametrize(("one", "other"), [("40.000", "40"), ("1.5", "15"), ("17.12.2017", "17122017")])
    def test_different_numbers_stay_different(self, one, other):
        assert normalise(one) != normalise(other)

    @pytest.mark.parametrize(
        ("text", "form"),
        [
            ("17 people", "7"),
            ("1.7 million", "7"),
            ("on (7/12)", "7"),
            ("7.5 million", "7"),
            ("400,000 people", "400"),
            ("It did not happen", "no"),
            ("G20", "20"),
            ("at 14:44", "14"),
            ("telepon", "tele"),
        ],
    )
    def test_a_form_inside_a_longer_word_or_number_is_not_stated(self, text, form):
        assert not states(normalise(text), form)

    @pytest.mark.parametrize(
        ("text", "form"),
        [("7 people.", "7"), ("They were 7.", "7"), ("(7)", "7"), ("40.000 orang", "40,000"), ("No.", "no")],
    )
    def test_a_form_between_other_words_is_stated(self, text, form):
        assert states(normalise(text), form)


class TestCorrect:
    def test_an_answer_with_every_fact_is_right(self):
        asked = question(("17 December 2017",), ("29 December 2019", "29 Desember 2019"))

        assert metrics.correct(asked, answer("On 17 December 2017 and on 29 Desember 2019."))

    def test_an_answer_that_lacks_a_fact_is_wrong(self):
        asked = question("17 December 2017", "29 December 2019")

        assert not metrics.correct(asked, answer("On 17 December 2017."))

    def test_an_answer_that_says_something_forbidden_is_wrong(self):
        asked = question(("two", "2"), forbidden=("seven",))

        assert metrics.correct(asked, answer("Two people."))
        assert not metrics.correct(asked, answer("Two or seven people."))

    def test_a_fact_that_is_shown_as_unsupported_does_not_count(self):
        asked = question("seven")
        shown = Statement("Seven were arrested.", supported=False)
        said = Statement("Some were arrested.", (1,))

        text = "Some were arrested [1]. Not confirmed: Seven were arrested."
        assert not metrics.correct(asked, Answer("?", "en", True, text, (said, shown)))
        assert metrics.correct(asked, Answer("?", "en", True, text, (said,)))

    def test_a_right_text_does_not_count_where_the_answer_abstains(self):
        assert not metrics.correct(question("seven"), answer("Seven.", answered=False))

    def test_an_unanswerable_question_wants_an_abstention(self):
        assert metrics.correct(ABSENT, answer("The articles don't say.", answered=False))
        assert not metrics.correct(ABSENT, answer("It costs 60 dollars."))

    def test_a_yes_that_holds_a_not_is_no_no(self):
        asked = question(("No", "Tidak"), type="yesno", language="id")

        assert metrics.correct(asked, answer("Tidak, serangan itu digagalkan."))
        assert metrics.correct(asked, answer("Serangan itu tidak terjadi."))
        assert not metrics.correct(asked, answer("Ya, serangan yang tidak terduga itu terjadi."))


class TestScore:
    def test_refusing_and_making_up_are_told_apart(self):
        refused = score(question("seven"), answer("Nothing.", answered=False), [], text_of)
        made_up = score(ABSENT, answer("Seven."), [], text_of)

        assert (refused["abstained"], refused["false_refusal"], refused["hallucinated"]) == (1.0, 1.0, None)
        assert (made_up["abstained"], made_up["false_refusal"], made_up["hallucinated"]) == (0.0, None, 1.0)

    def test_it_gives_every_metric_of_the_tables(self):
        assert list(score(ABSENT, answer("Seven."), [], text_of)) == list(metrics.METRICS)

    def test_citations_are_not_measured_where_nothing_is_answered(self):
        scores = score(question("seven"), answer("Seven.", SEVEN, answered=False), [[place(SEVEN)]], text_of)

        measures = ("document_precision", "sentence_precision", "sentence_recall")
        assert [scores[name] for name in measures] == [None, None, None]

    def test_an_answer_without_citations_has_recalled_no_sentence(self):
        scores = score(question("seven"), answer("Seven."), [[place(SEVEN)]], text_of)

        assert (scores["document_precision"], scores["sentence_recall"]) == (None, 0.0)


class TestCitations:
    def test_a_quote_that_is_not_the_text_at_its_offsets_is_invalid(self):
        right, moved = citation(SEVEN), citation(SEVEN, shift=1)

        assert metrics.citation_validity([right], text_of) == 1.0
        assert metrics.citation_validity([right, moved], text_of) == 0.5

    def test_a_citation_of_an_unknown_document_or_of_nothing_is_invalid(self):
        unknown = Citation(1, "c.txt", "c.txt#0", "c.txt", "", "", "", SEVEN, 0, len(SEVEN))
        nothing = Citation(1, "c.txt", "c.txt#0", "c.txt", "", "", "", "", 0, 0)

        assert metrics.citation_validity([unknown, nothing], text_of) == 0.0
        assert metrics.citation_validity([], text_of) is None

    def test_document_precision_counts_citations_of_other_articles(self):
        gold = [[place(SEVEN)]]

        assert metrics.document_precision([place("Sebanyak 40.000 orang")], gold) == 1.0
        assert metrics.document_precision([place(SEVEN), place(OTHER, "b.txt")], gold) == 0.5

    def test_sentence_precision_counts_citations_of_other_sentences(self):
        gold = [[place(SEVEN)]]

        assert metrics.sentence_precision([place("menangkap tujuh anggota sel")], gold) == 1.0
        assert metrics.sentence_precision([place(SEVEN), place("Sebanyak 40.000 orang")], gold) == 0.5

    def test_a_sentence_that_only_touches_the_gold_one_is_another_sentence(self):
        gold, touching = place(SEVEN), place("Gedung Putih menjawab. FSB")

        assert metrics.sentence_precision([touching], [[gold]]) == 0.0

    def test_sentence_recall_counts_gold_sentences_left_out(self):
        gold = [[place(SEVEN)], [place("Dua warga Rusia", "b.txt")]]

        assert metrics.sentence_recall([place(SEVEN)], gold) == 0.5
        assert metrics.sentence_recall([place(SEVEN), place(OTHER, "b.txt")], gold) == 1.0

    def test_a_quote_that_stands_twice_may_be_cited_at_either_place(self):
        gold = [[Span("a.txt", 0, 10), Span("a.txt", 50, 60)]]

        assert metrics.sentence_recall([Span("a.txt", 50, 60)], gold) == 1.0


def test_support_is_the_share_of_supported_statements():
    assert metrics.support((Statement("A."), Statement("B.", supported=False))) == 0.5
    assert metrics.support(()) is None


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("seven people", {7}),
            ("tujuh orang", {7}),
            ("twenty-five and 14", {25, 14}),
            ("empat puluh lima menit", {45}),
            ("dua belas, tiga belas", {12, 13}),
            ("seratus dua puluh lima", {125}),
            ("40 ribu", {40_000}),
            ("40.000", {40_000}),
            ("forty thousand", {40_000}),
            ("dua juta tiga ratus ribu", {2_300_000}),
            ("10,9 juta", {10_900_000}),
            ("two hundred seven", {207}),
            ("2, 3 or 4-5", {2, 3, 4, 5}),
            ("seven twenty", {7, 20}),
            ("one of the G20 states, 5G", set()),
            ("beberapa juta", set()),
        ],
    )
    def test_digits_and_words_of_both_languages_are_read(self, text, found):
        assert numbers(text) == found


class TestUnsupportedShown:
    def shown(self, text, *quotes, **how):
        return metrics.unsupported_shown(answer(text, *quotes, **how), text_of)

    def test_a_number_that_the_cited_sentence_has_is_fine(self):
        assert self.shown("Seven people were arrested.", SEVEN) is False
        assert self.shown("7 orang ditangkap.", SEVEN) is False

    def test_a_number_that_the_cited_sentence_lacks_is_found(self):
        assert self.shown("Eight people were arrested.", SEVEN) is True
        assert self.shown("40,000 people were arrested.", SEVEN) is True

    def test_a_number_in_another_cited_sentence_is_fine(self):
        assert self.shown("Seven of 40,000 people.", SEVEN, "Sebanyak 40.000 orang pergi ke Suriah.") is False

    def test_how_many_days_later_it_was_is_a_number_of_the_sentence(self):
        assert self.shown("3 days", LATER) is False
        assert self.shown("4 days", LATER) is True
        assert self.shown("14 days", LATER) is True

    def test_both_leaders_are_two(self):
        assert self.shown("Two leaders spoke for 45 minutes.", "Kedua pemimpin berbicara 45 menit.") is False

    def test_a_date_in_short_form_supports_the_same_date_in_full(self):
        assert self.shown("Putin called on 17 December 2017.", CALL) is False

    def test_a_date_of_another_day_or_year_is_found(self):
        assert self.shown("Putin called on 18 December 2017.", CALL) is True
        assert self.shown("Putin called on 17 December 2019.", CALL) is True

    def test_a_date_that_is_more_precise_than_the_cited_sentence_is_found(self):
        assert self.shown("It was opened in 2016.", OPENED) is False
        assert self.shown("It was opened on 5 December 2016.", OPENED) is True

    def test_a_year_in_a_sentence_of_another_year_is_found(self):
        assert self.shown("It was opened in 2015.", OPENED) is True
        assert self.shown("2015", OPENED) is True
        assert self.shown("2016", OPENED) is False

    def test_a_date_without_a_year_is_read_from_any_article_that_is_cited(self):
        later = citation(OTHER, "b.txt", number=2)
        said = Statement("Arrested on 27 December.", (1, 2))
        asked = Answer("?", "en", True, said.text, (said,), (citation(SEVEN), later))

        assert metrics.unsupported_shown(asked, text_of) is False

    def test_that_day_means_the_day_that_the_article_has_just_named(self):
        assert self.shown("The White House answered on 17 December 2017.", THAT_DAY) is False
        assert self.shown("The White House answered on 19 December 2017.", THAT_DAY) is True

    def test_a_date_in_a_sentence_without_one_is_found(self):
        assert self.shown("Seven were arrested on 15 December 2017.", SEVEN) is True

    def test_a_number_that_is_only_part_of_a_date_does_not_support_it(self):
        assert self.shown("Putin called 17 people.", CALL) is True

    def test_what_is_shown_as_unsupported_is_not_counted(self):
        assert self.shown("Eight people were arrested.", SEVEN, supported=False) is None

    def test_a_statement_that_cites_nothing_has_no_support(self):
        assert self.shown("Seven people were arrested.") is True


class TestLanguage:
    def test_it_is_read_from_the_words_and_not_from_what_the_answer_says_of_itself(self):
        assert metrics.language(answer("Putin menelepon pada hari Minggu dan berterima kasih.")) == "id"
        assert metrics.language(answer("Putin called on Sunday to thank him.", language="id")) == "en"

    def test_where_the_words_do_not_tell_the_answer_does(self):
        assert metrics.language(answer("17 Desember 2017", language="id")) == "id"
