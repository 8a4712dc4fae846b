"""Bad input gets one clear line and exit code 1; nothing is lost."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from rag.answer import Answer, Citation, RetrievedPassage
from rag.cli import main
from rag.question import refuse_empty
from rag.sync import SyncReport

CORPUS = Path(__file__).parent.parent / "corpus"


def tanya(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rag.cli", *words]
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(Path.home()),
        "PYTHONPATH": str(CORPUS.parent),
        "COLUMNS": "200",
        "TANYA_LLM": "embedded",
    }
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=cwd, env=environment)


def fails(run: subprocess.CompletedProcess[str], *words: str) -> None:
    said = run.stderr
    assert run.returncode == 1, said
    assert "Traceback" not in said
    for word in words:
        assert word in said


def test_a_missing_folder_is_named(tmp_path):
    fails(tanya("ask", "q", "--corpus", str(tmp_path / "none"), "--data", str(tmp_path / "d")), "none", "missing")


@pytest.mark.parametrize(
    ("words", "named"),
    [(("aks", "q"), "aks"), (("sync", "--corpsu", "x"), "--corpsu"), (("sync", "x"), "(x)")],
)
def test_a_mistyped_command_is_one_line(words, named):
    fails(tanya(*words), named, "tanya --help")


def test_without_a_command_there_is_help():
    run = tanya()
    assert "Traceback" not in run.stderr
    assert "Ask a folder of news articles" in run.stdout + run.stderr


def test_an_empty_folder_is_named_with_the_formats(tmp_path):
    (tmp_path / "empty").mkdir()
    fails(tanya("ask", "q", "--corpus", str(tmp_path / "empty"), "--data", str(tmp_path / "d")), "No articles", ".pdf")


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    found = tanya("retrieve", "Galuzin", "--corpus", str(CORPUS), "--data", str(folder))
    assert found.returncode == 0, found.stderr
    assert "CNN Indonesia" in found.stdout
    return folder


@pytest.mark.parametrize(("question", "word"), [("", "empty"), ("  ", "empty"), ("why " * 5000, "at most")])
def test_a_question_that_cannot_be_asked_is_one_line(data, question, word):
    fails(tanya("ask", question, "--corpus", str(CORPUS), "--data", str(data)), word)


def test_nothing_is_looked_for_without_a_question(data):
    fails(tanya("retrieve", "--corpus", str(CORPUS), "--data", str(data)), "empty")


def test_bad_files_are_named_with_their_reasons_and_harm_no_other(tmp_path):
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "good.txt").write_text(
        "Putin menelepon Trump pada 17 Desember 2017. Ia berterima kasih atas bantuan CIA."
    )
    (folder / "empty.txt").write_bytes(b"")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    (folder / "large.txt").write_bytes(b"kata " * 10_000_000)
    (folder / "utf16.txt").write_bytes("Gempa mengguncang Palu pada 28 September 2018.".encode("utf-16"))
    run = tanya("retrieve", "Putin", "--corpus", str(folder), "--data", str(tmp_path / "d"))
    assert run.returncode == 0, run.stderr
    assert "17 Desember 2017" in run.stdout
    for name in ("empty.txt", "binary.txt", "broken.pdf", "large.txt"):
        assert f"Left out: {name}" in run.stderr
    assert "utf16.txt" not in run.stderr


def test_a_second_process_is_told_who_has_the_library(data):
    from rag.lock import FolderLock

    with FolderLock(data):
        fails(tanya("retrieve", "Galuzin", "--corpus", str(CORPUS), "--data", str(data)), "in use", "process")


def test_a_file_of_questions_gives_ranked_documents_and_goes_on_where_it_stopped(data, tmp_path):
    queries, run_file = tmp_path / "queries.jsonl", tmp_path / "run.jsonl"
    queries.write_text('{"_id": "a", "text": "Galuzin"}\n{"_id": "b", "text": "Sergei\u2028Lavrov"}\n')
    words = ("retrieve", "--queries", str(queries), "--k", "3", "--out", str(run_file), "--corpus", str(CORPUS))
    assert tanya(*words, "--data", str(data)).returncode == 0
    rows = [json.loads(line) for line in run_file.read_text().splitlines()]
    assert [row["query_id"] for row in rows] == ["a", "b"]
    assert rows[0]["documents"][0].startswith("003_")
    assert rows[1]["documents"][0].startswith("002_")
    assert len(rows[0]["documents"]) == len(set(rows[0]["documents"])) == 3
    run_file.write_text(run_file.read_text().splitlines()[0] + '\n{"query_id": "b", "docu')
    assert tanya(*words, "--data", str(data)).returncode == 0
    assert [json.loads(line) for line in run_file.read_text().splitlines()] == rows


def test_a_bad_line_of_questions_is_named(data, tmp_path):
    queries = tmp_path / "queries.jsonl"
    queries.write_text('{"_id": "a", "text": "Galuzin"}\nnot json\n')
    words = ("retrieve", "--queries", str(queries), "--out", str(tmp_path / "o"), "--corpus", str(CORPUS))
    fails(tanya(*words, "--data", str(data)), "line 2")


def test_help_needs_no_model():
    run = tanya("--help")
    assert run.returncode == 0
    assert "retrieve" in run.stdout


def test_filters_narrow_what_is_found_and_an_unknown_publisher_is_one_line(data):
    where = ["--corpus", str(CORPUS), "--data", str(data)]
    found = tanya("retrieve", "Putin", "--publisher", "cri", "--from", "2017-12", "--until", "2017", *where)
    assert found.returncode == 0, found.stderr
    assert "CRI, 2017-12-19" in found.stdout
    assert "Selidiki" not in found.stdout
    fails(tanya("ask", "Putin", "--publisher", "CNN Indonsia", *where), "Nearest: CNN Indonesia")


STEERING = "\x1b[31mSatu\x9b2J :id: [b]dua[/b]\x7f"


class Scripted:
    """A library whose model reads unless `problem` says why it doesn't; `asked` is what it was asked."""

    def __init__(self):
        self.model_problem = self.problem = ""
        self.asked = []

    def sync(self, progress):
        return SyncReport((), (), (), (), (), 0.0)

    def ask(self, question, history, filters, *, infer_filters):
        refuse_empty(question)
        self.asked.append(question)
        cited = Citation(1, "a", "a#0", "a.txt", "", "", "", STEERING, 0, len(STEERING))
        return Answer(question, "en", True, "Satu [1]", citations=(cited,), models={"llm": "m"}, problem=self.problem)

    def stream(self, question, history, filters, *, infer_filters):
        yield self.ask(question, history, filters, infer_filters=infer_filters)

    def retrieve(self, question, k, filters):
        return [RetrievedPassage("a", "a#0", STEERING, 1.0, "a.txt", STEERING)]


@pytest.fixture
def scripted(monkeypatch):
    library = Scripted()
    monkeypatch.setattr("rag.library.open_library", lambda *_: nullcontext(library))
    return library


@pytest.fixture
def here(monkeypatch, capsys):
    """Runs a command in this process: its exit code, and what it said."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["tanya", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, capsys.readouterr()

    return run


@pytest.fixture
def queries(tmp_path):
    path = tmp_path / "queries.jsonl"
    path.write_text('{"_id": "a", "text": "Who?"}\n{"_id": "b", "text": "When?"}\n')
    return path


def rows(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    "text",
    [
        "# Notes\n\nCall them.\n",
        "a note",
        '{"_id": "a", "text": "Who?"}\n',
        '{"_id": "a", "text": "Who?"}',
        "a note\n{",
    ],
)
def test_a_file_of_something_else_takes_no_answers_and_stays_as_it_is(scripted, here, queries, tmp_path, text):
    (tmp_path / "notes").write_text(text)
    code, said = here("ask", "--queries", queries, "--out", tmp_path / "notes")
    assert (code, scripted.asked) == (1, [])
    assert "line 1: not an answer" in said.err
    assert (tmp_path / "notes").read_text() == text


@pytest.mark.parametrize(
    ("ending", "asked"),
    [
        (b"", ["When?"]),
        (b"{", ["When?"]),
        (b'{"query_id": "b", "text": "caf\xc3', ["When?"]),
        (b'{"query_id": "b", "models": {}', ["When?"]),
        (b'{"query_id": "b", "text": "At noon."}', []),
    ],
)
def test_only_an_unfinished_last_line_is_answered_again(scripted, here, queries, tmp_path, ending, asked):
    answers = tmp_path / "answers.jsonl"
    answers.write_bytes(b'{"query_id": "a", "text": "They."}\n' + ending)
    assert here("ask", "--queries", queries, "--out", answers)[0] == 0
    assert scripted.asked == asked
    assert [row["query_id"] for row in rows(answers)] == ["a", "b"]
    assert rows(answers)[0] == {"query_id": "a", "text": "They."}


def test_answers_that_cannot_be_kept_are_one_line(scripted, here, queries, tmp_path):
    code, said = here("ask", "--queries", queries, "--out", tmp_path / "missing" / "answers.jsonl")
    assert (code, scripted.asked) == (1, [])
    assert "answers.jsonl (No such file or directory)" in said.err


@pytest.mark.parametrize("where", ["problem", "model_problem"])
def test_a_model_that_fails_ends_a_file_of_questions_which_goes_on_later(scripted, here, queries, tmp_path, where):
    answers = tmp_path / "answers.jsonl"
    setattr(scripted, where, "The server is down. Start it.")
    code, said = here("ask", "--queries", queries, "--out", answers)
    assert code == 1
    assert "The server is down. Start it. What was answered is kept: run the same command again" in said.err
    assert rows(answers) == []
    setattr(scripted, where, "")
    assert here("ask", "--queries", queries, "--out", answers)[0] == 0
    assert [row["query_id"] for row in rows(answers)] == ["a", "b"]


def test_a_question_of_a_file_that_cannot_be_asked_costs_no_other(scripted, here, queries, tmp_path):
    answers = tmp_path / "answers.jsonl"
    queries.write_text('{"_id": "a", "text": " "}\n{"_id": "b", "text": "When?"}\n')
    for _ in range(2):
        code, said = here("ask", "--queries", queries, "--out", answers)
        assert code == 1
        assert "1 of the questions can't be asked" in said.err
        assert ["error" in row for row in rows(answers)] == [True, False]
        assert scripted.asked == ["When?"]


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [("TANYA_THREADS", "0", "greater than or equal to 1"), ("TANYA_LLM", "olama", "'embedded', 'ollama' or 'openai'")],
)
def test_a_wrong_setting_is_named_with_what_it_may_be(here, monkeypatch, name, value, allowed):
    monkeypatch.setenv(name, value)
    for command in ("doctor", "sync"):
        code, said = here(command)
        assert code == 1
        assert f"{name} is '{value}'" in said.err
        assert allowed in said.err


@pytest.mark.parametrize("command", ["ask", "retrieve"])
def test_what_an_article_says_is_shown_as_it_is_and_steers_no_terminal(scripted, here, command):
    said = here(command, "Who?")[1].out
    assert "[31mSatu2J :id: [b]dua[/b]" in said
    assert not re.search(r"[^\n -~\xa0-\U0010ffff]", said)


def test_json_keeps_control_characters_as_escapes(scripted, here):
    said = here("ask", "Who?", "--json")[1].out
    assert json.loads(said)["citations"][0]["quote"] == STEERING
    assert not re.search(r"[^\n -~\xa0-\U0010ffff]", said)


def test_damage_is_said_with_the_way_out_of_it(here, data, tmp_path, monkeypatch):
    monkeypatch.setattr("rag.database._CHECKED_UP_TO", 0)
    folder = Path(shutil.copytree(data, tmp_path / "data"))
    path = folder / "library.sqlite3"
    connection = sqlite3.connect(path)
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'files'").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(content)
    code, said = here("retrieve", "Galuzin", "--corpus", CORPUS, "--data", folder)
    assert code == 1
    assert "The library was damaged" in said.err
    assert "Run the command again" in said.err
