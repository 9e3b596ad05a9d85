"""python -m benchmarks.golden DATA: the formulas of line A against published numbers.

DATA is a folder that holds `golden_pv` (openEBGM 0.9.1 on FDA CAERS, pvda 0.0.4). Ends with an error
where a number does not come out.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from analysis.disproportionality import information_component, information_component_quantile
from analysis.ebgm import GammaMixture, fit_gamma_mixture

Pair = tuple[str, str]


class Comparison:
    """Prints each number beside the published one, and remembers what did not come out."""

    def __init__(self) -> None:
        self.failures = 0

    def number(self, name: str, found: float, published: float, *, tolerance: float) -> None:
        agrees = abs(found - published) <= tolerance
        self.failures += not agrees
        verdict = "ok  " if agrees else "FAIL"
        sys.stdout.write(f"{verdict} {name}: {found:.8g}, published {published:.8g}\n")


def counts(path: Path) -> tuple[list[Pair], np.ndarray, np.ndarray, int]:
    """Pairs, reports of each, reports expected of each, all reports."""
    pairs: dict[Pair, set[str]] = defaultdict(set)
    products: dict[str, set[str]] = defaultdict(set)
    events: dict[str, set[str]] = defaultdict(set)
    everyone = set()
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            pairs[row["var1"], row["var2"]].add(row["id"])
            products[row["var1"]].add(row["id"])
            events[row["var2"]].add(row["id"])
            everyone.add(row["id"])
    names = sorted(pairs)
    observed = np.array([len(pairs[name]) for name in names], dtype=np.float64)
    margin = np.array([len(products[a]) * len(events[b]) for a, b in names], dtype=np.float64)
    return names, observed, margin / len(everyone), len(everyone)


def shrinker(folder: Path, published: dict[str, Any], compare: Comparison) -> None:
    """The prior fitted to all pairs, and the scores that the published prior gives."""
    names, observed, expected, n_reports = counts(folder / "caers.csv.gz")
    compare.number("reports", n_reports, published["n_reports"], tolerance=0)
    compare.number("pairs", len(names), published["n_pairs"], tolerance=0)
    fitted = fit_gamma_mixture(observed, expected)
    theta = (fitted.shape_1, fitted.rate_1, fitted.shape_2, fitted.rate_2, fitted.share)
    for i, (ours, theirs) in enumerate(
        zip(theta, published["theta_full_data_nlminb"], strict=True), start=1
    ):
        compare.number(f"theta {i}", ours, theirs, tolerance=5e-5)
    prior = GammaMixture(*published["theta_used_for_scores"])
    low, high = (prior.quantile(observed, expected, q) for q in (0.05, 0.95))
    mean = prior.geometric_mean(observed, expected)
    # The publisher finds quantiles to within .01, and rounds scores to two digits before it counts them.
    n_low, n_mean = int((low.round(2) >= 2).sum()), int((mean.round(2) > 3).sum())
    compare.number("pairs with EB05 >= 2", n_low, published["n_QUANT05_ge_2"], tolerance=0)
    compare.number("pairs with EBGM > 3", n_mean, published["n_EBGM_gt_3"], tolerance=0)
    place = {name: i for i, name in enumerate(names)}
    top = published["top5_by_QUANT05(var1,var2,N,E,Q05,EBGM,Q95)"]
    highest = np.argsort(-low, kind="stable")[: len(top)]
    for rank, (product, event, *numbers) in enumerate(top):
        i = place[product, event]
        compare.number(
            f"rank {rank + 1} by EB05 is {product} / {event}", highest[rank], i, tolerance=0
        )
        scores = (observed[i], expected[i], low[i], mean[i], high[i])
        for label, ours, theirs in zip(
            ("N", "E", "EB05", "EBGM", "EB95"), scores, numbers, strict=True
        ):
            compare.number(f"  {label}", float(ours), theirs, tolerance=0.01)


def information(published: dict[str, Any], compare: Comparison) -> None:
    """The information component of 10 where 5 were expected."""
    low, middle, high = published["ic(10,5)"]
    found = [float(information_component_quantile(10, 5, q)) for q in (0.025, 0.975)]
    compare.number("IC(10, 5) at .025", found[0], low, tolerance=5e-5)
    compare.number("IC(10, 5)", float(information_component(10, 5)), middle, tolerance=5e-4)
    compare.number("IC(10, 5) at .975", found[1], high, tolerance=5e-3)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder that holds golden_pv", nargs="?")
    data = parser.parse_args().data
    if data is None:
        sys.exit(__doc__)
    folder = data / "golden_pv"
    if not folder.is_dir():
        parser.error(f"{folder} is not there; DATA must hold golden_pv")
    published = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    compare = Comparison()
    shrinker(folder, published["openEBGM_0.9.1_vignettes"], compare)
    information(published["pvda_0.0.4_vignette"], compare)
    sys.stdout.write(f"{compare.failures} numbers did not come out\n")
    return 1 if compare.failures else 0


if __name__ == "__main__":
    sys.exit(main())
