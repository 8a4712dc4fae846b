"""manifest.json -> what the corpus's owner says of each article: title, publisher, date."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from rag.errors import CorpusError
from rag.formats import storable

NAME = "manifest.json"

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """What is known of one article apart from its text; its `repr` changes when what it says does."""

    title: str = ""
    publisher: str = ""
    published: str = ""
    derived: bool = False
    language: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The entries of a folder's manifest by path or document id."""

    entries: dict[str, ManifestEntry] = field(default_factory=dict)

    def for_path(self, path: str) -> ManifestEntry:
        """Return the entry of a path or of a `.jsonl` line's `_id`; an empty one where there is none."""
        return self.entries.get(path, ManifestEntry())


def load_manifest(folder: Path) -> Manifest:
    """Read the folder's manifest; a folder without one has an empty manifest."""
    path = folder / NAME
    try:
        raw = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_without_repeats)
    except FileNotFoundError:
        return Manifest()
    except (OSError, ValueError, RecursionError) as error:
        raise CorpusError(f"{path} can't be read: {error}. Correct it, or remove it.") from error
    if not isinstance(raw, dict):
        raise CorpusError(f'{path} must be an object of the form {{"article.txt": {{"title": "…"}}}}.')
    return Manifest({key: _entry(path, key, value) for key, value in raw.items()})


def is_date(text: str) -> bool:
    """Whether the text is a calendar date as "2017-12-17", "2017-12" or "2017"."""
    match = _DATE.fullmatch(text)
    if not match:
        return False
    try:
        date(*(int(part or 1) for part in match.groups()))
    except ValueError:
        return False
    return True


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} occurs twice")
    return entries


def _entry(path: Path, key: str, value: object) -> ManifestEntry:
    """Check one entry; a typo in a key would otherwise lose what it says in silence."""
    known = {known.name: type(known.default) for known in fields(ManifestEntry)}
    if not isinstance(value, dict):
        raise CorpusError(f"{path}: the entry {key!r} must be an object with {', '.join(known)}.")
    for name, said in value.items():
        if name not in known:
            raise CorpusError(f"{path}: {key!r} has the unknown key {name!r}; known are {', '.join(known)}.")
        if type(said) is not known[name]:
            kind = "true or false" if known[name] is bool else "a text"
            raise CorpusError(f"{path}: {name!r} of {key!r} must be {kind}, not {said!r}.")
    stored: dict[str, Any] = {name: storable(said) if isinstance(said, str) else said for name, said in value.items()}
    entry = ManifestEntry(**stored)
    if entry.published and not is_date(entry.published):
        wanted = '"2017-12-17", "2017-12" or "2017"'
        raise CorpusError(f"{path}: the date {entry.published!r} of {key!r} is none; write it as {wanted}.")
    return entry
