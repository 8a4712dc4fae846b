import pytest

from rag.states import States


@pytest.fixture
def states(tmp_path):
    return States(tmp_path, limit=10_000, maker="model and rules")


def test_a_kept_state_comes_back(states):
    assert states.keep("unit", b"state" * 100)
    assert states.load("unit") == b"state" * 100


def test_an_unknown_state_is_none(states):
    assert states.load("unit") is None


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: data[:5], lambda data: data[:-1] + b"!", lambda _: b""]
)
def test_a_damaged_file_is_not_trusted_and_removed(states, damage):
    states.keep("unit", b"state" * 100)
    path = states.path("unit")
    path.write_bytes(damage(path.read_bytes()))
    assert states.load("unit") is None
    assert not path.exists()


def test_the_least_recently_used_makes_room(states):
    import os

    for number, key in enumerate(("a", "b", "c")):
        states.keep(key, bytes(3000))
        os.utime(states.path(key), (number, number))
    states.load("a")
    states.keep("d", bytes(3000))
    assert [key for key in "abcd" if states.has(key)] == ["a", "c", "d"]


def test_what_is_larger_than_the_limit_is_not_kept(states):
    assert not states.keep("unit", bytes(20_000))
    assert states.load("unit") is None


def test_states_of_another_model_are_neither_used_nor_kept(tmp_path, states):
    states.keep("unit", b"old")
    other = States(tmp_path, limit=10_000, maker="another model")
    assert other.load("unit") is None
    other.keep("unit", b"new")
    assert not states.has("unit")


def test_a_folder_that_cannot_be_written_costs_no_answer(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert not States(blocked, limit=10_000, maker="m").keep("unit", b"state")
