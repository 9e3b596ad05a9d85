"""Several models of one vendor, on SIMULATED worlds: price and gain of a comparison with others alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from analysis.evaluate.estimates import mean_row, share_row
from analysis.evaluate.line_a import (
    MONTH_DAYS,
    WARM_WEEKS,
    WATCHED_WEEKS,
    Evenings,
    ever_reported,
    median_days,
    noticed_after,
    null_world,
    shape_of,
)
from analysis.evaluate.rows import Row
from analysis.evaluate.simulate import Tell, simulate
from analysis.records import Ints
from analysis.synthetic_reports import Planted, ReportWorld, report_world

CONTRIBUTORS = 10_000
FAMILY = 4
"""Of six models so many are one vendor's; the others are of a vendor each."""
ABOUT = "models of one vendor"
PEER = "compared with its vendor's other models too"


@dataclass(frozen=True)
class Noticed:
    """Days until a model of the family was noticed; 0: not within the weeks watched."""

    ours: int
    peer: int


def family_world(seed: int, ratio: float, n_worse: int) -> tuple[ReportWorld, Planted, Ints]:
    """So many models of one vendor get worse in one subject; the first of them, and who is whose."""
    shape = shape_of(CONTRIBUTORS, WARM_WEEKS + 1 + WATCHED_WEEKS)
    rng = np.random.default_rng([seed, 37])
    first = 7 * WARM_WEEKS + int(rng.integers(7))
    domain = int(rng.integers(shape.n_domains))
    family = rng.permutation(shape.n_vendors)[:FAMILY]
    planted = tuple(
        Planted(int(model), (domain,), ratio, first, 7 * shape.n_weeks)
        for model in family[:n_worse]
    )
    world = report_world(shape, seed=(seed, CONTRIBUTORS, 37), planted=planted)
    return world, planted[0], _vendors(shape.n_vendors, family)


def _vendors(n_models: int, family: Ints) -> Ints:
    """A code for each model's vendor."""
    vendor = np.arange(n_models)
    vendor[family] = family[0]
    return vendor


def _false_cells_a_month(seed: int) -> float:
    """Of a world in which nothing is planted, stories about a model and a subject included."""
    world = null_world(CONTRIBUTORS, seed)
    first = 7 * WARM_WEEKS
    vendor = _vendors(world.shape.n_vendors, np.arange(FAMILY))
    false = ever_reported(Evenings(world, vendor=vendor), first, world.n_days)
    return float(false.sum()) / ((world.n_days - first) / MONTH_DAYS)


def _notice(seed: int, *, ratio: float, n_worse: int) -> Noticed:
    world, planted, vendor = family_world(seed, ratio, n_worse)
    cell = planted.vendor, planted.domains[0]
    days = planted.first_day, planted.first_day + 7 * WATCHED_WEEKS - 1
    return Noticed(
        noticed_after(world, cell, *days, vendor=vendor), noticed_after(world, cell, *days)
    )


def sibling_rows(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Nothing gets worse, one model of four of its vendor does, or all four do."""
    seeds = range(seed, seed + runs)
    name = f"null world, storms, {CONTRIBUTORS:,} contributors, four of six models one vendor's"
    false = np.array(simulate(_false_cells_a_month, seeds, tell=tell, name=name))
    rows = [mean_row(ABOUT, name, "new false cells a month, of 240", false,
                     accept="at most 0.1", limit=0.1)]  # fmt: skip
    for n_worse, who in ((1, "one of its vendor's four models"), (FAMILY, "all four of a vendor")):
        for ratio in (3.0, 10.0):
            name = f"{CONTRIBUTORS:,} contributors, rate ratio {ratio:g} in {who}"
            one = partial(_notice, ratio=ratio, n_worse=n_worse)
            found = simulate(one, seeds, tell=tell, name=name)
            rows += _both(name, [noticed.ours for noticed in found], "")
            rows += _both(name, [noticed.peer for noticed in found], PEER)
    return rows


def _both(name: str, days: Sequence[int], peer: str) -> list[Row]:
    return [
        share_row(ABOUT, name, "noticed within 14 weeks", np.array(days) > 0, peer=peer),
        Row(ABOUT, name, "median days", median_days(days), float("nan"), "", None, peer=peer),
    ]
