"""Question + unit -> whether the article, and one sentence of it, speaks of what the question takes for granted."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from rag.atoms import Atoms, atoms, is_called, may_have_name, numbers, undated_numbers
from rag.dates import DateExpression, DateSpan, find_dates, format_date, same_date
from rag.kinds import has_measure
from rag.language import KNOWN, word_set
from rag.lexicon import opposites, phrases, ruled_from
from rag.masthead import without_dateline
from rag.overlap import has_any
from rag.question import Question, asks_why, is_foreign, main_clause
from rag.units import Unit

# "The two plots", "both men": counts this small come from the asker and not from the article.
SMALL = {"1", "2", "3"}


def missing_premise(question: Question, unit: Unit) -> str:
    """The first name, number or date of the question that the article does not contain; "" if it has them all.

    Who asks why takes for granted that it was so, and who asks what was when somebody lost, that he lost: then the
    verb has to be there as well.
    """
    asked = asked_atoms(question, unit)
    document = unit.document
    whole = f"{document.title}\n{document.publisher}\n{document.text}"
    missing_name = _missing_name(question, asked, unit, whole)
    if missing_name:
        return missing_name
    missing = asked.numbers - undated_numbers(whole, document.language) - SMALL
    if missing:
        return _as_typed(min(missing), question.text)
    # A question about two years is answered by an article of either; one that tells no year can't gainsay any.
    if (
        asked.dates
        and unit.all_dates
        and not any(covers(date, span) for date in asked.dates for span in unit.all_dates)
    ):
        return format_date(asked.dates[0], question.language)
    return _untold_verb(question, document.text) if document.language in KNOWN else ""


# A time of the year that the asker dates by: "between Christmas and New Year".
_HOLIDAY = r"(Christmas|Easter|Ramadan|Thanksgiving|Natal|Lebaran|Paskah|Ramadhan|Imlek)"
_SEASON = re.compile(
    r"\b(?:before|after|since|until|between|around|over|sebelum|sesudah|setelah|sejak|sampai|antara|menjelang) "
    rf"{_HOLIDAY}(?: (?:and|dan) (New Year|Tahun Baru))?\b"
)
_ANY_HOLIDAY = re.compile(rf"\b(?:{_HOLIDAY}|New Year|Tahun Baru)\b")


def _missing_name(question: Question, asked: Atoms, unit: Unit, whole: str) -> str:
    """The first name of the question that the article does not have; "" if it has them all.

    Of a question in a language whose nouns can't be told from names, one word that the article has is enough.
    """
    offered = choices(question.text)
    season = {name for found in _SEASON.findall(question.text) for name in found}
    # "And the call of 2017?", after one about a New Year's plot: that was of the other year.
    if find_dates(question.own):
        season |= {found[0] for found in _ANY_HOLIDAY.finditer(question.text) if found[0] not in question.own}
    names = [name for name in asked.names if name.casefold() not in offered and name not in season]
    text = unit.document.text
    missing = [name for name in names if not _has(whole, name, question, unit) and not is_called(text, name)]
    words = " ".join(names).split() if missing and is_foreign(question.text) else ()
    return "" if any(may_have_name(whole, word) for word in words) else next(iter(missing), "")


def _as_typed(number: str, question: str) -> str:
    """A number as the question writes it: "1,2 miliar"."""
    words = question.rstrip("?!. ").split()
    typed = [*words, *map(" ".join, pairwise(words))]
    return next((text for text in typed if numbers(text) == {number}), number)


# Who asks for what was in Washington means the town itself.
_AT = r"\b(?i:in|at|near|to|di|ke|dekat) "


def _has(text: str, name: str, question: Question, unit: Unit) -> bool:
    """Whether the article may have a name of the question, or what that stands for.

    In a language that is not known here a country has another name. Washington may be the United States, but not in
    "who met in Washington?"; and of "Ruler Syria", which opens a question, "Syria" is the name.
    """
    if may_have_name(text, name) or (unit.document.language not in KNOWN and phrases(name)):
        return True
    country = ruled_from(name)
    if country and not re.search(_AT + re.escape(name), question.text):
        return any(forms & country for kind, _, forms in phrases(text) if kind == "country")
    rest = name.partition(" ")[2] if question.text.startswith(name) else ""
    places = [matched for kind, matched, _ in phrases(rest) if kind in ("country", "city")]
    return places == [rest] and may_have_name(text, rest)


# "… when Trump lost the election": what goes with the question as known; "since when has he been there?" asks.
_EVENT = re.compile(
    r"(?<=\w\s)(?<!since\s)\b"
    r"(when|while|after|before|since|once|waktu|saat|ketika|pas|setelah|sesudah|usai|sebelum|sejak)\s"
    r"(?!when\b|kapan\b|berapa\b|apa\b|then\b)(?P<event>[^,?]+)",
    re.IGNORECASE,
)


def _untold_verb(question: Question, text: str) -> str:
    """A verb that the question takes for granted and no sentence of the article has; "" if there is none."""
    verb, forms = next(iter(_telling_verbs(question.text)), ("", frozenset()))
    if asks_why(question.text) and verb and not _is_noun(verb, question) and not _is_told(verb, forms, text):
        return verb
    for found in _EVENT.finditer(question.text):
        verbs = [(word, forms) for word, forms in _telling_verbs(found["event"]) if "happen" not in forms]
        if verbs and not any(_is_told(word, forms, text) for word, forms in verbs):
            return verbs[0][0]
    return ""


def _is_noun(word: str, question: Question) -> bool:
    """Whether what may be a verb stands as a noun: "the transfer"; "urusan transfer", as verbs have "me-" or "di-"."""
    if question.language == "id":
        return re.match(r"me|di|ber|ter", word, re.IGNORECASE) is None
    return re.search(rf"\b(the|a|an|his|her|its|their|['’]s) {re.escape(word)}\b", question.text) is not None


def _is_told(verb: str, forms: frozenset[str], text: str) -> bool:
    """Whether one sentence at least has the verb and doesn't deny it."""
    having = [line for line in re.split(r"(?<=[.!?])\s", text) if has_any(line, forms)]
    return not all(denies(verb, line) for line in having)


_CHOICE = re.compile(r"([\w.-]+),? (?:or|atau|ato) (?:the )?([\w.-]+)", re.IGNORECASE)
_CHOICE_BY_APA = re.compile(r"([A-Z][\w.-]+) apa ([A-Z][\w.-]+)(?: sih| ya)?\W*\Z")


def choices(question: str) -> tuple[str, ...]:
    """The words between which the question lets choose, case folded: "the CIA or the FBI", "CIA apa FBI"."""
    match = _CHOICE.search(question) or _CHOICE_BY_APA.search(question)
    return (match[1].casefold(), match[2].casefold()) if match else ()


# A date of the article and not of what it tells: "according to the report of 20 November"; or of the day that something
# was before: "shortly before New Year 2020".
_OF_ELSE = re.compile(
    r"\b((berita|artikel|laporan|edisi|article|report|story|published|terbit|tayang)s?"
    r"( (on|of|from|dated|pada|tanggal|tgl))*|new year(['’]s( eve)?)?|tahun baru|christmas|natal|lebaran)\s*\Z",
    re.IGNORECASE,
)


def asked_atoms(question: Question, unit: Unit) -> Atoms:
    """The question's atoms; "27 December" without a year is the article's 27 December, if it has one."""
    asked = atoms(question.text)
    years = {number for number in asked.numbers if len(number) == 4 and "1800" <= number <= "2100"}
    told = [each for each in find_dates(question.text) if not _OF_ELSE.search(question.text[: each.start])]
    dates = [_in_article(expression, unit) for expression in told]
    return Atoms(
        asked.numbers - years,
        (*(date for date in dates if date is not None), *(DateSpan(year) for year in sorted(years))),
        asked.names,
    )


def _in_article(expression: DateExpression, unit: Unit) -> DateSpan | None:
    """A question's date; one without a year is looked for among the article's dates before it is taken as another."""
    if expression.date is not None:
        return expression.date
    near = [find_dates(expression.text, span.start) for span in sorted(unit.all_dates, key=lambda span: span.start)]
    resolved = [found[0].date for found in near if found and found[0].date]
    there = next((date for date in resolved if any(covers(date, span) for span in unit.all_dates)), None)
    # "By Friday night" is no day of its own.
    named = any(map(str.isdigit, expression.text))
    return there or (next(iter(resolved), None) if named else None)


# "Broken up", "ended up": what such a verb means isn't what the verb alone does.
_PARTICLE = (
    r"(\s+(it|them|him|her|itself))?\s+"
    r"(up|down|out|away|apart|off(?! (?-i:[A-Z]|the\b))|(in|on|over|back)(?=\W*\Z|[,?]))\b"
)
# Whoever becomes or makes something is told to in other words: what such a verb means is in the words beside it.
_LIGHT = word_set(
    "come came become became go went gone take took taken make made get got do did give gave put keep kept end"
    " bring brought"
)


@lru_cache(maxsize=512)
def asked_verbs(question: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """The verbs of the question itself, in their order, with their forms in both languages."""
    clause = main_clause(question)
    return tuple(
        (matched, forms)
        for kind, matched, forms in phrases(clause)
        if kind == "verb" and not re.search(re.escape(matched) + _PARTICLE, clause, re.IGNORECASE)
    )


def _telling_verbs(question: str) -> list[tuple[str, frozenset[str]]]:
    return [(verb, forms) for verb, forms in asked_verbs(question) if verb.casefold() not in _LIGHT]


# Verbs that say the same when both sides change places.
MUTUAL = ("talk", "speak", "meet", "discuss", "agree", "talks", "bicara", "berbicara", "bertemu", "membahas", "sepakat")
# And those that only name who says it.
ATTRIBUTING = ("menurut", "according to")


# Between a verb and whom it acts on: at most three words, none of them that of a place or a time.
_ACTED_ON = re.compile(r"\W*((?!(di|dalam|pada|in|at|on|during|dengan|with)\b)[\w-]+\W+){0,3}", re.IGNORECASE)


_PLACED = r"\b(?i:di|dari|ke|dekat|in|at|from|near) (?:the )?"


def swaps_roles(question: str, sentence: str) -> bool:
    """Whether the sentence lets the second person of "A thanked B" act on the first, or on somebody else.

    The order in which the two are named tells, in both languages; a passive ("oleh", "di-") turns it round, and
    is let pass.
    """
    sentence = without_dateline(sentence)
    # Months and weekdays are no names here; who is named as a place does nothing: "the celebration in Russia".
    named = [name for name in atoms(question).names if not re.search(rf"{_PLACED}{re.escape(name)}", question)]
    for matched, forms in asked_verbs(question):
        if matched in (*MUTUAL, *ATTRIBUTING):
            continue
        before, _, after = question.partition(matched)
        first = next((name for name in reversed(named) if name in before), "")
        second = next((name for name in named if name in after), "")
        if (
            not first
            or not second
            or not has_any(sentence, forms)
            or not _ACTED_ON.fullmatch(after.partition(second)[0])
        ):
            continue
        if matched.casefold().startswith("di") or re.search(r"\b(oleh|by)\b", f"{question} {sentence}", re.IGNORECASE):
            continue
        places = [_first_place(sentence, name) for name in (first, second)]
        if None not in places and places[0] > places[1]:  # type: ignore[operator]
            return True
    return False


def _first_place(sentence: str, name: str) -> int | None:
    places = [sentence.casefold().find(word.casefold()) for word in name.split() if len(word) > 2]
    found = [place for place in places if place >= 0]
    return min(found) if found else None


# Words by which a sentence says that something is not so, or did not come to pass.
_NOT = re.compile(
    r"\b(tidak|bukan|belum|tak|tanpa|gagal|menggagalkan|digagalkan|batal|membantah|mencegah"
    r"|rencana|merencanakan|berencana|direncanakan|diduga"
    r"|not|never|no|without|fail(ed|s)?|foil(ed|s)?|thwart(ed|s)?|den(y|ied|ies)|prevent(ed|s)?|plan(s|ned|ning)?"
    r"|alleged(ly)?)\b|n't\b",
    re.IGNORECASE,
)


# "Moskow gak ikut campur, bener?" denies; "… ga?" at the end only asks whether.
_NOT_SPOKEN = re.compile(r"\b(gak?|gk|ngga|nggak|engga|enggak|kagak)\b(?!\W*\Z)", re.IGNORECASE)
# "Could he say …?", and "belum bisa menjelaskan", whatever he was to say.
_ABLE = re.compile(r"\b(able to|could|can|bisa(kah)?|dapat(kah)?|mampu(kah)?|sanggup)\b", re.IGNORECASE)
_UNABLE = re.compile(
    r"\b(belum|tidak|tak) (bisa|dapat|mampu|sanggup)\b|\b(could|can)( ?not|n['’]t)\b|\bunable to\b", re.IGNORECASE
)
# "Belum bisa lebih lanjut menjelaskan": words between a "not" and what it denies.
_BEFORE = 3


def denies(question: str, sentence: str) -> bool:
    """Whether the sentence says "not", "foiled" or "planned" of the question's first verb, and the question doesn't."""
    if _NOT.search(question) or _NOT_SPOKEN.search(question):
        return False
    if _ABLE.search(question) and _UNABLE.search(sentence):
        return True
    for forms in [forms for _, forms in asked_verbs(question)][:1] or [forms for _, _, forms in phrases(question)]:
        for form in forms:
            place = re.search(rf"\b{re.escape(form.casefold())}", sentence.casefold())
            if place and _NOT.search(" ".join(sentence[: place.start()].split()[-_BEFORE:])):
                return True
    return False


def is_unadmitted(question: str, sentence: str) -> bool:
    """Whether it is asked if somebody admitted something, and the sentence tells of it without that."""
    forms = next((forms for _, forms in asked_verbs(question)), frozenset())
    return "admit" in forms and not has_any(sentence, forms)


_PAST = re.compile(r"\b(did|has|have|had|was|were|sudah|telah|pernah|akhirnya|jadi)\b", re.IGNORECASE)
_YET_TO_BE = re.compile(
    r"\b(akan|ingin|hendak|berharap|berjanji|jika|apabila|kalau|(meng|di)undang|ajak|mengajak|diajak"
    r"|will|would|wants?|hopes?|promised?|invited?|if)\b",
    re.IGNORECASE,
)
# "Invited Trump to attend": words between.
_TOWARDS = 5


def is_yet_to_be(question: str, sentence: str) -> bool:
    """Whether the sentence tells of the question's verb as a wish or plan, and the question as of what has been.

    Who was invited to attend has not been there.
    """
    if not _PAST.search(question):
        return False
    for _, forms in asked_verbs(question):
        found = re.compile(rf"\b({'|'.join(map(re.escape, forms))})", re.IGNORECASE)
        before = [" ".join(sentence[: place.start()].split()[-_TOWARDS:]) for place in found.finditer(sentence)]
        if before:
            return all(_YET_TO_BE.search(words) for words in before)
    return False


def is_after(question: str, unit: Unit, asked: Atoms) -> bool:
    """Whether it is asked if something has come to pass on a day after the article: that can only tell of plans."""
    published = unit.document.published
    later = [date for date in asked.dates if published and date.start > published]
    return bool(later) and len(later) == len(asked.dates) and not _YET_TO_BE.search(question)


# "Ancaman serangan": nobody attacks by that.
_VERBAL_NOUN = re.compile(r"\b(?!me|di|ber|ter)\w{4,}an\b", re.IGNORECASE)


def contradicts(question: Question, sentence: str) -> bool:
    """Whether the sentence says the opposite of what the question takes for granted ("released": "arrested")."""
    verb = next(iter(asked_verbs(question.text)), None)
    if verb is None or has_any(sentence, verb[1]):
        return False
    return has_any(_VERBAL_NOUN.sub("", sentence), opposites(verb[0]))


def has_main_verb(question: str, sentence: str) -> bool:
    """Whether the sentence has the question's first verb, in either language; True where no verb is known."""
    verbs = asked_verbs(question)
    return not verbs or has_any(sentence, verbs[0][1])


_TOLD_AT_END = re.compile(
    r"[,”\"’]\s*(?:[^,”\"’]{0,80}\s)?"
    r"(?:said|says|told|announced|reported|kata|ujar|ungkap|tutur|jelas|terang|papar|imbuh|tambah|sebut|tegas)(?:nya)?\b"
    r"[^”\"’]{0,160}\Z",
    re.IGNORECASE,
)
_THAT = re.compile(r"\b(bahwa|that)\b", re.IGNORECASE)
# "…, kata Rangga, yang akan terbang pada 3 Oktober": what the speaker does is no report.
_WHO_DOES = re.compile(r"\b(yang|who|which|whose)\b", re.IGNORECASE)


# Who asks when somebody said something asks for the day of the report.
_SAYING = frozenset(
    {"say", "tell", "speak", "state", "announce", "confirm", "claim", "warn", "report", "declare", "deny"}
)


def is_day_of_report(question: str, unit: Unit, number: int, day: DateSpan) -> bool:
    """Whether a date of a sentence says when it was said and not when it happened: "confirmed on Monday that Putin …".

    So it does where "bahwa" or "that" stands between the date and all the verbs of the question, or where the sentence
    ends in who said it: "…, officials said on Sunday", "…, kata Ratna, Senin (13/5)".
    """
    sentence = unit.quote(number)
    verbs = [forms for _, forms in asked_verbs(question)]
    places = [e.start for e in unit.dates[number] if e.date and covers(day, e.date)]
    if not places or not verbs or verbs[0] & _SAYING:
        return False
    that, told = _THAT.search(sentence), _TOLD_AT_END.search(sentence)
    if that and max(places) < that.start():
        report = sentence[: that.start()]
    elif told and min(places) > told.start() and not _WHO_DOES.search(sentence[told.start() : min(places)]):
        report = sentence[told.start() :]
    else:
        return False
    return not any(has_any(report, forms) for forms in verbs)


def is_of_another_day(unit: Unit, number: int, asked: Atoms) -> bool:
    """Whether a sentence has days of its own, and neither they nor its months and years are the question's."""
    dates = [e.date for e in unit.dates[number] if e.date]
    if not asked.dates or any(covers(asked_date, date) for asked_date in asked.dates for date in dates):
        return False
    days = [date for date in dates if len(date.start) == len("2017-12-17")]
    return bool(days) and not any(same_date(date, day) for date in asked.dates for day in days)


def is_about(question: Question, unit: Unit, number: int, asked: Atoms) -> bool:
    """Whether a sentence tells of what is asked: not of the contrary, of swapped roles, another day or measure."""
    sentence = unit.quote(number)
    counts = question.kind == "number" and unit.document.language in KNOWN
    measured = not counts or has_measure(question.text, sentence)
    return measured and not (
        contradicts(question, sentence)
        or swaps_roles(question.text, sentence)
        or is_of_another_day(unit, number, asked)
    )


def covers(said: DateSpan, span: DateSpan) -> bool:
    """Whether `span` is the date said, and as precise."""
    return same_date(said, span) and len(span.start) >= len(said.start)
