"""The embedded chat model: tokens in, logits out, and the state of each sequence kept or restored.

A thin layer over llama.cpp's C interface (llama-cpp-python's `llama_cpp` module): its own `Llama` class knows one
sequence only, and copies the whole vocabulary's logits for every token. Several sequences live in one context,
each with its own part of the cache, and are evaluated in one batch: on a CPU the weights are then read from
memory once for all of them.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rag.errors import ModelError

# Tokens evaluated in one go. 512 is llama.cpp's own default and the fastest of 128, 256, 512 and 1024 on two cores.
BATCH = 512


class Row(NamedTuple):
    """One token to evaluate: its sequence, its position there, and whether its logits are wanted."""

    sequence: int
    position: int
    token: int
    logits: bool = False


class Engine:
    """One loaded model with one context. Not thread-safe: one thread owns it."""

    def __init__(self, model: Path, *, context: int, sequences: int, threads: int) -> None:
        """Load a GGUF file.

        Args:
            model: the file.
            context: positions that each sequence can hold.
            sequences: how many sequences there are, numbered from 0.
            threads: CPU threads; the number of physical cores is fastest.

        Raises:
            ModelError: llama-cpp-python isn't built, or the file can't be loaded.
        """
        self._lib = lib = _llama_cpp()
        _silence(lib)
        lib.llama_backend_init()
        parameters = lib.llama_model_default_params()
        self._model = lib.llama_model_load_from_file(str(model).encode(), parameters)
        if not self._model:
            raise ModelError(f"llama.cpp can't load {model}. Delete the file and run `tanya setup` to fetch it again.")
        settings = lib.llama_context_default_params()
        settings.n_ctx = context * sequences
        settings.n_seq_max = sequences
        settings.n_batch = settings.n_ubatch = BATCH
        settings.n_threads = settings.n_threads_batch = threads
        settings.kv_unified = False  # sequences don't look at each other's cells, so none pays for the others' length
        settings.no_perf = True
        self._context = lib.llama_init_from_model(self._model, settings)
        if not self._context:
            raise ModelError("llama.cpp can't make room for the model's context: about 2 GB of free memory are needed.")
        self._memory = lib.llama_get_memory(self._context)
        self._vocabulary = lib.llama_model_get_vocab(self._model)
        self.vocabulary_size = int(lib.llama_vocab_n_tokens(self._vocabulary))
        self.context = context
        self.sequences = sequences
        self._batch = lib.llama_batch_init(BATCH, 0, 1)

    def tokenize(self, text: str) -> list[int]:
        """Text -> tokens; control tokens written in the text (`<|im_start|>`) are recognised."""
        raw = text.encode()
        room = len(raw) + 8
        tokens = (self._lib.llama_token * room)()
        count = self._lib.llama_tokenize(self._vocabulary, raw, len(raw), tokens, room, False, True)
        return list(tokens[:count])

    def piece(self, token: int) -> bytes:
        """A token's bytes; a character may be spread over several tokens. Control tokens have none."""
        buffer = ctypes.create_string_buffer(256)
        size = self._lib.llama_token_to_piece(self._vocabulary, token, buffer, 256, 0, False)
        return buffer.raw[: max(size, 0)]

    def is_end(self, token: int) -> bool:
        """Whether the token ends the model's turn."""
        return bool(self._lib.llama_vocab_is_eog(self._vocabulary, token))

    def evaluate(self, rows: Sequence[Row]) -> list[npt.NDArray[np.float32]]:
        """Evaluate tokens, of any sequences, in the order given.

        Returns:
            For each row with `logits`, in order, an array of `vocabulary_size` floats.

        Raises:
            ModelError: a sequence is longer than the context, or llama.cpp fails.
        """
        wanted: list[npt.NDArray[np.float32]] = []
        for first in range(0, len(rows), BATCH):
            part = rows[first : first + BATCH]
            self._fill(part)
            code = self._lib.llama_decode(self._context, self._batch)
            if code:
                raise ModelError(f"llama.cpp could not evaluate the prompt (code {code}): is the context full?")
            wanted += [self._logits(number) for number, row in enumerate(part) if row.logits]
        return wanted

    def _fill(self, rows: Sequence[Row]) -> None:
        batch = self._batch
        batch.n_tokens = len(rows)
        for number, row in enumerate(rows):
            batch.token[number] = row.token
            batch.pos[number] = row.position
            batch.n_seq_id[number] = 1
            batch.seq_id[number][0] = row.sequence
            batch.logits[number] = row.logits

    def _logits(self, number: int) -> npt.NDArray[np.float32]:
        pointer = self._lib.llama_get_logits_ith(self._context, number)
        return np.ctypeslib.as_array(pointer, shape=(self.vocabulary_size,)).copy()

    def forget(self, sequence: int, position: int = 0) -> None:
        """Drop a sequence's tokens from `position` on."""
        self._lib.llama_memory_seq_rm(self._memory, sequence, position, -1)

    def copy(self, source: int, target: int) -> None:
        """Make `target` the same as `source`."""
        self.forget(target)
        self._lib.llama_memory_seq_cp(self._memory, source, target, -1, -1)

    def state(self, sequence: int) -> bytes:
        """A sequence's cache, to be kept. About 28 KB a token for the default model."""
        size = self._lib.llama_state_seq_get_size(self._context, sequence)
        buffer = (ctypes.c_uint8 * size)()
        written = self._lib.llama_state_seq_get_data(self._context, buffer, size, sequence)
        return bytes(memoryview(buffer)[:written])

    def restore(self, sequence: int, state: bytes) -> bool:
        """Put a kept cache back; False, and an empty sequence, if llama.cpp refuses it."""
        self.forget(sequence)
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        if self._lib.llama_state_seq_set_data(self._context, buffer, len(state), sequence):
            return True
        self.forget(sequence)
        return False

    def close(self) -> None:
        """Free the model's memory."""
        if self._context:
            self._lib.llama_batch_free(self._batch)
            self._lib.llama_free(self._context)
            self._lib.llama_model_free(self._model)
            self._context = None


def _llama_cpp() -> Any:  # noqa: ANN401 - the module ships no types
    try:
        from llama_cpp import llama_cpp
    except (ImportError, OSError, RuntimeError) as error:
        raise ModelError(
            f"The embedded model's engine is not installed ({error}). "
            "Run `make setup`, or `tanya setup` where tanya was installed by pip: it needs gcc, g++ and make "
            "(Debian: apt-get install build-essential)."
        ) from error
    return llama_cpp


def _silence(lib: Any) -> None:  # noqa: ANN401
    # llama.cpp writes a page of loading details to stderr; failures come back as return values all the same.
    if not hasattr(_silence, "callback"):
        _silence.callback = lib.llama_log_callback(lambda level, text, data: None)  # type: ignore[attr-defined]
    lib.llama_log_set(_silence.callback, None)  # type: ignore[attr-defined]
