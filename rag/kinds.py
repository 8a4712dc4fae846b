"""Question + answer -> whether the answer is of the kind that is asked for: a time, a number of minutes, a city."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from rag.dates import find_dates
from rag.language import is_small_word, word_set
from rag.lexicon import phrases
from rag.overlap import has_any

# What a time without a date has in it, or before it.
_TIME = re.compile(
    r"\b(abad|zaman|masa|periode|musim|tahun|pagi|siang|sore|petang|malam|dini hari|pukul|jam|saat|ketika"
    r"|century|age|era|period|season|spring|summer|autumn|winter|morning|noon|afternoon|evening|night|midnight"
    r"|o['’]clock|year|BC|AD|SM)\b",
    re.IGNORECASE,
)
_TIME_BEFORE = re.compile(
    r"\b(pada|sejak|setelah|sesudah|usai|sebelum|menjelang|selama|hingga|sampai|tahun|saat|ketika"
    r"|since|after|before|during|until|till|by|when)( the)?\s*\Z",
    re.IGNORECASE,
)
_MEASURES = frozenset(
    {
        "minute",
        "hour",
        "day",
        "week",
        "month",
        "year",
        "second",
        "percent",
        "kilometer",
        "meter",
        "dollar",
        "rupiah",
        "euro",
    }
)

_COUNTED = re.compile(r"\b(?:how many|berapa(?:kah)?) (\w+)", re.IGNORECASE)
# What is measured, not counted: "berapa harga", "berapa panjang".
_PROPERTIES = word_set(
    "banyak jumlah total harga biaya ongkos tarif nilai panjang tinggi luas lebar berat dalam kedalaman jarak kecepatan"
    " usia umur gaji upah skor suhu lama besar kapasitas volume tingkat angka hasil denda hadiah anggaran dana uang"
    " modal laba rugi kerugian keuntungan pendapatan inflasi bunga suku durasi magnitudo kekuatan skala ukuran rata"
    " time much"
)
_AGE = re.compile(r"\bhow old\b|\b(usia|umur)", re.IGNORECASE)
_AREA = re.compile(r"\bberapa(kah)? luas|\bluas\b.*\bberapa", re.IGNORECASE)
# Measures that are always written out; "km" and "$" stand for others.
_WRITTEN_OUT = frozenset({"second", "minute", "hour", "day", "week", "month", "year"})
_IN_YEARS = re.compile(
    r"\b(ber)?(usia|umur)|\baged?\b|[ -](years?|months?)[ -]old\b"
    r"|[(,–-] ?\d{1,3}( (tahun|thn|bulan|years?|months?))? ?[),–-]",
    re.IGNORECASE,
)
# "How long did it last?", not "how long after …?".
_LASTED = re.compile(
    r"\b(how long|(berapa|brp) lama(kah)?)\b(?!.*\b(after|before|until|ago|apart|between (the )?two"
    r"|setelah|sesudah|sebelum|hingga|sampai|selang|jarak|antara (ke)?dua)\b)",
    re.IGNORECASE,
)
# Behind a time that has passed between two events: "tiga hari setelah pembicaraan itu", "two years ago".
_APART = re.compile(
    r" ((yang )?lalu|silam|setelah\w*|sesudah\w*|kemudian|sebelum\w*|after\w*|later|before|earlier|ago)\b",
    re.IGNORECASE,
)
# And before one: "the second call in three days".
_REPEATED = re.compile(
    r"\b(ke(dua|tiga|empat|lima)\w*|kali(nya)?|second|third|fourth|fifth|times?) (dalam|in|within) \Z", re.IGNORECASE
)
_COUNTED_PLAINLY = re.compile(r"\bhow (many|long)\b|\bberapa (kali|lama|orang|banyak)\b", re.IGNORECASE)
_PRICE = re.compile(
    r"\b(anggaran|harga|biaya|ongkos|gaji|upah|tarif|utang|budget|price|cost|salary|wage|fee|debt)s?(nya)?\b",
    re.IGNORECASE,
)
_IN_MONEY = re.compile(
    r"[$€£¥%]|\b(rp|rupiah|dol+ars?|euros?|yen|yuan|ringgit|pounds?|juta|miliar|milyar|triliun|persen|million|billion"
    r"|trillion|percent)\b",
    re.IGNORECASE,
)
_IN_SQUARES = re.compile(r"\b(persegi|hektare?|ha|hectares?|acres?|square)\b|m2\b|m²", re.IGNORECASE)

# By the kinds of the lexicon, and one more: a country attacks and thanks as persons do, but it is nobody's name.
_ASKED = {
    "city": re.compile(r"\b(which|what) (city|town)\b|\bkota (mana|apa)\b", re.IGNORECASE),
    "country": re.compile(r"\b(which|what) (country|nation)\b|\bnegara (mana|apa)\b", re.IGNORECASE),
    "person": re.compile(r"\bsiapa(kah)? nama\b", re.IGNORECASE),
}
# What is no city, and nobody.
_NO = {
    "city": re.compile(
        r"\W*(the )?(stadion|bandara|pelabuhan|gedung|hotel|istana|museum|universitas|rumah sakit|jalan|jl|gelora)\b"
        r"|.*\b(stadium|airport|harbou?r|hotel|palace|museum|university|hospital|street|arena)\W*\Z",
        re.IGNORECASE,
    ),
    "person": re.compile(r"\W*(PT|CV|UD)\b|.*\b(Tbk|Ltd|Inc|GmbH|Corp)\b"),
}

# What a company or a ship is called beside its name.
_FORMS = word_set("km kri mv ms pt cv ud tbk ag gmbh inc ltd plc llc corp co fc afc")
_NAME = re.compile(r"\b(names? of|nama)\b|['’]s name\b", re.IGNORECASE)
# When in the day, and an answer to that.
_HOUR = re.compile(r"\b(what time( of (the )?day)?(?! (period|of))|(jam|pukul) (berapa|brp))\b", re.IGNORECASE)
_COLON = re.compile(r"\b(\d{1,2}):(\d\d)\b")
_CLOCK = re.compile(
    r"\b\d{1,2}[:.]\d{2}\b|\b(pukul|jam) \w|\d ?[ap]\.?m\b|\b(o['’]clock|noon|midnight|morning|afternoon|evening|night"
    r"|pagi|siang|sore|petang|malam|dini hari)\b",
    re.IGNORECASE,
)
_TOLL = re.compile(
    r"\d[\d.,]*\W+(\w+\W+){0,2}(tewas|meninggal|(ter)?luka|cedera|dead|died|killed|injured|wounded)\b", re.IGNORECASE
)
_VICTIMS = re.compile(
    r"\b(korban|tewas|meninggal|mati|gugur|(ter)?luka|cedera|victims?|casualt\w+|dead|died?|dying|kill\w*|injured|wounded"
    r"|hurt|lost)\w*",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"\d[\d.,]*( \S+){1,3}")
# Words that a name without capitals may have.
_NAMED = 4


def says_when(sentences: Iterable[str], claim: str) -> bool:
    """Whether a sentence has the claim, which names no full date, word for word as a time.

    "After the fall of Rome"; "Tuesday (16/8)" in an article that tells no year.
    """
    if measures(claim):  # "45 minutes" is how long
        return False
    # An hour is written "05.47" by one and "05:47" by another.
    claim = _COLON.sub(r"\1.\2", claim)
    timely = _TIME.search(claim) or _CLOCK.search(claim) or find_dates(claim)
    for sentence in sentences:
        sentence = _COLON.sub(r"\1.\2", sentence)
        place = sentence.casefold().find(claim.casefold().strip(" ."))
        if place >= 0 and (timely or _TIME_BEFORE.search(sentence[:place])):
            return True
    return False


# Who died or was hurt.
_HARMED = re.compile(
    r"\b(di(e|ed|es|ying)|death|dead|kill\w*|injur\w+|wound\w*|hurt|casualt\w+|victims?|fatal\w*|claim\w*|toll|lives|drown\w*"
    r"|(me)?ninggal|tewas\w*|mati|gugur|korban|nyawa|jiwa|luka\w*|terluka|cedera|tenggelam)\b",
    re.IGNORECASE,
)
_ASKS_HARMED = re.compile(
    r"\b(die|died|killed|injured|wounded|dead|casualties|fatalities|tewas|meninggal|mati|terluka|luka(-luka)?|cedera"
    r"|korban jiwa|nyawa)\b",
    re.IGNORECASE,
)
# To how many years in prison, which are no years of anything else.
_ASKS_SENTENCE = re.compile(
    r"\b(years? (in (prison|jail)|behind bars)|jailed|sentenced|tahun (penjara|bui|kurungan)|dipenjara|divonis)\b",
    re.IGNORECASE,
)
_SENTENCED = re.compile(
    r"\b(prison|jail\w*|behind bars|sentence[ds]?|\w*penjara\w*|bui|kurungan|\w*vonis\w*|\w*hukum\w*)\b", re.IGNORECASE
)


def has_measure(question: str, sentence: str) -> bool:
    """Whether the sentence has the measure in which a number is asked for: "how many minutes", "how old"."""
    if _ASKS_HARMED.search(question) and not _HARMED.search(sentence):
        return False
    if _ASKS_SENTENCE.search(question) and not _SENTENCED.search(sentence):
        return False
    if _AGE.search(question):
        return _IN_YEARS.search(sentence) is not None
    if _PRICE.search(question) and not _COUNTED_PLAINLY.search(question):
        return _IN_MONEY.search(sentence) is not None
    if _AREA.search(question):
        return _IN_SQUARES.search(sentence) is not None
    if _LASTED.search(question) and _all_apart(sentence):
        return False
    counted = _COUNTED.search(question)
    wanted = [forms for _, _, forms in phrases(counted[1]) if forms & _WRITTEN_OUT] if counted else []
    return all(has_any(sentence, forms) for forms in wanted)


def tells_how_long(question: str, sentence: str) -> bool:
    """Whether how long something took is asked for, and the sentence says it of something."""
    return _LASTED.search(question) is not None and any(
        re.search(rf"\b(selama|for|lasted)\W+(\w+\W+){{1,4}}{re.escape(time)}\b", sentence, re.IGNORECASE)
        for time in _times(sentence)
    )


def _times(sentence: str) -> set[str]:
    """The sentence's words for measures of time; "kedua" is the other "second"."""
    return {matched for kind, matched, forms in phrases(sentence) if kind == "noun" and forms & _WRITTEN_OUT}


def _all_apart(sentence: str) -> bool:
    """Whether all times that the sentence counts lie between two events, so that none says how long one took."""
    found = [place for time in _times(sentence) for place in re.finditer(rf"\w+ {re.escape(time)}\b(?! \d)", sentence)]
    return bool(found) and all(
        _APART.match(sentence, each.end()) or _REPEATED.search(sentence[: each.start()]) for each in found
    )


def is_other_measure(question: str, claim: str) -> bool:
    """Whether the claim is in another measure than what is asked for: "three weeks" for how many years, or guests."""
    counted, told = _COUNTED.search(question), measures(claim)
    if counted is None or not told:
        return False
    wanted = [forms for _, _, forms in phrases(counted[1]) if forms & _MEASURES]
    things = any(kind == "noun" for kind, _, _ in phrases(counted[1])) and counted[1].casefold() not in _PROPERTIES
    return bool(wanted or things) and not any(forms & other for forms in wanted for other in told)


def measures(claim: str) -> list[frozenset[str]]:
    """The measures that follow a number directly: "45 minutes", "tiga hari"; not "tahun" in "tahun 2017"."""
    return [
        forms
        for _, matched, forms in phrases(claim)
        if forms & _MEASURES and re.search(rf"\w+ {re.escape(matched)}(?! \d)", claim)
    ]


def is_other_place(question: str, claim: str) -> bool:
    """Whether the claim is a country and nothing else where a city or a name is asked for, or a city for a country.

    A stadium is no city either, and a company is nobody.
    """
    if any(_ASKED[kind].search(question) and no.match(claim) for kind, no in _NO.items()):
        return True
    told = [(kind, matched) for kind, matched, _ in phrases(claim) if kind in _ASKED]
    if len(told) != 1:
        return False
    words = set(re.findall(r"\w+", claim)) - set(re.findall(r"\w+", told[0][1]))
    if any(not is_small_word(word) for word in words):
        return False
    return any(asked.search(question) for kind, asked in _ASKED.items() if kind != told[0][0])


def is_place_for_place(question: str, claim: str) -> bool:
    """Whether the claim is a country and the question names one, or both a city."""
    named, told = ({kind for kind, _, _ in phrases(text)} & {"country", "city"} for text in (question, claim))
    return bool(named & told)


def echoes(question: str, claim: str) -> bool:
    """Whether the claim says no more than the question, but for what a company or ship is called beside its name."""
    asked = question.casefold()
    words = [word for word in re.findall(r"\w+", claim.casefold()) if word not in _FORMS and not is_small_word(word)]
    return bool(words) and all(re.search(rf"\b{re.escape(word)}", asked) for word in words)


def is_toll(question: str, claim: str) -> bool:
    """Whether the claim counts dead or hurt where who did something is asked for."""
    return _TOLL.search(claim) is not None and not _VICTIMS.search(question)


def is_amount(claim: str) -> bool:
    """Whether the claim is a number of something and nothing else, which is no reason: "14 months late"."""
    return _AMOUNT.fullmatch(claim.strip(" .")) is not None


def gives_a_name(question: str, claim: str, added: Collection[str], *, counts: bool) -> bool:
    """Whether the claim has a name where one is asked for; a few words that don't count may be one without capitals."""
    return not _NAME.search(question) or bool(added) or (len(claim.split()) <= _NAMED and not counts)


# Who asks for a paper or for who told it may be answered with the one that printed the article.
_MEDIA = re.compile(
    r"\b(media|medium|(news)?paper|publisher|outlet|network|(web)?site|source|report|article|story|news|koran|harian"
    r"|surat kabar|majalah|penerbit|situs|sumber|berita|artikel|portal|who sa(ys|id)|to whom|menurut siapa)\w*",
    re.IGNORECASE,
)


def is_its_publisher(question: str, claim: str, publisher: str) -> bool:
    """Whether the claim names the paper that printed the article, where no paper is asked for."""
    named = re.search(rf"\b{re.escape(publisher)}\b", claim, re.IGNORECASE) if publisher else None
    return named is not None and not _MEDIA.search(question)


# "The call was their how-many-eth?": "telepon yang ke berapa?"
_ASKS_PLACE = re.compile(r"\bke[- ]?berapa\b(?! (tahun|hari|bulan))", re.IGNORECASE)
_ORDINALS = ("pertama|first", "kedua|second", "ketiga|third", "keempat|fourth", "kelima|fifth", "keenam|sixth")


def asks_place(question: str) -> bool:
    """Whether a place in a row is asked for."""
    return _ASKS_PLACE.search(question) is not None


def is_other_count(question: str, numbers: Iterable[str], text: str) -> bool:
    """Whether a place in a row is asked for, and the text has the numbers only as counts: "three days after"."""
    if not asks_place(question):
        return False
    words = [_ORDINALS[int(each) - 1] if each in "123456" else "" for each in numbers if each.isdecimal()]
    places = [rf"ke-?{each}|{each}(st|nd|rd|th)" for each in numbers]
    told = "|".join(filter(None, [*words, *places]))
    return re.search(rf"\b({told})\b", text, re.IGNORECASE) is None


def gives_the_hour(question: str, claim: str) -> bool:
    """Whether the claim tells when in the day something was, where that is asked for."""
    return not _HOUR.search(question) or _CLOCK.search(claim) is not None
