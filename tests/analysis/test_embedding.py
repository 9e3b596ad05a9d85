"""The encoder is the published one, whatever company a text keeps."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from analysis import pipeline
from analysis.embedding import TOKENIZER_SHA256, WEIGHTS_SHA256
from analysis.records import AnalysisError

PUBLISHED = json.loads(
    (Path(__file__).parent / "references" / "minilm.json").read_text(encoding="utf-8")
)
PINNED = json.loads(
    (Path(pipeline.__file__).parent / "model_reference.json").read_text(encoding="utf-8")
)


def test_the_pinned_fp32_vectors_have_the_published_similarities():
    vectors = dict(zip(PINNED["texts"], PINNED["vectors"], strict=True))
    three = np.array([vectors[text] for text in PUBLISHED["sentences"]])
    np.testing.assert_allclose(three @ three.T, PUBLISHED["similarities"], atol=2e-4)
    head = vectors[PUBLISHED["example"]][:5]
    np.testing.assert_allclose(head, PUBLISHED["example_head"], atol=1e-5)


def test_the_int8_vectors_are_near_the_fp32_ones(model_dir):
    vectors = pipeline.embed(PINNED["texts"], model_dir=model_dir)
    assert vectors.shape == (len(PINNED["texts"]), 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    cosine = (vectors * np.array(PINNED["vectors"])).sum(axis=1)
    assert cosine.min() > 0.98
    similarities = vectors[1:4] @ vectors[1:4].T
    np.testing.assert_allclose(similarities, PUBLISHED["similarities"], atol=0.03)


def test_a_vector_does_not_depend_on_the_other_texts(model_dir):
    alone = pipeline.embed(["He drove to the stadium."], model_dir=model_dir)
    among = pipeline.embed(
        ["x " * 500, "He drove to the stadium.", "", "code()"], model_dir=model_dir
    )
    np.testing.assert_array_equal(alone[0], among[1])


def test_words_after_the_256th_token_do_not_count(model_dir):
    long = "word " * 300
    a, b = pipeline.embed([long, long + "something else"], model_dir=model_dir)
    np.testing.assert_array_equal(a, b)


def test_no_texts_give_no_vectors(model_dir):
    assert pipeline.embed([], model_dir=model_dir).shape == (0, 384)


def test_progress_counts_the_texts(model_dir):
    seen: list[int] = []
    pipeline.embed(["a", "b", "c"], model_dir=model_dir, progress=seen.append)
    assert seen == [1, 2, 3]


def test_building_again_changes_nothing(model_dir):
    graph = model_dir / pipeline.EMBEDDING_MODEL_ID / "encoder.onnx"
    before = graph.stat().st_mtime_ns
    info = pipeline.model_build(model_dir)
    assert graph.stat().st_mtime_ns == before
    assert (info.weights_sha256, info.tokenizer_sha256) == (WEIGHTS_SHA256, TOKENIZER_SHA256)
    assert not list(model_dir.glob(".building-*"))


def test_other_weights_are_refused_and_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.embedding.WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(AnalysisError, match=r"model\.safetensors .* is not the published file"):
        pipeline.model_build(tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_wrong_vectors_are_refused_and_nothing_is_left_behind(tmp_path, monkeypatch):
    wrong = tmp_path / "reference.json"
    wrong.write_text(json.dumps({"texts": PINNED["texts"][:1], "vectors": PINNED["vectors"][1:2]}))
    monkeypatch.setattr("analysis.embedding._REFERENCE", wrong)
    with pytest.raises(AnalysisError, match="the built encoder is wrong"):
        pipeline.model_build(tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []
