"""Who wrote an article is read from its byline, without the model."""

import pytest
from test_verify import unit_of

from rag.byline import signature
from rag.question import understand

TEXT = "Rusia dan AS Sepakat Perangi ISIS\n\n{}\n\nPutin menelepon Trump pada Minggu (29/1), kata duta besarnya."
WHO = "Who wrote the article about Russia and ISIS?"


def signed(line: str, question: str = WHO, publisher: str = "Harian A") -> str:
    unit = unit_of(TEXT.format(line), publisher=publisher)
    finding = signature(understand(question), unit)
    if finding is None:
        return ""
    assert finding.quotes == (line,)
    return finding.text


@pytest.mark.parametrize(
    ("line", "writer"),
    [
        ("Riva Dessthania | Harian A", "Riva Dessthania"),
        ("Oleh Riva Dessthania", "Riva Dessthania"),
        ("Penulis: Riva Dessthania", "Riva Dessthania"),
        ("By Riva Dessthania, Harian A", "Riva Dessthania"),
        ("Jakarta | Harian B", ""),
        ("Oleh karena itu Rusia menang", ""),
        ("Harian A | Harian A", ""),
        ("By Monday, 13 people had died.", ""),
    ],
)
def test_a_byline_names_the_writer(line, writer):
    assert signed(line) == writer


@pytest.mark.parametrize(
    "question",
    [
        "berita tentang ISIS itu ditulis siapa?",
        "Siapa yang menulis artikel tentang ISIS?",
        "Siapa penulis berita itu?",
        "who has the byline on the story about ISIS?",
        "Who is the author of the piece on ISIS?",
    ],
)
def test_the_writer_is_asked_for_in_many_words(question):
    assert signed("Oleh Riva Dessthania", question) == "Riva Dessthania"


@pytest.mark.parametrize("question", ["Who wrote the book?", "Who reported the attack?", "Siapa yang menelepon Trump?"])
def test_who_wrote_something_else_is_asked_of_the_text(question):
    assert signed("Oleh Riva Dessthania", question) == ""
