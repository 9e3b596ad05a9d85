"""Invented exchanges: enough of them, for every leaf, and as alike as honest or colluding texts."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import yaml

from analysis.synthetic_text import brigade_texts, exchange_texts

CATALOGUE = Path(__file__).parents[2] / "backend" / "catalogue" / "catalogue.yaml"
LEAVES = [
    leaf["slug"]
    for family in yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["domains"]
    for leaf in family["children"]
]


def shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}


def similarities(texts: list[str]) -> np.ndarray:
    """Jaccard similarity of the 5-word shingles of every two of the texts."""
    sets = [shingles(text) for text in texts]
    return np.array([len(a & b) / len(a | b) for a, b in combinations(sets, 2)])


def test_jaccard_of_two_texts_worked_by_hand():
    # 6 words give 2 shingles each; one is shared: 1 / 3.
    assert similarities(["a b c d e f", "b c d e f g"]).tolist() == [1 / 3]


@pytest.mark.parametrize("domain", LEAVES)
def test_every_leaf_has_exchanges_of_the_promised_length(domain):
    pairs = exchange_texts(domain, count=200, rng=np.random.default_rng(11))
    assert len(pairs) == 200
    prompt_words = [len(prompt.split()) for prompt, _ in pairs]
    response_words = [len(response.split()) for _, response in pairs]
    assert min(prompt_words) >= 15
    assert max(prompt_words) <= 60
    assert min(response_words) >= 40
    assert max(response_words) <= 120


@pytest.mark.parametrize("domain", LEAVES)
def test_no_fill_is_left_open(domain):
    pairs = exchange_texts(domain, count=300, rng=np.random.default_rng(12))
    assert [pair for pair in pairs if re.search(r"[{}]", "".join(pair))] == []


@pytest.mark.parametrize("domain", LEAVES)
def test_two_prompts_of_a_domain_are_rarely_alike(domain):
    # The bounds keep honest reports out of one cohort: at a share s above 0.5, the reports of a
    # cell of 300 have 300 * s like them on average, which must stay far below one.
    pairs = exchange_texts(domain, count=300, rng=np.random.default_rng(13))
    alike = similarities([prompt for prompt, _ in pairs])
    assert np.mean(alike > 0.5) < 0.001
    assert np.mean(alike > 0.6) < 0.0003
    assert np.mean(alike > 0.8) < 0.0001


@pytest.mark.parametrize("domain", LEAVES)
def test_two_whole_exchanges_of_a_domain_are_never_near_duplicates(domain):
    pairs = exchange_texts(domain, count=100, rng=np.random.default_rng(14))
    assert similarities([f"{prompt} {response}" for prompt, response in pairs]).max() < 0.8


@pytest.mark.parametrize("domain", LEAVES)
def test_the_texts_hold_nothing_that_redaction_would_look_for(domain):
    text = "\n".join(
        f"{prompt}\n{response}"
        for prompt, response in exchange_texts(domain, count=100, rng=np.random.default_rng(15))
    )
    assert re.findall(r"\S+@\S+|\d{6,}|https?:|www\.", text) == []
    # No capitalised word but at the start of a sentence, so nothing reads like a name.
    inner = re.findall(r"(?<=[a-z0-9,;-] )[A-Z][a-z]+", text)
    assert inner == []


@pytest.mark.parametrize("domain", LEAVES)
def test_a_brigade_sends_near_copies(domain):
    pairs = brigade_texts(domain, count=40, rng=np.random.default_rng(16))
    assert len(pairs) == 40
    assert len(set(pairs)) >= 38
    alike = similarities([prompt for prompt, _ in pairs])
    assert np.mean(alike >= 0.5) > 0.95


def test_a_seed_gives_the_same_texts_and_another_seed_gives_others():
    for texts in (exchange_texts, brigade_texts):
        first = texts("law", count=5, rng=np.random.default_rng(1))
        assert texts("law", count=5, rng=np.random.default_rng(1)) == first
        assert texts("law", count=5, rng=np.random.default_rng(2)) != first


def test_the_first_texts_do_not_depend_on_how_many_are_asked_for():
    few = exchange_texts("cooking", count=3, rng=np.random.default_rng(1))
    assert exchange_texts("cooking", count=9, rng=np.random.default_rng(1))[:3] == few


def test_none_asked_for_gives_none():
    assert exchange_texts("law", count=0, rng=np.random.default_rng(1)) == []
    assert brigade_texts("law", count=0, rng=np.random.default_rng(1)) == []


@pytest.mark.parametrize("texts", [exchange_texts, brigade_texts])
def test_an_unknown_domain_is_named(texts):
    with pytest.raises(ValueError, match="no synthetic text for the domain 'astrology'"):
        texts("astrology", count=1, rng=np.random.default_rng(1))


def test_there_are_texts_for_leaves_of_the_catalogue_and_for_nothing_else():
    blocks = Path(CATALOGUE.parents[2] / "analysis" / "synthetic_text.yaml")
    assert sorted(yaml.safe_load(blocks.read_text(encoding="utf-8"))["domains"]) == sorted(LEAVES)
