"""python -m benchmarks.scale [--sizes 1000 10000 ...]: clustering time and memory as reports grow.

The vectors are SIMULATED: 7 domains of unequal size, 40 themes of 5 variants in each, spread as wide
as real prompts. Embeddings are given; every size runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from analysis.clustering import DomainPart, cluster_part
from analysis.config import AnalysisConfig
from analysis.division import UNDIVIDED

SIZES = (1_000, 10_000, 100_000, 1_000_000)
SHARES = np.array([0.25, 0.2, 0.15, 0.13, 0.11, 0.09, 0.07])
THEMES, VARIANTS, DIMENSIONS = 40, 5, 384
SEED = 1
WORDS = "restart shard checkpoint gradient kernel latency token batch cache schedule".split()


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors


def world(size: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """SIMULATED vectors, and the domain of each."""
    rng = np.random.default_rng(SEED)
    domain = np.sort(rng.choice(len(SHARES), size, p=SHARES))
    shape = (len(SHARES), THEMES, VARIANTS, DIMENSIONS)
    middle = rng.normal(size=shape[:1] + shape[-1:])[:, None, None] * 0.6
    themes = middle + rng.normal(size=(*shape[:2], 1, DIMENSIONS)) * 0.7
    places = unit((themes + rng.normal(size=shape) * 0.4).astype(np.float32))
    variant = places[domain, rng.integers(THEMES, size=size), rng.integers(VARIANTS, size=size)]
    for start in range(0, size, 100_000):
        part = variant[start : start + 100_000]
        part += rng.normal(scale=0.9 / DIMENSIONS**0.5, size=part.shape).astype(np.float32)
    return unit(variant), domain


def measure(size: int) -> dict[str, float]:
    """All domains of one world, one after the other, in this process."""
    vectors, domain = world(size)
    rng = np.random.default_rng(SEED)
    prompts = np.array([" ".join(row) for row in rng.choice(WORDS, size=(size, 8))], dtype=object)
    contributors = np.array([f"c{i % 997}" for i in range(size)], dtype=object)
    weeks = np.full(size, np.datetime64("2026-11-02"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    n_clusters = 0
    for number in range(len(SHARES)):
        rows = np.flatnonzero(domain == number)
        part = DomainPart(
            domain=str(number), is_simulated=True, report_id=contributors[rows],
            standing=np.arange(len(rows)), contributor=contributors[rows], week=weeks[rows],
            prompt=prompts[rows], embedding=vectors[rows], tracks=(), last=UNDIVIDED,
            config=AnalysisConfig(), seed=SEED,
        )  # fmt: skip
        found = cluster_part(part)
        n_clusters += sum(cluster.parent < 0 for cluster in found.clusters)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "seconds": time.perf_counter() - start,
        "clusters": n_clusters,
        "MiB": peak / 1024,
        "input": before / 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        sys.stdout.write(json.dumps(measure(options.sizes[0])) + "\n")
        return
    bar = tqdm(options.sizes, desc="SIMULATED worlds", unit="size")
    for size in bar:
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks.scale", "--one", "--sizes", str(size)],
            check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        found = json.loads(told.stdout)
        bar.write(
            f"{size:9,} SIMULATED reports: {found['seconds']:7.1f} s "
            f"({1000 * found['seconds'] / size * 1000:.1f} ms per 1,000), {found['clusters']:.0f} themes, "
            f"peak {found['MiB']:.0f} MiB (of these the input {found['input']:.0f})"
        )


if __name__ == "__main__":
    main()
