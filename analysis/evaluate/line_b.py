"""Line B on planted worlds: false alarms, delays, and how far both are from what is possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analysis.change import shiryaev_roberts
from analysis.config import AnalysisConfig
from analysis.e_processes import log_mean, two_proportions
from analysis.evaluate.rows import Row
from analysis.interaction import interaction_evidence, universal_interaction
from analysis.monitoring import COMPARATORS, Watch, cell_evidence, watch
from analysis.records import Floats, Ints
from analysis.synthetic_ratings import RatingWorld, draw_tables

Tell = Callable[[str, int, int], None]
Flags = NDArray[np.bool_]

CELLS_PER_FALSE_FINDING = 60.0
"""One false finding per 60 cells and year: what the complete rule and the oracle may spend."""
_NAN = float("nan")
_NEVER = 10_000.0
_CONFIG = AnalysisConfig()
_NEEDED = float(np.log(CELLS_PER_FALSE_FINDING / _CONFIG.false_discovery_rate))
"""What e-BH demands of a single discovery among 60 cells."""
_PRE = 112
"""Days without an episode before one begins at an unknown time."""
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
}


def rows(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """All rows of line B."""
    parts = (false_alarms, delays_from_a_known_start, complete_rule, interaction_delays, reversal)
    return [row for part in parts for row in part(runs=runs, seed=seed, tell=tell)]


def false_alarms(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Looked at on each of 365 days, with effects of days and raters; naive rules beside it."""
    found = []
    for number, (world, settings) in enumerate(_NULLS.items()):
        tell("line B: false alarms", number, len(_NULLS))
        bad, total = draw_tables(settings, runs=runs, seed=seed + number)
        # Worse than both comparators: only the interaction can clear the cell.
        is_open = settings.domain_ratio > 1 and settings.vendor_ratio > 1
        alarms: Flags = np.any(watch(bad, total, _CONFIG).is_raised, axis=0)
        known = two_proportions(cell_evidence(bad, total, _CONFIG)).min(axis=2).max(axis=0)
        provisional, from_start = "provisional, cells a year", "e-process at 1/20, cells a year"
        level = None if is_open else 1 / CELLS_PER_FALSE_FINDING
        found.append(_share("false alarms, line B", world, provisional, alarms, at_most=level))
        found.append(
            _share(
                "type I, sequential", world, from_start, known >= np.log(20),
                at_most=None if is_open else 0.05,
            )
        )  # fmt: skip
        for peer, is_alarm in _naive_rules(bad[:, 0], total[:, 0]).items():
            found.append(_share("false alarms, line B", world, provisional, is_alarm, peer=peer))
        log_e = _interaction_by_day(bad, total)
        found.append(_corroborated(world, log_e, alarms))
        interacts = "interaction at 1/20, cells a year"
        largest = log_e.max(axis=0)
        found.append(
            _share("type I, sequential", world, interacts, largest >= np.log(20), at_most=0.05)
        )
    return found


def _corroborated(world: str, log_e: Floats, alarms: Flags) -> Row:
    """Nulls that become corroborated on one of the year's days, among 60 cells."""
    hits: Flags = np.asarray(alarms & (log_e.max(axis=0) >= _NEEDED), dtype=np.bool_)
    return _share("confounded nulls", world, "corroborated, cells a year", hits, at_most=0.0)


def _interaction_by_day(bad: Ints, total: Ints) -> Floats:
    """Evidence on the interaction that a run on each day would state, shape (n_days, n_cells)."""
    log_e = interaction_evidence(bad, total, odds_ratios=_CONFIG.rate_odds_ratios).sum(axis=1)
    is_monday = np.broadcast_to((np.arange(len(log_e)) % 7 == 0)[:, None, None], log_e.shape)
    begun = log_mean(shiryaev_roberts(log_e, is_monday))
    to_come = np.maximum(_CONFIG.rate_starts_weeks - 1 - np.arange(len(log_e)) // 7, 1e-300)
    sums = np.logaddexp(begun, np.log(to_come)[:, None])
    return np.asarray(sums - np.log(_CONFIG.rate_starts_weeks), dtype=np.float64)


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


def delays_from_a_known_start(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Target ratings until the e-process reaches 20, where it starts with the episode."""
    wanted = {2.0: 100.0, 3.0: 30.0, 5.0: 12.0}
    found = []
    for number, (ratio, ratings) in enumerate(wanted.items()):
        tell("line B: known start", number, len(wanted))
        world = RatingWorld(n_days=250, ratio=ratio, n_domains=41)
        bad, total = draw_tables(world, runs=runs, seed=seed + number)
        log_e = two_proportions(cell_evidence(bad, total, _CONFIG))
        days = _first(log_e.min(axis=2) >= np.log(20))
        seen = np.cumsum(total[:, 0, :, 0, 0], axis=0)
        is_found = days < _NEVER
        at = np.minimum(days, len(bad)).astype(int) - 1
        used = np.where(is_found, seen[at, np.arange(runs)], _NEVER)
        found.append(
            _median(
                "delay, known start", f"10 % -> {ratio * 10:.0f} %", "target ratings, median",
                used, at_most=1.2 * ratings,
            )
        )  # fmt: skip
    return found


def complete_rule(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Unknown start and size, both comparators, 1 false finding per 60 cells and year."""
    found = []
    for number, ratio in enumerate((2.0, 3.0, 5.0)):
        tell("line B: complete rule", number, 3)
        name, measure = f"10 % -> {ratio * 10:.0f} %, 3 ratings a day", "days, median"
        world = RatingWorld(n_days=_PRE + 250, ratio=ratio, onset=_PRE, n_domains=41)
        bad, total = draw_tables(world, runs=runs, seed=seed + number)
        informed = _log_ratio(bad[:, 0, :, 0, 0], total[:, 0, :, 0, 0], 0.1, 0.1 * ratio)
        oracle = _oracle_days(informed)
        blind = _blind_oracle_days(informed)
        days = _after_onset(watch(bad, total, _CONFIG).is_raised)
        proven = replace(_CONFIG, rate_alarm=CELLS_PER_FALSE_FINDING * 365)
        safe = _after_onset(watch(bad, total, proven).is_raised)
        delay = "delay, complete rule"
        found += [
            _median(delay, name, measure, oracle, peer="oracle"),
            _median(delay, name, measure, blind, peer="oracle without the start"),
            _median(delay, name, measure, days),
            _median(delay, name, measure + ", at the proven level", safe),
            _ratio(delay, name, days, oracle),
        ]  # fmt: skip
    return found


def _log_ratio(bad: Ints, total: Ints, rate: float, raised: float) -> Floats:
    good = total - bad
    found: Floats = bad * np.log(raised / rate) + good * np.log((1 - raised) / (1 - rate))
    return found


def _oracle_days(log_ratio: Floats) -> Floats:
    """Wald's test that knows cell, start and both rates."""
    evidence = np.cumsum(log_ratio[_PRE:], axis=0)
    return _first(evidence >= np.log(CELLS_PER_FALSE_FINDING))


def _blind_oracle_days(log_ratio: Floats) -> Floats:
    """The best that is possible without the start: Shiryaev and Roberts' sum of the same test."""
    value = shiryaev_roberts(log_ratio)
    return _after_onset(value >= np.log(CELLS_PER_FALSE_FINDING * 365))


def _ratio(what: str, world: str, values: Floats, oracle: Floats) -> Row:
    """Ratio of two medians, and its error by the delta method."""
    median, best = float(np.median(values)), float(np.median(oracle))
    error = np.hypot(_median_error(values) / best, median * _median_error(oracle) / best**2)
    return Row(
        what, world, "ratio to the oracle", median / best, float(error), "<= 2", median <= 2 * best
    )


def interaction_delays(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Days until the interaction is found: known start at 1/20, and as a weekly run finds it."""
    tell("line B: interaction", 0, 2)
    few = min(runs, 400)
    name = "10 % -> 30 %, 3 ratings a day"
    world = RatingWorld(n_days=365, ratio=3.0)
    drawn = draw_tables(world, runs=few, seed=seed)
    peer = _first(universal_interaction(*(np.cumsum(p[:, 0], axis=0) for p in drawn)) >= np.log(20))
    process = two_proportions(
        interaction_evidence(*drawn, odds_ratios=_CONFIG.rate_odds_ratios).sum(axis=1)
    )
    days = _first(process >= np.log(20))
    tell("line B: interaction", 1, 2)
    bad, total = draw_tables(replace(world, n_days=_PRE + 252, onset=_PRE), runs=few, seed=seed + 1)
    is_raised = watch(bad, total, _CONFIG).is_raised
    complete = _first((is_raised & (_interaction_by_day(bad, total) >= _NEEDED))[_PRE:])
    known = "days from a known start, median"
    return [
        _median("interaction", name, known, days, at_most=47.0),
        _median("interaction", name, known, peer, peer="universal inference"),
        _share("interaction", name, "found within a year", days < _NEVER, at_least=1.0),
        _median("interaction", name, "days to corroborated among 60 cells, median", complete),
        _share("interaction", name, "corroborated within 36 weeks", complete < _NEVER),
    ]


def reversal(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Days from a repair to `resolved`, and how often that is said while the episode lasts."""
    found = []
    for number, ratio in enumerate((3.0, 5.0)):
        tell("line B: reversal", number, 2)
        name = f"10 % -> {ratio * 10:.0f} % for 100 days"
        offset = _PRE + 100
        world = RatingWorld(n_days=offset + 365, ratio=ratio, onset=_PRE, offset=offset)
        seen = watch(*draw_tables(world, runs=runs, seed=seed + number), _CONFIG)
        raised = seen.is_raised[offset - 1]
        days = _first(~seen.is_raised[offset:])[raised]
        found.append(_median("reversal", name, "days to resolved, median", days))
        lasting = replace(world, offset=1_000_000)
        seen = watch(*draw_tables(lasting, runs=runs, seed=seed + 10 + number), _CONFIG)
        name = f"10 % -> {ratio * 10:.0f} %, lasting"
        wrong = _ended(seen)[seen.is_raised[offset]]
        found.append(_share("reversal", name, "resolved within a year", wrong, at_most=0.05))
    return found


def _ended(seen: Watch) -> Flags:
    """Cells of which an episode was found to be over in the last 365 days."""
    late = seen.is_raised[-366:]
    return np.asarray((late[:-1] & ~late[1:]).any(axis=0), dtype=np.bool_)


def _after_onset(is_alarm: Flags) -> Floats:
    """Days from the onset to the first alarm, of runs without an alarm before."""
    return _first(is_alarm[_PRE:])[~is_alarm[:_PRE].any(axis=0)]


def _first(is_alarm: Flags) -> Floats:
    """Steps, counted from 1, to the first True of each column; 10,000 for never."""
    steps: Floats = np.where(is_alarm.any(axis=0), np.argmax(is_alarm, axis=0) + 1.0, _NEVER)
    return steps


def _median_error(values: Floats) -> float:
    """Standard error of a median, from the order statistics that bound its 95 % interval."""
    ordered, n = np.sort(values), len(values)
    reach = 0.98 * np.sqrt(n)
    low, high = (int(np.clip(n / 2 + side * reach, 0, n - 1)) for side in (-1, 1))
    return float(ordered[high] - ordered[low]) / 3.92


def _median(
    what: str, world: str, measure: str, values: Floats, *, at_most: float | None = None,
    peer: str = "",
) -> Row:  # fmt: skip
    if not len(values):
        return Row(what, world, measure, _NAN, _NAN, "", None, "no run to measure it on", peer)
    value = float(np.median(values))
    accept = "" if at_most is None else f"<= {at_most:g}"
    is_met = None if at_most is None else value <= at_most
    missed = float((values >= _NEVER).mean())
    note = f"{missed:.1%} never" if missed else ""
    return Row(what, world, measure, value, _median_error(values), accept, is_met, note, peer)


def _share(
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
