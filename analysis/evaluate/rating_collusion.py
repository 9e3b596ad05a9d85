"""Fakes who rate, on SIMULATED worlds: how many it takes until ratings alone would open a finding."""

from __future__ import annotations

from datetime import date
from functools import partial

import numpy as np

from analysis.config import AnalysisConfig
from analysis.evaluate.collusion import FRESH_DAYS, HONEST, SHARES
from analysis.evaluate.estimates import share_row
from analysis.evaluate.rows import Row
from analysis.evaluate.simulate import Tell, simulate
from analysis.monitoring import watch
from analysis.rated import Episode, firm
from analysis.rating_counts import RatingCounts, rating_counts
from analysis.synthetic_evidence import ratings_of
from analysis.synthetic_ratings import RatingWorld, draw_counts

CONFIG = AnalysisConfig()
LAST_DAY = date(2026, 11, 1)
PAST_DAYS, WATCHED_DAYS = 7 * 20, 56
N_VENDORS, N_DOMAINS = 6, 14
RATINGS_A_DAY = (1.0, 3.0)
"""Honest ones in each cell."""


def attacked_counts(seed: int, *, per_day: float, n_fakes: int, floods: bool) -> RatingCounts:
    """An ordinary world of ratings, and fakes who call an answer of its first cell bad.

    Each of them once, within two weeks: intake counts nobody twice in a cell and eight weeks. Those who
    flood call an answer of every other cell of the row and the column fine besides.
    """
    rng = np.random.default_rng([seed, 23])
    world = RatingWorld(
        n_days=PAST_DAYS + WATCHED_DAYS, n_vendors=N_VENDORS, n_domains=N_DOMAINS,
        ratings_per_day=per_day, day_sd=0.3, domain_sd=0.5, vendor_sd=0.3,
    )  # fmt: skip
    bad, total = draw_counts(world, rng)
    day = PAST_DAYS + rng.integers(0, FRESH_DAYS, n_fakes)
    for part in (bad, total):
        np.add.at(part[:, 0, 0], day, 1)
    row = [(0, domain) for domain in range(1, N_DOMAINS)]
    column = [(vendor, 0) for vendor in range(1, N_VENDORS)]
    for vendor, domain in [*row, *column] if floods else []:
        day = PAST_DAYS + rng.integers(0, FRESH_DAYS, n_fakes)
        np.add.at(total[:, vendor, domain], day, 1)
    ratings = ratings_of(bad, total, last_day=LAST_DAY)
    (counts,) = rating_counts(ratings, as_of=LAST_DAY, history_weeks=CONFIG.rate_history_weeks)
    return counts


def is_opened(counts: RatingCounts) -> bool:
    """Whether, on the last day of any week since, ratings of the first cell would open a finding."""
    bad, total = counts.table(0)
    seen = watch(bad, total, CONFIG)
    for day in range(counts.n_days - WATCHED_DAYS + 6, counts.n_days, 7):
        if seen.is_raised[day, 0]:
            so_far = _until(counts, day)
            since = int(watch(bad[: day + 1], total[: day + 1], CONFIG).since[0])
            if firm([Episode(so_far, 0, since, day, False)], CONFIG)[0]:
                return True
    return False


def _until(counts: RatingCounts, day: int) -> RatingCounts:
    """The counts as they were on a day."""
    return RatingCounts(
        provenance=counts.provenance, models=counts.models, vendors=counts.vendors,
        domains=counts.domains, first_day=counts.first_day, weight=counts.weight,
        bad=counts.bad[: day + 1], total=counts.total[: day + 1],
        raters=counts.raters.where(counts.raters.day <= day),
    )  # fmt: skip


def _is_framed(seed: int, *, per_day: float, n_fakes: int, floods: bool) -> bool:
    counts = attacked_counts(seed, per_day=per_day, n_fakes=n_fakes, floods=floods)
    return is_opened(counts)


def rating_rows(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Share of worlds in which fakes of each number bring an innocent cell to be opened by ratings."""
    attacks = [(0.0, False), *((share, floods) for floods in (False, True) for share in SHARES)]
    rows = []
    for per_day in RATINGS_A_DAY:
        for share, floods in attacks:
            how = (
                "call it bad, and all other cells of its row and column fine"
                if floods
                else "call it bad"
            )
            name = f"{per_day:g} honest ratings a day and cell, {share:.1%} of {HONEST:,} {how}"
            one = partial(_is_framed, per_day=per_day, n_fakes=round(share * HONEST), floods=floods)
            found = simulate(one, range(seed, seed + runs), tell=tell, name=name)
            limit = 0.0 if share <= SHARES[0] else None
            rows.append(
                share_row("collusion, ratings", name, "innocent cell opened", np.array(found),
                          at_most=limit, accept="" if limit is None else "0")
            )  # fmt: skip
    return rows
