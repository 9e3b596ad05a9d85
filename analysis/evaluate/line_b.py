"""Line B where nothing is the matter: how often planted worlds of ratings raise a false alarm."""

from __future__ import annotations

import numpy as np

from analysis.evaluate import line_b_delays
from analysis.evaluate.levels import level_alarms
from analysis.evaluate.rated_runs import (
    CELLS_PER_FALSE_FINDING,
    CONFIG,
    LEVELS,
    NEEDED,
    PRE,
    Flags,
    Tell,
    interaction_by_day,
    share_of_runs,
    since_known_start,
)
from analysis.evaluate.rows import Row
from analysis.monitoring import COMPARATORS, watch
from analysis.rating_counts import cell_tables
from analysis.records import Floats, Ints
from analysis.synthetic_ratings import RatingWorld, draw_counts, draw_tables

_CHANGE = 182
"""Day on which a confounder begins that is not there all the time."""
_STABLE_SD = 0.5
_NULLS = {
    "nothing is the matter": RatingWorld(day_sd=0.3, rater_sd=0.8),
    "harder domain, x2.5": RatingWorld(day_sd=0.3, rater_sd=0.8, domain_ratio=2.5),
    "worse vendor, x2.5": RatingWorld(day_sd=0.3, rater_sd=0.8, vendor_ratio=2.5),
    "harder domain and worse vendor, x2.5 each": RatingWorld(
        day_sd=0.3, rater_sd=0.8, domain_ratio=2.5, vendor_ratio=2.5
    ),
    "both, other domains (sd .8) and vendors (sd .4) differ": RatingWorld(
        day_sd=0.3,
        rater_sd=0.8,
        domain_ratio=2.5,
        vendor_ratio=2.5,
        domain_sd=0.8,
        vendor_sd=0.4,
    ),
    "domain becomes harder at all vendors, x2.5": RatingWorld(
        day_sd=0.3, rater_sd=0.8, domain_ratio=2.5, confounded_from=_CHANGE
    ),
    "vendor becomes worse in all domains, x2.5": RatingWorld(
        day_sd=0.3, rater_sd=0.8, vendor_ratio=2.5, confounded_from=_CHANGE
    ),
    "both become so on one day, x2.5 each": RatingWorld(
        day_sd=0.3, rater_sd=0.8, domain_ratio=2.5, vendor_ratio=2.5, confounded_from=_CHANGE
    ),
}


def rows(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """All rows of line B."""
    parts = (
        false_alarms,
        stable_weaknesses,
        line_b_delays.delays_from_a_known_start,
        line_b_delays.complete_rule,
        line_b_delays.interaction_delays,
        line_b_delays.reversal,
    )
    return [row for part in parts for row in part(runs=runs, seed=seed, tell=tell)]


def false_alarms(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Looked at on each of 365 days, with effects of days and raters; naive rules beside it."""
    found = []
    for number, (world, settings) in enumerate(_NULLS.items()):
        tell("line B: false alarms", number, len(_NULLS))
        bad, total = draw_tables(settings, runs=runs, seed=seed + number)
        alarms: Flags = np.any(watch(bad, total, CONFIG).is_raised, axis=0)
        known = since_known_start(bad, total, PRE).max(axis=0)
        provisional, from_start = (
            "provisional, cells a year",
            "a start's evidence at 1/20, cells a year",
        )
        # Where both begin at once the cell is worse than both comparators: only the interaction is none.
        are_both = min(settings.domain_ratio, settings.vendor_ratio) > 1
        is_null = not (settings.confounded_from and are_both)
        level = 1 / CELLS_PER_FALSE_FINDING if is_null else None
        found.append(
            share_of_runs("false alarms, line B", world, provisional, alarms, at_most=level)
        )
        if is_null:
            found.append(
                share_of_runs(
                    "type I, sequential", world, from_start, known >= np.log(20), at_most=0.05
                )
            )
        levels: Flags = np.any(level_alarms(bad, total, CONFIG), axis=0)
        found.append(share_of_runs("false alarms, line B", world, provisional, levels, peer=LEVELS))
        for peer, is_alarm in _naive_rules(bad[:, 0], total[:, 0]).items():
            found.append(
                share_of_runs("false alarms, line B", world, provisional, is_alarm, peer=peer)
            )
        log_e = interaction_by_day(bad, total)
        found.append(_corroborated(world, log_e, alarms))
        interacts = "interaction at 1/20, cells a year"
        largest = log_e.max(axis=0)
        found.append(
            share_of_runs(
                "type I, sequential", world, interacts, largest >= np.log(20), at_most=0.05
            )
        )
    return found


def _corroborated(world: str, log_e: Floats, alarms: Flags) -> Row:
    """Nulls that become corroborated on one of the year's days, among 60 cells."""
    hits: Flags = np.asarray(alarms & (log_e.max(axis=0) >= NEEDED), dtype=np.bool_)
    return share_of_runs("confounded nulls", world, "corroborated, cells a year", hits, at_most=0.0)


def stable_weaknesses(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Vendors with strengths and weaknesses in single domains that never change: no cell is worse."""
    found = []
    for number, per_day in enumerate((1.0, 3.0)):
        world = RatingWorld(
            ratings_per_day=per_day,
            day_sd=0.3,
            domain_sd=0.5,
            vendor_sd=0.3,
            interaction_sd=_STABLE_SD,
        )
        name = f"stable strengths and weaknesses, sd .5, {per_day:g} ratings a day"
        n_worlds = -(-runs // (world.n_vendors * world.n_domains))
        rng = np.random.default_rng([seed, number])
        alarms, firm, levels = [], [], []
        for run in range(n_worlds):
            tell(f"line B: {name}", run, n_worlds)
            bad, total = (cell_tables(part[:, None]) for part in draw_counts(world, rng))
            raised = watch(bad, total, CONFIG).is_raised
            alarms.append(raised.any(axis=0))
            firm.append((raised & (interaction_by_day(bad, total) >= NEEDED)).any(axis=0))
            levels.append(level_alarms(bad, total, CONFIG).any(axis=0))
        said, measure = "false alarms, line B", "provisional, cells a year"
        level = 1 / CELLS_PER_FALSE_FINDING
        found += [
            share_of_runs(said, name, measure, np.concatenate(alarms), at_most=level),
            share_of_runs(said, name, measure, np.concatenate(levels), peer=LEVELS),
            share_of_runs("confounded nulls", name, "corroborated, cells a year", np.concatenate(firm),
                   at_most=0.0),
        ]  # fmt: skip
    return found


def _naive_rules(bad: Ints, total: Ints) -> dict[str, Flags]:
    """Cells that habits would have accused within the year, shape (n_days, n_cells, 2, 2) in."""
    bads, totals = np.cumsum(bad, axis=0), np.cumsum(total, axis=0)
    z = np.full(bads.shape[:2], np.inf)
    for row, column in COMPARATORS:
        n, n_other = totals[..., 0, 0], totals[..., row, column]
        pooled = (bads[..., 0, 0] + bads[..., row, column]) / np.maximum(n + n_other, 1)
        difference = bads[..., 0, 0] / np.maximum(n, 1)
        difference = difference - bads[..., row, column] / np.maximum(n_other, 1)
        size = 1 / np.maximum(n, 1) + 1 / np.maximum(n_other, 1)
        spread = np.sqrt(np.maximum(pooled * (1 - pooled) * size, 1e-12))
        z = np.minimum(z, np.where((n > 0) & (n_other > 0), difference / spread, 0.0))
    weeks = len(bad) // 7
    target = [part[: 7 * weeks, :, 0, 0] for part in (bad, total)]
    weekly = [part.reshape(weeks, 7, -1).sum(axis=1) for part in target]
    share = weekly[0] / np.maximum(weekly[1], 1)
    windows = np.lib.stride_tricks.sliding_window_view(share[:-1], 8, axis=0)
    sigma = share[8:] > windows.mean(axis=-1) + 2 * windows.std(axis=-1, ddof=1)
    fortnight = [part[1:] + part[:-1] for part in weekly]
    raw = (fortnight[0] > 0.25 * fortnight[1]) & (fortnight[1] > 0)
    return {
        "naive daily z-test": (z > 1.645).any(axis=0),
        "2-sigma rule, weekly": sigma.any(axis=0),
        "raw threshold, 25 % in two weeks": raw.any(axis=0),
    }
