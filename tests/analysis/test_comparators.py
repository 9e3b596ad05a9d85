"""Line A against both comparators: sums by hand, and what the rule promises about stories and floods."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from analysis.comparators import comparators, others, weekly_expected
from analysis.config import AnalysisConfig
from analysis.evaluate.line_a import Evenings, episode_world, noticed_after, null_world
from analysis.evaluate.oracles import cusum_run_length, cusum_threshold
from analysis.integrity import Rows, count_units
from analysis.power import detectable_ratios
from analysis.signals import is_beyond_chance, screen, stands
from analysis.streams import streams_of
from analysis.synthetic_evidence import evidence_of, ratings_of
from analysis.synthetic_reports import ReportShape, report_world
from analysis.windows import Counter, Window

CONFIG = AnalysisConfig()
NOBODY = np.zeros((3, 4), dtype=bool)
APART = np.arange(3)
"""Three models of three vendors."""


def window(table: np.ndarray, baseline: np.ndarray, *, without: int = 1, vendor=APART) -> Window:
    counts = table.astype(np.int64)
    left = np.maximum(counts - without, 0)
    table, baseline = table[None].astype(float), baseline.astype(float)
    return Window(0, 1, table, baseline, counts, counts, left, vendor)


def reported(table: np.ndarray, baseline: np.ndarray, **options) -> np.ndarray:
    everywhere = np.ones(table.shape, dtype=bool)
    (verdict,) = screen([window(table, baseline, **options)], [everywhere], [0], CONFIG)
    return verdict.is_reported


def test_a_cell_is_never_in_what_it_is_compared_with():
    table = np.arange(12.0).reshape(1, 3, 4)
    around = others(table, NOBODY, APART)
    # Cell (1, 2) holds 6: its row has 4 + 5 + 7 besides, its column 2 + 10, everything else 32.
    assert [x[0, 1, 2] for x in (around.model, around.domain, around.rest)] == [16, 12, 32]
    more = table.copy()
    more[0, 1, 2] = 1_000
    assert others(more, NOBODY, APART).expected[1, 2] == around.expected[1, 2]
    # 16 * 12.5 / 33
    assert around.expected[1, 2] == pytest.approx(200 / 33)


def test_the_other_models_of_its_vendor_are_on_no_side():
    table = np.arange(12.0).reshape(1, 3, 4)
    around = others(table, NOBODY, np.array([7, 7, 2]))
    # Of cell (1, 2), which holds 6, the column 10 and the rest 8 + 9 + 11 are the third model's alone.
    assert [x[0, 1, 2] for x in (around.model, around.domain, around.rest)] == [16, 10, 28]
    assert [x[0, 2, 2] for x in (around.model, around.domain, around.rest)] == [28, 8, 20]


def test_a_report_of_an_unknown_model_is_of_some_model_of_its_vendor():
    world = report_world(ReportShape(200, 40.0, 10, n_vendors=2), seed=1)
    nobody = ratings_of(*np.zeros((2, 70, 2, 12), dtype=np.int64), last_day=date(2026, 11, 1))
    evidence = evidence_of(world, nobody, last_day=date(2026, 11, 1))
    number = np.arange(
        len(evidence)
    )  # the model of one in three is unknown, of one in six the vendor too
    model = np.where(number % 3 == 0, "", evidence.model).astype(object)
    vendor = np.where(number % 6 == 0, "", evidence.vendor).astype(object)
    (found,) = streams_of(replace(evidence, model=model, vendor=vendor))
    told = list(zip(found.models, found.vendors, strict=True))
    assert told == [
        ("", ""), ("", "vendor-00"), ("", "vendor-01"),
        ("model-00", "vendor-00"), ("model-01", "vendor-01"),
    ]  # fmt: skip
    assert found.vendor.tolist() == [0, 1, 2, 1, 2]
    assert found.is_eligible.any(axis=1).tolist() == [False, False, False, True, True]
    rows = found.all_rows
    pairs = zip(model[rows.index], vendor[rows.index], strict=True)
    assert [told[place] for place in rows.model] == list(pairs)


def test_what_makes_all_models_of_a_vendor_worse_does_not_hide_itself():
    table = np.full((3, 4), 20.0)
    table[:2, 0] = 90.0  # two of three models
    both = np.argwhere(reported(table, BASELINE, vendor=np.array([0, 0, 1]))).tolist()
    assert both == [[0, 0], [1, 0]]
    assert not reported(table, BASELINE).any()


def test_nothing_is_reported_where_no_other_vendor_is():
    table = np.full((3, 4), 10.0)
    table[0, 0] = 200.0
    alone = np.zeros(3, dtype=np.int64)
    assert not reported(table, BASELINE, vendor=alone).any()
    base = window(table, BASELINE, vendor=alone)
    assert np.isinf(detectable_ratios(base, np.ones((3, 4), bool), 72, CONFIG)).all()


def test_a_confirmed_cell_no_longer_hides_its_neighbours():
    # 10 everywhere except one cell of 100. Without it each of its neighbours has 10 by the others.
    table = np.full((1, 3, 3), 10.0)
    table[0, 0, 0] = 100.0
    known = np.zeros((3, 3), dtype=bool)
    hidden = others(table, known, APART)
    assert hidden.expected[0, 1] == pytest.approx(110 * 20.5 / 41)
    known[0, 0] = True
    freed = others(table, known, APART)
    assert freed.expected[0, 1] == pytest.approx(20 * 20.5 / 41)
    assert freed.expected[1, 1] == pytest.approx(20 * 20.5 / 41)


def test_both_tails_are_fishers_test_on_their_own_table():
    table = np.array([[9.0, 5, 7, 8], [3, 6, 2, 5], [4, 9, 8, 7]])
    baseline = np.array([[9.0, 9, 9, 9], [20, 41, 33, 30], [22, 50, 41, 39]])
    against = comparators(table[None], baseline, NOBODY, APART)
    before = fisher_exact([[9, 20], [42, 234]], alternative="greater").pvalue
    now = fisher_exact([[9, 20], [7, 37]], alternative="greater").pvalue
    assert against.tail_before(9, (0, 0)) == pytest.approx(before, rel=1e-9)
    assert against.tail_now(np.array([9.0]), (0, 0)) == pytest.approx(now, rel=1e-9)
    # 20 * 7.5 / 38 now, 20 * 42.5 / 235 before: the larger one is expected.
    assert against.expected[0, 0] == pytest.approx(20 * 7.5 / 38)


BASELINE = np.full((3, 4), 60.0)


def test_a_cell_must_stand_out_against_the_weeks_before_and_against_its_own_days():
    # 24 where 4 is usual: the weeks before leave no doubt, the days themselves do. Both are needed.
    table = np.full((3, 4), 4.0)
    table[0, 0] = 24.0
    against = comparators(table[None], BASELINE, NOBODY, APART)
    before = fisher_exact([[24, 12], [120, 360]], alternative="greater").pvalue
    now = fisher_exact([[24, 12], [8, 24]], alternative="greater").pvalue
    assert against.tail_before(24, (0, 0)) == pytest.approx(before, rel=1e-8)
    assert before < CONFIG.screen_level
    assert now > CONFIG.screen_level_now
    assert not reported(table, BASELINE).any()
    table[0, 0] = 40.0
    assert np.argwhere(reported(table, BASELINE)).tolist() == [[0, 0]]


@pytest.mark.parametrize("factor", [3, 10, 40])
@pytest.mark.parametrize("axis", [0, 1])
def test_a_story_about_a_vendor_or_a_domain_accuses_nobody(factor, axis):
    table = np.full((3, 4), 10.0)
    (table if axis == 0 else table.T)[1] *= factor
    assert not reported(table, BASELINE).any()


def test_one_cohort_cannot_carry_a_cell():
    table = np.full((3, 4), 10.0)
    table[0, 0] = 90.0
    assert reported(table, BASELINE)[0, 0]
    assert not reported(table, BASELINE, without=85)[0, 0]


@given(
    st.lists(st.integers(0, 60), min_size=12, max_size=12),
    st.lists(st.integers(0, 200), min_size=12, max_size=12),
)
def test_what_is_reported_passes_the_strict_rule_and_both_levels(counts, weeks):
    table, baseline = (
        np.reshape(counts, (3, 4)) * 1.0,
        np.reshape(weeks, (3, 4)) + np.reshape(counts, (3, 4)) * 1.0,
    )
    (verdict,) = screen([window(table, baseline)], [np.ones((3, 4), bool)], [0], CONFIG)
    flagged = verdict.is_reported
    assert (table[flagged] >= CONFIG.contributors_min).all()
    assert stands(table, verdict.expected, CONFIG)[flagged].all()
    assert (verdict.p_value[flagged] <= CONFIG.screen_level).all()
    assert (verdict.is_near >= flagged).all()


# --- windows of days

ONE = np.zeros(1, dtype=np.int64)
"""A single model."""


def rows(day, cell, person, cohort=None) -> Rows:
    day = np.array(day)
    order = np.argsort(day, kind="stable")
    cohort = np.arange(len(day)) + 1_000 if cohort is None else np.array(cohort)
    parts = np.arange(len(day)), day, np.zeros(len(day), int), np.array(cell), np.array(person)
    return Rows(*(part[order] for part in (*parts, cohort)))


def test_a_person_counts_once_in_a_window_and_once_in_each_week_of_the_baseline():
    # One person on days 3, 12 and 13; another on day 13. The last day is 13, a Sunday.
    own = [7, 7, 7, 8]
    mine = rows([3, 12, 13, 13], [0, 0, 0, 0], own, cohort=own)
    counter = Counter(mine, mine, 1, ONE, CONFIG)
    found = {
        end - start + 1: counter.window(start, end) for end in (13,) for start in counter.starts(13)
    }
    assert {length: int(w.observed[0, 0]) for length, w in found.items()} == {
        2: 2,
        4: 2,
        7: 2,
        14: 2,
    }
    assert [int(w.baseline[0, 0]) for w in found.values()] == [3, 3, 3, 3]
    assert [int(w.n_reports[0, 0]) for w in found.values()] == [3, 3, 3, 4]


def test_windows_end_with_every_week_and_on_the_last_day():
    mine = rows([0, 17], [0, 0], [1, 2])
    found = [(w.first_day, w.last_day) for w in Counter(mine, mine, 1, ONE, CONFIG).windows(18)]
    assert found == [
        (5, 6), (3, 6), (0, 6), (12, 13), (10, 13), (7, 13), (0, 13),
        (16, 17), (14, 17), (11, 17), (4, 17), (0, 17),
    ]  # fmt: skip


@given(st.integers(0, 10_000))
def test_counting_shared_texts_apart_changes_no_count(seed):
    rng = np.random.default_rng(seed)
    n = 120
    day = rng.integers(20, size=n)
    # Some reports share one of three templates; everybody else's text is their own.
    person = rng.integers(50, size=n)
    cohort = np.where(rng.random(n) < 0.4, rng.integers(3, size=n), 100 + person)
    mine = rows(day, rng.integers(2, size=n), person, cohort)
    found = Counter(mine, mine, 2, ONE, CONFIG).window(4, 17)
    units = count_units(mine.between(4, 17), CONFIG)
    for domain in range(2):
        here = units.is_counted & (units.domain == domain)
        heaviest = np.bincount(units.cohort[here]).max(initial=0)
        assert found.observed[0, domain] == here.sum()
        assert found.without_cohort[0, domain] == here.sum() - heaviest


def test_a_run_sees_nothing_of_the_days_after():
    world, planted = episode_world(3, 3_000, 10.0)
    day = planted.first_day + 9
    whole = Evenings(world).reported(day)
    past = replace(world, **{
        name: getattr(world, name)[world.day <= day]
        for name in ("day", "vendor", "domain", "person", "cause", "cohort", "is_trusted")
    })  # fmt: skip
    np.testing.assert_array_equal(whole, Evenings(past).reported(day))


# --- worlds, small


def test_an_episode_is_noticed_within_days_and_a_storm_never():
    late = []
    for seed in range(12):
        world, planted = episode_world(seed, 10_000, 10.0)
        cell = planted.vendor, planted.domains[0]
        late.append(noticed_after(world, cell, planted.first_day, planted.first_day + 13))
    assert min(late) > 0
    assert np.median(late) <= 4
    world = null_world(3_000, 1)
    evenings = Evenings(world)
    assert not any(evenings.reported(day).any() for day in range(63, world.n_days, 4))


def test_what_would_have_been_seen_is_reported_one_below_is_not():
    table = np.full((3, 4), 20.0)
    base = window(table, BASELINE)
    n_tests = table.size * len(CONFIG.window_days)
    ratio = detectable_ratios(base, np.ones((3, 4), bool), n_tests, CONFIG)[0, 0]
    hot = table.copy()
    needed = next(n for n in range(20, 400) if reported(_with(hot, n), BASELINE)[0, 0])
    # 80 % of Poisson counts with this mean reach `needed`; 20 are expected.
    draws = np.random.default_rng(1).poisson(ratio * 20, 40_000)
    assert (draws >= needed).mean() == pytest.approx(0.8, abs=0.01)


def _with(table: np.ndarray, count: int) -> np.ndarray:
    changed = table.copy()
    changed[0, 0] = count
    return changed


# --- the reference of the evaluation


def test_the_run_length_of_a_cusum_is_that_of_simulated_ones():
    rng = np.random.default_rng(5)
    height, hits, days = np.zeros(4_000), 0, 3_000
    for _ in range(days):
        height = np.maximum(height + rng.poisson(0.72, 4_000) * np.log(3.0) - 2 * 0.72, 0)
        hits += int((height >= 5).sum())
        height[height >= 5] = 0
    assert cusum_run_length(0.72, 3.0, 5.0) == pytest.approx(4_000 * days / hits, rel=0.1)


def test_the_threshold_of_a_cusum_grows_with_the_run_length_and_stays_below_lordens_bound():
    found = [cusum_threshold(0.72, 3.0, length) for length in (1e3, 1e4, 1e5)]
    assert all(a < b for a, b in combinations(found, 2))
    assert all(h <= np.log(length) for h, length in zip(found, (1e3, 1e4, 1e5), strict=True))


# --- what mutations of the code would change


def test_freeing_a_table_of_confirmed_cells_leaves_the_table_alone():
    table = np.arange(1.0, 13.0).reshape(1, 3, 4)
    before = table.copy()
    others(table, np.eye(3, 4, dtype=bool), APART)
    np.testing.assert_array_equal(table, before)


def test_chance_must_be_excluded_by_the_weeks_before_too():
    # The domain was as common among others before as it is in the cell now, and is not today.
    table = np.array([[80.0, 20, 20, 20], [1, 50, 50, 50], [1, 50, 50, 50]])
    usual = np.array([[80.0, 20, 20, 20], [400, 100, 100, 100], [400, 100, 100, 100]])
    for baseline, told in ((usual, False), (np.full((3, 4), 100.0), True)):
        found = is_beyond_chance(
            80, (0, 0), window=window(table, baseline),
            against=comparators(table[None], baseline, NOBODY, APART), config=CONFIG,
        )  # fmt: skip
        assert found is told


@pytest.mark.parametrize(
    ("day", "weeks"),
    [(60, 1), (54, 1), (53, 1), (5, 1), (4, 0)],
    ids="last first in edge out".split(),
)
def test_the_baseline_is_of_eight_weeks_to_the_day(day, weeks):
    mine = rows([day], [0], [1])
    assert Counter(mine, mine, 1, ONE, CONFIG).window(59, 60).baseline[0, 0] == weeks


def test_the_weeks_of_the_baseline_are_of_seven_days():
    # The last one is of days 54 to 60: reports of days 54 and 60 are of one week, 53 is of another.
    for days, weeks in (((54, 60), 1), ((53, 60), 2)):
        mine = rows(days, [0, 0], [1, 1])
        assert Counter(mine, mine, 1, ONE, CONFIG).window(59, 60).baseline[0, 0] == weeks


# --- week by week


def test_weekly_expectations_follow_the_models_own_activity():
    # Two models, two domains, constant 4 per week; model 0 doubles everywhere from week 10 on.
    weekly = np.full((20, 2, 2), 4.0)
    weekly[10:, 0] = 8.0
    nothing = np.zeros((2, 2), dtype=bool)
    expected = weekly_expected(weekly, nothing, (0, 0), vendor=np.arange(2), reach=4, smoothing=2)
    # Comparison far from the ends: (9 * 4 + .5) / (9 * 4 + 1); activity: (5 * 4 + .5) / 5.
    assert expected[5] == pytest.approx(20.5 / 5 * 36.5 / 37)
    assert expected[15] == pytest.approx(40.5 / 5 * 36.5 / 37)


def test_weekly_expectations_leave_out_the_vendors_other_models():
    # The second model is of the same vendor and has a hundred times as many in the domain.
    weekly = np.full((20, 3, 2), 4.0)
    weekly[:, 1, 0] = 400.0
    options = {"vendor": np.array([0, 0, 1]), "reach": 4, "smoothing": 2}
    expected = weekly_expected(weekly, np.zeros((3, 2), dtype=bool), (0, 0), **options)
    assert expected[5] == pytest.approx(20.5 / 5 * 36.5 / 37)
