"""Tests by permuted labels: numbers by hand, levels where nothing is the matter, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, t

from analysis.permutation_tests import difference_in_differences, hamming_mmd, n_per_arm
from analysis.records import DataError


def names(values) -> np.ndarray:
    return np.array([str(value) for value in values], dtype=object)


def test_the_effect_and_its_interval_by_hand():
    # Target: templates a (1, 1), b (0), mean 2/3, residual sums 2/3 and -2/3, variance
    # 2/1 (4/9 + 4/9) / 9 = 16/81. Control: c (0), d (.5), mean 1/4, residuals -1/4 and 1/4, variance
    # 2/1 (1/16 + 1/16) / 4 = 1/16. Welch: (16/81 + 1/16)^2 / ((16/81)^2 + (1/16)^2).
    found = difference_in_differences(
        np.array([1.0, 1.0, 0.0, 0.0, 0.5]), np.array([1, 1, 1, 0, 0], dtype=bool), names("aabcd")
    )
    target, control = 16 / 81, 1 / 16
    freedom = (target + control) ** 2 / (target**2 + control**2)
    half = t.ppf(0.975, freedom) * np.sqrt(target + control)
    assert found.effect == pytest.approx(2 / 3 - 1 / 4)
    assert (found.low, found.high) == pytest.approx((found.effect - half, found.effect + half))


def test_the_p_value_counts_relabellings_of_whole_templates():
    # Six ways to choose two target templates of four; the true one alone has the largest statistic:
    # 1 in 6, estimated from 5,999 draws (sd .0048, so .03 is 6 of them).
    change = np.array([0.9, 0.9, 0.8, 0.1, 0.1, 0.0])
    is_target = np.array([1, 1, 1, 0, 0, 0], dtype=bool)
    found = difference_in_differences(change, is_target, names("aabccd"), permutations=5_999)
    assert found.p_value == pytest.approx(1 / 6, abs=0.03)


def unequal(rng, *, effect=0.0):
    """Ten target templates that spread widely, 60 control templates that hardly do."""
    group = np.repeat(np.arange(70), 4)
    is_target = group < 10
    change = np.where(np.arange(70) < 10, 0.3, 0.03)[group] * rng.normal(size=70)[group]
    change += 0.02 * rng.normal(size=len(group)) + effect * is_target
    return change, is_target, names(group)


def rejections(effect: float, worlds: int) -> int:
    rng = np.random.default_rng(1)
    return sum(
        difference_in_differences(*unequal(rng, effect=effect), permutations=199, seed=i).p_value
        <= 0.05
        for i in range(worlds)
    )


def test_a_small_arm_with_a_larger_spread_is_no_difference():
    # At the border of what is tolerated. A true level of 8 % (small samples) gives 57 or more of 300
    # with a chance below 1e-8; permuting the plain difference would give about 80.
    assert binom.sf(56, 300, 0.08) < 1e-6
    assert rejections(0.05, 300) <= 56


def test_a_difference_within_what_is_tolerated_is_none():
    assert rejections(0.0, 200) <= 30  # fewer than at the border; sf(30, 200, .05) < 1e-6


def test_a_difference_is_found():
    assert rejections(0.5, 50) >= 45


def test_no_p_value_is_smaller_than_the_permutations_allow():
    change, is_target, template = unequal(np.random.default_rng(4), effect=2.0)
    found = difference_in_differences(change, is_target, template, permutations=99)
    assert found.p_value == 0.01  # the labels as they are count as one


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), by=st.sampled_from([-0.3, 0.2]))
def test_what_happens_to_both_arms_alike_is_no_difference(seed, by):
    change, is_target, template = unequal(np.random.default_rng(seed))
    one = difference_in_differences(change, is_target, template, permutations=99)
    other = difference_in_differences(change + by, is_target, template, permutations=99)
    assert (other.effect, other.low) == pytest.approx((one.effect, one.low))
    assert other.p_value == one.p_value


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_the_items_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    change, is_target, template = unequal(rng)
    order = rng.permutation(len(change))
    one = difference_in_differences(change, is_target, template, permutations=99)
    other = difference_in_differences(
        change[order], is_target[order], template[order], permutations=99
    )
    assert (other.effect, other.low) == pytest.approx((one.effect, one.low))
    assert other.p_value == one.p_value


def test_no_spread_at_all():
    is_target = np.array([1, 1, 0, 0], dtype=bool)
    alike = difference_in_differences(np.zeros(4), is_target, names("abcd"), tolerated=0.0)
    assert (alike.effect, alike.low, alike.high, alike.p_value) == (0.0, 0.0, 0.0, 1.0)


def test_arms_that_cannot_be_compared_are_refused():
    is_target = np.array([1, 1, 0, 0], dtype=bool)
    with pytest.raises(DataError, match="both arms"):
        difference_in_differences(np.zeros(4), is_target, names("abac"))
    with pytest.raises(DataError, match="two templates"):
        difference_in_differences(np.zeros(4), is_target, names("abcc"))
    with pytest.raises(DataError, match="length"):
        difference_in_differences(np.zeros(3), is_target, names("abcd"))


def test_items_for_a_difference():
    # 2 (1.959964 + .841621)^2 .3^2 / .05^2 = 565.1 (a table's 1.96 + .84 gives 564.5)
    assert n_per_arm(0.3, 0.05) == 566
    for sd, difference in ((0.3, 0.0), (-0.1, 0.1)):
        with pytest.raises(DataError):
            n_per_arm(sd, difference)


def test_the_discrepancy_by_hand():
    # Within the first: 1/2 alike; within the second: all; between: 1/2, 1/2, 0, 0 -> 1/4.
    first, second = np.array([[1, 2], [1, 3]]), np.array([[4, 2], [4, 2]])
    mmd2, _ = hamming_mmd([first], [second])
    assert mmd2 == pytest.approx(1 / 2 + 1 - 2 * 1 / 4)


def test_prompts_weigh_the_same():
    first, second = np.array([[1, 2], [1, 3]]), np.array([[4, 2], [4, 2]])
    mmd2, _ = hamming_mmd([first, second], [second, second])
    assert mmd2 == pytest.approx(0.5)  # the mean of 1 and 0


def answers(rng, prompts: int, n: int, *, bias: float = 0.0) -> list[np.ndarray]:
    return [
        np.where(rng.random((n, 20)) < bias, prompt, rng.integers(0, 5, (n, 20))) % 5
        for prompt in range(prompts)
    ]


def test_equal_sources_differ_as_often_as_the_level_says():
    # Exact by exchangeability: 5 % of 300; 41 or more with a chance below 1e-7.
    rng = np.random.default_rng(2)
    small = sum(
        hamming_mmd(answers(rng, 5, 8), answers(rng, 5, 8), permutations=99, seed=i)[1] <= 0.05
        for i in range(300)
    )
    assert binom.sf(40, 300, 0.05) < 1e-6
    assert 1 <= small <= 40


def test_another_distribution_is_found_whatever_the_numbers_of_answers():
    rng = np.random.default_rng(3)
    _, p_value = hamming_mmd(answers(rng, 10, 20), answers(rng, 10, 12, bias=0.3))
    assert p_value == 0.005


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_neither_the_codes_nor_the_sides_matter(seed):
    rng = np.random.default_rng(seed)
    first, second = answers(rng, 3, 5), answers(rng, 3, 5)
    mmd2, _ = hamming_mmd(first, second, permutations=19)
    codes = rng.permutation(5)
    swapped, _ = hamming_mmd(
        [codes[one] for one in second], [codes[one] for one in first], permutations=19
    )
    assert swapped == pytest.approx(mmd2)


def test_answers_that_cannot_be_compared_are_refused():
    one, longer = np.zeros((3, 4), dtype=int), np.zeros((3, 5), dtype=int)
    for first, second in (([], []), ([one], [one, one]), ([one], [longer]), ([one], [one[:1]])):
        with pytest.raises(DataError):
            hamming_mmd(first, second)
