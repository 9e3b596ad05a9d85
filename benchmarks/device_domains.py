"""python -m benchmarks.device_domains DATA: how often the device names a domain, and how often rightly.

DATA is a folder with labelled sets: `mmlu_pro/questions.jsonl.gz` (`question`, `category`),
`cluster-prompts/data.jsonl.gz` (`text`, `label`, `set`), `arena_hard/questions_v0.1.jsonl.gz`
(`prompt`, `cluster`) with `ml_adjacent_clusters.json`, `ml-queries/*.csv.gz` (`text`), and
`cluster-clinc150`, `cluster-banking77` (`text`, `label`). Their labels are not ours: a set says which
of our domains count as right.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import yaml

from analysis.device_domains import (
    CATALOGUE,
    NONE,
    DeviceModel,
    domain_of,
    model_load,
)

ML = {
    "pretraining-pipelines", "distributed-training", "ml-accelerator-design", "inference-serving",
    "applied-ml", "fine-tuning", "gpu-kernels", "ml-evaluation", "interpretability",
}  # fmt: skip
SOFTWARE = {"general-coding", "compilers", "data-engineering", "cybersecurity"}
EXACT = {
    "mmlu_pro": {
        "math": {"mathematics"}, "law": {"law"}, "history": {"history", "politics-opinion"},
        "computer science": SOFTWARE | ML | {"mathematics"},
        "engineering": {"science-physics", "mathematics", "ml-accelerator-design"},
        "psychology": {"medicine"},
    },
    "mt_bench": {
        "writing": {"writing"}, "math": {"mathematics"}, "coding": SOFTWARE,
        "stem": {"science-physics", "biology-chemistry", "mathematics", *SOFTWARE, *ML},
    },
    "vicuna_bench": {"writing": {"writing"}, "math": {"mathematics"}, "coding": SOFTWARE},
}  # fmt: skip
Row = tuple[str, str, set[str]]
"""Group, text, and the domains that are right; an empty set where only null is."""


def lines(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def of_mmlu_pro(data: Path) -> Iterator[Row]:
    for row in lines(data / "mmlu_pro" / "questions.jsonl.gz"):
        right = EXACT["mmlu_pro"].get(row["category"])
        if right is not None:
            yield f"MMLU-Pro {row['category']}", row["question"], right


def of_benches(data: Path) -> Iterator[Row]:
    for row in lines(data / "cluster-prompts" / "data.jsonl.gz"):
        right = EXACT.get(row["set"], {}).get(row["label"])
        if right is not None:
            yield f"MT-bench and Vicuna {row['label']}", row["text"], right


def of_arena_hard(data: Path) -> Iterator[Row]:
    near = set(json.loads((data / "arena_hard" / "ml_adjacent_clusters.json").read_text()))
    others = {str(leaf["slug"]) for leaf in leaves()} - ML
    for row in lines(data / "arena_hard" / "questions_v0.1.jsonl.gz"):
        if row["cluster"] in near:
            yield "Arena-Hard, near ML", row["prompt"], ML | {"data-engineering"}
        else:
            yield "Arena-Hard, all else", row["prompt"], others


def of_ml_queries(data: Path) -> Iterator[Row]:
    for path in sorted((data / "ml-queries").glob("*.csv.gz")):
        text = gzip.decompress(path.read_bytes()).decode()
        for row in csv.DictReader(io.StringIO(text)):
            yield "ml-queries", row["text"], ML


def of_strangers(data: Path) -> Iterator[Row]:
    """Short texts of services; some of CLINC150 is about cooking, travel, money or words."""
    fitting = {
        "cooking",
        "travel",
        "personal-finance",
        "translation",
        "careers-education",
        "medicine",
    }
    for name, right in (("clinc150", fitting), ("banking77", {"personal-finance"})):
        for path in sorted((data / f"cluster-{name}").glob("*.jsonl.gz")):
            for row in lines(path):
                yield name, row["text"], right


def leaves() -> list[dict[str, object]]:
    families = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["domains"]
    return [leaf for family in families for leaf in family["children"]]


def measure(rows: list[Row], model: DeviceModel) -> dict[str, list[int]]:
    """Per group: texts, named, rightly named."""
    found: dict[str, list[int]] = {}
    for group, text, right in rows:
        counts = found.setdefault(group, [0, 0, 0])
        slug, _ = domain_of(text, "", model)
        counts[0] += 1
        counts[1] += slug is not None
        counts[2] += slug in right
    return found


def main(data: Path) -> None:
    model = model_load()
    rows = [
        *of_mmlu_pro(data), *of_benches(data), *of_arena_hard(data), *of_ml_queries(data),
        *of_strangers(data),
    ]  # fmt: skip
    start = time.perf_counter()
    found = measure(rows, model)
    seconds = time.perf_counter() - start
    lines_out = [
        "| Set | Texts | Named | Right of the named | Wrong of all |",
        "|---|---|---|---|---|",
    ]
    for group, (n, named, right) in found.items():
        share = f"{right / named:.3f}" if named else "-"
        wrong = (named - right) / n
        lines_out.append(f"| {group} | {n} | {named / n:.3f} | {share} | {wrong:.3f} |")
    each = 1000 * seconds / len(rows)
    lines_out.append(f"\n{len(model.domains) - 1} domains and {NONE}; {each:.2f} ms a text.\n")
    sys.stdout.write("\n".join(lines_out))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
