"""The classifier on invented prompts that it was not taught with, by the real encoder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score

from analysis.domains import UNKNOWN, assign_domains, leaves, with_examples
from analysis.embedding import embed
from analysis.records import Domain
from benchmarks.domains import CONFUSIONS, calibration_error, catalogue, confusions
from benchmarks.domains import held_back as held_back_prompts
from tests.analysis.test_domains_and_clusters import CONFIG
from tests.analysis.worlds import strings


@pytest.fixture(scope="module")
def judge(model_dir: Path):
    domains = catalogue()
    examples = [example for domain in domains for example in domain.examples]
    return {
        "domains": domains,
        "example_embedding": embed(examples, model_dir=model_dir),
        "config": CONFIG,
    }


@pytest.fixture(scope="module")
def held_back(model_dir: Path):
    texts, truth = held_back_prompts()
    return embed(texts, model_dir=model_dir), strings(texts), truth


def infer(judge, vectors, texts):
    return assign_domains(vectors, texts, strings([""] * len(texts)), **judge)


def test_held_back_prompts_get_their_leaf(judge, held_back) -> None:
    vectors, texts, truth = held_back
    found = infer(judge, vectors, texts)
    inferred = found.inferred.astype(str)
    assert f1_score(truth, inferred, labels=leaves(judge["domains"]), average="macro") >= 0.88
    assert (inferred[truth == UNKNOWN] == UNKNOWN).mean() >= 0.8
    named = (truth != UNKNOWN) & (inferred != UNKNOWN)
    assert calibration_error(found.confidence[named], inferred[named] == truth[named]) < 0.1


def test_the_confusions_on_the_method_page_are_those_of_now(judge, held_back) -> None:
    vectors, texts, truth = held_back
    found = infer(judge, vectors, texts).inferred.astype(str)
    kept = json.loads(CONFUSIONS.read_text(encoding="utf-8"))
    assert confusions(truth, found, judge["domains"]) == kept


def test_the_order_of_examples_and_reports_does_not_matter(judge, held_back) -> None:
    vectors, texts, _ = held_back
    first = infer(judge, vectors, texts)
    domains = judge["domains"][::-1]
    ends = np.cumsum([len(domain.examples) for domain in judge["domains"]])
    rows = np.split(judge["example_embedding"], ends[:-1])[::-1]
    turned = {"domains": domains, "example_embedding": np.concatenate(rows), "config": CONFIG}
    second = infer(turned, vectors[::-1], texts[::-1])
    np.testing.assert_array_equal(first.inferred, second.inferred[::-1])
    np.testing.assert_allclose(first.confidence, second.confidence[::-1], atol=1e-5)


def test_every_leaf_is_taught_and_no_held_back_prompt_teaches() -> None:
    domains = catalogue()
    texts, truth = held_back_prompts()
    assert set(truth) == {*leaves(domains), UNKNOWN}
    taught = [example for domain in domains for example in domain.examples]
    assert len(set(taught)) == len(taught)
    assert set(taught) & set(texts) == set()
    assert min(len(d.examples) for d in domains if d.slug in leaves(domains)) >= 20


def test_unknown_is_no_leaf() -> None:
    domains = with_examples([Domain("law", ""), Domain("history", "")])
    assert leaves(domains) == ("history", "law")
    assert domains[-1].slug == UNKNOWN
