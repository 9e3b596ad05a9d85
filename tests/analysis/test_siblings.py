"""SIMULATED worlds in which one vendor has several models, and what the comparison makes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.evaluate.line_a import noticed_after
from analysis.evaluate.siblings import family_world, sibling_rows
from analysis.judgement import judge
from analysis.synthetic_evidence import evidence_of, ratings_of
from analysis.synthetic_reports import EPISODE, Planted, ReportShape, report_world

CONFIG = AnalysisConfig()


@pytest.mark.parametrize("n_worse", [1, 4])
def test_so_many_models_of_the_vendor_get_worse(n_worse):
    world, planted, vendor = family_world(1, 10.0, n_worse)
    family = np.flatnonzero(vendor == vendor[planted.vendor])
    assert len(family) == 4
    assert len(np.unique(vendor)) == 3
    worse = world.cause == EPISODE
    assert set(world.domain[worse].tolist()) == set(planted.domains)
    models = set(world.vendor[worse].tolist())
    assert models <= set(family.tolist())
    assert len(models) == n_worse
    assert planted.vendor in models
    assert world.day[worse].min() >= planted.first_day


def test_models_that_get_worse_together_hide_each_other_unless_they_are_on_no_side():
    late = []
    for seed in range(1, 5):
        world, planted, vendor = family_world(seed, 10.0, 4)
        cell, days = (
            (planted.vendor, planted.domains[0]),
            (planted.first_day, planted.first_day + 27),
        )
        ours = noticed_after(world, cell, *days, vendor=vendor)
        peer = noticed_after(world, cell, *days)
        assert 0 < ours <= (peer or 28)
        late.append(peer or 28)
        assert ours < 14
    assert max(late) > 14


def test_no_number_of_a_finding_depends_on_its_vendors_other_models():
    shape = ReportShape(2_000, 400.0, 30, n_vendors=6, n_domains=12)
    planted = Planted(vendor=2, domains=(3,), ratio=8.0, first_day=140, end_day=210)
    last = date(2026, 11, 1)
    nobody = ratings_of(*np.zeros((2, 210, 6, 12), dtype=np.int64), last_day=last)
    whole = evidence_of(report_world(shape, seed=3, planted=(planted,)), nobody, last_day=last)
    is_sibling = (whole.model == "model-04") & (whole.domain == "domain-03")
    assert is_sibling.sum() > 50
    few = np.where(is_sibling & (np.arange(len(whole)) % 4 > 0), "", whole.contributor).astype(
        object
    )

    def numbers(vendor_of_four: str, contributor: np.ndarray) -> tuple:
        vendor = np.where(whole.model == "model-04", vendor_of_four, whole.vendor).astype(object)
        told = judge(replace(whole, vendor=vendor, contributor=contributor), CONFIG, seed=1)
        (found,) = [f for f in told.findings if (f.model, f.state) == ("model-02", "reported")]
        weeks = [point.expected for point in found.series]
        return found.peak.expected, found.breakdown_number, found.onset_low, found.onset_high, weeks

    for place in range(5):
        same = [numbers("vendor-02", c)[place] for c in (whole.contributor, few)]
        assert same[0] == same[1]
    rivals = [numbers("vendor-04", c) for c in (whole.contributor, few)]
    assert [one[0] for one in rivals] != [rivals[0][0]] * 2
    assert rivals[0][1] != rivals[1][1]
    assert rivals[0][4] != rivals[1][4]


def test_each_world_is_judged_in_both_ways():
    rows = sibling_rows(runs=1, seed=1, tell=lambda *_: None)
    assert [row.peer for row in rows] == [
        "", *(["", "", *["compared with its vendor's other models too"] * 2] * 4)
    ]  # fmt: skip
    assert rows[0].is_met
    assert {row.measure for row in rows[1:]} == {"noticed within 14 weeks", "median days"}
