"""Subject areas and clusters of vectors whose truth was planted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from analysis.clustering import Home, cluster_part, nearest_home
from analysis.config import AnalysisConfig
from analysis.division import partition
from analysis.domains import assign_domains
from analysis.labels import cluster_labels, medoids
from analysis.pipeline import analyse
from analysis.records import Batch, DataError, Domain, Track
from tests.analysis.test_cluster_lives import part_with
from tests.analysis.worlds import batch, strings

CONFIG = AnalysisConfig()
SLUGS = ("cooking", "law", "physics")


def around(rng, centre: np.ndarray, count: int, spread: float) -> np.ndarray:
    vectors = centre + spread * rng.normal(size=(count, len(centre)))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def centres():
    return np.eye(40)


@pytest.fixture
def taught(centres):
    rng = np.random.default_rng(1)
    examples = np.concatenate([around(rng, centres[k], 12, 0.05) for k in range(3)])
    domains = (Domain("root", ""), *(Domain(s, "root", ("word",) * 12) for s in SLUGS))
    return {"domains": domains, "example_embedding": examples, "config": CONFIG}


def test_reports_get_the_leaf_whose_examples_they_resemble(taught, centres):
    rng = np.random.default_rng(2)
    vectors = np.concatenate([around(rng, centres[k], 30, 0.05) for k in range(3)])
    found = assign_domains(vectors, strings(["x"] * 90), strings([""] * 90), **taught)
    truth = np.repeat(SLUGS, 30)
    # The rule gives up 5 % of what looks like the examples; 90 trials losing 20 has p < 1e-7.
    assert (found.inferred == truth).sum() >= 70
    assert set(found.inferred[found.inferred != truth]) <= {"unknown"}
    np.testing.assert_array_equal(found.domain, found.inferred)


def test_what_resembles_no_example_is_unknown(taught, centres):
    rng = np.random.default_rng(3)
    foreign = around(rng, centres[10], 30, 0.05)
    found = assign_domains(foreign, strings(["x"] * 30), strings([""] * 30), **taught)
    assert set(found.domain) == {"unknown"}
    assert (found.confidence == 0).all()


def test_what_the_sender_stated_wins(taught, centres):
    rng = np.random.default_rng(4)
    vectors = around(rng, centres[0], 20, 0.05)
    found = assign_domains(vectors, strings(["x"] * 20), strings(["law"] * 20), **taught)
    assert set(found.domain) == {"law"}
    assert "cooking" in set(found.inferred)


def test_a_stated_node_that_is_no_leaf_is_refused(taught, centres):
    vectors = np.ones((1, 40), dtype=np.float32)
    with pytest.raises(DataError, match=r"no leaves: \['root'\]"):
        assign_domains(vectors, strings(["x"]), strings(["root"]), **taught)


def test_without_examples_nothing_is_inferred():
    domains = (Domain("law", ""), Domain("cooking", ""))
    found = assign_domains(
        np.ones((2, 4), dtype=np.float32),
        strings(["x", "x"]),
        strings(["law", ""]),
        domains=domains,
        example_embedding=np.zeros((0, 4), dtype=np.float32),
        config=CONFIG,
    )
    assert found.domain.tolist() == ["law", "unknown"]


def test_planted_communities_are_found(centres):
    rng = np.random.default_rng(7)
    vectors = np.concatenate([around(rng, centres[k], 60, 0.08) for k in range(5)])
    labels = partition(vectors, CONFIG, seed=1)
    kept = labels >= 0
    assert kept.mean() > 0.9
    assert adjusted_mutual_info_score(np.repeat(range(5), 60)[kept], labels[kept]) > 0.95


def test_the_same_seed_gives_the_same_partition(centres):
    rng = np.random.default_rng(8)
    vectors = np.concatenate([around(rng, centres[k], 40, 0.15) for k in range(4)])
    first, second = (partition(vectors, CONFIG, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_what_is_unlike_its_neighbours_is_noise(centres):
    rng = np.random.default_rng(9)
    signal = np.concatenate([around(rng, centres[k], 60, 0.05) for k in range(3)])
    noise = rng.normal(size=(10, 40))
    noise = (noise / np.linalg.norm(noise, axis=1, keepdims=True)).astype(np.float32)
    labels = partition(np.concatenate([signal, noise]), CONFIG, seed=1)
    assert (labels[-10:] == -1).all()
    assert (labels[:-10] == -1).mean() < 0.1


def test_terms_are_weighted_as_published_and_need_five_contributors():
    # Cluster 0: "alpha" 6 times by 6 people, "gamma" 8 times by one, "omega" by all of both.
    prompts = ["alpha omega"] * 6 + ["gamma omega gamma"] * 4 + ["beta omega"] * 8
    people = [f"p{i}" for i in range(6)] + ["loud"] * 4 + [f"q{i}" for i in range(8)]
    clusters = [np.arange(10), np.arange(10, 18)]
    terms = cluster_labels(clusters, [1, 0], strings(prompts), strings(people), CONFIG).terms
    assert "gamma" not in terms[0]
    assert not any("gamma" in term for term in terms[0])
    # W = tf ln(1 + A / f): alpha 6 ln(1 + A/6), omega 10 ln(1 + A/18), A = words per cluster; the
    # pair "alpha omega" weighs as alpha. A = (12 + 12 + 10 + 8 + 16 + 8) / 2 = 33 with the pairs.
    assert 6 * np.log(1 + 33 / 6) > 10 * np.log(1 + 33 / 18)
    assert terms[0] == ("alpha", "alpha omega", "omega")
    assert terms[1] == ("beta", "beta omega", "omega")


def test_placeholders_of_the_redaction_label_nothing():
    prompts = ["[EMAIL_1] solver [PERSON_2]"] * 6
    people = [f"p{i}" for i in range(6)]
    found = cluster_labels([np.arange(6)], [-1], strings(prompts), strings(people), CONFIG)
    assert found.terms == [("solver",)]


def test_medoids_come_from_different_contributors():
    vectors = np.array([[1, 0], [0.99, 0.1], [0.9, 0.4], [0.5, 0.8]], dtype=np.float32)
    people = strings(["a", "a", "b", "c"])
    found = medoids(np.arange(4), vectors, people, 3)
    assert sorted(people[found]) == ["a", "b", "c"]


def test_a_cluster_is_public_only_with_enough_people_and_reports():
    def publicity(people: list[str]) -> list[bool]:
        vectors = np.tile(np.array([[1.0, 0.0]], dtype=np.float32), (len(people), 1))
        found = cluster_part(part_with(vectors, contributor=strings(people)))
        return [cluster.is_public for cluster in found.clusters]

    assert publicity([f"p{i % 10}" for i in range(20)]) == [True]
    assert publicity([f"p{i % 9}" for i in range(20)]) == [False]
    assert publicity([f"p{i}" for i in range(19)]) == [False]
    assert publicity(["p"] * 4) == []


def of_both_kinds(n_real: int, n_simulated: int) -> Batch:
    """Reports that are all alike, of as many people, in one domain."""
    n = n_real + n_simulated
    return batch(
        model=["model"] * n,
        domain=["law"] * n,
        contributor=[f"p{i}" for i in range(n)],
        provenance=["report"] * n_real + ["simulated"] * n_simulated,
    )


@pytest.mark.parametrize(
    ("n_real", "n_simulated", "expected"),
    [
        (0, 20, [(True, 20, True)]),
        (4, 20, [(True, 20, True)]),  # too few real ones to be a theme
        (19, 20, [(False, 19, False), (True, 20, True)]),
        (20, 19, [(False, 20, True), (True, 19, False)]),
        (20, 0, [(False, 20, True)]),
    ],
)
def test_invented_people_hide_nobody_and_nobody_hides_them(n_real, n_simulated, expected):
    whole = of_both_kinds(n_real, n_simulated)
    found = analyse(whole, CONFIG, seed=1)
    told = [(c.is_simulated, c.n_reports, c.is_public) for c in found.clusters]
    assert told == expected
    for cluster in found.clusters:
        kinds = set((whole.reports.provenance[cluster.members] == "simulated").tolist())
        assert kinds == {cluster.is_simulated}
    assert found.resolutions.keys() == {
        name for name, n in (("law", n_real), ("simulated/law", n_simulated)) if n
    }


def test_the_two_kinds_are_followed_apart():
    whole = of_both_kinds(20, 20)
    first = analyse(whole, CONFIG, seed=1)
    tracks = tuple(
        Track(10 + i, "law", True, c.members, c.centroid, is_simulated=c.is_simulated)
        for i, c in enumerate(first.clusters)
    )
    again = analyse(replace(whole, tracks=tracks, resolutions=first.resolutions), CONFIG, seed=1)
    assert [(c.track, c.is_simulated) for c in again.clusters] == [(10, False), (11, True)]
    assert again.track_events == ()
    # A cluster that once held both goes on with those of its kind; the others are found anew.
    both = Track(10, "law", True, np.arange(40), first.clusters[0].centroid, is_simulated=True)
    later = analyse(replace(whole, tracks=(both,)), CONFIG, seed=1)
    assert [(c.track, c.is_simulated) for c in later.clusters] == [(0, False), (10, True)]
    assert [(e.kind, e.track, e.cluster) for e in later.track_events] == [("born", 0, 0)]


def test_a_report_joins_a_theme_of_its_kind_only():
    east, north = np.eye(2, dtype=np.float32)
    homes = [Home("law", east, 0.5), Home("law", north, 0.5, is_simulated=True)]
    joined = nearest_home(
        strings(["law", "law", "law", "law", "cats"]),
        np.array([east, east, north, north, east]),
        homes,
        is_simulated=np.array([False, True, False, True, False]),
    )
    assert joined == [0, -1, -1, 1, -1]
