"""BEIR folder (Thakur et al. 2021, arXiv 2104.08663) -> its questions and what answers them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import TanyaError


class BeirError(TanyaError):
    """A folder is not in BEIR's layout."""


@dataclass(frozen=True, slots=True)
class BeirSet:
    """Questions over the articles of `folder / "corpus.jsonl"`.

    Attributes:
        name: the folder's.
        questions: id -> text, of those that some article answers.
        relevant: question id -> article id -> grade, 1 or more.
        unanswerable: how many questions no article answers; they have no recall and are left out.
        corpus: hash of the corpus file, which names its library: sets over the same articles share one.
        twins: article id -> id of the article that it repeats, where the corpus says so (`metadata.same_as`).
            Both count as one: a ranking that has either has found it.
    """

    name: str
    folder: Path
    questions: dict[str, str]
    relevant: dict[str, dict[str, int]]
    unanswerable: int
    corpus: str
    twins: dict[str, str]


def load_beir(folder: Path) -> BeirSet:
    """Read a set; raises BeirError with what is missing or broken."""
    twins = {}
    for article in _lines(folder / "corpus.jsonl"):
        same = (article.get("metadata") or {}).get("same_as")
        if same:
            twins[str(article["_id"])] = str(same)
    relevant: dict[str, dict[str, int]] = {}
    for question, article_id, grade in _judgements(folder):
        if grade > 0:
            relevant.setdefault(question, {})[twins.get(article_id, article_id)] = grade
    texts = {str(question["_id"]): str(question["text"]) for question in _lines(folder / "queries.jsonl")}
    asked = {id: text for id, text in texts.items() if id in relevant}
    if not asked:
        raise BeirError(f"No question of {folder} has a judgement: its qrels name other ids than its queries.jsonl.")
    return BeirSet(
        folder.resolve().name,
        folder,
        asked,
        {id: relevant[id] for id in asked},
        len(texts) - len(asked),
        hashlib.sha256((folder / "corpus.jsonl").read_bytes()).hexdigest()[:12],
        twins,
    )


def _judgements(folder: Path) -> Iterator[tuple[str, str, int]]:
    """Yield (question id, article id, grade) of the test split, of all splits where there is none."""
    files = sorted((folder / "qrels").glob("*.tsv"))
    files = [file for file in files if file.stem == "test"] or files
    if not files:
        raise BeirError(f"{folder} has no qrels/*.tsv. Name a folder with corpus.jsonl, queries.jsonl and qrels/.")
    for file in files:
        for number, line in enumerate(_read(file).splitlines(), 1):
            cells = line.split("\t")
            # The first line is a header.
            if number == 1 and not cells[-1].strip().isdecimal():
                continue
            try:
                yield cells[0], cells[1], int(cells[2])
            except (IndexError, ValueError):
                raise BeirError(f"{file}, line {number}: not a question id, an article id and a grade.") from None


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(_read(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            row["_id"], row["text"]
        except (ValueError, KeyError, TypeError):
            raise BeirError(f'{path}, line {number}: not a JSON object with "_id" and "text".') from None
        yield row


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BeirError(
            f"{path} can't be read ({error}). Name a folder with corpus.jsonl, queries.jsonl and qrels/."
        ) from error
