"""Indonesian and English are told apart, in articles and in questions of few words."""

from pathlib import Path

import pytest

from rag.language import detect, detect_question

CORPUS = Path(__file__).parents[1] / "corpus"


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.txt")), ids=lambda path: path.name)
def test_each_of_the_five_articles_is_indonesian(path: Path) -> None:
    assert detect(path.read_text(encoding="utf-8")) == "id"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The Kremlin said on Sunday that the two leaders had spoken by telephone about the attack.", "en"),
        ("Perdana Menteri itu memberitahu bahawa mereka telah ditahan kerana serangan di kota itu.", "id"),
        ("Il presidente della Russia ha ringraziato per telefono gli Stati Uniti di America in una nota di "
         "ieri sera, dopo che la polizia di San Pietroburgo ha fermato due persone in un'operazione.", "it"),
        ("Poetin belde Trump om hem te danken voor informatie van de CIA, waarmee volgens het Kremlin een "
         "aanslag in Sint-Petersburg werd voorkomen. De verdachten zitten vast en het gevaar is over.", "nl"),
        ("Президент России поблагодарил по телефону президента США за сведения, которые помогли спецслужбам "
         "предотвратить взрывы в Санкт-Петербурге, сообщила пресс-служба Кремля в воскресенье вечером, "
         "когда оба они уже поговорили.", "ru"),
        ("Putin Trump Obama Clinton Bush 40 000 12 17 2017 CIA FBI Putin Trump Obama Clinton Bush Reagan Carter "
         "Ford Nixon Johnson Kennedy Eisenhower Truman Roosevelt Hoover Coolidge Harding Wilson Taft", ""),
        ("プーチン大統領はトランプ大統領に感謝した。", "ja"),
        ("普京感谢特朗普。", "zh"),
        ("푸틴 대통령은 트럼프 대통령에게 감사를 표했다.", "ko"),
        ("Путин поблагодарил Трампа.", ""),
        ("40.000", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_text_has_its_language_or_none(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("kapan Putin berterima kasih kepada Trump", "id"),
        ("when did Putin thank Trump", "en"),
        ("siapa direktur CIA?", "id"),
        ("CIA director?", "en"),
        ("direktur CIA", "id"),
        ("berapa lama telepon mereka", "id"),
        ("how long was their call", "en"),
        ("harga minyak", "id"),
        ("oil price", "en"),
        ("dan 2019?", "id"),
        ("and in 2019?", "en"),
        ("kenapa?", "id"),
        ("why?", "en"),
        ("gimana dengan FBI", "id"),
        ("Who's Pompeo", "en"),
        ("Kapan The Washington Post berdiri?", "id"),
        ("siapa pemeran the beast dalam Beauty and the Beast?", "id"),
        ("WHEN DID PUTIN THANK TRUMP", "en"),
        ("KAPAN PUTIN BERTERIMA KASIH", "id"),
        ("プーチンはいつ感謝しましたか", "ja"),
        ("Putin Trump", "en"),
        ("", "en"),
    ],
)
def test_a_question_has_the_language_of_its_answer(question: str, language: str) -> None:
    assert detect_question(question) == language
