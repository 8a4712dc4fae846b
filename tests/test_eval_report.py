import dataclasses
import json
import random
import subprocess

import numpy as np
import pytest

from eval import report
from eval.metrics import METRICS, Span
from eval.questions import GoldError, Question, Quote
from eval.report import Report, Row, compare, figure, interval, load, markdown, save, shuffled
from eval.run import Partial, commit, describe, run
from rag.answer import Answer, Citation, RetrievedPassage, Statement
from rag.documents import Document

SCORES = dict.fromkeys(METRICS)


def row(number, *, correct=1.0, document="", precision=None, ms=100.0, type="when"):
    citations = [{"document_id": document, "start": 0, "end": 10}] if document else []
    return Row(
        id=f"g{number}", split="dev", language="en", type=type, answerable=True, question="When | where?",
        expected="17 December 2017", gold=[[Span(document, 0, 10)]] if document else [],
        scores={**SCORES, "correct": correct, "document_precision": precision},
        answer={"text": "On 17 December 2017.", "citations": citations, "timings": {"total_ms": ms}},
    )  # fmt: skip


ABOUT = {"commit": "0123456789ab", "models": {"llm": "small"}, "corpus": "c0"}


class TestBootstrap:
    def test_it_agrees_with_the_normal_approximation(self):
        low, high = interval([1.0] * 80 + [0.0] * 20)

        assert (low, high) == (pytest.approx(0.8 - 0.078, abs=0.01), pytest.approx(0.8 + 0.078, abs=0.01))

    def test_more_questions_make_it_narrower(self):
        few, many = interval([1.0, 0.0] * 20), interval([1.0, 0.0] * 200)

        assert many[1] - many[0] < (few[1] - few[0]) / 2

    def test_the_same_values_give_the_same_interval(self):
        assert interval([1.0, 0.0, 1.0]) == interval([1.0, 0.0, 1.0])

    def test_none_of_twelve_is_not_certainty(self):
        nothing, everything = figure([0.0] * 12), figure([1.0] * 12)

        assert (nothing.low, nothing.high) == (0.0, pytest.approx(0.265, abs=0.001))
        assert (everything.low, everything.high) == (pytest.approx(0.735, abs=0.001), 1.0)


class TestCompare:
    def test_a_paired_interval_is_narrower_than_the_two_apart(self):
        values = np.random.default_rng(1).integers(0, 2, 100).astype(float)
        old = Report(ABOUT, [row(n, correct=value) for n, value in enumerate(values)])
        new = Report(ABOUT, [row(n, correct=max(value, float(n < 10))) for n, value in enumerate(values)])
        change, alone = compare(new, old)["correct"], figure(list(values))

        assert change.value == pytest.approx(sum(values[:10] == 0) / 100)
        assert change.high - change.low < alone.high - alone.low

    def test_only_questions_that_both_have_are_compared(self):
        old, new = Report(ABOUT, [row(1), row(2)]), Report(ABOUT, [row(2, correct=0.0), row(3)])

        assert compare(new, old)["correct"][:2] == (1, -1.0)


class TestShuffled:
    def test_citations_of_other_questions_are_not_precise(self):
        rows = [row(n, document=f"{n % 5}.txt", precision=1.0) for n in range(50)]

        control = shuffled(rows)["document_precision"]
        assert control["own"] == 1.0
        assert control["swapped"] == pytest.approx(9 / 49)

    def test_it_is_what_random_swaps_come_to(self):
        rows = [row(n, document=f"{n % 3}.txt", precision=1.0) for n in range(9)]
        pick, hits = random.Random(1), 0
        for _ in range(2_000):
            one, other = pick.sample(rows, 2)
            hits += one.cited[0].document == other.cited[0].document

        assert shuffled(rows)["document_precision"]["swapped"] == pytest.approx(hits / 2_000, abs=0.03)

    def test_it_does_not_collapse_where_every_question_has_the_same_article(self):
        rows = [row(n, document="0.txt", precision=1.0) for n in range(5)]

        assert shuffled(rows)["document_precision"]["swapped"] == 1.0


class TestFiles:
    def test_what_is_written_is_read_back(self, tmp_path):
        written = Report(ABOUT, [row(1, document="a.txt", precision=1.0), row(2, correct=0.0)])

        assert load(save(written, tmp_path)) == written
        assert (tmp_path / "latest.md").read_bytes() == (tmp_path / "0123456789ab.md").read_bytes()

    def test_the_wrong_questions_are_in_both_files(self, tmp_path):
        path = save(Report(ABOUT, [row(1), row(2, correct=0.0)]), tmp_path)

        assert [wrong["id"] for wrong in json.loads(path.read_text("utf-8"))["wrong"]] == ["g2"]
        assert "| wrong (1) |" in (page := path.with_suffix(".md").read_text("utf-8"))
        assert "| g2 | When \\| where? | 17 December 2017 | On 17 December 2017. |" in page

    def test_the_page_has_each_kind_with_n_and_interval(self):
        rows = [row(n, correct=float(n % 2), type=("when", "who")[n % 2], ms=20.0 * n) for n in range(1, 41)]
        written = Report(ABOUT, rows)
        page = markdown(written, written.summary(), compare(written, written))

        assert "| right | 40 | 50.0 | [35.0, 65.0] |" in page
        assert "| type: who | 20 | 100.0 [83.2, 100.0] |" in page
        assert "| total_ms | 40 | 410 | 761 |" in page
        assert "| right | 40 | +0.0 | [0.0, 0.0] |" in page

    def test_another_file_is_refused(self, tmp_path):
        (tmp_path / "other.json").write_text("[]", "utf-8")

        for path in (tmp_path / "other.json", tmp_path / "none.json"):
            with pytest.raises(report.ReportError, match="is not a file that"):
                load(path)


TEXT = "Putin menelepon Trump, Minggu (17/12). FSB menangkap tujuh anggota sel ISIS."
QUOTE = "FSB menangkap tujuh anggota sel ISIS."
QUESTIONS = [
    Question(f"g{n}", "dev", "en", "number", "How many were arrested?", True, (("Who?", "The FSB."),),
             (("seven",),), (), (Quote("a.txt", QUOTE),))
    for n in range(3)
]  # fmt: skip


class Articles:
    """A library of one article that always answers the same; `asked` is what it was asked."""

    def __init__(self, breaks_at=None):
        self.models = {"llm": "small", "embedding": "tiny"}
        self.asked = []
        self.breaks_at = breaks_at

    def document(self, document_id):
        return {"a.txt": Document("a.txt", "a.txt", TEXT)}[document_id]

    def stream(self, question, history=()):
        if len(self.asked) == self.breaks_at:
            raise KeyboardInterrupt
        self.asked.append((question, history))
        start = TEXT.index(QUOTE)
        yield Answer(question)
        yield Answer(
            question, "en", True, "Seven were arrested [1].", (Statement("Seven were arrested.", (1,)),),
            (Citation(1, "a.txt", "a.txt#0", "a.txt", "A title", "", "2017-12-18", QUOTE, start, len(TEXT)),),
            tuple(RetrievedPassage("a.txt", f"a.txt#{n}", TEXT * 20, 0.5) for n in range(10)),
            {"retrieve_ms": 1.0, "first_token_ms": 2.0, "total_ms": 3.0}, self.models, complete=True,
        )  # fmt: skip


class TestRun:
    def test_the_last_answer_of_the_stream_is_scored(self):
        library, seen = Articles(), []
        found = run(library, QUESTIONS, lambda done, total, row: seen.append((done, total, row.id)))

        assert library.asked[0] == ("How many were arrested?", [("Who?", "The FSB.")])
        assert seen == [(1, 3, "g0"), (2, 3, "g1"), (3, 3, "g2")]
        assert found.rows[0].scores == {
            "correct": 1.0, "abstained": 0.0, "false_refusal": 0.0, "hallucinated": None,
            "citation_validity": 1.0, "document_precision": 1.0, "sentence_precision": 1.0,
            "sentence_recall": 1.0, "support": 1.0, "unsupported_shown": 0.0, "language": 1.0,
        }  # fmt: skip

    def test_a_hundred_and_fifty_questions_fit_in_half_a_megabyte(self, tmp_path):
        [one] = run(Articles(), QUESTIONS[:1]).rows
        rows = [dataclasses.replace(one, id=f"g{n}") for n in range(150)]

        assert save(Report(ABOUT, rows), tmp_path).stat().st_size < 500_000

    def test_a_gold_quote_that_the_corpus_lacks_stops_it_before_anything_is_asked(self):
        library = Articles()
        other = dataclasses.replace(QUESTIONS[0], quotes=(Quote("a.txt", "FSB menangkap delapan anggota"),))

        with pytest.raises(GoldError, match=r"g0: a\.txt of this corpus doesn't hold"):
            run(library, [other])
        with pytest.raises(GoldError, match=r"none\.txt"):
            run(library, [dataclasses.replace(QUESTIONS[0], quotes=(Quote("none.txt", "FSB"),))])
        assert library.asked == []


class TestResume:
    def interrupted(self, path):
        with pytest.raises(KeyboardInterrupt):
            run(Articles(breaks_at=2), QUESTIONS, partial=Partial(path, ABOUT))

    def test_an_interrupted_evaluation_goes_on_where_it_stopped(self, tmp_path):
        path = tmp_path / "new" / "x.partial.jsonl"
        self.interrupted(path)
        library = Articles()
        found = run(library, QUESTIONS, partial=Partial(path, ABOUT))

        assert len(library.asked) == 1
        assert found == Report(ABOUT, run(Articles(), QUESTIONS).rows)

    @pytest.mark.parametrize("changed", ["commit", "models", "corpus", "code", "questions"])
    def test_nothing_is_kept_once_what_is_evaluated_has_changed(self, tmp_path, changed):
        path = tmp_path / "x.partial.jsonl"
        self.interrupted(path)
        library = Articles()
        run(library, QUESTIONS, partial=Partial(path, {**ABOUT, changed: "other"}))

        assert len(library.asked) == 3

    def test_a_line_cut_off_by_a_crash_costs_that_question_only(self, tmp_path):
        path = tmp_path / "x.partial.jsonl"
        self.interrupted(path)
        path.write_text(path.read_text("utf-8")[:-40], "utf-8")
        library = Articles()
        run(library, QUESTIONS, partial=Partial(path, ABOUT))

        assert len(library.asked) == 2
        assert len(path.read_text("utf-8").splitlines()) == 4


class TestDescribe:
    def test_it_tells_one_corpus_from_another(self, tmp_path):
        (tmp_path / "a.txt").write_text("one", "utf-8")
        before = describe(Articles(), tmp_path)
        (tmp_path / "a.txt").write_text("two", "utf-8")

        assert before["models"] == {"llm": "small", "embedding": "tiny"}
        assert describe(Articles(), tmp_path)["corpus"] != before["corpus"]

    def test_the_commit_says_when_the_tree_differs_from_it(self, tmp_path):
        assert commit(tmp_path) == "unknown"
        git = ["git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@example.org"]
        (tmp_path / "a.txt").write_text("one", "utf-8")
        for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
            subprocess.run([*git, *words], check=True)
        clean = commit(tmp_path)
        (tmp_path / "a.txt").write_text("two", "utf-8")

        assert len(clean) == 12
        assert commit(tmp_path) == f"{clean}-dirty"
        (tmp_path / "inner").mkdir()
        assert commit(tmp_path / "inner") == "unknown"
