"""python -m benchmarks.boundary [DATA]: are planted boundaries between affected and ordinary prompts found?

DATA is a folder with `cluster-clinc150/data.jsonl.gz` (`text`, `label`); without it, the vectors are
SIMULATED. Which topics are affected is planted, one topic in ten: at random (their neighbours are
not affected: the hardest case), or a connected region. 2,000 reports and 2,000 ratings. A topic lies
above the line where the geometric mean of its odds ratios does.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from analysis.boundary import AFFECTED, NORMAL, boundary_surface
from analysis.config import AnalysisConfig
from analysis.embedding import embed
from analysis.synthetic import planted_boundary
from benchmarks.clustering import MODEL_DIR, sets_in

RATIOS, SEEDS, SHARE = (1.0, 2.0, 3.0, 5.0, 10.0), range(5), 0.1
SIMULATED_TOPICS, SIMULATED_PROMPTS, DIMENSIONS = 150, 150, 384


def prompts(data: Path | None) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Vectors and the topic of each."""
    if data is None:
        rng = np.random.default_rng(1)
        topic = np.repeat(np.arange(SIMULATED_TOPICS), SIMULATED_PROMPTS)
        middles = rng.normal(size=(SIMULATED_TOPICS, DIMENSIONS))
        drawn = middles[topic] + rng.normal(size=(len(topic), DIMENSIONS))
        return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32), topic
    _, texts, labels = next(sets_in(data / "cluster-clinc150" / "data.jsonl.gz"))
    with tqdm(total=len(texts), desc="embedding", unit="text") as bar:

        def tell(done: int) -> None:
            bar.update(done - bar.n)

        vectors = embed(texts, model_dir=MODEL_DIR, progress=tell)
    return vectors, np.unique(labels, return_inverse=True)[1].astype(np.int64)


def affected(
    vectors: NDArray[np.float32], topic: NDArray[np.int64], *, seed: int, is_region: bool
) -> NDArray[np.bool_]:
    """One topic in ten: a topic and those nearest to it, or any."""
    rng = np.random.default_rng(seed)
    n = int(topic.max()) + 1
    found = np.zeros(n, dtype=np.bool_)
    if is_region:
        middles = np.array([vectors[topic == t].mean(axis=0) for t in range(n)])
        near = np.linalg.norm(middles - middles[rng.integers(n)], axis=1)
        found[np.argsort(near)[: int(SHARE * n)]] = True
    else:
        found[rng.choice(n, int(SHARE * n), replace=False)] = True
    return found


def measure(
    vectors: NDArray[np.float32], topic: NDArray[np.int64], truth: NDArray[np.bool_], **world: float
) -> list[float]:
    config = AnalysisConfig()
    drawn = planted_boundary(topic, truth, seed=int(world["seed"]), ratio=world["ratio"])
    nobody = np.array([""] * len(drawn.rows), dtype=object)
    found = boundary_surface(vectors[drawn.rows], drawn.is_bad, nobody, config)
    of = topic[drawn.rows]
    seen = np.unique(of)
    above = np.array([np.log(found.ratio[of == t]).mean() for t in seen]) > np.log(
        config.boundary_ratio
    )
    inside = truth[of]
    return [
        float(above[truth[seen]].mean()),
        float((~above)[~truth[seen]].mean()),
        float((found.state[inside] == AFFECTED).mean()),
        float((found.state[~inside] == AFFECTED).mean()),
        float((found.state[~inside] == NORMAL).mean()),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?")
    data = parser.parse_args().data
    vectors, topic = prompts(data)
    tqdm.write("real texts, planted truth" if data else "SIMULATED vectors, planted truth")
    tqdm.write("affected   rate ratio   topics: affected above, others below   "
               "reports: affected found, others accused, others cleared")  # fmt: skip
    rows = [(is_region, ratio) for is_region in (False, True) for ratio in RATIOS]
    results: dict[tuple[bool, float], list[list[float]]] = defaultdict(list)
    for is_region, ratio in tqdm(rows, unit="row"):
        for seed in SEEDS:
            truth = affected(vectors, topic, seed=seed, is_region=is_region)
            results[is_region, ratio].append(measure(vectors, topic, truth, seed=seed, ratio=ratio))
        found = np.mean(results[is_region, ratio], axis=0)
        name = "region" if is_region else "scattered"
        tqdm.write(f"{name:10} {ratio:8.0f} " + " ".join(f"{value:12.3f}" for value in found))


if __name__ == "__main__":
    main()
