"""A question of several parts -> questions of one part: "how many in 2017, and how many in 2019?".

A small model that is asked two things at once answers each article with both. Asked one at a time, an article that
has nothing to do with a part is left out by its dates and names.
"""

from __future__ import annotations

import re

from rag.atoms import names

_PREPOSITION = r"(?:in|on|over|at|from|for|to|by|during|after|before|di|ke|dari|pada|dalam|untuk|oleh|saat|ketika)"
_ASKING = (
    r"(?:how (?:many|much|long|old)|when|where|who|whom|whose|which|what|why|how"
    r"|kapan|siapa|berapa|brp|mengapa|kenapa|bagaimana|apa|(?!di |ke |dari )\w+ mana)"
)
# Where a second question begins: ", and how many …", "dan siapa …", "and on which …".
_SECOND = re.compile(
    rf",? (?:and|dan|serta)(?: also| juga)? (?=(?:{_PREPOSITION} )?{_ASKING}\b(?! and\b| dan\b))", re.IGNORECASE
)
_OPENING = re.compile(
    rf"(?:{_PREPOSITION} )?{_ASKING}(?: (?:orang|kali|lama|banyak|tanggal|hari|mana))?\b", re.IGNORECASE
)
# Two years of one question: "in 2017 and in 2019", "tahun 2017 dan 2019".
_BEFORE_YEAR = r"(?:in|tahun|pada|di|yang)(?: tahun)? "
_TWO_YEARS = re.compile(
    rf"\b({_BEFORE_YEAR})(\w+ )?((?:19|20)\d\d),? (?:and|dan) (?:{_BEFORE_YEAR})?(\w+ )?((?:19|20)\d\d)\b",
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
_YEAR = re.compile(r"\b(?:tahun |(?:in|di|pada) )*(?:19|20)\d\d\b", re.IGNORECASE)


def parts(question: str) -> tuple[str, ...]:
    """The questions that a question consists of, each standing alone; the question itself if it is one."""
    second = _SECOND.search(question)
    if second and _asks(question[: second.start()]):
        first, rest = question[: second.start()].strip(" ,?"), question[second.end() :].strip()
        if len(rest.split()) > 1:  # "Who called whom, and when?" asks for two things of one event
            return f"{first}?", _completed(first, rest)
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
    return (question,)


def _asks(text: str) -> bool:
    return len(text.split()) > 2 and re.search(rf"\b{_ASKING}\b", text, re.IGNORECASE) is not None


def _completed(first: str, rest: str) -> str:
    """The second question with what it leaves out: "how many over the 2019 plot?" lacks "suspects were held"."""
    named = _with_other_source(first, rest) or _with_other_name(first, rest)
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
    asked, other = first.split(), rest.rstrip("?").split()
    shared = 0
    while shared < min(len(asked), len(other)) and asked[shared].casefold() == other[shared].casefold():
        shared += 1
    name = other[shared:]
    if shared < 2 or not name or not all(word[0].isupper() for word in name):
        return ""
    after = next((n for n in range(shared, len(asked)) if not asked[n][0].isupper()), len(asked))
    return " ".join([*asked[:shared], *name, *asked[after:]]) + "?" if after > shared else ""
