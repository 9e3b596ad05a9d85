"""The tree-and-time scan on SIMULATED worlds: how often it is wrong, and whether it finds the place."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from analysis.config import AnalysisConfig
from analysis.evaluate.estimates import share_row
from analysis.evaluate.line_a import shape_of
from analysis.evaluate.rows import Row
from analysis.evaluate.simulate import Tell, simulate
from analysis.scan import ScanUnits, scan
from analysis.synthetic_evidence import domain_tree
from analysis.synthetic_reports import Planted, report_world
from analysis.tree import Tree, tree_of

CONFIG = replace(AnalysisConfig(), scan_rounds=1)
N_WEEKS, RAISED_WEEKS = 12, 8
CONTRIBUTORS, RATIO = 3_000, 5.0
NULL_TOLERANCE = 0.02


def _scanned(seed: int, *, ratio: float) -> tuple[bool, bool]:
    """Whether something is significant, and whether it is the planted vendor in its planted leaves."""
    shape = shape_of(CONTRIBUTORS, N_WEEKS)
    tree = tree_of(domain_tree(shape.n_domains))
    rng = np.random.default_rng([seed, 23])
    vendor, family = int(rng.integers(shape.n_vendors)), int(rng.integers(shape.n_domains // 5))
    leaves = tuple(int(5 * family + leaf) for leaf in rng.choice(5, 3, replace=False))
    planted = Planted(vendor, leaves, ratio, 7 * (N_WEEKS - RAISED_WEEKS), 7 * N_WEEKS)
    rows = report_world(shape, seed=seed, planted=(planted,)).rows()
    units = ScanUnits(rows.contributor, rows.model, rows.domain, N_WEEKS - 1 - rows.week)
    names = tuple(f"vendor-{n}" for n in range(shape.n_vendors))
    found = scan(units, names, tree, CONFIG, seed=seed)
    if not found or found[0].p_value > CONFIG.scan_level:
        return False, False
    here = _nodes(tree, leaves)
    return True, found[0].model == names[vendor] and found[0].domain in here


def _nodes(tree: Tree, leaves: tuple[int, ...]) -> set[str]:
    """The planted leaves and what is above them."""
    return {tree.nodes[node] for leaf in leaves for node in tree.node[leaf]}


def scan_rows(*, runs: int, seed: int, tell: Tell) -> list[Row]:
    """Rejections without anything planted, and location of a rate ratio of 5 in three leaves."""
    name = f"null world, {CONTRIBUTORS:,} contributors"
    null = simulate(
        partial(_scanned, ratio=1.0), range(seed, seed + 5 * runs), tell=tell, name=name
    )
    rejected = share_row("scan", name, "p <= .05", np.array([one[0] for one in null]),
                         accept=".05 +- .02")  # fmt: skip
    off = abs(rejected.value - CONFIG.scan_level)
    is_met = off <= NULL_TOLERANCE + 2 * rejected.error
    name = f"rate ratio {RATIO:g} in three sibling leaves, eight weeks"
    found = simulate(partial(_scanned, ratio=RATIO), range(seed, seed + runs), tell=tell, name=name)
    located = share_row("scan", name, "right vendor and place", np.array([one[1] for one in found]),
                        accept="at least .8", at_least=0.8)  # fmt: skip
    return [replace(rejected, is_met=bool(is_met)), located]
