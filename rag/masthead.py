"""Text -> what its first lines say of the article: title, publisher, date. No guess beats a wrong one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import islice

from rag.boilerplate import FRONT_MATTER, is_dated, is_furniture, is_timestamp
from rag.date_words import MONTHS, SHORT_WEEKDAYS, WEEKDAYS
from rag.dates import resolve_document
from rag.language import KNOWN
from rag.lines import ends_sentence, is_prose, paragraphs

_HEAD_LINES = 12  # below them nothing speaks of the article as a whole
_TITLE_WORDS = range(4, 31)  # fewer may be the site's name, more a paragraph that lost its full stop
_TITLE_LENGTH = 250  # characters, likewise
_DATE_LINE = 100  # characters: a line with more than a date and a byline is text, and its dates are events

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAYS = {**WEEKDAYS, **SHORT_WEEKDAYS}
_YEAR = r"(?P<y>(?:19|20)\d\d)(?!\d)"
_DAY = r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_DATES = (
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)"),
    re.compile(rf"{_DAY}[\s-]+(?P<n>{_MONTH})\b\.?,?[\s-]+{_YEAR}", re.I),
    re.compile(rf"\b(?P<n>{_MONTH})\.?\s+{_DAY},?\s+{_YEAR}", re.I),
    re.compile(rf"(?<!\d)(?P<d>\d{{1,2}})[/.-](?P<m>\d{{1,2}})[/.-]{_YEAR}"),
)
_WEEKDAY_BEFORE = re.compile(rf"\b({'|'.join(sorted(_DAYS, key=len, reverse=True))})\b[\s,.(]*\Z", re.I)
_BYLINE = re.compile(r"\s[|•·–—-]\s|^(?:by|oleh)\b|\b(?:wib|published|diterbitkan|tayang)\b", re.I)
_TRAIL = re.compile(r"\s[|>»›]\s")  # "Home > Sport > Football"
_MOTTO = re.compile(r"\b(?:since|sejak|seit) \d{4}\Z", re.I)  # "Serving the valley since 1884"
_CHANGED = re.compile(r"\b(?:updated?|diperbarui|last modified|edited)\b", re.I)

_DASH = r"\s*(?:--|[-–—])\s"
_SITE = re.compile(
    rf"(?:[A-Z][\w ]{{2,30}},\s)?([A-Za-z][\w-]{{2,30}})\.(?:com|co\.id|id|co|net|org|tv|news)\b"
    rf"(?:,[^–—.]{{2,60}}?)?{_DASH}",
    re.I,
)
_NEWSROOM = re.compile(
    rf"""[A-Z][\w. ]{{2,30}},\s
    ((?:[A-Z][\w']*\s){{0,2}}(?:CNN|CNBC|BBC|VOA|ABC|NBC|CBS|Antara|ANTARA|Reuters|AFP|AP|Xinhua|Bernama
    |[A-Z]\w+\s(?:News|Times|Post|TV|Press|Daily|Herald|Tribune))(?:\s[A-Z]\w+)?){_DASH}""",
    re.VERBOSE,
)
_AGENCY = re.compile(
    r"[A-Z][\w., /’'-]{0,60}"
    rf"\((Reuters|REUTERS|AP|AFP|ANTARA|Antara|Xinhua|Bernama|UPI|dpa|DPA|TASS|Kyodo|CNN|BBC)\){_DASH}"
)
# "KUALA LUMPUR, 20 Nov - ", "PRAGUE, Nov 2 (DBW) - "
_DATED = re.compile(
    rf"[A-Z][\w .,/’'-]{{1,40}},\s(?i:\d{{1,2}}\s(?:{_MONTH})|(?:{_MONTH})\.?\s\d{{1,2}})\b\.?(?:,?\s{_YEAR})?"
    rf"(?:\s\([A-Za-z ]{{2,40}}\))?{_DASH}"
)
_FULL_STOP = re.compile(r"(?<=[.!?])\s+")
# The same before its date, and what stands behind one that is no part of the text.
_PLACE = re.compile(r"[A-ZÀ-Þ][\w’'-]+(?:[ ./,]+[A-ZÀ-Þ][\w’'-]*)*,\s")
_AFTER_DATE = re.compile(r"\s*(?:\([^)]{2,40}\)\s*)?(?:--|[-–—.:])\s")
_WEEKDAY_DATE = re.compile(rf"(?:{'|'.join(WEEKDAYS)})\b\W+\d|(?:{'|'.join(WEEKDAYS)})\b.*\d{{4}}", re.I)
# What papers call themselves, in some languages.
_PAPER = re.compile(
    r"\b(?:times|post|pos|news|courier|herald|tribune|tribun|register|sentinel|ledger|standard|wire|gazette|journal"
    r"|chronicle|observer|telegraph|mail|press|daily|weekly|express|guardian|mirror|bulletin|dispatch|examiner"
    r"|monitor|reporter|kabar|warta|bisnis|harian|koran|utusan|berita|suara|radar|media|kurier|nachrichten|diario|jornal"
    r"|courrier|quotidien|dépêche|correo|heraldo|noticias|periódico|corriere|giornale|gazzetta|gazeta|notícias"
    r"|courant|вестник|газета|новости|известия|правда|вести)\b"
    r"|\b\w*(?:blatt|zeitung|anzeiger|rundschau|dagblad|krant|nieuws)\b|\w(?:news|post)\b",
    re.IGNORECASE,
)
# "SURABAYA (Harian Bengawan) - "; a province stands there too: "SURABAYA (Jawa Timur) - "
_IN_BRACKETS = re.compile(rf"[A-Z][\w .,/’'-]{{1,40}}\s\((?=[^)]*(?i:{_PAPER.pattern}))([A-Z][\w. ]{{2,30}})\){_DASH}")
# "PURWALAYA, Warta Nusa – ", "MUARA TELUK, Kalsel Pagi - "; a province stands there too, or a day: "Minggu Pagi".
_BEHIND_COMMA = re.compile(
    rf"[A-Z][\w ]{{2,30}},\s(?!(?i:{'|'.join(WEEKDAYS)})\b)"
    rf"(?=[^,–—-]*(?i:{_PAPER.pattern}|\b(?:pagi|sore)\b))([A-Z][\w.]*(?:\s[A-Z][\w.]*){{0,3}}){_DASH}"
)
# "KENDAL, NIAGAKINI - "; a country in capitals stands there too: "JAKARTA, INDONESIA - "
_CAPITALS = re.compile(rf"[A-Z][\w ]{{2,30}},\s([A-Z]{{4,20}}(?:\s[A-Z]{{3,20}})?){_DASH}")
_DATELINES = (_SITE, _NEWSROOM, _AGENCY, _DATED, _IN_BRACKETS, _BEHIND_COMMA)
# One word may as well be a section's name, unless it is put together: "Weser-Rundschau".
_COMPOUND = re.compile(r"\w-?(?:blatt|zeitung|anzeiger|rundschau|dagblad|krant|nieuws|news|post)\b", re.IGNORECASE)
_SECTION = re.compile(r"\s[|·•>»/–—-]+\s")
# "Weser-Rundschau, 28.09.2023, von …"
_DATE_AFTER = re.compile(r",\s(?=[^,]*\d)")
_WEEKDAY_AT_END = re.compile(rf",\s(?:{'|'.join(WEEKDAYS)})\Z", re.IGNORECASE)
# "By Jo Tran, Ellery Bay Times"
_WRITER = re.compile(r"^(?:by|oleh|laporan|penulis|reporter|von|par|por|door)\s[^,]+,\s", re.IGNORECASE)
# A name stands above the text or right under the headline, and is short; its words of so few letters may be initials
# ("BBC News").
_NAME_LINES, _NAME_WORDS, _INITIALS = 5, 5, 3
_LINKING = {"of", "the", "and", "dan", "de", "du", "des", "la", "les", "del", "van", "der", "und"}
_ELIDED = {"l'", "d'", "l’", "d’"}  # "Le Courrier de l'Ouest"
_UPPER_NAME = 5  # letters: VIVA and JPNN are written so; DREAMERS is a name in capitals


@dataclass(frozen=True, slots=True)
class Masthead:
    """What the first lines say; "" for what they don't."""

    title: str = ""
    publisher: str = ""
    published: str = ""


def read_masthead(text: str, language: str = "") -> Masthead:
    """Read the lines above the article's first paragraph, and that paragraph's dateline."""
    front = FRONT_MATTER.match(text)
    body = text[front.end() if front else 0 :][:20_000]
    head = [body[start:end] for start, end in islice(paragraphs(body), _HEAD_LINES)]
    above = next((at for at, line in enumerate(head) if _is_text(line)), len(head))
    name, line = _name(head[:above])
    lines = [other for other in head[: above + 1] if not (_has_date(other, language) or is_dated(other))]
    title = _title([other for other in lines if other != line])
    # The dateline heads the first paragraph, or the one after a caption.
    publisher = next(filter(None, (_publisher(line, body) for line in head[above:])), "")
    if title and publisher.casefold() in name.casefold():
        publisher = name
    published = _published(head[:above], language) or next(
        (day for line in head[above : above + 1] if (day := _day_of_dateline(line, language))), ""
    )
    return Masthead(title or _title(lines), publisher, published)


def _day_of_dateline(paragraph: str, language: str) -> str:
    """The full date that stands between place and text: "GRAZ, 10. September 2023. …", "PALU, Aug. 20, 2022 (AP) -"."""
    opening = paragraph[:_DATE_LINE]
    for found in resolve_document([opening], "", language)[0]:
        day = found.date.start if found.date and not found.date.end else ""
        placed = _PLACE.fullmatch(opening[: found.start]) and _AFTER_DATE.match(opening[found.end :])
        if placed and len(day) == len("2017-12-17"):
            return day
    return ""


def derive_date(text: str, language: str = "") -> str:
    """The day on which an article that states none was probably written, in ISO form; "" where nothing tells.

    The first day that it gives with its weekday, as papers write "on Tuesday (14/3)" of what is new; its year may be
    told elsewhere in the article. What is told of another year than the latest such day is an anniversary.
    """
    body = text[:20_000]
    sentences = [each for start, end in paragraphs(body) for each in _FULL_STOP.split(body[start:end])]
    days = [
        found.date.start
        for expressions in resolve_document(sentences, "", language)
        for found in expressions
        if found.date and not found.date.end and _WEEKDAY_DATE.match(found.text)
    ]
    latest = max(days, default="")[:4]
    return next((day for day in days if day.startswith(latest)), "")


def _name(above: list[str]) -> tuple[str, str]:
    """The paper's name and the line that it stands on: "KABAR TENGGARA", "**The Exchange Standard** · Companies"."""
    plain = [(re.sub(r"[*_#]+", "", line).strip(), line) for line in above[:_NAME_LINES]]
    for head, line in [(part, line) for text, line in plain for part in _SECTION.split(text)]:
        name = _WEEKDAY_AT_END.sub("", _WRITER.sub("", _DATE_AFTER.split(head)[0])).strip(' «»“”"')
        words = name.split()
        proper = all(word[0].isupper() or word[:2] in _ELIDED or word in _LINKING for word in words)
        named = _PAPER.search(name) if len(words) > 1 else _COMPOUND.search(name)
        if named and len(words) <= _NAME_WORDS and proper and ":" not in name:
            return _in_words(name), line
    return "", ""


def _in_words(name: str) -> str:
    """A paper's name that is written in capitals, without them."""
    return " ".join(map(_capitalised, name.split())) if name.isupper() else name


def _capitalised(word: str) -> str:
    """BBC stays as it is, THE and POS are words."""
    initials = len(word) <= _INITIALS and word.casefold() not in _LINKING and not _PAPER.fullmatch(word)
    return word if initials or "." in word else "-".join(map(str.capitalize, word.split("-")))


def without_dateline(sentence: str) -> str:
    """The sentence without who wrote it, where and when, which is not where or when any of it took place."""
    return sentence[dateline(sentence) :]


def dateline(sentence: str) -> int:
    """How many characters of the sentence are its dateline; 0 where it has none."""
    found = next(filter(None, (pattern.match(sentence) for pattern in _DATELINES)), None)
    return found.end() if found else 0


def find_date(text: str, language: str = "") -> str:
    """Return the first full date of the text in ISO form, "" if none or if its weekday contradicts it."""
    for pattern in _DATES:
        if match := pattern.search(text):
            return _checked(match, text, language)
    return _foreign_date(text, language)


def _foreign_date(text: str, language: str) -> str:
    """The same of a date in the words of another language: "Publié le 3 mars 2024"."""
    spans = (expression.date for found in resolve_document([text], "", language) for expression in found)
    days = (span.start for span in spans if span and not span.end)
    return next((day for day in days if len(day) == len("2017-12-17")), "")


def _is_text(line: str) -> bool:
    prose = is_prose(line) and not is_furniture(line) and not line.startswith("#")
    return prose and not _is_headline(line) and not _MOTTO.search(line)


def _is_headline(line: str) -> bool:
    """Whether the line could be a headline: as a question or exclamation too, never with a full stop."""
    words = line.split()
    if len(words) not in _TITLE_WORDS or len(line) > _TITLE_LENGTH or is_furniture(line):
        return False
    if _TRAIL.search(line) or _MOTTO.search(line):
        return False
    return not ends_sentence(line) and not line.endswith((":", ",", ";"))


def _title(head: list[str]) -> str:
    """Return the first headline; what comes last in `head` is the text itself, even without a full stop."""
    for line in head[:-1]:
        if _is_headline(plain := line.lstrip("# ").strip()):
            return plain
    return ""


def _published(above: list[str], language: str) -> str:
    """Return the date of a line of date and byline only; the first edition's, not the update's."""
    dated = [line for line in above if len(line) <= _DATE_LINE and _is_dated(line, language)]
    for line in sorted(dated, key=lambda line: bool(_CHANGED.search(line))):
        if found := find_date(line, language):
            return found
    return ""


def _is_dated(line: str, language: str) -> bool:
    return is_timestamp(line) or _is_byline(line) or is_dated(line) or _has_date(line, language)


def _has_date(line: str, language: str) -> bool:
    """Whether a line of a language whose bylines aren't known has a full date, as no headline has."""
    return language not in KNOWN and not ends_sentence(line) and bool(find_date(line, language))


def _is_byline(line: str) -> bool:
    return bool(_BYLINE.search(line))


def _checked(match: re.Match[str], text: str, language: str) -> str:
    parts = match.groupdict()
    day, year = int(parts["d"]), int(parts["y"])
    month = int(parts["m"]) if parts.get("m") else MONTHS[parts["n"].lower()]
    day_first = match.re is _DATES[-1]
    if day_first and day <= 12 and day != month and language in ("", "en"):
        return ""  # 3/4/2017 is in March for Americans, in April for others
    try:
        found = date(year, month, day)
    except ValueError:
        return ""
    weekday = _WEEKDAY_BEFORE.search(text[: match.start()])
    fits = not weekday or _DAYS[weekday.group(1).lower()] == found.weekday()
    return found.isoformat() if fits else ""


def _publisher(paragraph: str, text: str) -> str:
    """Return who the dateline names: "SELIDIKI.COM, MOSCOW –", "Jakarta, CNN Indonesia --", "(Reuters) -"."""
    if site := _SITE.match(paragraph):
        name = site.group(1)
        return name.capitalize() if name.islower() or (name.isupper() and len(name) >= _UPPER_NAME) else name
    if found := _NEWSROOM.match(paragraph) or _AGENCY.match(paragraph):
        return found.group(1)
    if found := _IN_BRACKETS.match(paragraph) or _BEHIND_COMMA.match(paragraph):
        return _in_words(found.group(1))
    if not (found := _CAPITALS.match(paragraph)):
        return ""
    name = found.group(1)
    # A site signs its bylines and pictures too; a country's name isn't written so a second time, nor behind "Surabaya".
    signs = len(re.findall(rf"\b{name}\b", text)) > 1 or (" " in name and _PAPER.search(name))
    return name.title() if signs or not found.group().partition(",")[0].isupper() else ""
