"""Question -> what it asks for: its language, its kind, and whether it can be asked at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Literal

from rapidfuzz.distance import OSA

from rag.date_words import MONTHS
from rag.errors import QuestionError
from rag.language import asks_in_known, detect_question, is_of_known
from rag.lexicon import translations

Kind = Literal["when", "who", "where", "number", "yesno", "open"]

# A question is a sentence or two. Longer texts are pasted by mistake, and would not fit beside a unit.
LONGEST = 1_000

# "Apa Trump udah pernah ke Rusia?"
_HAS_BEEN = r"\bapa(kah)? (?!saja|aja|yang|yg)[\w.-]+( (?!yang|yg)\w+)? (sudah|udah|udh|pernah|belum|blm)\b"
# "Apa Trump memercayai Putin?"
_DOES = r"^\W*apa( (?-i:[A-Z])[\w.-]+){1,3} (me|ber)\w{3,}\b"
_AND = r"^\W*((and|so|but|then|dan|lalu|tapi|jadi),? )?"
# "In which of their two calls?", "di telepon yang pertama atau yang kedua?": no article counts them, each gives a day.
_CALL = r"(?:calls?|conversations?|talks?|meetings?|occasions?|encounters?)"
_PANGGILAN = r"(?:telepon|telpon|teleponan|panggilan|percakapan|pembicaraan|pertemuan|obrolan|kesempatan)"
_FIRST, _SECOND = r"(?:pertama|ke-?1|awal)", r"(?:kedua|ke-?2|belakangan|terakhir)"
_WHICH_OCCASION = (
    rf"\b(?:in|on|during|at) which (?:one )?(?:of )?(?:the|their|these|those|his|her)?(?: two| both)?"
    rf"(?: \w+)? ?{_CALL}\b"
    rf"|\b(?:in|on|during|at) (?:the|their) (?:first|earlier)(?: (?:phone )?{_CALL}| one)?"
    rf" or (?:in |on |during |at )?(?:the |their )?(?:second|later|last)(?: (?:phone )?{_CALL}| one)?\b"
    rf"|\b(?:(?:di|pada|dalam|saat|waktu) )?{_PANGGILAN}(?: telepon| itu)? yang mana(?:kah)?\b"
    rf"|\b(?:(?:di|pada|dalam|saat|waktu) )?(?:{_PANGGILAN}(?: telepon)? )?(?:itu )?(?:yang )?{_FIRST} (?:atau|apa|ato)"
    rf" (?:di |pada )?(?:{_PANGGILAN}(?: telepon)? )?(?:yang )?{_SECOND}\b"
)
# How a question may begin: "did they meet when …" asks whether, "was it A or B" asks which.
_BEGINNINGS: tuple[tuple[Kind, str], ...] = (
    ("when", _WHICH_OCCASION),
    ("open", _AND + r"(is|was|were|did|does|do|could|can|will|would|apakah)\b.*\b(or|atau)\b"),
    ("open", r"^\W*was (hat|haben|ist|sind|sagte|sagt|war|wurde|geschah|passierte|bedeutet)\b"),  # German
    ("yesno", _AND + r"(did|does|do|is|are|was|were|has|have|had)\b"),
    # "Could you say who called?" asks who.
    ("yesno", _AND + r"(could|can|will|would) (?!(you|we|i|anyone|anybody|someone|somebody)\b)"),
)
# Its question words, which in Indonesian may stand anywhere ("telepon itu kapan?"). The first one decides ("what was
# used when it was launched?"); of two in one place, the one that is listed first ("how many": "how").
_WORDS: tuple[tuple[Kind, str], ...] = (
    ("number", r"\bhow (many|much|long|old|often|far|big|large|high|tall|deep|fast)\b"),
    ("number", r"\b(berapa|brp) (lama|banyak|orang|kali)\b"),
    ("number", r"\bse(tinggi|besar|jauh|lama|banyak|luas|panjang|mahal) apa(kah)?\b"),
    ("when", r"\bwhen\b|\b(what|which) (exact )?((week)?days?|dates?|years?|months?|time)\b"),
    (
        "when",
        r"\b(kapan|bilamana)(kah)?\b|\bkpn\b|\b(tanggal|tgl|hari|tahun|thn|bulan|jam|pukul) (berapa|brp|apa)(kah)?\b",
    ),
    ("when", r"\b(give|tell|name|list|sebutkan|kasih)\b.*\b(dates?|tanggal(nya)?) (of|for|kedua|masing-masing)\b"),
    ("when", r"\bwhat('s| is| was| were| are) (?!.*\b(on|that|this) (that )?dates?\b).{0,60}\bdates?\W*\Z"),
    (
        "number",
        r"\b(ke)?(berapa|brapa|brp)(kah)?\b"
        r"|\b(what|which) (total |exact )?(number|percentage|share|amount|sum|proportion|price)\b",
    ),
    ("who", r"\b(who|whom|whose)\b|\bsiapa(kah)?\b"),
    (
        "where",
        r"\bwhere\b|\bdmn\b|\b(di|ke|dari) ?mana(kah)?\b|\b(kota|negara|daerah) mana\b|\b(which|what) (city|country)\b",
    ),
    ("yesno", rf"\bapa (benar|bener|betul|iya)\b|{_HAS_BEEN}|{_DOES}"),
    # "Di perusahaan apakah …", "tentang apakah …"; "di Rusia apakah …" asks whether.
    ("open", r"\b(di|ke|dari|dalam|oleh|dengan|untuk|tentang|mengenai|soal|atas) ((?!kota\b)(?-i:[a-z]+) )?apakah\b"),
    ("open", r"\bapakah (nama|kepanjangan|maksud|arti|definisi|pengertian|isi|judul|alasan|penyebab|tujuan|yang)\b"),
    ("open", r"\A\W*kok\b"),
    ("open", r"\b(what|which|why|how|apa|mengapa|kenapa|knp|bagaimana|gimana|gmn|ngapain|diapa(kan|in))\b"),
)
# The same of other languages, as far as it is no word of these two: Malay, German, Dutch, French, Spanish, Portuguese,
# Italian, Russian, Chinese, Japanese, Korean.
_FOREIGN: tuple[tuple[Kind, str], ...] = (
    ("number", r"\b(wie ?viele?|wie (lange|oft|alt|hoch|groß|weit)|hoeveel|combien|[ck]uánt[oa]s?|сколько)\b"),
    ("number", r"^\W*(cuant|quant)[oaie]s?\b|多少|几[个人天年次]|何[人件年日]|いくつ|いくら|몇|얼마"),
    (
        "when",
        r"\b(wann|wanneer|quand|cuándo|когда)\b|^\W*(bila(kah)?|cuando|quando)\b|什么时候|何时|哪[天年]|いつ|언제",
    ),
    ("who", r"\b(wer|wen|wem|wessen|qui|quién(es)?|quem|кто|кого|кому|кем)\b|^\W*(chi|quien(es)?)\b|谁|誰|누가|누구"),
    ("who", r"\bwie (is|was|zijn|waren|heeft|hebben|had|hadden|werd|won|zei|kreeg|leidde)\b"),
    ("where", r"\b(wo|wohin|woher|waar|où|d[óo]nde|onde|где|куда|откуда)\b|^\W*(dove|donde)\b|哪里|哪儿|どこ|어디"),
    ("where", r"\b(welke|welche[rmns]?|quelle) (stad|land|plaats|stadt|ville)\b"),
    (
        "open",
        r"\b(warum|wieso|weshalb|welche[rmns]?|wie|waarom|hoe|wat|welke?|que|quel(le)?s?|quoi|pourquoi|comment)\b",
    ),
    ("open", r"\b(qué|cuál(es)?|cómo|perché|qual|quais|quale|что|чем|как|как(ой|ая|ое|ие)|почему|зачем)\b"),
    ("open", r"^\W*(come|como|che|o que|por que|porque)\b|什么|怎么|如何|哪|なぜ|何|どう|どの|왜|무엇|어떤|어떻게"),
)
# How a question that has none of them asks whether: "could you say who called?" has one.
_WHETHER = re.compile(
    _AND + r"(will|would|can|could|should|apakah|benarkah|betulkah|adakah|bukankah|sudahkah|pernahkah|akankah)\b",
    re.IGNORECASE,
)


# "Dia ditangkap nggak sih"
_OR_NOT = r"\b(gak?|gk|ngga|nggak|engga|enggak|kagak)( sih| ya)?\W*\Z"


# What is in no single article, so that no reading can answer it: only the merge can.
_DO_ARTICLES_AGREE = (
    r"(do|are|did) (all )?(of )?(the |these )?(articles|reports|sources|papers|publishers|media)( all)?"
    r" (agree|disagree|differ|consistent|in agreement|say the same)"
)
_ARTIKEL_SEPAKAT = (
    r"(semua |kelima |para )?(artikel|berita|laporan|media|sumber|penerbit)(-\w+)?(nya)?( itu| ini)?"
    r" (sepakat|setuju|sependapat|sama|berbeda|konsisten)"
)
_COMPARES = re.compile(
    rf"\W*{_DO_ARTICLES_AGREE}( with each other)?( (on|about|that|over|in|as to))?\s+"
    rf"|\W*apakah {_ARTIKEL_SEPAKAT}( \w+)?? (soal|tentang|mengenai|bahwa|dalam|pada)\s+",
    re.IGNORECASE,
)
# The same behind a question.
_COMPARED = re.compile(
    rf"(?<=[?.!]) {_DO_ARTICLES_AGREE}\W*\Z|(?<=[?.!]) (apa(kah)? )?{_ARTIKEL_SEPAKAT}( semua| soal itu)?\W*\Z",
    re.IGNORECASE,
)


# What an asker adds of himself: "… A colleague and I remember it differently."
_REMARK = re.compile(
    r"(?<=\?) (?:(?:I|We|My|Our|Aku|Saya|Kami|Gue|Gw|Soalnya)\b|A (?:friend|colleague)\b)[^?\d]{1,120}\Z"
)
_WEEKDAY = re.compile(r"\b(?:(?:which|what) (?:weekday|day of the week)|(hari apa(?:kah)?))\b", re.IGNORECASE)


def asks_weekday(text: str) -> bool:
    """Whether a right answer names the day of the week."""
    return _WEEKDAY.search(text) is not None


_WHO_IS = re.compile(
    r"\W*(?:who(?: is|'s|’s| was)|(siapa(?:kah)?(?: itu| sih| sebenarnya)*)) (.+?)(?: itu| sih| ini)*\W*", re.IGNORECASE
)


def for_reading(text: str) -> str:
    """The question as the model answers it best.

    For the date, from which code works out the weekday, and which of two calls it was; and for a person's role: asked
    who somebody is, a small model gives the name back.
    """
    found = _WHO_IS.fullmatch(text)
    if found and all(word[0].isupper() and not translations(word) for word in found[2].split()):
        return f"Apa jabatan {found[2]}?" if found[1] else f"What is {found[2]}'s job or title?"
    dated = _WEEKDAY.sub(lambda found: "tanggal berapa" if found[1] else "what date", text)
    return re.sub(_WHICH_OCCASION, _on_what_date, dated, flags=re.IGNORECASE)


def _on_what_date(occasion: re.Match[str]) -> str:
    english = re.match(r"(in|on|during|at)\b", occasion[0], re.IGNORECASE)
    return "on what date" if english else "pada tanggal berapa"


@dataclass(frozen=True, slots=True)
class Question:
    """A question as asked.

    Attributes:
        text: one line, white space folded; of a question whether the articles agree, what they may differ in.
        language: "id", "en" or the code that its script gives; the answer's language.
        kind: what a right answer consists of.
        own: what of a follow-up was typed, where the text says more; "" for other questions.
    """

    text: str
    language: str
    kind: Kind
    own: str = ""


def understand(text: str) -> Question:
    """Check and classify a question.

    Raises:
        QuestionError: it is empty, or longer than `LONGEST` characters.
    """
    # Half a surrogate pair, as a shell of another encoding makes it, is no text that a model or a server takes.
    whole = text.encode(errors="replace").decode()
    folded = " ".join(whole.replace("<|", "< |").split())
    refuse_empty(folded)
    folded = _COMPARED.sub("", re.sub(r"[A-Za-z]{6,}", _month, folded))
    folded = _REMARK.sub("", folded)
    if len(folded) > LONGEST:
        raise QuestionError(
            f"The question has {len(folded):,} characters; at most {LONGEST:,} are read. "
            "Ask one thing in a sentence or two."
        )
    compared = _COMPARES.match(folded)
    if compared and len(folded) - compared.end() > 10:
        subject = folded[compared.end() :]
        return Question(subject, detect_question(folded), kind_of(subject))
    return Question(folded, detect_question(folded), kind_of(folded))


_LONG_MONTHS = tuple(month for month in MONTHS if len(month) > 5)


def _month(word: re.Match[str]) -> str:
    """A month with a letter too many, too few or in another's place, written right: "Janurary"; Augusta is a name."""
    folded = word[0].casefold()
    near = [month for month in _LONG_MONTHS if OSA.distance(folded, month, score_cutoff=1) == 1]
    if folded in MONTHS or not near or folded.startswith(near[0]) or near[0].startswith(folded):
        return word[0]
    return near[0].capitalize() if word[0][0].isupper() else near[0]


def refuse_empty(text: str) -> None:
    """Nothing can be looked for without a letter or digit.

    Raises:
        QuestionError: there is none.
    """
    if not any(character.isalnum() for character in text):
        raise QuestionError('The question is empty. Ask something like "when did Putin thank Trump".')


# A question without any of these asks whether something is so: "Trump percaya jaminan Putin?"
_ASKS_FOR = re.compile(
    r"\b(what|which|who|whom|whose|when|where|why|how|name|list|tell|give|explain"
    r"|apa|siapa|kapan|kpn|bilamana|mana|dmn|mengapa|kenapa|knp|bagaimana|gimana|gmn|ngapain|diapa|berapa|brapa|brp|sebutkan"
    r"|jelaskan|nama)\w*",
    re.IGNORECASE,
)


def asks_why(text: str) -> bool:
    """Whether a reason is asked for."""
    return re.search(r"\b(why|how come|mengapa|kenapa|knp)\b|\A\W*kok\b", text, re.IGNORECASE) is not None


def opens_a_question(word: str) -> bool:
    """Whether a question of another language may begin with the word: its capital makes it no name there."""
    return any(re.match(pattern, word, re.IGNORECASE) for _, pattern in _FOREIGN)


@lru_cache(maxsize=512)
def is_foreign(text: str) -> bool:
    """Whether a question is asked in a language whose words aren't known here: its capitals make no names in German."""
    if asks_in_known(text):
        return False
    return any(re.search(pattern, text, re.IGNORECASE) for _, pattern in _FOREIGN) or not is_of_known(text)


# "And in 2019?" asks what the question before it asked.
_FEW_WORDS = 5


def asks_for_something(text: str) -> bool:
    """Whether a word of the text asks for a thing, a person, a time …: what only says something has none."""
    return _ASKS_FOR.search(text) is not None or any(re.search(pattern, text, re.I) for _, pattern in _FOREIGN)


# "Apakah bandara itu ditutup" has a verb of its own, "apakah bandara yang ditutup" has not.
_PREDICATE = re.compile(r"(?<!\byang)\s(me|di(?!\b)|ber|ter)\w{4,}", re.IGNORECASE)


# "Isu nuklir dibahas ga?", "cuma itu targetnya, ya?": whatever is said, yes or no is asked for.
_WHETHER_OR_NOT = re.compile(rf"\b(n?gg?ak?|enggak|ndak)\b|\b(ya|kan|benar|betul)\W*\Z|{_HAS_BEEN}", re.IGNORECASE)


def may_ask_what(text: str) -> bool:
    """Whether a question that is taken to ask whether may ask for a thing all the same.

    "Apakah bahasa resmi di Papua?" does; "Host country of the summit?" has no word that tells.
    """
    if _WHETHER_OR_NOT.search(text):
        return False
    if re.search(r"\bapakah (ada|sudah|pernah|masih|boleh|bisa|dapat|akan|benar)\b", text, re.IGNORECASE):
        return False
    if re.search(r"\bapakah\b", text, re.IGNORECASE):
        return _PREDICATE.search(text) is None
    return not _asks_whether(text)


# What goes before the question itself: "When he called, did Trump …".
_CLAUSE = re.compile(
    r"\W*(when|while|after|before|if|since|once|during|ketika|saat|setelah|sesudah|sehabis|abis|sebelum|selama|jika|kalau)\b"
    r"[^,?]+, (?=(?P<asks>\w+))",
    re.IGNORECASE,
)


def _asks_whether(text: str) -> bool:
    """Whether it begins like a question that asks whether, or which of two."""
    return bool(_WHETHER.match(text) or any(re.search(pattern, text, re.IGNORECASE) for _, pattern in _BEGINNINGS))


def main_clause(text: str) -> str:
    """The question without a clause that goes before it."""
    clause = _CLAUSE.match(text)
    asks = clause is not None and (asks_for_something(clause["asks"]) or _asks_whether(clause["asks"]))
    return text[clause.end() :] if clause and asks else text


def kind_of(text: str) -> Kind:
    """What a right answer to the question consists of."""
    text = main_clause(text)
    for kind, pattern in _BEGINNINGS:
        if re.search(pattern, text, re.IGNORECASE):
            return kind
    for words in (_WORDS, _FOREIGN):
        found = [(match.start(), kind) for kind, pattern in words if (match := re.search(pattern, text, re.IGNORECASE))]
        if found:
            return min(found, key=itemgetter(0))[1]
    if _WHETHER.match(text) or re.search(rf"\bapakah\b|{_OR_NOT}", text, re.IGNORECASE):
        return "yesno"
    whether = text.endswith("?") and len(text.split()) >= _FEW_WORDS and not asks_for_something(text)
    return "yesno" if whether and not re.search(r"\b(or|atau)\b", text, re.IGNORECASE) else "open"
