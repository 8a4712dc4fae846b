"""Bad input gets one clear line and exit code 1; nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

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
