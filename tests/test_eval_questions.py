import json

import pytest

from eval.__main__ import GOLD, main, select
from eval.questions import GoldError, Quote, load_questions
from rag.errors import CorpusError

LINE = {
    "id": "g001",
    "split": "dev",
    "language": "en",
    "type": "followup",
    "question": "And in 2019?",
    "history": [["When did Putin thank Trump in 2017?", "On 17 December 2017."]],
    "answerable": True,
    "answers": [["29 December 2019", "29 Desember 2019"]],
    "forbidden": ["17 December 2017"],
    "quotes": [{"document": "002.txt", "quote": "melalui percakapan telepon Minggu (29/12)"}],
    "note": "",
}


def written(folder, *lines):
    path = folder / "gold.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
    return path


def test_a_line_becomes_a_question(tmp_path):
    [question] = load_questions(written(tmp_path, LINE, ""))

    assert question.history == (("When did Putin thank Trump in 2017?", "On 17 December 2017."),)
    assert question.answers == (("29 December 2019", "29 Desember 2019"),)
    assert question.quotes == (Quote("002.txt", "melalui percakapan telepon Minggu (29/12)"),)


def test_a_line_separator_inside_a_text_does_not_end_the_line(tmp_path):
    line = json.dumps({**LINE, "note": "one\u2028two"}, ensure_ascii=False)

    assert load_questions(written(tmp_path, line))[0].note == "one\u2028two"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"type": "whenn"}, "type"),
        ({"answerable": "true"}, "answerable"),
        ({"answers": ["29 December 2019"]}, "answers.0"),
        ({"histroy": []}, "histroy"),
        ({"history": [["only a question"]]}, "history.0"),
        ({"quotes": [{"document": "002.txt"}]}, "quotes.0.quote"),
        ({"question": "  "}, "question"),
        ({"answerable": False}, "does not go with answerable"),
        ({"type": "after"}, "does not go with answerable"),
        ({"answers": []}, "needs answers and quotes"),
        ({"quotes": []}, "needs answers and quotes"),
        ({"answers": [["29 December 2019"], []]}, "no accepted form"),
    ],
)
def test_a_malformed_line_is_refused_by_its_number_and_fault(tmp_path, change, said):
    with pytest.raises(GoldError, match=r"line 3: .*" + said):
        load_questions(written(tmp_path, LINE, "", {**LINE, "id": "g002", **change}))


def test_a_line_that_is_not_json_is_refused_by_its_number(tmp_path):
    with pytest.raises(GoldError, match="line 2: "):
        load_questions(written(tmp_path, LINE, '{"id": "g002",'))


def test_an_id_may_not_be_used_twice(tmp_path):
    with pytest.raises(GoldError, match="line 2: the id 'g001' is used twice"):
        load_questions(written(tmp_path, LINE, LINE))


def test_a_missing_file_and_an_empty_one_are_refused(tmp_path):
    with pytest.raises(GoldError, match="Can't read"):
        load_questions(tmp_path / "none.jsonl")
    with pytest.raises(GoldError, match="holds no questions"):
        load_questions(written(tmp_path, ""))


def test_the_gold_file_is_well_formed_and_its_quotes_are_in_the_corpus():
    corpus = GOLD.parent.parent / "corpus"

    for question in load_questions(GOLD):
        for quote in question.quotes:
            assert quote.quote in (corpus / quote.document).read_text("utf-8"), question.id


def test_a_limit_is_spread_evenly_over_the_questions(tmp_path):
    questions = load_questions(written(tmp_path, *({**LINE, "id": str(n)} for n in range(10))))

    assert [q.id for q in select(questions, limit=4)] == ["0", "2", "5", "7"]
    assert len(select(questions, split="dev", type="followup")) == 10


def test_a_selection_of_nothing_is_an_error(tmp_path):
    with pytest.raises(GoldError, match="No question"):
        select(load_questions(written(tmp_path, LINE)), split="heldout")


class Unreadable:
    """A library whose folder has no articles; `closed` is whether it was closed."""

    closed = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.closed = True

    def sync(self):
        raise CorpusError("No articles in [/tmp].")


def test_an_error_is_shown_as_it_is_and_the_library_is_closed(monkeypatch, capsys):
    library = Unreadable()
    monkeypatch.setattr("rag.library.open_library", lambda **_: library)
    assert main([]) == 1
    assert "No articles in [/tmp]." in capsys.readouterr().err
    assert library.closed


def test_without_a_model_nothing_is_measured(monkeypatch, capsys):
    library = Unreadable()
    library.sync, library.model_problem = lambda: None, "The chat model is not there. Run `tanya setup`."
    monkeypatch.setattr("rag.library.open_library", lambda **_: library)
    assert main([]) == 1
    assert "Run `tanya setup`" in capsys.readouterr().err


def test_a_wrong_setting_is_one_line(monkeypatch, capsys):
    monkeypatch.setenv("TANYA_THREADS", "0")
    assert main([]) == 1
    assert "TANYA_THREADS is '0'" in capsys.readouterr().err
