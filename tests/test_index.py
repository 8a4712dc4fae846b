"""Chroma as a projection of the store: it may be damaged, never wrong."""

import json
import logging
import shutil
import subprocess
import sys

import numpy as np
import pytest

from rag.documents import Document
from rag.errors import LibraryError
from rag.index import Index
from rag.passages import split_passages
from rag.sentences import split_sentences
from rag.store import SplitDocument, SplitFile, Store

EMBEDDER = "test:1"
DIMENSIONS = 16
# More than the 1,000 that Chroma keeps out of its HNSW files.
MANY = 1300


def vector_of(content):
    generator = np.random.default_rng(int(content[:8], 16))
    return generator.normal(size=DIMENSIONS).astype(np.float32)


def file_of(path, text):
    document = Document(path, path, text)
    sentences = split_sentences(text)
    return SplitFile(path, text, 1, (SplitDocument(document, sentences, split_passages(document, sentences)),))


def fill(store, texts, embedder=EMBEDDER):
    store.write([file_of(path, text) for path, text in texts.items()])
    for content in store.unembedded(embedder, 10_000):
        store.put_vectors(embedder, [(content, vector_of(content))])


def texts(count):
    return {f"{number:05}": f"Berita nomor {number}." for number in range(count)}


def ids_in(index):
    """What Chroma holds, asked of Chroma itself."""
    index.query(np.ones(DIMENSIONS), 1)
    return set(index._connected().get(include=[])["ids"])


def finds_everything(index, store):
    vectors = dict(store.vectors(EMBEDDER))
    return ids_in(index) == set(vectors) and all(index.query(vectors[id], 1)[0][0] == id for id in list(vectors)[::50])


class Library:
    def __init__(self, folder, embedder=EMBEDDER):
        self.store = Store(folder)
        self.index = Index(folder, self.store, embedder)

    def __enter__(self):
        return self.store, self.index

    def __exit__(self, *_):
        self.index.close()
        self.store.close()


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    with Library(folder) as (store, index):
        for start in range(0, MANY, 100):
            fill(store, dict(list(texts(MANY).items())[start : start + 100]))
        index.refresh()
    return folder


@pytest.fixture
def damaged(large, tmp_path):
    shutil.copytree(large, tmp_path / "data")
    return tmp_path / "data"


def never_opened(folder):
    pytest.fail("Chroma was opened")


# Asking


def test_the_nearest_passages_come_first_with_their_cosine_similarity(tmp_path):
    with Library(tmp_path) as (store, index):
        fill(store, texts(20))
        vectors = dict(store.vectors(EMBEDDER))
        asked = vectors["00003#0"] * 5
        found = index.query(asked, 4)
        assert found[0] == ("00003#0", pytest.approx(1, abs=1e-5))
        cosines = {id: v @ asked / np.linalg.norm(v) / np.linalg.norm(asked) for id, v in vectors.items()}
        assert [id for id, _ in found] == sorted(cosines, key=cosines.get, reverse=True)[:4]
        assert [score for _, score in found] == pytest.approx(sorted(cosines.values(), reverse=True)[:4], abs=1e-5)


def test_asking_for_more_than_there_are_returns_all_and_an_empty_library_none(tmp_path):
    with Library(tmp_path) as (store, index):
        assert index.query(np.ones(DIMENSIONS), 5) == []
        fill(store, texts(3))
        index.refresh()
        assert len(index.query(np.ones(DIMENSIONS), 50)) == 3
        assert index.query(np.ones(DIMENSIONS), 0) == []


def test_a_library_of_thousands_finds_everything(damaged):
    with Library(damaged) as (store, index):
        assert finds_everything(index, store)


# Following the store


def test_only_the_difference_is_written(tmp_path):
    with Library(tmp_path) as (store, index):
        fill(store, texts(20))
        index.refresh()
        written = []
        fill(store, {"00001": "Berita lain.", "neu": "Berita baru."})
        store.remove_files(["00002"])
        index.refresh(lambda done, total: written.append((done, total)))
        assert written[-1] == (2, 2)
        assert finds_everything(index, store)


def test_a_large_index_is_not_written_anew_for_an_article_that_is_found_all_the_same(damaged, monkeypatch):
    monkeypatch.setattr("rag.index._LARGE", MANY)
    with Library(damaged) as (store, index):
        before, old = store.note("index"), dict(store.vectors(EMBEDDER))
        fill(store, {"00001": "Berita lain.", "neu": "Berita baru."})
        store.remove_files(["00002"])
        index.refresh()
        vectors = dict(store.vectors(EMBEDDER))
        assert store.note("index") == before
        for id in ("00001#0", "neu#0", "00003#0"):
            assert index.query(vectors[id], 1) == [(id, pytest.approx(1, abs=1e-5))]
        assert "00002#0" not in dict(index.query(old["00002#0"], 5))
        assert dict(index.query(old["00001#0"], MANY))["00001#0"] < 0.99


def test_a_large_index_catches_up_when_much_is_waiting(damaged, monkeypatch):
    monkeypatch.setattr("rag.index._LARGE", MANY)
    monkeypatch.setattr("rag.index._WAITING", 2)
    with Library(damaged) as (store, index):
        fill(store, {"a": "Berita baru.", "b": "Berita kedua.", "c": "Berita ketiga."})
        index.refresh()
        assert store.unindexed() == []
        assert {"a#0", "b#0", "c#0"} <= ids_in(index)


def test_an_index_that_is_up_to_date_is_left_alone(damaged, monkeypatch):
    monkeypatch.setattr("rag.index._connect", never_opened)
    with Library(damaged) as (_, index):
        index.refresh()


def test_another_embedder_gets_its_own_index_and_finds_its_own_vectors_only(tmp_path):
    with Library(tmp_path) as (store, index):
        fill(store, texts(5))
        index.refresh()
    with Library(tmp_path, "other:1") as (store, index):
        assert index.query(np.ones(DIMENSIONS), 5) == []
        (content, *_) = store.unembedded("other:1", 5)
        store.put_vectors("other:1", [(content, np.ones(DIMENSIONS + 1))])
        index.refresh()
        assert len(index.query(np.ones(DIMENSIONS + 1), 5)) == 1
        assert index.name == "passages-" + index.name[-8:] != Index(tmp_path, store, EMBEDDER).name
    with Library(tmp_path) as (store, index):
        index.refresh()
        assert finds_everything(index, store)


def test_until_another_embedders_index_is_whole_the_first_one_serves(tmp_path):
    with Library(tmp_path) as (store, index):
        fill(store, texts(20))
        index.refresh()
        other = Index(tmp_path, store, "other:1")
        fill(store, texts(20), "other:1")
        served = []
        other.refresh(lambda done, total: served.append(index.sound() and finds_everything(index, store)))
        assert served == [True, True]
        assert other.sound()
        index.retire()
        other.sweep()
        assert len(list((tmp_path / "chroma").iterdir())) == 1
        vectors = dict(store.vectors(EMBEDDER))
        assert index.query(vectors["00003#0"], 1)[0][0] == "00003#0"  # one by one, for those that still ask
        assert other.sound()
        other.close()


def test_a_switch_killed_halfway_leaves_the_first_index_as_it_was(damaged):
    killed = KILLED_WHILE_WRITING.replace("test:1", "other:1")
    with Library(damaged) as (store, _):
        fill(store, {}, "other:1")
    done = subprocess.run([sys.executable, "-c", killed, str(damaged)], check=False)
    assert done.returncode == 9
    with Library(damaged) as (store, index):
        assert index.sound()
        index.sweep()
        assert len(list((damaged / "chroma").iterdir())) == 1
        assert finds_everything(index, store)


# Damage


def segment(folder):
    (pickle,) = folder.glob("chroma/*/*/index_metadata.pickle")
    return pickle.parent


def flip(path):
    content = bytearray(path.read_bytes())
    content[100:200] = bytes(byte ^ 0xFF for byte in content[100:200])
    path.write_bytes(content)


def halve(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def inflate(path):
    """What a torn file looked like once: terabytes, none of them on the disk."""
    with path.open("r+b") as stream:
        stream.truncate(2**40)


SEGMENT_DAMAGE = {
    "segment folder deleted": shutil.rmtree,
    "index_metadata deleted": lambda folder: (folder / "index_metadata.pickle").unlink(),
    "index_metadata halved": lambda folder: halve(folder / "index_metadata.pickle"),
    "vectors flipped": lambda folder: flip(folder / "data_level0.bin"),
    "vectors halved": lambda folder: halve(folder / "data_level0.bin"),
    "header emptied": lambda folder: (folder / "header.bin").write_bytes(b""),
    "links inflated": lambda folder: inflate(folder / "link_lists.bin"),
}


@pytest.mark.parametrize("damage", SEGMENT_DAMAGE.values(), ids=SEGMENT_DAMAGE.keys())
def test_damage_that_could_crash_is_seen_without_loading_the_files(damaged, damage, monkeypatch):
    monkeypatch.setattr("rag.index._connect", never_opened)
    with Library(damaged) as (_, index):
        assert index.sound()
        damage(segment(damaged))
        assert not index.sound()


def sqlite_of(folder):
    (path,) = folder.glob("chroma/*/chroma.sqlite3")
    return path


OTHER_DAMAGE = {
    "segment folder deleted": lambda folder: shutil.rmtree(segment(folder)),
    "sqlite deleted": lambda folder: sqlite_of(folder).unlink(),
    "sqlite emptied": lambda folder: sqlite_of(folder).write_bytes(b""),
    "sqlite halved": lambda folder: halve(sqlite_of(folder)),
    "all deleted": lambda folder: shutil.rmtree(folder / "chroma"),
}


@pytest.mark.parametrize("damage", OTHER_DAMAGE.values(), ids=OTHER_DAMAGE.keys())
def test_a_damaged_index_is_rebuilt_before_it_answers(damaged, damage):
    damage(damaged)
    with Library(damaged) as (store, index):
        assert finds_everything(index, store)
    with Library(damaged) as (_, index):
        assert index.sound()


def test_rows_lost_from_chroma_are_noticed_and_come_back(tmp_path, caplog):
    with Library(tmp_path) as (store, index):
        fill(store, texts(50))
        index.refresh()
        index._connected().delete(ids=["00001#0"])
    with Library(tmp_path) as (store, index):
        assert finds_everything(index, store)
    assert "49 passages instead of 50" in caplog.text


def test_vectors_that_do_not_find_themselves_are_noticed_and_come_back(tmp_path, caplog):
    with Library(tmp_path) as (store, index):
        fill(store, texts(50))
        index.refresh()
        index._connected().upsert(ids=[f"{id}#0" for id in texts(50)], embeddings=np.eye(50, DIMENSIONS) + 0.1)
    with Library(tmp_path) as (store, index):
        assert finds_everything(index, store)
    assert "by their own vectors" in caplog.text


KILLED_WHILE_WRITING = """
import os, sys
from pathlib import Path
from rag.index import Index
from rag.store import Store
store = Store(Path(sys.argv[1]))
index = Index(Path(sys.argv[1]), store, "test:1")
index.rebuild(lambda done, total: os._exit(9) if done else None)
"""


def test_an_index_killed_while_it_was_written_is_rebuilt(damaged):
    done = subprocess.run([sys.executable, "-c", KILLED_WHILE_WRITING, str(damaged)], check=False)
    assert done.returncode == 9
    with Library(damaged) as (store, index):
        assert not index.sound()
        assert finds_everything(index, store)


def test_files_that_kill_the_process_that_loads_them_kill_only_the_check(damaged, monkeypatch):
    """The check after a write runs apart: here its process dies as from a torn file."""
    monkeypatch.setattr("rag.index.sys.executable", "/bin/false")
    with Library(damaged) as (store, index):
        with pytest.raises(LibraryError, match="can't be written"):
            index.rebuild()
        assert not index.sound()
        monkeypatch.undo()
        assert finds_everything(index, store)


def test_where_no_index_can_be_written_passages_are_still_found(tmp_path, caplog):
    (tmp_path / "chroma").write_text("a file where the folder should be")
    with Library(tmp_path) as (store, index):
        fill(store, texts(20))
        vectors = dict(store.vectors(EMBEDDER))
        with pytest.raises(LibraryError, match="what is stored is kept"):
            index.refresh()
        found = index.query(vectors["00003#0"], 3)
        assert found[0] == ("00003#0", pytest.approx(1, abs=1e-5))
        assert len(found) == 3
        assert "one by one" in caplog.text
        (tmp_path / "chroma").unlink()
        index.refresh()
        assert [id for id, _ in index.query(vectors["00003#0"], 3)] == [id for id, _ in found]


def test_files_of_another_chroma_version_are_rebuilt_and_not_migrated(damaged):
    with Library(damaged) as (store, index):
        note = json.loads(store.note("index"))
        store.set_note("index", json.dumps({**note, "chroma": "0.4.1"}))
        assert not index.sound()


def test_an_embedding_function_planted_in_the_files_is_not_run(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    with Library(tmp_path) as (store, index):
        fill(store, texts(5))
        index.refresh()
        assert index._connected()._embedding_function is None
