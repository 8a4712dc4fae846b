"""Folder -> documents: one article each, with its text kept exactly as stored."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from rag import manifest as manifests
from rag.errors import CorpusError
from rag.formats import SUFFIXES, Parsed, decode, parse, storable
from rag.language import detect
from rag.manifest import Manifest, is_date
from rag.masthead import derive_date, find_date, read_masthead

Precision = Literal["day", "month", "year", ""]

_FILE_BYTES = 20_000_000  # of any file but .jsonl; a long article is 50,000, a PDF with pictures a few million
_TEXT_CHARACTERS = 1_000_000  # of one article: a book of 600 pages; more is a whole archive in one file
_LINE_BYTES = 4 * _TEXT_CHARACTERS  # of a .jsonl line: letters outside ASCII may be escaped
_PRECISIONS: dict[int, Precision] = {len("2017-12-17"): "day", len("2017-12"): "month", len("2017"): "year"}

_ABOUT = re.compile(  # files about the corpus; "license-plates-stolen.txt" is an article
    r"(?:README|LICEN[CS]E|CHANGELOG|CONTRIBUTING)(?![a-z])"
    r"|(?i:readme|licen[cs]e|changelog|contributing)(?:\.\w+)?$"
)
_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_]\w*)?\Z")  # "id", "en-US"
_BEIR_EXTRAS = ("queries.jsonl", "qrels")  # lie beside corpus.jsonl and hold no articles

_FIELDS = {
    "title": ("title",),
    "publisher": ("publisher", "source"),
    "published": ("published", "date"),
    "language": ("language", "lang"),
    "url": ("url",),
}


@dataclass(frozen=True, slots=True)
class Document:
    """One news article.

    Attributes:
        id: unique in its corpus; a file's path in the folder, or the `_id` of a `.jsonl` line.
        path: the file, relative to the corpus folder, with "/" between folders.
        text: the whole text as read, boilerplate included; all offsets count its characters.
        title: from the manifest, the file's metadata or its first line; "" if none.
        publisher: who published it; "" if unknown.
        published: ISO date as precise as known: "2017-12-17", "2017-12", "2017" or "".
        precision: how precise `published` is; "" if unknown.
        derived: whether `published` was worked out from the text and not stated.
        language: ISO 639-1 code of the text, "id" or "en" where recognised, else "".
        url: where it was published; "" if unknown.
    """

    id: str
    path: str
    text: str
    title: str = ""
    publisher: str = ""
    published: str = ""
    precision: Precision = ""
    derived: bool = False
    language: str = ""
    url: str = ""

    @property
    def origin(self) -> str:
        """Who says what it says: its publisher, or else its title or id. The articles of a `.jsonl` share one path."""
        return self.publisher or self.title or self.id


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file that should hold articles; `path` is relative to the corpus folder, with "/" between folders."""

    path: str
    absolute: Path
    size: int


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What a file held: its documents, and what is wrong with the lines of a `.jsonl` that gave none."""

    documents: tuple[Document, ...]
    problems: tuple[str, ...] = ()


def scan(folder: Path) -> list[CorpusFile]:
    """Return every article file below the folder, sorted by path; raises CorpusError where there is none."""
    found = [file for file in _files(folder) if file.absolute.suffix.lower() in SUFFIXES]
    if not found:
        raise CorpusError(f"No articles in {folder}: put files there that end in {', '.join(SUFFIXES)}.")
    return found


def unknown_files(folder: Path) -> list[str]:
    """Return the paths of the files that no format is known for."""
    return [file.path for file in _files(folder) if file.absolute.suffix.lower() not in SUFFIXES]


def read(file: CorpusFile, manifest: Manifest) -> ReadFile:
    """Read the articles of one file; raises CorpusError with the reason where none can be used."""
    try:
        if file.absolute.suffix.lower() == ".jsonl":
            return _read_lines(file, manifest)
        parsed = parse(file.absolute.suffix.lower(), _bytes(file))
    except OSError as error:
        raise CorpusError(f"it can't be opened ({error.strerror}): check its permissions") from error
    return ReadFile((_document(file.path, file.path, parsed, manifest),))


def _files(folder: Path) -> list[CorpusFile]:
    """Return all files below the folder, but those that are hidden, speak of the corpus or lie elsewhere."""
    if not folder.is_dir():
        raise CorpusError(f"{folder} is {'no folder' if folder.exists() else 'missing'}: name one with articles.")
    root = folder.resolve()
    found: list[CorpusFile] = []
    for place, folders, names in os.walk(root, onerror=_raise_unreadable):
        extras = _BEIR_EXTRAS if "corpus.jsonl" in names else ()
        folders[:] = [name for name in folders if not name.startswith(".") and name not in extras]
        for name in names:
            path = Path(place, name)
            if not (name.startswith(".") or name in extras or _ABOUT.match(name)) and _belongs(path, root):
                found.append(_corpus_file(path, root))
    return sorted(found, key=lambda file: file.path)


def _raise_unreadable(error: OSError) -> None:
    """An unreadable folder must not look like one whose articles were deleted."""
    raise CorpusError(f"{error.filename} can't be read ({error.strerror}): check its permissions.") from error


def _belongs(path: Path, root: Path) -> bool:
    """Whether it is a plain file (or a link to one, even a dead one) of the folder, and no manifest."""
    if path.parent == root and path.name == manifests.NAME:
        return False
    if not path.is_symlink():
        return path.is_file()
    # Where a link leads takes 50 µs to find out: too long to ask of 30,000 plain files.
    # Unlike `Path.resolve`, `realpath` takes a link to itself for a dead one.
    return Path(os.path.realpath(path)).is_relative_to(root) and (path.is_file() or not path.exists())


def _corpus_file(path: Path, root: Path) -> CorpusFile:
    # A name that is no UTF-8 comes with lone surrogates, which can't be stored.
    name = os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "replace")
    return CorpusFile(name, path, path.stat().st_size if path.exists() else 0)


def _bytes(file: CorpusFile) -> bytes:
    with file.absolute.open("rb") as stream:
        data = stream.read(_FILE_BYTES + 1)
    if len(data) > _FILE_BYTES:
        raise CorpusError(f"larger than {_FILE_BYTES // 1_000_000} MB: split it, or use .jsonl with an article a line")
    if not data.strip():
        raise CorpusError("the file is empty: put the article's text into it, or remove it")
    return data


def _document(identity: str, path: str, parsed: Parsed, manifest: Manifest) -> Document:
    """Put together what manifest, file and first lines say, in this order of trust."""
    text = storable(parsed.text)
    _check_text(text)
    entry = manifest.for_path(identity)
    stated = _LANGUAGE.match(parsed.language)
    language = entry.language or (stated.group(1).lower() if stated else detect(text))
    head = read_masthead(text, language)
    dated = parsed.published if is_date(parsed.published) else find_date(parsed.published, language)
    stated_date = entry.published or dated or head.published
    published = stated_date or derive_date(text, language)
    return Document(
        id=identity,
        path=path,
        text=text,
        title=entry.title or parsed.title or head.title,
        publisher=entry.publisher or parsed.publisher or head.publisher,
        published=published,
        precision=_PRECISIONS.get(len(published), ""),
        derived=entry.derived if entry.published else not stated_date and bool(published),
        language=language,
        url=entry.url or parsed.url,
    )


def _check_text(text: str) -> None:
    if len(text) > _TEXT_CHARACTERS:
        raise CorpusError(f"more than {_TEXT_CHARACTERS:,} characters in one article: split it")
    if not any(character.isalnum() for character in text):
        raise CorpusError("no text in it (a scanned page needs text recognition first)")


def _read_lines(file: CorpusFile, manifest: Manifest) -> ReadFile:
    """Read one article a line; a bad line is a problem of its own and costs no other line."""
    documents: dict[str, Document] = {}
    problems: list[str] = []
    with file.absolute.open("rb") as stream:
        for number, line in enumerate(_lines(stream), start=1):
            if not line.strip():
                continue
            try:
                identity, parsed = _article(line)
                if identity in documents:
                    raise CorpusError(f'the "_id" {identity!r} occurs twice')
                documents[identity] = _document(identity, file.path, parsed, manifest)
            except CorpusError as error:
                problems.append(f"line {number}: {error}")
    if not documents:
        raise CorpusError(problems[0] if problems else "the file is empty: put an article into each line, or remove it")
    return ReadFile(tuple(documents.values()), tuple(problems))


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines; of one that is too long only as much as shows that it is."""
    while line := stream.readline(_LINE_BYTES + 1):
        yield line
        while len(line) > _LINE_BYTES and not line.endswith(b"\n") and line:
            line = stream.readline(_LINE_BYTES + 1)


def _article(line: bytes) -> tuple[str, Parsed]:
    """Return the id and content of a `.jsonl` line."""
    if len(line) > _LINE_BYTES:
        raise CorpusError(f"longer than {_LINE_BYTES // 1_000_000} MB")
    try:
        raw = json.loads(decode(line))
    except (ValueError, RecursionError) as error:
        raise CorpusError(f"not JSON ({error})") from None
    if not isinstance(raw, dict):
        raise CorpusError('not an object of the form {"_id": "…", "title": "…", "text": "…"}')
    identity = raw.get("_id", raw.get("id"))
    if not isinstance(identity, str | int) or isinstance(identity, bool) or not str(identity).strip():
        raise CorpusError('it has no "_id"')
    if not isinstance(raw.get("text"), str):
        raise CorpusError('it has no "text"')
    return storable(str(identity)), Parsed(raw["text"], **_said(raw))


def _said(raw: dict[str, Any]) -> dict[str, str]:
    """Return what the line says besides its text; null, and what is no text, says nothing."""
    return {
        name: next((storable(raw[key]).strip() for key in keys if isinstance(raw.get(key), str)), "")
        for name, keys in _FIELDS.items()
    }
