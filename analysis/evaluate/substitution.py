"""A model silently put in another's place, on real answers: what the whole pipeline says about it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np

from analysis import ladder
from analysis.config import AnalysisConfig
from analysis.e_processes import two_proportions
from analysis.evaluate.documented import documented_rows
from analysis.evaluate.estimates import mean_row, share_row
from analysis.evaluate.levels import level_alarms
from analysis.evaluate.mmlu_pro import Answers, read_answers
from analysis.evaluate.real_data import VENDORS, DrawnWorld, drawn_world, evidence_of_drawn
from analysis.evaluate.rows import Row
from analysis.evaluate.simulate import Tell, simulate
from analysis.interaction import interaction_evidence
from analysis.judgement import judge
from analysis.monitoring import Flags, watch
from analysis.multiplicity import e_benjamini_hochberg
from analysis.rates import rate_results
from analysis.rating_counts import RatingCounts, rating_counts
from analysis.records import CountedEvidence, Floats

CONFIG = AnalysisConfig()
SETTINGS = ((3.0, 13), (10.0, 13), (20.0, 13), (10.0, 39))
"""Ratings per day and cell; weeks of past. Thirteen weeks follow."""
_ABOUT = "real answers, drawn"
_PEER = "levels, no past"


@dataclass(frozen=True)
class Told:
    """What was said of one world; cells as (vendor, domain)."""

    planted: frozenset[tuple[str, str]]
    said: frozenset[tuple[str, str]]
    """Findings that are reported or beyond."""
    corroborated: frozenset[tuple[str, str]]
    rated_worse: frozenset[tuple[str, str]]
    """By the ratings alone: provisional ..."""
    rated_firmly: frozenset[tuple[str, str]]
    """... and corroborated, whatever people reported."""
    incidents: frozenset[str]
    days: float
    """Days from the onset until the one planted cell is provisional; infinite for never."""
    level: int
    """Cells that the peer without a past flags: by the minimum of two comparators ..."""
    level_interaction: int
    """... and by the interaction."""
    report_ratio: float


def real_data_rows(*, data: Path, runs: int, seed: int, tell: Tell) -> list[Row]:
    """All that is measured on the real answers and the documented change below the folder `data`."""
    answers = read_answers(data)
    return [
        *substitution_rows(answers, runs=runs, seed=seed, tell=tell),
        *documented_rows(data, tell=tell),
    ]


def substitution_rows(answers: Answers, *, runs: int, seed: int, tell: Tell) -> list[Row]:
    """One domain, all domains, none: what is said of which cells, and of which models."""
    everywhere = tuple(sorted(set(answers.domain)))
    places: dict[str, tuple[str, ...]] = {
        "computer science": ("computer science",),
        "engineering": ("engineering",),
        "everywhere": everywhere,
        "nowhere": (),
    }
    rows = []
    for per_day, past in SETTINGS:
        for name, place in places.items():
            world = f"8B for 70B {name}, {per_day:g} ratings a day and cell, {past} weeks of past"
            told: Callable[[int], Told] = partial(
                _told, answers=answers, place=place, per_day=per_day, past=past
            )
            found = simulate(told, range(seed, seed + runs), tell=tell, name=world)
            rows += _summed_up(found, world)
    return rows


def _told(
    seed: int, *, answers: Answers, place: tuple[str, ...], per_day: float, past: int
) -> Told:
    world = drawn_world(answers, place, seed=seed, ratings_per_day=per_day, onset_week=past)
    evidence = evidence_of_drawn(world)
    judged = judge(evidence, CONFIG, seed=seed)
    rates = rate_results(evidence.ratings, as_of=world.last_day, config=CONFIG)
    said = [f for f in judged.findings if f.state != ladder.INSUFFICIENT]
    level, level_interaction = _levels(evidence, world)
    return Told(
        planted=world.planted,
        said=frozenset((f.vendor, f.domain) for f in said),
        corroborated=frozenset((f.vendor, f.domain) for f in said if f.state == "corroborated"),
        rated_worse=frozenset((r.vendor, r.domain) for r in rates if r.is_provisional),
        rated_firmly=frozenset((r.vendor, r.domain) for r in rates if r.is_corroborated),
        incidents=frozenset(one.vendor for one in judged.incidents if one.is_incident),
        days=_days_until_provisional(evidence, world),
        level=level,
        level_interaction=level_interaction,
        report_ratio=_report_ratio(world),
    )


def _counts(evidence: CountedEvidence) -> RatingCounts:
    (counts,) = rating_counts(
        evidence.ratings, as_of=evidence.as_of, history_weeks=CONFIG.rate_history_weeks
    )
    return counts


def _days_until_provisional(evidence: CountedEvidence, world: DrawnWorld) -> float:
    if len(world.planted) != 1:
        return math.nan
    counts = _counts(evidence)
    ((vendor, domain),) = world.planted
    cell = counts.vendors.index(vendor) * len(counts.domains) + counts.domains.index(domain)
    bad, total = (part[:, :, cell : cell + 1] for part in counts.tables())
    onset = int((world.onset - np.datetime64(counts.first_day, "D")).astype(np.int64))
    raised = np.flatnonzero(watch(bad, total, CONFIG).is_raised[onset:, 0])
    return float(raised[0] + 1) if len(raised) else math.inf


def _levels(evidence: CountedEvidence, world: DrawnWorld) -> tuple[int, int]:
    """Cells that the minimum and the interaction flag by the levels since the onset, without a past."""
    counts = _counts(evidence)
    onset = int((world.onset - np.datetime64(counts.first_day, "D")).astype(np.int64))
    bad, total = (part[onset:] for part in counts.tables())
    log_e = interaction_evidence(bad, total, odds_ratios=CONFIG.rate_odds_ratios).sum(axis=1)
    last: Floats = two_proportions(log_e)[-1]
    found = e_benjamini_hochberg(last, level=CONFIG.false_discovery_rate)
    return int(level_alarms(bad, total, CONFIG)[-1].sum()), int(found.sum())


def _report_ratio(world: DrawnWorld) -> float:
    """Reports a week about the planted cells after the onset, per report a week before."""
    if not world.planted:
        return math.nan
    cell = zip(world.report_vendor, world.report_domain, strict=True)
    is_planted = np.array([pair in world.planted for pair in cell])
    is_late = world.report_day >= world.onset
    days = (world.report_day.min(), world.onset, np.datetime64(world.last_day, "D") + 1)
    before, after = (int((end - day).astype(int)) for day, end in pairwise(days))
    n_before, n_after = int((is_planted & ~is_late).sum()), int((is_planted & is_late).sum())
    return n_after / after / (max(1, n_before) / before)


def _summed_up(found: list[Told], world: str) -> list[Row]:
    n_planted = len(found[0].planted)

    def flags(rule: Callable[[Told], bool]) -> Flags:
        return np.array([rule(one) for one in found], dtype=np.bool_)

    def values(rule: Callable[[Told], float]) -> Floats:
        return np.array([rule(one) for one in found], dtype=np.float64)

    # Where all domains are swapped, no cell is worse than the model's others.
    right = found[0].planted if n_planted == 1 else frozenset()
    own = next(iter(VENDORS))
    hurt = {own} if n_planted > 1 else set()
    rows = [
        share_row(_ABOUT, world, "runs with a wrong cell corroborated",
                  flags(lambda one: bool(one.corroborated - right)), at_most=0.0, accept="0"),
        share_row(_ABOUT, world, "runs whose ratings would corroborate a wrong cell",
                  flags(lambda one: bool(one.rated_firmly - right)), at_most=0.0, accept="0"),
        mean_row(_ABOUT, world, "wrong cells provisional by ratings",
                 values(lambda one: len(one.rated_worse - right))),
        mean_row(_ABOUT, world, "wrong cells said", values(lambda one: len(one.said - right))),
        share_row(_ABOUT, world, "runs whose incidents are the right ones",
                  flags(lambda one: one.incidents == hurt), at_least=0.95, accept="at least .95"),
        mean_row(_ABOUT, world, "minimum of two: cells flagged", values(lambda one: one.level), peer=_PEER),
        mean_row(_ABOUT, world, "interaction: cells flagged",
                 values(lambda one: one.level_interaction), peer=_PEER),
    ]  # fmt: skip
    if n_planted == 1:
        days = float(np.median([one.days for one in found]))
        rows += [
            share_row(_ABOUT, world, "the planted cell is provisional by ratings",
                      flags(lambda one: right <= one.rated_worse)),
            share_row(_ABOUT, world, "... and would be corroborated by them",
                      flags(lambda one: right <= one.rated_firmly)),
            share_row(_ABOUT, world, "the planted cell is said", flags(lambda one: right <= one.said)),
            share_row(_ABOUT, world, "... and corroborated", flags(lambda one: right <= one.corroborated)),
            Row(_ABOUT, world, "median days until it is provisional", days, math.nan, "", None),
            mean_row(_ABOUT, world, "reports about it: after per before",
                     values(lambda one: one.report_ratio)),
        ]  # fmt: skip
    return rows
