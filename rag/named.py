"""Question + unit -> the name or term that a sentence gives in so many words, where the model took a neighbour of it.

"Whose regime?" is answered by "rezim Presiden Bashar al-Assad", "what label?" by what stands in quotation marks, and
who made it up by "people who oppose Trump", not by "Trump".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.atoms import has_name, is_name, names
from rag.lexicon import phrases, translations
from rag.overlap import has_any, word_share
from rag.premise import asked_verbs
from rag.question import Question
from rag.units import Unit

# What is whose: "whose regime", "which leader's regime", "rezim siapa".
_WHOSE = re.compile(r"\b(?:whose|(?:which|what) \w+['’]s) (\w+)|\b(\w+) siapa\b", re.IGNORECASE)
_RULER = re.compile(r"\b(ruler|strongman|dictator|autocrat|penguasa|diktator)\b", re.IGNORECASE)
_LABEL = re.compile(
    r"\b(what|which) (label|term|epithet|nickname)\b"
    r"|\bwhat\b.*\b((?<!so-)called|dubbed|branded|termed|nicknamed|label+ed|described as|designated)\b"
    r"|\b(label|cap|julukan|sebutan|istilah) apa\b|\b(disebut|dijuluki|dicap|dilabeli|ditetapkan) (sebagai )?apa\b",
    re.IGNORECASE,
)
# A term in quotation marks is a few words; more are what somebody said.
_QUOTED = re.compile(r"[“\"«‘]([^”\"»’]{2,40})[”\"»’]")
_TERM_WORDS = 4
# Share of the question's words that a sentence with such a term has to have, or else all its names.
_SPEAKS_OF = 0.4
_PEOPLE_WHO = (
    r"(?:orang(?:-orang)?|pihak|mereka|kelompok|kalangan|people|those) (?:yang|who|that) [\w-]+(?: (?:kepada|to))? "
)


def named_in_words(question: Question, unit: Unit, answer: str) -> str:
    """What a sentence names in so many words, as it stands there; "" where none does, or the answer has it already."""
    found = _possessor(question.text, unit) or _ruler(question, unit) or _term(question.text, unit)
    if found:
        return "" if has_name(answer, found) or has_name(found, answer) else found
    return _description(question, unit, answer)


def _possessor(question: str, unit: Unit) -> str:
    """The one name that a sentence has beside what the question asks for the possessor of."""
    asked = _WHOSE.search(question)
    thing = (asked[1] or asked[2]) if asked else ""
    if not any(kind == "noun" for kind, _, _ in phrases(thing)):
        return ""
    forms = "|".join(map(re.escape, {thing, *translations(thing)}))
    found = set()
    for quote in _quotes(unit):
        for name in names(quote):
            own = re.escape(name)
            if re.search(rf"\b(?:{forms}) (?:of (?:the )?)?{own}|\b{own}['’]s (?:{forms})\b", quote, re.IGNORECASE):
                found.add(name)
    return found.pop() if len(found) == 1 else ""


def _ruler(question: Question, unit: Unit) -> str:
    """Who rules a country that a sentence names: the one with an office before the name, "Presiden Bashar al-Assad"."""
    if question.kind != "who" or not _RULER.search(question.text):
        return ""
    countries = [forms for kind, _, forms in phrases(question.text) if kind == "country"]
    found = set()
    for quote in _quotes(unit):
        if not any(has_any(quote, forms) for forms in countries):
            continue
        titles = tuple(title.casefold() for kind, title, _ in phrases(quote) if kind == "title")
        named = [name for name in names(quote) if name.casefold().startswith(titles)]
        found |= {name for name in named if not has_name(question.text, name.partition(" ")[2])}
    return found.pop() if len(found) == 1 else ""


def _term(question: str, unit: Unit) -> str:
    """What the sentence that speaks of it most has in quotation marks, where a label or a nickname is asked for."""
    if not _LABEL.search(question):
        return ""
    best = _closest(question, _quotes(unit))
    named = names(question)
    speaks_of = word_share(question, best) >= _SPEAKS_OF or (named and all(has_name(best, name) for name in named))
    terms = [term for term in _QUOTED.findall(best) if len(term.split()) <= _TERM_WORDS]
    return str(terms[0]) if len(terms) == 1 and speaks_of else ""


def _description(question: Question, unit: Unit, answer: str) -> str:
    """Who somebody is that a sentence only describes: "people who oppose Trump" for "Trump"."""
    name = answer.strip(" .")
    if question.kind != "who" or not is_name(name):
        return ""
    told = _closest(question.text, [quote for quote in _quotes(unit) if has_name(quote, name)])
    found = re.search(_PEOPLE_WHO + re.escape(name), told, re.IGNORECASE)
    return found[0] if found and told.count(name) == 1 else ""


def _quotes(unit: Unit) -> list[str]:
    return [unit.quote(number) for number in range(len(unit.sentences))]


def _closest(question: str, quotes: Sequence[str]) -> str:
    """The sentence that has most of the question's words; "" of none."""
    return max(quotes, key=lambda quote: word_share(question, quote), default="")


# What opens a list: "isu-isu lain seperti situasi Timur Tengah, non-proliferasi nuklir, serta …".
_OPENS_LIST = re.compile(
    r"\b(seperti|antara lain|yaitu|yakni|termasuk|meliputi|mencakup|such as|including|namely)\W+", re.IGNORECASE
)
# Words of a list that a small model leaves out before it begins; more are another clause.
_LEFT_OUT = 12


def whole_list(answer: str, quote: str) -> str:
    """The answer with the items before it, where it copies a sentence's list from its second or a later item on."""
    first = re.split(r",| (?:and|dan|serta) ", answer)[0].strip(" .")
    folded = quote.casefold()
    start = folded.find(first.casefold()) if len(first) > 2 else -1
    if start < 0 or folded.count(first.casefold()) > 1 or not quote[:start].rstrip().endswith(","):
        return answer
    opened = list(_OPENS_LIST.finditer(quote[:start]))
    before = " ".join(quote[opened[-1].end() : start].split()) if opened else ""
    return f"{before} {quote[start]}{answer[1:]}" if 0 < len(before.split()) <= _LEFT_OUT else answer


# The other items of a list that begins with the answer: ", senapan otomatis, amunisi dan literatur ekstremis"; what
# begins like a verb is another clause.
_ITEM = r"(?!(?:me|ber|ter|di)\w{4,}|\w+ed\b)[\w-]+(?: [\w-]+){0,3}?"
_GOES_ON = re.compile(
    rf"(?: yang [^,.;]{{3,60}})?(?:, {_ITEM})+,? (?:dan|serta|and) {_ITEM}"
    r"(?=[,.;]|\Z| (?:turut|juga|ikut|di\w{4,}|were|was|are|yang|who|which|that)\b)"
)
# Words of an answer that is an item; more are a clause.
_ITEM_WORDS = 4


def with_other_items(answer: str, quote: str) -> str:
    """The answer with the rest of its list, where it copies the first item of one."""
    start = quote.casefold().find(answer.casefold().strip(" ."))
    if start < 0 or len(answer.split()) > _ITEM_WORDS or is_name(answer):
        return answer
    end = start + len(answer.strip(" ."))
    rest = _GOES_ON.match(quote, end)
    return quote[start:end] + rest[0] if rest else answer


_AND_BEFORE = re.compile(r",? (?:dan|serta|and) (?:juga |also )?\Z", re.IGNORECASE)
_NEW_CLAUSE = re.compile(r"[.;:”\"]")


def with_items_before(question: str, answer: str, quote: str) -> str:
    """The answer with what stands before its "and", back to the question's verb: "discussed relations and arms"."""
    start = quote.casefold().find(answer.casefold().strip(" ."))
    joined = _AND_BEFORE.search(quote[: max(start, 0)])
    if joined is None:
        return answer
    before = quote[: joined.start()]
    for _, forms in asked_verbs(question):
        told = list(re.finditer(rf"\b(?:{'|'.join(map(re.escape, forms))})\b", before, re.IGNORECASE))
        items = before[told[-1].end() :] if told else ""
        if 0 < len(items.split()) <= _LEFT_OUT and not _NEW_CLAUSE.search(items):
            return f"{items.strip()}{quote[joined.start() : start]}{answer}"
    return answer
