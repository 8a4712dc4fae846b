"""The library's SQLite file."""

import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest

from rag.documents import Document
from rag.errors import LibraryError
from rag.passages import Passage, split_passages
from rag.sentences import Sentence, split_sentences
from rag.store import SplitDocument, SplitFile, Store

EMBEDDER = "test:1"


def split(id, text, title=""):
    url = f"https://example.org/{id}"
    document = Document(id, "berita.txt", text, title, "Antara", "2017-12-17", "day", True, "id", url)
    sentences = split_sentences(text)
    return SplitDocument(document, sentences, split_passages(document, sentences))


def split_file(path, *documents, digest="1", problems=()):
    here = tuple(replace(split, document=replace(split.document, path=path)) for split in documents)
    return SplitFile(path, digest, 10, here, problems)


def one_file(path, text, title="", digest="1"):
    return split_file(path, split(path, text, title), digest=digest)


DIE_AFTER_A_WRITE = """
import os, sys
from pathlib import Path
from rag.store import SplitFile, Store
Store(Path(sys.argv[1])).write([SplitFile("b", "1", 10)])
os._exit(0)
"""


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    yield store
    store.close()


def embed(store, embedder=EMBEDDER):
    for content in list(store.unembedded(embedder, 5000)):
        store.put_vectors(embedder, [(content, np.frombuffer(bytes.fromhex(content), np.uint8).astype(np.float32))])


def test_a_document_comes_back_as_it_was_written(store):
    written = split("berita.txt", "Putin menelepon Trump. Trump menjawab.\n\nSelesai.", title="Putin dan Trump")
    store.write([split_file("berita.txt", written)])
    assert store.document("berita.txt") == written.document
    assert store.sentences_of("berita.txt") == written.sentences
    assert store.passages_of("berita.txt") == written.passages
    assert store.passage("berita.txt#0") == written.passages[0]
    (listed,) = store.documents()
    assert (listed.id, listed.title, listed.passages) == ("berita.txt", "Putin dan Trump", 1)


def test_boilerplate_sentences_are_kept_and_stay_out_of_passages(store):
    document = Document("a", "a", "Menu. Berita.")
    sentences = (Sentence(0, 5, True), Sentence(6, 13))
    store.write([split_file("a", SplitDocument(document, sentences, split_passages(document, sentences)))])
    assert store.sentences_of("a") == sentences
    assert store.passage("a#0") == Passage("a#0", "a", (Sentence(6, 13),), "Berita.")


def test_what_is_not_there_is_a_key_error_by_id_and_left_out_of_lists(store):
    store.write([one_file("a", "Berita.")])
    for missing in (store.document, store.passage):
        with pytest.raises(KeyError) as raised:
            missing("b#0")
        assert isinstance(raised.value, LibraryError)
        assert str(raised.value).startswith("b#0 is not in the library")
    assert [passage.id for passage in store.passages_by_ids(["b#0", "a#0"])] == ["a#0"]
    assert store.passages_of("b") == ()


def test_passages_come_in_the_order_of_their_ids_even_in_thousands(store):
    store.write([one_file(f"{number:04}", f"Berita {number}.") for number in range(1200)])
    ids = [f"{number:04}#0" for number in reversed(range(1200))]
    assert [passage.id for passage in store.passages_by_ids(ids)] == ids


def test_everything_outlives_the_process(tmp_path):
    store = Store(tmp_path)
    store.write([one_file("a", "Berita.")])
    embed(store)
    store.close()
    store = Store(tmp_path)
    assert (store.document("a").text, store.count_passages(), store.count_vectors(EMBEDDER)) == ("Berita.", 1, 1)
    store.close()


def test_a_removed_file_leaves_nothing_behind(store):
    store.write([one_file("a", "Presiden Putin.", title="Judul"), one_file("b", "Presiden Trump.")])
    embed(store)
    store.remove_files(["a"])
    store.drop_unused_vectors()
    assert [document.id for document in store.documents()] == ["b"]
    assert [id for id, _ in store.search_text(["presiden", "judul"], 10)] == ["b#0"]
    assert [id for id, _ in store.vectors(EMBEDDER)] == ["b#0"]
    tables = ("files", "documents", "passages", "fulltext", "vectors")
    connection = store._connection
    assert [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables] == [1] * 5


# Full text


def test_text_is_found_by_any_term_in_any_case_and_accent_best_first(store):
    store.write(
        [
            one_file("a", "Presiden Putin menelepon. Putin lagi."),
            one_file("b", "Café di kota itu."),
            one_file("c", "Putin ada di kafe."),
        ]
    )
    found = store.search_text(["PUTIN", "telepon", "Putin"], 10)
    assert [id for id, _ in found] == ["a#0", "c#0"]
    assert found[0][1] > found[1][1] > 0
    assert [id for id, _ in store.search_text(["cafe"], 10)] == ["b#0"]
    assert len(store.search_text(["putin"], 1)) == 1


def test_a_title_is_searched_too(store):
    store.write([one_file("a", "Isi berita.", title="Serangan digagalkan")])
    assert [id for id, _ in store.search_text(["digagalkan"], 10)] == ["a#0"]


@pytest.mark.parametrize(
    "term",
    [
        '"',
        '""',
        "a OR",
        "NEAR(",
        "*",
        "-",
        "title:",
        "^",
        "\0",
        "\ud800",
        "",
        " ",
        "'; DROP TABLE files",
        "(" * 50,
    ],
)
def test_no_term_is_taken_for_syntax(store, term):
    store.write([one_file("a", "Presiden Putin.")])
    assert store.search_text([term], 10) == []
    assert [id for id, _ in store.search_text([term, "putin"], 10)] == ["a#0"]


def test_a_pasted_page_of_terms_can_be_searched(store):
    store.write([one_file("a", "Presiden Putin.")])
    assert store.search_text([f"kata{number}" for number in range(3000)] + ["putin"], 10)


def test_no_terms_find_nothing(store):
    assert store.search_text([], 10) == []


# Replacing


def test_a_changed_document_replaces_the_old_one(store):
    store.write([one_file("a", "Presiden lama.")])
    assert store.write([one_file("a", "Presiden baru.", title="Judul")]) == {"a"}
    assert [id for id, _ in store.search_text(["lama"], 10)] == []
    assert store.passage("a#0").text == "Presiden baru."
    assert store.count_passages() == 1


def test_writing_the_same_again_changes_nothing(store):
    store.write([one_file("a", "Presiden.")])
    store.set_indexed("index", "x")
    assert store.write([one_file("a", "Presiden.", digest="2")]) == set()
    assert (store.files(), store.document("a").text, store.unindexed()) == ({"a": "2"}, "Presiden.", [])


def test_only_the_changed_documents_of_a_file_are_replaced(store):
    store.write([split_file("x.jsonl", split("a", "Satu."), split("b", "Dua."), split("c", "Tiga."))])
    store.set_indexed("index", "")
    store.write([split_file("x.jsonl", split("a", "Satu."), split("b", "Dua dua."), split("d", "Empat."))])
    assert [document.id for document in store.documents()] == ["a", "b", "d"]
    assert store.unindexed() == ["b#0", "c#0", "d#0"]


def test_a_file_that_turned_bad_loses_its_documents_and_says_why(store):
    store.write([one_file("a", "Presiden.")])
    assert store.write([split_file("a", problems=["it is empty"])]) == {"a"}
    assert (store.documents(), store.problems(), store.paths()) == ([], [("a", "it is empty")], set())
    store.write([one_file("a", "Presiden.")])
    assert store.problems() == []


def test_an_id_belongs_to_the_first_file_that_has_it(store):
    store.write([split_file("x.jsonl", split("a", "Satu."), split("a", "Dua."))])
    store.write([split_file("y.jsonl", split("a", "Tiga."), split("b", "Empat."))])
    assert store.document("a").text == "Satu."
    assert [path for path, _ in store.files_with_duplicates()] == ["x.jsonl", "y.jsonl"]
    assert "x.jsonl has it too" in dict(store.problems())["y.jsonl"]


# Vectors


def test_passages_that_read_the_same_share_a_vector_and_keep_it_when_renamed(store):
    store.write([one_file("a", "Satu."), one_file("b", "Satu.")])
    assert len(store.unembedded(EMBEDDER, 10)) == 1
    embed(store)
    store.remove_files(["a", "b"])
    store.write([one_file("c", "Satu.")])
    assert store.unembedded(EMBEDDER, 10) == {}
    assert [id for id, _ in store.vectors(EMBEDDER)] == ["c#0"]


def test_vectors_of_another_embedder_are_never_met_and_never_lost(store):
    store.write([one_file("a", "Satu.")])
    embed(store)
    assert list(store.vectors("other:1")) == []
    assert store.count_vectors("other:1") == 0
    embed(store, "other:1")
    store.drop_unused_vectors()
    assert store.count_vectors(EMBEDDER) == 1


def test_vectors_come_back_exactly(store):
    store.write([one_file("a", "Satu.")])
    (content,) = store.unembedded(EMBEDDER, 1)
    vector = np.array([0.1, -1e-30, 3.4e38], np.float32)
    store.put_vectors(EMBEDDER, [(content, vector)])
    assert dict(store.vectors(EMBEDDER))["a#0"].tobytes() == vector.tobytes()
    assert store.vectors_of(["a#0", "gone#0"], EMBEDDER)[0][0] == "a#0"


def test_all_vectors_are_listed_page_by_page(store):
    store.write([one_file(f"{number:04}", f"Berita {number}.") for number in range(1100)])
    embed(store)
    assert len(dict(store.vectors(EMBEDDER))) == store.count_vectors(EMBEDDER) == 1100


# Trouble


def test_a_write_that_fails_leaves_nothing(store):
    with pytest.raises(UnicodeEncodeError):
        store.write([one_file("a", "Satu."), one_file("b", "\ud800.")])
    assert store.files() == {}
    store.write([one_file("a", "Satu.")])
    assert store.count_passages() == 1


def test_many_threads_may_use_it(store):
    def work(name):
        for number in range(20):
            store.write([one_file(f"{name}{number}", f"Berita {name} {number}.")])
            store.search_text(["berita"], 5)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.count_passages() == 80


def broken_files(folder):
    return sorted(path.name for path in folder.glob("library.sqlite3.broken-*"))


@pytest.mark.parametrize("damage", ["zeroed", "garbage", "half", "flipped"])
def test_a_damaged_file_is_moved_aside_and_a_new_one_made(tmp_path, caplog, damage):
    store = Store(tmp_path)
    store.write([one_file(f"{number}", f"Berita nomor {number}. " * 50) for number in range(50)])
    store.close()
    content = bytearray(store.path.read_bytes())
    if damage == "zeroed":
        content = bytes(len(content))
    elif damage == "garbage":
        content = b"not a database" * 1000
    elif damage == "half":
        content = content[: len(content) // 2]
    else:
        content[4096:40960:7] = bytes(byte ^ 0xFF for byte in content[4096:40960:7])
    store.path.write_bytes(content)
    store = Store(tmp_path)
    assert store.documents() == []
    assert broken_files(tmp_path) == ["library.sqlite3.broken-1"]
    assert "broken-1" in caplog.text
    store.close()


def test_an_emptied_file_is_a_new_library(tmp_path):
    store = Store(tmp_path)
    store.write([one_file("a", "Satu.")])
    store.close()
    store.path.write_bytes(b"")
    store = Store(tmp_path)
    assert store.files() == {}
    store.close()


@pytest.mark.parametrize("turn", [Store.alone, Store._transaction])
def test_damage_met_while_in_use_is_an_error_with_a_way_out(tmp_path, monkeypatch, turn):
    monkeypatch.setattr("rag.database._CHECKED_UP_TO", 0)
    store = Store(tmp_path)
    store.write([one_file(f"{number}", f"Berita nomor {number}. " * 50) for number in range(50)])
    (page,) = store._connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'documents'").fetchone()
    (size,) = store._connection.execute("PRAGMA page_size").fetchone()
    store.close()
    content = bytearray(store.path.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    store.path.write_bytes(content)
    store = Store(tmp_path)
    with pytest.raises(LibraryError, match="Run the command again"), turn(store):
        store.documents()
    assert broken_files(tmp_path) == ["library.sqlite3.broken-1"]
    with pytest.raises(LibraryError, match="closed"):
        store.documents()
    with pytest.raises(LibraryError, match="closed"):
        store.set_note("name", "value")
    Store(tmp_path).close()


def test_a_file_of_an_older_version_is_moved_aside(tmp_path):
    with sqlite3.connect(tmp_path / "library.sqlite3") as connection:
        connection.execute("CREATE TABLE chunks (id)")
    connection.close()
    Store(tmp_path).close()
    assert broken_files(tmp_path) == ["library.sqlite3.broken-1"]


@pytest.mark.parametrize("version", [2, 3, 4])
def test_a_library_of_a_version_before_is_read_again_by_the_next_sync(tmp_path, version):
    store = Store(tmp_path)
    store.write([one_file("a", "Berita.")])
    store._connection.execute(f"PRAGMA user_version = {version}")
    before = store.files()
    store.close()
    store = Store(tmp_path)
    assert store.files().keys() == before.keys()
    assert not set(store.files().values()) & set(before.values())
    assert broken_files(tmp_path) == []
    store.close()


def test_a_file_of_a_newer_version_is_left_alone(tmp_path):
    store = Store(tmp_path)
    store._connection.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(LibraryError, match="Update tanya"):
        Store(tmp_path)
    assert broken_files(tmp_path) == []


def test_the_log_of_a_damaged_file_is_not_played_into_the_new_one(tmp_path):
    store = Store(tmp_path)
    store.write([one_file(f"{number}", f"Berita nomor {number}. " * 50) for number in range(50)])
    store.close()
    # A child that dies leaves its log behind.
    subprocess.run([sys.executable, "-c", DIE_AFTER_A_WRITE, str(tmp_path)], check=True)
    assert (tmp_path / "library.sqlite3-wal").stat().st_size > 0
    store.path.write_bytes(b"garbage" * 10_000)
    store = Store(tmp_path)
    assert store.files() == {}
    assert broken_files(tmp_path)
    store.close()


def test_every_field_of_a_document_is_stored(store):
    columns = {row[1] for row in store._connection.execute("PRAGMA table_info(documents)")}
    assert columns - {"number", "digest"} == set(Document.__dataclass_fields__)
