"""Documents -> passages."""

from hypothesis import given
from hypothesis import strategies as st

from rag.documents import Document
from rag.passages import LONGEST, TARGET, embedded_text, split_passages
from rag.sentences import Sentence, split_sentences

PARAGRAPH = " ".join(f"Kalimat nomor {number} dari paragraf ini cukup panjang untuk diuji." for number in range(6))


def passages_of(text, boilerplate=()):
    marked = [
        Sentence(sentence.start, sentence.end, text[sentence.start : sentence.end] in boilerplate)
        for sentence in split_sentences(text)
    ]
    document = Document("berita.txt", "berita.txt", text)
    return document, split_passages(document, marked)


def test_a_short_article_is_one_passage():
    text = "Satu kalimat.\n\nDua kalimat. Tiga kalimat."
    _, passages = passages_of(text)
    assert [passage.text for passage in passages] == ["Satu kalimat.\nDua kalimat. Tiga kalimat."]
    assert passages[0].id == "berita.txt#0"


def test_a_long_article_is_cut_at_paragraph_ends():
    _, passages = passages_of("\n\n".join([PARAGRAPH] * 5))
    assert len(passages) > 2
    assert all(set(passage.text.split("\n")) == {PARAGRAPH} for passage in passages)


def test_a_paragraph_that_is_too_long_is_cut_between_sentences():
    _, passages = passages_of(" ".join([PARAGRAPH] * 5))
    assert all(TARGET / 2 < len(passage.text) <= LONGEST for passage in passages)
    assert all(passage.text.endswith("diuji.") for passage in passages)


def test_a_sentence_that_is_too_long_is_a_passage_by_itself():
    long = "kata " * 250 + "akhir."
    _, passages = passages_of(f"{PARAGRAPH}\n\n{long}\n\n{PARAGRAPH}")
    assert max(len(passage.sentences) for passage in passages if len(passage.text) > LONGEST) == 1


def test_boilerplate_is_left_out_and_does_not_end_a_passage():
    _, passages = passages_of("Satu kalimat.\nBaca juga berita lain.\nDua kalimat.", {"Baca juga berita lain."})
    assert [passage.text for passage in passages] == ["Satu kalimat.\nDua kalimat."]


def test_a_document_of_boilerplate_has_no_passages():
    assert passages_of("Baca juga.", {"Baca juga."})[1] == ()


def test_chinese_passages_are_half_as_long_since_a_token_holds_fewer_characters():
    _, passages = passages_of("新华社莫斯科电俄罗斯总统普京感谢美国总统特朗普。" * 60)
    assert max(len(passage.text) for passage in passages) <= LONGEST / 2


def test_the_title_is_embedded_with_a_passage_that_lacks_it():
    assert embedded_text("Judul", "Isi.") == "Judul\nIsi."
    assert embedded_text("Judul", "Judul\nIsi.") == "Judul\nIsi."
    assert embedded_text("", "Isi.") == "Isi."


@given(st.lists(st.tuples(st.integers(1, 1500), st.sampled_from([" ", "\n", "\n\n"]), st.booleans()), max_size=40))
def test_every_sentence_is_in_exactly_one_passage_verbatim_and_in_order(pieces):
    text, sentences = "", []
    for length, gap, boilerplate in pieces:
        sentences.append(Sentence(len(text), len(text) + length, boilerplate))
        text += "x" * length + gap
    passages = split_passages(Document("d", "d", text), sentences)
    assert [sentence for passage in passages for sentence in passage.sentences] == [
        sentence for sentence in sentences if not sentence.boilerplate
    ]
    for number, passage in enumerate(passages):
        assert passage.id == f"d#{number}"
        assert passage.text.split() == [text[s.start : s.end] for s in passage.sentences]
        assert len(passage.text) <= LONGEST or len(passage.sentences) == 1
