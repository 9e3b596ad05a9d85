"""The boundary between affected and ordinary prompts, on planted truth."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.boundary import (
    AFFECTED,
    NORMAL,
    UNKNOWN,
    boundary_surface,
    frontier,
)
from analysis.config import AnalysisConfig
from analysis.records import DataError
from analysis.synthetic import planted_boundary
from tests.analysis.test_cluster_lives import unit

CONFIG = AnalysisConfig()
N_TOPICS, PROMPTS = 60, 200
AFFECTED_TOPICS = np.arange(N_TOPICS) < 8


@pytest.fixture(scope="module")
def prompts() -> tuple[np.ndarray, np.ndarray]:
    """SIMULATED vectors around 60 topics, and the topic of each: cosine within a topic about .5."""
    rng = np.random.default_rng(5)
    topic = np.repeat(np.arange(N_TOPICS), PROMPTS)
    middles = unit(rng.normal(size=(N_TOPICS, 384)))
    return unit(middles[topic] + rng.normal(size=(len(topic), 384)) / 384**0.5), topic


def nobody(n: int) -> np.ndarray:
    return np.array([""] * n, dtype=object)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_topics_lie_above_the_line_and_the_others_below(prompts, seed) -> None:
    vectors, topic = prompts
    world = planted_boundary(topic, AFFECTED_TOPICS, seed=seed, ratio=5.0)
    found = boundary_surface(vectors[world.rows], world.is_bad, nobody(4000), CONFIG)
    above = topic_ratio(found.ratio, topic[world.rows]) > CONFIG.boundary_ratio
    assert above[AFFECTED_TOPICS].mean() >= 0.8
    assert (~above)[~AFFECTED_TOPICS].mean() >= 0.9
    truth = AFFECTED_TOPICS[topic[world.rows]]
    assert (found.state[truth] == AFFECTED).mean() > 0.7
    assert (found.state[~truth] == AFFECTED).mean() < 0.03
    assert (found.low <= found.ratio).all()
    assert (found.ratio <= found.high).all()


def topic_ratio(ratio: np.ndarray, topic: np.ndarray) -> np.ndarray:
    return np.array([np.exp(np.log(ratio[topic == t]).mean()) for t in range(N_TOPICS)])


def test_without_a_boundary_nothing_is_affected(prompts) -> None:
    vectors, topic = prompts
    world = planted_boundary(topic, AFFECTED_TOPICS, seed=1, ratio=1.0)
    found = boundary_surface(vectors[world.rows], world.is_bad, nobody(4000), CONFIG)
    assert (found.state == AFFECTED).mean() < 0.01
    assert (found.state == NORMAL).mean() > 0.5


def test_too_little_data_is_unknown() -> None:
    vectors = unit(np.random.default_rng(0).normal(size=(60, 384)))
    is_bad = np.arange(60) < 24
    found = boundary_surface(vectors, is_bad, nobody(60), CONFIG)
    assert set(found.state) == {UNKNOWN}
    assert np.isnan(found.ratio).all()
    enough = boundary_surface(vectors, np.arange(60) < 25, nobody(60), CONFIG)
    assert not np.isnan(enough.ratio).any()


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(DataError, match="differ in length"):
        boundary_surface(np.zeros((3, 4), np.float32), np.zeros(2, bool), nobody(3), CONFIG)


def flooded(people: np.ndarray) -> np.ndarray:
    """States of 40 equal reports amid 400 controls of another kind and 60 scattered cases."""
    rng = np.random.default_rng(3)
    spread = unit(rng.normal(size=(500, 384)))
    place = unit(rng.normal(size=384)) + rng.normal(size=(40, 384)) * 0.01
    vectors = np.concatenate([spread, unit(place)])
    is_bad = np.concatenate([np.arange(500) < 60, np.ones(40, dtype=bool)])
    contributor = np.array([f"c{i}" for i in range(540)], dtype=object)
    contributor[500:] = people
    return boundary_surface(vectors, is_bad, contributor, CONFIG).state[500:]


def test_a_flood_by_one_person_is_one_case() -> None:
    many = flooded(np.array([f"p{i}" for i in range(40)], dtype=object))
    four = flooded(np.array([f"p{i % 4}" for i in range(40)], dtype=object))
    assert (many == AFFECTED).all()
    assert (four != AFFECTED).all()


def test_order_does_not_matter(prompts) -> None:
    vectors, topic = prompts
    world = planted_boundary(topic, AFFECTED_TOPICS, seed=4, ratio=5.0)
    mixed = np.random.default_rng(1).permutation(4000)
    one = boundary_surface(vectors[world.rows], world.is_bad, nobody(4000), CONFIG)
    two = boundary_surface(vectors[world.rows][mixed], world.is_bad[mixed], nobody(4000), CONFIG)
    np.testing.assert_array_equal(one.ratio[mixed], two.ratio)


def test_frontier_names_distinct_people_nearest_to_the_other_side() -> None:
    angle = np.radians([0, 5, 10, 20, 24, 60])
    vectors = np.column_stack([np.cos(angle), np.sin(angle)]).astype(np.float32)
    state = np.array([NORMAL, NORMAL, NORMAL, AFFECTED, AFFECTED, UNKNOWN], dtype=object)
    people = np.array(["a", "b", "b", "c", "d", "e"], dtype=object)
    sides = frontier(vectors, state, people, eligible=np.arange(6), count=2)
    assert sides.normal.tolist() == [2, 0]
    assert sides.affected.tolist() == [3, 4]
    nothing = frontier(vectors[:3], state[:3], people[:3], eligible=np.arange(3), count=2)
    assert nothing.normal.tolist() == nothing.affected.tolist() == []
