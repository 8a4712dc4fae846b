"""Page furniture is marked, and what an article says is not."""

from pathlib import Path

import pytest

from rag.documents import Document, read, scan
from rag.manifest import load_manifest
from rag.sentences import document_sentences

CORPUS = Path(__file__).parents[1] / "corpus"

LEFT_OUT = {
    "000": [
        "Internasional",
        "Putin Ucapkan Terima Kasih Ke Trump Atas Bantuan CIA Gagalkan Serangan",
        "Putin Ucapkan Terima Kasih Ke Trump",
        "Waspada menjelang Piala Dunia",
        "Baca juga:\u00a0Lebih 30 Ribu Muslim Shalat Jum’at di Masjidil Al-aqsa Menolak Pernyataan Donald Trump",
        "Hubungan diplomatik masih berlangsung",
        "Baca juga:\u00a0Akui Yerusalem sebagai Ibukota Israel, Demo Anti Trump Makin Meluas",
        "Sharing is caring!",
        "To Top",
        "error: Content is protected !!",
    ],
    "001": [
        "Baca juga: Angka Fantastis Dari Penggalangan Dana Fans Taylor Swift Untuk Capres AS Kamala Harris",
        "(rmh)",
    ],
    "002": [
        "Sumber: AFP",
        "Baca Juga: Putin Berharap Bisa Jumpa Trump Pada Mei 2020",
        "BACA JUGA: Cek INTERNASIONAL, Persepektif Ceknricek.com, Klik di Sini.",
    ],
    "003": [
        "Rusia Klaim Trump Sepakat Perangi ISIS Bersama",
        "Riva Dessthania Suastha | CNN Indonesia",
        "Selasa, 31 Jan 2017 14:44 WIB",
        "(ANTARA FOTO/Yudhi Mahatma)",
        "ADVERTISEMENT",
        "SCROLL TO CONTINUE WITH CONTENT",
        "(aal)",
        "LAINNYA DI DETIKNETWORK",
        "LIVE REPORT",
        "TERPOPULER",
    ],
    "004": [
        "Putin dan Donald Trump Adakan Pembicaraan Telepon",
        "2017-12-19 13:16:05",
        "Kalender",
        "Berita:",
        "Berita Tiongkok Berita Internasional Berita Asia Tenggara Berita Unik",
        "Galeri Foto:",
        "Berita Travel Fashion Olahraga",
        "Pariwisata:",
        "Telusuri Tiongkok Peninggalan Sejarah Tionghoa Galeri Wisata Tips",
        "Pedoman Muslim Tiongkok:",
        "Masjid Restoran Halal Obyek Wisata Muslim Pedoman Berbelanja Kebudayaan Muslim Tiongkok",
        "Belajar Bahasa Mandarin:",
        "Belajar Bahasa Mandarin Adat Istiadat Tiongkok Peribahasa Peraturan dan Kebijakan",
        "Belajar di Tiongkok Universitas-Universitas di Tiongkok",
    ],
}
# How the sentences that are kept begin: all of them, read by hand.
KEPT = {
    "000": (
        "SELIDIKI.COM, MOSCOW – Pres|Kedua pemimpin kini|Putin berbicara mel|“Informasi yang di|"
        "Putin juga berjanji|Gedung Putih meng|Ini menekankan|FSB mengumumkan|Polisi menyita|"
        "Pada hari Selasa|Rusia telah mengalami|Ancaman serangan|Sebanyak 40.000|Pada tahun 2015|"
        "Dalam sebuah panggilan|Pasangan ini|Tapi hubungan|Meskipun demikian|"
        "“Presiden Trump menekankan|Dia kemudian|Pada konferensi|Kedua pemimpin bertemu|"
        "“Trump yang Anda|“Ada banyak alasan"
    ),
    "001": (
        'DREAMERS.ID - Pres|Melalui telepon|"Berdasarkan|FSB mengumumkan|Dinas keamanan|'
        'Sejumlah bahan|Dalam percakapan|Putin juga mengatakan|"Vladimir Putin|Sebagai informasi|'
        "Terakhir kali|Dalam perbincangan"
    ),
    "002": (
        "Ceknricek.com -- Rusia|Atas hal ini|Seperti dilaporkan|Kremlin mengatakan|Hal ini telah|"
        '"Kedua Presiden|Presiden juga|Hubungan diplomatik|Namun baik|Dua tahun lalu|Rusia kerap|'
        'Pernyataan Kremlin|Awal bulan|Putin juga telah|Jika Trump|"Saya senang'
    ),
    "003": (
        "Duta Besar Rusia untuk Indonesia, Galuzin, menyebut presidennya|"
        "Duta Besar Rusia untuk Indonesia, Galuzin, menyebut negaranya|Jakarta, CNN|"
        "Hal ini disampaikan|Menurut Galuzin, kedua|“Fokus utama|Terorisme menjadi|Meski begitu|"
        "Selain terorisme|Menurut Galuzin, pembicaraan|Galuzin berujar|Dalam kesempatan|Baik Putin|"
        "Menurutnya|“Rusia telah|Sekarang Rusia"
    ),
    "004": (
        "Sepanjang tahun|Meskipun pada|Menurut informasi|Putin menyatakan|Pada hari itu|"
        "Trump menekankan|Pemimpin kedua|Tiga hari setelah|Selain itu|Dia berharap|Pakar terkait|"
        "Kini, situasi|Akan tetapi|Li Yonghui|Kedua pihak"
    ),
}


def marked(text: str, title: str = "") -> list[str]:
    document = Document("a", "a", text, title=title)
    return [text[s.start : s.end] for s in document_sentences(document) if s.boilerplate]


def kept(text: str, title: str = "") -> list[str]:
    document = Document("a", "a", text, title=title)
    return [text[s.start : s.end] for s in document_sentences(document) if not s.boilerplate]


@pytest.mark.parametrize("number", sorted(KEPT))
def test_the_five_articles_keep_what_they_say_and_lose_the_rest(number: str) -> None:
    file = next(file for file in scan(CORPUS) if file.path.startswith(number))
    document = read(file, load_manifest(CORPUS)).documents[0]
    assert marked(document.text, document.title) == LEFT_OUT[number]
    quotes = kept(document.text, document.title)
    beginnings = KEPT[number].split("|")
    assert len(quotes) == len(beginnings)
    assert all(quote.startswith(begun) for quote, begun in zip(quotes, beginnings, strict=True))


@pytest.mark.parametrize(
    "line",
    [
        "Read also: Putin Hopes To Meet Trump In May",
        "SEE ALSO: Oil prices fall for third day",
        "Related stories: Kremlin denies claims",
        "Simak juga: Harga minyak turun",
        "Baca selengkapnya: Kremlin membantah",
        "Facebook Twitter WhatsApp Telegram",
        "Share this article",
        "Follow us on Instagram",
        "Copyright © 2019 The Daily",
        "Editor: Budi Santoso",
        "Reporting by Jane Roe; Editing by John Doe",
        "December 17, 2017 4:12 PM ET",
        "By Jane Roe and John Doe",
        "Photo: Getty Images",
        "Published: Dec 17, 2017 10:15 GMT",
        "17/12/2017, 14:44 WIB",
        "![Putin](putin.jpg)",
        "https://example.org/putin",
        "* * *",
        "## Waspada menjelang Piala Dunia",
        "Reaksi Gedung Putih",
    ],
)
def test_furniture_between_two_paragraphs_is_left_out(line: str) -> None:
    assert marked(f"Putin menelepon Trump pada Minggu.\n\n{line}\n\nTrump menjawab pada Senin.") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "Korban tewas: 14 orang",
        "- Polisi menyita bahan peledak",
        "a. Polisi menyita bahan peledak",
        "Putin bertemu Trump di Hamburg pada bulan Juli untuk pertama kalinya",
        "Dia pergi.",
        "Baca buku itu, kata Putin.",
        "Sumber itu mengatakan serangan sudah direncanakan sejak lama.",
        "Foto itu diambil di Moskow.",
        "By then the suspects had been detained.",
        "Follow the money, he said.",
        "Ikuti jejaknya sampai ke Moskow, katanya.",
        "“Tidak ada komentar”",
        "2,5 miliar",
    ],
)
def test_what_may_state_a_fact_stays(line: str) -> None:
    assert line in kept(f"Putin menelepon Trump pada Minggu.\n\n{line}\n\nTrump menjawab pada Senin.")


def test_a_list_that_a_sentence_announces_stays() -> None:
    text = "Berikut nama para pemenang tahun ini:\nBudi Santoso\nSiti Aminah\nJoko Widodo"
    assert marked(text) == []


def test_a_list_of_links_goes_with_its_heading() -> None:
    text = "Putin menelepon Trump.\n\nBaca juga:\n- Harga Nikel Turun\n- Ini Daftar Mobil 2024\n\n- Trump menjawab."
    assert kept(text) == ["Putin menelepon Trump.", "- Trump menjawab."]


@pytest.mark.parametrize(
    "line",
    [
        "> **Lees ook:** Veerboten in Indonesië",
        "À lire aussi : Gel tardif, les vignerons inquiets",
        "Lea también: Así cambia el tráfico",
        "> Mehr zum Thema: Streit um Bronzen",
        "Читайте также: Почему подорожал хлеб",
        "BACA: Sekolah di tiga daerah ditutup",
        "Teilen · Drucken · Leserbrief schreiben",
        "Compartir en Facebook | Compartir en X | 14 comentarios",
    ],
)
def test_links_and_buttons_are_known_in_other_languages(line: str) -> None:
    assert marked(f"Putin menelepon Trump pada Minggu.\n\n{line}\n\nTrump menjawab pada Senin.") == [line]


def test_front_matter_is_left_out() -> None:
    front = "---\ntitle: Putin Thanks Trump\ndate: 2017-12-17\n---\n"
    text = front + "# Putin Thanks Trump\n\nPutin called Trump on Sunday.\n"
    assert kept(text, title="Putin Thanks Trump") == ["Putin called Trump on Sunday."]


@pytest.mark.parametrize(
    "line",
    [
        "Warta Kerta - Rabu, 22 Mei 2024 08:05 WIB",
        "*Suara Lomi, Senin 11 Maret 2024*",
        "Daniel Wijaya, Sanga — Friday, March 8, 2024",
        "THE KERTANEGARA POST / Tuesday, February 6, 2024",
    ],
)
def test_a_name_with_a_date_above_the_text_is_left_out(line: str) -> None:
    assert marked(f"{line}\n\nPutin menelepon Trump pada Minggu.") == [line]


@pytest.mark.parametrize("line", ["Gempa Lombok 5 Agustus 2018 tewaskan 98", "17 Agustus 1945 – Proklamasi dibacakan"])
def test_a_line_above_the_text_that_tells_of_a_day_stays(line: str) -> None:
    assert line in kept(f"{line}\n\nPutin menelepon Trump pada Minggu.")


def test_a_document_of_nothing_but_furniture_can_still_be_found() -> None:
    assert marked("Baca juga: Putin Berharap Bisa Jumpa Trump") == []


def test_a_link_within_a_flattened_article_is_left_out() -> None:
    text = "Polisi menyita bom. Baca juga: Harga minyak turun. Dua orang ditahan."
    assert marked(text) == ["Baca juga: Harga minyak turun."]
