"""pvda 0.0.4: information components, reporting ratios and the table of its simulated reports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import gamma

from analysis.disproportionality import (
    information_component,
    information_component_quantile,
    proportional_reporting_interval,
    reporting_odds_ratio,
)
from benchmarks.of_golden.comparison import EXACT, Comparison, rounding
from benchmarks.of_golden.tables import Pairs, count_pairs, rows

BOUNDS = (".025", "middle", ".975")
IC = tuple(f"IC {bound}" for bound in BOUNDS)


def _information(observed: float, expected: float) -> tuple[float, float, float]:
    low, high = (information_component_quantile(observed, expected, q) for q in (0.025, 0.975))
    return float(low), float(information_component(observed, expected)), float(high)


def compare_all(folder: Path, published: dict[str, Any], compare: Comparison) -> None:
    for label, ours, theirs, digits in zip(
        BOUNDS, _information(10, 5), published["ic(10,5)"], (4, 3, 2), strict=True
    ):
        compare.number(f"IC(10, 5), {label}", ours, theirs, within=rounding(digits))
    # The formula that the source names in place of numbers.
    low, high = (float(np.log2(gamma.ppf(q, 1.5, scale=1 / 1.5))) for q in (0.025, 0.975))
    theirs = (low, 0.0, high)
    compare.numbers("IC(1, 1)", BOUNDS, _information(1, 1), theirs, within=1e-9)
    least = int(np.argmax(information_component_quantile(np.arange(10.0), 0.0, 0.025) > 0))
    compare.dispute(
        "smallest count whose IC .025 can lie above 0",
        least,
        published["note"],
        "for 3 where none is expected it is log2(gamma.ppf(.025, 3.5) / .5) = log2(.845 / .5) = .76",
    )
    prr = tuple(float(x) for x in proportional_reporting_interval(10, 1_000, 200, 10_000))
    theirs = published["prr(obs=10,n_drug=1000,n_event_prr=200,n_tot_prr=10000)"]
    compare.numbers("PRR of 10, 1,000, 200, 10,000", BOUNDS, prr, theirs, within=rounding(3))
    ror = tuple(float(x) for x in reporting_odds_ratio(10, 20, 200, 10_000))
    compare.numbers(
        "ROR(10, 20, 200, 10,000)",
        BOUNDS,
        ror,
        published["ror(10,20,200,10000)"],
        within=rounding(1),
    )
    reports = rows(folder / "pvda_drug_event_df.csv.gz")
    _whole(reports, published, compare)
    _by_group(reports, published, compare)


def _count(reports: list[dict[str, str]]) -> Pairs:
    return count_pairs((row["report_id"], row["drug"], row["event"]) for row in reports)


def _whole(reports: list[dict[str, str]], published: dict[str, Any], compare: Comparison) -> None:
    pairs = _count(reports)
    compare.number("pairs", len(pairs.names), published["da(drug_event_df) rows"], within=EXACT)
    drug, event, observed, expected, *ic = published["top"]
    low = information_component_quantile(pairs.observed, pairs.expected, 0.025)
    top = int(low.argmax())
    compare.same("highest lower bound", pairs.names[top], (drug, event))
    compare.number("  observed", pairs.observed[top], observed, within=EXACT)
    compare.number("  expected", pairs.expected[top], expected, within=rounding(1))
    found = _information(pairs.observed[top], pairs.expected[top])
    compare.numbers(" ", IC, found, tuple(ic), within=rounding(2))


def _by_group(
    reports: list[dict[str, str]], published: dict[str, Any], compare: Comparison
) -> None:
    """Each group as a table of its own."""
    groups = {
        group: _count([row for row in reports if float(row["group"]) == group])
        for group in sorted({float(row["group"]) for row in reports})
    }
    n_rows = sum(len(pairs.names) for pairs in groups.values())
    compare.number("pairs by group", n_rows, published["grouped rows"], within=EXACT)
    columns = "grouped(drug,event,group,obs,exp,ic025,ic,ic975,exp_prr,prr025,prr)"
    for drug, event, group, observed, expected, *ic, prr_expected, prr_low, prr in published[
        columns
    ]:
        pairs = groups[float(group)]
        i = pairs.names.index((drug, event))
        name = f"{drug} / {event} in group {group}"
        n, others = pairs.observed[i], pairs.total - pairs.product[i]
        compare.number(f"{name}, observed", n, observed, within=EXACT)
        compare.number(f"{name}, expected", pairs.expected[i], expected, within=rounding(1))
        compare.numbers(name, IC, _information(n, pairs.expected[i]), tuple(ic), within=rounding(2))
        low, ratio, _ = proportional_reporting_interval(
            n, pairs.product[i], pairs.elsewhere[i], others
        )
        compare.number(
            f"{name}, expected of PRR", n / float(ratio), prr_expected, within=rounding(1)
        )
        compare.number(f"{name}, PRR .025", float(low), prr_low, within=rounding(2))
        compare.number(f"{name}, PRR", float(ratio), prr, within=rounding(2))
