"""The MiniLM sentence encoder as an ONNX graph, built from its published weights without torch."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

N_LAYERS = 6
N_HEADS = 12
N_DIMENSIONS = 384
LAYER_NORM_EPSILON = 1e-12
OPSET = 17

Weights = dict[str, NDArray[np.float32]]


class _Graph:
    """Collects nodes and constants; every method returns the name of what it computed."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: NDArray[np.generic] | float | list[int]) -> str:
        """A constant of the graph: floats become float32, integers int64."""
        array = np.asarray(value)
        wanted = np.int64 if np.issubdtype(array.dtype, np.integer) else np.float32
        name = f"constant_{len(self.constants)}"
        self.constants.append(
            numpy_helper.from_array(np.ascontiguousarray(array, dtype=wanted), name)
        )
        return name

    def add(self, operator: str, *inputs: str, n_outputs: int = 1, **attributes: Any) -> str:
        """One operator; with several outputs the name of the first, others end in `_1`, `_2`."""
        name = f"{operator.lower()}_{len(self.nodes)}"
        outputs = [name, *(f"{name}_{i}" for i in range(1, n_outputs))]
        self.nodes.append(helper.make_node(operator, list(inputs), outputs, name, **attributes))
        return name

    def linear(self, x: str, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> str:
        """`x @ weight.T + bias`, the weights as PyTorch stores them (out, in)."""
        product = self.add("MatMul", x, self.constant(weight.T))
        return self.add("Add", product, self.constant(bias))

    def layer_norm(self, x: str, weights: Weights, prefix: str) -> str:
        """Layer normalisation over the last axis."""
        return self.add(
            "LayerNormalization",
            x,
            self.constant(weights[f"{prefix}.weight"]),
            self.constant(weights[f"{prefix}.bias"]),
            axis=-1,
            epsilon=LAYER_NORM_EPSILON,
        )

    def gelu(self, x: str) -> str:
        """The exact Gaussian error linear unit, x/2 (1 + erf(x / sqrt 2))."""
        erf = self.add("Erf", self.add("Div", x, self.constant(math.sqrt(2.0))))
        one_plus = self.add("Add", erf, self.constant(1.0))
        return self.add("Mul", self.add("Mul", x, one_plus), self.constant(0.5))


def _embeddings(graph: _Graph, weights: Weights) -> str:
    words = graph.add(
        "Gather", graph.constant(weights["embeddings.word_embeddings.weight"]), "input_ids"
    )
    length = graph.add("Gather", graph.add("Shape", "input_ids"), graph.constant([1]), axis=0)
    positions = graph.add(
        "Slice",
        # All our inputs are of sentence type 0, so its vector is added to every position.
        graph.constant(
            weights["embeddings.position_embeddings.weight"]
            + weights["embeddings.token_type_embeddings.weight"][0]
        ),
        graph.constant([0]),
        length,
        graph.constant([0]),
    )
    return graph.layer_norm(graph.add("Add", words, positions), weights, "embeddings.LayerNorm")


def _attention(graph: _Graph, weights: Weights, prefix: str, x: str, mask: str) -> str:
    names = ("query", "key", "value")
    weight = np.concatenate([weights[f"{prefix}.attention.self.{n}.weight"] for n in names])
    bias = np.concatenate([weights[f"{prefix}.attention.self.{n}.bias"] for n in names])
    together = graph.linear(x, weight, bias)
    head_size = N_DIMENSIONS // N_HEADS
    shape = graph.constant([0, 0, N_HEADS, head_size])
    split = graph.add("Split", together, axis=-1, n_outputs=3)
    query, key, value = (
        graph.add("Reshape", name, shape) for name in (split, f"{split}_1", f"{split}_2")
    )
    query = graph.add("Transpose", query, perm=[0, 2, 1, 3])
    key = graph.add("Transpose", key, perm=[0, 2, 3, 1])
    value = graph.add("Transpose", value, perm=[0, 2, 1, 3])
    scores = graph.add("MatMul", query, key)
    scores = graph.add("Div", scores, graph.constant(math.sqrt(head_size)))
    shares = graph.add("Softmax", graph.add("Add", scores, mask), axis=-1)
    context = graph.add("Transpose", graph.add("MatMul", shares, value), perm=[0, 2, 1, 3])
    context = graph.add("Reshape", context, graph.constant([0, 0, N_DIMENSIONS]))
    output = graph.linear(
        context,
        weights[f"{prefix}.attention.output.dense.weight"],
        weights[f"{prefix}.attention.output.dense.bias"],
    )
    return graph.layer_norm(
        graph.add("Add", output, x), weights, f"{prefix}.attention.output.LayerNorm"
    )


def _feed_forward(graph: _Graph, weights: Weights, prefix: str, x: str) -> str:
    hidden = graph.linear(
        x,
        weights[f"{prefix}.intermediate.dense.weight"],
        weights[f"{prefix}.intermediate.dense.bias"],
    )
    output = graph.linear(
        graph.gelu(hidden),
        weights[f"{prefix}.output.dense.weight"],
        weights[f"{prefix}.output.dense.bias"],
    )
    return graph.layer_norm(graph.add("Add", output, x), weights, f"{prefix}.output.LayerNorm")


def _mean_pooling(graph: _Graph, x: str) -> str:
    """Mean of the token vectors under the mask, at unit length; the graph's output."""
    mask = graph.add("Cast", "attention_mask", to=TensorProto.FLOAT)
    mask = graph.add("Unsqueeze", mask, graph.constant([-1]))
    total = graph.add("ReduceSum", graph.add("Mul", x, mask), graph.constant([1]), keepdims=0)
    count = graph.add("ReduceSum", mask, graph.constant([1]), keepdims=0)
    mean = graph.add("Div", total, count)
    length = graph.add("ReduceL2", mean, axes=[-1], keepdims=1)
    return graph.add("Div", mean, length)


def encoder_graph(weights: Weights) -> onnx.ModelProto:
    """The encoder in fp32: (`input_ids`, `attention_mask`) -> `embedding`.

    Parameters
    ----------
    weights : dict of str to ndarray, dtype=float32
        Tensors of `model.safetensors`, by their published names.

    Returns
    -------
    onnx.ModelProto
        Inputs int64 of shape (n, n_tokens); output float32 of shape (n, 384), unit vectors.

    References
    ----------
    .. [1] Devlin et al. (2019), BERT. arXiv:1810.04805
    .. [2] Wang et al. (2020), MiniLM. arXiv:2002.10957
    .. [3] Reimers, Gurevych (2019), Sentence-BERT (mean pooling). arXiv:1908.10084
    """
    graph = _Graph()
    mask = graph.add("Cast", "attention_mask", to=TensorProto.FLOAT)
    mask = graph.add("Unsqueeze", mask, graph.constant([1, 2]))
    mask = graph.add("Mul", graph.add("Sub", graph.constant(1.0), mask), graph.constant(-1e9))
    x = _embeddings(graph, weights)
    for layer in range(N_LAYERS):
        prefix = f"encoder.layer.{layer}"
        x = _attention(graph, weights, prefix, x, mask)
        x = _feed_forward(graph, weights, prefix, x)
    graph.add("Identity", _mean_pooling(graph, x))
    graph.nodes[-1].output[0] = "embedding"
    shape = ["n", "n_tokens"]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "minilm",
            [
                helper.make_tensor_value_info("input_ids", TensorProto.INT64, shape),
                helper.make_tensor_value_info("attention_mask", TensorProto.INT64, shape),
            ],
            [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", N_DIMENSIONS])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        producer_name="plumbline",
    )
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model
