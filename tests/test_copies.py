"""One story in many papers is told once, with all its publishers; accounts of their own stay apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.embedding import E5Embedding, fingerprint
from rag.filters import Filters
from rag.index import Index
from rag.library import open_library
from rag.retrieve import Retriever
from rag.shingles import COPIED, fingerprints, says_the_same, share, shingles
from rag.store import Store
from rag.sync import sync

CORPUS = Path(__file__).parent.parent / "corpus"

WIRE = (
    "Gempa bumi berkekuatan magnitudo 6,1 mengguncang Kabupaten Tambora, Selasa (12/3) pukul 04.17 WIB. "
    "Badan Penanggulangan Bencana Daerah mencatat 12 orang meninggal dunia dan 340 rumah rusak berat.\n\n"
    "Kepala BPBD Tambora Rahmat Suryana mengatakan sebagian besar korban tertimpa reruntuhan saat masih tidur. "
    "“Kami masih mencari tiga warga yang belum ditemukan di Desa Wonosari,” kata Rahmat dalam keterangan tertulis.\n\n"
    "Pemerintah provinsi menetapkan masa tanggap darurat selama 14 hari dan mendirikan dapur umum di lapangan "
    "kecamatan. Bantuan berupa selimut, tenda, dan air bersih mulai tiba pada Selasa sore dengan dua truk tentara.\n\n"
    "Pusat gempa berada di laut pada kedalaman 10 kilometer. Badan Meteorologi menyatakan gempa itu tidak berpotensi "
    "tsunami, tetapi meminta warga menjauhi bangunan yang retak karena gempa susulan masih terjadi."
)
# As papers print a wire: another dateline, a word here and there, a paragraph less, another end.
COPIES = {
    "antara": ("Antara", "Gempa M 6,1 guncang Tambora, 12 orang meninggal", "Tambora (ANTARA) - " + WIRE),
    "harian": (
        "Harian Timur",
        "12 Warga Tewas Akibat Gempa Tambora",
        "TAMBORA, HARIANTIMUR.COM – "
        + WIRE.replace("kata Rahmat", "ujar Rahmat").replace("mulai tiba", "mulai datang"),
    ),
    "suara": (
        "Suara Pulau",
        "Gempa Tambora: Tanggap Darurat 14 Hari",
        "Jakarta, Suara Pulau -- " + WIRE.replace("tetapi", "namun") + " (antara)",
    ),
    "pagi": (
        "Kabar Pagi",
        "Gempa Guncang Tambora",
        WIRE.rpartition("\n\n")[0].replace("masih mencari", "terus mencari"),
    ),
}
# The same event by somebody who was there; and a copy that gives another number.
OWN = (
    "Suasana Desa Wonosari masih gelap ketika tanah bergoyang pada Selasa (12/3) subuh. Siti Aminah, penjual sayur, "
    "sempat menarik dua anaknya keluar sebelum dinding dapurnya roboh. Gempa magnitudo 6,1 itu menewaskan 12 orang di "
    "Kabupaten Tambora, menurut catatan petugas di posko.\n\nWarga mengeluhkan tenda yang datang terlambat. Rahmat "
    "Suryana, kepala BPBD, mengakui jalan menuju desa sempat tertutup longsor selama enam jam."
)
UPDATED = WIRE.replace("12 orang", "15 orang")


def write(folder, **articles):
    folder.mkdir(exist_ok=True)
    lines = (
        {"_id": id, "publisher": publisher, "title": title, "text": text, "published": "2024-03-12", "language": "id"}
        for id, (publisher, title, text) in articles.items()
    )
    (folder / "berita.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


class Library:
    def __init__(self, folder):
        (folder / "data").mkdir()
        self.corpus = folder / "corpus"
        self.store, self.embedding = Store(folder / "data"), E5Embedding()
        self.index = Index(folder / "data", self.store, fingerprint(self.embedding))
        self.retriever = Retriever(self.store, self.index, self.embedding)

    def sync(self, **articles):
        write(self.corpus, **articles)
        return sync(self.corpus, self.store, self.index, self.embedding)

    def find(self, question="Berapa orang meninggal akibat gempa di Tambora?", k=10, **filters):
        return self.retriever.retrieve(question, k, filters=Filters(**filters))

    def close(self):
        self.index.close()
        self.store.close()


@pytest.fixture
def library(tmp_path):
    library = Library(tmp_path)
    yield library
    library.close()


def publishers(passage):
    return {passage.publisher, *(copy.publisher for copy in passage.copies)}


def test_wire_copies_are_told_once_with_all_their_publishers(library):
    library.sync(**COPIES)
    found = library.find()
    told = [shingles(passage.text) for passage in found]
    assert all(len(one & other) < COPIED * len(one) for one in told for other in told if one is not other)
    assert publishers(found[0]) == {"Antara", "Harian Timur", "Suara Pulau", "Kabar Pagi"}
    # The last paragraph is in three of them.
    tsunami = library.find("Apakah gempa itu berpotensi tsunami?")[0]
    assert "tsunami" in tsunami.text
    assert publishers(tsunami) >= {"Antara", "Harian Timur", "Suara Pulau"}


def test_an_account_of_its_own_stays_apart(library):
    library.sync(**COPIES, own=("Tempat Kejadian", "Subuh di Wonosari", OWN))
    found = library.find()
    assert "own" in {passage.document_id for passage in found}
    assert all("Tempat Kejadian" not in {copy.publisher for copy in passage.copies} for passage in found)


@pytest.mark.parametrize("text", [UPDATED, WIRE.replace("Tambora", "Wetar"), WIRE.replace("Badan Meteorologi", "BMKG")])
def test_a_copy_with_another_number_or_name_is_an_account_of_its_own(library, text):
    library.sync(antara=COPIES["antara"], updated=("Kabar Baru", "Gempa", text))
    found = library.find("gempa", 20)
    different = [passage for passage in found if passage.document_id == "updated"]
    assert different or any(word in passage.text for passage in found for word in ("15 orang", "Wetar", "BMKG"))
    told = " ".join(passage.text for passage in found)
    assert any(word in told for word in ("15 orang", "Wetar", "BMKG"))


def test_a_dash_in_a_sentence_hides_no_number():
    told = WIRE.replace(" meninggal dunia", " - di antaranya lima anak - meninggal dunia").partition(". ")[2]
    assert says_the_same(told, told)
    assert not says_the_same(told.replace("12 orang", "13 orang"), told)


def test_a_changed_or_removed_copy_is_none_any_more(library):
    library.sync(**COPIES)
    other = ("Kabar Pagi", "Bola", "Tim nasional menang dua gol atas Vietnam di Jakarta.")
    report = library.sync(antara=COPIES["antara"], suara=COPIES["suara"], pagi=other)
    assert report.changed == ("berita.jsonl",)
    assert publishers(library.find()[0]) == {"Antara", "Suara Pulau"}


def test_filters_are_applied_before_copies_are_told_apart(library):
    library.sync(**COPIES)
    found = library.find(publisher="Kabar Pagi")
    assert {passage.document_id for passage in found} == {"pagi"}
    assert found[0].copies == ()


def test_forty_copies_leave_room_for_other_stories(library):
    initials = [f"{first}{second}h" for first in "abcdefgh" for second in "rstuv"]
    many = {f"copy-{each}": (f"Koran {each}", "Gempa", f"{WIRE} ({each})") for each in initials}
    others = {
        f"other{number}": (f"Majalah {number}", "Gempa lain", f"Gempa kecil terasa di kota {name} pada malam hari.")
        for number, name in enumerate(("Ambon", "Bima", "Cilacap", "Dompu", "Ende"))
    }
    library.sync(**many, **others)
    found = library.find("gempa", 8)
    assert {passage.document_id for passage in found} >= set(others)
    best = library.find("Berapa orang meninggal dunia akibat gempa di Kabupaten Tambora?", 1)[0]
    assert len(best.copies) == 39
    assert library.find("gempa", 8) == found  # the same every time


def test_the_five_articles_of_one_affair_stay_apart(tmp_path):
    with open_library(CORPUS, tmp_path / "data") as library:
        library.sync()
        found = library.retrieve("Putin berterima kasih kepada Trump", 50)
        assert len(found) == len({passage.passage_id for passage in found}) > 15
        assert len({passage.document_id for passage in found}) == 5
        assert all(passage.copies == () for passage in found)


def test_fingerprints_find_any_run_in_common():
    run = "satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas"
    assert fingerprints(f"di muka lain sekali {run} dan di belakang") & fingerprints(f"awal {run} akhir yang lain lagi")
    assert not fingerprints("satu dua tiga") & fingerprints("empat lima enam")
    assert share("Satu dua tiga.", shingles("satu, dua, TIGA")) == 1


def test_an_answer_names_the_publishers_of_all_copies_and_cites_one(tmp_path):
    write(tmp_path / "corpus", **COPIES)
    with open_library(tmp_path / "corpus", tmp_path / "data") as library:
        library.sync()
        answer = library.ask("Berapa orang meninggal akibat gempa di Kabupaten Tambora?")
        assert answer.answered
        assert set(answer.statements[0].publishers) == {"Antara", "Harian Timur", "Suara Pulau", "Kabar Pagi"}
        assert "dilaporkan oleh 4" in answer.text
        for citation in answer.citations:
            text = library.document(citation.document_id).text
            assert text[citation.start : citation.end] == citation.quote
