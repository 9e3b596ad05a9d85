"""Clusters are judged by people who had no part in nominating them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zlib import crc32

import numpy as np
import pytest
from scipy.stats import hypergeom

from analysis.config import AnalysisConfig
from analysis.halves import _decided, cluster_signals
from analysis.results import ClusterResult, ClusterSignal
from tests.analysis.worlds import batch

CONFIG = AnalysisConfig()


def cluster(members: np.ndarray, *, is_public: bool = True) -> ClusterResult:
    day = date(2026, 9, 7)
    return ClusterResult(
        domain="law", members=members, medoids=members[:1], terms=(), n_reports=len(members),
        n_contributors=len(members), first_week=day, last_week=day, is_public=is_public,
    )  # fmt: skip


def judged(hot: int, *, is_public: bool = True):
    """Two clusters of one domain; three models with 60 people each in the second, 20 in the first.

    The first model has `hot` more in the first cluster.
    """
    model, inside = [], []
    for name in ("m1", "m2", "m3"):
        n = 20 + (hot if name == "m1" else 0)
        model += [name] * (n + 60)
        inside += [True] * n + [False] * 60
    whole = batch(
        model=model, domain=["law"] * len(model), contributor=[f"p{i}" for i in range(len(model))]
    )
    first = np.array(inside)
    clusters = [
        cluster(np.flatnonzero(first), is_public=is_public),
        cluster(np.flatnonzero(~first), is_public=is_public),
    ]
    return whole, clusters, cluster_signals(
        clusters, whole.reports, np.arange(len(model)), CONFIG
    )  # fmt: skip


def test_a_model_that_both_halves_report_more_in_a_cluster_is_found():
    found = judged(hot=80)[2]
    assert [(s.cluster, s.model, s.symptom_kind, s.is_discovery) for s in found] == [
        (0, "m1", "silent", True)
    ]


def test_the_numbers_are_those_of_the_half_that_judges():
    whole, clusters, (found,) = judged(hot=80)

    judges = np.array([crc32(name.encode()) % 2 == 1 for name in whole.reports.contributor])
    inside = np.zeros(len(judges), dtype=bool)
    inside[clusters[0].members] = True
    mine = whole.reports.model == "m1"
    a, row, column, total = (
        int(flags.sum())
        for flags in (judges & inside & mine, judges & mine, judges & inside, judges)
    )
    assert (found.observed, found.expected) == (a, pytest.approx(row * column / total))
    assert found.p_value == pytest.approx(hypergeom.sf(a - 1, total, row, column), rel=1e-9)


def test_an_even_cluster_nominates_nobody():
    assert judged(hot=0)[2] == []


def test_a_cluster_that_may_not_be_shown_is_not_judged():
    assert judged(hot=80, is_public=False)[2] == []


def test_what_only_the_nominating_half_reports_is_no_discovery():
    whole, clusters, _ = judged(hot=80)

    judges = np.array([crc32(name.encode()) % 2 == 1 for name in whole.reports.contributor])
    hot = np.zeros(len(judges), dtype=bool)
    hot[clusters[0].members] = True
    hot &= whole.reports.model == "m1"
    # The judging half of the excess never wrote: its senders are unlinked.
    people = np.where(hot & judges, "", whole.reports.contributor).astype(object)
    reports = replace(whole.reports, contributor=people)
    found = cluster_signals(clusters, reports, np.arange(len(judges)), CONFIG)
    assert [(s.model, s.observed, s.is_discovery) for s in found] == [("m1", 0, False)]


@pytest.mark.parametrize(
    ("n", "is_discovery"), [(CONFIG.contributors_min, True), (CONFIG.contributors_min - 1, False)]
)
def test_fewer_than_the_floor_decide_nothing_however_unlikely_they_are(n, is_discovery):
    signal = ClusterSignal(0, "m", n, 0.001, 1e-12, False, "silent")
    assert [found.is_discovery for found in _decided([signal], CONFIG)] == [is_discovery]
