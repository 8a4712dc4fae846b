"""What makes a passage rank above another."""

import json

import pytest
import short_articles

from rag.library import open_library
from rag.retrieve import CANDIDATES, _rarest, _rarity, _scaled, _spaced

ARTICLES = short_articles.ARTICLES | {
    "flight 1": "Penerbangan GA-402 ditunda tiga jam karena cuaca buruk di bandara.",
    "flight 2": "Penerbangan QZ-517 ditunda tiga jam karena cuaca buruk di bandara.",
}


@pytest.fixture(scope="module")
def retriever(tmp_path_factory):
    folder = tmp_path_factory.mktemp("retrieve")
    (folder / "corpus").mkdir()
    lines = (json.dumps({"_id": id, "title": "", "text": text}) for id, text in ARTICLES.items())
    (folder / "corpus" / "articles.jsonl").write_text("\n".join(lines))
    with open_library(folder / "corpus", folder / "data") as library:
        library.sync()
        yield library.retriever


def best(retriever, question):
    return retriever.retrieve(question, 1)[0].document_id


@pytest.mark.parametrize(
    ("question", "id"),
    [("Kenapa QZ-517 ditunda?", "flight 2"), ("Why was GA-402 delayed?", "flight 1"), ("Harga beras naik?", "rice")],
)
def test_a_name_or_number_decides_between_passages_of_one_meaning(retriever, question, id):
    assert best(retriever, question) == id


@pytest.mark.parametrize(
    ("question", "id"),
    [("Which part of the capital was under water?", "rain"), ("Where did the ground shake?", "quake")],
)
def test_a_question_without_words_in_common_is_answered_by_meaning(retriever, question, id):
    assert best(retriever, question) == id


def test_a_passage_does_not_gain_by_saying_a_word_in_two_ways(retriever):
    counts = retriever._counts("Gempa?")
    assert [len(concept) > 1 for concept in counts] == [True]
    assert retriever._shares(counts, ["quake#0", "rain#0"]) == {"quake#0": 1, "rain#0": 0}


def test_words_that_stand_nowhere_make_those_that_do_count_less(retriever):
    alone = retriever._shares(retriever._counts("Maluku"), ["quake#0"])["quake#0"]
    among_others = retriever._shares(retriever._counts("Maluku zyxwv"), ["quake#0"])["quake#0"]
    assert alone == 1
    assert 0 < among_others < 0.5


def test_a_rare_word_tells_more_than_a_common_one():
    assert _rarity(1, 1000) > _rarity(100, 1000) > _rarity(1000, 1000) > 0


def test_of_a_large_library_only_the_rarer_words_are_searched_by():
    a, b, c = (frozenset(word) for word in "abc")
    assert _rarest({a: 9_000, b: 900, c: 0}) == [c, b, a]
    assert _rarest({a: 9_500, b: 900, c: 0}) == [c, b]
    assert _rarest({a: 99_000, b: 90_000, c: 0}) == [c, b]
    assert _rarest({}) == []


def test_words_are_compared_whole_and_without_capitals_and_accents():
    (text,) = _spaced(["Presiden José mengatakan: “US$5”."])
    assert [form in text for form in _spaced(["jose", "US", "kata", "us 5"])] == [True, True, False, True]


def test_candidates_of_the_words_alone_may_lie_below_the_last_dense_one():
    assert _scaled({"a": 0.9, "b": 0.8, "c": 0.7}, [0.9, 0.8]) == pytest.approx({"a": 1, "b": 0, "c": -1})


def test_passages_come_best_first_and_a_document_fills_no_more_than_its_share(retriever):
    found = retriever.retrieve("bank", k=len(ARTICLES), per_document=1)
    assert [passage.score for passage in found] == sorted((passage.score for passage in found), reverse=True)
    assert len({passage.document_id for passage in found}) == len(found)


def test_a_question_of_small_words_alone_is_still_ranked(retriever):
    assert len(retriever.retrieve("apa itu dan siapa?", CANDIDATES)) == len(ARTICLES)


def test_the_search_opens_in_the_background_and_a_library_may_be_closed_meanwhile(tmp_path):
    (tmp_path / "a.txt").write_text(ARTICLES["quake"])
    with open_library(tmp_path, tmp_path / ".data") as library:
        library.sync()
    with open_library(tmp_path, tmp_path / ".data") as library:
        library.warm_up()
    assert not library._warming.is_alive()
    with open_library(tmp_path, tmp_path / ".data") as library:
        library.warm_up()
        library._warming.join()
        assert library.retriever.index._collection is not None
        assert library.retrieve("gempa", 1)[0].document_id == "a.txt"
