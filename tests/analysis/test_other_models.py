"""Other embedding models: the static one, and folders that somebody else made."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from analysis.embedding import EMBEDDING_MODEL_ID, embed, model_build
from analysis.foreign_embedding import foreign_model
from analysis.records import AnalysisError
from analysis.static_embedding import STATIC_MODEL_ID

SENTENCES = [
    "How do I save a checkpoint of a sharded optimizer?",
    "Saving checkpoints of an optimizer that is sharded",
    "Which wine goes with grilled fish?",
]


def test_the_static_model_knows_what_is_alike(model_dir: Path) -> None:
    info = model_build(model_dir, STATIC_MODEL_ID)
    assert (info.id, info.n_dimensions) == (STATIC_MODEL_ID, 256)
    vectors = embed([*SENTENCES, ""], model_dir=model_dir, model=STATIC_MODEL_ID)
    assert vectors.shape == (4, 256)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    assert vectors[0] @ vectors[1] > 0.6
    assert vectors[0] @ vectors[1] - vectors[0] @ vectors[2] > 0.3
    again = embed(SENTENCES[1:2], model_dir=model_dir, model=STATIC_MODEL_ID)
    np.testing.assert_array_equal(again[0], vectors[1])
    assert model_build(model_dir, STATIC_MODEL_ID) == info


def folder_of(place: Path, *, graph: onnx.ModelProto | Path, model_dir: Path, nested: bool) -> Path:
    target = place / "onnx" / "model.onnx" if nested else place / "model.onnx"
    target.parent.mkdir(parents=True)
    if isinstance(graph, Path):
        shutil.copyfile(graph, target)
    else:
        onnx.save(graph, str(target))
    shutil.copyfile(model_dir / EMBEDDING_MODEL_ID / "tokenizer.json", place / "tokenizer.json")
    return place


@pytest.mark.parametrize("nested", [True, False])
def test_a_folder_with_a_pooled_model_gives_its_vectors(tmp_path, model_dir, nested) -> None:
    graph = model_dir / EMBEDDING_MODEL_ID / "encoder.onnx"
    folder = folder_of(tmp_path / "m", graph=graph, model_dir=model_dir, nested=nested)
    info = model_build(model_dir, str(folder))
    assert info.id.startswith("onnx-")
    assert info.n_dimensions == 384
    theirs = embed(SENTENCES, model_dir=model_dir, model=str(folder))
    np.testing.assert_allclose(theirs, embed(SENTENCES, model_dir=model_dir), atol=1e-5)


def token_model() -> onnx.ModelProto:
    """A vector (token, 1) for each token."""
    table = np.column_stack([np.arange(40_000), np.ones(40_000)]).astype(np.float32)
    return helper.make_model(
        helper.make_graph(
            [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])],
            "tokens",
            [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["n", "t"])],
            [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["n", "t", 2])],
            [numpy_helper.from_array(table, "table")],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )


def test_vectors_of_tokens_are_pooled_as_the_folder_says(tmp_path, model_dir) -> None:
    mean = folder_of(tmp_path / "mean", graph=token_model(), model_dir=model_dir, nested=False)
    first = folder_of(tmp_path / "first", graph=token_model(), model_dir=model_dir, nested=False)
    (first / "1_Pooling").mkdir()
    (first / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    # "a" is the tokens 101, 1037, 102 of BERT's vocabulary: their mean is 413 1/3.
    vector = embed(["a"], model_dir=model_dir, model=str(mean))[0]
    assert vector[0] / vector[1] == pytest.approx(1240 / 3, rel=1e-5)
    vector = embed(["a"], model_dir=model_dir, model=str(first))[0]
    assert vector[0] / vector[1] == pytest.approx(101, rel=1e-5)


def test_other_files_are_another_space(tmp_path, model_dir) -> None:
    one = folder_of(tmp_path / "one", graph=token_model(), model_dir=model_dir, nested=False)
    two = folder_of(tmp_path / "two", graph=token_model(), model_dir=model_dir, nested=False)
    (two / "tokenizer.json").write_text((two / "tokenizer.json").read_text() + "\n")
    assert foreign_model(one).id != foreign_model(two).id


def test_what_is_no_model_is_refused_with_what_to_do(tmp_path, model_dir) -> None:
    with pytest.raises(AnalysisError, match=r"no embedding model 'minilm'.*model\.onnx"):
        model_build(model_dir, "minilm")
    folder = folder_of(tmp_path / "bad", graph=token_model(), model_dir=model_dir, nested=False)
    (folder / "model.onnx").write_bytes(b"no model")
    with pytest.raises(AnalysisError, match="is not an ONNX model"):
        foreign_model(folder)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(AnalysisError, match="has no tokenizer"):
        foreign_model(folder)
