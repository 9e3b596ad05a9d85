"""python -m benchmarks.domains [DATA]: which domain a prompt belongs to, and what belongs to none.

Always: the invented prompts of tests/analysis/held_back_prompts.yaml, which taught nothing. DATA is a
folder with `arena_hard/questions_v0.1.jsonl.gz` and `ml_adjacent_clusters.json`,
`cluster-clinc150/data.jsonl.gz` and `cluster-banking77/data.jsonl.gz`; what is missing is left out.
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sklearn.metrics import f1_score
from tqdm import tqdm

from analysis.config import AnalysisConfig
from analysis.domains import UNKNOWN, DomainResult, assign_domains, leaves, with_examples
from analysis.embedding import embed
from analysis.records import Domain
from benchmarks.clustering import MODEL_DIR

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "backend" / "catalogue" / "catalogue.yaml"
HELD_BACK = ROOT / "tests" / "analysis" / "held_back_prompts.yaml"
CONFUSIONS = ROOT / "backend" / "explorer" / "domain_confusions.json"
ML_FAMILIES = {"frontier-ml", "ml-engineering"}
TEACHING = 20
"""Texts per domain of CLINC150 that teach, where the method is tried on domains of other people."""


def catalogue() -> tuple[Domain, ...]:
    """The catalogue's tree, with all examples."""
    found: list[Domain] = []

    def walk(nodes: list[dict[str, Any]], parent: str) -> None:
        for node in nodes:
            found.append(Domain(node["slug"], parent, tuple(node.get("examples", ()))))
            walk(node.get("children", []), node["slug"])

    walk(yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["domains"], "")
    return with_examples(found)


def vectors(texts: list[str], what: str) -> Any:
    with tqdm(total=len(texts), desc=what, unit="text", leave=False) as bar:
        return embed(texts, model_dir=MODEL_DIR, progress=lambda done: bar.update(done - bar.n))


class Judge:
    """The classifier, taught once."""

    def __init__(self, domains: tuple[Domain, ...]) -> None:
        self.domains = domains
        self.examples = vectors([e for d in domains for e in d.examples], "examples")

    def infer(self, texts: list[str], what: str) -> DomainResult:
        return assign_domains(
            vectors(texts, what),
            np.array(texts, dtype=object),
            np.array([""] * len(texts), dtype=object),
            domains=self.domains,
            example_embedding=self.examples,
            config=AnalysisConfig(),
        )


def lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def held_back() -> tuple[list[str], Any]:
    """The prompts that taught nothing, and the leaf of each."""
    held: dict[str, list[str]] = yaml.safe_load(HELD_BACK.read_text(encoding="utf-8"))
    truth = [slug for slug, texts in held.items() for _ in texts]
    return [text for texts in held.values() for text in texts], np.array(truth)


def confusions(truth: Any, inferred: Any, domains: tuple[Domain, ...]) -> dict[str, Any]:
    """How often each leaf near the story's was called what; "other" is any further leaf."""
    rows = [d.slug for d in domains if d.parent in ML_FAMILIES]
    columns = [*rows, "other", UNKNOWN]
    called = np.where(np.isin(inferred, [*rows, UNKNOWN]), inferred, "other")
    counts = [[int(((truth == r) & (called == c)).sum()) for c in columns] for r in rows]
    return {"rows": rows, "columns": columns, "counts": counts}


def of_held_back(judge: Judge, *, is_kept: bool) -> None:
    texts, truth = held_back()
    found = judge.infer(texts, "held back")
    known = truth != UNKNOWN
    inferred = found.inferred.astype(str)
    if is_kept:
        table = json.dumps(confusions(truth, inferred, judge.domains), indent=1)
        CONFUSIONS.write_text(table + "\n", encoding="utf-8")
    f1 = f1_score(truth, inferred, labels=leaves(judge.domains), average="macro", zero_division=0)
    named = known & (inferred != UNKNOWN)
    is_right = inferred[named] == truth[named]
    gap = calibration_error(found.confidence[named], is_right)
    tqdm.write(
        f"held back: {known.sum()} prompts of {len(leaves(judge.domains))} leaves: macro-F1 {f1:.3f}; "
        f"rejected {1 - named.sum() / known.sum():.3f}; of the named {is_right.mean():.3f} right; "
        f"expected calibration error {gap:.3f}; "
        f"{(inferred[~known] == UNKNOWN).mean():.2f} of {(~known).sum()} foreign ones rejected"
    )


def calibration_error(confidence: Any, is_right: Any, n_bins: int = 5) -> float:
    """Mean distance of confidence and accuracy over bins of equal size."""
    parts = np.array_split(np.argsort(confidence), n_bins)
    gaps = [abs(confidence[p].mean() - is_right[p].mean()) * len(p) for p in parts if len(p)]
    return float(sum(gaps) / len(confidence))


def of_arena(judge: Judge, data: Path) -> None:
    rows = lines(data / "arena_hard" / "questions_v0.1.jsonl.gz")
    listed = json.loads((data / "arena_hard" / "ml_adjacent_clusters.json").read_text())
    names = listed if isinstance(listed, list) else [n for v in listed.values() for n in v]
    is_ml = np.array([row["cluster"] in set(names) for row in rows])
    family = {domain.slug: domain.parent for domain in judge.domains}
    found = judge.infer([row["prompt"] for row in rows], "arena_hard")
    said = np.array([family.get(slug, "") in ML_FAMILIES for slug in found.inferred])
    tqdm.write(
        f"arena_hard: of {is_ml.sum()} ML-adjacent prompts {said[is_ml].mean():.3f} in an ML family, "
        f"of {(~is_ml).sum()} others {said[~is_ml].mean():.3f}; "
        f"{(found.inferred == UNKNOWN).mean():.3f} of all unknown"
    )


def of_clinc(data: Path) -> None:
    """The method on other people's ten domains: taught by a few texts of each."""
    rows = lines(data / "cluster-clinc150" / "data.jsonl.gz")
    by_domain: dict[str, list[str]] = {}
    for row in rows:
        if row["split"] == "train":
            by_domain.setdefault(row["domain"], []).append(row["text"])
    rng = np.random.default_rng(1)
    taught = tuple(
        Domain(slug, "", tuple(rng.choice(texts, TEACHING, replace=False).tolist()))
        for slug, texts in sorted(by_domain.items())
    )
    judge = Judge(taught)
    test = [row for row in rows if row["split"] == "test"]
    foreign = [row["text"] for row in rows if row["split"] == "oos_test"]
    inside = judge.infer([row["text"] for row in test], "clinc150").inferred.astype(str)
    outside = judge.infer(foreign, "clinc150, out of scope").inferred
    truth = np.array([row["domain"] for row in test])
    kept = inside != UNKNOWN
    f1 = f1_score(truth, inside, labels=sorted(by_domain), average="macro")
    tqdm.write(
        f"clinc150, {TEACHING} examples for each of {len(taught)} domains: accuracy "
        f"{(inside == truth).mean():.3f}, macro-F1 {f1:.3f}; "
        f"in scope rejected {1 - kept.mean():.3f}, out of scope rejected {(outside == UNKNOWN).mean():.3f}"
    )


def of_foreign(judge: Judge, data: Path) -> None:
    for name in ("cluster-clinc150", "cluster-banking77"):
        if (data / name).exists():
            texts = [row["text"] for row in lines(data / name / "data.jsonl.gz")[::20]]
            found = judge.infer(texts, name)
            tqdm.write(
                f"{name}, by our own domains: {(found.inferred == UNKNOWN).mean():.3f} unknown"
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument(
        "--keep",
        action="store_true",
        help="write the table of confusions that the method page shows",
    )
    options = parser.parse_args()
    data = options.data
    judge = Judge(catalogue())
    of_held_back(judge, is_kept=options.keep)
    if data is None:
        return
    if (data / "arena_hard").exists():
        of_arena(judge, data)
    if (data / "cluster-clinc150").exists():
        of_clinc(data)
    of_foreign(judge, data)


if __name__ == "__main__":
    main()
