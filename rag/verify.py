"""Reading -> verdict: which sentence of the unit says it, and whether everything in it is borne out.

The model's word counts for nothing here. An answer is supported only if
1. every name, number and date that the *question* names is in the article (else its premise is not borne out),
2. it is of the kind that the question asks for, and says something that the question didn't,
3. its names, numbers and dates stand in one sentence, or in two neighbouring ones, which are then cited (of a list of
   names each may stand in a sentence of its own); an answer without any shares most of its words with the cited
   sentence, in either language,
4. the cited sentence speaks of what the question asks about, as much as any other sentence of the unit does.
Checking atoms and failing closed is the idea of attributed QA (Rashkin et al. 2023, arXiv 2112.12870; Min et al.
2023, arXiv 2305.14251), done by rules and not by a model, so that it costs nothing and can be read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.atoms import Atoms, atoms, has_name, is_name, named_numbers, numbers
from rag.dates import find_dates, same_date
from rag.durations import compared
from rag.instead import (
    Sought,
    closest_value,
    date_with_more_names,
    day_counted_from,
    exact_count,
    numbers_of,
    own_choice,
)
from rag.kinds import (
    echoes,
    gives_a_name,
    gives_the_hour,
    is_amount,
    is_its_publisher,
    is_other_count,
    is_other_measure,
    is_other_place,
    is_place_for_place,
    is_toll,
    measures,
    says_when,
    tells_how_long,
)
from rag.language import KNOWN
from rag.named import named_in_words
from rag.nationality import asks_nationality, is_of_nationality
from rag.overlap import content, has_any, word_share
from rag.premise import (
    SMALL,
    asked_atoms,
    asked_verbs,
    choices,
    contradicts,
    covers,
    denies,
    has_main_verb,
    is_about,
    is_after,
    is_day_of_report,
    is_of_another_day,
    is_unadmitted,
    is_yet_to_be,
    missing_premise,
    swaps_roles,
)
from rag.question import Question, asks_why, main_clause
from rag.units import Unit

# Share of an answer's words that the cited sentence has to contain where there is no name, number or date to check.
ENOUGH = 0.5
# Of a claim of so many content words with no other atoms than numbers, the sentence has to have this share at least.
MANY, A_FEW = 4, 0.3

# How much less of the question the cited sentence may contain than the unit's best one. A sentence about another event
# lacks the question's verb and half of its names; a sentence with a number often calls the persons "they".
BEHIND = {"when": 0.34, "number": 0.42}

# Share of a yes-no question's words that a sentence has to contain for a plain yes or no, and from which log-odds of
# yes on less of it will do: the same in other words. Of 51 questions two more come out right.
TOLD = 0.4
TOLD_SURELY, LEANS_SURELY = 0.15, 3.0
# Share of them that a passage has to contain for the time that something took in it to be that of what is asked about.
OF_DURATION = 0.5
# Log-odds of yes from which a yes is meant: so 81 % of 166 readings are told right whose unit tells of it, by 1.0 79 %,
# by 2.0 74 %, and weighing the shared words with it gains nothing.
LEANS_TO_YES = 1.5
# Words of a reply that is a value, neither yes nor no.
VALUE_WORDS = 4


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check says.

    Attributes:
        sentences: numbers (from 0) of the sentences of the unit that say it, best first; empty if unsupported.
        reason: why it is not supported, for the reader; "" if it is.
        instead: what the sentences say in place of the answer; "" if they say the answer.
        closeness: share of the question's words that the cited sentences contain, 0 to 1.
    """

    sentences: tuple[int, ...]
    reason: str = ""
    instead: str = ""
    closeness: float = 0.0

    @property
    def supported(self) -> bool:
        """Whether the statement may be shown as said by the article."""
        return bool(self.sentences)


def verify(
    question: Question, unit: Unit, answer: str, hint: int | None = None, leaning: float | None = None
) -> Verdict:
    """Check one reading's answer against its unit.

    Args:
        question: what was asked.
        unit: what was read.
        answer: the reply.
        hint: the sentence that the model named.
        leaning: how much its first word leans to yes, where it is known.
    """
    missing = missing_premise(question, unit)
    if missing:
        return _unsupported(question, "doesn't mention", "tidak menyebut", missing)
    if question.kind == "yesno":
        return (
            _by_duration(question, unit)
            or _by_nationality(question, unit)
            or _yes_or_no(question, unit, answer, hint, leaning)
        )
    chosen = own_choice(question.text, unit, answer) or named_in_words(question, unit, answer)
    if chosen:
        return replace(verify(question, unit, chosen), instead=chosen)
    asked = asked_atoms(question, unit)
    said = answer_atoms(question, unit, answer)
    if not _answers(question, unit, answer, said, asked):
        return _unsupported(question, "doesn't say", "tidak menyebut", answer)
    return _stated(question, unit, answer, hint, said, asked)


def _stated(question: Question, unit: Unit, answer: str, hint: int | None, said: Atoms, asked: Atoms) -> Verdict:
    """The sentence that says an answer of the right kind and speaks of what is asked; or what one says instead."""
    to_find = _to_find(said, question)
    closeness = [word_share(question.text, unit.quote(n)) for n in range(len(unit.sentences))]
    sought = Sought(question, unit, asked, closeness)
    reckoned = _instead(sought, day_counted_from(sought, said) or exact_count(sought, said))
    if reckoned is not None:
        return reckoned
    saying = [n for n in range(len(unit.sentences)) if _says(unit, (n,), answer, to_find)]
    saying.sort(key=lambda n: -(closeness[n] + word_share(answer, unit.quote(n)) + 0.25 * (n == hint)))
    # Dates and numbers stand side by side in an article: for them the sentence has to be among the closest.
    enough = max(closeness) - BEHIND.get(question.kind, 1.0)
    for number in saying:
        own = word_share(question.own, unit.quote(number)) == 1
        counted = bool(asked.numbers - SMALL) and asked.numbers <= numbers_of(unit, (number,))
        near = own or counted or closeness[number] >= enough or _refers_back(question, unit, number, hint) >= enough
        if near and is_about(question, unit, number, asked):
            days = said.dates if question.kind == "when" else ()
            told = [day for day in days if is_day_of_report(question.text, unit, number, day)]
            share = 0.0 if days and len(told) == len(days) else closeness[number]
            # The names that a follow-up has from what went before need not be there.
            better = None if own else date_with_more_names(sought, number, share)
            return _instead(sought, better) or Verdict((number,), closeness=share)
    instead = _instead(sought, closest_value(sought, said))
    if instead is not None:
        return instead
    if saying or not to_find:
        return _unsupported(question, "says something else about", "mengatakan hal lain tentang", answer)
    several = _in_several(unit, answer, to_find)
    if several:
        best_first = tuple(sorted(several, key=lambda n: -closeness[n]))
        return Verdict(best_first, closeness=closeness[best_first[0]])
    return _unsupported(question, "doesn't say", "tidak menyebut", answer)


def _instead(sought: Sought, found: tuple[int, str] | None) -> Verdict | None:
    return Verdict((found[0],), instead=found[1], closeness=sought.closeness[found[0]]) if found else None


def _in_several(unit: Unit, answer: str, to_find: Atoms) -> set[int]:
    """Sentences that say the answer together: two neighbours, or of a list of names one for each."""
    numbered = range(len(unit.sentences))
    pair = next((set(pair) for pair in pairwise(numbered) if _says(unit, pair, answer, to_find)), set())
    if pair or len(to_find.names) < 2 or not is_name(answer):
        return pair
    having = [[n for n in numbered if has_name(unit.quote(n), name)] for name in to_find.names]
    return {each[0] for each in having} if all(having) else set()


_REFERRING = re.compile(
    r"\b(ini|itu|tersebut|ia|dia|beliau|mereka|keduanya|\w{3,}nya"
    r"|kedua (kepala|pemimpin|presiden|menteri|negara|pihak|orang|tokoh)\w*"
    r"|he|she|it|they|him|her|them|his|its|their|both|the two|this|these)\b",
    re.IGNORECASE,
)
_OPENING = 3  # words of a sentence that may refer to what the one before tells: "Benda itu ditemukan …"


def _refers_back(question: Question, unit: Unit, number: int, hint: int | None) -> float:
    """A sentence's closeness with the one before or the names so far, where it refers back and is about the question.

    It has the question's verb, or the model named it.

    "Thieves stole five cups. They were found on Tuesday"; "This game came out in May".
    """
    sentence = unit.quote(number)
    verbs = [forms for _, forms in asked_verbs(question.text)]
    opens = _REFERRING.search(" ".join(sentence.split()[:_OPENING]))
    if opens and number and (number == hint or any(has_any(sentence, forms) for forms in verbs)):
        return word_share(question.text, f"{unit.quote(number - 1)} {sentence}")
    told = has_main_verb(question.text, sentence) or tells_how_long(question.text, sentence)
    if not told or not _REFERRING.search(sentence):
        return 0.0
    before = " ".join([unit.document.title, *(unit.quote(n) for n in range(number))])
    named = [name for name in atoms(question.text).names if has_name(before, name)]
    return word_share(question.text, " ".join([sentence, *named]))


def _yes_or_no(question: Question, unit: Unit, answer: str, hint: int | None, leaning: float | None) -> Verdict:
    """A small model says yes to nearly everything: how much it leans to yes tells, and the sentences have their say."""
    said_yes, claim = split_verdict(answer)
    numbered = range(len(unit.sentences))
    closeness = [word_share(main_clause(question.text), unit.quote(n)) for n in numbered]
    asked = asked_atoms(question, unit)
    timely = [n for n in numbered if not is_of_another_day(unit, n, asked)]
    if not timely or is_after(question.text, unit, asked):
        return _unsupported(question, "doesn't say", "tidak menyebut", question.text)
    best = max(timely, key=lambda n: closeness[n] + 0.05 * (n == hint))
    sentence = unit.quote(best)
    # Who says "12 May" to whether it was closed leans to yes unawares.
    is_value = said_yes is None and len(answer.split()) <= VALUE_WORDS
    leans = said_yes if leaning is None else leaning >= (0.0 if is_value else LEANS_TO_YES)
    if said_yes is False and claim:
        said = _to_find(answer_atoms(question, unit, claim), question)
        for number in sorted(numbered, key=lambda n: -closeness[n]):
            if said and _says(unit, (number,), claim, said):
                return Verdict((number,), closeness=closeness[number])
    yes, no = _yes_and_no(question)
    told = TOLD_SURELY if leaning is not None and leaning >= LEANS_SURELY else TOLD
    if closeness[best] < told or swaps_roles(question.text, sentence):
        return _unsupported(question, "doesn't say", "tidak menyebut", question.text)
    # Who says "Germany" to whether it was in Russia has said where it was.
    if said_yes is None and _is_instead(question, unit, best, answer):
        no = f"{no}: {answer.strip(' .')}"
    leans = leans and not is_unadmitted(question.text, sentence)
    if denies(question.text, sentence) or contradicts(question, sentence) or leans is False:
        return Verdict((best,), instead=no, closeness=closeness[best])
    if is_yet_to_be(question.text, sentence):
        return _unsupported(question, "doesn't say", "tidak menyebut", question.text)
    if leans and asked.numbers - named_numbers(question.text) <= numbers_of(unit, (best,)) | SMALL:
        return Verdict((best,), instead=yes, closeness=closeness[best])
    return _unsupported(question, "doesn't say", "tidak menyebut", question.text)


def _yes_and_no(question: Question) -> tuple[str, str]:
    return ("Ya", "Tidak") if question.language == "id" else ("Yes", "No")


def _by_duration(question: Question, unit: Unit) -> Verdict | None:
    """Whether it took longer or less long than is asked, by the closest sentence with a duration; None without one."""
    quotes = [unit.quote(number) for number in range(len(unit.sentences))]
    took = {number: found for number, quote in enumerate(quotes) if (found := compared(question.text, quote))}
    asked = asked_atoms(question, unit)
    timely = [number for number in took if not is_of_another_day(unit, number, asked)]
    if not timely or word_share(question.text, " ".join([unit.document.title, *quotes])) < OF_DURATION:
        return None
    closeness = {number: word_share(question.text, quotes[number]) for number in timely}
    best = max(timely, key=closeness.__getitem__)
    (so, duration), (yes, no) = took[best], _yes_and_no(question)
    return Verdict((best,), instead=f"{yes if so else no}: {duration}", closeness=closeness[best])


def _by_nationality(question: Question, unit: Unit) -> Verdict | None:
    """Whether they are of the country that is asked, by a sentence that tells of them and whose citizens they are."""
    if not asks_nationality(question.text):
        return None
    asked, (yes, no) = asked_atoms(question, unit), _yes_and_no(question)
    for number in range(len(unit.sentences)):
        sentence = unit.quote(number)
        so = is_of_nationality(question.text, sentence, unit.document.title)
        closeness = word_share(question.text, sentence)
        dated = any(covers(day, e.date) for day in asked.dates for e in unit.dates[number] if e.date)
        if so is not None and (dated or closeness >= TOLD) and not is_of_another_day(unit, number, asked):
            return Verdict((number,), instead=yes if so else no, closeness=closeness)
    return None


def _is_instead(question: Question, unit: Unit, number: int, answer: str) -> bool:
    """Whether a sentence says the answer, which is of a kind with something in the question: a country, a date."""
    asked, said = asked_atoms(question, unit), answer_atoms(question, unit, answer)
    alike = (
        (asked.dates and said.dates) or (asked.numbers and said.numbers) or is_place_for_place(question.text, answer)
    )
    return bool(alike) and not echoes(question.text, answer) and _says(unit, (number,), answer, said)


def split_verdict(answer: str) -> tuple[bool | None, str]:
    """A reply's yes (True) or no (False), None for neither, and what follows it."""
    match = re.match(r"\W*(yes|ya|iya|benar|betul|no|tidak|bukan|belum)\b[\s,.:;–-]*", answer, re.IGNORECASE)
    if match is None:
        return None, answer
    return match[1].casefold() in ("yes", "ya", "iya", "benar", "betul"), answer[match.end() :]


def answer_atoms(question: Question, unit: Unit, claim: str) -> Atoms:
    """The answer's atoms; "April" alone is the April of which question and unit speak."""
    context = [date.start for date in atoms(question.text).dates]
    context += [expression.date.start for found in unit.dates for expression in found if expression.date]
    said = atoms(claim, find_dates(claim, unit.document.published, context), unit.document.language)
    if question.kind == "when" and not said.dates:
        # "May" and "April" are also a verb and a name; after a preposition they are months.
        said = atoms(f"in {claim}", find_dates(f"in {claim}", unit.document.published, context))
    return said


def _to_find(said: Atoms, question: Question) -> Atoms:
    """What of an answer the cited sentence has to contain: all its numbers and dates, and the names that it adds.

    A name of the question may be "he" in the sentence; a choice that the question offers is an answer all the same.
    """
    offered = choices(question.text)
    added = (
        name
        for name in said.names
        if name.casefold() in offered
        or not (has_name(question.text, name) or has_name(question.text, name.split()[-1]))
    )
    return Atoms(said.numbers, said.dates, tuple(added))


def _answers(question: Question, unit: Unit, claim: str, said: Atoms, asked: Atoms) -> bool:
    """Whether the claim is of the kind asked for, and adds something to the question."""
    if not gives_the_hour(question.text, claim) or is_its_publisher(question.text, claim, unit.document.publisher):
        return False
    if question.kind == "when":
        return bool(said.dates) or says_when((unit.quote(n) for n in range(len(unit.sentences))), claim)
    if question.kind == "number":
        text = " ".join(unit.quote(n) for n in range(len(unit.sentences)))
        other = is_other_measure(question.text, claim) or is_other_count(question.text, said.numbers, text)
        return bool(said.numbers - named_numbers(question.text)) and not other
    # A date is nobody and no place, and "in May 2020" is no answer to what will be in May.
    bare = not said.names and not content(claim)
    again = any(same_date(day, date) for day in said.dates for date in asked.dates)
    if bare and (question.kind in ("who", "where") or again):
        return False
    if question.kind == "who" and is_toll(question.text, claim):
        return False
    # Who or how much is no reason; the capitals of German nouns make no names.
    named = is_name(claim.strip(" .")) and unit.document.language in KNOWN
    if asks_why(question.text) and (is_amount(claim) or named):
        return False
    added = _to_find(said, question).names
    # A name that shares its last word with the question's adds nothing, but it is a name.
    new = [name for name in said.names if not has_name(question.text, _uncounted(name))]
    if is_other_place(question.text, claim) or not gives_a_name(question.text, claim, new, counts=bool(said.numbers)):
        return False
    offered = choices(question.text)
    if echoes(question.text, claim) and not any(word in offered for word in claim.casefold().split()):
        return False
    return bool(added or said.numbers - asked.numbers) or word_share(claim, question.text) < 1


def _uncounted(name: str) -> str:
    """A name without the number before it: "Two Russian" citizens are Russian."""
    first, _, rest = name.partition(" ")
    return rest if rest and numbers(first) else name


def _says(unit: Unit, sentences: Sequence[int], claim: str, said: Atoms) -> bool:
    """Whether the sentences contain the claim: its atoms, or else most of its words; and the measure of a number.

    A few numbers in a claim of many words say little: "two trucks, a crane and documents" is not in "two years ago".
    """
    text = " ".join(unit.quote(number) for number in sentences)
    if not said:
        written = re.escape(claim.strip(" ."))
        stands = bool(written) and re.search(rf"(?<!\w){written}(?!\w)", text, re.IGNORECASE) is not None
        return stands or word_share(claim, text) >= ENOUGH
    known = unit.document.language in KNOWN
    spans = [expression.date for number in sentences for expression in unit.dates[number] if expression.date]
    if known and not (said.names or said.dates) and len(content(claim)) >= MANY and word_share(claim, text) < A_FEW:
        return False
    return (
        all(any(covers(date, span) for span in spans) for date in said.dates)
        and said.numbers <= numbers_of(unit, sentences)
        and all(has_name(text, name) for name in said.names)
        and all(has_any(text, forms) for forms in measures(claim) if said.numbers and known)
    )


def _unsupported(question: Question, english: str, indonesian: str, what: str) -> Verdict:
    said = f"artikelnya {indonesian}" if question.language == "id" else f"the article {english}"
    return Verdict((), f'{said} "{what}"')
