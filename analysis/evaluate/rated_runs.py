"""What runs on planted ratings see day by day, and medians and shares of such runs as rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from analysis.config import AnalysisConfig
from analysis.e_processes import log_mean
from analysis.evaluate.rows import Row
from analysis.past import PAIRS, daily_likelihoods, since_start_averaged
from analysis.rates import interaction_since, shared_evenly
from analysis.records import Floats, Ints

Tell = Callable[[str, int, int], None]
Flags = NDArray[np.bool_]

LEVELS = "levels, no past"
CELLS_PER_FALSE_FINDING = 60.0
"""One false finding per 60 cells and year: what the complete rule and the oracle may spend."""
NEVER = 10_000.0
CONFIG = AnalysisConfig()
NEEDED = float(np.log(CELLS_PER_FALSE_FINDING / CONFIG.false_discovery_rate))
"""What e-BH demands of a single discovery among 60 cells."""
PRE, YEAR = 112, 364
"""Days without an episode before one begins at an unknown time: 16 weeks, and a year."""
_NAN = float("nan")


def interaction_by_day(bad: Ints, total: Ints) -> Floats:
    """Evidence on the interaction that a run on each day would state, shape (n_days, n_cells)."""
    day = np.arange(len(bad))
    found = []
    for cell in range(bad.shape[2]):
        by_start = interaction_since(bad, total, cell, CONFIG)
        week = np.arange(by_start.shape[1])
        is_old = week <= day[:, None] // 7 - CONFIG.rate_starts_weeks
        found.append(shared_evenly(np.where(is_old, -np.inf, by_start).T, CONFIG))
    return np.stack(found, axis=1)


def since_known_start(bad: Ints, total: Ints, start: int) -> Floats:
    """Evidence against both comparators and the past before `start`, (n_days - start, n_cells)."""
    found, week = [], start // 7
    for cell in range(bad.shape[2]):
        sides = []
        for places in PAIRS:
            daily, rated = daily_likelihoods(bad, total, cell, places)
            one = since_start_averaged(
                daily,
                rated,
                CONFIG,
                odds_ratios=CONFIG.rate_odds_ratios,
                weeks=slice(week, week + 1),
            )
            sides.append(log_mean(one.log_e[start:, week]))
        found.append(np.minimum(*sides))
    return np.stack(found, axis=1)


def first_steps(is_alarm: Flags) -> Floats:
    """Steps, counted from 1, to the first True of each column; 10,000 for never."""
    steps: Floats = np.where(is_alarm.any(axis=0), np.argmax(is_alarm, axis=0) + 1.0, NEVER)
    return steps


def median_error(values: Floats) -> float:
    """Standard error of a median, from the order statistics that bound its 95 % interval."""
    ordered, n = np.sort(values), len(values)
    reach = 0.98 * np.sqrt(n)
    low, high = (int(np.clip(n / 2 + side * reach, 0, n - 1)) for side in (-1, 1))
    return float(ordered[high] - ordered[low]) / 3.92


def median_row(
    what: str, world: str, measure: str, values: Floats, *, at_most: float | None = None,
    peer: str = "",
) -> Row:  # fmt: skip
    if not len(values):
        return Row(what, world, measure, _NAN, _NAN, "", None, "no run to measure it on", peer)
    value = float(np.median(values))
    accept = "" if at_most is None else f"<= {at_most:g}"
    is_met = None if at_most is None else value <= at_most
    missed = float((values >= NEVER).mean())
    note = f"{missed:.1%} never" if missed else ""
    return Row(what, world, measure, value, median_error(values), accept, is_met, note, peer)


def share_of_runs(
    what: str, world: str, measure: str, hits: Flags, *, at_most: float | None = None,
    at_least: float | None = None, peer: str = "",
) -> Row:  # fmt: skip
    """A share of runs; an upper bound is met within two Monte-Carlo standard errors."""
    value = float(hits.mean()) if len(hits) else _NAN
    error = float(np.sqrt(value * (1 - value) / max(len(hits), 1)))
    accept, is_met = "", None
    if at_most is not None:
        accept = f"<= {at_most:.4g}" + (" + 2 s.e." if at_most else "")
        # The error at the bound itself: that of a share of 0 would be 0.
        is_met = value <= at_most + 2 * float(np.sqrt(at_most * (1 - at_most) / max(len(hits), 1)))
    elif at_least is not None:
        accept, is_met = f">= {at_least:g}", value >= at_least
    return Row(what, world, measure, value, error, accept, is_met, f"{len(hits)} runs", peer)
