"""Text becomes sentences whose offsets give it back, verbatim."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.documents import Document
from rag.sentences import document_sentences, split_sentences


def sentences(text: str) -> list[str]:
    return [text[sentence.start : sentence.end] for sentence in split_sentences(text)]


PIECES = st.sampled_from(
    [
        *'.?!…\n \u00a0\u2028"”()。؟\u200b,;-',
        *(
            "\r\n",
            "\n\n",
            "Dia",
            " pergi",
            "Dr.",
            " 5",
            "A.",
            "[1]",
            "漢字",
            "# ",
            "U.S.",
            "(aal)",
            "a" * 1200,
        ),
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=60).map("".join)))
def test_sentences_are_in_order_trimmed_and_lose_nothing_but_white_space(text: str) -> None:
    found = split_sentences(text)
    edges = [0, *(edge for sentence in found for edge in (sentence.start, sentence.end)), len(text)]
    assert edges == sorted(edges)
    assert all(quote and quote == quote.strip() for quote in sentences(text))
    assert not "".join(text[edges[at] : edges[at + 1]] for at in range(0, len(edges), 2)).strip()


@given(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=40))
def test_boilerplate_marks_move_no_sentence(text: str, title: str) -> None:
    marked = document_sentences(Document("a", "a", text, title=title))
    assert [(s.start, s.end) for s in marked] == [(s.start, s.end) for s in split_sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Serangan itu direncanakan di St. Petersburg pada Sabtu (16/12).",
        "Bom itu ditujukan ke katedral St.Petersburg.",
        "Artikel itu terbit pada Selasa, 31 Jan 2017 14:44 WIB.",
        "Gubernur H. Joko dan Hj. Siti bertemu Prof. Dr. Ir. Budi S. Utomo, M.Si. di Jl. Sudirman No. 5.",
        "Kerugian mencapai Rp1,5 miliar atau Rp. 40.000 per orang, naik 3.5 persen.",
        "The U.S. Senate heard Gen. John F. Kelly and Mr. Will Smith at 5 p.m. on Monday.",
        "“Apa yang terjadi?” tanya dia.",
        "“Selamat!” pernyataan tersebut ditambahkan.",
        "Dia menunggu... lalu pergi.",
        "Situs Ceknricek.com dan Bukalapak.Com memuatnya.",
        "1. Spanyol menang atas Inggris.",
        "Der Transport aus dem 18. Jahrhundert ist für den 16. Oktober geplant.",
        "Tim SAR mengevakuasi korban (Foto: Dok. Basarnas Mataram).",
        "Rapat dimulai pukul 14.44 WIB di PT. Timah Tbk. Jakarta.",
        "Putusan Roe v. Wade dan makalah Fajnzylber et al. (2002) dibahas.",
    ],
)
def test_a_full_stop_within_a_sentence_does_not_end_it(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mereka ditahan (17/12). Polisi menyita bom.", ["Mereka ditahan (17/12).", "Polisi menyita bom."]),
        ("Senjata turut disita.Dalam percakapan itu", ["Senjata turut disita.", "Dalam percakapan itu"]),
        ("Itu terjadi pada 2018. 14 orang tewas.", ["Itu terjadi pada 2018.", "14 orang tewas."]),
        ("“Ya,” kata Putin. “Ada alasan.”", ["“Ya,” kata Putin.", "“Ada alasan.”"]),
        ('"Kita bisa." Dia pergi.', ['"Kita bisa."', "Dia pergi."]),
        ("Dalam Perang Dunia I. Sekarang damai.", ["Dalam Perang Dunia I.", "Sekarang damai."]),
        ("He lives in the U.S. The law changed.", ["He lives in the U.S.", "The law changed."]),
        ("Kasus itu ditangani BPK. Uang kembali.", ["Kasus itu ditangani BPK.", "Uang kembali."]),
        ("Korbannya 16. Polisi mencari.", ["Korbannya 16.", "Polisi mencari."]),
        ("Harganya 50 sen. Dana habis.", ["Harganya 50 sen.", "Dana habis."]),
        ("He said no. Nobody came.", ["He said no.", "Nobody came."]),
        (
            "Lahir di Yogyakarta.[1] Ia dokter. [2] Selesai.",
            ["Lahir di Yogyakarta.[1]", "Ia dokter. [2]", "Selesai."],
        ),
        ("Mereka membahas Korea Utara. (rmh)", ["Mereka membahas Korea Utara.", "(rmh)"]),
        ("Dia menunggu… Lalu pergi.", ["Dia menunggu…", "Lalu pergi."]),
        ("putin called trump. he thanked him.", ["putin called trump.", "he thanked him."]),
        ("普京打电话。特朗普回答！", ["普京打电话。", "特朗普回答！"]),
        ("「はい。」次の文です。", ["「はい。」", "次の文です。"]),
        ("اتصل بوتين. شكر ترامب؟ نعم.", ["اتصل بوتين.", "شكر ترامب؟", "نعم."]),
        ("पुतिन ने फोन किया। ट्रम्प ने उत्तर दिया।", ["पुतिन ने फोन किया।", "ट्रम्प ने उत्तर दिया।"]),
        ('Dia pergi. " Lalu pulang. "', ["Dia pergi.", '" Lalu pulang. "']),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_line_break_ends_a_sentence_where_lines_are_paragraphs() -> None:
    text = (
        "Putin Ucapkan Terima Kasih Atas Bantuan CIA\nPresiden Rusia menelepon Trump dari Moskow\r\n"
        "Mereka membahas Suriah dan Semenanjung Korea\nPercakapan itu berlangsung 45 menit"
    )
    assert sentences(text) == text.splitlines()


def test_hard_wrapped_lines_are_one_sentence_verbatim() -> None:
    text = (
        "Presiden Rusia Vladimir Putin menelepon Presiden Amerika Serikat Donald\n"
        "Trump untuk mengucapkan terima kasih atas informasi dari CIA yang\n"
        "membantu Rusia menggagalkan serangan di kota St. Petersburg. Dua orang\n"
        "ditahan.\n"
        "Juru bicara Kremlin mengatakan hal itu pada hari Minggu.\n"
    )
    found = sentences(text)
    assert [quote.replace("\n", " ").split()[0] for quote in found] == ["Presiden", "Dua", "Juru"]
    assert found[1] == "Dua orang\nditahan."


def test_list_items_are_never_joined() -> None:
    text = "Pemenang penghargaan tahun ini menurut panitia adalah:\n- budi santoso\n- siti aminah"
    assert sentences(text) == text.splitlines()


def test_a_very_long_sentence_is_cut_at_a_semicolon_comma_or_space() -> None:
    found = sentences("Daftar: " + "satu dua tiga, " * 200)
    assert max(map(len, found)) <= 1000
    assert all(quote.endswith(",") for quote in found[:-1])


@pytest.mark.parametrize(
    "text",
    [
        "A" * 2_000_000,
        "a " * 1_000_000,
        "." * 1_000_000 + "a",
        '."' * 500_000,
        "\n" * 500_000,
        "a\n" * 200_000,
    ],
)
def test_pathological_text_takes_seconds_not_hours(text: str) -> None:
    before = time.monotonic()
    split_sentences(text)
    assert time.monotonic() - before < 20  # a quadratic step would take hours
