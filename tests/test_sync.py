"""The folder is the truth: whatever happens, the next sync makes the library say what it says."""

import hashlib
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from rag.documents import scan
from rag.embedding import E5Embedding, fingerprint
from rag.errors import CorpusError, LibraryError, ModelError
from rag.index import Index
from rag.store import Store
from rag.sync import sync

ARTICLES = Path(__file__).parent.parent / "corpus"


class CountingE5(E5Embedding):
    """The real embedder, which also remembers what it was given."""

    _given: list[str] = PrivateAttr(default_factory=list)

    def _get_text_embeddings(self, texts):
        self._given += texts
        return super()._get_text_embeddings(texts)


class HashEmbedding(BaseEmbedding):
    """An embedder that takes no time: 16 numbers drawn from the text's hash, and a note of each text in a file."""

    log: str = ""

    def _get_text_embeddings(self, texts):
        if self.log:
            with Path(self.log).open("a") as log:
                log.write("x" * len(texts))
        return [self._get_text_embedding(text) for text in texts]

    def _get_text_embedding(self, text):
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])
        return np.random.default_rng(seed).normal(size=16).tolist()

    _get_query_embedding = _get_text_embedding

    async def _aget_query_embedding(self, query):
        raise NotImplementedError


class Library:
    def __init__(self, folder, embedder):
        folder.mkdir(exist_ok=True)
        self.embedder = embedder
        self.store = Store(folder)
        self.index = Index(folder, self.store, fingerprint(embedder))

    def sync(self, corpus, progress=None):
        return sync(corpus, self.store, self.index, self.embedder, progress)

    def find(self, question):
        return [id for id, _ in self.index.query(self.embedder.get_query_embedding(question), 3)]

    def close(self):
        self.index.close()
        self.store.close()


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    write(folder, "hujan.txt", "Hujan deras turun di Jakarta sejak pagi.")
    write(folder, "bola.txt", "Tim nasional menang dua gol atas Vietnam.")
    write(folder, "pasar.txt", "Harga beras naik di pasar tradisional.")
    return folder


@pytest.fixture
def library(tmp_path):
    library = Library(tmp_path / "data", CountingE5())
    yield library
    library.close()


def write(folder, name, text):
    (folder / name).write_text(text, encoding="utf-8")


def lines(folder, name, articles):
    write(folder, name, "".join(json.dumps({"_id": id, "text": text}) + "\n" for id, text in articles.items()))


def embedded(library):
    """Return how many texts were embedded since this was last asked."""
    count = len(library.embedder._given)
    library.embedder._given.clear()
    return count


def articles(store):
    return [store.document(listed.id) for listed in store.documents()]


def assert_consistent(library, corpus):
    """Every part of the library holds the same passages, and they are those of the folder."""
    store, index = library.store, library.index
    ids = {passage.id for document in store.documents() for passage in store.passages_of(document.id)}
    assert store.count_passages() == len(ids)
    assert {id for id, _ in store.vectors(index.fingerprint)} == ids
    assert {id for id, _ in store.search_text(["berita"], 10_000)} <= ids
    assert store._connection.execute("SELECT count(*) FROM fulltext").fetchone()[0] == len(ids)
    assert store._connection.execute("SELECT count(*) FROM unindexed").fetchone()[0] == 0
    unused = "SELECT count(*) FROM vectors WHERE content NOT IN (SELECT content FROM passages)"
    assert store._connection.execute(unused).fetchone()[0] == 0
    index.query(next(store.vectors(index.fingerprint))[1], 1)
    stored = index._connected().get(include=["embeddings"])
    assert sorted(stored["ids"]) == sorted(ids)
    vectors = dict(store.vectors(index.fingerprint))
    for id, vector in zip(stored["ids"], stored["embeddings"], strict=True):
        np.testing.assert_allclose(
            vector / np.linalg.norm(vector), vectors[id] / np.linalg.norm(vectors[id]), atol=1e-5
        )
    assert set(store.files()) == {file.path for file in scan(corpus)}
    for document in store.documents():
        assert document.path in store.files()
        if document.path.endswith(".txt"):
            assert store.document(document.id).text.strip() == (corpus / document.path).read_text().strip()


# What a sync does


def test_five_articles_can_be_found_after_the_first_sync(library):
    report = library.sync(ARTICLES)
    assert len(report.added) == 5
    assert (report.changed, report.removed, report.unchanged, report.failed) == ((), (), (), ())
    assert str(report).startswith("5 added in ")
    assert library.find("Siapa yang berterima kasih kepada Trump?")
    assert library.store.search_text(["Kremlin"], 5)
    assert_consistent(library, ARTICLES)


def test_a_second_sync_finds_nothing_to_do(library, corpus, monkeypatch):
    library.sync(corpus)
    embedded(library)
    library.index.close()
    monkeypatch.setattr("rag.index._connect", lambda folder: pytest.fail("Chroma was opened"))
    before = articles(library.store)
    report = library.sync(corpus)
    assert report.unchanged == ("bola.txt", "hujan.txt", "pasar.txt")
    assert (report.added, report.changed, report.removed, embedded(library)) == ((), (), (), 0)
    assert articles(library.store) == before


def test_a_touched_file_is_unchanged(library, corpus):
    library.sync(corpus)
    embedded(library)
    os.utime(corpus / "bola.txt", (1, 1))
    assert library.sync(corpus).unchanged == ("bola.txt", "hujan.txt", "pasar.txt")
    assert embedded(library) == 0


def test_a_change_that_keeps_size_and_time_is_seen(library, corpus):
    library.sync(corpus)
    stat = (corpus / "bola.txt").stat()
    write(corpus, "bola.txt", "Tim nasional kalah dua gol atas Vietnam.")
    write(corpus, "bola.txt", "Tim nasional kalah dua gol atas Vietnam."[: stat.st_size].ljust(stat.st_size))
    os.utime(corpus / "bola.txt", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert library.sync(corpus).changed == ("bola.txt",)


def test_a_changed_file_is_found_by_its_new_text_only(library, corpus):
    library.sync(corpus)
    embedded(library)
    write(corpus, "bola.txt", "Gempa mengguncang Lombok tadi malam.")
    report = library.sync(corpus)
    assert (report.changed, report.unchanged) == (("bola.txt",), ("hujan.txt", "pasar.txt"))
    assert embedded(library) == 1
    assert library.store.search_text(["vietnam"], 5) == []
    assert library.find("gempa bumi")[0] == "bola.txt#0"
    assert_consistent(library, corpus)


def test_a_removed_file_is_gone_everywhere(library, corpus):
    library.sync(corpus)
    (corpus / "bola.txt").unlink()
    report = library.sync(corpus)
    assert (report.removed, report.unchanged) == (("bola.txt",), ("hujan.txt", "pasar.txt"))
    assert "bola.txt#0" not in library.find("tim nasional menang")
    assert_consistent(library, corpus)


def test_a_renamed_file_is_not_embedded_again(library, corpus):
    library.sync(corpus)
    embedded(library)
    (corpus / "bola.txt").rename(corpus / "sepak bola.txt")
    report = library.sync(corpus)
    assert (report.added, report.removed) == (("sepak bola.txt",), ("bola.txt",))
    assert embedded(library) == 0
    assert library.find("tim nasional menang")[0] == "sepak bola.txt#0"
    assert_consistent(library, corpus)


def test_a_renamed_file_of_many_articles_keeps_its_documents(library, corpus):
    lines(corpus, "a.jsonl", {"x": "Berita satu.", "y": "Berita dua."})
    library.sync(corpus)
    embedded(library)
    (corpus / "a.jsonl").rename(corpus / "b.jsonl")
    report = library.sync(corpus)
    assert (report.added, report.removed, report.failed) == (("b.jsonl",), ("a.jsonl",), ())
    assert embedded(library) == 0
    assert_consistent(library, corpus)


def test_what_the_manifest_says_is_taken_over_without_embedding(library, corpus):
    write(corpus, "manifest.json", json.dumps({"bola.txt": {"title": "Bola", "publisher": "Antara"}}))
    library.sync(corpus)
    embedded(library)
    write(corpus, "manifest.json", json.dumps({"bola.txt": {"title": "Bola", "publisher": "Tempo"}}))
    assert library.sync(corpus).changed == ("bola.txt",)
    assert library.store.document("bola.txt").publisher == "Tempo"
    assert embedded(library) == 0


def test_a_new_way_of_reading_reads_all_again_and_embeds_nothing(library, corpus, monkeypatch):
    library.sync(corpus)
    embedded(library)
    read = []
    monkeypatch.setattr("rag.sync._reader", lambda: "another")
    report = library.sync(corpus, lambda step: read.append(step.path) if step.stage == "read" else None)
    assert set(read) >= {"pasar.txt"}
    assert (report.unchanged, embedded(library)) == (("bola.txt", "hujan.txt", "pasar.txt"), 0)


def test_progress_counts_up_to_its_total(library, corpus):
    steps = []
    library.sync(corpus, steps.append)
    for stage in ("check", "read", "index"):
        done = [step.done for step in steps if step.stage == stage]
        assert done == sorted(done)
        assert all(step.done <= step.total for step in steps)
    assert [step.done == step.total for step in steps if step.stage == "read"][-1]


def test_an_index_that_cannot_be_written_stops_neither_sync_nor_search(tmp_path, library, corpus, caplog):
    (tmp_path / "data" / "chroma").write_text("a file where the folder should be")
    assert len(library.sync(corpus).added) == 3
    assert "one by one" in caplog.text
    assert library.find("hujan")[0] == "hujan.txt#0"


def test_after_an_interrupted_removal_nothing_that_is_gone_is_found(library, corpus):
    library.sync(corpus)
    library.find("hujan")
    (corpus / "hujan.txt").unlink()

    def interrupt(step):
        if step.stage == "index":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.sync(corpus, interrupt)
    assert sorted(library.find("hujan")) == ["bola.txt#0", "pasar.txt#0"]


# What can't be read


def test_a_bad_file_is_reported_with_its_reason_and_hurts_no_other(library, corpus):
    (corpus / "rusak.pdf").write_bytes(b"%PDF-1.7 this is no PDF")
    write(corpus, "kosong.txt", "")
    report = library.sync(corpus)
    assert report.added == ("bola.txt", "hujan.txt", "pasar.txt")
    assert [path for path, _ in report.failed] == ["kosong.txt", "rusak.pdf"]
    assert all(reason for _, reason in report.failed)
    assert library.sync(corpus).failed == report.failed


def test_whatever_a_parser_raises_costs_one_file_only(library, corpus, monkeypatch):
    from rag import documents

    def read(file, manifest):
        if file.path == "bola.txt":
            raise RecursionError("too deep")
        return documents.read(file, manifest)

    monkeypatch.setattr("rag.sync.read", read)
    report = library.sync(corpus)
    assert (report.added, report.failed) == (("hujan.txt", "pasar.txt"), (("bola.txt", "RecursionError: too deep"),))


def test_a_repaired_file_is_added(library, corpus):
    write(corpus, "kosong.txt", "")
    library.sync(corpus)
    write(corpus, "kosong.txt", "Sekarang ada isinya.")
    report = library.sync(corpus)
    assert (report.added, report.failed) == (("kosong.txt",), ())


def test_a_file_that_turned_bad_is_forgotten_and_reported(library, corpus):
    library.sync(corpus)
    write(corpus, "bola.txt", "")
    report = library.sync(corpus)
    assert [path for path, _ in report.failed] == ["bola.txt"]
    assert (report.changed, report.removed, report.unchanged) == ((), (), ("hujan.txt", "pasar.txt"))
    assert_consistent(library, corpus)


def test_an_id_in_two_files_fails_in_the_second_until_the_first_is_gone(library, corpus):
    lines(corpus, "a.jsonl", {"x": "Berita satu."})
    lines(corpus, "b.jsonl", {"x": "Berita dua.", "y": "Berita tiga."})
    (path, reason), *others = library.sync(corpus).failed
    assert (path, others) == ("b.jsonl", [])
    assert "a.jsonl has it too" in reason
    (corpus / "a.jsonl").unlink()
    assert library.sync(corpus).failed == ()
    assert library.store.document("x").text == "Berita dua."
    assert_consistent(library, corpus)


def test_an_article_that_moves_to_a_file_read_earlier_is_kept(library, corpus):
    lines(corpus, "a.jsonl", {"x": "Berita satu."})
    lines(corpus, "b.jsonl", {"y": "Berita dua.", "z": "Berita tiga."})
    library.sync(corpus)
    lines(corpus, "a.jsonl", {"x": "Berita satu.", "y": "Berita dua."})
    lines(corpus, "b.jsonl", {"z": "Berita tiga."})
    assert library.sync(corpus).failed == ()
    assert library.store.document("y").path == "a.jsonl"
    assert_consistent(library, corpus)


@pytest.mark.parametrize("vanish", [shutil.rmtree, lambda folder: [path.unlink() for path in folder.iterdir()]])
def test_a_vanished_folder_wipes_nothing(library, corpus, vanish):
    library.sync(corpus)
    before = articles(library.store)
    vanish(corpus)
    with pytest.raises(CorpusError):
        library.sync(corpus)
    assert articles(library.store) == before
    assert library.find("hujan")[0] == "hujan.txt#0"


# Embedders


def test_a_failing_embedder_costs_only_what_it_did_not_embed(library, corpus, monkeypatch):
    monkeypatch.setattr("rag.sync._SLICE", 2)
    give = CountingE5._get_text_embeddings

    def fail_later(self, texts):
        if self._given:
            raise ModelError("the server is gone")
        return give(self, texts)

    monkeypatch.setattr(CountingE5, "_get_text_embeddings", fail_later)
    with pytest.raises(ModelError, match="gone"):
        library.sync(corpus)
    assert embedded(library) == 2
    monkeypatch.setattr(CountingE5, "_get_text_embeddings", give)
    assert len(library.sync(corpus).added) == 3
    assert embedded(library) == 1
    assert_consistent(library, corpus)


@pytest.mark.parametrize("wrong", [[[float("nan")] * 384] * 3, [[0.1] * 384], [[0.1] * 3, [0.1] * 4, [0.1]]])
def test_vectors_that_cannot_be_right_are_refused(library, corpus, monkeypatch, wrong):
    monkeypatch.setattr(CountingE5, "get_text_embedding_batch", lambda self, texts: wrong)
    with pytest.raises(ModelError, match="unusable vectors"):
        library.sync(corpus)
    assert library.store.count_vectors(library.index.fingerprint) == 0


def test_a_model_replaced_under_its_name_is_noticed_by_the_length_of_its_vectors(library, corpus, monkeypatch):
    library.sync(corpus)
    write(corpus, "baru.txt", "Berita baru.")
    monkeypatch.setattr(CountingE5, "get_text_embedding_batch", lambda self, texts: [[0.1] * 16])
    with pytest.raises(ModelError, match="replaced"):
        library.sync(corpus)


def test_another_embedder_embeds_all_once_and_the_first_one_is_not_forgotten(tmp_path, library, corpus):
    library.sync(corpus)
    library.close()
    other = Library(tmp_path / "data", HashEmbedding())
    steps = []
    assert len(other.sync(corpus, steps.append).unchanged) == 3
    assert [step.done for step in steps if step.stage == "embed"][-1] == 3
    assert_consistent(other, corpus)
    other.close()
    back = Library(tmp_path / "data", CountingE5())
    back.sync(corpus)
    assert embedded(back) == 0
    assert_consistent(back, corpus)
    back.close()


# Interruptions


@pytest.mark.parametrize("stage", ["check", "read", "index"])
def test_an_interrupted_sync_goes_on_where_it_stopped(library, corpus, stage):
    def interrupt(step):
        if step.stage == stage and step.done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.sync(corpus, interrupt)
    library.sync(corpus)
    assert embedded(library) == 3
    assert_consistent(library, corpus)


def edit(corpus, random):
    """Add, change, remove and rename some files; return how many texts are new."""
    names = sorted(path.name for path in corpus.iterdir())
    news = 0
    for name in random.sample(names, 6):
        kind = random.choice(["change", "remove", "rename", "empty"])
        if kind == "change":
            write(corpus, name, f"Berita {random.random()} yang berubah.")
            news += 1
        elif kind == "remove":
            (corpus / name).unlink()
        elif kind == "rename":
            (corpus / name).rename(corpus / f"{random.random()}.txt")
        else:
            write(corpus, name, "")
    for _ in range(8):
        write(corpus, f"{random.random()}.txt", f"Berita {random.random()} yang baru.")
        news += 1
    return news


def sync_and_wait(corpus, data, log, ready):
    """What the child does: everything is imported when it says that it is ready."""
    library = Library(Path(data), HashEmbedding(log=log))
    ready.set()
    library.sync(Path(corpus))
    library.close()


def started(processes, corpus, data, log):
    ready = processes.Event()
    child = processes.Process(target=sync_and_wait, args=(str(corpus), str(data), str(log), ready))
    child.start()
    assert ready.wait(60)
    return child


def time_of(processes, corpus, data):
    child = started(processes, corpus, data, "")
    began = time.perf_counter()
    child.join()
    return time.perf_counter() - began


@pytest.mark.parametrize("articles", [40, 1300], ids=["small", "with HNSW files"])
def test_a_sync_killed_anywhere_loses_nothing_and_repeats_little(tmp_path, articles):
    chance = random.Random(articles)
    corpus, data, log = tmp_path / "corpus", tmp_path / "data", tmp_path / "embedded"
    corpus.mkdir()
    for number in range(articles):
        write(corpus, f"{number}.txt", f"Berita nomor {number} dari hari ini.")
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["chromadb", "rag.sync", "rag.embedding"])
    seconds = time_of(processes, corpus, tmp_path / "trial")
    texts, kills = articles, 0
    for _ in range(5):
        child = started(processes, corpus, data, log)
        began = time.perf_counter()
        child.join(chance.uniform(0, seconds))
        if child.is_alive():
            os.kill(child.pid, signal.SIGKILL)
            kills += 1
        else:
            # The next one has as little to do: kill it within that time.
            seconds = time.perf_counter() - began
        child.join()
        texts += edit(corpus, chance)
    library = Library(data, HashEmbedding(log=str(log)))
    library.sync(corpus)
    assert_consistent(library, corpus)
    # A kill can cost the slice that was at hand.
    assert log.stat().st_size <= texts + kills * 16
    assert kills
    before = log.stat().st_size
    assert len(library.sync(corpus).unchanged) == len(library.store.documents())
    assert log.stat().st_size == before
    library.close()


# A full disk


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 3 MB; only root can make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], check=False, capture_output=True
    ).returncode:
        pytest.skip("can't mount a file system here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill_up(folder):
    with (folder / "filler").open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"x" * 4096)
        except OSError:
            pass


def test_a_full_disk_is_an_error_and_what_was_stored_can_still_be_found(small_disk, corpus):
    library = Library(small_disk / "data", CountingE5())
    library.sync(corpus)
    fill_up(small_disk)
    for number in range(30):
        write(corpus, f"{number}.txt", f"Berita nomor {number}.")
    with pytest.raises(LibraryError, match="full"):
        library.sync(corpus)
    assert library.find("hujan")[0] == "hujan.txt#0"
    library.close()
    library = Library(small_disk / "data", CountingE5())
    assert library.find("hujan")[0] == "hujan.txt#0"
    assert library.store.search_text(["hujan"], 1)
    (small_disk / "filler").unlink()
    library.close()
    library = Library(small_disk / "data", CountingE5())
    assert len(library.sync(corpus).added) == 30
    assert_consistent(library, corpus)
    library.close()


def test_a_write_that_the_system_refuses_is_an_error_and_loses_nothing(tmp_path, corpus):
    library = Library(tmp_path / "data", HashEmbedding())
    library.sync(corpus)
    for number in range(300):
        write(corpus, f"{number}.txt", f"Berita nomor {number}.")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(LibraryError):
            library.sync(corpus)
        assert library.store.search_text(["hujan"], 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert library.sync(corpus).failed == ()
    assert_consistent(library, corpus)
    library.close()
