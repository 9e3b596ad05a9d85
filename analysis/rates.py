"""Line B: rates of bad answers among ratings of randomly drawn answers, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm

from analysis.comparisons import wilson_interval
from analysis.config import AnalysisConfig
from analysis.e_processes import log_mean
from analysis.monitoring import COMPARATORS, Flags, Watch, watch
from analysis.multiplicity import e_benjamini_hochberg
from analysis.past import SinceStart, daily_likelihoods, since_start
from analysis.rating_counts import RatingCounts, rating_counts
from analysis.records import Floats, Ints, SampledRatings
from analysis.results import RateResult

_DAYS = 7
Array = TypeVar("Array", Ints, Floats)
_SHARES = np.linspace(0.005, 0.995, 199)


def rate_results(
    ratings: SampledRatings, *, as_of: date, config: AnalysisConfig
) -> list[RateResult]:
    """What the ratings say about every cell, by provenance, model and domain.

    A cell is `provisional` from the day on which it is worse, in relation to both comparators, than it
    was in its own past, until the opposite detector finds the episode to be over. It is `corroborated` while,
    besides, its interaction is larger than it was: a discovery by e-BH at
    `config.false_discovery_rate` over all cells of the provenance, on the evidence of today, of which
    those that are not provisional have none. A cell without ratings from before can be neither.

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
    # What is not provisional can't be corroborated, so it makes nothing else easier to be.
    log_e = np.where(seen.is_raised[-1], evidence.log_e, -np.inf)
    is_corroborated = e_benjamini_hochberg(log_e, level=config.false_discovery_rate)
    needed = float(np.log(bad.shape[2] / config.false_discovery_rate))
    more = evidence.ratings_more(needed)
    span = slice(max(0, counts.n_days - _DAYS * config.window_weeks), None)
    window = _Window(bad[span].sum(axis=0), total[span].sum(axis=0), counts.weight)
    detectable = detectable_share(
        window.bad.sum(axis=0),
        window.total.sum(axis=0),
        config,
        log_null=seen.past[span.start // _DAYS],
    )
    people = _People(counts, span.start)
    found = []
    for cell in range(bad.shape[2]):
        model, domain = divmod(cell, len(counts.domains))
        is_provisional = bool(seen.is_raised[-1, cell])
        past = _past(int(seen.since[cell]) if is_provisional else span.start, config)
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
                is_corroborated=bool(is_corroborated[cell]),
                **_dates(counts, seen, cell),
                **_before(counts, cell, past),
                **people.of(cell, past),
                ratings_more=0 if is_corroborated[cell] else more[cell],
                has_past=bool(evidence.has_past[cell]),
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


def _past(start: int, config: AnalysisConfig) -> slice:
    """The days that those from `start` on are compared with."""
    return slice(max(0, start - _DAYS * config.rate_past_weeks), start)


def _before(counts: RatingCounts, cell: int, past: slice) -> dict[str, Any]:
    """Ratings of the cell, and their weighted share, in its past."""
    model, domain = divmod(cell, len(counts.domains))
    bad, total = (p[past, :, model, domain].sum(axis=0) for p in (counts.bad, counts.total))
    n = int(total.sum())
    share = float(counts.weight @ bad / (counts.weight @ total)) if n else float("nan")
    return {"n_before": n, "share_before": share}


class _People:
    """How many contributors stand behind the numbers of each cell."""

    def __init__(self, counts: RatingCounts, first_day: int) -> None:
        raters = counts.raters
        self._n_domains = len(counts.domains)
        self._vendor = np.array(counts.vendors, dtype=object)
        self._recent = raters.where(raters.day >= first_day)
        cell = raters.model * self._n_domains + raters.domain
        order = np.argsort(cell, kind="stable")
        self._by_cell = raters.where(order)
        cells = np.arange(len(counts.models) * self._n_domains + 1)
        self._edges = np.searchsorted(cell[order], cells)

    def of(self, cell: int, past: slice) -> dict[str, Any]:
        """By the names of RateResult."""
        model, domain = divmod(cell, self._n_domains)
        recent = self._recent
        is_model, is_domain = recent.model == model, recent.domain == domain
        is_rival = (self._vendor != self._vendor[model])[recent.model]
        own = self._by_cell.where(np.arange(self._edges[cell], self._edges[cell + 1]))
        is_past = (own.day >= past.start) & (own.day < past.stop)
        here = recent.where(is_model & is_domain)
        return {
            "n_raters": here.n(),
            "n_raters_bad": here.where(here.is_bad).n(),
            "n_raters_fine": here.where(~here.is_bad).n(),
            "fewest_domain": recent.where(is_rival & is_domain).fewest(),
            "fewest_model": recent.where(is_model & ~is_domain).fewest(),
            "fewest_before": own.where(is_past).fewest(),
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
    """Evidence, on the last day, that the interactions of cells are larger than before.

    Whenever it may have begun: the null of each start week is the upper bound of the cell's own
    interaction before that week, and the tolerated one more. Start weeks share the evidence evenly,
    so its mean is at most 1 where no interaction exceeds these bounds; days and classes of drawing
    probability are multiplied.

    Parameters
    ----------
    bad, total : ndarray of shape (n_days, n_classes, n_cells, 2, 2), dtype=int64
    """

    def __init__(self, bad: Ints, total: Ints, config: AnalysisConfig) -> None:
        last = np.array([len(bad) - 1])
        starts = np.arange(0, len(bad), _DAYS)[-config.rate_starts_weeks :]
        found = [
            interaction_since(bad, total, cell, config, shown=last)[0, -len(starts) :]
            for cell in range(bad.shape[2])
        ]
        self.by_start: Floats = np.stack(found, axis=1)
        self.log_e = shared_evenly(self.by_start, config)
        self.has_past: Flags = np.asarray(np.isfinite(self.by_start).any(axis=0))
        rated = _running(total[..., 0, 0].sum(axis=1))
        self.ratings = rated[-1] - rated[starts]

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


def interaction_since(
    bad: Ints, total: Ints, cell: int, config: AnalysisConfig, *, shown: Ints | None = None
) -> Floats:
    """A cell's evidence, over bets, on each day shown and for each start: (n_shown, n_starts).

    -inf where a start has no past or is still to come.
    """
    return log_mean(interaction_by_bet(bad, total, cell, config, shown=shown).log_e)


def interaction_by_bet(
    bad: Ints, total: Ints, cell: int, config: AnalysisConfig, *, shown: Ints | None = None
) -> SinceStart:
    """The same for each bet, and the bound of each start's past."""
    daily, rated = daily_likelihoods(bad, total, cell, (0, 1, 2, 3))
    return since_start(
        daily, rated, config,
        odds_ratios=config.interaction_odds_ratios, tolerated=config.interaction_tolerated,
        z=config.reference_z, shown=shown,
    )  # fmt: skip


def shared_evenly(by_start: Floats, config: AnalysisConfig) -> Floats:
    """Mean over `rate_starts_weeks` starts, the first axis; those without a past hold e-values of 1."""
    rest = config.rate_starts_weeks - np.isfinite(by_start).sum(axis=0)
    with np.errstate(divide="ignore"):
        total = np.logaddexp(np.logaddexp.reduce(by_start, axis=0), np.log(np.maximum(rest, 0)))
    found: Floats = total - np.log(config.rate_starts_weeks)
    return found


def _running(values: Array) -> Array:
    """Sums before each step along the first axis, and the sum of all."""
    return np.concatenate([np.zeros_like(values[:1]), np.cumsum(values, axis=0)]).astype(
        values.dtype
    )


def detectable_share(
    bad: Ints, total: Ints, config: AnalysisConfig, *, log_null: Floats | None = None
) -> Floats:
    """Smallest share of bad answers in a cell that its ratings would have shown.

    The evidence of all ratings against a comparator, for a bet on the right share, is near normal;
    its lower quantile must reach the alarm, against either comparator.

    Parameters
    ----------
    bad, total : ndarray of shape (n_cells, 2, 2), dtype=int64
    log_null : ndarray of shape (n_cells, 2), dtype=float64, optional
        Log odds ratios to both comparators that are no news: bounds of the cell's own past. NaN
        without a past, where nothing would be shown; 0 by default: alike.

    Returns
    -------
    ndarray of shape (n_cells,), dtype=float64
        NaN where no share up to 99.5 % would have been.
    """
    z = float(norm.ppf(config.detectable_power))
    is_seen = np.ones((len(bad), len(_SHARES)), dtype=np.bool_)
    nulls = np.zeros((len(bad), 2)) if log_null is None else log_null
    for side, (row, column) in enumerate(COMPARATORS):
        n, n_other = total[:, 0, 0, None], total[:, row, column, None]
        rate_other = (bad[:, row, column, None] + 0.5) / (n_other + 1.0)
        rates = (np.broadcast_to(_SHARES, is_seen.shape), rate_other)
        nearest = _nearest_null(n, n_other, rates, nulls[:, side, None])
        mean, variance = np.zeros(is_seen.shape), np.zeros(is_seen.shape)
        for count, rate, null in zip((n, n_other), rates, nearest, strict=True):
            up, down = np.log(rate / null), np.log((1 - rate) / (1 - null))
            mean += count * (rate * up + (1 - rate) * down)
            variance += count * rate * (1 - rate) * (up - down) ** 2
        reached = mean - z * np.sqrt(variance) >= np.log(config.rate_alarm)
        is_above = logit(_SHARES) - logit(rate_other) > nulls[:, side, None]
        is_seen &= reached & is_above & (n_other > 0)
    smallest: NDArray[np.float64] = _SHARES[np.argmax(is_seen, axis=1)]
    return np.where(is_seen.any(axis=1), smallest, np.nan)


def _nearest_null(
    n: Ints, n_other: Ints, rates: tuple[Floats, Floats], log_null: Floats
) -> tuple[Floats, Floats]:
    """Rates of the stated odds ratio that give as many bad ratings in all: the likeliest of those.

    Found by halving: the number rises with either rate.
    """
    share = (n * rates[0] + n_other * rates[1]) / np.maximum(n + n_other, 1)
    shift = np.nan_to_num(log_null)
    low, high = np.full(share.shape, -30.0), np.full(share.shape, 30.0)
    for _ in range(40):
        middle = (low + high) / 2
        both = n * expit(middle + shift) + n_other * expit(middle)
        is_above = both > share * (n + n_other)
        low, high = np.where(is_above, low, middle), np.where(is_above, middle, high)
    found = (expit((low + high) / 2 + shift), expit((low + high) / 2))
    return (np.clip(found[0], 1e-9, 1 - 1e-9), np.clip(found[1], 1e-9, 1 - 1e-9))
