"""Numbers in the words and with the marks of other languages: "trois ans" -> "3 ans", "40.000" -> "40,000"."""

from __future__ import annotations

import re
from functools import cache

# From two; one is as often an article. Left out is what is another word in an English reply: Spanish "once", Italian
# "due" and "sei".
_UP_TO_TWENTY = {
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn zwanzig",
    "nl": "twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien "
    "achttien negentien twintig",
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf vingt",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez - doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte",
    "pt": "dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete dezoito "
    "dezenove vinte",
    "it": "- tre quattro cinque - sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette "
    "diciotto diciannove venti",
    "ru": "два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать "
    "пятнадцать шестнадцать семнадцать восемнадцать девятнадцать двадцать",
}
_THIRTY_TO_HUNDRED = {
    "de": "dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert",
    "nl": "dertig veertig vijftig zestig zeventig tachtig negentig honderd",
    "fr": "trente quarante cinquante soixante soixante-dix quatre-vingts quatre-vingt-dix cent",
    "es": "treinta cuarenta cincuenta sesenta setenta ochenta noventa cien",
    "pt": "trinta quarenta cinquenta sessenta setenta oitenta noventa cem",
    "it": "trenta quaranta cinquanta sessanta settanta ottanta novanta cento",
    "ru": "тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто сто",
}
# Patterns of a thousand, a million, English's billion and trillion; a European billion is a million millions.
_SCALES = {
    "de": ("tausend", "million(?:en)?|mio", "milliarden?|mrd", "billion(?:en)?"),
    "nl": ("duizend", "miljoen", "miljard", "biljoen"),
    "fr": ("mille", "millions?", "milliards?", "billions?"),
    "es": ("mil", "mill(?:ón|ones)", "(?!)", "bill(?:ón|ones)"),
    "pt": ("mil", "milh(?:ão|ões)", "bilh(?:ão|ões)", "trilh(?:ão|ões)"),
    "it": ("mila|mille", "milion[ei]", "miliard[oi]", "(?!)"),
    "ru": (r"тысяч\w*|тыс", r"миллион\w*|млн", r"миллиард\w*|млрд", r"триллион\w*"),
}
# "250 000": groups of three with a space between.
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)")

# Languages that write 40.000 and 3,5 where English writes 40,000 and 3.5.
_DECIMAL_COMMA = frozenset({"id", "de", "nl", "es", "pt", "it"})
# Groups of three, with a fraction or without, or a fraction of what follows it: not "7.30 pm", not "Windows 3.1".
_NUMBER = (
    r"(?<![\d.,])(?:\d{{1,3}}(?:{group}\d{{3}})+(?:{point}\d+)?|\d+{point}\d{{1,2}}(?=\s?[%a-z]))"
    r"(?![\d.,]*\d)(?!\s*(?:[ap]\.?m\b|WI(?:B|TA?)\b))"
)
_MARKED_IN_ENGLISH = re.compile(_NUMBER.format(group=",", point=r"\."))
_MARKED = re.compile(_NUMBER.format(group=r"\.", point=","))
_EXCHANGED = str.maketrans(".,", ",.")


def with_marks_of(text: str, written: str, language: str) -> str:
    """The text with the marks of its numbers, written as in one language, as another one writes them."""
    if written == "en" and language in _DECIMAL_COMMA:
        pattern = _MARKED_IN_ENGLISH
    elif language == "en" and written in _DECIMAL_COMMA:
        pattern = _MARKED
    else:
        return text
    return pattern.sub(lambda found: found[0].translate(_EXCHANGED), text)


def in_digits(text: str, language: str) -> str:
    """The text with its language's words for numbers as digits or English scales; as it is where they aren't known."""
    if language not in _UP_TO_TWENTY:
        return text
    values, scales, pattern = _words(language)

    def written(found: re.Match[str]) -> str:
        word = found[0].casefold()
        return values.get(word) or next(scale for scale, ways in scales.items() if re.fullmatch(ways, word))

    return pattern.sub(written, _GROUPED.sub(lambda found: re.sub(r"\s", "", found[0]), text))


@cache
def _words(language: str) -> tuple[dict[str, str], dict[str, str], re.Pattern[str]]:
    values = {word: str(number) for number, word in enumerate(_UP_TO_TWENTY[language].split(), 2) if word != "-"}
    tens = zip(_THIRTY_TO_HUNDRED[language].split(), range(30, 101, 10), strict=True)
    values |= {word: str(number) for word, number in tens}
    scales = dict(zip(("thousand", "million", "billion", "trillion"), _SCALES[language], strict=True))
    ways = "|".join([*sorted(values, key=len, reverse=True), *scales.values()])
    return values, scales, re.compile(rf"(?<![\w-])(?:{ways})(?![\w-])", re.IGNORECASE)
