"""The device's domain model: what the command makes, the twin of the extension's, silent when unsure."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from analysis.device_domains import (
    CATALOGUE,
    MODEL,
    NONE,
    domain_of,
    features_of,
    fnv1a,
    model_dump,
    model_load,
    model_train,
    probabilities,
    training_texts,
)
from analysis.records import DataError

VECTORS = Path(__file__).resolve().parents[1] / "contract" / "domain_vectors.json"


@pytest.fixture(scope="module")
def model():
    return model_load()


@pytest.fixture(scope="module")
def trained():
    return model_train()


@pytest.fixture(scope="module")
def leaves() -> list[dict]:
    families = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["domains"]
    return [leaf for family in families for leaf in family["children"]]


def test_the_file_is_what_the_command_makes(model, trained) -> None:
    assert trained.domains == model.domains
    assert dict(trained.features) == dict(model.features)
    assert (trained.rarity == model.rarity).all()
    assert (trained.unknown_rarity, trained.threshold) == (model.unknown_rarity, model.threshold)
    assert trained.scale == pytest.approx(model.scale, rel=1e-4)
    assert trained.bias == pytest.approx(model.bias, abs=2e-3)
    # Another processor may round a weight to its neighbour.
    steps = np.abs(trained.weights.astype(int) - model.weights.astype(int))
    assert steps.max() <= 1
    assert (steps > 0).mean() < 0.01


def test_writing_and_reading_give_the_same_model(tmp_path, model) -> None:
    path = tmp_path / "model.json"
    path.write_text(model_dump(model), encoding="utf-8")
    assert path.read_bytes() == MODEL.read_bytes()


def test_the_file_is_small_enough_for_an_extension() -> None:
    assert MODEL.stat().st_size < 300_000


def test_the_classes_are_the_catalogues_leaves_and_none(model, leaves) -> None:
    assert set(model.domains) == {leaf["slug"] for leaf in leaves} | {NONE}


@pytest.mark.parametrize(
    "vector", json.loads(VECTORS.read_text()), ids=lambda vector: vector["name"]
)
def test_the_shared_vectors(model, vector) -> None:
    slug, probability = domain_of(vector["prompt"], vector["response"], model)
    assert slug == vector["slug"]
    assert abs(probability - vector["probability"]) < 1e-6


def test_hashes_are_fnv1a() -> None:
    # From the authors' own test vectors (draft-eastlake-fnv).
    assert [fnv1a(text) for text in ("", "a", "foobar")] == [0x811C9DC5, 0xE40C292C, 0xBF9CF968]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CUDA Kernel", "cuda kernel"),
        ("ﬁne-tune", "fine-tune"),
        ("C++ / C#!", "c++ c#"),
        ("a a a", "a a"),
    ],
)
def test_case_form_and_repetition_do_not_count(one: str, other: str) -> None:
    assert set(features_of(one)) == set(features_of(other))


def test_most_of_the_catalogues_own_examples_keep_their_domain(model, leaves) -> None:
    pairs = [(leaf["slug"], text) for leaf in leaves for text in leaf["examples"]]
    named = [(right, domain_of(text, "", model)[0]) for right, text in pairs]
    wrong = [pair for pair in named if pair[1] not in (pair[0], None)]
    assert len(wrong) / len(named) < 0.01
    assert sum(right == slug for right, slug in named) / len(named) > 0.9


def test_what_belongs_nowhere_or_says_nothing_has_no_name(model) -> None:
    for text in (
        "", "   ", "🙂🙂", "qwzx vvkp zzt", "continue", "Why is my dog so sleepy today?",
        "Who won the football match last night?", "zzz " * 3000,
    ):  # fmt: skip
        assert domain_of(text, "", model)[0] is None, text


def test_the_response_is_asked_only_where_the_prompt_says_nothing(model) -> None:
    kernel = "Raise the occupancy of the CUDA kernel: use shared memory without bank conflicts."
    assert domain_of("And now?", kernel, model)[0] == "gpu-kernels"
    assert domain_of("And now?", "", model)[0] is None
    recipe = "How long should sourdough bread dough rise before I bake it in the oven?"
    assert domain_of(recipe, kernel, model) == domain_of(recipe, "", model)


def test_probabilities_sum_to_one(model) -> None:
    for text in ("", "prove that the integral converges", "x" * 5000):
        chances = probabilities(text, model)
        assert chances.sum() == pytest.approx(1)
        assert (chances > 0).all()


def test_terms_that_do_not_fit_the_catalogue_are_refused(tmp_path) -> None:
    terms = tmp_path / "terms.yaml"
    terms.write_text("law: court, judge\n", encoding="utf-8")
    with pytest.raises(DataError, match="different domains"):
        training_texts(CATALOGUE, terms)
