"""The embedded model itself: kept states give what reading gives, and a damaged one is read again."""

from __future__ import annotations

import threading

import pytest

from rag.reader import FIRST_SLOT

QUESTION = "when did Putin thank Trump"


@pytest.fixture(scope="module")
def reader(library):
    return library._load_reader()


@pytest.fixture(scope="module")
def units(library):
    return library.units(["000_69174ce6b1ba241c.txt#0", "003_ea25b965475099d2.txt#3"])


def doubts(reader, units):
    return [reading.doubt for reading in reader.read(units, QUESTION, lambda found: [])]


def test_the_unit_that_answers_is_doubted_least(reader, units):
    answering, other = doubts(reader, units)
    assert answering < other - 3


def test_a_kept_state_gives_what_reading_gives(reader, units):
    read = doubts(reader, units)
    reader._slots.clear()
    assert reader.is_kept(units[0])
    assert doubts(reader, units) == pytest.approx(read, abs=0.05)


def test_a_damaged_state_is_read_again(reader, units):
    read = doubts(reader, units[:1])
    path = reader._states.path(units[0].key)
    path.write_bytes(path.read_bytes()[:-7])
    reader._slots.clear()
    assert doubts(reader, units[:1]) == pytest.approx(read, abs=0.05)
    assert reader._states.load(units[0].key) is not None


def test_units_read_together_give_what_they_give_alone(reader, units):
    assert doubts(reader, units) == pytest.approx(doubts(reader, units[:1]) + doubts(reader, units[1:]), abs=0.3)


def test_replies_of_units_that_do_not_lie_side_by_side_are_what_they_are_alone(library, reader):
    passages = ["000_69174ce6b1ba241c.txt#0", "003_ea25b965475099d2.txt#3", "001_cbc8850adcf9497e.txt#0"]
    first, between, last = library.units(passages)
    reader.read([between], QUESTION, lambda found: [])  # is kept, and may be displaced
    reader._slots.clear()
    together = reader.read([first, between, last], QUESTION, lambda found: [0, 2])
    assert [reading.text for reading in together] == [
        reader.read([first], QUESTION, lambda found: [0])[0].text,
        "",
        reader.read([last], QUESTION, lambda found: [0])[0].text,
    ]
    again = reader.read([first, between, last], QUESTION, lambda found: [])
    assert [reading.doubt for reading in again] == pytest.approx([reading.doubt for reading in together], abs=0.3)


def test_a_unit_that_is_not_kept_is_not_displaced(reader, units, monkeypatch):
    reader.read(units, QUESTION, lambda found: [])
    monkeypatch.setattr(reader, "_slots", {FIRST_SLOT: "a", FIRST_SLOT + 1: "not kept", FIRST_SLOT + 2: "b"})
    places = [FIRST_SLOT, FIRST_SLOT + 2]
    assert reader._side_by_side(places) == {place: place for place in places}


def test_a_question_goes_before_background_reading(library, reader):
    unit = library.units(["004_ab4e09ec1133fd8c.txt#3"])[0]
    reader._states.path(unit.key).unlink(missing_ok=True)
    kept = []
    worker = threading.Thread(target=lambda: kept.append(reader.keep(unit, lambda: False)))
    worker.start()
    assert library.ask("who is Galuzin?").complete
    worker.join()
    assert kept == [True]
    assert reader.is_kept(unit)


def test_background_reading_can_be_stopped(library, reader):
    unit = library.units(["004_ab4e09ec1133fd8c.txt#2"])[0]
    assert not reader.keep(unit, lambda: True)
