"""Days, months and "yesterday" are read in the language of the article."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_time import grows_with_the_text

from rag.date_languages import mentions_in
from rag.dates import resolve_document

# Published on a Wednesday.
PUBLISHED = "2024-03-06"


@pytest.mark.parametrize(
    ("language", "sentence", "expected"),
    [
        ("fr", "Le président l'a dit lundi à Lyon.", {"lundi": "2024-03-04"}),
        ("fr", "Le 3 mars, sept personnes sont parties.", {"3 mars": "2024-03-03"}),
        ("fr", "Il est né le 1er mai 1950.", {"1er mai 1950": "1950-05-01"}),
        ("fr", "La fusée part vers Mars.", {}),
        ("fr", "Ils sont arrivés hier, comme l'année dernière.", {"hier": "2024-03-05", "l'année dernière": "2023"}),
        ("de", "Am Montag, 4. März, brannte es.", {"Montag, 4. März": "2024-03-04"}),
        ("de", "Am Montagabend brannte es.", {"Montagabend": "2024-03-04"}),
        ("de", "Sie kam am Morgen und blieb bis August.", {"August": "2023-08"}),
        ("de", "Das war im Mai 2023 so, und im Mai davor.", {"Mai 2023": "2023-05", "Mai": "2023-05"}),
        ("pl", "Książka pt. Lalka", {}),
        ("nl", "De boot zonk zaterdagavond.", {"zaterdagavond": "2024-03-02"}),
        ("nl", "Gisteren sprak hij daarover.", {"Gisteren": "2024-03-05"}),
        ("es", "Ganó ayer la carrera frente al mar.", {"ayer": "2024-03-05"}),
        ("es", "Fue del 3 al 5 de marzo.", {"3 al 5 de marzo": "2024-03-03/2024-03-05"}),
        ("es", "Pasó el martes 5 de marzo de 2024.", {"martes 5 de marzo de 2024": "2024-03-05"}),
        ("pt", "Pela segunda vez, na segunda-feira, choveu.", {"segunda-feira": "2024-03-04"}),
        ("it", "È successo lunedì 4 marzo.", {"lunedì 4 marzo": "2024-03-04"}),
        ("ru", "В понедельник, 4 марта, мост закрыли.", {"понедельник, 4 марта": "2024-03-04"}),
        ("ru", "Вчера его открыли.", {"Вчера": "2024-03-05"}),
        ("ar", "قال يوم الاثنين 4 مارس", {"الاثنين 4 مارس": "2024-03-04"}),
        ("zh", "大桥3月5日关闭，去年开放。", {"3月5日": "2024-03-05", "去年": "2023"}),
        ("ja", "3日間の会議は3月5日に始まった。", {"3月5日": "2024-03-05"}),
        ("ja", "橋は昨日閉鎖された。", {"昨日": "2024-03-05"}),
        ("vi", "Ngày 3 tháng 3 năm 2024, hôm qua.", {"3 tháng 3 năm 2024": "2024-03-03", "hôm qua": "2024-03-05"}),
        ("id", "Jambatan itu runtuh semalam, Isnin, 4 Mac 2024.",
         {"semalam": "2024-03-05", "Isnin, 4 Mac 2024": "2024-03-04"}),
        ("", "Le 3 mars, lundi.", {}),
        ("tlh", "lundi 3 mars", {}),
    ],
)  # fmt: skip
def test_dates_are_read_in_the_articles_language(language, sentence, expected):
    (found,) = resolve_document([sentence], PUBLISHED, language)
    told = {each.text: "/".join(filter(None, (each.date.start, each.date.end))) for each in found if each.date}
    assert told == expected


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("de", "Das Gericht wird am Freitag entscheiden."),
        ("fr", "Le tribunal doit trancher vendredi."),
        ("ru", "Суд будет заседать в пятницу."),
    ],
)
def test_a_weekday_that_lies_ahead_stays_open(language, sentence):
    (found,) = resolve_document([sentence], PUBLISHED, language)
    assert [each.date for each in found] == [None]


def test_a_month_alone_without_a_year_is_the_one_before_publication():
    (found,) = resolve_document(["Im Dezember war es noch anders, sagte er im März."], PUBLISHED, "de")
    assert [each.date.start for each in found if each.date] == ["2023-12", "2024-03"]


WORDS = re.findall(
    r"\S+",
    "lundi 3 mars 2024 le 1er - al Mars août hier l'année dernière março 3月5日 6日 , . 31 29 Yesterday Monday İ ß",
)
texts = st.text() | st.lists(st.sampled_from(WORDS), max_size=15).map(" ".join)


@given(texts, st.sampled_from(["fr", "pt", "zh", "tr"]))
def test_mentions_of_any_text_are_in_order_and_apart(text, language):
    found = mentions_in(text, language)
    assert all(mention.start < mention.end <= len(text) for mention in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize("unit", ["lundi ", "3 mars ", "l'année ", "lundi   ", "3-", "1"])
def test_reading_time_grows_with_the_text_and_no_faster(unit):
    assert grows_with_the_text(lambda text: mentions_in(text, "fr"), unit)
