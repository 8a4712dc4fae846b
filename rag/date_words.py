"""The words that dates are written in, and those beside a word or a number that tell whether it is one."""

from __future__ import annotations

from typing import Literal, cast

Unit = Literal["", "day", "week", "weekend", "month", "year", "upcoming"]


def _numbered(names: str, first: int = 0) -> dict[str, int]:
    return {name: n for n, group in enumerate(names.split("|"), first) for name in group.split()}


def _words(line: str, between: str | None = None) -> frozenset[str]:
    return frozenset(line.split(between))


def _phrases(meaning: int, line: str) -> dict[str, int]:
    return dict.fromkeys(line.split("|"), meaning)


def _meaning(**words: str) -> dict[str, str]:
    return {word: meaning for meaning, group in words.items() for word in group.split("|")}


MONTHS = _numbered(  # Indonesian, English, Malay
    "januari january jan|februari pebruari february feb peb|maret march mar mac|april apr|mei may|juni june jun"
    "|juli july jul julai|agustus august aug agu ags agt agust ogos|september sept sep|oktober october okt oct"
    "|november nopember nov nop|desember december des dec disember",
    first=1,
)
ENGLISH_MONTHS = _words(  # those that may come before the day: "December 17"
    "january february march april may june july august september october november december"
    " jan feb mar apr jun jul aug sept sep oct nov dec"
)
WEEKDAYS = _numbered(
    "senin isnin monday|selasa tuesday|rabu wednesday|kamis khamis thursday|jumat jumaat jum'at jum’at friday"
    "|sabtu saturday"
    "|minggu ahad sunday"
)
SHORT_WEEKDAYS = {name[:3]: n for name, n in WEEKDAYS.items()} | {"tues": 1, "thur": 3, "thurs": 3}
MONTH_LENGTHS = (31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # any month's first, then January's
NUMBERS = _numbered(
    "satu se one a an|dua two|tiga three|empat four|lima five|enam six|tujuh seven|delapan eight"
    "|sembilan nine|sepuluh ten|sebelas eleven",
    first=1,
)
UNITS: dict[str, Unit] = cast(
    "dict[str, Unit]",
    _meaning(
        day="hari|day|days",
        week="minggu|pekan|week|weeks",
        weekend="akhir pekan|akhir minggu|weekend",
        month="bulan|month|months",
        year="tahun|year|years",
    ),
)
SHIFTS = {  # past, this, future
    **_phrases(-1, "lalu|silam|kemarin|yang lalu|yang silam|sebelumnya|last|this past|previous|ago"),
    **_phrases(0, "ini|this"),
    **_phrases(1, "depan|mendatang|nanti|yang akan datang|next|this coming"),
}
ADVERBS = {
    **_phrases(-2, "kemarin lusa|the day before yesterday"),
    **_phrases(-1, "kemarin|yesterday|tadi malam|semalam|last night"),
    **_phrases(0, "hari ini|today|malam ini|pagi ini|siang ini|sore ini|tadi pagi|tadi siang"),
    **_phrases(0, "tadi sore|tonight|this morning|this afternoon|this evening"),
    **_phrases(1, "besok|tomorrow"),
    **_phrases(2, "lusa|the day after tomorrow"),
}
NEIGHBOUR_DAYS = {  # counted from a date that the text has just named
    **_phrases(1, "keesokan harinya|esok harinya|hari berikutnya|the next day|the following day"),
    **_phrases(-1, "hari sebelumnya|the previous day|the day before"),
}
RELATIONS = {
    **_phrases(1, "kemudian|later|berikutnya|setelahnya|setelah itu|after that"),
    **_phrases(-1, "sebelumnya|sebelum itu|earlier|before that"),
}
DAYTIMES = _words("pagi|siang|sore|petang|malam|dini hari|morning|afternoon|evening|night", "|")
TAILS = _words("yang lalu|yang silam|lalu|silam|kemarin|ini|yang akan datang|depan|mendatang|nanti", "|")
ONWARD = {"setelah": 1, "sesudah": 1, "usai": 1, "after": 1, "sebelum": -1, "before": -1}
QUALIFIERS = _meaning(
    early="awal|early|the beginning of|the start of",
    mid="pertengahan|mid|the middle of",
    late="akhir|penghujung|late|the end of",
    unsaid="earlier|later",  # "earlier this month" says no more than the month
)

# A capital, or the word before, decides whether these are months at all.
VERBS = {"may", "march", "mar"}
ALSO_WORDS = VERBS | _words("mei april june juni juli august")
SHORT_MONTHS = {name for name in MONTHS if len(name) < 5} - _words("mei may juni june juli july") | {"agust"}
MAY_EVIDENCE = _words("pada in since until during")  # "by May", "from May" may be the prime minister
MONTH_EVIDENCE = MAY_EVIDENCE | _words("sejak hingga sampai dari antara till by from to of dan and mulai")
STRONG_YEAR_EVIDENCE = _words("pada in since sejak sepanjang selama tahun during")
YEAR_EVIDENCE = MONTH_EVIDENCE | _words(
    "selama sepanjang sebelum setelah pasca periode musim edisi before after between season the"
)
FUNCTION_WORDS = _words(  # what may follow a year, and never follows a number that counts something
    "yang di ke dari dan untuk tentang dengan oleh pada dalam atau saat ketika karena sebagai adalah itu ini"
    " lalu akan telah sudah the of in and to for at on by was were is has had that which when who as with or"
)
COUNTED = _words(  # what makes the number before it an amount
    "orang warga jiwa unit kali meter kilometer km kg ton rupiah dolar persen pasukan tentara personel hari"
    " jam desa people persons troops men women children feet miles metres meters tonnes dollars euros votes"
)
QUANTITY = _words(  # what makes the number after it an amount
    "sebanyak sekitar hampir lebih kurang dari rp usd us mencapai seharga senilai nomor no about nearly"
    " almost over some only than number total jalan jl approximately roughly"
)
APPROXIMATE = QUANTITY | _words("puluh belas ratus ribu juta setengah around")
NAMED_AFTER_DATES = _words("jalan jl gerakan sebelas stadion taman universitas black")
NO_DAY_BEFORE = _words(  # "Shalat Jumat", "Good Friday", "setiap Senin" name no one day
    "salat shalat sholat solat khotbah pasar malam black good bloody super ash palm easter cyber sheffield"
    " setiap tiap every each"
)
NO_DAY_AFTER = _words("times mail telegraph mirror school express agung abu prayers")
NO_SUNDAY_AFTER = _words("ke pertama kedua ketiga keempat terakhir demi sebelumnya berikutnya")
