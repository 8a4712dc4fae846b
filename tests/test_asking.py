"""What of the retrieved passages is read."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import Mock

import pytest

from rag import asking
from rag.answer import RetrievedPassage
from rag.asking import FIRST, MOST, OTHER_TIMES, PER_DOCUMENT, QUICK_S, UNITS, Asker, _best, _spread
from rag.filters import UNFILTERED
from rag.question import understand
from rag.reading import Reading


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


class PacedReader:
    """Reads each unit in so many seconds of a clock that it moves itself: a machine as fast as the test wants it."""

    at_once = 3

    def __init__(self, seconds: float) -> None:
        self.seconds, self.now, self.read_units = seconds, 0.0, []

    def is_kept(self, unit):
        return True

    def read(self, units, question, worth):
        self.now += self.seconds * len(units)
        self.read_units += units
        return [Reading(unit, 3.0) for unit in units]


@pytest.mark.parametrize(
    ("seconds", "count"),
    [(1.0, UNITS), (QUICK_S / UNITS, UNITS), (QUICK_S / (UNITS + 3), UNITS + 3), (QUICK_S / MOST / 2, MOST)],
)
def test_as_many_units_are_read_as_the_machine_reads_quickly(monkeypatch, seconds, count):
    reader, units = PacedReader(seconds), [object() for _ in range(20)]
    monkeypatch.setattr(asking.time, "monotonic", lambda: reader.now)
    asker = Asker(Mock(), lambda ids: units, reader, {})
    batches = list(asker._groups(understand("When did they meet?"), units[:MOST], []))
    assert reader.read_units == units[:count]
    assert len(batches) == 1 + -(-(UNITS - FIRST) // 3) + -(-(count - UNITS) // 3)


@pytest.mark.parametrize(
    ("before", "follow_up", "kind"),
    [
        ("Siapa yang diundang Putin ke Rusia?", "Acaranya dalam rangka apa?", "open"),
        ("Did Putin and Trump meet?", "Which country was that in?", "where"),
        ("When did Putin thank Trump?", "And in 2019?", "when"),
    ],
)
def test_a_follow_up_asks_what_its_own_words_ask_for(before, follow_up, kind):
    asked = Asker(Mock(), Mock(), None, {})._understood(follow_up, [(before, "…")])
    assert (asked.text, asked.kind, asked.own) == (f"{before} {follow_up}", kind, follow_up)


def test_a_follow_up_behind_the_question_before_is_not_answered_in_two_parts():
    text = "Who is the Russian ambassador to Indonesia? And what did he say of the two wars?"
    asker = Asker(Mock(), Mock(), None, {})
    follow_up = replace(understand(text), own="And what did he say of the two wars?")
    assert [part.text for part, _ in asker._parts(follow_up, [], UNFILTERED)] == [text]
    assert len(list(asker._parts(understand(text), [], UNFILTERED))) == 2


def test_names_that_get_their_capitals_leave_what_is_asked_for():
    retriever = Mock()
    retriever.retrieve.return_value = [RetrievedPassage("a", "a#0", "Kata Kremlin, Putin menelepon Trump.", 1.0)]
    asked = replace(understand("Was there a plot? so when did putin ring trump?"), kind="when")
    found, _ = Asker(retriever, Mock(), None, {})._found(asked, UNFILTERED)
    assert (found.text, found.kind) == ("Was there a plot? so when did Putin ring Trump?", "when")


def test_a_text_that_an_article_has_twice_is_read_once():
    units = [Mock(key=key, all_dates=()) for key in "abab"]
    read, _ = Asker(Mock(), Mock(), None, {})._readable(understand("why?"), passages(("a", "", 4)), units)
    assert [unit.key for unit in read] == ["a", "b"]


def test_units_that_there_may_be_time_for_come_behind_those_that_are_read_in_any_case():
    found = passages(("long", "2017-12-17", 9), ("a", "2018", 1), ("b", "", 9))
    assert _best(found)[:UNITS] == _spread(found, UNITS)
    assert len(set(_best(found))) == MOST
