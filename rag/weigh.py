"""Readings -> what is shown: how surely each supported answer is right, and which of them stand beside the surest.

No single sign decides. The reading's doubt, its lead over the other readings, how much of the question the cited
sentence holds, how likely the reply's least likely token was, and how many readings say the same are added up as
log-odds, with weights from a logistic regression over 717 supported readings of development questions. On 223 of the
held-out ones the area under the curve is 0.87; without the last sign 0.85, without the last two 0.83. Nothing gained:
weights for each kind of question or for the languages, the doubt of an article that has nothing to do with the
question, the embedder's nearness of question, answer and sentence, whether the sentence has the question's verb, and
asking the model itself whether the sentence says the answer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import itemgetter

from rag.atoms import atoms, has_name
from rag.dates import DateSpan, find_dates, rewrite_dates, same_date, weekday_name
from rag.instead import counted, offered_names
from rag.language import KNOWN
from rag.masthead import without_dateline
from rag.merge import Finding, Group, merge, same
from rag.named import whole_list, with_items_before, with_other_items
from rag.number_words import with_marks_of
from rag.overlap import word_share
from rag.premise import asked_atoms, choices
from rag.question import Question, asks_weekday, may_ask_what
from rag.reading import Reading
from rag.units import Unit
from rag.verify import LEANS_TO_YES, split_verdict, verify

# The weights: constant; doubt and lead (each a log-odds), share of the question's words in the sentence,
# log-probability of the reply's least likely token, and logarithm of how many readings say the same.
BASE, DOUBT, LEAD, CLOSENESS, WEAKEST, AGREED = -1.2, -0.44, 0.39, 2.4, 0.88, 1.1
FARTHEST_LEAD = 4.0
# How unlikely a token is taken to be at most, and the median, for servers that tell no probabilities.
FAINTEST, TYPICAL = -3.0, -0.8
# What a sentence in a language whose words are not known here is taken to have of the question; those of 186 right
# answers have 0.59 on average.
UNKNOWN_CLOSENESS = 0.25
# An article has to have this share of the words of the question that the best one has. Of 659 questions two more are
# rightly refused and none is worse; 0.65 costs a right answer, and so does a fixed share of the question's words.
OF_THE_BEST = 0.5
# The surest finding's log-odds below which nothing is said (P = 0.3), how far behind the surest others are shown, how
# far where the question asks for several, and from where on however sure the surest is (P = 0.5): articles that differ.
# Of 157 development questions 122 are right and 17 refused, at -0.4 120 and 19, at -1.2 123 and 16; of the
# unanswerable ones 38, 38 and 37 of 40 are refused. A window of 0.5 tells six of 185 statements fewer, 1.5 three more.
SURE = -0.8
WINDOW, WINDOW_OF_MANY, LIKELY = 1.0, 3.0, 0.0
# The log-odds below which a further article that says the same is not cited (P = 0.5). On the development questions
# 84 % of the citations are then on a right sentence, and 80 % of these are cited; at -1.0 80 and 81 %, 1.0 86 and 78.
CITED = 0.0
# Yes and no are decided by the check; the doubt of a reading only has to be no refusal throughout.
TOO_DOUBTFUL_YESNO = 1.5
# Words of a sentence that is told with a yes or no.
REASON_WORDS = 40
# Readings that are decoded: those that may end up in the answer.
DECODED, FAR_BEHIND = 1.0, 5.0

_MANY = re.compile(
    r"\b(days|dates|times|occasions|all|both|saja|semua|aja|sajakah|kedua)\b"
    r"|\b(which|what) (\w+ )?(?!was|is|has|does)\w+s( and [\w ]+s)? (do|did|are|were|have|had)\b",
    re.IGNORECASE,
)
# A refusal in other words than those it was told.
_REFUSAL = re.compile(r"\W*(no|not)[ _]*found\b|\W*tidak (ditemukan|disebutkan|diketahui)\b", re.IGNORECASE)


def worth(question: Question, doubts: Sequence[float]) -> list[int]:
    """The numbers of the readings that are decoded: those that may end up in the answer."""
    limit = TOO_DOUBTFUL_YESNO if question.kind == "yesno" else min(DECODED, min(doubts) + FAR_BEHIND)
    return [number for number, doubt in enumerate(doubts) if doubt <= limit]


def shown(question: Question, readings: Sequence[Reading]) -> tuple[Group, ...]:
    """What the readings say, the same once; empty where nothing is sure enough to be said."""
    if _asks_what(question, readings):
        question = replace(question, kind="open")
    findings = [finding for reading in readings if (finding := _found(question, reading, readings))]
    findings = _agreeing(question, findings)
    findings = _of_the_story(question, readings, findings) if findings else []
    findings = _of_the_time(question, findings)
    findings = _of_what_is_counted(question, findings)
    if not any(_is_sure(question, finding) for finding in findings):
        return ()
    groups = merge(question, findings)
    # A sentence without a word of the question says nothing beside one that has some, and answers.
    close = [group for group in groups if any(finding.closeness for finding in group.findings)]
    told = close if any(_is_sure(question, finding) for group in close for finding in group.findings) else groups
    # Who asks "the CIA or the FBI?" isn't told of a third.
    offered = offered_names(question.text)
    told = [group for group in told if any(has_name(group.text, name) for name in offered)] or told
    enough = _enough(question, max(group.findings[0].sureness for group in told))
    return tuple(_cited(group) for group in told if group.findings[0].sureness >= enough)


def _cited(group: Group) -> Group:
    """The group without those that hardly say it: of an article that repeats the question's words, for one."""
    first, *others = group.findings
    return Group((first, *(finding for finding in others if finding.sureness >= CITED)))


def at_home(question: Question, reading: Reading, others: Iterable[Unit]) -> Reading:
    """A reading whose unit lacks a name that it gives, as one of the unit of the same article that says it.

    A name may be read in the article's title, and told in another passage; the publisher's is in the heading alone.
    """
    here, named = reading.unit, atoms(reading.text).names
    if question.kind == "yesno" or all(here.has(name) or has_name(here.document.publisher, name) for name in named):
        return reading
    same = [unit for unit in others if unit.document.id == here.document.id]
    told = [(verify(question, unit, reading.text).closeness, unit) for unit in same]
    closeness, unit = max(told, key=itemgetter(0), default=(0.0, here))
    return replace(reading, unit=unit, hint=None) if closeness else reading


def _of_the_story(question: Question, readings: Sequence[Reading], findings: Sequence[Finding]) -> list[Finding]:
    """The findings of articles that have at least half as many of the question's words as the best one has.

    Articles of other stories are read where few tell of the question's, and each has a name to give.
    """
    documents = {reading.unit.document.id: reading.unit.document for reading in readings}
    share = {key: word_share(question.text, f"{each.title}\n{each.text}") for key, each in documents.items()}
    enough = max(share.values()) * OF_THE_BEST
    return [
        finding
        for finding in findings
        if share[finding.unit.document.id] >= enough or finding.unit.document.language not in KNOWN
    ]


def _of_the_time(question: Question, findings: list[Finding]) -> list[Finding]:
    """Those of the time that is asked about, where one of them answers: of two eruptions the one of that year.

    What has no date of its own is of the time of its article.
    """
    timely = [finding for finding in findings if _is_timely(question, finding)]
    return timely if any(_is_sure(question, finding) for finding in timely) else findings


def _is_timely(question: Question, finding: Finding) -> bool:
    asked = asked_atoms(question, finding.unit).dates
    dates = [each.date for number in finding.sentences for each in finding.unit.dates[number] if each.date]
    own = dates or [DateSpan(finding.unit.document.published)]
    return any(same_date(date, each) for date in asked for each in own if each.start)


def _of_what_is_counted(question: Question, findings: list[Finding]) -> list[Finding]:
    """Where one has its number right before the very things that are to be counted, those that give its number."""
    exact = [finding for finding in findings if _counts(question, finding)]
    return [each for each in findings if any(same(question, each, other) for other in exact)] or findings


def _counts(question: Question, finding: Finding) -> bool:
    told = atoms(finding.text).numbers
    return any(value in told for _, value in counted(question, finding.unit, least=2))


def _asks_what(question: Question, readings: Sequence[Reading]) -> bool:
    """Whether a question that need not ask whether asks for a thing: the surest reply is neither yes nor no."""
    replies = [reading for reading in readings if reading.text]
    if question.kind != "yesno" or not replies or not may_ask_what(question.text):
        return False
    return split_verdict(min(replies, key=lambda reading: reading.doubt).text)[0] is None


def _enough(question: Question, best: float) -> float:
    """The sureness from which a finding is shown; of a yes and a no only the better."""
    if question.kind == "yesno":
        return best
    several = _MANY.search(question.text) or choices(question.text)
    return min(best - (WINDOW_OF_MANY if several else WINDOW), LIKELY)


def _is_sure(question: Question, finding: Finding) -> bool:
    """Whether a finding answers by itself."""
    return finding.doubt <= TOO_DOUBTFUL_YESNO if question.kind == "yesno" else finding.sureness >= SURE


def _found(question: Question, reading: Reading, readings: Sequence[Reading]) -> Finding | None:
    """What a reading says; None where it says nothing, or nothing that its unit supports."""
    reply, unit = _reply(question, reading), reading.unit
    if not reply:
        return None
    verdict = verify(question, unit, reply, reading.hint, reading.leaning)
    if not verdict.supported:
        return None
    context = [e.date.start for number in verdict.sentences for e in unit.dates[number] if e.date]
    rewritten = rewrite_dates(reply, unit.document.published, context, question.language)
    told = whole_list(rewritten, unit.quote(verdict.sentences[0]))
    if question.kind == "open":
        told = with_other_items(told, unit.quote(verdict.sentences[0]))
        told = with_items_before(question.text, told, unit.quote(verdict.sentences[0]))
    text = verdict.instead or with_marks_of(told, unit.document.language, question.language)
    text = text.strip(" .")
    if question.kind == "yesno" and not split_verdict(text)[1]:
        text = _with_reason(text, unit, verdict.sentences[0], context)
    if asks_weekday(question.text):
        text = _with_weekday(text, question.language)
    closeness = verdict.closeness
    if unit.document.language not in KNOWN:
        closeness = max(closeness, UNKNOWN_CLOSENESS)
    weakest = TYPICAL if reading.weakest is None else max(reading.weakest, FAINTEST)
    signs = DOUBT * reading.doubt + LEAD * _lead(reading, readings) + CLOSENESS * closeness + WEAKEST * weakest
    return Finding(unit, text[:1].upper() + text[1:], verdict.sentences, reading.doubt, verdict.closeness, BASE + signs)


def _agreeing(question: Question, findings: Sequence[Finding]) -> list[Finding]:
    """The findings, each the surer the more others say the same: what several readings say is seldom a guess.

    Wang et al. 2023, arXiv 2203.11171 (self-consistency), here over passages.
    """
    agreeing = [sum(same(question, one, other) for other in findings if other is not one) for one in findings]
    return [
        replace(one, sureness=one.sureness + AGREED * math.log1p(count))
        for one, count in zip(findings, agreeing, strict=True)
    ]


def _reply(question: Question, reading: Reading) -> str:
    """What a reading says; where it refuses to say whether something is so, what its first word leans to."""
    if not _REFUSAL.match(reading.text):
        return reading.text
    if question.kind != "yesno" or reading.leaning is None:
        return ""
    return "Yes" if reading.leaning >= LEANS_TO_YES else "No"


def _with_reason(verdict: str, unit: Unit, number: int, context: Sequence[str]) -> str:
    """A bare yes or no with the sentence that decides it, unless that is a long one; its dates in full."""
    sentence = without_dateline(unit.quote(number))
    dated = rewrite_dates(sentence, unit.document.published, context, unit.document.language)
    told = " ".join(dated.split()).strip(" .")
    return f"{verdict}: {told}" if len(told.split()) <= REASON_WORDS else verdict


def _with_weekday(text: str, language: str) -> str:
    """The text with the day of the week before its first day."""
    day = next((expression for expression in find_dates(text) if expression.date), None)
    name = weekday_name(day.date, language) if day and day.date else ""
    return f"{text[: day.start]}{name}, {text[day.start :]}" if day and name else text


def _lead(reading: Reading, readings: Sequence[Reading]) -> float:
    """How much surer a reading is than the surest of the others; negative if it isn't."""
    others = [other.doubt for other in readings if other is not reading]
    lead = min(others) - reading.doubt if others else FARTHEST_LEAD
    return max(-FARTHEST_LEAD, min(FARTHEST_LEAD, lead))
