"""Sentences -> which of them are page furniture: menus, share buttons, adverts, links, bylines, headings.

Two kinds of rules. Wording: a line that is nothing but a known phrase ("ADVERTISEMENT"), a link to another
article ("Baca juga: …"), a date, a credit. Structure: short unpunctuated lines above, between and below the
prose. What is marked can be neither found nor cited, so a rule that is in doubt leaves a sentence alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rag.date_words import MONTHS, SHORT_WEEKDAYS, WEEKDAYS
from rag.language import word_set
from rag.lines import BREAKS, capitalised, ends_sentence, is_prose

FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n(?:[\w-]+:[^\n]*\n|[ \t]+[^\n]*\n){1,60}---[ \t]*(?:\r?\n|\Z)")

# Links to other articles; their headlines speak of other events. The colon keeps "Baca juga" in prose apart.
_LINK = re.compile(
    r"""[\W_]*(?:(?:baca|lihat|simak|tonton|saksikan|cek|klik|berita|artikel)\s+(?:juga|lain(?:nya)?|selengkapnya)
    |(?:berita|artikel)\s+terkait|(?:read|see|watch|listen)\s+(?:also|more|next|now)|also\s+(?:read|see|watch|on)
    |related(?:\s+(?:news|story|stories|articles?|posts?|links?|topics?|coverage))?|most\s+(?:read|popular)
    |more\s+(?:stories|news|on|from)|you\s+(?:may|might)\s+also\s+like|recommended|trending
    |editor['’]?s['’]?\s+picks?|don['’]?t\s+miss|pilihan\s+editor|baca(?=:)|lees\s+(?:ook|meer)|(?:à\s)?lire\s+aussi
    |lei?a\s+tamb(?:ién|ém)|leggi\s+anche|lesen\s+sie\s+auch|mehr\s+zum\s+thema|читайте\s+также)[^.!?:]{0,30}:""",
    re.IGNORECASE | re.VERBOSE,
)

# Whole lines, compared without punctuation and capitals.
_PHRASES = frozenset(
    re.split(
        r"\s*[/\n]\s*",
        """
        about us / advert / advertisement / advertisements / advertorial / all rights reserved
        artikel / lainnya / artikel terkait / baca selengkapnya / back to top / beranda
        berita lainnya / berita / terkait / berita terkini / berita terpopuler / berita utama
        berlangganan / breaking news / cari / contact us / content is protected / cookie policy
        cookie settings / daftar / disclaimer / error content is protected / gambas video / go to top
        halaman berikutnya / halaman dari / halaman sebelumnya / halaman selanjutnya / home
        hubungi kami / iklan / ke atas / kebijakan / privasi / kembali ke atas / latest news
        leave a comment / leave a reply / lihat selengkapnya / lihat semua / live / live report
        load more / loading / log in / login / masuk / menu / most / popular / most read / my account
        next / next article / next page / page of / pedoman media / siber / play video / previous
        previous article / previous page / privacy policy / promoted / read more / redaksi / register
        related / related articles / related news / related posts / related stories / search
        sebelumnya / see all / selanjutnya / selengkapnya / sharing is caring / show all / show more
        sign in / sign up / skip to content / skip to main content / sponsored / sponsored content
        subscribe / tentang kami / terbaru / terkini / terlaris / terms of service / terms of use
        terpopuler / tinggalkan balasan / tinggalkan komentar / to top / top stories / trending
        video player / view all / watch live
        """,
    )
) - {""}
_OPENINGS = (  # of short lines that go on with a name or a promise
    "scroll to",
    "scroll ke",
    "gulir",
    "continue reading",
    "lanjutkan membaca",
    "article continues",
    "story continues",
    "artikel berlanjut",
    "share this",
    "share on",
    "share via",
    "bagikan",
    "follow us",
    "ikuti kami",
    "ikuti berita",
    "ikuti saluran",
    "ikuti whatsapp",
    "sign up for",
    "sign up to",
    "subscribe to",
    "subscribe now",
    "copyright",
    "hak cipta",
    "lainnya di",
    "dapatkan update",
    "simak berita",
    "gabung di grup",
    "compartir en",
    "partager sur",
    "deel dit artikel",
    "artikel teilen",
    "baca juga",
    "simak juga",
    "lihat juga",
    "read also",
    "also read",
    "read more",
    "see also",
    "please enable javascript",
)
_OPENING_WORDS = 14  # a longer line that begins so is text
_BUTTONS = word_set(
    """
    share bagikan tweet retweet like follow email mail e print cetak copy salin link tautan copied
    tersalin comment comments komentar facebook twitter x whatsapp telegram instagram linkedin
    youtube tiktok pinterest line threads reddit messenger wa fb pin it save simpan kongsi
    teilen drucken leserbrief schreiben partager imprimer compartir en imprimir condividi stampa
    compartilhar delen поделиться печать
    """
)

_INITIALS = re.compile(r"\([a-z]{2,5}(?:\s?[/,-]\s?\w{2,5}){0,3}\)|\([A-Z]{2,5}(?:[/-][A-Z]{2,5}){1,3}\)")
_PHOTO = re.compile(
    r"""[(\[](?:[^()\[\]]{0,60}[\s/])?(?:foto|photo|reuters|afp|ap|getty|antara|dok|istimewa|epa|xinhua|ist|image
    |shutterstock|wikimedia|instagram|screenshot|tangkapan\slayar)\b[^()\[\]]{0,60}[)\]]""",
    re.IGNORECASE | re.VERBOSE,
)
_CREDIT = re.compile(
    r"""(?:sumber|source|foto|photo|photos?\sby|image|gambar|video|credit|kredit|editor|penulis|reporter|pewarta
    |author|writer|penyunting|redaktur|reporting\sby|editing\sby|written\sby|laporan|kontributor|tags?|topik
    |kategori|category|label|keywords?|kata\skunci)\s*:[^.!?]{0,80}
    |(?:additional\s)?(?:reporting|writing|editing|compiled)\sby\s[^.!?]{0,100}""",
    re.IGNORECASE | re.VERBOSE,
)
_BYLINE = re.compile(r"(?:By|BY|Oleh|OLEH):?\s+(?:[A-Z][\w.'’-]*(?:\s*[,&|]\s*|\s+and\s+|\s+dan\s+|\s+|\Z)){1,6}")
_MARKUP = re.compile(  # Markdown pictures, links and headings; tags; bare addresses
    r"!\[[^\]]*\]\([^)]*\)|(?:[-*+]\s+)?\[[^\]]+\]\([^)]*\)|<[^>]{1,150}>|(?:https?://|www\.)\S+|#{1,6}\s.*"
)
_DATE_WORDS = word_set(
    """
    wib wita wit gmt utc est edt pst pdt cet cest bst am pm h min mins minutes hours ago menit jam
    hari lalu pukul at on and published updated update posted diterbitkan terbit diperbarui
    dipublikasikan tayang dibuat last modified date tanggal diposting read reading time waktu baca
    first edited th st nd rd t z et ct pt mt sgt jst msk uhr petang pagi siang sore malam heures
    """
) | {*MONTHS, *WEEKDAYS, *SHORT_WEEKDAYS}
_CALENDAR = frozenset({*MONTHS, *WEEKDAYS, *SHORT_WEEKDAYS, "ago", "lalu"})
_CLOCK = re.compile(r"\d[:/-]\d")
_BREAK = re.compile(f"[{BREAKS}]")
_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_BREADCRUMB = re.compile(r"\s[>»›→/|•·]\s|\w\s?[>»›]\s?\w")
_BULLET = re.compile(r"[-*•·–—]\s")
_LISTED = re.compile(rf"{_BULLET.pattern}|\(?\w{{1,3}}[.)]\s|\||[\"“'‘«(]")

_PARTS = re.compile(r"\s[-–—|·•/]\s|[,.:]\s|\s{3,}")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")

_NAME_WORDS = 6  # of a paper and a writer
_NAV_WORDS = 2  # a longer line above the text may be the headline, which the title rule knows
_SUBHEAD_WORDS = 6  # a longer unpunctuated line between paragraphs may be a caption, which says something
_MENU_CASE = 0.8  # share of capitalised words in a menu entry
_SMALL = 3  # letters: "dan", "di", "of", "the" stay small in menus, and are not counted
_TITLE_START = 15  # characters that a repeated, shortened headline must share with the title
_WORDING_LENGTH = 160  # characters; a longer line is text, whatever its words


def boilerplate(text: str, spans: Sequence[tuple[int, int]], title: str = "") -> list[bool]:
    """Return for each sentence, given by its start and end, whether it is boilerplate."""
    sentences = [text[start:end] for start, end in spans]
    alone = _alone(text, spans)
    front = FRONT_MATTER.match(text)
    front_end = front.end() if front else 0
    title = _plain(title)
    marks = [
        end <= front_end or is_furniture(sentence, alone=own_line) or (own_line and _is_title(sentence, title))
        for sentence, own_line, (_, end) in zip(sentences, alone, spans, strict=True)
    ]
    _mark_links(sentences, alone, marks)
    _mark_structure(sentences, alone, marks)
    # A document of nothing else is no article, but the user put it there: let it be found.
    return [False] * len(marks) if all(marks) else marks


def is_furniture(sentence: str, *, alone: bool = True) -> bool:
    """Whether the wording alone shows that it is none of the article; `alone`: it has its line to itself."""
    if _LINK.match(sentence):
        return True
    if len(sentence) > _WORDING_LENGTH:
        return False
    if _INITIALS.fullmatch(sentence) or _PHOTO.fullmatch(sentence):
        return True
    return alone and (_is_phrase(sentence) or _is_credit(sentence) or is_timestamp(sentence))


def is_timestamp(line: str) -> bool:
    """Whether the line holds a date or time, or nothing but signs: "Selasa, 31 Jan 2017 14:44 WIB", "***"."""
    words = [word.lower() for word in _WORDS.findall(line)]
    if not words:
        return bool(_CLOCK.search(line)) or not any(map(str.isalnum, line))
    return _DATE_WORDS.issuperset(words) and (bool(_CLOCK.search(line)) or not _CALENDAR.isdisjoint(words))


def _is_phrase(line: str) -> bool:
    plain = _plain(line)
    words = plain.split()
    if plain in _PHRASES or (words and _BUTTONS.issuperset(words)):
        return True
    return len(words) <= _OPENING_WORDS and plain.startswith(_OPENINGS)


def _is_credit(line: str) -> bool:
    return any(pattern.fullmatch(line) for pattern in (_CREDIT, _BYLINE, _MARKUP))


def _alone(text: str, spans: Sequence[tuple[int, int]]) -> list[bool]:
    """Return for each sentence whether line breaks, or the text's ends, stand on both of its sides."""
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    gaps = list(zip(edges[::2], edges[1::2], strict=True))
    broken = [gap in (gaps[0], gaps[-1]) or bool(_BREAK.search(text, *gap)) for gap in gaps]
    return [before and after for before, after in pairwise(broken)]


def _is_title(sentence: str, title: str) -> bool:
    """Whether the line is the title, or the start of it: the title heads each passage anyway."""
    line = _plain(sentence)
    return bool(title) and (line == title or (len(line) >= _TITLE_START and title.startswith(line + " ")))


def _plain(text: str) -> str:
    return " ".join(_WORDS.findall(text[:1000].casefold()))


def _mark_links(sentences: list[str], alone: list[bool], marks: list[bool]) -> None:
    """Mark the list of headlines that "Baca juga:" announces."""
    listing = False
    for at, (sentence, own_line) in enumerate(zip(sentences, alone, strict=True)):
        announces = bool(_LINK.match(sentence)) and sentence.rstrip("*_ ").endswith(":")
        item = bool(_BULLET.match(sentence)) and not ends_sentence(sentence)
        listing = own_line and (announces or (listing and item))
        marks[at] = marks[at] or listing


def _mark_structure(sentences: list[str], alone: list[bool], marks: list[bool]) -> None:
    """Mark what stands above, between and below the prose as only page furniture does."""
    prose = [
        not mark and (not own_line or is_prose(sentence))
        for sentence, own_line, mark in zip(sentences, alone, marks, strict=True)
    ]
    if True not in prose:
        return
    first, last = prose.index(True), len(prose) - 1 - prose[::-1].index(True)
    article = [at for at, mark in enumerate(marks) if not mark]
    for before, at, after in zip([-1, *article], article, [*article[1:], len(marks)], strict=False):
        if prose[at] or not alone[at]:
            continue
        if at < first:
            marks[at] = _is_navigation(sentences[at])
        elif at > last:
            marks[at] = _is_menu(sentences[at]) and not sentences[last].endswith(":")
        else:
            marks[at] = prose[before] and prose[after] and _is_subhead(sentences[at])


def _is_navigation(line: str) -> bool:
    """Whether a line above the text is a section's name, a breadcrumb, a byline or a name with a date."""
    words = _WORDS.findall(line)
    if (_BREADCRUMB.search(line) or is_dated(line)) and not ends_sentence(line):
        return True
    return len(words) <= _NAV_WORDS and capitalised(words) == 1 and not _says_something(line)


def is_dated(line: str) -> bool:
    """Whether a line is a date with names beside it, as of a paper or writer: "Warta Kerta - Rabu, 22 Mei 2024"."""
    parts = _PARTS.split(line.strip("*_ "))
    names = [word for part in parts if not is_timestamp(part) for word in _WORDS.findall(part)]
    dated = any(is_timestamp(part) and any(map(str.isdigit, part)) for part in parts) and _YEAR.search(line)
    return bool(dated) and len(names) <= _NAME_WORDS and (not names or capitalised(names) == 1)


def _is_menu(line: str) -> bool:
    """Whether a line below the text is a menu entry or heading: names only, no number, no full stop."""
    words = _WORDS.findall(line)
    long = [word for word in words if len(word) > _SMALL] or words
    return capitalised(long) >= _MENU_CASE and not _says_something(line)


def _is_subhead(line: str) -> bool:
    """Whether a line between two paragraphs is a heading: it repeats in brief what the next one says."""
    words = _WORDS.findall(line)
    short = 0 < len(words) <= _SUBHEAD_WORDS and words[0][0].isupper()
    return short and not line.endswith(":") and not _says_something(line)


def _says_something(line: str) -> bool:
    """Whether a short line may state a fact after all: a number, a quotation, a list item, a full stop."""
    return any(map(str.isdigit, line)) or bool(_LISTED.match(line)) or ends_sentence(line)
