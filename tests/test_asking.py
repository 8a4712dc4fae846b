"""What of the retrieved passages is read."""

from __future__ import annotations

from rag.answer import RetrievedPassage
from rag.asking import OTHER_TIMES, PER_DOCUMENT, UNITS, _spread


def passages(*articles):
    """(article, when it was published, how many passages), best first."""
    return [
        RetrievedPassage(article, f"{article}#{number}", "", 1.0, published=published)
        for article, published, count in articles
        for number in range(count)
    ]


def test_one_long_article_leaves_room_for_the_others():
    read = _spread(passages(("long", "2017-12-17", 9), ("a", "2018", 1), ("b", "", 3)), UNITS)
    ids = [passage.document_id for passage in read]
    assert ids == ["long", "long", "a", "b", "b", "long", "long"]
    assert PER_DOCUMENT == 2


def test_an_event_with_many_articles_leaves_room_for_another():
    many = [(f"2017-{number}", "2017-12-17", 2) for number in range(9)]
    read = _spread(passages(*many, ("2019-a", "2019-12-30", 1), ("2019-b", "2019-12-29", 1)), UNITS)
    assert [passage.document_id for passage in read[-OTHER_TIMES:]] == ["2019-a", "2019-b"]
    assert len(read) == UNITS


def test_one_event_alone_takes_all_the_room_in_its_order():
    found = passages(*[(f"{number}", "2017-12-17", 2) for number in range(9)])
    assert _spread(found, UNITS) == found[:UNITS]
