"""What the README shows is run; what it lists is complete."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from rag.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_python_examples_run(library, tmp_path, monkeypatch):
    if (read := library.data / "states").exists():  # what another test had read need not be read again
        shutil.copytree(read, tmp_path / "states")
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("TANYA_DATA", str(tmp_path))
    scope: dict[str, object] = {}
    for example in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        exec(example.replace('data=".tanya"', f"data={str(tmp_path)!r}"), scope)
    assert scope["answer"].answered  # type: ignore[attr-defined]
    assert scope["report"].unchanged  # type: ignore[attr-defined]
    cited = scope["cited"]
    assert cited.text in (ROOT / "corpus" / cited.metadata["path"]).read_text("utf-8")  # type: ignore[attr-defined]
    assert len(scope["nodes"]) == 3  # type: ignore[arg-type]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_table(name):
    assert f"| `TANYA_{name.upper()}` | {Settings.model_fields[name].description} |" in README


@pytest.mark.parametrize("target", re.findall(r"\]\(([\w./-]+)\)", README))
def test_every_link_leads_somewhere(target):
    assert (ROOT / target).exists()


@pytest.mark.parametrize("word", ["ask", "chat", "sync", "retrieve", "doctor", "eval", "setup"])
def test_every_command_is_in_the_readme(word):
    assert f"tanya {word}" in README
