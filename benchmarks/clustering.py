"""python -m benchmarks.clustering DATA [--most N]: our clusters beside BERTopic's, on labelled texts.

DATA is a folder with `cluster-*/data.jsonl.gz`, `mmlu_pro/questions.jsonl.gz` and
`arena_hard/questions_*.jsonl.gz`, or one JSONL file (gzip or not) with `text` and `label`. Every
system gets the same vectors, in a process of its own, after a warm-up on up to 5,000 texts. Peers that are
not installed are left out, and named:

    .venv/bin/pip install bertopic umap-learn hdbscan
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score, v_measure_score
from tqdm import tqdm

from analysis.clustering import DomainClusters, DomainPart, cluster_part
from analysis.config import AnalysisConfig
from analysis.division import UNDIVIDED, Resolutions, partition
from analysis.embedding import embed
from analysis.parts import positions_back
from analysis.records import Track

MODEL_DIR = Path(os.environ.get("PLUMBLINE_DATA", ".plumbline")) / "models"
TEXT, LABEL = ("text", "prompt", "question"), ("label", "cluster", "subcategory", "category")
FOREIGN = "oos"
"""Label of CLINC150's texts that belong to none of its classes: no class of their own."""
WARM_UP, SEED = 5_000, 1
PUBLIC_MIN = AnalysisConfig().cluster_reports_min
HDBSCAN_SIZES = (5, 10, 20, 40, 80, 160)
Labels = np.ndarray[Any, np.dtype[np.int64]]


def domain_of(
    vectors: Any, texts: list[str], rows: Labels, tracks: Sequence[Track] = (),
    last: Resolutions = UNDIVIDED,
) -> DomainClusters:  # fmt: skip
    """Everything that a run does with a domain: neighbours, resolution, clusters, terms, medoids."""
    names = np.array([f"c{i}" for i in rows], dtype=object)
    part = DomainPart(
        domain="all", is_simulated=False, report_id=names, standing=np.arange(len(rows)),
        contributor=names, week=np.full(len(rows), np.datetime64("2026-11-02")),
        prompt=np.array(texts, dtype=object)[rows], embedding=vectors[rows], tracks=tuple(tracks),
        last=last, config=AnalysisConfig(), seed=SEED,
    )  # fmt: skip
    return positions_back(cluster_part(part), rows)


def ours(vectors: Any, texts: list[str]) -> Labels:
    """The themes."""
    labels = np.full(len(texts), -1, dtype=np.int64)
    for number, cluster in enumerate(domain_of(vectors, texts, np.arange(len(texts))).clusters):
        if cluster.parent < 0:
            labels[cluster.members] = number
    return labels


def kept_ids(vectors: Any, texts: list[str]) -> float:
    """Share of the themes of public size that keep their id when one in twenty reports is new."""
    n = len(texts)
    old = np.sort(np.random.default_rng(SEED).permutation(n)[: int(n / 1.05)])
    first = domain_of(vectors, texts, old)
    tracks = [
        Track(i + 1, "all", c.parent < 0, c.members, c.centroid)
        for i, c in enumerate(first.clusters)
    ]
    second = domain_of(vectors, texts, np.arange(n), tracks, last=first.resolution)
    alive = {cluster.track for cluster in second.clusters}
    public = [t.id for t in tracks if t.is_theme and len(t.members) >= PUBLIC_MIN]
    return float(np.mean([track in alive for track in public])) if public else np.nan


def bertopic(vectors: Any, texts: list[str]) -> Labels:
    """BERTopic with its defaults."""
    from bertopic import BERTopic

    return np.array(BERTopic().fit_transform(texts, vectors)[0])


def umap_hdbscan(vectors: Any, texts: list[str]) -> Labels:
    """UMAP as BERTopic sets it, HDBSCAN with the size whose partitions of random halves agree most."""
    from hdbscan import HDBSCAN
    from umap import UMAP

    low = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=SEED)
    points = low.fit_transform(vectors)
    rng = np.random.default_rng(SEED)
    halves = [np.sort(rng.choice(len(texts), len(texts) // 2, replace=False)) for _ in range(4)]

    def agreement(size: int) -> float:
        labels = [HDBSCAN(min_cluster_size=size).fit_predict(points[half]) for half in halves]
        found = []
        for i in range(4):
            j = (i + 1) % 4
            _, a, b = np.intersect1d(halves[i], halves[j], True, True)
            found.append(adjusted_mutual_info_score(labels[i][a], labels[j][b]))
        return float(np.mean(found))

    best = max(HDBSCAN_SIZES, key=agreement)
    return np.array(HDBSCAN(min_cluster_size=best).fit_predict(points))


SYSTEMS: dict[str, tuple[Callable[..., Labels], tuple[str, ...]]] = {
    "plumbline": (ours, ()),
    "BERTopic, defaults": (bertopic, ("bertopic",)),
    "UMAP + HDBSCAN, tuned": (umap_hdbscan, ("umap", "hdbscan")),
}


def sets_in(data: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """Name, texts and labels of each set."""
    patterns = (
        "cluster-*/data.jsonl.gz",
        "mmlu_pro/questions.jsonl.gz",
        "arena_hard/questions_*.jsonl.gz",
    )
    paths = [data] if data.is_file() else sorted(path for p in patterns for path in data.glob(p))
    for path in paths:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
        rows = [json.loads(line) for line in text.split("\n") if line.strip()]
        prompt = next(name for name in TEXT if name in rows[0])
        label = next(name for name in LABEL if name in rows[0])
        rows = [row for row in rows if row[label] != FOREIGN and row[prompt].strip()]
        name = (
            path.parent.name
            if path.name == "data.jsonl.gz"
            else f"{path.parent.name}/{path.name.split('.')[0]}"
        )
        yield name, [row[prompt] for row in rows], [str(row[label]) for row in rows]


def measure(system: str, path: Path) -> dict[str, float]:
    """One system on one set, in this process."""
    with np.load(path) as kept:
        vectors, texts, truth = kept["vectors"], kept["texts"].tolist(), kept["labels"]
    cluster = SYSTEMS[system][0]
    cluster(vectors[:WARM_UP], texts[:WARM_UP])
    start = time.perf_counter()
    labels = cluster(vectors, texts)
    kept = np.nan
    seconds = time.perf_counter() - start
    if system == "plumbline":  # groups too small to be a cluster have labels too
        labels = partition(vectors, AnalysisConfig(), seed=SEED)
        kept = kept_ids(vectors, texts)
    return {
        "AMI": float(adjusted_mutual_info_score(truth, labels)),
        "ARI": float(adjusted_rand_score(truth, labels)),
        "V": float(v_measure_score(truth, labels)),
        "noise": float((labels < 0).mean()),
        "clusters": len(set(labels[labels >= 0].tolist())),
        "seconds": seconds,
        "kept": kept,
        "MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def in_its_own_process(system: str, path: Path) -> dict[str, float]:
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.clustering", str(path), "--system", system],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "TQDM_DISABLE": "1", "TOKENIZERS_PARALLELISM": "false"},
    )  # fmt: skip
    found: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
    return found


def compare(name: str, texts: list[str], labels: list[str], most: int, bar: Any) -> None:
    if len(texts) > most:
        chosen = np.sort(np.random.default_rng(0).choice(len(texts), most, replace=False))
        texts, labels = [texts[i] for i in chosen], [labels[i] for i in chosen]
    start = time.perf_counter()
    vectors = embed(texts, model_dir=MODEL_DIR)
    seconds = time.perf_counter() - start
    bar.write(
        f"\n{name}: {len(texts)} texts, {len(set(labels))} labels; embedded in {seconds:.1f} s"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "set.npz"
        np.savez(path, vectors=vectors, texts=np.array(texts), labels=np.array(labels))
        own = 0.0
        for system, (_, needs) in SYSTEMS.items():
            if not all(find_spec(package) for package in needs):
                bar.write(f"  {system:22} not installed")
                continue
            found = in_its_own_process(system, path)
            own = own or found["seconds"]
            bar.write(f"  {system:22} " + line(found, own, seconds))


def line(found: dict[str, float], own: float, embedding: float) -> str:
    """A system's figures; `own` and `embedding` are our seconds for clustering and for vectors."""
    alone = found["seconds"] / own
    whole = (found["seconds"] + embedding) / (own + embedding)
    return (
        f"AMI {found['AMI']:.3f}  ARI {found['ARI']:.2f}  V {found['V']:.2f}  "
        f"noise {found['noise']:.2f}  clusters {found['clusters']:4.0f}  {found['seconds']:6.1f} s "
        f"(x{alone:.1f}; with embedding x{whole:.1f})  {found['MiB']:5.0f} MiB"
        + ("" if np.isnan(found["kept"]) else f"  ids kept at 5 % new {found['kept']:.3f}")
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--most", type=int, default=10_000, help="texts of a set that are used")
    parser.add_argument("--system", choices=SYSTEMS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.system:
        sys.stdout.write(json.dumps(measure(options.system, options.data)) + "\n")
        return
    sets = list(sets_in(options.data))
    if not sets:
        raise SystemExit(f"no labelled set under {options.data}; see --help")
    bar = tqdm(sets, desc="sets", unit="set")
    for name, texts, labels in bar:
        compare(name, texts, labels, options.most, bar)


if __name__ == "__main__":
    main()
