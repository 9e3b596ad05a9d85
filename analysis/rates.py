"""Line B: rates of bad answers among ratings of randomly drawn answers, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from analysis.comparisons import wilson_interval
from analysis.config import AnalysisConfig
from analysis.e_processes import log_mean
from analysis.interaction import interaction_evidence
from analysis.monitoring import COMPARATORS, Watch, watch
from analysis.multiplicity import e_benjamini_hochberg
from analysis.rating_counts import RatingCounts, rating_counts
from analysis.records import Floats, Ints, RateResult, SampledRatings

_DAYS = 7
Array = TypeVar("Array", Ints, Floats)
_SHARES = np.linspace(0.005, 0.995, 199)


def rate_results(
    ratings: SampledRatings, *, as_of: date, config: AnalysisConfig
) -> list[RateResult]:
    """What the ratings say about every cell, by provenance, model and domain.

    A cell is `provisional` from the day on which the detectors against both comparators reach
    `config.rate_alarm` until the opposite detector finds the episode to be over. It is
    `corroborated` while, besides, its interaction is a discovery: e-BH at
    `config.false_discovery_rate` over all cells of the provenance, on the evidence of today.

    Parameters
    ----------
    ratings : SampledRatings
        In any order. Unknown models and domains are left out; provenances are never added.
    as_of : date
        The last day that counts.

    Returns
    -------
    list of RateResult
        All pairs of a rated model and a rated domain.
    """
    found = []
    for counts in rating_counts(ratings, as_of=as_of, history_weeks=config.rate_history_weeks):
        found += _results(counts, config)
    return found


def _results(counts: RatingCounts, config: AnalysisConfig) -> list[RateResult]:
    bad, total = counts.tables()
    seen = watch(bad, total, config)
    evidence = InteractionEvidence(bad, total, config)
    is_discovery = e_benjamini_hochberg(evidence.log_e, level=config.false_discovery_rate)
    needed = float(np.log(bad.shape[2] / config.false_discovery_rate))
    more = evidence.ratings_more(needed)
    span = slice(max(0, counts.n_days - _DAYS * config.window_weeks), None)
    window = _Window(bad[span].sum(axis=0), total[span].sum(axis=0), counts.weight)
    detectable = detectable_share(window.bad.sum(axis=0), window.total.sum(axis=0), config)
    found = []
    for cell in range(bad.shape[2]):
        model, domain = divmod(cell, len(counts.domains))
        is_provisional = bool(seen.is_raised[-1, cell])
        is_corroborated = is_provisional and bool(is_discovery[cell])
        found.append(
            RateResult(
                model=counts.models[model],
                vendor=counts.vendors[model],
                domain=counts.domains[domain],
                provenance=counts.provenance,
                **window.of(cell),
                log_e_provisional=float(seen.log_m[-1, cell]),
                log_e_interaction=float(evidence.log_e[cell]),
                is_provisional=is_provisional,
                is_corroborated=is_corroborated,
                **_dates(counts, seen, cell),
                ratings_more=0 if is_corroborated else more[cell],
                detectable_share=float(detectable[cell]),
            )
        )
    return found


def _dates(counts: RatingCounts, seen: Watch, cell: int) -> dict[str, Any]:
    since, resolved = int(seen.since[cell]), int(seen.resolved[cell])
    return {
        "since": counts.monday(since) if since >= 0 else None,
        "resolved": counts.first_day + timedelta(days=resolved) if resolved >= 0 else None,
    }


@dataclass(frozen=True)
class _Window:
    """Counts of the window, shape (n_classes, n_cells, 2, 2)."""

    bad: Ints
    total: Ints
    weight: Floats

    def of(self, cell: int) -> dict[str, Any]:
        """Counts and weighted shares of one cell, by the names of RateResult."""
        share, low, high = self._share(cell, (0, 0))
        (row, column), other = COMPARATORS
        return {
            "n_ratings": int(self.total[:, cell, 0, 0].sum()),
            "n_bad": int(self.bad[:, cell, 0, 0].sum()),
            "share": share,
            "share_low": low,
            "share_high": high,
            "n_domain": int(self.total[:, cell, row, column].sum()),
            "share_domain": self._share(cell, (row, column))[0],
            "n_model": int(self.total[:, cell, other[0], other[1]].sum()),
            "share_model": self._share(cell, other)[0],
        }

    def _share(self, cell: int, place: tuple[int, int]) -> tuple[float, float, float]:
        """Hájek's share, and Wilson's interval at Kish's effective number of ratings."""
        bad, total = (part[:, cell, place[0], place[1]] for part in (self.bad, self.total))
        if not total.any():
            return float("nan"), 0.0, 1.0
        share = float((self.weight * bad).sum() / (self.weight * total).sum())
        effective = float((self.weight * total).sum() ** 2 / (self.weight**2 * total).sum())
        return share, *wilson_interval(share * effective, effective)


class InteractionEvidence:
    """Evidence on the interactions of all cells on the last day, whenever it may have begun.

    Start weeks share the evidence evenly, so its mean is at most 1 where there is no interaction;
    blocks of days and classes of drawing probability are multiplied.

    Parameters
    ----------
    bad, total : ndarray of shape (n_days, n_classes, n_cells, 2, 2), dtype=int64
    """

    def __init__(self, bad: Ints, total: Ints, config: AnalysisConfig) -> None:
        blocks = interaction_evidence(
            bad,
            total,
            odds_ratios=config.rate_odds_ratios,
            tolerated=config.interaction_tolerated,
        ).sum(axis=1)
        seen = _running(blocks)
        starts = np.arange(0, len(bad), _DAYS)[-config.rate_starts_weeks :]
        self.by_start = log_mean(seen[-1] - seen[starts])
        rated = _running(total[..., 0, 0].sum(axis=1))
        self.ratings = rated[-1] - rated[starts]
        # Start weeks that have no ratings yet, or are still to come, hold an e-value of 1.
        rest = max(config.rate_starts_weeks - len(starts), 0)
        rest_log = np.log(rest) if rest else -np.inf
        total_log = np.logaddexp(np.logaddexp.reduce(self.by_start, axis=0), rest_log)
        self.log_e: Floats = total_log - np.log(config.rate_starts_weeks)

    def ratings_more(self, needed: float) -> list[int | None]:
        """Further ratings of each cell until its evidence reaches `needed`, all rates staying.

        By what a rating has added since the start of most evidence; None where it added nothing.
        """
        cells = np.arange(len(self.log_e))
        best = np.argmax(self.by_start, axis=0)
        gained, ratings = self.by_start[best, cells], self.ratings[best, cells]
        missing = np.maximum(needed - self.log_e, 0.0)
        return [
            int(np.ceil(lack * n / gain)) if gain > 0 else None
            for lack, n, gain in zip(missing, ratings, gained, strict=True)
        ]


def _running(values: Array) -> Array:
    """Sums before each step along the first axis, and the sum of all."""
    return np.concatenate([np.zeros_like(values[:1]), np.cumsum(values, axis=0)]).astype(
        values.dtype
    )


def detectable_share(bad: Ints, total: Ints, config: AnalysisConfig) -> Floats:
    """Smallest share of bad answers in a cell that its ratings would have shown.

    The evidence of all ratings against a comparator, for a bet on the right share, is near normal;
    its lower quantile must reach the alarm, against either comparator.

    Parameters
    ----------
    bad, total : ndarray of shape (n_cells, 2, 2), dtype=int64

    Returns
    -------
    ndarray of shape (n_cells,), dtype=float64
        NaN where no share up to 99.5 % would have been.
    """
    z = float(norm.ppf(config.detectable_power))
    is_seen = np.ones((len(bad), len(_SHARES)), dtype=np.bool_)
    for row, column in COMPARATORS:
        n, n_other = total[:, 0, 0, None], total[:, row, column, None]
        rate_other = (bad[:, row, column, None] + 0.5) / (n_other + 1.0)
        pooled = (n * _SHARES + n_other * rate_other) / np.maximum(n + n_other, 1)
        pooled = np.clip(pooled, 1e-9, 1 - 1e-9)
        mean, variance = np.zeros_like(pooled), np.zeros_like(pooled)
        for count, rate in ((n, np.broadcast_to(_SHARES, pooled.shape)), (n_other, rate_other)):
            up, down = np.log(rate / pooled), np.log((1 - rate) / (1 - pooled))
            mean += count * (rate * up + (1 - rate) * down)
            variance += count * rate * (1 - rate) * (up - down) ** 2
        reached = mean - z * np.sqrt(variance) >= np.log(config.rate_alarm)
        is_seen &= reached & (rate_other < _SHARES) & (n_other > 0)
    smallest: NDArray[np.float64] = _SHARES[np.argmax(is_seen, axis=1)]
    return np.where(is_seen.any(axis=1), smallest, np.nan)
