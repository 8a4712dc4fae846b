"""Is the right article found? Measured over any BEIR folder, with the real embedder on a small one."""

import json
from xml.etree import ElementTree

import pytest
import short_articles

from eval.__main__ import main
from eval.beir import BeirError, load_beir
from eval.retrieval import reciprocal_ranks, scored
from eval.retrieval_report import Result, gains, parity

ARTICLES = short_articles.ARTICLES | {
    "bank again": "Bank Indonesia mempertahankan suku bunga acuan pada 5, 75 persen.",
}
QUESTIONS = {
    "id": {"1": "Berapa suku bunga acuan Bank Indonesia?", "2": "Di mana gempa terjadi?", "3": "Siapa nama ibunya?"},
    "en": {"1": "What is Bank Indonesia's policy rate?", "2": "Where was the earthquake?", "3": "What is her name?"},
}


def write_set(folder, language="id"):
    (folder / "qrels").mkdir(parents=True)
    rows = [{"_id": id, "title": "", "text": text, "metadata": {}} for id, text in ARTICLES.items()]
    rows[-1]["metadata"]["same_as"] = "bank"
    write_lines(folder / "corpus.jsonl", rows)
    write_lines(folder / "queries.jsonl", [{"_id": id, "text": text} for id, text in QUESTIONS[language].items()])
    judged = "query-id\tcorpus-id\tscore\n1\tbank\t1\n1\tbank again\t1\n2\tquake\t1\n3\train\t0\n"
    (folder / "qrels" / "test.tsv").write_text(judged)
    return folder


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


class TestLoading:
    def test_questions_that_no_article_answers_are_counted_and_left_out(self, tmp_path):
        found = load_beir(write_set(tmp_path / "set"))
        assert (set(found.questions), found.unanswerable) == ({"1", "2"}, 1)

    def test_an_article_and_its_twin_are_one(self, tmp_path):
        found = load_beir(write_set(tmp_path / "set"))
        assert found.relevant["1"] == {"bank": 1}
        assert found.twins == {"bank again": "bank"}

    @pytest.mark.parametrize(
        ("name", "text", "said"),
        [
            ("queries.jsonl", "[1]\n", "queries.jsonl, line 1: not a JSON object"),
            ("queries.jsonl", '{"_id": "9", "text": "?"}\n', "other ids"),
            ("qrels/test.tsv", "query-id\tcorpus-id\tscore\n1\tbank\n", "test.tsv, line 2: not a question id"),
        ],
    )
    def test_a_broken_file_is_named(self, tmp_path, name, text, said):
        folder = write_set(tmp_path / "set")
        (folder / name).write_text(text)
        with pytest.raises(BeirError, match=said):
            load_beir(folder)

    @pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
    def test_a_missing_file_is_named(self, tmp_path, name):
        folder = write_set(tmp_path / "set")
        (folder / name).unlink()
        with pytest.raises(BeirError, match=r"with corpus\.jsonl, queries\.jsonl and qrels/"):
            load_beir(folder)


class TestScores:
    def test_they_are_those_of_the_measures(self):
        relevant = {"a": {"x": 1}, "b": {"y": 1}, "c": {"z": 1}}
        run = {"a": {"x": 1.0, "y": 0.5}, "b": {"x": 1.0, "y": 0.5}, "c": {}}
        found = scored(relevant, run)
        assert found["R@1"] == [1, 0, 0]
        assert found["R@5"] == [1, 1, 0]
        assert found["MRR@10"] == [1, 0.5, 0]

    def test_equal_ranks_give_what_both_sides_have_the_lead(self):
        fused = reciprocal_ranks({"a": 9.0, "b": 8.0}, {"b": 0.9, "c": 0.8})
        assert max(fused, key=fused.get) == "b"
        assert fused["b"] == pytest.approx(1 / 62 + 1 / 61)

    def test_the_gain_is_over_the_better_half(self, tmp_path):
        beir = load_beir(write_set(tmp_path / "set"))
        values = {"lexical": [0.0, 1.0], "dense": [1.0, 1.0], "tanya": [1.0, 0.0]}
        result = Result(beir, {name: {"R@10": value} for name, value in values.items()}, {})
        gain = gains(result)["R@10"]
        assert (gain["half"], gain["value"], gain["low"], gain["high"]) == ("dense", -0.5, -1, 0)

    def test_sets_with_other_questions_have_no_parity(self, tmp_path):
        first, second = (load_beir(write_set(tmp_path / name)) for name in "ab")
        del second.questions["1"]
        scores = {"tanya": {"R@10": [1.0, 1.0]}}
        assert parity(Result(first, scores, {}), Result(second, scores, {})) is None


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("retrieval")
    sets = [str(write_set(folder / "english", "en")), str(write_set(folder / "indonesian"))]
    words = ["retrieval", "--beir", *sets, "--data", str(folder / "data"), "--out", str(folder / "out")]
    assert main(words) == 0
    return folder, words


def test_every_system_is_measured_on_every_set(measured):
    found = json.loads((measured[0] / "out" / "retrieval.json").read_text())
    assert set(found["sets"]) == {"english", "indonesian"}
    for each in found["sets"].values():
        assert set(each["systems"]) == {"lexical", "dense", "equal-weight RRF", "LlamaIndex", "tanya"}
        assert each["systems"]["tanya"]["R@10"]["value"] == 1
        assert all(system["ms"]["median"] > 0 for system in each["systems"].values())
    assert found["parity"][0]["ratios"]["tanya"]["value"] == 1


def test_the_results_hold_no_text_of_the_sets(measured):
    written = "".join(path.read_text() for path in (measured[0] / "out").iterdir())
    assert not any(text in written for text in (*ARTICLES.values(), *QUESTIONS["id"].values()))


def test_the_plot_is_a_picture_with_a_dot_for_each_system(measured):
    plot = ElementTree.parse(measured[0] / "out" / "retrieval.svg")
    assert len(plot.findall(".//{*}circle")) == 2 * 5


def test_a_second_run_embeds_nothing_again(measured, monkeypatch):
    def refuse(*_):
        raise AssertionError("embedded again")

    monkeypatch.setattr("rag.embedding.E5Embedding._get_text_embeddings", refuse)
    assert main(measured[1]) == 0


def test_a_folder_that_is_none_is_one_line(tmp_path, capsys):
    assert main(["retrieval", "--beir", str(tmp_path)]) == 1
    assert "corpus.jsonl" in capsys.readouterr().err
