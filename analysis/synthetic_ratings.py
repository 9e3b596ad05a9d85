"""Worlds of ratings with planted truth: who is bad where and when, drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.special import expit, logit

from analysis.records import DataError, Floats, Ints, SampledRatings
from analysis.synthetic_evidence import ratings_of


@dataclass(frozen=True)
class RatingWorld:
    """One world; its target, where something may be the matter, is the first vendor and domain.

    Attributes
    ----------
    n_days, n_vendors, n_domains : int
        One model per vendor.
    ratings_per_day : float
        Mean per cell; Poisson.
    base : float
        Rate of bad answers where nothing is added.
    domain_ratio, vendor_ratio : float
        The target's domain (at all vendors) and its vendor (in all domains) are worse by this rate
        ratio: no episode of the cell. Both together add up in logits.
    confounded_from : int
        Day from which they are; 0: all the time.
    day_sd : float
        Standard deviation of a day's effect on everything, in logits.
    rater_sd : float
        Standard deviation of how severe a rater is, in logits. Each vendor has its own raters.
    domain_sd, vendor_sd : float
        How much the other domains, and the other vendors, differ among themselves, in logits.
    interaction_sd : float
        Strengths and weaknesses of vendors in single domains, all the time: no episode. In logits.
    ratio : float
        Rate ratio of the episode; 1 for none.
    onset, offset : int
        First day of the episode and first day after it.
    exposed : float
        Share of the target's answers that the episode reaches.
    outage : tuple of int
        First day and day after the last on which the target's vendor is bad at `outage_rate`
        everywhere.
    outage_rate : float
    """

    n_days: int = 365
    n_vendors: int = 6
    n_domains: int = 12
    ratings_per_day: float = 3.0
    base: float = 0.1
    domain_ratio: float = 1.0
    vendor_ratio: float = 1.0
    confounded_from: int = 0
    day_sd: float = 0.0
    rater_sd: float = 0.0
    domain_sd: float = 0.0
    vendor_sd: float = 0.0
    interaction_sd: float = 0.0
    ratio: float = 1.0
    onset: int = 0
    offset: int = 1_000_000
    exposed: float = 1.0
    outage: tuple[int, int] = (0, 0)
    outage_rate: float = 0.5

    def __post_init__(self) -> None:
        if min(self.n_vendors, self.n_domains) < 2:
            raise DataError("a world needs another vendor and another domain to compare with")
        highest = self.base * max(self.domain_ratio, self.vendor_ratio, self.ratio)
        if not 0 < self.base < 1 or highest >= 1:
            raise DataError("rates must lie between 0 and 1")

    def rates(self) -> Floats:
        """Rates of bad answers without day and rater, shape (n_days, n_vendors, n_domains)."""
        rate = np.full((self.n_days, self.n_vendors, self.n_domains), self.base)
        harder, worse = (
            logit(self.base * ratio) - logit(self.base)
            for ratio in (self.domain_ratio, self.vendor_ratio)
        )
        since = slice(self.confounded_from, None)
        rate[since, :, 0] = expit(logit(rate[since, :, 0]) + harder)
        rate[since, 0] = expit(logit(rate[since, 0]) + worse)
        first, last = self.outage
        rate[first:last, 0] = self.outage_rate
        rate[self.onset : self.offset, 0, 0] *= 1 + self.exposed * (self.ratio - 1)
        return rate


_RATERS = 503
"""Raters per vendor: a prime, so that equal steps around the circle never meet."""


def draw_counts(world: RatingWorld, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Bad and all ratings of one world.

    Returns
    -------
    bad, total : ndarray of shape (n_days, n_vendors, n_domains), dtype=int64
    """
    rate = world.rates()
    total = rng.poisson(world.ratings_per_day, rate.shape)
    logits = logit(rate) + world.day_sd * rng.standard_normal((world.n_days, 1, 1))
    logits[:, :, 1:] += world.domain_sd * rng.standard_normal(world.n_domains - 1)
    logits[:, 1:] += world.vendor_sd * rng.standard_normal((world.n_vendors - 1, 1))
    if world.interaction_sd:
        logits += world.interaction_sd * rng.standard_normal(rate.shape[1:])
    if world.rater_sd == 0:
        return rng.binomial(total, expit(logits)), total
    severity = world.rater_sd * rng.standard_normal(world.n_vendors * _RATERS)
    cell = np.repeat(np.arange(total.size), total.ravel())
    of_rating = np.repeat(logits.ravel(), total.ravel()) + severity[_raters(total, rng)]
    is_bad = rng.random(len(cell)) < expit(of_rating)
    return np.bincount(cell[is_bad], minlength=total.size).reshape(total.shape), total


def _raters(total: Ints, rng: np.random.Generator) -> Ints:
    """Rater of each rating, in the order of cells; nobody rates twice on a day (up to 503 ratings)."""
    n_days, n_vendors = total.shape[:2]
    per_group = total.sum(axis=2).ravel()
    first = np.cumsum(per_group) - per_group
    place = np.arange(per_group.sum()) - np.repeat(first, per_group)
    start = np.repeat(rng.integers(0, _RATERS, len(per_group)), per_group)
    stride = np.repeat(rng.integers(1, _RATERS, len(per_group)), per_group)
    vendor = np.repeat(np.tile(np.arange(n_vendors), n_days), per_group)
    found: Ints = vendor * _RATERS + (start + stride * place) % _RATERS
    return found


def draw_tables(world: RatingWorld, *, runs: int, seed: int) -> tuple[Ints, Ints]:
    """The target's table of many worlds: what the evidence on its cell rests on.

    Where raters, domains and vendors are all alike the sums are drawn at once: same distribution.

    Returns
    -------
    bad, total : ndarray of shape (n_days, 1, runs, 2, 2), dtype=int64
        Rows: the model, other vendors; columns: the domain, other domains.
    """
    rng = np.random.default_rng(seed)
    shape = (world.n_days, 1, runs, 2, 2)
    bad, total = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    if world.rater_sd == world.domain_sd == world.vendor_sd == world.interaction_sd == 0:
        rate = world.rates()
        sizes = [[1, world.n_domains - 1], [world.n_vendors - 1, 0]]
        sizes[1][1] = sizes[0][1] * sizes[1][0]
        total[:] = rng.poisson(world.ratings_per_day * np.array(sizes), shape)
        logits = logit(rate[:, [0, 1]][:, :, [0, 1]])[:, None, None]
        day = world.day_sd * rng.standard_normal((world.n_days, 1, runs, 1, 1))
        bad[:] = rng.binomial(total, expit(logits + day))
        return bad, total
    for run in range(runs):
        drawn = draw_counts(world, rng)
        for counts, tables in zip(drawn, (bad, total), strict=True):
            tables[:, 0, run] = table_of(counts)
    return bad, total


def table_of(counts: Ints) -> Ints:
    """Counts (n_days, n_vendors, n_domains) as the first cell's tables (n_days, 2, 2)."""
    cell, model = counts[:, 0, 0], counts[:, 0].sum(axis=1)
    domain, everything = counts[:, :, 0].sum(axis=1), counts.sum(axis=(1, 2))
    flat = [cell, model - cell, domain - cell, everything - model - domain + cell]
    found: Ints = np.stack(flat, axis=1).reshape(-1, 2, 2)
    return found


def sampled_ratings(
    world: RatingWorld, *, seed: int, last_day: date, probability: float = 0.02
) -> SampledRatings:
    """The same worlds, rating by rating, as SIMULATED ratings of fictional vendors.

    Parameters
    ----------
    world : RatingWorld
    seed : int
        Of the draw.
    last_day : date
        Day of the world's last ratings.
    probability : float
        With which every answer was drawn, in (0, 1].
    """
    bad, total = draw_counts(world, np.random.default_rng(seed))
    return ratings_of(bad, total, last_day=last_day, probability=probability)
