"""Counting windows: the same numbers as counting each one by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.config import AnalysisConfig
from analysis.integrity import Rows
from analysis.windows import Counter

CONFIG = AnalysisConfig(contributor_cells_max=6)
SHAPE = (2, 3)
VENDOR = np.arange(2)


def rows(reports: list[tuple[int, int, int, int]]) -> Rows:
    """Reports of (day, model, domain, person), each in words of its own."""
    day, model, domain, person = np.array(sorted(reports), dtype=np.int64).reshape(-1, 4).T
    n = len(day)
    return Rows(np.arange(n), day, model, domain, person, np.arange(n))


def by_hand(reports: list[tuple[int, int, int, int]], first: int, last: int) -> np.ndarray:
    people = {(m, d, p) for day, m, d, p in reports if first <= day <= last}
    counts = np.zeros(SHAPE)
    for model, domain, _ in people:
        counts[model, domain] += 1
    return counts


REPORTS = st.lists(
    st.tuples(st.integers(0, 69), st.integers(0, 1), st.integers(0, 2), st.integers(0, 4)),
    min_size=1, max_size=60,
)  # fmt: skip


@given(REPORTS, st.integers(0, 69), st.integers(0, 69))
def test_a_person_counts_once_per_cell_and_window(reports, one, two):
    first, last = min(one, two), max(one, two)
    window = Counter(rows(reports), rows(reports), SHAPE[1], VENDOR, CONFIG).window(first, last)
    np.testing.assert_array_equal(window.observed, by_hand(reports, first, last))
    np.testing.assert_array_equal(window.uncapped, by_hand(reports, first, last))
    assert window.n_reports.sum() == sum(first <= day <= last for day, *_ in reports)
    left = np.maximum(window.observed - 1, 0)
    np.testing.assert_array_equal(window.without_cohort, left)


@given(REPORTS)
def test_weekly_counts_are_windows_of_one_week(reports):
    counter = Counter(rows(reports), rows(reports), SHAPE[1], VENDOR, CONFIG)
    for week, counts in enumerate(counter.weekly(10)):
        np.testing.assert_array_equal(counts, by_hand(reports, 7 * week, 7 * week + 6))


@given(REPORTS, st.permutations(range(5)))
def test_who_is_who_does_not_matter(reports, names):
    renamed = [(day, m, d, names[person]) for day, m, d, person in reports]
    one, two = (
        Counter(rows(r), rows(r), SHAPE[1], VENDOR, CONFIG).window(16, 55)
        for r in (reports, renamed)
    )
    np.testing.assert_array_equal(one.table, two.table)


def test_a_template_counts_for_two_in_each_window():
    # Four people on day 0 and two on day 38, all from one template; one more with own words.
    reports = rows([(0, 0, 0, p) for p in range(4)] + [(38, 0, 0, p) for p in (4, 5, 6)])
    cohort = np.where(reports.contributor == 6, 1, 0)
    counter = Counter(replace(reports, cohort=cohort), reports, SHAPE[1], VENDOR, CONFIG)
    seen = [int(counter.window(*days).observed[0, 0]) for days in [(0, 0), (38, 38), (0, 55)]]
    assert seen == [2, 3, 3]
    assert int(counter.window(0, 55).without_cohort[0, 0]) == 1
    assert counter.weekly(8)[:, 0, 0].tolist() == [2, 0, 0, 0, 0, 3, 0, 0]


def test_windows_of_all_lengths_end_with_every_week_and_on_the_last_day():
    counter = Counter(rows([(0, 0, 0, 0)]), rows([(0, 0, 0, 0)]), SHAPE[1], VENDOR, CONFIG)
    spans = [(w.first_day, w.last_day) for w in counter.windows(66)]
    assert spans[:4] == [(5, 6), (3, 6), (0, 6), (12, 13)]
    assert [span[0] for span in spans if span[1] == 62] == [61, 59, 56, 49, 35, 7]
    assert [span[0] for span in spans if span[1] == 65] == [64, 62, 59, 52, 38, 10]
    assert {span[1] for span in spans} == {*range(6, 63, 7), 65}


def test_less_than_a_window_is_one_window_of_what_there_is():
    counter = Counter(rows([(0, 0, 0, 0)]), rows([(0, 0, 0, 0)]), SHAPE[1], VENDOR, CONFIG)
    spans = [(w.first_day, w.last_day) for w in counter.windows(18)]
    assert spans[-5:] == [(16, 17), (14, 17), (11, 17), (4, 17), (0, 17)]


@pytest.mark.parametrize(("people", "n_strata"), [(199, 1), (200, 2)])
def test_halves_are_strata_where_both_have_enough(people, n_strata):
    reports = [(week, p % 2, p % 3, p) for week in (0, 55) for p in range(people)]
    window = Counter(rows(reports), rows(reports), SHAPE[1], VENDOR, CONFIG).window(0, 55)
    assert len(window.table) == 1  # the same people: each counts with the first report alone
    others = [(week, m, d, p + 1000 * week) for week, m, d, p in reports]
    window = Counter(rows(others), rows(others), SHAPE[1], VENDOR, CONFIG).window(0, 55)
    assert len(window.table) == n_strata
