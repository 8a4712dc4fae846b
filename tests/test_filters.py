"""Filters narrow what is found before it is ranked; a question's own filters are read from it by code."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from rag.documents import Document, scan
from rag.documents import read as read_file
from rag.embedding import E5Embedding, fingerprint
from rag.errors import FilterError
from rag.events import event_dates
from rag.filters import Filters, Narrowed, settled
from rag.index import Index
from rag.infer import inferred, narrow
from rag.manifest import load_manifest
from rag.passages import split_passages
from rag.retrieve import Retriever
from rag.sentences import document_sentences
from rag.store import SplitDocument, SplitFile, Store
from rag.sync import sync

CORPUS = Path(__file__).parent.parent / "corpus"
SELIDIKI, DREAMERS, CEKNRICEK, CNN, CRI = sorted(path.name for path in CORPUS.glob("*.txt"))
PUBLISHERS = ("CNN Indonesia", "CRI", "Ceknricek", "Dreamers", "Selidiki", "The Straits Times")
NEWEST = "2019-12-30"


@pytest.fixture(scope="module")
def retriever(tmp_path_factory):
    """The five articles with the real embedder and the real index."""
    folder = tmp_path_factory.mktemp("filters")
    store, embedding = Store(folder), E5Embedding()
    index = Index(folder, store, fingerprint(embedding))
    sync(CORPUS, store, index, embedding)
    yield Retriever(store, index, embedding)
    index.close()
    store.close()


def documents(found):
    return {passage.document_id for passage in found}


# What passes


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), {SELIDIKI, DREAMERS, CEKNRICEK, CNN, CRI}),
        (Filters(publisher="CNN Indonesia"), {CNN}),
        (Filters(language="id"), {SELIDIKI, DREAMERS, CEKNRICEK, CNN, CRI}),
        (Filters(document=CRI), {CRI}),
        (Filters(since="2019"), {CEKNRICEK}),
        (Filters(since="2019", until="2019-10"), set()),
        (Filters(until="2017-01-31", since="2017-01-29"), {CNN}),
        (Filters(publisher="CRI", since="2019"), set()),
    ],
)
def test_only_what_fits_is_found_and_all_of_it(retriever, filters, expected):
    found = retriever.retrieve("Putin dan Trump", 50, per_document=50, filters=filters)
    assert documents(found) == expected
    assert {passage.passage_id for passage in found} == set(retriever.store.passage_ids(filters))


def test_an_event_counts_as_well_as_the_publication(retriever):
    """Dreamers' article has neither been published nor dated on 14 December, but it tells of that day."""
    found = retriever.retrieve("Korea Utara", 50, filters=Filters(since="2017-12-14", until="2017-12-14"))
    assert DREAMERS in documents(found)
    assert CEKNRICEK not in documents(found)


def test_a_filter_is_applied_before_the_ranking(retriever):
    """The passage that fits is far from the nearest to the question, and is found all the same, on both sides."""
    question = "dua warga Rusia ditahan menjelang Tahun Baru"
    assert retriever.retrieve(question, 1)[0].document_id == CEKNRICEK
    vector = retriever.embedding.get_query_embedding(question)
    (nearest,) = retriever.index.query(vector, 1, Filters(publisher="CNN Indonesia"))
    assert nearest[0].startswith(CNN)
    (lexical,) = retriever.store.search_text(["rusia"], 1, Filters(publisher="cnn indonesia"))
    assert lexical[0].startswith(CNN)


def filled(folder, count):
    """A library of `count` passages, every tenth by Antara, with vectors drawn from their numbers."""
    store = Store(folder)
    splits = []
    for number in range(count):
        text = f"Berita nomor {number}."
        document = Document(f"{number:05}", "all.jsonl", text, publisher="Kompas" if number % 10 else "Antara")
        sentences = document_sentences(document)
        splits.append(SplitDocument(document, sentences, split_passages(document, sentences)))
    store.write([SplitFile("all.jsonl", "1", 1, tuple(splits))])
    for content in store.unembedded("test:1", count):
        drawn = np.random.default_rng(int(content[:8], 16)).normal(size=16).astype(np.float32)
        store.put_vectors("test:1", [(content, drawn)])
    return store


@pytest.mark.parametrize("one_by_one", [10_000, 10])
def test_the_k_nearest_that_fit_are_found_one_by_one_or_by_the_index(tmp_path, monkeypatch, one_by_one):
    monkeypatch.setattr("rag.index._ONE_BY_ONE", one_by_one)
    store = filled(tmp_path, 600)
    index = Index(tmp_path, store, "test:1")
    wanted = np.ones(16, np.float32)
    antara = set(store.passage_ids(Filters(publisher="Antara")))
    assert len(antara) == 60
    vectors = {id: vector for id, vector in store.vectors("test:1") if id in antara}
    best = sorted(vectors, key=lambda id: -vectors[id] @ wanted / np.linalg.norm(vectors[id]))
    for k in (5, 60):
        assert [id for id, _ in index.query(wanted, k, Filters(publisher="Antara"))] == best[:k]
    index.close()
    store.close()


def test_a_passage_without_dates_speaks_of_those_before_it():
    text = "Gempa terjadi pada 3 Mei 2018.\n\n" + "Rumah rusak berat di banyak desa sekitar. " * 40 + "\n\nSelesai."
    document = Document("a", "a", text, published="2018-05-04")
    passages = split_passages(document, document_sentences(document))
    assert len(passages) > 2
    assert {span.start for spans in event_dates(document, passages) for span in spans} == {"2018-05-03"}
    assert all(event_dates(document, passages))


def test_an_older_library_is_taken_over_with_its_vectors(tmp_path, retriever):
    """What version 1 stored is asked at once; its dates come with the next sync, which embeds nothing again."""
    store = Store(tmp_path)
    (file,) = (file for file in scan(CORPUS) if file.path == CNN)
    (document,) = read_file(file, load_manifest(CORPUS)).documents
    passages = split_passages(document, sentences := document_sentences(document))
    store.write([SplitFile(CNN, "1", 1, (SplitDocument(document, sentences, passages),))])
    for content in store.unembedded("test:1", 100):
        store.put_vectors("test:1", [(content, np.ones(4, np.float32))])
    store.close()
    with sqlite3.connect(tmp_path / "library.sqlite3") as old:
        old.executescript(
            "DROP TABLE events; DROP TABLE fingerprints; DROP INDEX documents_by_publisher; PRAGMA user_version = 1;"
        )
    old.close()

    store = Store(tmp_path)
    assert not list(tmp_path.glob("*.broken-*"))
    assert store.documents()[0].publisher == "CNN Indonesia"
    assert store.files()[CNN] != "1"  # read again by the next sync
    on_the_day = Filters(since="2017-01-29", until="2017-01-29")
    assert store.passage_ids(on_the_day) == []
    split = SplitDocument(document, sentences, passages, event_dates(document, passages))
    assert store.write([SplitFile(CNN, "2", 1, (split,))]) == {CNN}
    assert store.passage_ids(on_the_day)
    assert store.unembedded("test:1", 100) == {}
    store.close()


# What a filter may name


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (Filters(publisher="CNN Indonsia"), "Nearest: CNN Indonesia"),
        (Filters(publisher="Kompas Gramedia XYZ"), "publisher 'Kompas Gramedia XYZ'"),
        (Filters(language="fr"), "There are: id"),
        (Filters(language="indonesian"), r"There are: id\."),
        (Filters(document="003_ea25b965475099d"), CNN),
        (Filters(document="Rusia Klaim Trump Sepakat"), "Rusia Klaim Trump Sepakat Perangi ISIS Bersama"),
        (Filters(since="17/12/2017"), "2017-12-17"),
        (Filters(since="2018", until="2017"), "swap"),
    ],
)
def test_an_unknown_name_is_an_error_that_offers_the_nearest(retriever, filters, said):
    with pytest.raises(FilterError, match=said):
        settled(filters, retriever.store)


@pytest.mark.parametrize("name", [CNN, "003_ea25b965475099d2", "rusia klaim trump sepakat perangi isis bersama"])
def test_a_document_may_be_named_by_id_file_name_or_title(retriever, name):
    assert settled(Filters(document=name), retriever.store).document == CNN


def test_names_are_spelled_as_the_library_has_them(retriever):
    filters = Filters(publisher=" cnn indonesia ", since="2017-12-17", until="2017-12")
    assert settled(filters, retriever.store) == Filters("CNN Indonesia", "2017-12-17", "2017-12")


# What a question asks for itself


@pytest.mark.parametrize(
    ("question", "publisher"),
    [
        ("According to CRI, which agency helped Russia?", "CRI"),
        ("menurut CNN Indonesia, berapa lama mereka berbicara?", "CNN Indonesia"),
        ("menurut cnn siapa yang menelepon?", "CNN Indonesia"),
        ("What does the Selidiki article say about Pompeo?", "Selidiki"),
        ("Who is named in Selidiki's report?", "Selidiki"),
        ("How many were arrested in the Dreamers article?", "Dreamers"),
        ("Did CRI report that the FBI helped?", "CRI"),
        ("CNN Indonesia melaporkan apa soal ISIS?", "CNN Indonesia"),
        ("Siapa yang ditahan dalam artikel Ceknricek?", "Ceknricek"),
        ("Apa yang diberitakan oleh Dreamers tentang Putin?", "Dreamers"),
        ("seperti dilansir dari Selidiki.com, kapan itu?", "Selidiki"),
        ("What happened, according to the Straits Times?", "The Straits Times"),
        # Topics, other people, and both of two: no source to narrow to.
        ("Who founded CNN Indonesia?", ""),
        ("Why did Trump criticise CNN Indonesia's coverage?", ""),
        ("Apa itu CRI?", ""),
        ("According to the Kremlin, why did Putin call?", ""),
        ("menurut Galuzin, apa yang dibahas?", ""),
        ("Do CNN Indonesia and CRI agree on the agency?", ""),
        ("Apa beda menurut Selidiki dan menurut CRI?", ""),
        ("How did they thank CRI?", ""),
        ("Media mana yang dikutip Dreamers dan Ceknricek?", ""),
    ],
)
def test_a_publisher_counts_only_where_it_is_named_as_the_source(question, publisher):
    assert inferred(question, PUBLISHERS, NEWEST).publisher == publisher


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("Who was arrested in December 2019?", "2019-12", "2019-12"),
        ("Apa yang terjadi pada 17 Desember 2017?", "2017-12-17", "2017-12-17"),
        ("What did Putin say last year?", "2018", "2018"),
        ("Siapa yang ditangkap tahun lalu?", "2018", "2018"),
        ("Apa yang terjadi tahun ini?", "2019", "2019"),
        ("Apa yang terjadi bulan lalu?", "2019-11", "2019-11"),
        ("What attacks were foiled since 2018?", "2018", ""),
        ("Serangan apa yang terjadi sebelum 2018?", "", "2018"),
        ("What happened between 2017 and December 2019?", "2017", "2019-12"),
        ("What happened from 2017 to 2019?", "2017", "2019"),
        ("Did they speak on 14 December 2017 or in 2017?", "2017", "2017"),
        # No year, no time: 17 December may be of any year.
        ("Who called on 17 December?", "", ""),
        ("Who called on Sunday?", "", ""),
        ("How many people died?", "", ""),
        ("What of the two plots, 2017 and 2019?", "", ""),
        ("Who won the 2018 World Cup?", "", ""),
        ("What did they say shortly before New Year 2020?", "", ""),
        ("Siapa yang ditahan menjelang Tahun Baru 2020?", "", ""),
        ("who won the 2018 world cup", "", ""),
        ("Tim mana yang juara Piala Dunia 2018?", "", ""),
        ("In 2019 Putin thanked whom?", "2019", "2019"),
        ("What did the 29 December 2019 Kremlin statement say?", "2019-12-29", "2019-12-29"),
        ("Apakah 40.000 orang bergabung?", "", ""),
    ],
)
def test_dates_count_from_the_newest_article_and_need_a_year(question, since, until):
    found = inferred(question, PUBLISHERS, NEWEST)
    assert (found.since, found.until) == (since, until)


def test_what_leaves_nothing_is_given_up_the_dates_first(retriever):
    asked = ("According to CRI, who was arrested in December 2019?",)
    assert narrow(retriever.store, asked, Filters()) == Narrowed(
        Filters("CRI"), Filters("CRI"), Filters(since="2019-12", until="2019-12", undated=True)
    )
    only_dates = narrow(retriever.store, ("Who was arrested in 2031?",), Filters())
    assert only_dates == Narrowed(ignored=Filters(since="2031", until="2031", undated=True))


def test_what_is_set_goes_before_what_is_read_and_is_never_given_up(retriever):
    asked = ("According to CRI, what happened in 2019?",)
    narrowed = narrow(retriever.store, asked, Filters(publisher="cnn indonesia"))
    assert narrowed.filters == Filters("CNN Indonesia")
    assert narrowed.ignored == Filters(since="2019", until="2019", undated=True)
    assert narrow(retriever.store, asked, Filters(), infer=False) == Narrowed()
    nothing = narrow(retriever.store, ("Apa itu?",), Filters(publisher="CRI", since="2019"))
    assert nothing == Narrowed(Filters("CRI", "2019"))


def test_a_follow_up_goes_before_what_was_asked_before_it(retriever):
    texts = ("and in December 2019?", "According to Ceknricek, when was it in 2017? and in December 2019?")
    assert narrow(retriever.store, texts, Filters()).filters == Filters("Ceknricek", "2019-12", "2019-12", undated=True)


def test_an_undated_article_is_let_through_by_a_question_and_not_by_an_option(tmp_path):
    store = filled(tmp_path, 3)
    in_2005 = narrow(store, ("Apa yang terjadi pada tahun 2005?",), Filters()).filters
    assert in_2005.names == ("dates",)
    assert len(store.passage_ids(in_2005)) == 3
    assert store.passage_ids(Filters(since="2005", until="2005")) == []
    store.close()


def test_a_date_of_the_event_keeps_articles_that_were_published_later(retriever):
    """CNN Indonesia published on the 31st what happened on the 29th."""
    (narrowed,) = (narrow(retriever.store, ("When did Putin call Trump in January 2017?",), Filters()),)
    found = retriever.retrieve("When did Putin call Trump", 10, filters=narrowed.filters)
    assert CNN in documents(found)
    assert CEKNRICEK not in documents(found)


def test_no_gold_question_loses_its_answer(retriever):
    """What a question's own filters leave has a passage that answers it, if all passages have one."""
    lost = []
    everything = retriever.store.passages_by_ids(retriever.store.passage_ids(Filters()))
    for line in (CORPUS.parent / "eval" / "gold.jsonl").read_text("utf-8").splitlines():
        asked = json.loads(line)
        narrowed = narrow(retriever.store, (asked["question"],), Filters())
        quotes = [quote["quote"] for quote in asked.get("quotes", ())]
        homes = {passage.id for passage in everything for quote in quotes if quote in passage.text}
        if homes and not homes & set(retriever.store.passage_ids(narrowed.filters)):
            lost.append((asked["question"], narrowed.filters))
    assert lost == []


def test_what_was_in_force_is_told_in_the_readers_language():
    narrowed = Narrowed(Filters("CRI", language="id"), Filters("CRI"), Filters(since="2019-12", until="2019-12"))
    assert narrowed.describe("en") == (
        "Only: publisher CRI (from the question), language id.\n"
        "Nothing there is from: December 2019. Searched without that."
    )
    assert "penerbit CRI (dari pertanyaan)" in narrowed.describe("id")
    assert Filters(since="2018").words("dates", "id") == "sejak 2018"
    assert Narrowed().describe("en") == ""


# In answers; the first of a stream comes before anything is read, and costs no time of the model


def test_an_answer_reads_only_what_fits_and_says_so(library):
    answer = next(library.stream("According to CNN Indonesia, how long did Putin and Trump talk?"))
    assert answer.narrowed.inferred == Filters("CNN Indonesia")
    assert {passage.publisher for passage in answer.passages} == {"CNN Indonesia"}
    assert answer.to_dict()["narrowed"]["inferred"]["publisher"] == "CNN Indonesia"
    assert "Only: publisher CNN Indonesia (from the question)." in str(answer)


def test_filters_that_leave_nothing_are_said_and_nothing_is_made_up(library):
    answer = library.ask("Siapa yang ditangkap?", filters=Filters(publisher="CRI", since="2019"))
    assert (answer.answered, answer.complete, answer.passages) == (False, True, ())
    assert answer.text == "Tidak ada artikel yang cocok."


def test_inferred_filters_can_be_left_out(library):
    answer = next(library.stream("Menurut CRI, siapa Galuzin?", infer_filters=False))
    assert not answer.narrowed.filters
    assert len({passage.publisher for passage in answer.passages}) > 1
