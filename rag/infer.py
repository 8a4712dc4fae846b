"""Question -> the filters that it asks for itself: "in December 2019", "menurut CNN Indonesia", "tahun lalu"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rag.date_patterns import Mention, find_mentions
from rag.dates import DateExpression, DateSpan, bounds, find_dates
from rag.filters import Filters, Narrowed, settled
from rag.store import Store

# The longest name of a publisher looked for, in words.
_LONGEST_NAME = 6
# What a publisher's name may lack when it is spoken of: "menurut CNN", "according to Selidiki".
_LEFT_OUT = {"indonesia", "news", "online", "daily", "com", "co", "id", "tv", "net", "org"}

# A name is a source only where the question says so; alone it may be what is asked about ("Who founded CNN?").
_SAYS = r"(?:says?|said|reports?|reported|writes?|wrote|claims?|claimed|puts?)"
_SAYS_ID = r"(?:mengatakan|melaporkan|memberitakan|menulis(?:kan)?|menyebut(?:kan)?|mewartakan|melansir)"
_PIECE = r"(?:articles?|reports?|stor(?:y|ies)|coverage|reporting|piece)"
_PIECE_ID = r"(?:artikel|berita|laporan|tulisan|pemberitaan)"
# Before a name; "does CRI say" has its verb behind the name, "kata CRI" before.
_BEFORE = re.compile(
    r"\b(?:according to|as (?:reported|told|written) (?:by|in)|(?:reported|published|written) by|menurut|kata|versi"
    r"|(?:dilaporkan|diberitakan|ditulis|disebut(?:kan)?|dilansir) (?:oleh|dari)"
    rf"|(?:dikutip|dilansir|mengutip)(?: dari)?|{_PIECE} (?:by|from|of|in)|{_PIECE_ID}(?: (?:dari|di|oleh|milik))?"
    rf"|{_SAYS_ID} oleh)"
    rf" (?:the |{_PIECE_ID} )?",
    re.IGNORECASE,
)
_AFTER = re.compile(rf" {_SAYS}\b(?! (?:by|to)\b)| {_SAYS_ID}\b", re.IGNORECASE)
# "In CRI's report", "what does the CRI article say"; but not "Trump criticised CNN's coverage".
_WHERE = re.compile(r"(?:^|\b(?:in|from|does|did|do|per|dalam|pada|di)\s)\s*(?:the\s)?$", re.IGNORECASE)
_PIECE_AFTER = re.compile(rf"(?:['’]s)? (?:own )?(?:news )?{_PIECE}\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:[.&-][^\W_]+)*")
_DOMAIN = re.compile(r"\.(?:com|co\.id|id|net|org)\b")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")

# "The 2018 World Cup", "Piala Dunia 2018"
_ARTICLE = re.compile(r"\b(?:the|a|an|this|that)\s\Z", re.IGNORECASE)
_NAME_AFTER = re.compile(r"\s(?:[A-Z]|(?i:world cup|olympic|european|champions|(?:presidential )?election))")
_EVENT = re.compile(
    r"\b(?:cup|olympics|games|euro|eurovision|elections?|piala(?: \w+)?|olimpiade|pilpres|pemilu|pilkada|liga \w+|g20"
    r"|cop|new year(?:['’]s(?: eve)?)?|tahun baru|christmas|natal|lebaran)\s\Z",
    re.IGNORECASE,
)
_SINCE = re.compile(
    r"\b(?:since|from|after|sejak|mulai|setelah|sesudah)\s+(?:the\s+|tahun\s+|bulan\s+)?$", re.IGNORECASE
)
_UNTIL = re.compile(
    r"\b(?:until|till|up to|before|by|hingga|sampai|sebelum)\s+(?:the\s+|tahun\s+|bulan\s+)?$", re.IGNORECASE
)


def narrow(store: Store, texts: Sequence[str], given: Filters, *, infer: bool = True) -> Narrowed:
    """What a question's search is narrowed to.

    Args:
        store: the library.
        texts: the question as typed and, for a follow-up, as it stands alone; what the first says goes before.
        given: the filters that somebody set; these hold whatever is left.
        infer: whether what the question itself asks for is added. It is given up where it leaves nothing: the dates
            first, which are the least certain.

    Raises:
        FilterError: `given` names what the library doesn't have.
    """
    given = settled(given, store)
    found = Filters()
    if infer:
        for text in dict.fromkeys(texts):
            found = found.over(inferred(text, store.publishers(), store.newest()))
        found = found.without(*given.names)
    tries = dict.fromkeys((found, found.without("dates"), Filters()))
    kept = next((each for each in tries if each and store.count_documents(given.over(each))), Filters())
    return Narrowed(given.over(kept), kept, found.without(*kept.names))


def inferred(question: str, publishers: Sequence[str], newest: str) -> Filters:
    """The publisher and the dates that a question asks for.

    Args:
        question: in English or Indonesian.
        publishers: those of the library; no other name is one.
        newest: ISO date of the newest article, from which "last year" and "tahun lalu" count.
    """
    since, until = _dates(question, newest)
    # An article without a date may well be of that time; of 39 questions about undated news a third lost their answer.
    return Filters(_publisher(question, publishers), since, until, undated=bool(since or until))


def _publisher(question: str, publishers: Sequence[str]) -> str:
    """The one publisher that the question names as its source; none if it speaks of another one too."""
    names = _names(publishers)
    words = list(_WORD.finditer(question))
    spoken_of = {names[name] for run in _runs(words) if (name := _folded(question[run])) in names}
    found = {names[name] for run in _sources(question, words) if (name := _folded(question[run])) in names}
    return found.pop() if len(found) == 1 and len(spoken_of) == 1 else ""


def _names(publishers: Sequence[str]) -> dict[str, str]:
    """Folded name -> publisher; the short form too, where only one publisher has it."""
    full = {_folded(publisher): publisher for publisher in publishers}
    shorts = {publisher: _short(publisher) for publisher in publishers}
    shared = Counter(shorts.values())
    return {short: name for name, short in shorts.items() if short and shared[short] == 1} | full


def _short(publisher: str) -> str:
    words = re.split(r"[\s.]", publisher.casefold())
    while words and words[-1] in _LEFT_OUT:
        words.pop()
    return _folded(" ".join(words))


def _folded(name: str) -> str:
    return " ".join(_WORD.findall(_DOMAIN.sub("", name.casefold().removeprefix("the "))))


def _runs(words: Sequence[re.Match[str]]) -> Iterator[slice]:
    """Where any name could stand."""
    for first in range(len(words)):
        yield from (slice(words[first].start(), last.end()) for last in words[first : first + _LONGEST_NAME])


def _sources(question: str, words: Sequence[re.Match[str]]) -> Iterator[slice]:
    """Where a source is named, if it is the name of one."""
    begins = {before.end() for before in _BEFORE.finditer(question)}
    for run in _runs(words):
        piece = _WHERE.search(question[: run.start]) and _PIECE_AFTER.match(question, run.stop)
        if run.start in begins or _AFTER.match(question, run.stop) or piece:
            yield run


def _dates(question: str, newest: str) -> tuple[str, str]:
    """The time from the first to the last date of the question, "" for an open end; both "" if it names none.

    A day without its year may be of any year, and a weekday of any week: they narrow nothing. Neither does anything
    where there is a number that may be a year besides: "the plots, 2017 and 2019".
    """
    mentions = {mention.start: mention for mention in find_mentions(question)}
    spans = [
        (expression.date, question[: expression.start])
        for expression in find_dates(question, newest)
        if expression.date and _has_year(mentions[expression.start]) and not _is_of_a_name(question, expression)
    ]
    given = " ".join(f"{span.start} {span.end}" for span, _ in spans)
    if not spans or any(year not in given for year in _YEAR.findall(question)):
        return "", ""
    since = min((span.start for span, _ in spans), key=lambda iso: bounds(DateSpan(iso)))
    until = max((span.end or span.start for span, _ in spans), key=lambda iso: bounds(DateSpan(iso))[1])
    if len(spans) == 1 and not spans[0][0].end:
        _, before = spans[0]
        return "" if _UNTIL.search(before) else since, "" if _SINCE.search(before) else until
    return since, until


def _is_of_a_name(question: str, expression: DateExpression) -> bool:
    """Whether a year is part of a name, of which articles of any year may tell: "the 2018 World Cup"."""
    before, after = question[: expression.start], question[expression.end :]
    return expression.text.isdigit() and bool(
        (_ARTICLE.search(before) and _NAME_AFTER.match(after)) or _EVENT.search(before)
    )


def _has_year(mention: Mention) -> bool:
    """Whether the wording gives the year, itself or counted from the newest article: "2019", "tahun lalu"."""
    return bool(mention.year) or mention.kind == "relative" or (mention.unit == "year" and mention.shift is not None)
