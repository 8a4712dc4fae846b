"""Everything the chat model is told. Code reads nothing out of a reply but the answer and a sentence number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# The reply of a reading whose article doesn't answer. Its first token's probability is the answerability score,
# so it must start with a token that no answer starts with.
NOT_FOUND = "NOT_FOUND"

# First words of a yes and of a no, in both languages.
YES, NO = ("Yes", "Ya", "Benar"), ("No", "Tidak", "Bukan", "Belum")

SYSTEM = f"""\
You answer questions about one news article. Use only what the article says, nothing else that you know.
Reply in the language of the question, briefly but completely, then give the number of the sentence that says it.
If the article does not say it, or the question assumes something that the article does not say, reply {NOT_FOUND}."""

# One invented article, questions in both languages, a third of them without an answer: an attribute that isn't
# mentioned, a wrong actor, a wrong event, somebody else. Without these the model answers everything.
EXAMPLE_UNIT = """\
Jembatan Palu Diresmikan (Harian Palu, 4 Mei 2021)
[1] Gubernur Rusdy Mastura meresmikan jembatan baru di Palu pada Senin 3 Mei 2021.
[2] Jembatan sepanjang 250 meter itu dibangun PT Karya selama 14 bulan.
[3] "Saya berterima kasih kepada Jepang atas bantuannya," kata Rusdy kepada Wali Kota Palu melalui telepon.
[4] Polisi menahan seorang mandor setelah dua pekerja terluka, dan menyita dua truk, sebuah derek serta dokumen."""

EXAMPLES = (
    ("when did the governor open the bridge", "3 May 2021 [1]"),
    ("Berapa biaya jembatan itu?", NOT_FOUND),
    ("What did the police seize?", "two trucks, a crane and documents [4]"),
    ("When did Japan thank the governor?", NOT_FOUND),
    ("Berapa lama jembatan itu dibangun?", "14 bulan [2]"),
    ("Were any workers killed?", "No, two workers were injured [4]"),
    ("Kapan mandor itu dibebaskan?", NOT_FOUND),
    ("Apakah Rusdy berterima kasih kepada Jepang?", "Ya, Rusdy berterima kasih kepada Jepang atas bantuannya [3]"),
    ("Who built the bridge?", "PT Karya [2]"),
    ("Siapa wali kota Poso?", NOT_FOUND),
)


def rules_turns() -> list[tuple[str, str]]:
    """Role and text of what every reading starts with: the same for all units, so that it is read once."""
    turns = [("system", SYSTEM)]
    for number, (asked, reply) in enumerate(EXAMPLES):
        shown = unit_part(EXAMPLE_UNIT) if number == 0 else ""
        turns += [("user", shown + question_part(asked)), ("assistant", reply)]
    return turns


def reading_turns(unit_text: str, asked: str) -> list[tuple[str, str]]:
    """A whole reading, for a model that is told in messages."""
    return [*rules_turns(), ("user", unit_part(unit_text) + question_part(asked))]


def unit_part(text: str) -> str:
    return f"Article: {text}\n\n"


def question_part(text: str) -> str:
    return f"Question: {text}"


# The embedded model is told the same in Qwen's chat format (ChatML), in parts whose states are kept.
REPLY = "<|im_start|>assistant\n"


def in_turns(turns: Sequence[tuple[str, str]]) -> str:
    """Turns in ChatML."""
    return "".join(f"<|im_start|>{role}\n{text}<|im_end|>\n" for role, text in turns)


def rules() -> str:
    """The start of every reading."""
    return in_turns(rules_turns())


def unit(text: str) -> str:
    """A unit, between the rules and the question."""
    return f"<|im_start|>user\n{unit_part(text)}"


def question(text: str) -> str:
    """The question to a unit, and the start of the reply."""
    return f"{question_part(text)}<|im_end|>\n{REPLY}"


FOLLOW_UP_SYSTEM = """\
Rewrite the last question so that it can be understood without the conversation. Keep its language.
Put in the names, events and dates that it leans on. Do not answer it."""

FOLLOW_UP_EXAMPLES = (
    (
        "Q: When did the governor open the bridge in Palu?\nA: 3 May 2021\nLast question: and how long is it?",
        "How long is the bridge in Palu?",
    ),
    (
        "Q: Siapa yang ditahan polisi setelah kecelakaan itu?\nA: Seorang mandor\nLast question: kapan dia ditahan?",
        "Kapan mandor itu ditahan polisi setelah kecelakaan itu?",
    ),
    (
        "Q: How many people visited the museum in 2018?\nA: 20,000\nLast question: And in 2019?",
        "How many people visited the museum in 2019?",
    ),
)


def follow_up_turns() -> list[tuple[str, str]]:
    """The start of every rewriting of a follow-up."""
    turns = [("system", FOLLOW_UP_SYSTEM)]
    for asked, written in FOLLOW_UP_EXAMPLES:
        turns += [("user", asked), ("assistant", written)]
    return turns


def follow_up(turns: Sequence[tuple[str, str]], question: str) -> str:
    """A conversation and its last question."""
    told = "".join(f"Q: {asked}\nA: {answered}\n" for asked, answered in turns).replace("<|", "< |")
    return f"{told}Last question: {question}"


LANGUAGES = {"en": "English", "id": "Indonesian"}
TRANSLATION_SYSTEM = """\
Translate. Keep every name, number and date. Use the words given in brackets where they fit.
Write only the translation."""
TRANSLATION_EXAMPLES = (
    (
        "Into English: Membahas rencana pembangunan jembatan\n"
        "(Membahas = discuss; rencana = plan; pembangunan = build / construction; jembatan = bridge)",
        "Discuss the plan to build the bridge",
    ),
    ("Into Indonesian: two trucks and a crane\n(trucks = truk)", "dua truk dan sebuah derek"),
    ("Into English: agen asing\n(agen = agent; asing = foreign)", "foreign agent"),
    (
        "Into English: Polisi menyita sejumlah dokumen dari rumah mandor itu pada Senin\n"
        "(Polisi = police; menyita = seize; sejumlah = several; dokumen = document; rumah = house; mandor = foreman)",
        "The police seized a number of documents from the foreman's house on Monday",
    ),
)


def translation_turns() -> list[tuple[str, str]]:
    """The start of every translation, into whichever language."""
    turns = [("system", TRANSLATION_SYSTEM)]
    for asked, written in TRANSLATION_EXAMPLES:
        turns += [("user", asked), ("assistant", written)]
    return turns


def translation(text: str, language: str, words: Mapping[str, Sequence[str]]) -> str:
    """What is to be translated into a language of `LANGUAGES`, and what some of its words may be there."""
    known = "; ".join(f"{word} = {' / '.join(meanings)}" for word, meanings in words.items())
    asked = f"Into {LANGUAGES[language]}: {text}"
    return (f"{asked}\n({known})" if known else asked).replace("<|", "< |")
