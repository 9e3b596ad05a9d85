"""Versions of a model compared on graded answers: tests, intervals, and what they cannot tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, false_discovery_control, fisher_exact, norm

from analysis.config import AnalysisConfig
from analysis.records import RatingArrays

FORMAT_ONLY = "format_only"
STYLE_COLLAPSE = "style_collapse"


@dataclass(frozen=True)
class ComparisonResult:
    """Two consecutive versions of one model family on one domain of one collection."""

    collection: str
    family: str
    domain: str
    earlier: str
    later: str
    n_earlier: int
    n_later: int
    n_pairs: int
    bad_earlier: int
    bad_later: int
    difference: float
    """Share of bad answers, later minus earlier, in [-1, 1]."""
    difference_low: float
    difference_high: float
    p_value: float
    """McNemar's exact test where the items are paired, Fisher's exact test otherwise."""
    verdict: str
    """`worse`, `better`, `no_difference` or `insufficient`."""
    detectable: float
    """Smallest difference that would have been seen with 80 % power."""
    cautions: tuple[str, ...]
    """Codes with reasons in words: format only, style collapse ..."""


def wilson_interval(count: float, total: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Interval of the share behind a count, by Wilson's score method; (0, 1) where total is 0.

    References
    ----------
    .. [1] Wilson (1927), J. Am. Stat. Assoc. 22(158), 209-212. doi:10.1080/01621459.1927.10502953

    Examples
    --------
    >>> low, high = wilson_interval(0, 10)
    >>> low, round(high, 3)
    (0.0, 0.278)
    """
    if total == 0:
        return 0.0, 1.0
    z = float(norm.ppf(0.5 + confidence / 2))
    centre = count + z * z / 2
    half = z * np.sqrt(count * (total - count) / total + z * z / 4)
    low, high = (centre - half) / (total + z * z), (centre + half) / (total + z * z)
    return float(max(0.0, low)), float(min(1.0, high))


def newcombe_interval(
    count_1: int, total_1: int, count_2: int, total_2: int
) -> tuple[float, float]:
    """95 % interval of the difference of two independent shares, first minus second.

    Newcombe's hybrid score method (method 10 of his comparison).

    References
    ----------
    .. [1] Newcombe (1998), Interval estimation for the difference between independent proportions.
       Stat. Med. 17, 873-890.

    Examples
    --------
    >>> [round(bound, 4) for bound in newcombe_interval(56, 70, 48, 80)]
    [0.0524, 0.3339]
    """
    return _hybrid(count_1, total_1, count_2, total_2, 0.0)


def newcombe_paired_interval(
    both: int, first: int, second: int, neither: int
) -> tuple[float, float]:
    """95 % interval of the difference of two paired shares, first minus second.

    Newcombe's hybrid score method for pairs (method 10), with the continuity-corrected correlation.

    Parameters
    ----------
    both, first, second, neither : int
        Pairs in which both have the property, only the first, only the second, none.

    References
    ----------
    .. [1] Newcombe (1998), Improved confidence intervals for the difference between binomial
       proportions based on paired data. Stat. Med. 17, 2635-2650.
    """
    total = both + first + second + neither
    product = both * neither - first * second
    if product > total / 2:
        product_corrected = product - total / 2
    elif product >= 0:
        product_corrected = 0.0
    else:
        product_corrected = float(product)
    scale = (both + first) * (second + neither) * (both + second) * (first + neither)
    correlation = product_corrected / np.sqrt(scale) if scale > 0 else 0.0
    return _hybrid(both + first, total, both + second, total, float(correlation))


def _hybrid(
    count_1: int, total_1: int, count_2: int, total_2: int, correlation: float
) -> tuple[float, float]:
    if total_1 == 0 or total_2 == 0:
        return -1.0, 1.0
    share_1, share_2 = count_1 / total_1, count_2 / total_2
    low_1, high_1 = wilson_interval(count_1, total_1)
    low_2, high_2 = wilson_interval(count_2, total_2)

    def reach(a: float, b: float) -> float:
        return float(np.sqrt(max(0.0, a * a - 2 * correlation * a * b + b * b)))

    difference = share_1 - share_2
    low = difference - reach(share_1 - low_1, high_2 - share_2)
    high = difference + reach(high_1 - share_1, share_2 - low_2)
    return max(-1.0, low), min(1.0, high)


def mcnemar_exact(first: int, second: int) -> float:
    """Two-sided exact p-value of as lopsided discordant pairs; 1 where there are none.

    References
    ----------
    .. [1] McNemar (1947), Psychometrika 12, 153-157. doi:10.1007/BF02295996

    Examples
    --------
    >>> round(mcnemar_exact(8, 3), 4)
    0.2266
    """
    if first + second == 0:
        return 1.0
    p_value = float(binomtest(min(first, second), first + second, 0.5).pvalue)
    return max(p_value, float(np.finfo(np.float64).tiny))  # smaller ones underflow to 0


@dataclass(frozen=True)
class _Outcomes:
    """Items that two versions answered badly, one by one where they pair."""

    earlier: NDArray[np.bool_]
    later: NDArray[np.bool_]
    is_paired: bool

    def table(self) -> tuple[int, int, int, int]:
        """Pairs: both bad, only the later, only the earlier, none."""
        both = int((self.earlier & self.later).sum())
        later, earlier = int(self.later.sum()) - both, int(self.earlier.sum()) - both
        return both, later, earlier, len(self.earlier) - both - later - earlier

    @property
    def difference(self) -> float:
        """Share of bad answers, later minus earlier; NaN without answers."""
        if not len(self.earlier) or not len(self.later):
            return float("nan")
        return float(self.later.mean() - self.earlier.mean())

    def p_value(self) -> float:
        if not len(self.earlier) or not len(self.later):
            return 1.0
        if self.is_paired:
            _, later, earlier, _ = self.table()
            return mcnemar_exact(later, earlier)
        counts = np.array(
            [[int(outcome.sum()), int((~outcome).sum())] for outcome in (self.earlier, self.later)]
        )
        return float(fisher_exact(counts).pvalue)

    def interval(self) -> tuple[float, float]:
        if self.is_paired:
            return newcombe_paired_interval(*self.table())
        return newcombe_interval(
            int(self.later.sum()), len(self.later), int(self.earlier.sum()), len(self.earlier)
        )

    def detectable(self, alpha: float) -> float:
        """Smallest difference seen with 80 % power at level alpha; 1 where nothing would be."""
        if not len(self.earlier) or not len(self.later):
            return 1.0
        z = float(norm.ppf(1 - alpha / 2) + norm.ppf(0.8))
        if self.is_paired:
            _, later, earlier, _ = self.table()
            n = len(self.earlier)
            return min(1.0, z * float(np.sqrt((later + earlier + 1) / (n + 1) / n)))
        total = len(self.earlier) + len(self.later)
        share = (int(self.earlier.sum()) + int(self.later.sum()) + 1) / (total + 2)
        variance = share * (1 - share) * (1 / len(self.earlier) + 1 / len(self.later))
        return min(1.0, z * float(np.sqrt(variance)))


def compare_versions(ratings: RatingArrays, config: AnalysisConfig) -> list[ComparisonResult]:
    """Consecutive versions of each model family, per collection and domain.

    Versions are ordered by release date; ratings without a date or family are left out. Where at
    least half of the smaller version's items were asked of both, the items are paired (McNemar's
    exact test), else Fisher's exact test compares all items. Several ratings of one item and
    version count as one, by majority, a tie as bad; one without an item stands for itself.

    Parameters
    ----------
    ratings : RatingArrays
    config : AnalysisConfig
        `comparison_alpha` is the Benjamini-Hochberg level over the comparisons of one collection
        that have enough ratings; below `comparison_rated_min` answers per version the verdict is
        `insufficient`.

    Returns
    -------
    list of ComparisonResult
        Sorted by collection, family, domain and date. A difference beyond the level is `worse` or
        `better` even where a caution says that it may be mere format: the cautions are part of the
        result, and a page must show them together.
    """
    results = [
        _compare(ratings, earlier, later, config) for earlier, later in _consecutive(ratings)
    ]
    for collection in sorted({result.collection for result in results}):
        _judge(results, collection, config.comparison_alpha)
    return results


def _judge(results: list[ComparisonResult], collection: str, alpha: float) -> None:
    """Fill in the verdicts of one collection: its comparisons are one family of tests."""
    family = [
        i
        for i, result in enumerate(results)
        if result.collection == collection and result.verdict != "insufficient"
    ]
    if not family:
        return
    adjusted = false_discovery_control([results[i].p_value for i in family], method="bh")
    for i, p_value in zip(family, adjusted, strict=True):
        if p_value <= alpha:
            verdict = "worse" if results[i].difference > 0 else "better"
            results[i] = replace(results[i], verdict=verdict)
        else:
            results[i] = replace(results[i], cautions=())


def _consecutive(ratings: RatingArrays) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Rows of the earlier and the later version, for each pair of neighbours in time."""
    usable = ~np.isnat(ratings.released_on) & (ratings.family != "")
    groups: dict[tuple[str, str, str], dict[tuple[np.datetime64, str], list[int]]] = {}
    for i in np.flatnonzero(usable):
        group = (str(ratings.collection[i]), str(ratings.family[i]), str(ratings.domain[i]))
        version = (ratings.released_on[i], str(ratings.model[i]))
        groups.setdefault(group, {}).setdefault(version, []).append(int(i))
    for group in sorted(groups):
        versions = [np.array(groups[group][version]) for version in sorted(groups[group])]
        yield from pairwise(versions)


def _compare(
    ratings: RatingArrays,
    earlier: NDArray[np.int64],
    later: NDArray[np.int64],
    config: AnalysisConfig,
) -> ComparisonResult:
    outcomes = _outcomes(ratings, ratings.is_bad, earlier, later)
    n_earlier, n_later = len(outcomes.earlier), len(outcomes.later)
    low, high = outcomes.interval()
    enough = min(n_earlier, n_later) >= config.comparison_rated_min
    return ComparisonResult(
        collection=str(ratings.collection[later[0]]),
        family=str(ratings.family[later[0]]),
        domain=str(ratings.domain[later[0]]),
        earlier=str(ratings.model[earlier[0]]),
        later=str(ratings.model[later[0]]),
        n_earlier=n_earlier,
        n_later=n_later,
        n_pairs=n_later if outcomes.is_paired else 0,
        bad_earlier=int(outcomes.earlier.sum()),
        bad_later=int(outcomes.later.sum()),
        difference=outcomes.difference,
        difference_low=low,
        difference_high=high,
        p_value=outcomes.p_value(),
        verdict="no_difference" if enough else "insufficient",
        detectable=outcomes.detectable(config.comparison_alpha),
        cautions=_cautions(ratings, outcomes, earlier, later, config) if enough else (),
    )


def _outcomes(
    ratings: RatingArrays,
    bad: NDArray[np.bool_],
    earlier: NDArray[np.int64],
    later: NDArray[np.int64],
) -> _Outcomes:
    by_item = [_majority(ratings, bad, rows) for rows in (earlier, later)]
    shared = sorted(set(by_item[0]) & set(by_item[1]))
    smaller = min(len(by_item[0]), len(by_item[1]))
    if shared and 2 * len(shared) >= smaller:
        first, second = ([found[item] for item in shared] for found in by_item)
        return _Outcomes(np.array(first, dtype=bool), np.array(second, dtype=bool), True)
    units = [
        np.array([*found.values(), *bad[rows[ratings.item[rows] == ""]]], dtype=bool)
        for found, rows in zip(by_item, (earlier, later), strict=True)
    ]
    return _Outcomes(units[0], units[1], False)


def _majority(
    ratings: RatingArrays, bad: NDArray[np.bool_], rows: NDArray[np.int64]
) -> dict[str, bool]:
    votes: dict[str, list[bool]] = {}
    for i in rows:
        if ratings.item[i] != "":
            votes.setdefault(str(ratings.item[i]), []).append(bool(bad[i]))
    return {item: 2 * sum(given) >= len(given) for item, given in votes.items()}


def _cautions(
    ratings: RatingArrays,
    raw: _Outcomes,
    earlier: NDArray[np.int64],
    later: NDArray[np.int64],
    config: AnalysisConfig,
) -> tuple[str, ...]:
    found = []
    rows = np.concatenate([earlier, later])
    if np.isfinite(ratings.is_bad_normalised[rows]).all():
        again = _outcomes(ratings, ratings.is_bad_normalised == 1.0, earlier, later)
        turned = again.difference * raw.difference <= 0
        if turned or again.p_value() > config.comparison_alpha:
            found.append(FORMAT_ONLY)
    before, after = (_median_length(ratings.response_chars[part]) for part in (earlier, later))
    if before > 0 and after > 0:
        ratio = after / before
        if ratio < config.style_collapse_low or ratio > config.style_collapse_high:
            found.append(STYLE_COLLAPSE)
    return tuple(found)


def _median_length(chars: NDArray[np.int64]) -> float:
    known = chars[chars > 0]
    return float(np.median(known)) if len(known) else 0.0
