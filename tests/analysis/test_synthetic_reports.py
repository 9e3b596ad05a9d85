"""Simulated worlds hold what was planted, and nothing else differs."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.records import DataError
from analysis.synthetic_reports import (
    COLLUSION,
    EPISODE,
    Colluders,
    Planted,
    ReportShape,
    Storm,
    report_world,
)

SHAPE = ReportShape(n_contributors=2_000, reports_per_week=1_000.0, n_weeks=20)
EPISODE_PLANTED = Planted(vendor=1, domains=(4, 5), ratio=6.0, first_day=70, end_day=140)


def test_the_same_seed_makes_the_same_world_and_an_episode_only_adds():
    plain = report_world(SHAPE, seed=3)
    planted = report_world(SHAPE, seed=3, planted=(EPISODE_PLANTED,))
    again = report_world(SHAPE, seed=3, planted=(EPISODE_PLANTED,))
    np.testing.assert_array_equal(planted.person, again.person)
    kept = planted.cause != EPISODE
    for name in ("day", "vendor", "domain", "person"):
        assert sorted(getattr(plain, name)) == sorted(getattr(planted, name)[kept])


def test_an_episode_adds_five_times_the_ordinary_at_a_ratio_of_six():
    world = report_world(SHAPE, seed=4, planted=(EPISODE_PLANTED,))
    added = world.cause == EPISODE
    mean = 5 * 70 * world.cell_rate[1, [4, 5]].sum()
    assert abs(added.sum() - mean) < 5 * np.sqrt(mean)
    assert set(world.vendor[added]) == {1}
    assert set(world.domain[added]) <= {4, 5}
    assert world.day[added].min() >= 70


def test_the_cell_rates_are_those_of_the_reports():
    world = report_world(SHAPE, seed=5)
    counts = np.zeros_like(world.cell_rate)
    np.add.at(counts, (world.vendor, world.domain), 1)
    mean = world.cell_rate * world.n_days
    assert world.cell_rate.sum() * 7 == pytest.approx(1_000.0)
    # Poisson: 240 cells, each within 6 standard deviations (chance below 1e-6).
    assert (np.abs(counts - mean) < 6 * np.sqrt(mean) + 1).all()


def test_only_exposed_contributors_report_an_episode_that_reaches_some():
    some = Planted(1, (4,), 10.0, 70, 140, exposed_share=0.2)
    world = report_world(SHAPE, seed=6, planted=(some,))
    mean = 0.2 * 9 * 70 * world.cell_rate[1, 4]
    assert (world.cause == EPISODE).sum() < 3 * mean


def test_a_storm_raises_one_vendor_everywhere():
    plain, stormy = report_world(SHAPE, seed=7), report_world(
        SHAPE, seed=7, storms=(Storm(4.0, 70, 14, vendor=0),)
    )  # fmt: skip
    more = len(stormy.day) - len(plain.day)
    mean = 3 * 14 * plain.cell_rate[0].sum()
    assert abs(more - mean) < 5 * np.sqrt(mean)


def test_colluders_write_once_each_from_their_templates():
    group = Colluders(30, 70, 14, ((2, 3),), n_templates=5)
    world = report_world(SHAPE, seed=8, colluders=(group,))
    theirs = world.cause == COLLUSION
    assert theirs.sum() == 30
    assert len(set(world.person[theirs])) == 30
    assert len(set(world.cohort[theirs])) == 5
    assert not world.is_trusted[theirs].any()
    assert world.is_trusted[~theirs].all()
    assert len(set(world.cohort[~theirs])) == (~theirs).sum()


def test_a_contributor_has_another_code_on_another_site_and_in_another_epoch():
    world = report_world(SHAPE, seed=9)
    rows = world.rows()
    person, vendor = world.person[rows.index], world.vendor[rows.index]
    per_code = {}
    for code, who, where in zip(rows.contributor, person, vendor, strict=True):
        assert per_code.setdefault(code, (who, where)) == (who, where)
    # 140 days from day 0 with the first change on day 17: four epochs.
    loudest = np.bincount(person * 6 + vendor).argmax()
    assert len({c for c, key in per_code.items() if key == divmod(int(loudest), 6)}) == 4


@pytest.mark.parametrize(
    "broken",
    [
        Planted(6, (1,), 2.0, 0, 10),
        Planted(1, (40,), 2.0, 0, 10),
        Planted(1, (1,), 2.0, 10, 10),
        Planted(1, (1,), 2.0, 10, 141),
        Planted(1, (1,), 0.5, 0, 10),
        Planted(1, (1,), 2.0, 0, 10, exposed_share=0.0),
    ],
)
def test_an_episode_outside_its_world_is_refused(broken):
    with pytest.raises(DataError, match="outside its world"):
        report_world(SHAPE, seed=1, planted=(broken,))
