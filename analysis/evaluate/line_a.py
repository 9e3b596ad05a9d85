"""Line A on SIMULATED worlds of reports: false alarms, power and delay beside naive rules and oracles.

How delays are compared. All keep one limit of false alarms, `BUDGET` per cell and year. Plumbline is
held to it in null worlds with storms. The oracle knows the cell, every rate, the size of the effect
and *the day it begins*: it tests once, so it alarms with at most that probability if nothing begins
on that day (Wald). A screen is not told when to begin and has to keep the limit on every day of the
year. What this alone costs is shown by a third rule, a CUSUM that knows all that the oracle knows
except the day: no rule that is not told the day is faster in the worst case (Moustakides 1986), so
the delay as a multiple of the CUSUM's says how much any other screen could still gain.

The oracles count reports; Plumbline counts people, of whom a crowd with heavy reporters has fewer.
None speaks below the floor of contributors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from analysis.config import AnalysisConfig
from analysis.disproportionality import Flags, proportional_reporting_ratio
from analysis.evaluate.estimates import mean_row, share_row
from analysis.evaluate.oracles import cusum_after, oracle_after
from analysis.evaluate.rows import Row
from analysis.evaluate.simulate import Tell, simulate
from analysis.records import Floats, Ints
from analysis.signals import screen
from analysis.synthetic_reports import Planted, ReportShape, ReportWorld, Storm, report_world
from analysis.windows import Counter

CONFIG = AnalysisConfig()
SIZES = {1_000: 140.0, 3_000: 415.0, 10_000: 1_400.0}
"""Reports a week of so many contributors: the pilots' sizes."""
RATIOS = (2.0, 3.0, 5.0, 10.0)
PILOT_NOTICED = {
    3_000: (0.0, 0.21, 0.71, 0.96),
    10_000: (0.50, 0.92, 1.0, 1.0),
}
"""Share noticed within 14 weeks in the pilots, by ratio (docs/method.md)."""
WATCHED_WEEKS = 14
WARM_WEEKS = 9
MONTH_DAYS = 365.25 / 12
BUDGET = 0.1 * 12 / 240
"""False findings allowed per cell and year: 0.1 a month over 240 cells."""
LOOSE_BUDGET = 1 / 60
"""The other limit in use, 1 false finding per 60 cells and year: an oracle that may use it is faster."""


def shape_of(contributors: int, n_weeks: int) -> ReportShape:
    """The pilots' world of so many contributors."""
    return ReportShape(contributors, SIZES[contributors], n_weeks)


class Evenings:
    """Runs on the evenings of one world, as stateless as in life: each sees the reports so far.

    Parameters
    ----------
    world : ReportWorld
    only_trusted : bool
        Whether new installs are left out.
    vendor : ndarray of shape (n_vendors,), dtype=int64, optional
        A code for each model's vendor; by default each has its own.
    """

    def __init__(
        self, world: ReportWorld, *, only_trusted: bool = False, vendor: Ints | None = None
    ) -> None:
        self._shape = world.shape.n_vendors, world.shape.n_domains
        rows = world.rows(only_trusted=only_trusted)
        vendor = np.arange(world.shape.n_vendors) if vendor is None else vendor
        self._counter = Counter(rows, rows, world.shape.n_domains, vendor, CONFIG)

    def reported(self, day: int) -> Flags:
        """Cells that the run on that day's evening reports; shape (n_vendors, n_domains)."""
        windows = [self._counter.window(start, day) for start in self._counter.starts(day)]
        everywhere = np.ones(self._shape, dtype=np.bool_)
        verdicts = screen(windows, [everywhere] * len(windows), [0] * len(windows), CONFIG)
        found: Flags = np.logical_or.reduce([verdict.is_reported for verdict in verdicts])
        return found


def noticed_after(
    world: ReportWorld,
    cell: tuple[int, int],
    first_day: int,
    last_day: int,
    *,
    vendor: Ints | None = None,
) -> int:
    """Days from the start until a run every evening reports the cell; 0: not by the last day."""
    evenings = Evenings(world, vendor=vendor)
    for day in range(first_day, last_day + 1):
        if evenings.reported(day)[cell]:
            return day - first_day + 1
    return 0


# --- false alarms


@dataclass(frozen=True)
class Alarms:
    """New false cells of one world under each rule, and how long it was watched."""

    days: int
    ours: int
    naive: dict[str, int]


def null_world(contributors: int, seed: int) -> ReportWorld:
    """Nothing planted; one vendor in the news for two weeks, and one domain."""
    rng = np.random.default_rng([seed, contributors])
    shape = shape_of(contributors, 26)
    start = rng.integers(7 * WARM_WEEKS, 7 * 23, size=2)
    storms = (
        Storm(4.0, int(start[0]), 14, vendor=int(rng.integers(shape.n_vendors))),
        Storm(3.0, int(start[1]), 14, domain=int(rng.integers(shape.n_domains))),
    )
    return report_world(shape, seed=(seed, contributors), storms=storms)


def _alarms(seed: int, *, contributors: int) -> Alarms:
    world = null_world(contributors, seed)
    first = 7 * WARM_WEEKS
    ours = ever_reported(Evenings(world), first, world.n_days)
    return Alarms(world.n_days - first, int(ours.sum()), naive_alarms(world, first))


def ever_reported(evenings: Evenings, first_day: int, end_day: int) -> Flags:
    """Cells that the run of any evening reports, up to the one before the last day."""
    found: Flags = np.logical_or.reduce(
        [evenings.reported(day) for day in range(first_day, end_day)]
    )
    return found


def naive_alarms(world: ReportWorld, first_day: int) -> dict[str, int]:
    """Cells that rules in use would ever have raised, looking once a week from that day on."""
    shape = (world.shape.n_vendors, world.shape.n_domains)
    weekly = np.zeros((world.shape.n_weeks, *shape))
    np.add.at(weekly, (world.day // 7, world.vendor, world.domain), 1.0)
    found = {name: np.zeros(shape, dtype=np.bool_) for name in NAIVE}
    for week in range(first_day // 7, world.shape.n_weeks):
        past, now = weekly[week - 8 : week], weekly[week - 7 : week + 1].sum(axis=0)
        for name, rule in NAIVE.items():
            found[name] |= rule(past, weekly[week], now)
    return {name: int(flags.sum()) for name, flags in found.items()}


def _two_sigma(past: Floats, week: Floats, _: Floats) -> Flags:
    spread = past.std(axis=0, ddof=1)
    flags: Flags = (week > past.mean(axis=0) + 2 * spread) & (week >= 3)
    return flags


def _plain_prr(_: Floats, __: Floats, now: Floats) -> Flags:
    flags: Flags = (proportional_reporting_ratio(now) > 2) & (now >= 3)
    return flags


def _raw_count(_: Floats, week: Floats, __: Floats) -> Flags:
    flags: Flags = week >= 20
    return flags


NAIVE = {
    "2-sigma on weekly counts": _two_sigma,
    "PRR > 2 of 3 reports": _plain_prr,
    "20 reports in a week": _raw_count,
}


def false_alarm_rows(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """New false cells per month and 240 cells, with a run every evening."""
    rows = []
    for contributors in (3_000, 10_000):
        name = f"null world, storms, {contributors:,} contributors"
        seeds = range(seed, seed + runs)
        found = simulate(partial(_alarms, contributors=contributors), seeds, tell=tell, name=name)
        months = np.array([alarms.days / MONTH_DAYS for alarms in found])
        per_month = np.array([alarms.ours for alarms in found]) / months
        rows.append(
            mean_row("false alarms, line A", name, "new false cells a month, of 240", per_month,
                     accept="at most 0.1", limit=0.1)
        )  # fmt: skip
        for rule in NAIVE:
            naive = np.array([alarms.naive[rule] for alarms in found]) / months
            rows.append(
                mean_row("false alarms, line A", name, "new false cells a month, of 240", naive,
                         peer=rule)
            )  # fmt: skip
    return rows


# --- power and delay


@dataclass(frozen=True)
class Noticed:
    """Days until an episode was noticed, by whom; 0: not within the weeks watched."""

    ours: int
    oracle: int
    loose_oracle: int
    bound_oracle: int
    cusum: int


def episode_world(
    seed: int, contributors: int, ratio: float, exposed: float = 1.0
) -> tuple[ReportWorld, Planted]:
    """One cell, drawn at random, gets worse on a day of the tenth week and stays so."""
    shape = shape_of(contributors, WARM_WEEKS + 1 + WATCHED_WEEKS)
    rng = np.random.default_rng([seed, contributors, 17])
    first = 7 * WARM_WEEKS + int(rng.integers(7))
    planted = Planted(
        vendor=int(rng.integers(shape.n_vendors)),
        domains=(int(rng.integers(shape.n_domains)),),
        ratio=ratio,
        first_day=first,
        end_day=7 * shape.n_weeks,
        exposed_share=exposed,
    )
    return report_world(shape, seed=(seed, contributors), planted=(planted,)), planted


def _notice(seed: int, *, contributors: int, ratio: float, exposed: float) -> Noticed:
    world, planted = episode_world(seed, contributors, ratio, exposed)
    cell = planted.vendor, planted.domains[0]
    last = planted.first_day + 7 * WATCHED_WEEKS - 1
    return Noticed(
        noticed_after(world, cell, planted.first_day, last),
        oracle_after(world, planted, BUDGET),
        oracle_after(world, planted, LOOSE_BUDGET),
        oracle_after(world, planted, BUDGET, knows_volume=False),
        cusum_after(world, planted, BUDGET),
    )


def power_rows(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Share noticed within 14 weeks and days until then, by size of the crowd and of the effect."""
    rows = []
    for contributors in SIZES:
        for place, ratio in enumerate(RATIOS):
            name = f"{contributors:,} contributors, rate ratio {ratio:g}"
            found = _all_noticed(contributors, ratio, 1.0, runs=runs, seed=seed, tell=tell)
            pilot = PILOT_NOTICED.get(contributors)
            rows.append(_noticed_row(name, found, pilot[place] if pilot else None))
            rows += _delay_rows(name, found, is_judged=contributors == 10_000 and ratio >= 3)
    for exposed, pilot_share in ((0.1, 0.0), (0.3, 0.21)):
        name = f"3,000 contributors, rate ratio 10 for {exposed:.0%} of them"
        found = _all_noticed(3_000, 10.0, exposed, runs=runs, seed=seed, tell=tell)
        rows.append(_noticed_row(name, found, pilot_share))
    return rows


def _all_noticed(
    contributors: int, ratio: float, exposed: float, *, runs: int, seed: int, tell: Tell
) -> list[Noticed]:
    one = partial(_notice, contributors=contributors, ratio=ratio, exposed=exposed)
    name = f"episodes of ratio {ratio:g} among {contributors:,}"
    return simulate(one, range(seed, seed + runs), tell=tell, name=name)


def _noticed_row(name: str, found: Sequence[Noticed], pilot: float | None) -> Row:
    hits = np.array([noticed.ours > 0 for noticed in found])
    accept = "" if pilot is None else f"at least the pilot's {pilot:.2f}"
    return share_row("power, line A", name, "noticed within 14 weeks", hits,
                     accept=accept, at_least=pilot)  # fmt: skip


def _delay_rows(name: str, found: Sequence[Noticed], *, is_judged: bool) -> list[Row]:
    days = {
        field: median_days([getattr(noticed, field) for noticed in found])
        for field in ("ours", "oracle", "loose_oracle", "bound_oracle", "cusum")
    }
    nan = float("nan")
    rows = [Row("delay, line A", name, "median days", days["ours"], nan, "", None)]
    for field, peer in _REFERENCES.items():
        rows.append(
            Row("delay, line A", name, "median days", days[field], nan, "", None, peer=peer)
        )
    for field, peer in _REFERENCES.items():
        ratio = days["ours"] / days[field]
        judged = is_judged and field == "oracle"
        rows.append(
            Row("delay, line A", name, f"times the median of the {peer}", ratio, nan,
                "at most 2.0" if judged else "", bool(ratio <= 2.0) if judged else None)
        )  # fmt: skip
    return rows


_REFERENCES = {
    "oracle": "oracle",
    "loose_oracle": "oracle with 1 false alarm per 60 cells and year",
    "bound_oracle": "oracle without the day's volume",
    "cusum": "CUSUM that knows all but the start",
}


def median_days(days: Sequence[int]) -> float:
    """Median of the days until something was noticed; what was not counts as never (infinite)."""
    return float(np.median(np.where(np.array(days) > 0, days, np.inf)))
