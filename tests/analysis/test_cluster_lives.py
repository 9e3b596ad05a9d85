"""Division of planted groups on two levels, and what becomes of clusters from run to run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from analysis.clustering import DomainPart, cluster_part
from analysis.config import AnalysisConfig
from analysis.division import divide
from analysis.labels import cluster_labels
from analysis.neighbours import EXACT_MAX, find_neighbours
from analysis.parts import positions_back
from analysis.records import Track, TrackEvent
from analysis.stability import Sweep, by_size, communities, sweep
from analysis.tracking import Group, follow, follow_groups
from tests.analysis.worlds import strings

CONFIG = AnalysisConfig()


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def planted(seed: int, *, themes: int = 5, variants: int = 4, each: int = 30):
    """Vectors around middles that lie around middles; theme and variant of each."""
    rng = np.random.default_rng(seed)
    outer = np.eye(60)[:themes]
    inner = unit(outer[:, None] + 0.5 * unit(rng.normal(size=(themes, variants, 60))))
    noise = 0.03 * rng.normal(size=(themes, variants, each, 60))
    vectors = unit(inner[:, :, None] + noise).reshape(-1, 60)
    variant = np.repeat(np.arange(themes * variants), each)
    return vectors, variant // variants, variant


def part_with(vectors: np.ndarray, **more) -> DomainPart:
    """Reports of as many people, all with the same words."""
    n = len(vectors)
    people = strings([f"c{i}" for i in range(n)])
    given = {
        "domain": "law", "is_simulated": False, "report_id": people, "standing": np.arange(n),
        "contributor": people, "week": np.full(n, np.datetime64("2026-11-02")),
        "prompt": strings(["court of appeal"] * n), "embedding": vectors, "tracks": (),
        "last": (0.0, 0.0), "config": CONFIG, "seed": 1,
    }  # fmt: skip
    return DomainPart(**given | more)


def cluster(vectors: np.ndarray, indices=None, tracks=(), last=(0.0, 0.0)):
    rows = np.arange(len(vectors)) if indices is None else indices
    return positions_back(
        cluster_part(part_with(vectors[rows], tracks=tuple(tracks), last=last)), rows
    )


def tracks_of(found, start: int = 1) -> list[Track]:
    return [
        Track(start + i, "law", c.parent < 0, c.members, c.centroid)
        for i, c in enumerate(found.clusters)
    ]


def test_themes_and_variants_are_found_whatever_the_order():
    vectors, theme, variant = planted(1)
    found = divide(vectors, CONFIG, seed=1)
    labels = {
        round(adjusted_mutual_info_score(truth, found.theme), 2) for truth in (theme, variant)
    }
    assert max(labels) >= 0.95
    assert adjusted_mutual_info_score(variant, found.variant) >= 0.95
    assert np.nanmin(found.variant_stability) > 0.8
    shuffled = np.random.default_rng(2).permutation(len(vectors))
    again = divide(vectors[shuffled], CONFIG, seed=1)
    np.testing.assert_array_equal(again.theme, found.theme[shuffled])
    np.testing.assert_array_equal(again.variant, found.variant[shuffled])


def test_each_variant_lies_in_its_theme():
    vectors, _, _ = planted(3)
    found = cluster(vectors).clusters
    for place, one in enumerate(found):
        if one.parent >= 0:
            assert one.parent < place
            assert set(one.members) <= set(found[one.parent].members)
            assert found[one.parent].parent == -1


@pytest.mark.parametrize("n", [200, 2000])
def test_pure_noise_is_hardly_stable(n: int):
    # Random directions have no groups: what random halves agree on is what they share.
    vectors = unit(np.random.default_rng(n).normal(size=(n, 384)))
    tried = sweep(find_neighbours(vectors, CONFIG).graph, CONFIG, 1)
    assert np.sort(tried.agreement)[-2] < 0.45


def test_equal_vectors_are_one_cluster_and_few_are_undivided():
    same = np.tile(unit(np.ones((1, 8))), (60, 1))
    assert set(divide(same, CONFIG, seed=1).theme.tolist()) == {0}
    few = unit(np.random.default_rng(1).normal(size=(CONFIG.neighbours, 8)))
    assert set(divide(few, CONFIG, seed=1).theme.tolist()) == {0}


def test_cells_find_nearly_what_all_pairs_find(monkeypatch):
    vectors, _, _ = planted(4, themes=10, variants=10, each=20)
    exact = find_neighbours(vectors, CONFIG).graph
    monkeypatch.setattr("analysis.neighbours.EXACT_MAX", 100)
    cells = find_neighbours(vectors, CONFIG).graph
    assert EXACT_MAX == 20_000
    common = exact.multiply(cells > 0).nnz
    assert common / exact.nnz > 0.9


def test_near_duplicates_are_one_point():
    vectors, _, _ = planted(5, themes=3, variants=1, each=40)
    n = len(vectors)
    copies = np.concatenate([vectors, np.tile(vectors[:1], (50, 1))])
    standing = np.concatenate([np.arange(n), np.zeros(50, dtype=np.int64)])
    found = cluster_part(part_with(copies, standing=standing)).clusters
    home = next(c for c in found if 0 in c.members)
    assert set(range(n, n + 50)) <= set(home.members.tolist())
    assert sum(medoid >= n for medoid in home.medoids) == 0


def test_stability_is_hennigs():
    # Community 0 comes back whole in the first half and cut in two in the second; 1 lies in one.
    labels = np.array([0, 0, 0, 0, 1, 1])
    halves = [np.array([0, 1, 2, 3]), np.array([0, 1, 2, 3, 4, 5])]
    found = [[np.array([5, 5, 5, 5]), np.array([0, 0, 1, 1, 2, 2])]]
    tried = Sweep(np.array([1.0]), np.array([1.0]), halves, found)
    np.testing.assert_allclose(tried.stability(0, labels), [(1.0 + 0.5) / 2, 1.0])


def test_a_lone_peak_is_not_chosen_and_the_last_resolution_stays_while_it_is_nearly_as_good():
    agreement = np.array([0.1, 0.80, 0.1, 0.7, 0.75, 0.7])
    tried = Sweep(np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0]), agreement, [], [])
    assert tried.best(CONFIG) == 4
    assert tried.best(CONFIG, last=32.0) == 5
    assert tried.best(CONFIG, last=2.0) == 4
    assert tried.best(CONFIG, above=16.0) == 5
    assert replace(tried, agreement=agreement / 3).best(CONFIG) is None


def test_communities_are_numbered_by_size():
    assert by_size(np.array([7, 3, 3, 9, 9])).tolist() == [2, 0, 0, 1, 1]
    vectors, _, _ = planted(6, themes=3, variants=1, each=20)
    labels = communities(find_neighbours(vectors[:50], CONFIG).graph, 1.0, 1)
    assert np.all(np.diff(np.bincount(labels)) <= 0)


def test_five_percent_new_reports_leave_every_id_where_it_was():
    vectors, _, _ = planted(7, themes=12, variants=1, each=40)
    old = np.sort(np.random.default_rng(1).permutation(len(vectors))[: int(len(vectors) / 1.05)])
    first = cluster(vectors, old)
    second = cluster(vectors, None, tracks_of(first), first.resolution)
    kept = {c.track for c in second.clusters}
    assert {track.id for track in tracks_of(first)} <= kept
    for c in second.clusters:
        before = first.clusters[c.track - 1]
        assert set(before.members) <= set(c.members)


def track(number: int, members: list[int], merged_into: int = 0) -> Track:
    return Track(
        number, "law", True, np.array(members), np.eye(4, dtype=np.float32)[0], merged_into
    )


def followed(tracks: list[Track], clusters: list[list[int]]):
    middles = np.tile(np.eye(4, dtype=np.float32)[0], (len(clusters), 1))
    return follow(tracks, [np.array(c) for c in clusters], middles, CONFIG)


def test_births_deaths_splits_and_merges():
    # 1 splits into its larger and smaller part; 2 and 3 merge; 4 scatters; 20 to 29 are new.
    tracks = [
        track(1, [*range(10)]), track(2, [10, 11, 12, 13]), track(3, [14, 15, 16]),
        track(4, [17, 18, 19]),
    ]  # fmt: skip
    clusters = [[*range(7), 17], [7, 8, 9, 18], [*range(10, 17), 19], [*range(20, 30)]]
    found = followed(tracks, clusters)
    assert found.track == [1, 0, 2, 0]
    assert found.events == [
        TrackEvent("split", 1, 1),
        TrackEvent("born", 0, 3),
        TrackEvent("merged", 3, 2),
        TrackEvent("died", 4, -1),
    ]


def test_too_small_an_overlap_is_another_cluster():
    # Jaccard of 3 in 10: kept; of 2 in 10: not.
    assert followed([track(1, [*range(6)])], [[0, 1, 2]]).track == [1]
    assert followed([track(1, [*range(10)]), track(2, [10])], [[0, 1], [*range(2, 10)]]).track == [
        0,
        1,
    ]


def test_new_reports_do_not_count_against_a_cluster():
    assert followed([track(1, [0, 1, 2])], [[0, 1, 2, *range(3, 50)]]).track == [1]


def test_without_a_last_run_all_are_born_and_without_clusters_all_die():
    assert followed([], [[0], [1]]).events == [TrackEvent("born", 0, 0), TrackEvent("born", 0, 1)]
    assert follow([track(1, [0])], [], np.zeros((0, 4)), CONFIG).events == [
        TrackEvent("died", 1, -1)
    ]


def test_a_moderators_merge_is_kept_and_can_be_taken_back():
    embedding = np.tile(np.eye(4, dtype=np.float32)[0], (12, 1))
    groups = [
        Group(np.array([4, 5, 6]), -1, 0.9), Group(np.array([4, 5]), 0, 0.5),
        Group(np.array([0, 1, 2]), -1, 0.8), Group(np.array([0, 1]), 2, 0.4),
        Group(np.array([8, 9]), -1, 0.7),
    ]  # fmt: skip
    apart = [track(1, [0, 1, 2]), track(2, [4, 5, 6]), track(3, [8, 9])]
    merged = [apart[0], replace(apart[1], merged_into=1), apart[2]]
    found, events = follow_groups(groups, merged, embedding, CONFIG)
    themes = [g for g in found if g.parent < 0]
    assert [g.track for g in themes] == [1, 3]
    assert themes[0].members.tolist() == [0, 1, 2, 4, 5, 6]
    assert themes[0].found().tolist() == [1, 1, 1, 2, 2, 2]
    assert [found[g.parent].track for g in found if g.parent >= 0] == [1, 1]
    assert {event.kind for event in events} == {"born"}  # the variants
    found, _ = follow_groups(groups, apart, embedding, CONFIG)
    assert [g.track for g in found if g.parent < 0] == [2, 1, 3]


def test_a_track_whose_reports_are_all_withdrawn_dies():
    embedding = np.tile(np.eye(4, dtype=np.float32)[0], (3, 1))
    _, events = follow_groups([Group(np.arange(3), -1, 1.0)], [track(9, [])], embedding, CONFIG)
    assert TrackEvent("died", 9, -1) in events


def test_separating_terms_tell_two_clusters_apart_and_shared_words_do_not():
    prompts = ["shared alpha"] * 30 + ["shared beta"] * 30
    people = strings([f"p{i}" for i in range(60)])
    clusters = [np.arange(30), np.arange(30, 60)]
    found = cluster_labels(clusters, [1, 0], strings(prompts), people, CONFIG)
    assert found.separating[0] == ("alpha", "shared alpha")
    assert found.separating[1] == ("beta", "shared beta")
    assert "shared" in found.terms[0]


def test_contributors_who_cannot_be_told_apart_label_nothing():
    prompts, nobody = strings(["alpha beta"] * 20), strings([""] * 20)
    assert cluster_labels([np.arange(20)], [-1], prompts, nobody, CONFIG).terms == [()]


@pytest.mark.parametrize(
    ("agreement", "last", "is_divided"),
    [
        (0.41, None, True), (0.39, None, False),
        (0.49, 0.0, False), (0.51, 0.0, True),
        (0.31, 1.0, True), (0.29, 1.0, False),
    ],
)  # fmt: skip
def test_what_was_divided_stays_so_and_what_was_not_stays_whole(
    agreement, last, is_divided
) -> None:
    tried = Sweep(np.array([0.5, 1.0, 2.0]), np.full(3, agreement), [], [])
    assert (tried.best(CONFIG, last=last) is not None) == is_divided
