"""python -m benchmarks.embedding [DATA]: texts a second, beside sentence-transformers on the same weights.

DATA is a folder with `cluster-prompts/data.jsonl.gz` (`text`); without it, the invented prompts of
analysis/domain_examples.yaml are used. Both run on the same number of threads, in this process, after
a warm-up, turn by turn. The peer is left out where it is not installed:

    .venv/bin/pip install sentence-transformers
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from analysis.embedding import embed, installed_weights
from benchmarks.clustering import MODEL_DIR
from benchmarks.domains import catalogue

THREADS, ROUNDS, WARM_UP = 2, 3, 20


def peer() -> Callable[[list[str]], Any]:
    """sentence-transformers, fp32, batches of 32: its defaults."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(THREADS)
    model = SentenceTransformer(str(installed_weights()), device="cpu")
    model.max_seq_length = 256
    return lambda texts: model.encode(texts, normalize_embeddings=True, show_progress_bar=False)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?")
    data = parser.parse_args().data
    texts = [example for domain in catalogue() for example in domain.examples]
    if data is not None:
        with gzip.open(data / "cluster-prompts" / "data.jsonl.gz", "rt", encoding="utf-8") as file:
            texts = [json.loads(line)["text"] for line in file]
    systems = {"plumbline, int8": lambda some: embed(some, model_dir=MODEL_DIR, n_threads=THREADS)}
    if find_spec("sentence_transformers"):
        systems["sentence-transformers, fp32"] = peer()
    seconds: dict[str, list[float]] = {name: [] for name in systems}
    vectors = {}
    for encode in systems.values():
        encode(texts[:WARM_UP])
    for _ in tqdm(range(ROUNDS), desc="rounds", unit="round"):
        for name, encode in systems.items():
            start = time.perf_counter()
            vectors[name] = encode(texts)
            seconds[name].append(time.perf_counter() - start)
    own = min(seconds["plumbline, int8"])
    for name, spent in seconds.items():
        cosine = (vectors[name] * vectors["plumbline, int8"]).sum(axis=1)
        tqdm.write(
            f"{name:28} {len(texts) / min(spent):6.0f} texts/s  time x{min(spent) / own:.2f}  "
            f"cosine to ours: mean {np.mean(cosine):.4f}, least {np.min(cosine):.3f}"
        )


if __name__ == "__main__":
    main()
