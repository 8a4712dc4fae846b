"""Sentences -> which of them are page furniture: menus, share buttons, adverts, links, bylines, headings.

Two kinds of rules. Wording: a line that is nothing but a known phrase ("ADVERTISEMENT"), a link to another article
("Baca juga: …"), a date, a credit. Structure: unpunctuated short lines before, between and after an article's prose.
What is not marked can be retrieved and cited; so a rule that is in doubt leaves the sentence alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language import MONTHS, WEEKDAYS
from rag.lines import BREAKS, capitalised, ends_sentence, is_prose

FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n(?:[\w-]+:[^\n]*\n|[ \t]+[^\n]*\n){1,60}---[ \t]*(?:\r?\n|\Z)")

_LINK = re.compile(
    r"""[\W_]*(?:
    (?:baca|lihat|simak|tonton|saksikan|cek|klik|berita|artikel)\s+(?:juga|lainnya|selengkapnya|terkait|pula)
    | (?:read|see|watch|listen|check)\s+(?:also|more|next|this|now|out) | also\s+(?:read|see|watch|on)
    | related(?:\s+(?:news|stor(?:y|ies)|articles?|posts?|links?|topics?|coverage|content))?
    | (?:more|you\s+(?:may|might)|what\s+to)\s+(?:stories|news|also\s+like|from|on|read|know)
    | recommended|editor['’]?s['’]?\s+picks?|don['’]?t\s+miss|trending|most\s+(?:read|popular)|pilihan(?:\s+editor)?
    )[^.!?:]{0,30}:\s*\S?""",
    re.IGNORECASE | re.VERBOSE,
)
_LINK_LINE = re.compile(  # the same without a colon, where nothing else stands in the line
    r"[\W_]*(?:baca|simak|lihat)\s+juga\b|[\W_]*(?:read\s+(?:also|more)|also\s+read|see\s+also)\b", re.IGNORECASE
)
_PHRASE = re.compile(
    r"""[\W_]*(?:
    advertisements?|advertorial|adverts?|ads?|iklan|sponsored(?:\s+content)?|promoted(?:\s+content)?
    | (?:scroll|gulir|geser)\b.{0,60}|(?:continue|lanjutkan)\s+(?:reading|membaca).{0,40}
    | (?:article|story|artikel)\s+(?:continues|berlanjut).{0,40}
    | sharing\s+is\s+caring|(?:share|bagikan|sebarkan)(?:\s+(?:this|on|via|to|ke|di|artikel|berita|ini|it)\b.{0,40})?
    | (?:tweet|retweet|pin\s+it|like|follow|e?mail|print|cetak|facebook|twitter|whatsapp|telegram|instagram|linkedin
       |youtube|tiktok|pinterest|line|x|threads|copy\s+link|salin\s+(?:link|tautan)|link\s+copied|comments?|komentar)
      (?:[\s|,•·/]+(?:tweet|like|follow|e?mail|print|facebook|twitter|whatsapp|telegram|instagram|linkedin|youtube
       |tiktok|pinterest|line|x|threads|comments?|komentar|share))*
    | (?:back\s+|go\s+|return\s+)?to\s+(?:the\s+)?top|kembali\s+ke\s+atas|ke\s+atas|skip\s+to\s+(?:main\s+)?content
    | (?:error:?\s+)?content\s+is\s+protected|(?:all\s+rights\s+reserved|hak\s+cipta\b.{0,80})
    | (?:copyright|©|\(c\)).{0,100}
    | (?:follow|ikuti)\s+(?:us|kami|berita|akun|saluran|whatsapp|kanal)\b.{0,100}
    | (?:sign\s+up|subscribe|berlangganan|daftar|log\s*in|masuk|register|get)\b.{0,40}\b
      (?:newsletter|buletin|sekarang|gratis|now|today|alerts|account|akun|updates|inbox)\b.{0,20}
    | subscribe|berlangganan|log\s*in|sign\s+in|register|menu|home|beranda|search|cari|cookie\s+(?:policy|settings)
    | (?:terms\s+of\s+(?:use|service)|privacy\s+policy|disclaimer|pedoman\s+media\s+siber|contact\s+us|about\s+us
       |hubungi\s+kami|tentang\s+kami|redaksi|kebijakan\s+privasi)(?:[\s|,•·/]+.{0,60})?
    | live\s+report|breaking\s+news|ter(?:populer|kini|baru|laris|viral)|trending|most\s+(?:read|popular)|latest\s+news
    | lainnya\s+di\s+.{1,40}|berita\s+(?:terkait|lainnya|terkini|terpopuler|populer|utama)|artikel\s+(?:terkait|lainnya)
    | (?:halaman|page)\s+(?:selanjutnya|sebelumnya|berikutnya|\d+(?:\s*(?:of|dari|/)\s*\d+)?)|next(?:\s+page|\s+article)?
    | previous(?:\s+page|\s+article)?|selanjutnya|sebelumnya|show\s+(?:more|all)|lihat\s+(?:semua|selengkapnya)
    | read\s+more|load\s+more|loading|video\s+player|play\s+video|gambas:?\s*.{0,40}|watch\s+(?:live|now|the\s+video)
    | enable\s+javascript.{0,80}|leave\s+a\s+(?:reply|comment)|tinggalkan\s+(?:balasan|komentar)
    )[\W_]*""",
    re.IGNORECASE | re.VERBOSE,
)
_CREDIT = re.compile(
    r"""\((?:[a-z]{2,5}|[A-Z]{2,5})(?:\s?[/\-,]\s?\w{2,5}){0,3}\)           # (rmh)  (aal/nat)
    | [(\[](?:[^()\[\]]{0,60}\b)?(?:foto|photo|reuters|afp|ap|getty|antara|dok|istimewa|shutterstock|epa|xinhua|ist
      |wikimedia|instagram|twitter|youtube|screenshot|tangkapan\slayar|image|pictured?)\b[^()\[\]]{0,60}[)\]]
    | (?:sumber|source|foto|photo|photos?\sby|image|gambar|video|credit|kredit|editor|penulis|reporter|pewarta|author
      |writer|penyunting|redaktur|reporting\sby|editing\sby|written\sby|laporan|kontributor|tags?|topik|kategori
      |category|label|keywords?|kata\skunci)\s*:\s*[^.!?]{0,80}
    | (?:by|oleh)\s+(?:[A-Z][\w.'’-]+\s*(?:,|and|dan|&|\|)?\s*){1,6}""",
    re.VERBOSE | re.IGNORECASE,
)
_BYLINE_CASE = re.compile(r"(?:[Bb]y|BY|[Oo]leh|OLEH)\s+[A-Z]|[^bBoO]")  # "by the way" is no byline
_MARKUP = re.compile(
    r"!\[[^\]]*\]\([^)]*\)|(?:[-*+]\s+)?\[[^\]]+\]\([^)]*\)|<[^>]{1,200}>|(?:https?://|www\.)\S+|#{1,6}\s.*", re.DOTALL
)
_DATE_WORDS = frozenset(
    """
    wib wita wit gmt utc est edt pst pdt cet cest bst am pm h min mins minutes hours ago menit jam hari lalu pukul at
    on and published updated update posted diterbitkan terbit diperbarui dipublikasikan tayang dibuat last modified
    date tanggal diposting oleh by read reading time waktu baca first edited th st nd rd t z
    """.split()
) | {*MONTHS, *WEEKDAYS}
_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_BREADCRUMB = re.compile(r"\s(?:>|»|›|→|/|\||•|·)\s|(?<=\w)\s?[>»›]\s?(?=\w)")
_LISTED = re.compile(r"[-*•·–—]\s|\(?\w{1,3}[.)]\s|\||[\"“'‘«(]")

_NAV_WORDS = 2  # a longer line above the text may be the headline, which the title rule knows
_SUBHEAD_WORDS = 6  # a longer unpunctuated line between paragraphs may be a caption, which says something
_MENU_CASE = 0.8  # share of capitalised words in a menu entry
_SMALL = 3  # letters: "dan", "di", "of", "the" stay small in menus, and are not counted
_TITLE_START = 15  # characters that a repeated, shortened headline must share with the title
_PHRASE_LENGTH = 160  # no known phrase is longer; keeps the patterns off long paragraphs


def boilerplate(text: str, spans: Sequence[tuple[int, int]], title: str = "") -> list[bool]:
    """Return for each sentence, given by its start and end, whether it is boilerplate."""
    sentences = [text[start:end] for start, end in spans]
    alone = _alone(text, spans)
    front = FRONT_MATTER.match(text)
    front_end = front.end() if front else 0
    marks = [
        end <= front_end or is_furniture(sentence, alone=own_line) or (own_line and _is_title(sentence, title))
        for sentence, own_line, (_, end) in zip(sentences, alone, spans, strict=True)
    ]
    _mark_structure(sentences, alone, marks)
    return marks


def is_furniture(sentence: str, *, alone: bool = True) -> bool:
    """Whether the wording alone shows that it is none of the article; `alone`: it has its line to itself."""
    if not any(character.isalnum() for character in sentence[:200]):
        return alone
    if _LINK.match(sentence) or (_CREDIT.fullmatch(sentence) and _BYLINE_CASE.match(sentence)):
        return alone or sentence.startswith(("(", "[")) or bool(_LINK.match(sentence))
    if not alone or len(sentence) > _PHRASE_LENGTH:
        return False
    return bool(
        _LINK_LINE.match(sentence) and not ends_sentence(sentence)
        or _PHRASE.fullmatch(sentence)
        or _MARKUP.fullmatch(sentence)
    ) or is_timestamp(sentence)


def is_timestamp(line: str) -> bool:
    """Whether the line holds a date or time and nothing else."""
    words = _WORDS.findall(line)
    return any(map(str.isdigit, line)) and len(line) <= _PHRASE_LENGTH and all(w.lower() in _DATE_WORDS for w in words)


def _alone(text: str, spans: Sequence[tuple[int, int]]) -> list[bool]:
    """Return for each sentence whether line breaks, or the text's ends, stand on both of its sides."""
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    broken = [
        position in (0, len(edges) - 2) or any(mark in text[edges[position] : edges[position + 1]] for mark in BREAKS)
        for position in range(0, len(edges), 2)
    ]
    return [before and after for before, after in zip(broken, broken[1:], strict=False)]


def _is_title(sentence: str, title: str) -> bool:
    """Whether the line is the title, or the start of it: the title heads each passage anyway."""
    line, title = _plain(sentence), _plain(title)
    return bool(title) and (line == title or (len(line) >= _TITLE_START and title.startswith(line + " ")))


def _plain(text: str) -> str:
    return " ".join(_WORDS.findall(text[:1000].casefold())) if text else ""


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
    """Whether a line above the text is a section's name, a breadcrumb or a byline."""
    words = _WORDS.findall(line)
    if _BREADCRUMB.search(line) and not ends_sentence(line):
        return True
    return len(words) <= _NAV_WORDS and capitalised(words) == 1 and not _says_something(line)


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
