"""Groups of findings -> the answer's statements, citations and text, in the question's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer import Citation, RetrievedPassage, Statement
from rag.atoms import atoms
from rag.dates import DateSpan, format_date
from rag.merge import Finding, Group, disagree
from rag.question import Question

_WORDS = {
    "en": {
        "disagree": "The articles disagree:",
        "events": "The articles report {count} occasions:",
        "by": "reported by {count}: {names}",
        "says": "says {names}",
        "silent": "The articles don't say.",
        "premise": 'The articles don\'t mention "{what}".',
        "nearest": "Nearest articles:",
        "searched": "Searched {documents} articles.",
        "searched_one": "Searched 1 article.",
        "no_model": "No chat model is running.",
        "failed": "The chat model failed.",
        "found": "What was found:",
    },
    "id": {
        "disagree": "Artikel-artikelnya berbeda:",
        "events": "Artikel-artikelnya melaporkan {count} peristiwa:",
        "by": "dilaporkan oleh {count}: {names}",
        "says": "menurut {names}",
        "silent": "Artikel-artikelnya tidak menyebutkannya.",
        "premise": 'Artikel-artikelnya tidak menyebut "{what}".',
        "nearest": "Artikel terdekat:",
        "searched": "{documents} artikel dicari.",
        "searched_one": "1 artikel dicari.",
        "no_model": "Tidak ada model bahasa yang berjalan.",
        "failed": "Model bahasanya gagal.",
        "found": "Yang ditemukan:",
    },
}


def words(language: str) -> dict[str, str]:
    """Fixed wording; English where a language has none."""
    return _WORDS.get(language, _WORDS["en"])


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer says so far."""

    text: str
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One question and what is shown for it; a question of several parts is answered part by part."""

    question: Question
    groups: tuple[Group, ...]

    @property
    def disagrees(self) -> bool:
        """Whether articles give different values for what may be the same event."""
        return disagree(self.question, self.groups)


def compose(question: Question, parts: Sequence[Part]) -> Said:
    """Number the citations in the order of the statements, a sentence once, and write the text."""
    citations: dict[tuple[str, int], Citation] = {}
    statements: list[Statement] = []
    texts = []
    for part in parts:
        said = [_statement(citations, group) for group in part.groups]
        text = _text(part.question, said, part.disagrees) if said else words(question.language)["silent"]
        texts.append(text if part.question.text == question.text else f"{part.question.text} {text}")
        statements += said
    return Said("\n".join(texts), tuple(statements), tuple(citations.values()))


def _statement(citations: dict[tuple[str, int], Citation], group: Group) -> Statement:
    numbers = tuple(
        dict.fromkeys(_cite(citations, finding, number) for finding in group.findings for number in finding.sentences)
    )
    date = next(iter(atoms(group.text).dates), None) or next(iter(group.findings[0].event_dates()), DateSpan(""))
    return Statement(group.text, numbers, True, group.publishers, date.start)


def _cite(citations: dict[tuple[str, int], Citation], finding: Finding, number: int) -> int:
    document, sentence = finding.unit.document, finding.unit.sentences[number]
    place = (document.id, sentence.start)
    if place not in citations:
        citations[place] = Citation(
            number=len(citations) + 1,
            document_id=document.id,
            passage_id=finding.unit.passage_id,
            path=document.path,
            title=document.title,
            publisher=document.publisher,
            published=document.published,
            quote=document.text[sentence.start : sentence.end],
            start=sentence.start,
            end=sentence.end,
            url=document.url,
        )
    return citations[place].number


def _text(question: Question, statements: Sequence[Statement], disagreement: bool) -> str:
    say = words(question.language)
    lines = [_line(statement, say, alone=len(statements) == 1) for statement in statements]
    if len(lines) == 1:
        return lines[0]
    if disagreement:
        lines.insert(0, say["disagree"])
    elif question.kind == "when":
        lines.insert(0, say["events"].format(count=len(lines)))
    return "\n".join(line if number == 0 and line.endswith(":") else f"- {line}" for number, line in enumerate(lines))


def _line(statement: Statement, say: dict[str, str], *, alone: bool) -> str:
    marks = "".join(f"[{number}]" for number in statement.citations)
    names = ", ".join(statement.publishers)
    if len(statement.publishers) > 1:
        origin = f" ({say['by'].format(count=len(statement.publishers), names=names)})"
    else:
        origin = "" if alone or not names else f" ({say['says'].format(names=names)})"
    return f"{statement.text} {marks}{origin}"


def silence(question: Question, passages: Sequence[RetrievedPassage], missing: str, documents: int) -> str:
    """What an abstention says: what was searched, what is missing, and which articles came nearest."""
    say = words(question.language)
    lines = [
        say["premise"].format(what=missing) if missing else say["silent"],
        say["searched_one" if documents == 1 else "searched"].format(documents=documents),
    ]
    nearest = nearest_articles(passages, question.language)
    return " ".join(lines) + (f"\n{say['nearest']}\n{nearest}" if nearest else "")


def nearest_articles(passages: Sequence[RetrievedPassage], language: str, most: int = 3) -> str:
    """The retrieved articles, best first, a line each."""
    documents = {passage.document_id: passage for passage in reversed(passages)}
    best = sorted(documents.values(), key=lambda passage: -passage.score)[:most]
    return "\n".join(
        "- "
        + ", ".join(
            part
            for part in (
                passage.title or passage.document_id,
                passage.publisher,
                format_date(DateSpan(passage.published), language) if passage.published else "",
            )
            if part
        )
        for passage in best
    )
