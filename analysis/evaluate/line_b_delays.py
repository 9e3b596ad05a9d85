"""Line B where something is: how long planted episodes last unnoticed, and what would be possible."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.change import shiryaev_roberts
from analysis.e_processes import two_proportions
from analysis.evaluate.levels import cell_evidence, level_alarms
from analysis.evaluate.rated_runs import (
    CELLS_PER_FALSE_FINDING,
    CONFIG,
    LEVELS,
    NEEDED,
    NEVER,
    PRE,
    YEAR,
    Flags,
    Tell,
    first_steps,
    interaction_by_day,
    median_error,
    median_row,
    share_of_runs,
    since_known_start,
)
from analysis.evaluate.rows import Row
from analysis.interaction import interaction_evidence, universal_interaction
from analysis.monitoring import Watch, watch
from analysis.records import Floats, Ints
from analysis.synthetic_ratings import RatingWorld, draw_tables


def delays_from_a_known_start(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Target ratings until the evidence of the right start, after a year of past, reaches 20."""
    wanted = {2.0: 100.0, 3.0: 30.0, 5.0: 12.0}
    found = []
    few = min(runs, 400)
    for number, (ratio, ratings) in enumerate(wanted.items()):
        tell("line B: known start", number, len(wanted))
        world = RatingWorld(n_days=YEAR + 250, ratio=ratio, onset=YEAR, n_domains=41)
        bad, total = draw_tables(world, runs=few, seed=seed + number)
        levels = two_proportions(cell_evidence(bad[YEAR:], total[YEAR:], CONFIG)).min(axis=2)
        seen = np.cumsum(total[YEAR:, 0, :, 0, 0], axis=0)
        name = f"10 % -> {ratio * 10:.0f} %"
        for peer, log_e in (("", since_known_start(bad, total, YEAR)), (LEVELS, levels)):
            days = first_steps(log_e >= np.log(20))
            at = np.minimum(days, len(seen)).astype(int) - 1
            used = np.where(days < NEVER, seen[at, np.arange(few)], NEVER)
            found.append(
                median_row(
                    "delay, known start", name, "target ratings, median", used,
                    at_most=None if peer else 1.2 * ratings, peer=peer,
                )
            )  # fmt: skip
    return found


def complete_rule(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Unknown start and size, both comparators, 1 false finding per 60 cells and year."""
    found = []
    for past in (PRE, YEAR):
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
    days = _after_onset(watch(bad, total, CONFIG).is_raised, past)
    levels = _after_onset(level_alarms(bad, total, CONFIG), past)
    return [
        median_row(delay, name, measure, oracle, peer="oracle"),
        median_row(delay, name, measure, blind, peer="oracle without the start"),
        median_row(delay, name, measure, levels, peer=LEVELS),
        median_row(delay, name, measure, days),
        share_of_runs(delay, name, "found within 250 days", days < NEVER),
        _ratio(delay, name, days, oracle),
    ]


def _log_ratio(bad: Ints, total: Ints, rate: float, raised: float) -> Floats:
    good = total - bad
    found: Floats = bad * np.log(raised / rate) + good * np.log((1 - raised) / (1 - rate))
    return found


def _oracle_days(log_ratio: Floats, past: int) -> Floats:
    """Wald's test that knows cell, start and both rates."""
    evidence = np.cumsum(log_ratio[past:], axis=0)
    return first_steps(evidence >= np.log(CELLS_PER_FALSE_FINDING))


def _blind_oracle_days(log_ratio: Floats, past: int) -> Floats:
    """The best that is possible without the start: Shiryaev and Roberts' sum of the same test."""
    value = shiryaev_roberts(log_ratio)
    return _after_onset(value >= np.log(CELLS_PER_FALSE_FINDING * 365), past)


def _ratio(what: str, world: str, values: Floats, oracle: Floats) -> Row:
    """Ratio of two medians, and its error by the delta method."""
    median, best = float(np.median(values)), float(np.median(oracle))
    error = np.hypot(median_error(values) / best, median * median_error(oracle) / best**2)
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
    peer = first_steps(
        universal_interaction(*(np.cumsum(p[:, 0], axis=0) for p in drawn)) >= np.log(20)
    )
    process = two_proportions(
        interaction_evidence(*drawn, odds_ratios=CONFIG.rate_odds_ratios).sum(axis=1)
    )
    days = first_steps(process >= np.log(20))
    tell("line B: interaction", 1, 2)
    known = "days, past and start known, median"
    found = [
        median_row("interaction", name, known, days, at_most=47.0),
        median_row("interaction", name, known, peer, peer="universal inference"),
        share_of_runs("interaction", name, "found within a year", days < NEVER, at_least=1.0),
    ]
    for past in (PRE, YEAR):
        episode = replace(world, n_days=past + 252, onset=past)
        bad, total = draw_tables(episode, runs=few, seed=seed + 1)
        is_raised = watch(bad, total, CONFIG).is_raised
        complete = first_steps((is_raised & (interaction_by_day(bad, total) >= NEEDED))[past:])
        weeks = f"{name}, {past // 7} weeks of past"
        measure = "days to corroborated among 60 cells, median"
        found += [
            median_row("interaction", weeks, measure, complete),
            share_of_runs("interaction", weeks, "corroborated within 36 weeks", complete < NEVER),
        ]
    return found


def reversal(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Days from a repair to `resolved`, and how often that is said while the episode lasts."""
    found = []
    for number, ratio in enumerate((3.0, 5.0)):
        tell("line B: reversal", number, 2)
        name = f"10 % -> {ratio * 10:.0f} % for 100 days"
        offset = PRE + 100
        world = RatingWorld(n_days=offset + 365, ratio=ratio, onset=PRE, offset=offset)
        seen = watch(*draw_tables(world, runs=runs, seed=seed + number), CONFIG)
        raised = seen.is_raised[offset - 1]
        days = first_steps(~seen.is_raised[offset:])[raised]
        found.append(median_row("reversal", name, "days to resolved, median", days))
        lasting = replace(world, offset=1_000_000)
        seen = watch(*draw_tables(lasting, runs=runs, seed=seed + 10 + number), CONFIG)
        name = f"10 % -> {ratio * 10:.0f} %, lasting"
        wrong = _ended(seen)[seen.is_raised[offset]]
        found.append(share_of_runs("reversal", name, "resolved within a year", wrong, at_most=0.05))
    return found


def _ended(seen: Watch) -> Flags:
    """Cells of which an episode was found to be over in the last 365 days."""
    late = seen.is_raised[-366:]
    return np.asarray((late[:-1] & ~late[1:]).any(axis=0), dtype=np.bool_)


def _after_onset(is_alarm: Flags, past: int) -> Floats:
    """Days from the onset to the first alarm, of runs without an alarm before."""
    return first_steps(is_alarm[past:])[~is_alarm[:past].any(axis=0)]
