"""A question of several parts -> questions of one part: "how many in 2017, and how many in 2019?".

A small model that is asked two things at once answers each article with both. Asked one at a time, an article that
has nothing to do with a part is left out by its dates and names.
"""

from __future__ import annotations

import re
from itertools import takewhile

from rag.atoms import names
from rag.dates import find_dates, format_date
from rag.language import detect_question
from rag.question import kind_of

_PREPOSITION = r"(?:in|on|over|at|from|for|to|by|during|after|before|di|ke|dari|pada|dalam|untuk|oleh|saat|ketika)"
_ASKING = (
    r"(?:how (?:many|much|long|old)|when|where|who|whom|whose|which|what|why|how"
    r"|se\w{4,} apa|(?:tanggal|tgl|hari|bulan|tahun|jam|pukul) (?:berapa|brp|apa)"
    r"|kapan|siapa|berapa|brp|mengapa|kenapa|bagaimana|apa|(?!di |ke |dari )\w+ mana)"
)
# Where a second question begins: ", and how many …", "dan siapa …", "and on which …".
_SECOND = re.compile(
    rf",? (?:and|dan|serta)(?: also| juga)? (?=(?:{_PREPOSITION} )?{_ASKING}\b(?! and\b| dan\b))", re.IGNORECASE
)
# Where it only ends like one: "siapa pencurinya, dan keris itu diasuransikan berapa?"
_ASKS_AT_END = re.compile(
    r", (?:dan|lalu|terus|and) (?=[^,?]{4,} (?:berapa|brp|siapa|kapan|apa|(?:di |ke |dari )?mana|dmn)\W*\Z)",
    re.IGNORECASE,
)
# "… 2017 mau menyerang apa, terus yang 2019 pas acara apa?"
_OTHER_YEAR = re.compile(
    r"(?:\?|,) (?:(?:dan|lalu|terus|kalau|and) )?(?:yang|yg|the one (?:in|of))(?: tahun| thn)? (?=(?:19|20)\d\d\b)",
    re.IGNORECASE,
)
_OPENING = re.compile(
    rf"(?:{_PREPOSITION} )?{_ASKING}(?: (?:orang|kali|lama|banyak|tanggal|hari|mana))?\b", re.IGNORECASE
)
# Two years of one question: "in 2017 and in 2019", "tahun 2017 dan 2019".
_BEFORE_YEAR = r"(?:in|tahun|pada|di|yang)(?: tahun)? "
_TWO_YEARS = re.compile(
    rf"\b({_BEFORE_YEAR})(\w+ )?((?:19|20)\d\d),? (?:and|dan)(?: (?:again|then|lagi|kemudian))?"
    rf" (?:{_BEFORE_YEAR})?(\w+ )?((?:19|20)\d\d)\b",
    re.IGNORECASE,
)
# Three or more who are asked for at once: "the names of the mayor, the governor and the minister".
_LISTED = re.compile(
    r"(?P<asks>what are the names of|who are|who were|siapa(?:kah)?(?: saja)?(?: nama)?) "
    r"(?P<first>[^?,]+(?:, [^?,]+)+),? (?:and|dan|serta) (?P<last>[^?,]+)\??",
    re.IGNORECASE,
)
_OF_ONE = {"what are the names of": "What is the name of", "who are": "Who is", "who were": "Who was"}
_SOURCE = re.compile(r"\b(?i:menurut|according to|versi) ([A-Z][\w.]*(?: [A-Z][\w.]*)*)")
# "And how long did it last?" is nothing without the first question.
_REFERS = re.compile(
    r"\b(it|its|he|she|they|them|him|her|their|that|this|itu|dia|ia|mereka|keduanya|tersebut|\w{3,}nya)\b",
    re.IGNORECASE,
)
# "Compare the two plots: what was …"
_ANNOUNCED = re.compile(rf"\A[^:?]{{4,80}}: (?=(?:{_PREPOSITION} )?{_ASKING}\b)", re.IGNORECASE)
# Two days of one question: "on 9 September and on 16 October"; "between … and …" is one time.
_AND_DAY = re.compile(r",? (?:and|dan|serta) (?:(?:on|in|pada|tanggal|tgl|di) )?", re.IGNORECASE)
_SPAN = re.compile(r"\b(between|from|antara|dari|sejak)\s*\Z", re.IGNORECASE)
# "What did A, B and C each give?", "A, B, dan C masing-masing memberi apa?"
_NAMED = r"[A-Z][\w.-]*(?: [A-Z][\w.-]*)*"
_EACH = re.compile(
    rf"(?P<names>{_NAMED}(?:, {_NAMED})*),? (?:and|dan|serta|sama) (?P<last>{_NAMED}),? (?:each|masing-masing)\b"
)
_PREPOSITION_OF = r"\W*(for|in|after|to|at|on|buat|untuk|bagi|di|pada|setelah|kepada)\b"
_THAT_YEAR = re.compile(r"\b(of )?(that|the same) year\b|\btahun (itu|tersebut|yang sama)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:tahun |(?:in|di|pada) )*(?:19|20)\d\d\b", re.IGNORECASE)


def parts(question: str) -> tuple[str, ...]:
    """The questions that a question consists of, each standing alone; the question itself if it is one."""
    question = _ANNOUNCED.sub("", question)
    second = _SECOND.search(question)
    if second and _asks(question[: second.start()]):
        first, rest = question[: second.start()].strip(" ,?"), question[second.end() :].strip()
        if len(rest.split()) > 1:  # "Who called whom, and when?" asks for two things of one event
            return f"{first}?", _completed(first, rest)
    late = _of_other_year(question) or _asked_at_end(question)
    if late:
        return late
    listed = _LISTED.fullmatch(question)
    if listed:
        asks = _OF_ONE.get(listed["asks"].casefold(), listed["asks"])
        return tuple(f"{asks} {one}?" for one in [*listed["first"].split(", "), listed["last"]])
    years = _TWO_YEARS.search(question)
    if years:
        lead, month, year, other_month, other_year = years.groups()
        before, after = question[: years.start()], question[years.end() :]
        return (
            f"{before}{lead}{month or ''}{year}{after}",
            f"{before}{lead}{other_month or month or ''}{other_year}{after}",
        )
    return _for_each(question) or _on_two_days(question) or (question,)


def _of_other_year(question: str) -> tuple[str, ...]:
    """Two questions of which the second only gives another year: "… 2017 apa, terus yang 2019 kapan?"."""
    other = _OTHER_YEAR.search(question)
    first, rest = (question[: other.start()], question[other.end() :]) if other else ("", "")
    year = re.search(r"\b(?:19|20)\d\d\b", first)
    if year is None or not _asks(first) or not re.search(rf"\b{_ASKING}\b", rest, re.IGNORECASE):
        return ()
    # Of "2019 apa?" only the year is new.
    tail = rest if _asks(rest) else f"{rest[: len('2019')]}{first[year.end() :]}?"
    return f"{first}?", f"{first[: year.start()]}{tail}"


def _asked_at_end(question: str) -> tuple[str, ...]:
    """Two questions of which the second has its question word at its end."""
    second = _ASKS_AT_END.search(question)
    first, rest = (question[: second.start()], question[second.end() :]) if second else ("", "")
    return (f"{first}?", _completed(first, rest)) if _asks(first) else ()


def _for_each(question: str) -> tuple[str, ...]:
    """One question for each of those of whom each is asked about."""
    each = _EACH.search(question)
    if each is None:
        return ()
    before, after = question[: each.start()], question[each.end() :]
    several = [*each["names"].split(", "), each["last"]]
    # "For the victims in Palu, Japan and Australia each …": the first name is the victims'.
    if len(several) > 2 and re.match(_PREPOSITION_OF, before, re.IGNORECASE):
        before += f"{several.pop(0)}, "
    return tuple(f"{before}{name}{after}" for name in several)


def _on_two_days(question: str) -> tuple[str, ...]:
    """One question for each of two days, unless whether it was so is asked of both."""
    days = find_dates(question)
    if len(days) != 2 or kind_of(question) == "yesno":
        return ()
    first, last = days
    joined = _AND_DAY.fullmatch(question[first.end : last.start])
    if joined is None or _SPAN.search(question[: first.start]) or None in (first.date, last.date):
        return ()
    # "9 September and 16 October 2023": the year stands once.
    language = detect_question(question)
    earlier = format_date(first.date, language) if first.date else first.text
    before, after = question[: first.start], question[last.end :]
    return f"{before}{earlier}{after}", f"{before}{last.text}{after}"


def _asks(text: str) -> bool:
    return len(text.split()) > 2 and re.search(rf"\b{_ASKING}\b", text, re.IGNORECASE) is not None


def _completed(first: str, rest: str) -> str:
    """The second question with what it leaves out: "how many over the 2019 plot?" lacks "suspects were held"."""
    named = _with_other_source(first, rest) or _with_other_name(first, rest) or _with_other_time(first, rest)
    if named:
        return named
    opening = _OPENING.match(rest)
    tail = rest[opening.end() :].strip() if opening else ""
    preposition = re.match(rf"{_PREPOSITION}\b", tail, re.IGNORECASE)
    if preposition is None:
        refers = _REFERS.search(rest) and not names(rest)
        return f"{rest.rstrip('?')} ({first})?" if refers else rest
    same = list(re.finditer(rf"\b{preposition[0]}\b", first, re.IGNORECASE)) or list(_YEAR.finditer(first))
    return f"{first[: same[-1].start()]}{tail}" if same else f"{first}? {rest}"


def _with_other_source(first: str, rest: str) -> str:
    """The first question with the second's source: "lembaga mana menurut CRI" behind "… menurut Selidiki …"."""
    ours, theirs = (_SOURCE.search(text) for text in (first, rest))
    return f"{first[: ours.start(1)]}{theirs[1]}{first[ours.end(1) :]}?" if ours and theirs else ""


def _with_other_name(first: str, rest: str) -> str:
    """The first question with the second's name: "whom does CRI credit with it", "and whom does Dreamers?"."""
    asked, other, shared = _shared(first, rest)
    name = other[shared:]
    if shared < 2 or not name or not all(word[0].isupper() for word in name):
        return ""
    after = next((n for n in range(shared, len(asked)) if not asked[n][0].isupper()), len(asked))
    return " ".join([*asked[:shared], *name, *asked[after:]]) + "?" if after > shared else ""


def _with_other_time(first: str, rest: str) -> str:
    """The first question with the second's time: "to what level did it go in May 2019", "to what level in June?"."""
    _, other, shared = _shared(first, rest)
    tail = " ".join(other[shared:])
    preposition = re.match(rf"{_PREPOSITION}\b", tail, re.IGNORECASE)
    if shared < 2 or preposition is None or not find_dates(tail):
        return ""
    same = list(re.finditer(rf"\b{preposition[0]}\b", first, re.IGNORECASE))
    year = re.search(r"\b(?:19|20)\d\d\b", first)
    return f"{first[: same[-1].start()]}{_THAT_YEAR.sub(year[0] if year else '', tail)}?" if same else ""


def _shared(first: str, rest: str) -> tuple[list[str], list[str], int]:
    """The words of both questions, and with how many of them both begin."""
    asked, other = first.split(), rest.rstrip("?").split()
    pairs = zip(asked, other, strict=False)
    return asked, other, len(list(takewhile(lambda pair: pair[0].casefold() == pair[1].casefold(), pairs)))
