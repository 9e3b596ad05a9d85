"""Version comparisons against published intervals, tests and a documented drift."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, fisher_exact

from analysis.comparisons import (
    compare_versions,
    mcnemar_exact,
    newcombe_interval,
    newcombe_paired_interval,
)
from analysis.config import AnalysisConfig
from tests.analysis.worlds import ratings

PUBLISHED = json.loads(
    (Path(__file__).parent / "references" / "proportions.json").read_text(encoding="utf-8")
)
OLD, NEW = "2023-03-01", "2023-06-01"
CONFIG = AnalysisConfig()


def paired(table: tuple[int, int, int, int], **columns) -> list[tuple]:
    """Rating rows of (both bad, only the later bad, only the earlier bad, none) items."""
    normalised = columns.get("normalised", (np.nan, np.nan))
    chars = columns.get("chars", (100, 100))
    outcomes = [(1, 1)] * table[0] + [(0, 1)] * table[1] + [(1, 0)] * table[2] + [(0, 0)] * table[3]
    rows = []
    for item, (earlier, later) in enumerate(outcomes):
        rows.append((f"i{item}", "old", OLD, earlier, normalised[0], chars[0]))
        rows.append((f"i{item}", "new", NEW, later, normalised[1], chars[1]))
    return rows


@pytest.mark.parametrize(
    "row", PUBLISHED["newcombe_independent"]["rows_count_total_count_total_low_high"]
)
def test_newcombes_independent_interval_is_the_published_one(row):
    assert newcombe_interval(*row[:4]) == pytest.approx(row[4:], abs=5e-5)


def test_newcombes_paired_interval_is_the_published_one():
    published = PUBLISHED["newcombe_paired"]
    found = newcombe_paired_interval(*published["table"])
    assert found == pytest.approx(published["interval"], abs=5e-4)


def test_mcnemars_exact_p_value_is_the_published_one():
    published = PUBLISHED["mcnemar"]
    assert mcnemar_exact(*published["discordant"]) == pytest.approx(published["p_value"], abs=5e-5)
    assert mcnemar_exact(0, 0) == 1.0


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemars_p_value_is_twice_the_binomial_tail(first, second):
    n = first + second
    wanted = min(1.0, 2 * binom.cdf(min(first, second), n, 0.5)) if n else 1.0
    assert mcnemar_exact(first, second) == pytest.approx(wanted, rel=1e-9)


def test_a_drop_on_the_same_items_is_worse():
    # 100 items: 10 bad before and after, 30 newly bad, 5 newly right, 55 right twice.
    (found,) = compare_versions(ratings(paired((10, 30, 5, 55))), CONFIG)
    assert (found.n_pairs, found.bad_earlier, found.bad_later) == (100, 15, 40)
    assert found.difference == pytest.approx(0.25)
    assert found.difference_low < 0.25 < found.difference_high
    assert found.p_value == pytest.approx(2 * binom.cdf(5, 35, 0.5))
    assert (found.earlier, found.later, found.verdict) == ("old", "new", "worse")
    assert found.cautions == ()
    # 2.8016 sqrt((35 + 1) / 101 / 100)
    assert found.detectable == pytest.approx(0.16726, abs=1e-4)


def test_a_gain_is_better_and_order_in_time_not_in_the_rows_decides():
    (found,) = compare_versions(ratings(paired((10, 5, 30, 55))[::-1]), CONFIG)
    assert (found.earlier, found.later, found.verdict) == ("old", "new", "better")


def test_no_difference_says_what_would_have_been_seen():
    (found,) = compare_versions(ratings(paired((10, 5, 5, 80))), CONFIG)
    assert found.verdict == "no_difference"
    assert found.p_value == 1.0
    assert found.detectable == pytest.approx(2.8016 * np.sqrt(11 / 101 / 100), abs=1e-4)


def test_unpaired_ratings_are_compared_by_fishers_test():
    rows = [("", "old", OLD, i < 10, np.nan, 0) for i in range(50)]
    rows += [("", "new", NEW, i < 30, np.nan, 0) for i in range(60)]
    (found,) = compare_versions(ratings(rows), CONFIG)
    assert (found.n_pairs, found.n_earlier, found.n_later) == (0, 50, 60)
    assert found.p_value == pytest.approx(fisher_exact([[10, 40], [30, 30]]).pvalue)
    assert (found.difference_low, found.difference_high) == newcombe_interval(30, 60, 10, 50)


def test_answers_to_one_item_count_as_one_where_items_do_not_pair_either():
    """Ten answers to each of thirty items are thirty, by majority; one without an item stands for itself."""
    rows = [
        (f"{model}{item}", model, day, item < 12 if answer < 6 else item >= 12, np.nan, 100)
        for model, day in (("old", OLD), ("new", NEW))
        for item in range(29)
        for answer in range(10)
    ]
    rows += [("", "old", OLD, 1, np.nan, 100), ("", "new", NEW, 0, np.nan, 100)]
    (result,) = compare_versions(ratings(rows), CONFIG)
    assert (result.n_earlier, result.n_later, result.n_pairs) == (30, 30, 0)
    assert (result.bad_earlier, result.bad_later) == (13, 12)
    assert result.p_value == pytest.approx(fisher_exact([[13, 17], [12, 18]]).pvalue)
    few = [row for row in rows if row[0][3:] in ("0", "1", "2")]
    assert compare_versions(ratings(few), CONFIG)[0].verdict == "insufficient"


def test_an_item_that_was_answered_badly_half_of_the_time_is_bad():
    rows = [
        (f"i{item}", model, day, answer < (1 if model == "new" else 0), np.nan, 100)
        for model, day in (("old", OLD), ("new", NEW))
        for item in range(30)
        for answer in range(2)
    ]
    (result,) = compare_versions(ratings(rows), CONFIG)
    assert (result.n_pairs, result.bad_earlier, result.bad_later) == (30, 0, 30)


def test_too_few_ratings_are_insufficient_however_clear():
    (found,) = compare_versions(ratings(paired((0, 29, 0, 0))), CONFIG)
    assert found.p_value < 1e-7
    assert found.verdict == "insufficient"


def test_a_change_of_mere_format_carries_a_caution():
    # Raw: 40 of 100 newly bad. Fences stripped: all of them right in both versions.
    (found,) = compare_versions(ratings(paired((0, 40, 0, 60), normalised=(0.0, 0.0))), CONFIG)
    assert (found.verdict, found.cautions) == ("worse", ("format_only",))


def test_a_collapse_of_style_carries_a_caution():
    (found,) = compare_versions(ratings(paired((0, 40, 0, 60), chars=(638, 4))), CONFIG)
    assert (found.verdict, found.cautions) == ("worse", ("style_collapse",))


def test_the_documented_drift_of_2023_has_its_published_p_value():
    published = PUBLISHED["llm_drift"]
    (found,) = compare_versions(ratings(paired(published["table"], chars=(638, 4))), CONFIG)
    assert 1 - found.bad_earlier / found.n_earlier == pytest.approx(published["right_earlier"])
    assert 1 - found.bad_later / found.n_later == pytest.approx(published["right_later"])
    assert found.p_value == pytest.approx(published["p_value"], rel=0.25)  # one digit is published
    assert (found.verdict, found.cautions) == ("worse", ("style_collapse",))


def test_ratings_without_a_date_are_left_out():
    rows = [("i", "old", "NaT", 1, np.nan, 0)] * 40 + [("i", "new", NEW, 0, np.nan, 0)] * 40
    assert compare_versions(ratings(rows), CONFIG) == []
