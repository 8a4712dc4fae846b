"""Answer -> HTML of the chat page: pure; every text is escaped, an allow-list has the last word on markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote as percent_encode

import nh3
from markupsafe import Markup, escape

from rag.answer import Answer, Citation, RetrievedPassage, Statement
from rag.dates import DateSpan, format_date
from rag.documents import Document
from rag.filters import UNFILTERED, Filters

# ruff: noqa: SIM905 - words split from one line are read at a glance, twenty literals are not
TAGS = set("a article div h2 h3 li mark ol p q s section span time ul".split())
ATTRIBUTES = {"a": {"aria-label", "href", "target"}, "article": {"lang"}, "section": {"lang"}, "time": {"datetime"}}
CLASSES = set(
    "abstained answer articles byline citations count dated disagreement error kicker label links marker"
    " muted narrowed note original pending publishers quote reason title turn unsupported verdict waiting when".split()
)
ECHOED = 300  # characters of a question shown again: a pasted article would push its answer off the screen
LISTED = 200  # articles listed beside the chat; more of them are found by asking, not by scrolling
NEAREST = 3  # articles offered where the answer isn't in them

LABELS = {
    "en": {
        "searching": "Searching the articles…",
        "reading": "Reading",
        "read": "Read",
        "checking": "Reading and checking…",
        "disagreement": "The articles disagree. Each statement names who reports it.",
        "unsupported": "not confirmed",
        "publishers": "reported by",
        "from": "as read from",
        "abstained": "Not in the articles",
        "nearest": "Nearest articles",
        "stopped": "Stopped.",
        "original": "original",
        "derived": "date worked out from the text",
        "changed": "This article has changed since it was cited: the sentence is no longer where it was.",
        "articles": "The articles",
        "more": "and {} more",
        "only": "only:",
        "remove": "Ask again without: {}",
        "ignored": "nothing there is from {}: searched without that",
        "back": "All articles",
        "close": "Close",
    },
    "id": {
        "searching": "Mencari di artikel…",
        "reading": "Membaca",
        "read": "Dibaca",
        "checking": "Membaca dan memeriksa…",
        "disagreement": "Artikel-artikel berbeda. Setiap pernyataan menyebut siapa yang memberitakannya.",
        "unsupported": "tidak terkonfirmasi",
        "publishers": "diberitakan oleh",
        "from": "menurut bacaan dari",
        "abstained": "Tidak ada dalam artikel",
        "nearest": "Artikel terdekat",
        "stopped": "Dihentikan.",
        "original": "asli",
        "derived": "tanggal disimpulkan dari teks",
        "changed": "Artikel ini berubah sejak dikutip: kalimatnya tidak lagi di tempatnya.",
        "articles": "Artikel",
        "more": "dan {} lagi",
        "only": "hanya:",
        "remove": "Tanyakan lagi tanpa: {}",
        "ignored": "tidak ada apa-apa dari {}: dicari tanpa itu",
        "back": "Semua artikel",
        "close": "Tutup",
    },
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a chat and what has become of it.

    Attributes:
        answer: the newest of its stream; None before the first.
        error: what went wrong, in words for the user; "" if nothing did.
        stopped: whether the user stopped it.
        filters: what the user narrowed the search to.
        infer_filters: whether the question itself may narrow it further.
    """

    question: str
    answer: Answer | None = None
    error: str = ""
    stopped: bool = False
    filters: Filters = UNFILTERED
    infer_filters: bool = True

    @property
    def pending(self) -> bool:
        """Whether more is to come."""
        return not (self.error or self.stopped or (self.answer and self.answer.complete))


class Listed(Protocol):
    """What a list of articles shows of each: a Document, a RetrievedPassage and a Citation all have it."""

    @property
    def path(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def publisher(self) -> str: ...
    @property
    def published(self) -> str: ...


class Shelved(Listed, Protocol):
    """A document as the library lists it."""

    @property
    def id(self) -> str: ...


def transcript(turns: Sequence[Turn]) -> str:
    """The whole chat so far."""
    return _clean(_join(_turn(number, turn) for number, turn in enumerate(turns, start=1)))


def article(document: Document, citation: Citation | None = None, language: str = "en") -> str:
    """The document, the cited sentence in `<mark>` unless it is no longer where it was."""
    say = _labels(language)
    start, end = (citation.start, citation.end) if citation else (0, 0)
    changed = citation is not None and document.text[start:end] != citation.quote
    if changed:
        start, end = 0, 0
    head = _tag("p", _byline(document, language, short=False), "kicker")
    head += _tag("h2", document.title or document.path, "title") + _about(document, say)
    if changed:
        head += _tag("p", say["changed"], "note")
    body = _join(_paragraphs(document, start, end))
    text = Markup('<article lang="{}">{}</article>').format(document.language, body)
    return _clean(_navigation(say) + head + text)


def articles(documents: Sequence[Shelved], language: str = "en") -> str:
    """What the library holds, each a link that opens it."""
    say = _labels(language)
    rows = _join(_tag("li", _link(each.id, each, language)) for each in documents[:LISTED])
    html = _navigation(say, back=False) + _tag("h2", say["articles"], "kicker") + _tag("ul", rows, "articles")
    if len(documents) > LISTED:
        html += _tag("p", say["more"].format(f"{len(documents) - LISTED:,}"), "muted")
    return _clean(html)


def notice(message: str) -> str:
    """A message in place of an article."""
    return _clean(_navigation(LABELS["en"]) + _tag("p", message, "error"))


def progress(articles: int, done: int, total: int) -> str:
    """How many articles there are, and how far the reading ahead has come until it is done."""
    counted = "1 article" if articles == 1 else f"{articles:,} articles"
    ahead = f" · {done:,} of {total:,} read" if done < total else ""
    return _clean(Markup('<p class="count"><a href="#articles">{}</a></p>').format(counted + ahead))


def models(names: dict[str, str], problem: str = "") -> str:
    """Which models answer, for the foot of the page, or why none does."""
    llm, embedding = names.get("llm") or "no chat model", names.get("embedding") or "no embedding model"
    return _clean(_tag("p", " ".join(filter(None, (f"{llm} · {embedding}", problem))), "muted"))


def date_in_words(iso: str, language: str, short: bool = False) -> str:
    """17 December 2017, or short 17 Dec 2017; what is no ISO date is left as it is."""
    words = format_date(DateSpan(iso), language)
    if words and short:
        return " ".join(word[:3] if word.isalpha() else word for word in words.split())
    return words or iso


def _turn(number: int, turn: Turn) -> Markup:
    answer = turn.answer
    say = _labels(answer.language if answer else "en")
    echo = turn.question if len(turn.question) <= ECHOED else turn.question[:ECHOED].rstrip() + "…"
    parts = [_tag("h3", echo, "title")]
    if answer:
        parts += [_narrowed(number, answer), _answer(number, answer, turn.pending)]
    elif turn.pending:
        parts.append(_tag("p", say["searching"], "waiting"))
    if error := turn.error or (answer.problem if answer else ""):
        parts.append(_tag("p", error, "error"))
    if turn.stopped:
        parts.append(_tag("p", say["stopped"], "note"))
    return Markup('<section class="turn{}" lang="{}">{}</section>').format(
        " pending" if turn.pending else "", answer.language if answer else "", _join(parts)
    )


def _answer(number: int, answer: Answer, pending: bool) -> Markup:
    say = _labels(answer.language)
    if answer.complete and not answer.answered:
        return _abstention(number, answer)
    parts = [_retrieved(answer, say["reading"] if pending else say["read"])]
    if answer.disagreement:
        parts.append(_tag("p", say["disagreement"], "disagreement"))
    if answer.statements:
        parts.append(_tag("ul", _join(_statements(number, answer)), "answer"))
    else:
        parts += [_tag("p", _with_markers(number, answer, line)) for line in answer.text.splitlines()]
    if pending:
        parts.append(_tag("p", say["checking"], "waiting"))
    if answer.citations:
        cited = _join(_citation(number, answer, each) for each in answer.citations)
        parts.append(_tag("ol", cited, "citations"))
    return _tag("div", _join(parts) + _seconds(answer))


def _narrowed(number: int, answer: Answer) -> Markup:
    """What the search was narrowed to; what the question itself asked for can be taken back by a click."""
    say, narrowed = _labels(answer.language), answer.narrowed
    parts = [escape(say["only"])] if narrowed.filters else []
    for name in narrowed.filters.names:
        words = narrowed.filters.words(name, answer.language)
        parts.append(escape(words))
        if name in narrowed.inferred.names:
            link = Markup('<a href="#without-{}-{}" aria-label="{}">×</a>')
            parts[-1] += " " + link.format(number, name, say["remove"].format(words))
    ignored = ", ".join(narrowed.ignored.words(name, answer.language) for name in narrowed.ignored.names)
    if ignored:
        parts.append(escape(say["ignored"].format(ignored)))
    return _tag("p", _join(parts, " "), "narrowed") if parts else Markup("")


def _abstention(number: int, answer: Answer) -> Markup:
    """The text's first line says it; the lines after it list the nearest articles, which are links here."""
    say = _labels(answer.language)
    # No model ran, or it failed: not all was read, so nothing can be said to be missing.
    unread = answer.models.get("llm") == "" or bool(answer.problem)
    parts = [] if unread else [_tag("p", say["abstained"], "verdict")]
    parts.append(_tag("p", _with_markers(number, answer, answer.text.partition("\n")[0])))
    if answer.statements:
        parts.append(_tag("ul", _join(_statements(number, answer)), "answer"))
    nearest = _best_passages(answer)[: None if unread else NEAREST]
    rows = _join(_tag("li", _link(found.document_id, found, answer.language)) for found in nearest)
    if nearest:
        parts.append(_tag("p", say["nearest"], "label") + _tag("ul", rows, "articles"))
    return _tag("div", _join(parts) + _seconds(answer), "abstained")


def _seconds(answer: Answer) -> Markup:
    taken = answer.timings.get("total_ms")
    return _tag("p", f"{taken / 1000:.1f} s", "count") if taken and answer.complete else Markup("")


def _statements(turn: int, answer: Answer) -> Iterator[Markup]:
    """Statements in a row about one day stand under one date; a statement that is just the date needs none."""
    shared = None
    for statement in answer.statements:
        when = Markup("")
        classes = [] if statement.supported else ["unsupported"]
        words = date_in_words(statement.date, answer.language)
        if statement.date != shared:
            classes.append("dated")
            if words and words != statement.text.strip(" ."):
                when = Markup('<time class="when" datetime="{}">{}</time>').format(statement.date, words)
        shared = statement.date
        yield _tag("li", when + _statement(turn, answer, statement), " ".join(classes))


def _statement(turn: int, answer: Answer, statement: Statement) -> Markup:
    say = _labels(answer.language)
    known = {citation.number for citation in answer.citations}
    markers = _join(_marker(turn, number) for number in statement.citations if number in known)
    if statement.supported:
        html = _tag("p", escape(statement.text) + " " + markers)
    else:
        reason = f"{say['unsupported']}: {statement.reason}" if statement.reason else say["unsupported"]
        html = _tag("p", _tag("s", statement.text) + " " + markers + _tag("span", reason, "reason"))
    if statement.publishers:
        said = say["publishers"] if statement.supported else say["from"]
        html += _tag("p", f"{said} {', '.join(statement.publishers)}", "publishers")
    return html


def _citation(turn: int, answer: Answer, citation: Citation) -> Markup:
    byline = _tag("span", _byline(citation, answer.language), "byline")
    return _tag("li", _marker(turn, citation.number) + byline + " " + _tag("q", citation.quote, "quote"))


def _retrieved(answer: Answer, label: str) -> Markup:
    found = _best_passages(answer)
    links = _join(_link(each.document_id, each, answer.language, titled=False) for each in found)
    return _tag("p", _tag("span", label, "label") + " " + links, "links") if found else Markup("")


def _best_passages(answer: Answer) -> list[RetrievedPassage]:
    """Each retrieved article's best passage, best first."""
    best: dict[str, RetrievedPassage] = {}
    for passage in answer.passages:
        best.setdefault(passage.document_id, passage)
    return list(best.values())


def _about(document: Document, say: dict[str, str]) -> Markup:
    parts = [escape(document.path)]
    if document.derived:
        parts.append(escape(say["derived"]))
    if document.url.startswith(("https://", "http://")):
        link = Markup('<a class="original" href="{}" target="_blank">{}</a>')
        parts.append(link.format(document.url, say["original"]))
    return _tag("p", _join(parts, " · "), "muted")


def _paragraphs(document: Document, start: int, end: int) -> Iterator[Markup]:
    """The text's lines as paragraphs; the title, which stands above them, is not said twice."""
    text = document.text
    for line in re.finditer(r"[^\n]*\S[^\n]*", text):
        first, last = line.span()
        left, right = max(first, min(start, last)), max(first, min(end, last))
        if left < right:
            marked = _tag("mark", text[left:right])
            yield _tag("p", escape(text[first:left]) + marked + escape(text[right:last]))
        elif line.group().strip() != document.title:
            yield _tag("p", text[first:last])


def _with_markers(turn: int, answer: Answer, line: str) -> Markup:
    """`[n]` becomes a link only where there is a citation n; any other brackets are just brackets."""
    known = {citation.number for citation in answer.citations}
    html = Markup("")
    for piece in re.split(r"(\[\d{1,4}\])", line):
        number = int(piece[1:-1]) if re.fullmatch(r"\[\d{1,4}\]", piece) else 0
        html += _marker(turn, number) if number in known else escape(piece)
    return html


def _marker(turn: int, number: int) -> Markup:
    return Markup('<a class="marker" href="#cite-{}-{}">[{}]</a>').format(turn, number, number)


def _link(document_id: str, listed: Listed, language: str, titled: bool = True) -> Markup:
    title = _tag("span", listed.title or listed.path, "title") if titled else Markup("")
    byline = _tag("span", _byline(listed, language), "byline")
    return Markup('<a href="#document-{}">{}{}</a>').format(percent_encode(document_id, safe=""), title, byline)


def _byline(listed: Listed, language: str, short: bool = True) -> str:
    published = date_in_words(listed.published, language, short)
    return " · ".join(filter(None, (listed.publisher or listed.path, published)))


def _navigation(say: dict[str, str], back: bool = True) -> Markup:
    """The way back to all articles, and the way out where the column lies over the chat."""
    all_articles = Markup('<a href="#articles">{}</a>').format(say["back"]) if back else ""
    return _tag("p", all_articles + Markup('<a href="#close">{}</a>').format(say["close"]), "links")


def _labels(language: str) -> dict[str, str]:
    return LABELS.get(language, LABELS["en"])


def _tag(name: str, inner: str, of_class: str = "") -> Markup:
    """`inner` is escaped unless it is markup already."""
    opening = Markup('<{} class="{}">').format(name, of_class) if of_class else Markup("<{}>").format(name)
    return opening + escape(inner) + Markup("</{}>").format(name)


def _join(parts: Iterable[str], between: str = "") -> Markup:
    return Markup(between).join(parts)


def _clean(html: str) -> str:
    """A second wall behind the escaping: nothing passes that isn't named above.

    Half a surrogate pair, which a browser can send and UTF-8 can't hold, becomes "?".
    """
    return nh3.clean(
        html.encode("utf-8", "replace").decode(),
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes=dict.fromkeys(TAGS, CLASSES),
        url_schemes={"http", "https"},
        attribute_filter=_only_known_links,
        link_rel="noopener noreferrer nofollow",
    )


def _only_known_links(tag: str, attribute: str, value: str) -> str | None:
    """Without this, nh3 keeps every relative address, "//elsewhere" among them."""
    if (tag, attribute) == ("a", "href") and not value.startswith(("#", "https://", "http://")):
        return None
    return value
