"""python -m benchmarks.statistics [--sizes 10000 100000 1000000]: time and memory of a run's statistics.

SIMULATED: 5 vendors, 60 leaves in 12 families, 104 weeks; three ratings for each report. From counted
evidence to states: windows, screen, scan with its permutations, ratings, events, quiet cells. Texts,
vectors and clusters are not part of it: see benchmarks.scale. Each size runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np

from analysis.config import AnalysisConfig
from analysis.judgement import judge
from analysis.records import CountedEvidence
from analysis.synthetic_evidence import evidence_of, ratings_of
from analysis.synthetic_reports import Planted, ReportShape, report_world

SIZES = (10_000, 100_000, 1_000_000)
N_WEEKS, N_VENDORS, N_LEAVES = 104, 5, 60
AS_OF = date(2026, 11, 1)
LIMIT_SECONDS, LIMIT_MIB = 60.0, 2048.0
SEED = 1


def world_of(n_reports: int) -> CountedEvidence:
    """A SIMULATED world with one episode, and three ratings for each report."""
    shape = ReportShape(
        n_contributors=max(500, n_reports // 15), reports_per_week=n_reports / N_WEEKS,
        n_weeks=N_WEEKS, n_vendors=N_VENDORS, n_domains=N_LEAVES,
    )  # fmt: skip
    world = report_world(shape, seed=SEED, planted=(Planted(2, (7,), 5.0, 7 * 60, 7 * 80),))
    rng = np.random.default_rng([SEED, 2])
    cells = (7 * N_WEEKS, N_VENDORS, N_LEAVES)
    total = rng.poisson(3 * n_reports / np.prod(cells), cells)
    # Simulated, and named after real ones: what is reported is what the screen takes time for.
    ratings = ratings_of(rng.binomial(total, 0.1), total, last_day=AS_OF)
    ratings = replace(ratings, provenance=np.full(len(ratings), "rating", dtype=object))
    return evidence_of(world, ratings, last_day=AS_OF, provenance="report")


def memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(size: int) -> dict[str, float]:
    """Seconds of the whole judgement and of its steps, and the memory that it added."""
    evidence = world_of(size)
    before = memory_mib()
    marks: list[tuple[str, float]] = []
    start = time.perf_counter()
    found = judge(
        evidence, AnalysisConfig(), seed=SEED,
        progress=lambda stage, done, total: marks.append((stage, time.perf_counter())),
    )  # fmt: skip
    seconds = time.perf_counter() - start
    steps = {stage: round(after - at, 2) for (stage, at), (_, after) in pairwise(marks)}
    return {
        "reports": len(evidence), "seconds": seconds, "before_mib": before, "peak_mib": memory_mib(),
        "findings": len(found.findings), "cells": len(found.cells), **steps,
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", help="not used")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--one", type=int, help="one size in this process, as JSON")
    options = parser.parse_args()
    if options.one:
        sys.stdout.write(json.dumps(measure(options.one)) + "\n")
        return 0
    last: dict[str, float] = {}
    for size in options.sizes:
        command = [sys.executable, "-m", "benchmarks.statistics", "--one", str(size)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        sys.stdout.write(
            f"{found['reports']:>9,} reports: {found['seconds']:6.1f} s, peak {found['peak_mib']:,.0f} "
            f"MiB ({found['before_mib']:,.0f} before); "
            + ", ".join(f"{k} {found[k]:.1f} s" for k in ("counts", "ratings", "scan", "states"))
        )
        if last:
            n, m = found["reports"], last["reports"]
            growth = (found["seconds"] / last["seconds"]) / (n * np.log(n) / (m * np.log(m)))
            sys.stdout.write(f"; {growth:.2f} of n log n since the size before")
        sys.stdout.write("\n")
        last = found
    is_met = last["seconds"] <= LIMIT_SECONDS and last["peak_mib"] <= LIMIT_MIB
    sys.stdout.write(f"limit {LIMIT_SECONDS:.0f} s and {LIMIT_MIB:,.0f} MiB at the largest: ")
    sys.stdout.write("met\n" if is_met else "NOT met\n")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
