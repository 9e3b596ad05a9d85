"""Collusion on SIMULATED worlds: what fakes can frame, what a flood can hide, and what holds them off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from analysis.config import AnalysisConfig
from analysis.disproportionality import Flags, margins
from analysis.evaluate.estimates import share_row
from analysis.evaluate.line_a import Evenings, shape_of
from analysis.evaluate.rows import Row
from analysis.evaluate.simulate import Tell, simulate
from analysis.signals import stands
from analysis.synthetic_reports import Colluders, Planted, ReportWorld, report_world

CONFIG = AnalysisConfig()
HONEST = 3_000
SHARES = (0.002, 0.005, 0.01, 0.02, 0.05)
PILOT_AGED = (0.0, 0.07, 0.37, 0.97, 1.0)
"""Patient, aged fakes in their own words, with everything on."""
MASKING_SHARE = 0.01
"""Share of colluders whose flood must hide nothing."""
WEEKS = 22
START = 7 * 10
"""Day on which the colluders begin: there are ten weeks of ordinary reports before."""
FRESH_DAYS, PATIENT_DAYS = 14, 56


@dataclass(frozen=True)
class Attack:
    """How colluders go about it."""

    name: str
    days: int
    is_fresh: bool
    n_templates: int
    only_trusted: bool = False


ESTABLISHED = "where only established installs count (this version)"
"""Where others can reach an installation, only contributors count whose tags are signed (ADR 30)."""
FRESH = Attack("fresh fakes, unlike texts, if everybody counted", FRESH_DAYS, True, 0)
TEMPLATES = Attack("fresh fakes, five templates, if everybody counted", FRESH_DAYS, True, 5)
AGAINST_FRESH = Attack(
    f"fresh fakes, unlike texts, {ESTABLISHED}", FRESH_DAYS, True, 0, only_trusted=True
)
PATIENT = Attack("patient aged fakes, unlike texts, established", PATIENT_DAYS, False, 0, True)
ATTACKS = (TEMPLATES, FRESH, AGAINST_FRESH, PATIENT)


def innocent_cell(world: ReportWorld, rng: np.random.Generator) -> tuple[int, int]:
    """A cell of an ordinary world, any of them."""
    shape = world.shape
    return int(rng.integers(shape.n_vendors)), int(rng.integers(shape.n_domains))


def framed_world(seed: int, share: float, attack: Attack) -> tuple[ReportWorld, tuple[int, int]]:
    """Honest people, and colluders who each report one innocent cell once."""
    shape = shape_of(HONEST, WEEKS)
    cell = innocent_cell(report_world(shape, seed=seed), np.random.default_rng([seed, 5]))
    group = Colluders(
        n=round(share * HONEST), first_day=START, n_days=attack.days, cells=(cell,),
        is_fresh=attack.is_fresh, n_templates=attack.n_templates,
    )  # fmt: skip
    return report_world(shape, seed=seed, colluders=(group,)), cell


def _flipped(seed: int, *, share: float, attack: Attack) -> tuple[bool, bool, bool]:
    """Whether any cell is ever reported that would not be without them: ours, distinct, raw."""
    world, cell = framed_world(seed, share, attack)
    honest = without_colluders(world)
    last = START + attack.days + 7
    flips = False
    evenings = Evenings(world, only_trusted=attack.only_trusted)
    without = Evenings(honest)
    for day in range(START, last, 3):
        told = evenings.reported(day)
        if told.any() and (told & ~without.reported(day)).any():
            flips = True
            break
    distinct, raw = (_naively_framed(world, cell, last, distinct=d) for d in (True, False))
    return flips, distinct, raw


def without_colluders(world: ReportWorld) -> ReportWorld:
    """The same world, had they not written."""
    kept = world.cause != 2
    columns = ("day", "vendor", "domain", "person", "cause", "cohort", "is_trusted")
    return replace(world, **{name: getattr(world, name)[kept] for name in columns})


def _naively_framed(
    world: ReportWorld, cell: tuple[int, int], last_day: int, *, distinct: bool
) -> bool:
    """Whether the strict rule alone reports the cell from eight weeks of plain counts."""
    chosen = (world.day <= last_day) & (world.day > last_day - 56)
    reports = np.stack([world.vendor, world.domain, world.person])[:, chosen]
    if distinct:
        reports = np.unique(reports, axis=1)
    table = np.zeros((1, world.shape.n_vendors, world.shape.n_domains))
    np.add.at(table[0], (reports[0], reports[1]), 1.0)
    expected = margins(table, np.zeros(table.shape[1:], dtype=np.bool_)).expected
    found: Flags = stands(table[0], expected, CONFIG)
    return bool(found[cell])


def framing_rows(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Share of worlds in which colluders flip the state of any cell, by their share of all people."""
    rows = []
    for attack in ATTACKS:
        pilot = {AGAINST_FRESH: (0.0,) * 5, PATIENT: PILOT_AGED}.get(attack)
        for place, share in enumerate(SHARES):
            one = partial(_flipped, share=share, attack=attack)
            name = f"{attack.name}: {share:.1%} of {HONEST:,}"
            # Nothing may be flipped here: twice as many worlds.
            n_worlds = 2 * runs if attack is AGAINST_FRESH else runs
            found = simulate(one, range(seed, seed + n_worlds), tell=tell, name=name)
            ours, distinct, raw = np.array(found).T
            limit = pilot[place] if pilot else None
            rows.append(
                share_row(
                    "collusion, framing", name, "any state flipped", ours, at_most=limit,
                    accept="" if limit is None else f"at most {limit:.2f}",
                )
            )  # fmt: skip
            if attack is FRESH:
                for peer, hits in (("strict rule, raw counts", raw),
                                   ("strict rule, distinct people", distinct)):  # fmt: skip
                    rows.append(
                        share_row("collusion, framing", name, "cell framed", hits, peer=peer)
                    )
    return rows


# --- masking


def masked_world(seed: int, share: float, *, is_fresh: bool) -> tuple[ReportWorld, Planted]:
    """A planted cell of ratio 10, and a flood about its row and its column that hides it."""
    shape = shape_of(HONEST, WEEKS)
    rng = np.random.default_rng([seed, 9])
    vendor, domain = int(rng.integers(shape.n_vendors)), int(rng.integers(shape.n_domains))
    planted = Planted(vendor, (domain,), 10.0, START, 7 * WEEKS)
    row = tuple((vendor, other) for other in range(shape.n_domains) if other != domain)
    column = tuple((other, domain) for other in range(shape.n_vendors) if other != vendor)
    n, cells = round(share * HONEST), row + column
    flood = Colluders(
        n, START, 7 * WEEKS - START, cells, reports_each=len(cells), is_fresh=is_fresh
    )
    return report_world(shape, seed=seed, planted=(planted,), colluders=(flood,)), planted


def _hidden(seed: int, *, share: float, is_fresh: bool) -> tuple[bool, bool]:
    """Whether the planted cell is never reported: with the flood, and without it."""
    world, planted = masked_world(seed, share, is_fresh=is_fresh)
    cell = planted.vendor, planted.domains[0]
    days = range(START + 6, 7 * WEEKS, 7)
    flooded, ordinary = (
        Evenings(one, only_trusted=is_fresh) for one in (world, without_colluders(world))
    )
    return (
        not any(bool(flooded.reported(day)[cell]) for day in days),
        not any(bool(ordinary.reported(day)[cell]) for day in days),
    )


def masking_rows(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Share of worlds in which a flood about its row and column hides a cell of ratio 10."""
    rows = []
    for share, is_fresh in ((MASKING_SHARE, True), (MASKING_SHARE, False), (0.05, False)):
        who = f"fresh accounts, {ESTABLISHED}" if is_fresh else "patient aged accounts"
        name = (
            f"flood by {who}, {share:.0%} of {HONEST:,} in every other cell of the row and column"
        )
        found = simulate(
            partial(_hidden, share=share, is_fresh=is_fresh),
            range(seed, seed + runs),
            tell=tell,
            name=name,
        )
        flooded, ordinary = np.array(found).T
        rows.append(
            share_row("collusion, masking", name, "planted cell hidden by the flood",
                      flooded & ~ordinary, at_most=0.0 if share == MASKING_SHARE else None,
                      accept="0" if share == MASKING_SHARE else "")
        )  # fmt: skip
        rows.append(
            share_row("collusion, masking", name, "not noticed without a flood either", ordinary)
        )
    return rows
