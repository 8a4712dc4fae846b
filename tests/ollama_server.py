"""A real Ollama for the tests: on a port of its own, with a model folder of its own, and the embedded model's file."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx

from rag.server_reader import CONTEXT
from rag.settings import Settings
from rag.setup import MODEL_SHA256, is_whole, model_path

# Built by tests/install_ollama.sh, unless the machine has an Ollama anyway.
BUILT = Settings().models / "ollama-0.12.11" / "bin" / "ollama"
BINARY = str(BUILT) if BUILT.exists() else shutil.which("ollama")
GGUF = model_path(Settings().models)
CHAT = "reader:latest"
# Ollama recognises the templates of few models; with any other it would complete raw text. Like those of its own
# library this one leaves an assistant's turn open that stands last.
TEMPLATE = """{{- range $at, $_ := .Messages }}
{{- $last := eq (len (slice $.Messages $at)) 1 -}}
<|im_start|>{{ .Role }}
{{ .Content }}{{ if not (and $last (eq .Role "assistant")) }}<|im_end|>
{{ end }}
{{- if and $last (ne .Role "assistant") }}<|im_start|>assistant
{{ end }}
{{- end }}"""


def missing() -> str:
    """Why there can be no server here; "" if there can."""
    if BINARY is None:
        return "no Ollama here: tests/install_ollama.sh builds one where Go is"
    return "" if is_whole(GGUF) else "the chat model's file is not here: `TANYA_LLM=embedded tanya setup` fetches it"


class OllamaServer:
    """`start` and `kill` may be called again and again; address and models stay."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.host = f"http://127.0.0.1:{probe.getsockname()[1]}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert BINARY is not None
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._folder),  # its keys are made there
            "OLLAMA_HOST": self.host,
            "OLLAMA_MODELS": str(self._folder / "models"),
            "OLLAMA_NUM_PARALLEL": "1",
            "OLLAMA_CONTEXT_LENGTH": str(CONTEXT),  # OpenAI's interface can't ask for one
            "OLLAMA_NOPRUNE": "1",
            "OLLAMA_DEBUG": "1",
            "GOMP_SPINCOUNT": "3000",
        }
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [BINARY, "serve"], env=environment, stdout=log, stderr=log, start_new_session=True
            )
        for _ in range(300):
            try:
                httpx.get(f"{self.host}/api/version", trust_env=False)
                return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise AssertionError(f"Ollama did not start: {(self._folder / 'log').read_text()[-2000:]}")

    def add_model(self, name: str, gguf: Path = GGUF, digest: str = MODEL_SHA256, template: str = TEMPLATE) -> None:
        """Make a model from a file, which is linked to where its upload would lie and not copied."""
        blob = self._folder / "models" / "blobs" / f"sha256-{digest}"
        blob.parent.mkdir(parents=True, exist_ok=True)
        if not blob.exists():
            blob.symlink_to(gguf)
        made = httpx.post(
            f"{self.host}/api/create",
            json={
                "model": name,
                "files": {gguf.name: f"sha256:{digest}"},
                "template": template,
                "parameters": {"stop": ["<|im_end|>"], **_threads()},
                "stream": False,
            },
            timeout=120,
            trust_env=False,
        )
        assert made.json() == {"status": "success"}, made.text

    def known_tokens(self) -> list[int]:
        """Of each prompt so far, how many tokens need not be read again; in the log because of OLLAMA_DEBUG."""
        log = (self._folder / "log").read_text()
        return [int(used) for used in re.findall(r"loading cache slot.* used=(\d+)", log)]

    def kill(self) -> None:
        """End it with the process that runs the model, at once."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


def _threads() -> dict[str, int]:
    """Its threads wait for each other in busy loops: where other work has the cores, one thread is the faster."""
    return {"num_thread": 1} if os.getloadavg()[0] > len(os.sched_getaffinity(0)) else {}
