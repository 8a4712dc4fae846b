"""Folder -> documents: one article each, with its text kept exactly as stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Precision = Literal["day", "month", "year", ""]


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
