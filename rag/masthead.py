"""Text -> what its first lines say of the article: title, publisher, date. A wrong guess is worse than none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import islice

from rag.boilerplate import FRONT_MATTER, is_furniture, is_timestamp
from rag.language import MONTHS, WEEKDAYS
from rag.lines import ends_sentence, is_prose, lines

_HEAD_LINES = 12  # below them nothing speaks of the article as a whole
_TITLE_WORDS = range(3, 31)  # fewer are a section's name, more a paragraph that lost its full stop
_TITLE_LENGTH = 250  # characters, likewise
_DATE_LINE = 100  # characters: a line with more than a date and a byline is text, and its dates are events

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DATES = (
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)"),
    re.compile(rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?P<n>{_MONTH})\b\.?,?[\s-]+(?P<y>(?:19|20)\d\d)(?!\d)", re.I),
    re.compile(rf"\b(?P<n>{_MONTH})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>(?:19|20)\d\d)(?!\d)", re.I),
    re.compile(r"(?<!\d)(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>(?:19|20)\d\d)(?!\d)"),
)
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(sorted(WEEKDAYS, key=len, reverse=True))})\b", re.I)
_CHANGED = re.compile(r"\b(?:updated?|diperbarui|last modified|edited)\b", re.I)

_DASH = r"\s*(?:--|[-–—])\s"
_SITE = re.compile(rf"([A-Za-z][\w-]{{2,30}})\.(?:com|co\.id|id|co|net|org|tv|news)\b(?:,[^–—.]{{2,60}}?)?{_DASH}", re.I)
_NEWSROOM = re.compile(
    rf"""[A-Z][\w. ]{{2,30}},\s
    ((?:[A-Z][\w']*\s){{0,2}}(?:CNN|CNBC|BBC|VOA|ABC|NBC|CBS|Antara|ANTARA|Reuters|AFP|AP|Xinhua|Bernama
    |[A-Z]\w+\s(?:News|Times|Post|TV|Press|Daily|Herald|Tribune))(?:\s[A-Z]\w+)?){_DASH}""",
    re.VERBOSE,
)
_AGENCY = re.compile(
    rf"[A-Z][\w., /’'-]{{0,60}}\((Reuters|REUTERS|AP|AFP|ANTARA|Antara|Xinhua|Bernama|UPI|dpa|DPA|TASS|Kyodo|CNN|BBC){_DASH}".replace(
        "BBC)", "BBC)\\)"
    )
)
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
    head = [(body[line.start : line.end], line.after_gap) for line in islice(lines(body), _HEAD_LINES)]
    above = next((at for at, (line, _) in enumerate(head) if _is_text(line)), len(head))
    publisher = _publisher(head[above][0]) if above < len(head) else ""
    return Masthead(_title(head[: above + 1]), publisher, _published([line for line, _ in head[:above]], language))


def find_date(text: str, language: str = "") -> str:
    """Return the first full date written in the text as ISO date, "" if none or if its weekday contradicts it."""
    for pattern in _DATES:
        if match := pattern.search(text):
            return _checked(match, text, language)
    return ""


def _is_text(line: str) -> bool:
    return is_prose(line) and not is_furniture(line) and not line.startswith("#") and not _is_headline(line)


def _is_headline(line: str) -> bool:
    """Whether the line could be a headline: as a question or exclamation too, never with a full stop."""
    words = line.split()
    if len(words) not in _TITLE_WORDS or len(line) > _TITLE_LENGTH or is_furniture(line):
        return False
    return not ends_sentence(line) and not line.endswith((":", ",", ";")) and " | " not in line


def _title(head: list[tuple[str, bool]]) -> str:
    """Return the first headline; the last line of `head` is the text's own first paragraph."""
    for (line, _), (following, after_gap) in zip(head, head[1:], strict=False):
        plain = line.lstrip("# ").strip()
        own_line = after_gap or line.startswith("#") or not following[0].islower()
        if own_line and _is_headline(plain):
            return plain
    return ""


def _published(above: list[str], language: str) -> str:
    """Return the date of a line that holds no more than date and byline; the first edition's, not the update's."""
    dated = [line for line in above if len(line) <= _DATE_LINE and (is_timestamp(line) or _is_byline(line))]
    for line in sorted(dated, key=lambda line: bool(_CHANGED.search(line))):
        if found := find_date(line, language):
            return found
    return ""


def _is_byline(line: str) -> bool:
    return bool(re.search(r"\s[|•·–—-]\s|^(?:by|oleh)\b|\b(?:wib|published|diterbitkan|tayang)\b", line, re.I))


def _checked(match: re.Match[str], text: str, language: str) -> str:
    parts = match.groupdict()
    day, year = int(parts["d"]), int(parts["y"])
    month = int(parts["m"]) if parts.get("m") else MONTHS[parts["n"].lower()]
    day_first = match.re is _DATES[-1]
    if day_first and day <= 12 and day != month and language != "id":
        return ""  # 3/4/2017 is in March for Americans, in April for others
    try:
        found = date(year, month, day)
    except ValueError:
        return ""
    weekday = _WEEKDAY.search(text)
    if weekday and weekday.group().lower() not in MONTHS and WEEKDAYS[weekday.group().lower()] != found.weekday():
        return ""
    return found.isoformat()


def _publisher(paragraph: str) -> str:
    """Return who the dateline names: "SELIDIKI.COM, MOSCOW –", "Jakarta, CNN Indonesia --", "(Reuters) -"."""
    if site := _SITE.match(paragraph):
        name = site.group(1)
        return name.capitalize() if name.islower() or (name.isupper() and len(name) >= _UPPER_NAME) else name
    found = _NEWSROOM.match(paragraph) or _AGENCY.match(paragraph)
    return found.group(1) if found else ""
