"""A file's bytes -> its text and what the file itself says of title, publisher and date."""

from __future__ import annotations

import codecs
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from rag import parsers
from rag.boilerplate import FRONT_MATTER
from rag.errors import CorpusError
from rag.lines import CLOSERS, paragraphs

SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".jsonl")

_BYTE_ORDER_MARKS = (  # UTF-32's first: it begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CODE_PAGES = ("cp1252", "cp1250", "cp1254")  # Western, Central European and Turkish
_UTF8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_DECLARED = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{2,30})", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_CONTROL_SHARE = 0.01  # of the characters; text has none, or a stray one
_ASCII_LETTERS = 0.9  # share that makes a code page's text Latin: Cyrillic and Greek ones stay far below
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
# Looked for at the beginning of words only: at every letter, a long one would take the square of its length.
_HYPHENATED = re.compile(r"(?<![^\W\d_])([^\W\d_]+)[-\u00ad\u2010]\s*\n\s*([^\W\d_]+)")

_FRONT_KEYS = {
    "title": "title",
    "publisher": "publisher",
    "source": "publisher",
    "site": "publisher",
    "published": "published",
    "date": "published",
    "language": "language",
    "lang": "language",
    "url": "url",
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file holds: the text, and what it says of itself ("" where it says nothing)."""

    text: str
    title: str = ""
    publisher: str = ""
    published: str = ""
    language: str = ""
    url: str = ""


def parse(suffix: str, data: bytes) -> Parsed:
    """Read one article of any format but `.jsonl`; raises CorpusError with the reason."""
    if suffix in (".html", ".htm"):
        declared = _DECLARED.search(data[:4096])
        data = decode(data, declared.group(1).decode() if declared else "").encode()
    if suffix in parsers.PARSERS:
        return _described(suffix, parse_guarded(suffix, data))
    text = decode(data)
    return Parsed(text, **(_front_matter(text) if suffix == ".md" else {}))


def decode(data: bytes, declared: str = "") -> str:
    """Return the bytes as text, or refuse them: letters that might be wrong are never passed on."""
    mark = next((encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), "")
    try:
        text = data.decode(mark or "utf-8")
    except (UnicodeDecodeError, LookupError):
        if mark or b"\0" in data:
            raise CorpusError("the file is damaged, or it is no text file") from None
        text = _declared(data, declared) or _code_page(data)
    if "\0" in text or len(_CONTROL.findall(text)) > _CONTROL_SHARE * len(text):
        raise CorpusError("not a text file: it holds binary data (UTF-16 needs a byte order mark)")
    return text


def storable(text: str) -> str:
    """Replace what SQLite and UTF-8 can't hold, character for character, so that offsets stay the same."""
    return _NOT_STORABLE.sub("\ufffd", text)


def parse_guarded(suffix: str, data: bytes, seconds: float = parsers.SECONDS) -> dict[str, str]:
    """Parse in a child process that is killed when it takes too long or too much memory."""
    command = [sys.executable, "-P", str(Path(parsers.__file__)), suffix]
    try:
        child = subprocess.run(command, input=data, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise CorpusError(f"reading it took longer than {seconds:.0f} s; save it as plain text") from None
    try:
        said: dict[str, str] = json.loads(child.stdout)
    except ValueError:
        raise CorpusError("the program that reads it broke down: it is damaged, or too large") from None
    if "error" in said:
        raise CorpusError(said["error"])
    return said


def _described(suffix: str, said: dict[str, str]) -> Parsed:
    text = storable(said.pop("text"))
    if suffix == ".pdf":
        text = _unwrapped(text)
    title = " ".join(said.pop("title", "").split())
    # Word processors leave titles like "Microsoft Word - draft2.doc" in their files.
    if suffix in (".pdf", ".docx") and title.casefold() not in " ".join(text[:2000].split()).casefold():
        title = ""
    return Parsed(text, title=storable(title), **{name: storable(value) for name, value in said.items()})


def _unwrapped(text: str) -> str:
    """Join the lines of a PDF that its column's width broke; one line is a paragraph afterwards."""
    whole = (_HYPHENATED.sub(_rejoined, text[start:end]) for start, end in paragraphs(text, wrapped=True))
    return "\n".join(" ".join(line.strip() for line in paragraph.splitlines()) for paragraph in whole)


def _rejoined(match: re.Match[str]) -> str:
    """Drop the hyphen of a broken word and keep that of a doubled one: "orang-orang"."""
    before, after = match.groups()
    doubled = before.lower() == after.lower() or not after[0].islower()
    return f"{before}-{after}" if doubled else before + after


def _front_matter(text: str) -> dict[str, str]:
    """Return what the lines `key: value` between `---` at the top of a Markdown file say."""
    block = FRONT_MATTER.match(text)
    said: dict[str, str] = {}
    for line in block.group().splitlines() if block else ():
        key, _, value = line.partition(":")
        if name := _FRONT_KEYS.get(key.strip().lower()):
            said.setdefault(name, value.strip().strip(CLOSERS + "'“‘«").strip())
    return said


def _declared(data: bytes, encoding: str) -> str:
    """Return the text in the encoding that the page itself declares, "" if that can't be."""
    try:
        return data.decode(encoding) if encoding and not encoding.lower().startswith("utf") else ""
    except (UnicodeDecodeError, LookupError):
        return ""


def _code_page(data: bytes) -> str:
    """Return text in an old Latin code page, if all of them agree on each of its letters.

    They agree on quotation marks, dashes, é, ö and the like, which is all that most such files have. Where
    they differ (è is č in Prague), only the writer knows, and a wrong letter would pass unseen.
    """
    try:
        readings = {data.decode(page) for page in _CODE_PAGES}
    except UnicodeDecodeError:
        readings = set()
    letters = len(re.findall(rb"[A-Za-z]", data))
    latin = letters >= _ASCII_LETTERS * (letters + len(re.findall(rb"[\xc0-\xff]", data)))
    if len(readings) != 1 or not latin or _UTF8_LETTER.search(data):
        raise CorpusError("its character encoding can't be told with certainty: save it as UTF-8")
    return readings.pop()
