"""Text -> its language: Indonesian and English by their small words, some by their script, others by py3langid."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import cast


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text; lists of words are easier to read and to keep without quotes and commas."""
    return frozenset(words.split())


# The languages whose words are known here (dates, verbs, measures, the lexicon); what can't be told is taken for one.
KNOWN = frozenset({"", "id", "en"})

_ENGLISH = word_set(
    """
    a about after again against all also am an and any are as at be because been before being
    between both but by can could did do does doing down during each every few for from further had
    has have having he her here hers him his how however i if in into is it its just many may me
    might more most much must my no nor not now of off on once only or other our out over own same
    shall she should since so some such than that the their them then there these they this those
    through to too under until up upon us very was we were what when where whether which while who
    whom whose why will with within without would you your tell give name list explain describe show
    happened happen said says say long often
    """
)
_INDONESIAN = word_set(
    """
    ada adalah adakah agar akan akankah aku anda antara apa apakah apabila atas atau awal bagaimana
    bagaimanakah bagi bahwa banyak baru beberapa begitu belum benarkah berapa berapakah berbagai
    bersama bila bisa bisakah boleh buat bukan bukankah cara dalam dan dapat dapatkah dari daripada
    demi dengan di dia diri dirinya dulu guna hal hanya harus hingga ia ialah ini itu jadi jangan
    jelaskan jika juga jumlah kah kalau kali kami kamu kapan kapankah karena kata katanya ke kemana
    kemudian kenapa kepada ketika kini kita lagi lah lain lalu lama lebih maka mana manakah masih
    maupun melainkan melalui memang mengapa mengapakah menjadi menurut mereka merupakan meski
    meskipun namun nya oleh pada padahal para per perlu pernah pernahkah pula pun punya saat saja
    salah sama sampai sang sangat saya se seberapa sebab sebagai sebelum sebuah secara sedang
    sedangkan sehingga sejak sejauh sekarang sekitar selain selama seluruh semua sementara seorang
    seperti serta sesuatu setelah setiap si siapa siapakah siapapun sini situ suatu sudah sudahkah
    supaya tahu tahun tak tanpa tapi telah tentang terhadap terjadi tetapi tidak tidakkah tiap
    tolong untuk usai waktu walau walaupun yaitu yakni yang ceritakan sebutkan berikan tunjukkan
    dimana dimanakah darimana darimanakah kemanakah seberapa seberapakah gimana ngapain nggak gak enggak
    dong kok sih kalian dimaksud disebut
    aja abis blm coba deh dgn doang emang ga kalo karna kayak kpn nih org pas sm tau terus tp trus tsb tuh udah
    udh utk yg
    bilang kasih tanggal ialah iaitu adakah bagaimanapun boleh kerana tiada macam mengenai berkenaan
    """
)
# Words of questions too short for small words: "direktur CIA?", "harga minyak", "jumlah korban".
_INDONESIAN_HINTS = word_set(
    """
    presiden direktur menteri kepala ketua wakil gubernur walikota bupati negara kota desa provinsi
    pemerintah polisi tentara warga orang korban tewas luka serangan bom teroris terorisme gempa
    banjir kebakaran kecelakaan perang harga minyak beras emas uang anggaran pemilu pilpres partai
    rakyat dunia amerika serikat rusia inggris perancis jerman cina tiongkok jepang korea utara
    selatan timur barat telepon pertemuan percakapan ucapan terima berterima bantuan alasan akibat
    penyebab tujuan tempat lokasi nama isi hasil hari minggu senin selasa rabu kamis jumat sabtu
    bulan pelaku tersangka pernyataan kerja sama hubungan berita artikel sumber jaksa hakim
    """
)
_ENGLISH_HINTS = word_set(
    """
    president director minister head chief governor mayor country city village government police
    army people victims killed injured attack bomb terrorist terrorism earthquake flood fire
    accident war price oil rice gold money budget election party world united states russia england
    france germany china japan north south east west call meeting talks reason cause result place
    location news article thanked thank thanks arrested sunday monday tuesday wednesday thursday
    friday saturday date time day week month year
    """
)
_QUESTION_WORDS = {
    "id": word_set(
        """
        apa apakah siapa siapakah kapan kapankah bagaimana bagaimanakah berapa berapakah mana manakah dimana
        dimanakah mengapa mengapakah kenapa adakah bisakah benarkah gimana sebutkan jelaskan
        """
    ),
    "en": word_set("who whom whose what when where which why how did does is was are were"),
}
_EVIDENCE = (  # points a word; what a question opens with outweighs a foreign title that it quotes
    (6, "id", _QUESTION_WORDS["id"]),
    (6, "en", _QUESTION_WORDS["en"]),
    (2, "id", _INDONESIAN),
    (2, "en", _ENGLISH),
    (1, "id", _INDONESIAN_HINTS),
    (1, "en", _ENGLISH_HINTS),
)
_INDONESIAN_SHAPE = re.compile(r"\w{3,}nya|(?:meng|meny|memp|memb|mend|diper|keber)\w{4,}|\w{4,}(?:kah|lah)")

# Scripts that one language has to itself, near enough; Han without kana is Chinese.
_SCRIPTS = {
    "ja": re.compile("[\u3040-\u30ff]"),
    "ko": re.compile("[\uac00-\ud7af]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "el": re.compile("[\u0370-\u03ff]"),
    "zh": re.compile("[\u4e00-\u9fff]"),
}
_SCRIPT_SHARE = 0.2  # of the letters; a foreign name in brackets stays below it, kana in Japanese above

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SAMPLE = 20_000  # characters are plenty to tell a language by
_SHORT = 25  # words: too few to ask for shares
_SHARE = 0.15  # of small words in longer text: English has 0.45, Indonesian 0.3, Dutch or Italian below 0.1
_DISTINCT = 4  # small words in longer text: Italian shares "di" and "per" with Indonesian, and no more
_LEAD = 1.5  # times the other language's count, in longer text: names and quotes bring some of it
_SURE = 0.9  # py3langid's probability: articles have more, lists of names and numbers less


def detect(text: str) -> str:
    """Return the ISO 639 code of the text's language, "" where it can't be told; Malay counts as "id"."""
    sample = text[:_SAMPLE]
    if script := _by_script(sample):
        return script
    words = _WORD.findall(sample)
    counts = {"id": _hits(words, _INDONESIAN), "en": _hits(words, _ENGLISH)}
    if len(words) < _SHORT:
        return _by_majority({code: hits.total() for code, hits in counts.items()})
    likely, other = sorted(counts, key=lambda code: -counts[code].total())
    hits = counts[likely]
    # Names are of any language: an Indonesian list of Harvard's alumni is Indonesian.
    without_names = sum(not word[0].isupper() for word in words)
    told = hits.total() >= _SHARE * without_names and len(hits) >= _DISTINCT
    return likely if told and hits.total() >= _LEAD * counts[other].total() else _by_library(sample)


def detect_question(text: str) -> str:
    """Return the language that an answer to this question should have: "en" where it can't be told."""
    if script := _by_script(text):
        return script
    words = [word.replace("’", "'").split("'")[0] for word in _WORD.findall(text[:_SAMPLE])]
    # "Kapan The Washington Post berdiri?": capitals inside are names. What opens the question is none.
    words = [word for at, word in enumerate(words) if at == 0 or not word[0].isupper()] or words
    shaped = sum(bool(_INDONESIAN_SHAPE.fullmatch(word.lower())) for word in words)
    points = {"id": float(shaped), "en": 0.0}
    for weight, code, known in _EVIDENCE:
        points[code] += weight * _hits(words, known).total()
    return _by_majority(points) or "en"


def asks_in_known(text: str) -> bool:
    """Whether a question has an English or Indonesian question word."""
    words = _WORD.findall(text)
    return any(_hits(words, asking) for asking in _QUESTION_WORDS.values())


def is_of_known(text: str) -> bool:
    """Whether a question may be English or Indonesian: it has a word of theirs, or is like no other language."""
    words = _WORD.findall(text)
    if any(_hits(words, known) for _, _, known in _EVIDENCE):
        return True
    return _by_library(text) in KNOWN | {"ms"}


def is_small_word(word: str) -> bool:
    """Whether it is a function or question word of English or Indonesian, which says nothing by itself."""
    return word.casefold() in _ENGLISH or word.casefold() in _INDONESIAN


def unaccented(text: str) -> str:
    """The text with its letters' accents left out, which writers do too: "Erdoğan" is "Erdogan"."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _hits(words: list[str], known: frozenset[str]) -> Counter[str]:
    return Counter(word.lower() for word in words if word.lower() in known)


def _by_majority(counts: Mapping[str, float]) -> str:
    most = max(counts.values())
    winners = [code for code, count in counts.items() if count == most]
    return winners[0] if len(winners) == 1 else ""


def _by_script(sample: str) -> str:
    letters = sum(map(len, _WORD.findall(sample)))
    for code, script in _SCRIPTS.items():
        if len(script.findall(sample)) > _SCRIPT_SHARE * max(letters, 1):
            return code
    return ""


def _by_library(sample: str) -> str:
    code, probability = _classifier()(sample)
    return code if probability >= _SURE else ""


@cache
def _classifier() -> Callable[[str], tuple[str, float]]:
    """Loaded only for articles that are neither Indonesian nor English: it takes a second."""
    langid = import_module("py3langid.langid")
    identifier = langid.LanguageIdentifier.from_model_file(Path(langid.MODEL_FILE), norm_probs=True)
    return cast("Callable[[str], tuple[str, float]]", identifier.classify)
