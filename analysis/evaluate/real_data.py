"""Reports and ratings drawn from real graded answers, with a model silently put in another's place."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.config import AnalysisConfig
from analysis.disproportionality import Flags
from analysis.e_processes import ratio_evidence, two_proportions
from analysis.evaluate.documented import documented_rows
from analysis.evaluate.mmlu_pro import Answers, read_answers
from analysis.evaluate.rows import Row
from analysis.interaction import interaction_evidence
from analysis.multiplicity import e_benjamini_hochberg
from analysis.records import Floats, Ints, Strings

Tell = Callable[[str, int, int], None]

VENDORS = {
    "meta": "Meta-Llama-3_1-70B-Instruct",
    "google": "gemini-1.5-pro-002",
    "ai21": "jamba-1.5-large",
    "alibaba": "Qwen1.5-72B-Chat",
    "mistral": "Mixtral-8x7B-Instruct-v0.1",
    "cohere": "c4ai-command-r-v01",
}
"""One real model per real vendor."""
SUBSTITUTE = "Meta-Llama-3_1-8B-Instruct"
"""What answers instead of the first vendor's model from week 13 on."""
START = np.datetime64("2024-01-01", "D")
WEEKS, ONSET_WEEK = 26, 13

_CONTRIBUTORS = 3_000
_EXPOSURES_PER_WEEK = 18_000
_FLAG_PROBABILITY = 0.05
_ACTIVITY_SD = 1.5
_LEVEL = 0.05
_RATINGS_PER_DAY = (3.0, 10.0, 20.0)
_CONFIG = AnalysisConfig()
_NOW, _PAST = slice(ONSET_WEEK, None), slice(0, ONSET_WEEK)


@dataclass(frozen=True)
class DrawnWorld:
    """Half a year of ratings of random answers and of voluntary reports of wrong ones.

    Attributes
    ----------
    rating_day, report_day : ndarray of shape (n,), dtype=datetime64[D]
    rating_vendor, rating_model, rating_domain, rating_item : Strings
        The model is the one that the label says, whatever answered.
    rating_is_bad : ndarray of shape (n_ratings,), dtype=bool
        True where the answer was wrong.
    report_vendor, report_model, report_domain, report_item, report_contributor : Strings
        Wrong answers alone are reported, each with a probability of 5 %, by 3,000 people of
        log-normal activity (sd 1.5): about 400 reports a week.
    planted : frozenset of (vendor, domain)
        The cells that are served the substitute from `onset` on.
    """

    rating_day: NDArray[np.datetime64]
    rating_vendor: Strings
    rating_model: Strings
    rating_domain: Strings
    rating_item: Strings
    rating_is_bad: Flags
    report_day: NDArray[np.datetime64]
    report_vendor: Strings
    report_model: Strings
    report_domain: Strings
    report_item: Strings
    report_contributor: Strings
    planted: frozenset[tuple[str, str]]
    onset: np.datetime64


def drawn_world(
    answers: Answers,
    domains: tuple[str, ...],
    *,
    seed: int,
    ratings_per_day: float = 3.0,
    onset_week: int = ONSET_WEEK,
) -> DrawnWorld:
    """Weeks of six real models, and 13 more in which a smaller one answers for the first.

    Parameters
    ----------
    answers : Answers
    domains : tuple of str
        Where it does: one domain, all of them, or none.
    seed : int
    ratings_per_day : float
        Of each vendor in each domain, on average.
    onset_week : int
        Weeks before.
    """
    weeks = onset_week + WEEKS - ONSET_WEEK
    rng = np.random.default_rng(seed)
    names = np.array(sorted(set(answers.domain)), dtype=object)
    vendors = np.array(list(VENDORS), dtype=object)
    models = np.array(list(VENDORS.values()), dtype=object)
    of_domain = [np.flatnonzero(answers.domain == name) for name in names]
    wrong = np.array([answers.wrong[model] for model in models])
    is_planted = np.isin(answers.domain, domains)
    onset = onset_week * 7

    def asked(vendor: Ints, domain: Ints) -> tuple[Ints, Ints, Flags]:
        """Day, item and whether the answer was wrong, of questions put to these vendors."""
        day = rng.integers(0, weeks * 7, len(vendor))
        sizes = np.array([len(rows) for rows in of_domain])
        place = (rng.random(len(vendor)) * sizes[domain]).astype(np.int64)
        item = np.concatenate(of_domain)[np.cumsum(sizes)[domain] - sizes[domain] + place]
        is_swapped = (vendor == 0) & (day >= onset) & is_planted[item]
        return day, item, np.where(is_swapped, answers.wrong[SUBSTITUTE][item], wrong[vendor, item])

    cells = len(vendors) * len(names)
    cell = np.repeat(np.arange(cells), rng.poisson(ratings_per_day * weeks * 7, cells))
    day, item, is_bad = asked(cell // len(names), cell % len(names))
    n = rng.poisson(_EXPOSURES_PER_WEEK * weeks)
    vendor = rng.integers(0, len(vendors), n)
    seen_day, seen_item, is_wrong = asked(vendor, rng.integers(0, len(names), n))
    told = np.flatnonzero(is_wrong & (rng.random(n) < _FLAG_PROBABILITY))
    activity = rng.lognormal(0.0, _ACTIVITY_SD, _CONTRIBUTORS)
    people = rng.choice(_CONTRIBUTORS, len(told), p=activity / activity.sum())
    return DrawnWorld(
        rating_day=START + day,
        rating_vendor=vendors[cell // len(names)],
        rating_model=models[cell // len(names)],
        rating_domain=names[cell % len(names)],
        rating_item=answers.item[item],
        rating_is_bad=is_bad,
        report_day=START + seen_day[told],
        report_vendor=vendors[vendor[told]],
        report_model=models[vendor[told]],
        report_domain=answers.domain[seen_item[told]],
        report_item=answers.item[seen_item[told]],
        report_contributor=np.array([f"c{person:04}" for person in people], dtype=object),
        planted=frozenset((str(vendors[0]), domain) for domain in domains),
        onset=START + onset,
    )


def real_data_rows(*, data: Path, runs: int, seed: int, tell: Tell) -> list[Row]:
    """All that is measured on the real answers and the documented change below the folder `data`."""
    answers = read_answers(data)
    return [
        *substitution_rows(answers, runs=runs, seed=seed, tell=tell),
        *documented_rows(data, tell=tell),
    ]


def substitution_rows(answers: Answers, *, runs: int, seed: int, tell: Tell) -> list[Row]:
    """One domain, all domains, none: which cells are flagged, and whether the vendor is."""
    everywhere = tuple(sorted(set(answers.domain)))
    places = {
        "computer science": ("computer science",),
        "engineering": ("engineering",),
        "everywhere": everywhere,
        "nowhere": (),
    }
    rows = []
    for per_day in _RATINGS_PER_DAY:
        for name, place in places.items():
            found = []
            for run in range(runs):
                world = drawn_world(answers, place, seed=seed + run, ratings_per_day=per_day)
                found.append(_measured(world, everywhere))
                tell(f"drawn worlds, {name}, {per_day:g} a day", run + 1, runs)
            rows += _summed_up(found, f"8B for 70B {name}, {per_day:g} ratings a day and cell")
    return rows


@dataclass(frozen=True)
class _Measured:
    """One world: flags of shape (vendors, domains), e-values of vendors, weeks until found."""

    planted: Flags
    change: Flags
    excess: Flags
    level: Flags
    vendor: Floats
    weeks: float
    report_ratio: float


def _measured(world: DrawnWorld, domains: tuple[str, ...]) -> _Measured:
    vendors = tuple(VENDORS)
    planted = np.array([[(v, d) in world.planted for d in domains] for v in vendors])
    bad, total = _weekly(world, vendors, domains)
    cells = [(v, d) for v in range(len(vendors)) for d in range(len(domains))]

    def flagged(values: list[float]) -> Flags:
        return e_benjamini_hochberg(np.array(values), level=_LEVEL).reshape(planted.shape)

    series = [_change(bad, total, v, d) for v, d in cells]
    return _Measured(
        planted=planted,
        change=flagged([float(one[-1]) for one in series]),
        excess=flagged([_level_excess(bad, total, v, d) for v, d in cells]),
        level=flagged([_level_minimum(bad, total, v, d) for v, d in cells]),
        vendor=np.array([_vendor_evidence(bad, total, v) for v in range(len(vendors))]),
        weeks=_weeks_until_found(series, planted),
        report_ratio=_report_ratio(world),
    )


def _change(bad: Ints, total: Ints, v: int, d: int) -> Floats:
    """A cell now against its past, beyond the vendor's other domains and beyond other vendors."""
    logs = [_interaction(*(_table(x, v, d, o) for x in (bad, total))) for o in _others(v, d, bad)]
    return np.minimum(logs[0], logs[1])


def _interaction(bad: Ints, total: Ints) -> Floats:
    """Evidence on the interaction of a 2 x 2 table after each week."""
    odds_ratios = _CONFIG.rate_odds_ratios
    return two_proportions(interaction_evidence(bad, total, odds_ratios=odds_ratios))


def _two_rates(bad: Ints, total: Ints, bad_other: Ints, total_other: Ints) -> float:
    """Evidence, after the last week, that a rate exceeds its comparator's."""
    weeks = _CONFIG.rate_half_life_days / 7
    odds_ratios = _CONFIG.rate_odds_ratios
    log_e = ratio_evidence(
        bad, total, bad_other, total_other, odds_ratios=odds_ratios, half_life=weeks
    )
    return float(two_proportions(log_e)[-1])


def _weekly(
    world: DrawnWorld, vendors: tuple[str, ...], domains: tuple[str, ...]
) -> tuple[Ints, Ints]:
    """Bad and all ratings, each of shape (weeks, vendors, domains)."""
    place = np.zeros((WEEKS, len(vendors), len(domains)), dtype=np.int64)
    week = (world.rating_day - START).astype(np.int64) // 7
    vendor = np.array([vendors.index(name) for name in world.rating_vendor])
    domain = np.array([domains.index(name) for name in world.rating_domain])
    total, bad = place.copy(), place.copy()
    np.add.at(total, (week, vendor, domain), 1)
    np.add.at(bad, (week, vendor, domain), world.rating_is_bad)
    return bad, total


def _others(v: int, d: int, like: Ints) -> tuple[Floats, Floats]:
    """The two comparators as masks: the vendor's other domains, the domain at other vendors."""
    domains, vendors = np.zeros(like.shape[1:]), np.zeros(like.shape[1:])
    domains[v], vendors[:, d] = 1.0, 1.0
    domains[v, d] = vendors[v, d] = 0.0
    return domains, vendors


def _table(x: Ints, v: int, d: int, other: Floats) -> Ints:
    """Blocks of 2 x 2 counts: now and past, the cell and its comparator."""
    rest = (x * other).sum(axis=(1, 2)).astype(np.int64)
    rows = [np.stack([x[when, v, d], rest[when]], axis=-1) for when in (_NOW, _PAST)]
    table: Ints = np.stack(rows, axis=1)
    return table


def _level_minimum(bad: Ints, total: Ints, v: int, d: int) -> float:
    """Two comparators of today's levels, combined by the minimum; no past is looked at."""
    values = []
    for other in _others(v, d, bad):
        rest = [(x[_NOW] * other).sum(axis=(1, 2)).astype(np.int64) for x in (bad, total)]
        values.append(_two_rates(bad[_NOW, v, d], total[_NOW, v, d], rest[0], rest[1]))
    return float(min(values))


def _level_excess(bad: Ints, total: Ints, v: int, d: int) -> float:
    """Interaction of vendor and domain in today's levels."""
    tables = []
    for x in (bad, total):
        sums = x[ONSET_WEEK:].sum(axis=0)
        row, column = sums[v].sum() - sums[v, d], sums[:, d].sum() - sums[v, d]
        rest = sums.sum() - row - column - sums[v, d]
        tables.append(np.array([[[sums[v, d], row], [column, rest]]], dtype=np.int64))
    return float(_interaction(tables[0], tables[1])[-1])


def _vendor_evidence(bad: Ints, total: Ints, v: int) -> float:
    """A vendor over all its domains against its own past."""
    bads, totals = bad[:, v].sum(axis=1), total[:, v].sum(axis=1)
    return _two_rates(bads[_NOW], totals[_NOW], bads[_PAST], totals[_PAST])


def _weeks_until_found(series: list[Floats], planted: Flags) -> float:
    """Weeks after the onset until the one planted cell's evidence passes the level of all cells."""
    if planted.sum() != 1:
        return math.nan
    evidence = series[int(np.flatnonzero(planted.ravel())[0])]
    passed = np.flatnonzero(evidence >= math.log(planted.size / _LEVEL))
    return float(passed[0] + 1) if len(passed) else math.inf


def _report_ratio(world: DrawnWorld) -> float:
    """Reports about the planted cells after the onset, per report about them before."""
    if not world.planted:
        return math.nan
    cell = zip(world.report_vendor, world.report_domain, strict=True)
    is_planted = np.array([pair in world.planted for pair in cell])
    is_late = world.report_day >= world.onset
    return float((is_planted & is_late).sum() / max(1, (is_planted & ~is_late).sum()))


def _summed_up(found: list[_Measured], world: str) -> list[Row]:
    n_planted = int(found[0].planted.sum())

    def row(measure: str, values: list[float], accept: str = "", peer: str = "") -> Row:
        value, error = float(np.mean(values)), float(np.std(values) / math.sqrt(len(values)))
        is_met = None
        if accept:
            limit = float(accept.split()[1])
            is_met = value + 2 * error >= limit if accept[0] == ">" else value - 2 * error <= limit
        return Row("real answers, drawn", world, measure, value, error, accept, is_met, peer=peer)

    alarm = [one.vendor >= math.log(len(VENDORS) / _LEVEL) for one in found]
    rows = [row("runs that alarm another vendor", [float(a[1:].any()) for a in alarm], "<= .05")]
    if n_planted > 1:
        own = [float(a[0]) for a in alarm]
        rows.append(row("the vendor alarms against its own past", own, ">= .95"))
    # Where all domains are swapped, no cell has a change of its own.
    wrong = [one.change & ~(one.planted & (n_planted == 1)) for one in found]
    rows.append(row("runs that flag a wrong cell", [float(f.any()) for f in wrong], "<= .05"))
    peer = "levels, no past"
    rows.append(
        row("minimum of two: cells flagged", [float(o.level.sum()) for o in found], "", peer)
    )
    rows.append(row("interaction: cells flagged", [float(o.excess.sum()) for o in found], "", peer))
    if n_planted == 1:
        right = [float(one.change[one.planted][0]) for one in found]
        rows.append(row("the planted cell is flagged", right))
        weeks = float(np.median([one.weeks for one in found]))
        measure = "median weeks until it is"
        rows.append(Row("real answers, drawn", world, measure, weeks, math.nan, "", None))
        rows.append(row("reports about it: after per before", [o.report_ratio for o in found]))
    return rows
