"""Everything the chat model is told. Code reads nothing out of a reply but the answer and a sentence number."""

from __future__ import annotations

from collections.abc import Sequence

# The reply of a reading whose article doesn't answer. Its first token's probability is the answerability score,
# so it must start with a token that no answer starts with.
NOT_FOUND = "NOT_FOUND"

SYSTEM = f"""\
You answer questions about one news article. Use only what the article says, nothing else that you know.
Reply in the language of the question, as shortly as possible, then give the number of the sentence that says it.
If the article does not say it, or the question assumes something that the article does not say, reply {NOT_FOUND}."""

# One invented article, questions in both languages, a third of them without an answer: an attribute that isn't
# mentioned, a wrong actor, a wrong event. Without these the model answers everything.
EXAMPLE_UNIT = """\
Jembatan Palu Diresmikan (Harian Palu, 4 Mei 2021)
[1] Gubernur Rusdy Mastura meresmikan jembatan baru di Palu pada Senin 3 Mei 2021.
[2] Jembatan sepanjang 250 meter itu dibangun PT Karya selama 14 bulan, dan akan dibuka untuk umum pada 10 Mei 2021.
[3] "Saya berterima kasih kepada Jepang atas bantuannya," kata Rusdy.
[4] Polisi menahan seorang mandor setelah dua pekerja terluka pada Maret 2021."""

EXAMPLES = (
    ("when did the governor open the bridge", "on 3 May 2021 [1]"),
    ("Berapa biaya jembatan itu?", NOT_FOUND),
    ("Berapa panjang jembatan baru di Palu?", "250 meter [2]"),
    ("When did Japan thank the governor?", NOT_FOUND),
    ("Siapa yang ditahan polisi?", "seorang mandor [4]"),
    ("Were workers killed?", "No, two workers were injured [4]"),
    ("Kapan mandor itu dibebaskan?", NOT_FOUND),
    ("Why did Rusdy thank Japan?", "for its help [3]"),
)


def turn(role: str, text: str) -> str:
    """One turn of Qwen's chat format (ChatML)."""
    return f"<|im_start|>{role}\n{text}<|im_end|>\n"


def rules() -> str:
    """The start of every reading: the same for all units, so its state is computed once."""
    text = turn("system", SYSTEM)
    for number, (question, reply) in enumerate(EXAMPLES):
        unit = f"Article: {EXAMPLE_UNIT}\n\n" if number == 0 else ""
        text += turn("user", f"{unit}Question: {question}") + turn("assistant", reply)
    return text


def unit(text: str) -> str:
    """A unit, between the rules and the question."""
    return f"<|im_start|>user\nArticle: {text}\n\n"


def question(text: str) -> str:
    """The question to a unit, and the start of the reply."""
    return f"Question: {text}<|im_end|>\n<|im_start|>assistant\n"


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


def follow_up_rules() -> str:
    """The start of every rewriting of a follow-up."""
    text = turn("system", FOLLOW_UP_SYSTEM)
    return text + "".join(turn("user", asked) + turn("assistant", written) for asked, written in FOLLOW_UP_EXAMPLES)


def follow_up(turns: Sequence[tuple[str, str]], question: str) -> str:
    """A conversation and its last question, and the start of the rewriting."""
    told = "".join(f"Q: {asked}\nA: {answered}\n" for asked, answered in turns).replace("<|", "< |")
    return f"<|im_start|>user\n{told}Last question: {question}<|im_end|>\n<|im_start|>assistant\n"
