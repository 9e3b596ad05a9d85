"""TreeMineR: the tree-based scan of simulated diagnoses on ICD-10, before any randomisation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from analysis.scan import poisson_log_ratio
from benchmarks.of_golden.comparison import EXACT, Comparison, rounding
from benchmarks.of_golden.tables import rows

EXPOSED_SHARE = 1 / 11
Counts = dict[str, tuple[int, int]]


def compare_all(folder: Path, published: dict[str, Any], compare: Comparison) -> None:
    supplied = rows(folder / "treeminer_node_counts.csv.gz")
    counts: Counts = {row["cut"]: (int(row["n1"]), int(row["n0"])) for row in supplied}
    compare.same("nodes whose counts are those supplied", _count(folder) == counts, True)
    exposed, others = np.array(list(counts.values()), dtype=np.float64).T
    # Given both counts the share is binomial, which is what the Poisson ratio is given the total.
    ratio = poisson_log_ratio(exposed, (exposed + others) * EXPOSED_SHARE, exposed + others)
    worst = float(np.abs(ratio - np.array([float(row["llr"]) for row in supplied])).max())
    compare.number(f"largest difference in {len(counts):,} ratios", worst, 0.0, within=1e-6)
    names = list(counts)
    highest = np.argsort(-ratio, kind="stable")
    for rank, (node, n_exposed, n_others, llr) in enumerate(
        published["treeminer_snapshot(p=1/11)"]
    ):
        i = highest[rank]
        name = f"rank {rank + 1}"
        compare.same(name, names[i], node)
        compare.number(f"{name}, exposed", exposed[i], n_exposed, within=EXACT)
        compare.number(f"{name}, not exposed", others[i], n_others, within=EXACT)
        compare.number(f"{name}, LLR", ratio[i], llr, within=rounding(6))


def _count(folder: Path) -> Counts:
    """Exposed and unexposed people per node, as the package counts them.

    A person counts once per node. Ids 1 to 1,000 stand for two people, one exposed and one not; the
    package takes them for one, and for a node that both have it counts whichever of the two comes
    first in the order of the codes of their diagnoses.
    """
    line = {
        path[-1]: path
        for path in (
            row["pathString"].split("/") for row in rows(folder / "treeminer_icd10_tree.csv.gz")
        )
    }
    diagnoses = sorted(rows(folder / "treeminer_diagnoses.csv.gz"), key=lambda row: row["leaf"])
    people: dict[tuple[str, str], list[str]] = {}
    for row in diagnoses:
        people.setdefault((row["id"], row["exposed"]), []).append(row["leaf"])
    seen: set[tuple[str, str]] = set()
    counts: dict[str, list[int]] = {}
    for (person, exposed), codes in people.items():
        for node in {node for code in codes for node in line[code]}:
            if (person, node) not in seen:
                seen.add((person, node))
                counts.setdefault(node, [0, 0])[0 if float(exposed) else 1] += 1
    return {node: (n1, n0) for node, (n1, n0) in counts.items()}
