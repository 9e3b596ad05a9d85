"""python -m benchmarks.embedded_text DATA: what of an exchange is embedded: prompt, response or both.

DATA is a folder with `mmlu_pro/questions.jsonl.gz` (`question_id`, `question`, `category`) and
`mmlu_pro/text_*.jsonl.gz` (`question_id`, `response`). Each way: share of exchanges whose five nearest
others are mostly of their own category, and agreement of the themes with the categories. Then the
same where three answers in ten are SIMULATED refusals, the prompt by the static encoder, and texts a
second of each encoder.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import adjusted_mutual_info_score
from sklearn.neighbors import KNeighborsClassifier
from tqdm import tqdm

from analysis.config import AnalysisConfig
from analysis.division import partition
from analysis.embedding import EMBEDDING_MODEL_ID, embed
from analysis.static_embedding import STATIC_MODEL_ID
from benchmarks.clustering import MODEL_DIR

REFUSED_SHARE = 0.3
REFUSALS = (
    "I'm sorry, but I can't help with that.",
    "I cannot answer this question. Please consult a professional.",
    "This request goes against what I am able to discuss.",
    "Sorry, something went wrong. Please try again with another question.",
)
"""Invented. Flagged answers are often of this kind, and alike whatever was asked."""

NEIGHBOURS, SEED, MOST, FOLDS = 5, 1, 2_000, 5


def read(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def exchanges(data: Path) -> tuple[list[str], list[str], list[str]]:
    """Prompts, responses and categories, each question once."""
    questions = {row["question_id"]: row for row in read(data / "mmlu_pro" / "questions.jsonl.gz")}
    answers: dict[Any, str] = {}
    for path in sorted((data / "mmlu_pro").glob("text_*.jsonl.gz")):
        for row in read(path):
            if row["question_id"] in questions and row["response"].strip():
                answers.setdefault(row["question_id"], row["response"])
    chosen = np.random.default_rng(SEED).permutation(sorted(answers))[:MOST].tolist()
    return (
        [questions[key]["question"] for key in chosen],
        [answers[key] for key in chosen],
        [questions[key]["category"] for key in chosen],
    )


def vectors_of(texts: Sequence[str], model: str = EMBEDDING_MODEL_ID) -> NDArray[np.float32]:
    return embed(texts, model_dir=MODEL_DIR, model=model)


def tell(name: str, vectors: NDArray[np.float32], labels: Sequence[str], note: str = "") -> None:
    """Accuracy over folds, so that no exchange is its own neighbour, and AMI of the themes."""
    fold = np.random.default_rng(SEED).integers(FOLDS, size=len(labels))
    truth, right = np.array(labels), np.zeros(len(labels), dtype=bool)
    for k in range(FOLDS):
        known = KNeighborsClassifier(NEIGHBOURS).fit(vectors[fold != k], truth[fold != k])
        right[fold == k] = known.predict(vectors[fold == k]) == truth[fold == k]
    themes = partition(vectors, AnalysisConfig(), seed=SEED)
    ami = adjusted_mutual_info_score(truth, themes)
    tqdm.write(f"{name:28} nearest {right.mean():.3f}  AMI {ami:.3f}  {note}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    prompts, responses, labels = exchanges(parser.parse_args().data)
    both = [f"{a}\n{b}" for a, b in zip(prompts, responses, strict=True)]
    bar = tqdm(total=6, unit="way")
    start = time.perf_counter()
    prompt = vectors_of(prompts)
    rate = len(prompts) / (time.perf_counter() - start)
    tell("prompt", prompt, labels, f"{rate:.0f} texts/s")
    bar.update()
    response = vectors_of(responses)
    tell("response", response, labels)
    bar.update()
    tell("both, one after the other", vectors_of(both), labels)
    bar.update()
    middle = prompt + response
    tell("both, mean of vectors", middle / np.linalg.norm(middle, axis=1, keepdims=True), labels)
    bar.update()
    rng = np.random.default_rng(SEED)
    refused = rng.random(len(prompts)) < REFUSED_SHARE
    response = response.copy()
    response[refused] = vectors_of(REFUSALS)[rng.integers(len(REFUSALS), size=refused.sum())]
    middle = prompt + response
    tell("mean, SIMULATED refusals", middle / np.linalg.norm(middle, axis=1, keepdims=True), labels)
    bar.update()
    vectors_of(prompts[:1], STATIC_MODEL_ID)
    start = time.perf_counter()
    static = vectors_of(prompts, STATIC_MODEL_ID)
    quick = len(prompts) / (time.perf_counter() - start)
    tell("prompt, static encoder", static, labels, f"x{quick / rate:.0f} the texts a second")
    bar.update()


if __name__ == "__main__":
    main()
