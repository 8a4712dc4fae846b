"""A folder becomes documents; whatever is in the way is named."""

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.documents import CorpusFile, Document, ReadFile, read, scan, unknown_files
from rag.errors import CorpusError
from rag.language import detect
from rag.manifest import Manifest, ManifestEntry, load_manifest
from rag.masthead import Masthead, derive_date, find_date, read_masthead, without_dateline

CORPUS = Path(__file__).parents[1] / "corpus"
NOBODY = 65534


def write(folder: Path, **texts: str) -> Path:
    """Write files; "a__b_txt" is a/b.txt."""
    for name, text in texts.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder


def read_one(folder: Path, name: str, data: bytes, manifest: Manifest | None = None) -> ReadFile:
    path = folder / name
    path.write_bytes(data)
    return read(CorpusFile(name, path, len(data)), manifest or Manifest())


@contextlib.contextmanager
def without_privileges() -> Iterator[None]:
    """Permissions bind the superuser too, for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user of the machine may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_scan_finds_every_format_sorted_by_path(tmp_path: Path) -> None:
    write(
        tmp_path,
        b_txt="x",
        a__c_MD="x",
        a__d_html="x",
        e_htm="x",
        f_pdf="x",
        g_docx="x",
        h_jsonl="x",
        i_csv="x",
    )
    found = scan(tmp_path)
    assert [file.path for file in found] == [
        "a/c.MD",
        "a/d.html",
        "b.txt",
        "e.htm",
        "f.pdf",
        "g.docx",
        "h.jsonl",
    ]
    assert found[2] == CorpusFile("b.txt", tmp_path.resolve() / "b.txt", 1)
    assert unknown_files(tmp_path) == ["i.csv"]


def test_scan_passes_over_what_is_no_article(tmp_path: Path) -> None:
    write(tmp_path, a_txt="x", README_md="x", sub__LICENSE_txt="x", readme_txt="x", CHANGELOG_md="x")
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / ".hidden.txt").write_text("x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "b.txt").write_text("x")
    (tmp_path / "license-plates-stolen.txt").write_text("x")
    os.mkfifo(tmp_path / "pipe.txt")
    assert [file.path for file in scan(tmp_path)] == ["a.txt", "license-plates-stolen.txt"]
    assert unknown_files(tmp_path) == []


def test_scan_follows_no_link_out_of_the_folder(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    write(inside, a_txt="x")
    write(outside, secret_txt="x")
    (inside / "link.txt").symlink_to(outside / "secret.txt")
    (inside / "folder").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    assert [file.path for file in scan(inside)] == ["a.txt"]


def test_scan_of_a_beir_folder_takes_the_corpus_only(tmp_path: Path) -> None:
    write(tmp_path, corpus_jsonl="{}", queries_jsonl="{}", qrels__test_txt="x")
    assert [file.path for file in scan(tmp_path)] == ["corpus.jsonl"]
    (tmp_path / "corpus.jsonl").unlink()
    assert [file.path for file in scan(tmp_path)] == ["qrels/test.txt", "queries.jsonl"]


def test_scan_names_the_folder_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="gone is missing"):
        scan(tmp_path / "gone")
    with pytest.raises(CorpusError, match=r"a\.txt is no folder"):
        scan(write(tmp_path, a_txt="x") / "a.txt")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match=r"No articles in .*empty.*\.txt.*\.jsonl"):
        scan(tmp_path / "empty")


def test_an_unreadable_folder_is_no_empty_folder(open_folder: Path) -> None:
    write(open_folder, a_txt="x", locked__b_txt="x")
    (open_folder / "locked").chmod(0)
    with without_privileges(), pytest.raises(CorpusError, match="locked can't be read"):
        scan(open_folder)


def test_an_unreadable_file_is_named_with_the_reason(open_folder: Path) -> None:
    write(open_folder, a_txt="x")
    (open_folder / "a.txt").chmod(0)
    with without_privileges(), pytest.raises(CorpusError, match="Permission denied"):
        read(scan(open_folder)[0], Manifest())


@pytest.mark.parametrize("target", ["gone.txt", "a.txt"])
def test_a_link_that_is_dead_or_leads_to_itself_is_reported_and_not_passed_over(tmp_path: Path, target: str) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / target)
    with pytest.raises(CorpusError, match="can't be opened"):
        read(scan(tmp_path)[0], Manifest())


def test_a_name_that_is_no_utf8_can_be_stored(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("Putin called Trump.")
    document = read(scan(tmp_path)[0], Manifest()).documents[0]
    assert document.path == "caf\ufffd.txt"
    assert document.text == "Putin called Trump."


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n\t ", "empty"),
        ("a.txt", b"\xef\xbb\xbf", "no text"),
        ("a.txt", b"--- ***", "no text"),
        ("a.txt", b"GIF89a\0\0\1", "damaged|binary"),
        ("a.txt", "Путин".encode("cp1251"), "UTF-8"),
        ("a.txt", b"a " * 10_000_001, "larger than 20 MB"),
        ("a.txt", b"a " * 500_001, "more than 1,000,000 characters"),
        ("a.pdf", b"no pdf", "PDF file is damaged"),
        ("a.html", b"<html><body></body></html>", "no text"),
        ("a.jsonl", b"\n\n", "empty"),
        ("a.jsonl", b"[1]\n", "line 1: not an object"),
    ],
)
def test_a_file_without_a_usable_article_is_refused(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    with pytest.raises(CorpusError, match=reason):
        read_one(tmp_path, name, data)


def test_a_scanned_pdf_is_refused_and_not_taken_for_an_empty_article(tmp_path: Path) -> None:
    import pypdf

    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(tmp_path / "blank.pdf")
    with pytest.raises(CorpusError, match="text recognition"):
        read_one(tmp_path, "scan.pdf", (tmp_path / "blank.pdf").read_bytes())


def test_the_text_is_kept_exactly_as_stored(tmp_path: Path) -> None:
    text = "\ufeff Putin  Ucapkan\r\n\r\nTerima kasih.\t\n\n"
    assert read_one(tmp_path, "a.txt", text.encode()).documents[0].text == text.removeprefix("\ufeff")


def test_a_line_of_jsonl_is_a_document_and_a_bad_one_costs_no_other(tmp_path: Path) -> None:
    good = {
        "_id": "d1",
        "title": "Putin Thanks Trump",
        "text": "Putin called.\ud83d\ude00\u0000",
        "source": "The Daily",
        "date": "17 December 2017",
        "lang": "en-US",
        "url": "https://example.org/1",
        "metadata": {"x": 1},
    }
    lines = [
        json.dumps(good),
        "",
        '{"_id": "d2"',
        '{"_id": "d1", "text": "again"}',
        '{"text": "no id"}',
        '{"_id": "d3"}',
        '{"_id": "d4", "text": "..."}',
        '{"_id": "d5", "text": "' + "a" * 4_000_000 + '"}',
        '{"_id": 6, "title": null, "text": "Trump menjawab."}',
    ]
    found = read_one(tmp_path, "a.jsonl", "\n".join(lines).encode())
    assert found.documents[0] == Document(
        id="d1",
        path="a.jsonl",
        text="Putin called.\U0001f600\ufffd",
        title="Putin Thanks Trump",
        publisher="The Daily",
        published="2017-12-17",
        precision="day",
        language="en",
        url="https://example.org/1",
    )
    assert [document.id for document in found.documents] == ["d1", "6"]
    assert [problem.split(":")[0] for problem in found.problems] == [f"line {n}" for n in (3, 4, 5, 6, 7, 8)]
    for problem, words in zip(found.problems, ("JSON", "twice", '"_id"', '"text"', "no text", "4 MB"), strict=True):
        assert words in problem


def test_the_five_articles_are_described_by_their_manifest() -> None:
    manifest = load_manifest(CORPUS)
    documents = [document for file in scan(CORPUS) for document in read(file, manifest).documents]
    assert [(d.publisher, d.published, d.precision, d.derived) for d in documents] == [
        ("Selidiki", "2017-12-17", "day", True),
        ("Dreamers", "2017-12-17", "day", True),
        ("Ceknricek", "2019-12-30", "day", True),
        ("CNN Indonesia", "2017-01-31", "day", False),
        ("CRI", "2017-12-19", "day", False),
    ]
    assert all(document.title and document.language == "id" for document in documents)
    assert all(document.id == document.path for document in documents)


def test_the_five_articles_speak_for_themselves_where_they_do() -> None:
    documents = [document for file in scan(CORPUS) for document in read(file, Manifest()).documents]
    assert [(d.title, d.publisher, d.published) for d in documents] == [
        ("Putin Ucapkan Terima Kasih Ke Trump Atas Bantuan CIA Gagalkan Serangan", "Selidiki", ""),
        ("", "Dreamers", ""),
        ("", "Ceknricek", "2019-12-29"),
        ("Rusia Klaim Trump Sepakat Perangi ISIS Bersama", "CNN Indonesia", "2017-01-31"),
        ("Putin dan Donald Trump Adakan Pembicaraan Telepon", "", "2017-12-19"),
    ]


def test_the_manifest_outweighs_what_a_line_says(tmp_path: Path) -> None:
    manifest = Manifest({"d1": ManifestEntry(title="T", published="2017-12", derived=True, language="id")})
    line = b'{"_id": "d1", "title": "X", "text": "Putin called.", "date": "2001-01-01", "publisher": "P"}'
    document = read_one(tmp_path, "a.jsonl", line, manifest).documents[0]
    assert (document.title, document.publisher, document.language) == ("T", "P", "id")
    assert (document.published, document.precision, document.derived) == ("2017-12", "month", True)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "can't be read"),
        ("[]", "must be an object"),
        ('{"a.txt": "x"}', "must be an object"),
        ('{"a.txt": {"titel": "x"}}', "unknown key 'titel'"),
        ('{"a.txt": {"title": 5}}', "must be a text"),
        ('{"a.txt": {"derived": "yes"}}', "true or false"),
        ('{"a.txt": {"published": "17/12/2017"}}', "write it as"),
        ('{"a.txt": {"published": "2017-02-30"}}', "write it as"),
        ('{"a.txt": {}, "a.txt": {}}', "occurs twice"),
        ("[" * 100_000, "can't be read"),
    ],
)
def test_a_wrong_manifest_is_refused_with_its_place(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(CorpusError, match=reason):
        load_manifest(tmp_path)


def test_what_a_manifest_says_can_be_stored(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(r'{"a.txt": {"title": "\ud800 Kabar", "derived": true}}')
    assert load_manifest(tmp_path).for_path("a.txt") == ManifestEntry(title="\ufffd Kabar", derived=True)


def test_a_folder_without_manifest_says_nothing_of_its_articles(tmp_path: Path) -> None:
    assert load_manifest(tmp_path).for_path("a.txt") == ManifestEntry()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Jakarta (ANTARA) - Presiden menelepon.", Masthead(publisher="ANTARA")),
        ("MOSCOW, Dec 17 (Reuters) - Putin called.", Masthead(publisher="Reuters")),
        ("TEMPO.CO, Jakarta - Presiden menelepon.", Masthead(publisher="Tempo")),
        ("Liputan6.com, Jakarta - Presiden menelepon.", Masthead(publisher="Liputan6")),
        ("JAKARTA, KOMPAS.com - Presiden menelepon.", Masthead(publisher="Kompas")),
        ("Solo, Jawa Tengah -- Presiden tiba.", Masthead()),
        ("Putin lahir pada 7 Oktober 1952 di Leningrad.", Masthead()),
        ("Putin Calls Trump Twice\nBy Jane Roe | Dec 17, 2017\n\nPutin called Trump.",
         Masthead(title="Putin Calls Trump Twice", published="2017-12-17")),
        ("# Putin Calls Trump Twice\n\nUpdated: 18 Dec 2017\nPublished: 17 Dec 2017\n\nPutin called Trump.",
         Masthead(title="Putin Calls Trump Twice", published="2017-12-17")),
        ("The Daily News\nHome | World\n\nPutin Calls Trump Twice\n\nPutin called Trump.",
         Masthead(title="Putin Calls Trump Twice", publisher="The Daily News")),
        ("KABAR TENGGARA\nBeranda > Daerah > Kendari\n\nKorban Tewas Feri Jadi 13 Orang\n\n"
         "Senin, 20 Nov 2023 07:15 WITA\n\nJumlah korban bertambah menjadi 13 orang.",
         Masthead("Korban Tewas Feri Jadi 13 Orang", "Kabar Tenggara", "2023-11-20")),
        ("# Northgale and Pellerin agree to merge\n\n**The Exchange Standard** · Companies\n\nThey have agreed.",
         Masthead("Northgale and Pellerin agree to merge", "The Exchange Standard")),
        ("Kurpfälzer Wirtschaftsblatt\nUnternehmen\n\nRheintal weist Schuld an Debakel zurück\n\n"
         "29.11.2024, 08:30 Uhr\n\nMANNHEIM. Der Hersteller wehrt sich gegen den Vorwurf.",
         Masthead("Rheintal weist Schuld an Debakel zurück", "Kurpfälzer Wirtschaftsblatt", "2024-11-29")),
        ("THE LARKIN REGISTER\nServing the valley since 1884\n\nTreasurer convicted of stealing $2.3 million\n\n"
         "A jury found him guilty.", Masthead("Treasurer convicted of stealing $2.3 million", "The Larkin Register")),
        ("Banjir Kuala Krai: Jambatan Runtuh, 6,000 Dipindahkan\n\nOleh Nik Azlina Mat Zain\n"
         "Isnin, 28 November 2022 9:15 PM\nSuara Timur Online\n\nKUALA KRAI: Jambatan itu runtuh semalam.",
         Masthead("Banjir Kuala Krai: Jambatan Runtuh, 6,000 Dipindahkan", "Suara Timur Online", "2022-11-28")),
        ("# Pemkab koreksi korban gempa: 29 meninggal\n\n*Suara Lomi, Senin 11 Maret 2024*\n\nDua nama tercatat ganda.",
         Masthead("Pemkab koreksi korban gempa: 29 meninggal", "Suara Lomi", "2024-03-11")),
        ("THE KERTANEGARA POST\nTuesday, February 6, 2024                      COURTS\n\n"
         "Ex-hospital director jailed over ventilator deal\n\nA court sentenced him.",
         Masthead("Ex-hospital director jailed over ventilator deal", "The Kertanegara Post", "2024-02-06")),
        ("The Southern Courier\n6 May 2025 / Infrastructure\nLomira-Sanding toll road opens 14 months late\n\n"
         "The road opened on Monday.",
         Masthead("Lomira-Sanding toll road opens 14 months late", "The Southern Courier", "2025-05-06")),
        ("Imunisasi Polio Sasar 46.300 Anak\nLentera Agung, Jumat 13 September 2024. Laporan: Ratih\n\nIni dibuka.",
         Masthead("Imunisasi Polio Sasar 46.300 Anak", "", "2024-09-13")),
        ("Warga Kenang Gempa Lombok 5 Agustus 2018 di Tenda\nMereka berdoa bersama\n\nWarga berkumpul.",
         Masthead("Warga Kenang Gempa Lombok 5 Agustus 2018 di Tenda")),
        ("# Seventeen arrested at coal terminal\n\n**By Jo Tran, Ellery Bay Times** | 23 March 2025\n\nThey sat down.",
         Masthead("Seventeen arrested at coal terminal", "Ellery Bay Times", "2025-03-23")),
        ("KPPU Restui Merger Nusaprima-Lactora\nReporter: Galih Prakosa | Editor: T. Manurung\n\n"
         "JAKARTA, RADAR TIMUR -- Komisi menyetujuinya.",
         Masthead("KPPU Restui Merger Nusaprima-Lactora", "Radar Timur")),
        ("HARIAN PESISIR UTARA\n\nPersikara Tumbangkan Bahari United\n\nBAHARI, PESISIR UTARA - Gol itu telat.",
         Masthead("Persikara Tumbangkan Bahari United", "Harian Pesisir Utara")),
        ("KABAR TENGAH-TIMUR\n\nGempa Guncang Lembah Sanga Dini Hari\n\nSEOUL, SOUTH KOREA - Warga lari.",
         Masthead("Gempa Guncang Lembah Sanga Dini Hari", "Kabar Tengah-Timur")),
        ("SURABAYA (Harian Bengawan) - Wali kota tiba.", Masthead(publisher="Harian Bengawan")),
        ("SURABAYA (HARIAN BENGAWAN) - Wali kota tiba.", Masthead(publisher="Harian Bengawan")),
        ("SURABAYA (Jawa Timur) - Wali kota tiba.", Masthead()),
        ("PURWALAYA, Warta Nusa – Polisi menangkapnya.", Masthead(publisher="Warta Nusa")),
        ("MUARA TELUK, Kalsel Pagi - Ia menang.", Masthead(publisher="Kalsel Pagi")),
        ("MANILA, BISNIS KHATULISTIWA - Suku bunga naik.", Masthead(publisher="Bisnis Khatulistiwa")),
        ("Surabaya, BOLA TIMUR -- Laga itu usai.", Masthead(publisher="Bola Timur")),
        ("SURABAYA, Jawa Timur - Wali kota tiba.", Masthead()),
        ("SURABAYA, Minggu Pagi - Wali kota tiba.", Masthead()),
        ("Keris Pusaka Museum Ditemukan di Bagasi Bus\n\nOleh Anin L\nKabar Tengah, Selasa, 9 November 2021\n\nAda.",
         Masthead("Keris Pusaka Museum Ditemukan di Bagasi Bus", "Kabar Tengah", "2021-11-09")),
        ("KENDAL, NIAGAKINI - Pabrik beroperasi.\n\nFoto: Pabrik (Rizky/NIAGAKINI)", Masthead(publisher="Niagakini")),
        ("JAKARTA, INDONESIA - Pabrik mulai beroperasi di Indonesia.", Masthead()),
        ("New York Times Sues OpenAI\n\nThe paper said so on Wednesday.", Masthead("New York Times Sues OpenAI")),
        ("Baca juga: Harga Minyak Dunia Turun\nPutin menelepon Trump.", Masthead()),
    ],
)  # fmt: skip
def test_the_first_lines_say_title_publisher_and_date_or_nothing(text: str, said: Masthead) -> None:
    assert read_masthead(text) == said


@pytest.mark.parametrize(
    ("language", "masthead", "said"),
    [
        ("fr", "Le Courrier de l'Ouest\n\nLes pêcheurs reprennent la mer\n\nPublié le 3 mars 2024 à 10h12",
         Masthead("Les pêcheurs reprennent la mer", "Le Courrier de l'Ouest", "2024-03-03")),
        ("nl", "Stel overleefde ramp met boot\n\n*De Noorderpost, dinsdag 17 oktober 2023, 14:05*",
         Masthead("Stel overleefde ramp met boot", "De Noorderpost", "2023-10-17")),
        ("ru", "Нацбанк повысил учётную ставку\n\n«Вестник Чуй», 27 января 2024, 11:30",
         Masthead("Нацбанк повысил учётную ставку", "Вестник Чуй", "2024-01-27")),
        ("es", "Récord en la media maratón\n\nMálaga - Actualizado el 25 de marzo de 2024, 09:12",
         Masthead("Récord en la media maratón", "", "2024-03-25")),
        ("de", "# Museum gibt 14 Objekte zurück\n\n*Weser-Rundschau, 28.09.2023, von Friederike Assmuth*",
         Masthead("Museum gibt 14 Objekte zurück", "Weser-Rundschau", "2023-09-28")),
        ("de", "Stand: 03.04.2024, 14:20 Uhr", Masthead("", "", "2024-04-03")),
        ("de", "GRAZ, 10. September 2023. Am Samstag wurde die neue Strecke nach Maribor eröffnet.",
         Masthead("", "", "2023-09-10")),
    ],
)  # fmt: skip
def test_mastheads_are_read_in_other_languages(language: str, masthead: str, said: Masthead) -> None:
    assert read_masthead(f"{masthead}\n\nText, der auf einem Punkt endet und lang genug ist.", language) == said


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Bank menaikkan suku bunga dalam rapat di Manila, Kamis (14/2/2019). Ini kenaikan keenam.", "2019-02-14"),
        ("Bupati menetapkan status itu, Selasa (14/3). Status berlaku hingga 30 April 2017.", "2017-03-14"),
        ("The bank cut rates on Thursday, June 20, 2019. It meets again on August 8.", "2019-06-20"),
        ("Hari itu, Jumat (17/8/1945), dikenang lagi pada Rabu (17/8/2022).", "2022-08-17"),
        ("Perang dimulai pada 28 Juli 1914.", ""),
        ("Presiden tiba pada hari Minggu.", ""),
        ("Presiden tiba pada hari Minggu (17/12).", ""),
    ],
)
def test_an_article_without_a_date_has_that_of_the_first_day_it_gives_with_its_weekday(text: str, day: str) -> None:
    assert derive_date(text, detect(text)) == day


def test_a_worked_out_date_is_marked_so(tmp_path: Path) -> None:
    document = read_one(tmp_path, "a.txt", b"Bank menaikkan suku bunga, Kamis (14/2/2019).").documents[0]
    assert (document.published, document.derived) == ("2019-02-14", True)
    document = read_one(tmp_path, "b.txt", b"MANILA, June 20, 2019 - The bank cut its key interest rate.").documents[0]
    assert (document.published, document.derived) == ("2019-06-20", False)


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Jakarta, CNN Indonesia -- Presiden menelepon.", "Presiden menelepon."),
        ("SELIDIKI.COM, MOSCOW – Presiden menelepon.", "Presiden menelepon."),
        ("WASHINGTON, Dec 17 (Reuters) - Putin called.", "Putin called."),
        ("SURABAYA (Harian Bengawan) - Wali kota tiba.", "Wali kota tiba."),
        ("SURABAYA (Jawa Timur) - Wali kota tiba.", "SURABAYA (Jawa Timur) - Wali kota tiba."),
        ("PURWALAYA, Warta Nusa – Polisi menangkapnya.", "Polisi menangkapnya."),
        ("JAKARTA, INDONESIA - Presiden tiba.", "JAKARTA, INDONESIA - Presiden tiba."),
        ("Putin - said Tempo.co - called.", "Putin - said Tempo.co - called."),
    ],
)
def test_where_and_by_whom_it_was_written_is_not_what_a_sentence_tells(sentence: str, told: str) -> None:
    assert without_dateline(sentence) == told


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("Selasa, 31 Jan 2017 14:44 WIB", "id", "2017-01-31"),
        ("Rabu, 31 Jan 2017 14:44 WIB", "id", ""),
        ("2017-12-19 13:16:05", "", "2017-12-19"),
        ("Sun, 17 Dec 2017 10:00:00 GMT", "", "2017-12-17"),
        ("December 17th, 2017", "en", "2017-12-17"),
        ("5 min read | 31 Jan 2017", "en", "2017-01-31"),
        ("03/04/2017", "id", "2017-04-03"),
        ("03/04/2017", "en", ""),
        ("17/12/2017", "en", "2017-12-17"),
        ("31 Februari 2017", "id", ""),
        ("2017", "", ""),
    ],
)
def test_a_date_is_found_only_where_it_can_be_no_other(text: str, language: str, found: str) -> None:
    assert find_date(text, language) == found
