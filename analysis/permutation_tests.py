"""Tests by permuted labels: whether rates rose more here than there, whether texts differ at all."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, t

from analysis.disproportionality import Flags
from analysis.records import DataError, Floats, Ints, Strings


@dataclass(frozen=True)
class Difference:
    """Difference in differences: how much more the target's rate rose than that of its controls."""

    effect: float
    """In [-2, 2]; above 0: the target became worse."""
    low: float
    """95 % interval, from the cluster-robust error with Welch's degrees of freedom."""
    high: float
    p_value: float
    """One-sided, of "no more than what is tolerated"."""


def difference_in_differences(
    change: Floats,
    is_target: Flags,
    template: Strings,
    *,
    tolerated: float = 0.05,
    permutations: int = 999,
    seed: int = 0,
) -> Difference:
    """Whether the target's items became worse by more than `tolerated` beyond the control items.

    Arm labels are permuted across whole templates, since items of one template stand and fall
    together. What is compared is not the difference but `(m_1 - m_0) / sqrt(v_1 + v_0)`, with
    `v = G / (G - 1) sum_g (sum of residuals of template g)^2 / n^2`: exact where templates are
    exchangeable, and right in large samples where only the means agree. The plain difference is not:
    a small arm with a larger spread makes it reject far too often.

    Parameters
    ----------
    change : ndarray of shape (n,), dtype=float64
        Per item: share of wrong answers now minus in the baseline. Range: [-1, 1].
    is_target : ndarray of shape (n,), dtype=bool
    template : Strings
        Of shape (n,). A template belongs to one arm.
    tolerated : float
        Smallest difference that matters, in shares.
    permutations, seed : int

    Raises
    ------
    DataError
        If lengths differ, a template lies in both arms, or an arm has fewer than two templates.

    References
    ----------
    .. [1] Chung, Romano (2013), Exact and asymptotically robust permutation tests. Ann. Stat. 41(2),
       484-507. doi:10.1214/13-AOS1090
    .. [2] Hagemann (2023), Permutation inference with a finite number of heterogeneous clusters.
       arXiv:1907.01049. Whole clusters are permuted; adjusts the level where there are very few.
    """
    if not len(change) == len(is_target) == len(template):
        raise DataError("change, arms and templates differ in length")
    _, first, group = np.unique(template.astype(str), return_index=True, return_inverse=True)
    arm = is_target[first]
    if (arm[group] != is_target).any():
        raise DataError("a template lies in both arms")
    if min(int(arm.sum()), int((~arm).sum())) < 2:
        raise DataError("each arm needs two templates")
    size: Floats = np.bincount(group).astype(np.float64)
    total: Floats = np.zeros(len(arm))
    np.add.at(total, group, change - tolerated * is_target)
    rng = np.random.default_rng(seed)
    arms = np.vstack([arm, rng.permuted(np.tile(arm, (permutations, 1)), axis=1)])
    beyond, variance = _arms_compared(arms, total, size)
    error = np.sqrt(variance.sum(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(beyond == 0, 0.0, beyond / error)
    exceed = int((score[1:] >= score[0] - 1e-9).sum())
    groups = np.array([arm.sum(), (~arm).sum()])
    freedom = error[0] ** 4 / (variance[:, 0] ** 2 / (groups - 1)).sum() if error[0] else math.inf
    effect, half = float(beyond[0] + tolerated), float(t.ppf(0.975, freedom) * error[0])
    return Difference(effect, effect - half, effect + half, (1 + exceed) / (1 + permutations))


def _arms_compared(arms: Flags, total: Floats, size: Floats) -> tuple[Floats, Floats]:
    """Differences of shape (n,) and both arms' variances (2, n), for each row of arm labels."""
    means, variances = [], []
    for member in (arms.astype(np.float64), (~arms).astype(np.float64)):
        n, groups = member @ size, member.sum(axis=1)
        mean = (member @ total) / n
        squares = member @ total**2 - 2 * mean * (member @ (total * size))
        squares += mean**2 * (member @ size**2)
        # Where all templates agree, rounding may leave a square just below 0.
        variances.append(np.maximum(squares, 0.0) * groups / (groups - 1) / n**2)
        means.append(mean)
    return means[0] - means[1], np.array(variances)


def n_per_arm(sd: float, difference: float) -> int:
    """Items per arm that show `difference` with 80 % power at a two-sided level of 5 %.

    `2 (1.96 + 0.84)^2 sd^2 / difference^2`, rounded up; for independent items.

    Parameters
    ----------
    sd : float
        Standard deviation of an item's change.
    difference : float
        Beyond what is tolerated, in shares. Range: > 0.

    Raises
    ------
    DataError
        If `difference` is not above 0 or `sd` is negative.

    Examples
    --------
    >>> n_per_arm(0.5, 0.1)
    393
    """
    if difference <= 0 or sd < 0:
        raise DataError("the difference must be above 0, the standard deviation not below")
    return math.ceil(2 * float(norm.ppf(0.975) + norm.ppf(0.8)) ** 2 * sd**2 / difference**2)


def hamming_mmd(
    first: list[Ints], second: list[Ints], *, permutations: int = 199, seed: int = 0
) -> tuple[float, float]:
    """Whether two sources answer the same prompts with the same distribution of texts.

    Unbiased squared maximum mean discrepancy with the kernel "share of equal places" (Hamming)
    between answers to one prompt, averaged over prompts; labels are permuted within each prompt.

    Parameters
    ----------
    first, second : list of ndarray of shape (n_samples, length), dtype=int64
        One array per prompt, in the same order: repeated answers as codes of their tokens, or of
        their first 100 to 1,000 characters, padded with -1. All of one prompt have one length.
    permutations, seed : int

    Returns
    -------
    mmd2 : float
        At most 2; about 0, and below as often as above, where the sources are alike.
    p_value : float
        In (0, 1].

    Raises
    ------
    DataError
        If there is no prompt, the numbers of prompts or the lengths differ, or a source has fewer
        than two answers to a prompt.

    References
    ----------
    .. [1] Gao, Liang, Guestrin (2024), Model equality testing: which model is this API serving?
       arXiv:2410.20247
    .. [2] Gretton, Borgwardt, Rasch, Schölkopf, Smola (2012), A kernel two-sample test. J. Mach.
       Learn. Res. 13, 723-773.

    Examples
    --------
    >>> same, other = [np.zeros((6, 4), dtype=np.int64)] * 3, [np.ones((6, 4), dtype=np.int64)] * 3
    >>> hamming_mmd(same, other)
    (2.0, 0.005)
    """
    if not first or len(first) != len(second):
        raise DataError("both sources must answer the same prompts")
    rng = np.random.default_rng(seed)
    found = np.zeros(permutations + 1)
    for one, other in zip(first, second, strict=True):
        if min(len(one), len(other)) < 2 or one.shape[1:] != other.shape[1:]:
            raise DataError("each source needs two answers a prompt, all of one length")
        found += _discrepancies(np.concatenate([one, other]), len(one), permutations, rng)
    found /= len(first)
    exceed = int((found[1:] >= found[0] - 1e-12).sum())
    return float(found[0]), (1 + exceed) / (1 + permutations)


def _discrepancies(
    answers: Ints, n_first: int, permutations: int, rng: np.random.Generator
) -> Floats:
    """One prompt's squared discrepancy: as labelled, then under each permutation of the labels."""
    alike = np.array([(answers == answer).mean(axis=1) for answer in answers])
    np.fill_diagonal(alike, 0.0)
    labels = np.zeros((permutations + 1, len(answers)))
    labels[:, :n_first] = 1.0
    labels[1:] = rng.permuted(labels[1:], axis=1)
    n_second = len(answers) - n_first
    to_first = labels @ alike
    within = (to_first * labels).sum(axis=1)
    between = to_first.sum(axis=1) - within
    rest = alike.sum() - within - 2 * between
    mmd2: Floats = within / (n_first * (n_first - 1)) + rest / (n_second * (n_second - 1))
    mmd2 -= 2 * between / (n_first * n_second)
    return mmd2
