"""Line B on planted worlds: false alarms, delays, and how far both are from what is possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analysis.change import shiryaev_roberts
from analysis.config import AnalysisConfig
from analysis.e_processes import log_mean, two_proportions
from analysis.evaluate.levels import cell_evidence, level_alarms
from analysis.evaluate.rows import Row
from analysis.interaction import interaction_evidence, universal_interaction
from analysis.monitoring import COMPARATORS, Watch, watch
from analysis.past import PAIRS, daily_likelihoods, since_start_averaged
from analysis.rates import interaction_since, shared_evenly
from analysis.rating_counts import cell_tables
from analysis.records import Floats, Ints
from analysis.synthetic_ratings import RatingWorld, draw_counts, draw_tables

Tell = Callable[[str, int, int], None]
Flags = NDArray[np.bool_]

_LEVELS = "levels, no past"
CELLS_PER_FALSE_FINDING = 60.0
"""One false finding per 60 cells and year: what the complete rule and the oracle may spend."""
_NAN = float("nan")
_NEVER = 10_000.0
_CONFIG = AnalysisConfig()
_NEEDED = float(np.log(CELLS_PER_FALSE_FINDING / _CONFIG.false_discovery_rate))
"""What e-BH demands of a single discovery among 60 cells."""
_PRE, _YEAR = 112, 364
"""Days without an episode before one begins at an unknown time: 16 weeks, and a year."""
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
        delays_from_a_known_start,
        complete_rule,
        interaction_delays,
        reversal,
    )
    return [row for part in parts for row in part(runs=runs, seed=seed, tell=tell)]


def false_alarms(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Looked at on each of 365 days, with effects of days and raters; naive rules beside it."""
    found = []
    for number, (world, settings) in enumerate(_NULLS.items()):
        tell("line B: false alarms", number, len(_NULLS))
        bad, total = draw_tables(settings, runs=runs, seed=seed + number)
        alarms: Flags = np.any(watch(bad, total, _CONFIG).is_raised, axis=0)
        known = _since_known_start(bad, total, _PRE).max(axis=0)
        provisional, from_start = (
            "provisional, cells a year",
            "a start's evidence at 1/20, cells a year",
        )
        # Where both begin at once the cell is worse than both comparators: only the interaction is none.
        is_null = not (
            settings.confounded_from and settings.domain_ratio * settings.vendor_ratio > 3
        )
        level = 1 / CELLS_PER_FALSE_FINDING if is_null else None
        found.append(_share("false alarms, line B", world, provisional, alarms, at_most=level))
        if is_null:
            found.append(
                _share("type I, sequential", world, from_start, known >= np.log(20), at_most=0.05)
            )
        levels: Flags = np.any(level_alarms(bad, total, _CONFIG), axis=0)
        found.append(_share("false alarms, line B", world, provisional, levels, peer=_LEVELS))
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
    day = np.arange(len(bad))
    found = []
    for cell in range(bad.shape[2]):
        by_start = interaction_since(bad, total, cell, _CONFIG)
        week = np.arange(by_start.shape[1])
        is_old = week <= day[:, None] // 7 - _CONFIG.rate_starts_weeks
        found.append(shared_evenly(np.where(is_old, -np.inf, by_start).T, _CONFIG))
    return np.stack(found, axis=1)


def _since_known_start(bad: Ints, total: Ints, start: int) -> Floats:
    """Evidence against both comparators and the past before `start`, (n_days - start, n_cells)."""
    found, week = [], start // 7
    for cell in range(bad.shape[2]):
        sides = []
        for places in PAIRS:
            daily, rated = daily_likelihoods(bad, total, cell, places)
            one = since_start_averaged(
                daily,
                rated,
                _CONFIG,
                odds_ratios=_CONFIG.rate_odds_ratios,
                weeks=slice(week, week + 1),
            )
            sides.append(log_mean(one.log_e[start:, week]))
        found.append(np.minimum(*sides))
    return np.stack(found, axis=1)


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
            raised = watch(bad, total, _CONFIG).is_raised
            alarms.append(raised.any(axis=0))
            firm.append((raised & (_interaction_by_day(bad, total) >= _NEEDED)).any(axis=0))
            levels.append(level_alarms(bad, total, _CONFIG).any(axis=0))
        said, measure = "false alarms, line B", "provisional, cells a year"
        level = 1 / CELLS_PER_FALSE_FINDING
        found += [
            _share(said, name, measure, np.concatenate(alarms), at_most=level),
            _share(said, name, measure, np.concatenate(levels), peer=_LEVELS),
            _share("confounded nulls", name, "corroborated, cells a year", np.concatenate(firm),
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


def delays_from_a_known_start(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Target ratings until the evidence of the right start, after a year of past, reaches 20."""
    wanted = {2.0: 100.0, 3.0: 30.0, 5.0: 12.0}
    found = []
    few = min(runs, 400)
    for number, (ratio, ratings) in enumerate(wanted.items()):
        tell("line B: known start", number, len(wanted))
        world = RatingWorld(n_days=_YEAR + 250, ratio=ratio, onset=_YEAR, n_domains=41)
        bad, total = draw_tables(world, runs=few, seed=seed + number)
        levels = two_proportions(cell_evidence(bad[_YEAR:], total[_YEAR:], _CONFIG)).min(axis=2)
        seen = np.cumsum(total[_YEAR:, 0, :, 0, 0], axis=0)
        name = f"10 % -> {ratio * 10:.0f} %"
        for peer, log_e in (("", _since_known_start(bad, total, _YEAR)), (_LEVELS, levels)):
            days = _first(log_e >= np.log(20))
            at = np.minimum(days, len(seen)).astype(int) - 1
            used = np.where(days < _NEVER, seen[at, np.arange(few)], _NEVER)
            found.append(
                _median(
                    "delay, known start", name, "target ratings, median", used,
                    at_most=None if peer else 1.2 * ratings, peer=peer,
                )
            )  # fmt: skip
    return found


def complete_rule(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Unknown start and size, both comparators, 1 false finding per 60 cells and year."""
    found = []
    for past in (_PRE, _YEAR):
        for number, ratio in enumerate((2.0, 3.0, 5.0)):
            tell(f"line B: complete rule, {past // 7} weeks of past", number, 3)
            found += _complete(past, ratio, runs=runs, seed=seed + number)
    return found


def _complete(past: int, ratio: float, *, runs: int, seed: int) -> list[Row]:
    name = f"10 % -> {ratio * 10:.0f} %, 3 ratings a day, {past // 7} weeks of past"
    measure, delay = "days, median", "delay, complete rule"
    world = RatingWorld(n_days=past + 250, ratio=ratio, onset=past, n_domains=41)
    bad, total = draw_tables(world, runs=runs, seed=seed)
    informed = _log_ratio(bad[:, 0, :, 0, 0], total[:, 0, :, 0, 0], 0.1, 0.1 * ratio)
    oracle = _oracle_days(informed, past)
    blind = _blind_oracle_days(informed, past)
    days = _after_onset(watch(bad, total, _CONFIG).is_raised, past)
    levels = _after_onset(level_alarms(bad, total, _CONFIG), past)
    return [
        _median(delay, name, measure, oracle, peer="oracle"),
        _median(delay, name, measure, blind, peer="oracle without the start"),
        _median(delay, name, measure, levels, peer=_LEVELS),
        _median(delay, name, measure, days),
        _share(delay, name, "found within 250 days", days < _NEVER),
        _ratio(delay, name, days, oracle),
    ]


def _log_ratio(bad: Ints, total: Ints, rate: float, raised: float) -> Floats:
    good = total - bad
    found: Floats = bad * np.log(raised / rate) + good * np.log((1 - raised) / (1 - rate))
    return found


def _oracle_days(log_ratio: Floats, past: int) -> Floats:
    """Wald's test that knows cell, start and both rates."""
    evidence = np.cumsum(log_ratio[past:], axis=0)
    return _first(evidence >= np.log(CELLS_PER_FALSE_FINDING))


def _blind_oracle_days(log_ratio: Floats, past: int) -> Floats:
    """The best that is possible without the start: Shiryaev and Roberts' sum of the same test."""
    value = shiryaev_roberts(log_ratio)
    return _after_onset(value >= np.log(CELLS_PER_FALSE_FINDING * 365), past)


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
    known = "days, past and start known, median"
    found = [
        _median("interaction", name, known, days, at_most=47.0),
        _median("interaction", name, known, peer, peer="universal inference"),
        _share("interaction", name, "found within a year", days < _NEVER, at_least=1.0),
    ]
    for past in (_PRE, _YEAR):
        episode = replace(world, n_days=past + 252, onset=past)
        bad, total = draw_tables(episode, runs=few, seed=seed + 1)
        is_raised = watch(bad, total, _CONFIG).is_raised
        complete = _first((is_raised & (_interaction_by_day(bad, total) >= _NEEDED))[past:])
        weeks = f"{name}, {past // 7} weeks of past"
        measure = "days to corroborated among 60 cells, median"
        found += [
            _median("interaction", weeks, measure, complete),
            _share("interaction", weeks, "corroborated within 36 weeks", complete < _NEVER),
        ]
    return found


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


def _after_onset(is_alarm: Flags, past: int) -> Floats:
    """Days from the onset to the first alarm, of runs without an alarm before."""
    return _first(is_alarm[past:])[~is_alarm[:past].any(axis=0)]


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
