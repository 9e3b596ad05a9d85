"""Places in the plane: neighbours stay neighbours, and the same rows give the same places."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.layout import layout, with_places
from tests.analysis.test_cluster_lives import cluster, planted, unit


def test_layout_keeps_topics_together_and_is_the_same_again() -> None:
    rng = np.random.default_rng(5)
    topic = np.repeat(np.arange(4), 50)
    middles = unit(rng.normal(size=(4, 384)))
    vectors = unit(middles[topic] + rng.normal(size=(len(topic), 384)) / 384**0.5)
    places = layout(vectors, seed=1)
    np.testing.assert_array_equal(places, layout(vectors, seed=1))
    assert np.abs(places).max() == 1.0
    centres = np.array([places[topic == t].mean(axis=0) for t in range(4)])
    nearest = np.linalg.norm(places[:, None] - centres, axis=2).argmin(axis=1)
    assert (nearest == topic).mean() > 0.95
    assert layout(np.ones((9, 4), np.float32), seed=1)[:, 1].tolist() == [0.0] * 9
    assert layout(vectors[:2], seed=1).tolist() == [[-1.0, 0.0], [1.0, 0.0]]


def test_the_first_and_the_last_seed_of_a_run_are_taken() -> None:
    vectors = unit(np.random.default_rng(5).normal(size=(50, 8)))
    for seed in (0, 2**32 - 1):
        assert np.abs(layout(vectors, seed=seed)).max() == 1.0


def test_only_public_themes_have_a_place() -> None:
    vectors, _, _ = planted(1)
    found = list(cluster(vectors).clusters)
    themes = [k for k, c in enumerate(found) if c.parent < 0]
    hidden = themes[0]
    clusters = [replace(c, is_public=k != hidden) for k, c in enumerate(found)]
    placed = with_places(clusters, seed=1)
    assert [k for k, c in enumerate(placed) if c.place] == themes[1:]
    assert [replace(c, place=None) for c in placed] == clusters


def test_no_public_theme_no_place() -> None:
    assert with_places([], seed=1) == []
