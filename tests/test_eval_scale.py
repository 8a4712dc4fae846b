"""The speed of a large library is measured through the real store and index; here of a small one."""

import json

from eval.__main__ import main


def test_every_figure_is_measured_and_written(tmp_path):
    assert main(["scale", "--passages", "60", "--articles", "1", "--out", str(tmp_path)]) == 0
    found = json.loads((tmp_path / "scale.json").read_text())
    assert found["library"]["passages"] == 60
    assert found["ingest"]["passages"] >= 1
    for name in ("first question", "retrieve", "vector side", "word side", "bare Chroma", "an article more"):
        assert found["library"][name]["cpu"] > 0
        assert f"| {name} |" in (tmp_path / "scale.md").read_text()
