import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
IMPORT = re.compile(r"^\s*(?:from|import) ([\w.]+)", re.MULTILINE)


def imports(path: Path) -> set[str]:
    return set(IMPORT.findall(path.read_text("utf-8")))


@pytest.mark.parametrize("path", sorted((ROOT / "rag").glob("*.py")), ids=lambda path: path.name)
def test_rag_imports_neither_page_nor_evaluation(path):
    # The command line opens both, at the moment they are asked for.
    allowed = {"cli.py": {"ui.server", "eval.__main__"}}.get(path.name, set())
    assert {name for name in imports(path) if name.split(".")[0] in ("ui", "eval")} <= allowed


def test_only_the_index_knows_chroma():
    users = {path.name for path in (ROOT / "rag").glob("*.py") if any("chromadb" in name for name in imports(path))}
    assert users == {"index.py"}


def test_only_the_engine_knows_llama_cpp():
    users = {path.name for path in (ROOT / "rag").glob("*.py") if any("llama_cpp" in name for name in imports(path))}
    assert users == {"engine.py"}


def test_the_five_articles_are_as_crawled():
    import hashlib

    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (ROOT / "corpus").glob("*.txt")}
    assert digests == {
        "000_69174ce6b1ba241c.txt": "1f17da5418e89c51f2a3a181eee843f8ec652412adcc43c10e32d26ecbb5a7e9",
        "001_cbc8850adcf9497e.txt": "70189a488a8b41c1a3dc78b2c7377031bfb06d3e1cd6f9e58f67d5e97b589c42",
        "002_cfdfa9a4887e825d.txt": "411611fe8d0f1419cd05d1433df4b780053ee5e052a606a924c14b07b8707b15",
        "003_ea25b965475099d2.txt": "38a4ad7adc640afc70644ab69d9b6a3b6795a858d757983752393bf1e1a93446",
        "004_ab4e09ec1133fd8c.txt": "68e1fc91be83529f15d422067dba828b428c1452862fe12d910790286ce37a3d",
    }
