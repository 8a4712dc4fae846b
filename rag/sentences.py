"""Text -> sentences, each with its character offsets, boilerplate marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from rag.boilerplate import boilerplate
from rag.documents import Document
from rag.language import word_set
from rag.lines import CLOSERS, WIDE_ENDS, paragraphs

_LONGEST = 1000  # characters; longer ones are lists or lost punctuation, and too long to be shown as a quote
_SHORTEST_CUT = 400  # a piece cut off a longer sentence should still say something
_WINDOW = 24  # characters before a full stop that can hold an abbreviation

_CLOSERS = re.escape(CLOSERS)
_END = re.compile(
    rf"[{WIDE_ENDS}]++[{_CLOSERS}]*+"
    # The look-behind keeps a long run of dots from being tried once for each of its dots.
    rf"|(?<![.!?…])[.!?…]++[{_CLOSERS}]*+"
    # Note marks as in an encyclopedia: ".[1]", ". [citation needed?]"
    r"(?:\[[\w ?]{1,20}\]|\s\[(?:\d{1,3}|[\w ]{2,20}\?)\])*+(?=\s|\Z|[A-Z])"
)
_NEXT = re.compile(r"\s*[\"'“‘«‹(\[{*_–—-]*\s*([\w'’]{0,20})")
_VISIBLE = re.compile(r"\S")
_INITIALS = re.compile(r"\s*\([a-z]{2,5}(?:[/-][a-z]{2,5})*\)\s*\Z")  # of the reporters, after the last full stop
_WORD_BEFORE = re.compile(r"[^\s(\[{\"'“‘«/]+\Z")
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,3}")  # U.S  Ph.D  M.Si  a.m
_GLUED = re.compile(r"[a-z]{3}[.!?][”\"]?\Z|[\d%)\]][.!?]\Z")
_DOMAINS = word_set("com co net org id news tv io js")

_ABBREVIATIONS = word_set(
    """
    alm asst bpk brigjen bros capt cf co col corp cv dept det dr dra drg drh drs ds ed eds est ft
    gen gg gov hj hon inc insp ir jend jl jln jr kab kapt kec kel kol kompol kpt letjen letkol lt
    ltd maj mayjen mr mrs ms mt mts ny pdt phd pres prof pt rep rev rs sdr sen sgt sr ssi st supt
    tbk tgk tn ud ust viz vs
    dok moh muh abd mgr kh sdn br pj al cdr seb sek skt
    """
)
_SMALL_TOO = word_set("al alm cf dr dra drg drh ir jl jln seb sek skt st viz vs")  # but "sen" is a cent
_BEFORE_NUMBER = word_set(
    """
    est c approx art bab ca ch fig gbr hal hlm no nomor nos p pp ps psl pukul rp sect tab tel telp tgl vol
    yr jan feb mar apr jun jul agu ags aug sep sept okt oct nov nop des dec
    """
)
# German: "am 16. Oktober", "aus dem 18. Jahrhundert"
_AFTER_ORDINAL = word_set(
    """
    januar jänner februar märz april mai juni juli august september oktober november dezember
    jahrhundert jahrhunderts mal stock platz rang klasse geburtstag jahrestag etage
    """
)
# What a sentence begins with and a name does not: ends the sentence even after "U.S." or "Perang Dunia I."
_OPENERS = word_set(
    """
    a according after all also although and another as at because before both but by despite during
    earlier even for from he her his however if in instead it its later many meanwhile more most no
    on one our she since so some such that the their then there these they this those though to two
    under until we what when where while who why with yet you adapun akan akibat apa atas bagi
    bahkan banyak beberapa begitu berdasarkan berikut bukan dalam dan dari dengan di dia guna hal
    hingga ia ini itu jika juga kami karena kata kedua kemudian ketika kini kita lalu maka menurut
    mereka meski meskipun namun oleh pada padahal para perlu salah saat saya sebab sebagai sebelum
    sebelumnya sebuah sedangkan sejak sejumlah sekarang selain selama semua sementara seorang
    seperti serta setelah setiap tahun tak tapi tentu tetapi tidak untuk usai walau yang
    """
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a document: `document.text[start:end]`, verbatim.

    `boilerplate` sentences (menus, share buttons, adverts, "Baca juga: …") stay in the text and out of
    passages.
    """

    start: int
    end: int
    boilerplate: bool = False


def document_sentences(document: Document) -> tuple[Sentence, ...]:
    """Return all sentences of the document's text, those that are boilerplate marked."""
    spans = _spans(document.text)
    marks = boilerplate(document.text, spans, document.title)
    return tuple(Sentence(*span, mark) for span, mark in zip(spans, marks, strict=True))


def split_sentences(text: str) -> tuple[Sentence, ...]:
    """Return the text's sentences in order, none overlapping; only white space lies between them."""
    return tuple(Sentence(*span) for span in _spans(text))


def _spans(text: str) -> list[tuple[int, int]]:
    small = text.islower()
    return [
        piece
        for paragraph in paragraphs(text)
        for span in _sentences(text, *paragraph, small=small)
        for piece in _pieces(text, *span)
    ]


def _sentences(text: str, start: int, end: int, *, small: bool) -> list[tuple[int, int]]:
    """Return the sentences of one paragraph; in `small` text, without capitals, any letter may begin one."""
    cuts = [
        match.end()
        for match in _END.finditer(text, start, end)
        if match.end() < end and _ends_here(text, match, (start, end), small)
    ]
    found: list[tuple[int, int]] = []
    for piece in pairwise([start, *cuts, end]):
        piece_start, piece_end = _trimmed(text, *piece)
        # A lone quotation mark or full stop belongs to the sentence before it.
        if found and not any(map(str.isalnum, text[piece_start:piece_end])):
            piece_start = found.pop()[0]
        found.append((piece_start, piece_end))
    return found


def _ends_here(text: str, match: re.Match[str], paragraph: tuple[int, int], small: bool) -> bool:
    """Whether the punctuation that was found ends a sentence within its paragraph."""
    mark = match.group()
    if mark[0] in WIDE_ENDS:
        return True
    following = _NEXT.match(text, match.end(), paragraph[1])
    word = following.group(1) if following else ""
    if word[:1].islower() and not small:
        return bool(_INITIALS.match(text, match.end(), paragraph[1]))
    if not text[match.end()].isspace() and not _is_glued(text, match, word):
        return False
    if mark.startswith("..") or mark[0] in "!?…":
        return True
    return not _is_abbreviation(text, match.start(), paragraph[0], word)


def _is_glued(text: str, match: re.Match[str], following: str) -> bool:
    """Whether a sentence ends although no space follows, as in "disita.Dalam"; "Ceknricek.Com" is none."""
    before = text[max(0, match.start() - 3) : match.start() + 1]
    return bool(_GLUED.search(before)) and following.lower() not in _DOMAINS and following[1:2].islower()


def _is_abbreviation(text: str, stop: int, paragraph_start: int, following: str) -> bool:
    """Whether the full stop at `stop` belongs to an abbreviation, an initial or a list number."""
    found = _WORD_BEFORE.search(text[max(paragraph_start, stop - _WINDOW) : stop])
    if not found:
        return False
    word = found.group()
    if stop - len(word) == paragraph_start and (word.isdigit() or len(word) == 1):
        return True
    if word.lower() in _BEFORE_NUMBER and following[:1].isdigit():
        return True
    if word.isdigit() and len(word) <= 2 and following.lower() in _AFTER_ORDINAL:
        return True
    if word.lower() in ("a.m", "p.m"):
        return False
    return following.lower() not in _OPENERS and _is_short_form(word)


def _is_short_form(word: str) -> bool:
    """Whether it is an initial, letters with full stops, or an abbreviation: "Bpk", but not "BPK"."""
    if len(word) == 1:
        return word.isupper() or word == "v"  # one party against the other, in law
    if word.isupper() and len(word) > 2 and "." not in word:
        return False
    known = word.lower() in _ABBREVIATIONS and (word[0].isupper() or word in _SMALL_TOO)
    return known or bool(_DOTTED.fullmatch(word))


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentence whole, or cut at a semicolon, comma or space where it is too long."""
    while end - start > _LONGEST:
        cut = _cut(text, start)
        yield _trimmed(text, start, cut)
        visible = _VISIBLE.search(text, cut, end)
        start = visible.start() if visible else end
    if start < end:
        yield start, end


def _cut(text: str, start: int) -> int:
    for mark in ("; ", "；", ", ", "，", "、", " "):
        cut = text.rfind(mark, start + _SHORTEST_CUT, start + _LONGEST)
        if cut > 0:
            return cut + 1
    return start + _LONGEST


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    return start + left, start + len(piece.rstrip())
