"""The formulas of line A against published numbers, other programs and sums by hand."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import fisher_exact, gamma, hypergeom

from analysis.disproportionality import (
    exact_tail,
    information_component,
    information_component_quantile,
    margins,
    proportional_reporting_interval,
    proportional_reporting_ratio,
    quasi_independent,
    reporting_odds_ratio,
)
from analysis.records import DataError

PUBLISHED = json.loads(
    (Path(__file__).parent / "references" / "disproportionality.json").read_text(encoding="utf-8")
)
QUANTILES = (0.025, 0.0005)


@pytest.mark.parametrize(
    "row", PUBLISHED["smallest_alarming_count"]["rows_expected_at_0.025_at_0.0005"]
)
def test_the_smallest_count_that_alarms_is_the_published_one(row):
    expected, *smallest = row
    counts = np.arange(200)
    for quantile, count in zip(QUANTILES, smallest, strict=True):
        alarms = information_component_quantile(counts, expected, quantile) > 0
        assert int(counts[alarms].min()) == count


def test_the_information_component_of_10_against_5_is_the_published_one():
    low, middle, high = PUBLISHED["information_component"]["ic_10_5"]
    assert information_component_quantile(10, 5, 0.025) == pytest.approx(low, abs=5e-5)
    assert information_component(10, 5) == pytest.approx(middle, abs=5e-4)
    assert information_component_quantile(10, 5, 0.975) == pytest.approx(high, abs=5e-3)


@pytest.mark.parametrize(
    "row", PUBLISHED["information_component"]["rows_observed_expected_low_ic_high"]
)
def test_published_rows_come_out(row):
    observed, expected, low, middle, high = row
    found = [
        information_component_quantile(observed, expected, 0.025),
        information_component(observed, expected),
        information_component_quantile(observed, expected, 0.975),
    ]
    # The expected count is printed to .05, which moves the result by .003 bits at most.
    np.testing.assert_allclose(found, [low, middle, high], atol=0.005 + 0.003)


def test_one_against_one_is_scipys_gamma_quantile():
    wanted = np.log2(gamma.ppf(0.025, 1.5, scale=1 / 1.5))
    assert information_component_quantile(1, 1, 0.025) == pytest.approx(wanted, abs=1e-12)


def toy_table(*, stratified: bool) -> tuple[np.ndarray, list[str], list[str]]:
    reports = PUBLISHED["expected_counts"]["reports"]
    strata = sorted({r[2:] for r in reports}) if stratified else [""]
    table = np.zeros((len(strata), 3, 2))
    for r in reports:
        stratum = strata.index(r[2:]) if stratified else 0
        table[stratum, "ABC".index(r[0]), "12".index(r[1])] += 1
    return table, list("ABC"), list("12")


def test_expected_counts_are_the_published_ones_with_and_without_strata():
    nothing = np.zeros((3, 2), dtype=bool)
    published = PUBLISHED["expected_counts"]
    plain = margins(toy_table(stratified=False)[0], nothing).expected
    within = margins(toy_table(stratified=True)[0], nothing).expected
    for cell, (expected, _) in published["unstratified_expected_and_prr"].items():
        assert plain["ABC".index(cell[0]), "12".index(cell[1])] == pytest.approx(expected, abs=5e-8)
    for cell, expected in published["stratified_expected"].items():
        assert within["ABC".index(cell[0]), "12".index(cell[1])] == pytest.approx(
            expected, abs=5e-8
        )


def test_proportional_reporting_ratios_are_the_published_ones():
    ratio = proportional_reporting_ratio(toy_table(stratified=False)[0][0])
    rows = PUBLISHED["expected_counts"]["unstratified_expected_and_prr"]
    for cell, (_, published) in rows.items():
        assert ratio["ABC".index(cell[0]), "12".index(cell[1])] == pytest.approx(
            published, abs=0.005
        )


def test_the_proportional_reporting_ratio_is_undefined_where_nobody_else_reported():
    ratio = proportional_reporting_ratio(np.array([[3.0, 0.0], [2.0, 0.0], [0.0, 0.0]]))
    assert ratio[0, 0] == 1.0
    assert np.isnan(ratio[:, 1]).all()
    assert np.isnan(ratio[2, 0])


def test_reporting_ratios_and_their_intervals_are_the_published_ones():
    published = PUBLISHED["reporting_ratios"]
    prr = proportional_reporting_interval(10, 1_000, 200, 10_000)
    assert prr == pytest.approx(published["prr_10_1000_200_10000"], abs=0.0005)
    ror = reporting_odds_ratio(10, 20, 200, 10_000)
    assert ror == pytest.approx(published["ror_10_20_200_10000"], abs=0.05)


def test_every_count_widens_the_interval():
    # Ratios of 1; variances of the logarithm 1/1 - 1/2 + 1/1 - 1/2 and 1/1 + 1/2 + 1/4 + 1/8.
    low, ratio, high = proportional_reporting_interval(1, 2, 1, 2)
    assert np.log([low, ratio, high]) == pytest.approx([-1.959964, 0, 1.959964], abs=1e-6)
    low, ratio, high = reporting_odds_ratio(1, 2, 4, 8)
    reach = 1.959964 * np.sqrt(1.875)
    assert np.log([low, ratio, high]) == pytest.approx([-reach, 0, reach], abs=1e-6)


def test_the_interval_of_a_table_is_around_the_tables_ratio():
    # Cell by cell the same ratio as that of the whole table; a wider confidence holds the narrower.
    table = toy_table(stratified=False)[0][0]
    model, others = table.sum(axis=1, keepdims=True), table.sum(axis=0) - table
    arguments = table[:2], model[:2], others[:2], (table.sum() - model)[:2]
    low, ratio, high = proportional_reporting_interval(*arguments)
    np.testing.assert_allclose(ratio, proportional_reporting_ratio(table)[:2], rtol=1e-12)
    wider = proportional_reporting_interval(*arguments, confidence=0.99)
    assert (wider[0] < low).all()
    assert (low < ratio).all()
    assert (ratio < high).all()
    assert (high < wider[2]).all()


def test_reporting_ratios_without_an_interval_are_undefined():
    for counts in [(0, 5, 3, 9), (2, 5, 0, 9)]:
        assert np.isnan(proportional_reporting_interval(*counts)).all()
    for i in range(4):
        counts = [2.0, 3.0, 4.0, 5.0]
        counts[i] = 0.0
        assert np.isnan(reporting_odds_ratio(*counts)).all()
    # Everybody's reports are about the domain: the ratio is 1, and known.
    assert proportional_reporting_interval(5, 5, 9, 9) == pytest.approx((1, 1, 1))


def test_impossible_counts_of_reporting_ratios_are_refused():
    for counts in [(-1, 5, 3, 9), (2, 5, np.nan, 9), (6, 5, 3, 9), (2, 5, 10, 9)]:
        with pytest.raises(DataError):
            proportional_reporting_interval(*counts)
    with pytest.raises(DataError, match="negative"):
        reporting_odds_ratio(1, 2, -3, 4)
    for confidence in (0.0, 1.0):
        with pytest.raises(DataError, match="confidence"):
            reporting_odds_ratio(1, 2, 3, 4, confidence=confidence)


def test_the_exact_tail_of_one_stratum_is_fishers_test():
    tail = exact_tail(7, np.array([12.0]), np.array([10.0]), np.array([40.0]))
    table = [[7, 5], [3, 25]]
    assert tail == pytest.approx(fisher_exact(table, alternative="greater").pvalue, rel=1e-10)


def test_the_exact_tail_over_strata_is_the_sum_over_all_ways():
    rows, columns, sizes = (12, 5), (10, 6), (40, 15)
    wanted = sum(
        hypergeom.pmf(a, sizes[0], rows[0], columns[0])
        * hypergeom.pmf(b, sizes[1], rows[1], columns[1])
        for a, b in product(range(11), range(7))
        if a + b >= 8
    )
    found = exact_tail(8, *(np.array(x, dtype=float) for x in (rows, columns, sizes)))
    assert found == pytest.approx(wanted, rel=1e-10)


def test_a_confirmed_cell_no_longer_hides_its_neighbours():
    # Rows and columns of 10 each except one cell of 100. Without it every cell has 10 by the
    # others, so 10 is expected; with it the first row's margin is inflated.
    table = np.full((1, 3, 3), 10.0)
    table[0, 0, 0] = 100.0
    known = np.zeros((3, 3), dtype=bool)
    before = margins(table, known).expected
    known[0, 0] = True
    after = margins(table, known).expected
    assert before[0, 1] == pytest.approx(120 * 30 / 180)
    assert after[0, 1] == pytest.approx(10.0, abs=1e-6)
    assert after[1, 1] == pytest.approx(10.0, abs=1e-6)
    # The confirmed cell itself is still judged with its own count in its margins.
    assert after[0, 0] == pytest.approx(120 * 120 / 180)


def test_without_masked_cells_the_fit_is_the_product_of_the_margins():
    table = np.array([[4.0, 6.0], [1.0, 9.0]])
    wanted = np.array([[2.5, 7.5], [2.5, 7.5]])  # 10 * 5 / 20, 10 * 15 / 20
    np.testing.assert_allclose(quasi_independent(table, np.zeros((2, 2), dtype=bool)), wanted)
