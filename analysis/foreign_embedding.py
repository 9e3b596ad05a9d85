"""Encoders that others built: a folder with an ONNX model, as sentence-transformers exports it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.records import AnalysisError

MAX_TOKENS = 512
"""Where the folder's `sentence_bert_config.json` does not say."""


@dataclass(frozen=True)
class ModelInfo:
    """Which encoder is in place: its id and the hashes of what it was built from and into."""

    id: str
    n_dimensions: int
    weights_sha256: str
    tokenizer_sha256: str
    graph_sha256: str


@lru_cache(maxsize=4)
def foreign_model(folder: Path) -> ModelInfo:
    """Which encoder a folder holds. Its id follows from its files, so that other files are another.

    Raises
    ------
    AnalysisError
        If a file is missing, or if the model does not take tokens and give vectors.
    """
    graph, tokenizer = _graph(folder), folder / "tokenizer.json"
    if not tokenizer.exists():
        raise AnalysisError(f"{folder} has no tokenizer.json")
    hashes = sha256_of(graph), sha256_of(tokenizer)
    vector = ForeignEncoder(folder, n_threads=1)("a")
    whole = hashlib.sha256("".join(hashes).encode()).hexdigest()
    return ModelInfo(f"onnx-{whole[:16]}", len(vector), hashes[0], hashes[1], hashes[0])


class ForeignEncoder:
    """Text -> unit vector, each text by itself."""

    def __init__(self, folder: Path, n_threads: int) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = n_threads, 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(_graph(folder)), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime has no common class for what a file may lack
            raise AnalysisError(f"{_graph(folder)} is not an ONNX model") from error
        self._inputs = {node.name for node in self._session.get_inputs()}
        if unknown := self._inputs - {"input_ids", "attention_mask", "token_type_ids"}:
            raise AnalysisError(f"{_graph(folder)} wants {sorted(unknown)}: not a sentence encoder")
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        length = _read(folder / "sentence_bert_config.json").get("max_seq_length")
        self._tokenizer.enable_truncation(int(length or MAX_TOKENS))
        pooling = _read(folder / "1_Pooling" / "config.json")
        self._is_first = bool(pooling.get("pooling_mode_cls_token"))

    def __call__(self, text: str) -> NDArray[np.float32]:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        given = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        feed = {name: given[name] for name in self._inputs}
        found: NDArray[np.float32] = self._session.run(None, feed)[0][0]
        if found.ndim == 2:  # a vector per token
            found = found[0] if self._is_first else found.mean(axis=0)
        return (found / max(float(np.linalg.norm(found)), 1e-9)).astype(np.float32)


def _graph(folder: Path) -> Path:
    for place in (folder / "model.onnx", folder / "onnx" / "model.onnx"):
        if place.exists():
            return place
    raise AnalysisError(
        f"there is no embedding model {str(folder)!r}: neither a name that is known here nor a "
        "folder with model.onnx (or onnx/model.onnx) and tokenizer.json"
    )


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
