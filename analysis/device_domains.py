"""A small domain classifier for the device: which subject an exchange is about, or null.

The extension counts answers by domain without sending any text, so it must name the domain itself.
`python -m analysis.device_domains` trains the model and writes `extension/src/domains/model.json`;
`domain_of` is the twin of `extension/src/domain.ts`, held to it by `tests/contract/domain_vectors.json`.

A text becomes a set of features (`features_of`), each named by its FNV-1a hash. Only features of the
training texts are in the model, so that unknown words pull every score towards its bias, and the bias
towards null. Sums are of whole numbers, so both languages get the same ones.
"""

from __future__ import annotations

import argparse
import base64
import json
import math
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import regex
import yaml
from numpy.typing import NDArray

from analysis.records import DataError

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "backend" / "catalogue" / "catalogue.yaml"
EXAMPLES = Path(__file__).with_name("domain_examples.yaml")
UNKNOWN = "unknown"
"""Its name for what belongs nowhere."""
TERMS = Path(__file__).with_name("device_domain_terms.yaml")
VECTORS = ROOT / "tests" / "contract" / "domain_vectors.json"
MODEL = ROOT / "extension" / "src" / "domains" / "model.json"
NONE = "none"
TEXT_CHARS = 4000
"""Code points of a text that are looked at: its subject shows at its beginning."""
STEM_CHARS = 5
RESPONSE_CHARS = 1000
TERMS_PER_TEXT = 5
TERM_TEXTS = 24
"""Training texts made of each domain's terms, of TERMS_PER_TEXT each, by a fixed seed."""
NONE_TEXTS = 160
SEED = 20261124
FEATURE_TEXTS_MIN = 2
"""Training texts that a feature must appear in to be kept: the file stays under 300 kB."""
UNKNOWN_RARITY = 64
"""A word that no training text has counts as a quarter of the rarest known one."""
THRESHOLD = 0.6
"""Chosen on the sets of docs/benchmarks.md: fewer names than at 0.5, and more of them right."""
_INVERSE_REGULARISATION = 30.0
WORDS = regex.compile(r"[\p{L}\p{N}]+(?:[+#]+|(?:[.'-][\p{L}\p{N}]+)*)")


@dataclass(frozen=True)
class DeviceModel:
    """What model.json holds.

    Attributes
    ----------
    domains : tuple of str
        Slugs of the classes; `none` belongs nowhere.
    features : dict of int to int
        FNV-1a hash of a feature to its row.
    rarity : ndarray of shape (n_features,), dtype=uint8
        How much a feature counts: its inverse document frequency, 255 being that of a feature in no text.
    unknown_rarity : int
        The same for features that are not in the model.
    weights : ndarray of shape (n_features, n_domains), dtype=int8
    bias : ndarray of shape (n_domains,), dtype=float64
    scale : float
        What one step of weight and rarity adds to a score, before the text's norm is divided out.
    threshold : float
        Smallest probability that is worth a name.
    """

    domains: tuple[str, ...]
    features: Mapping[int, int]
    rarity: NDArray[np.uint8]
    unknown_rarity: int
    weights: NDArray[np.int8]
    bias: NDArray[np.float64]
    scale: float
    threshold: float


def fnv1a(text: str) -> int:
    """32-bit FNV-1a of the UTF-8 form.

    >>> hex(fnv1a("")), hex(fnv1a("foobar"))
    ('0x811c9dc5', '0xbf9cf968')
    """
    value = 0x811C9DC5
    for byte in text.encode("utf-8", "replace"):
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def features_of(text: str) -> list[int]:
    """Hashes of the words, of their first letters and of pairs of words, each once, in order.

    Words are runs of letters and digits of the NFKC form in lower case.

    >>> features_of("Sharded!") == [fnv1a("w:sharded"), fnv1a("s:shard")]
    True
    """
    clean = unicodedata.normalize("NFKC", "".join(list(text)[:TEXT_CHARS])).lower()
    words = WORDS.findall(clean)
    named: dict[str, None] = {}
    for word in words:
        named[f"w:{word}"] = None
        if len(word) > STEM_CHARS:
            named[f"s:{word[:STEM_CHARS]}"] = None
    for first, second in pairwise(words):
        named[f"p:{first} {second}"] = None
    return list(dict.fromkeys(fnv1a(name) for name in named))


def probabilities(text: str, model: DeviceModel) -> NDArray[np.float64]:
    """Probability of each class for one text; sums to 1. All of it is `none` without a word."""
    known, square = [], 0
    for feature in features_of(text):
        row = model.features.get(feature)
        rarity = model.unknown_rarity if row is None else int(model.rarity[row])
        square += rarity * rarity
        if row is not None:
            known.append(row)
    sums = model.rarity[known].astype(np.int64) @ model.weights[known].astype(np.int64)
    scores = model.bias + model.scale * sums / math.sqrt(max(square, 1))
    raised = np.exp(scores - scores.max())
    result: NDArray[np.float64] = raised / raised.sum()
    return result


def domain_of(prompt: str, response: str, model: DeviceModel) -> tuple[str | None, float]:
    """The domain of an exchange and the probability of the likeliest class.

    The prompt decides; where it names no domain, prompt and the beginning of the response together
    may. None where the likeliest class is `none` or below the threshold: no name is better than a
    wrong one.
    """
    named, probability = _named(prompt, model)
    if named is None and response:
        beginning = "".join(list(response)[:RESPONSE_CHARS])
        return _named(f"{prompt}\n{beginning}", model)
    return named, probability


def _named(text: str, model: DeviceModel) -> tuple[str | None, float]:
    chances = probabilities(text, model)
    best = int(chances.argmax())
    probability = float(chances[best])
    slug = model.domains[best]
    return (None if slug == NONE or probability < model.threshold else slug), probability


# --- the file


def model_load(path: Path = MODEL) -> DeviceModel:
    """The model of a file that `model_dump` wrote."""
    held = json.loads(path.read_text(encoding="utf-8"))
    n_domains = len(held["domains"])
    hashes = np.frombuffer(base64.b64decode(held["features"]), dtype="<u4")
    return DeviceModel(
        domains=tuple(held["domains"]),
        features={int(value): row for row, value in enumerate(hashes)},
        rarity=np.frombuffer(base64.b64decode(held["rarity"]), dtype=np.uint8),
        unknown_rarity=held["unknown_rarity"],
        weights=np.frombuffer(base64.b64decode(held["weights"]), dtype=np.int8).reshape(
            -1, n_domains
        ),
        bias=np.array(held["bias"]),
        scale=held["scale"],
        threshold=held["threshold"],
    )


def model_dump(model: DeviceModel) -> str:
    """The model as JSON; arrays in base64, little-endian."""

    def packed(array: NDArray[Any]) -> str:
        return base64.b64encode(array.tobytes()).decode()

    held = {
        "domains": list(model.domains),
        "threshold": model.threshold,
        "scale": model.scale,
        "bias": [float(value) for value in model.bias],
        "unknown_rarity": model.unknown_rarity,
        "features": packed(np.array(list(model.features), dtype="<u4")),
        "rarity": packed(model.rarity),
        "weights": packed(model.weights),
    }
    return json.dumps(held, indent=1) + "\n"


# --- training


def model_train(catalogue: Path = CATALOGUE, terms: Path = TERMS) -> DeviceModel:
    """The model of the catalogue's examples and the terms of each domain. Same files, same model."""
    from sklearn.linear_model import LogisticRegression

    texts, labels = training_texts(catalogue, terms)
    counted = [features_of(text) for text in texts]
    domains = (*sorted(set(labels) - {NONE}), NONE)
    features, rarity, unknown = _vocabulary(counted)
    matrix = _matrix(counted, features, rarity, unknown)
    classes = np.array([domains.index(label) for label in labels])
    fitted = LogisticRegression(C=_INVERSE_REGULARISATION, max_iter=2000, tol=1e-7)
    fitted.fit(matrix, classes)
    step = float(np.abs(fitted.coef_).max()) / 127
    return DeviceModel(
        domains=domains,
        features=features,
        rarity=rarity,
        unknown_rarity=unknown,
        weights=np.round(fitted.coef_.T / step).astype(np.int8),
        bias=np.round(fitted.intercept_, 4),
        scale=float(f"{step:.6g}"),
        threshold=THRESHOLD,
    )


def training_texts(catalogue: Path, terms: Path) -> tuple[list[str], list[str]]:
    """Texts and their classes: all that teaches the server's classifier, and for each domain its
    terms and TERM_TEXTS texts of a few of them."""
    rng = np.random.default_rng(SEED)
    texts: list[str] = []
    labels: list[str] = []
    for family in yaml.safe_load(catalogue.read_text(encoding="utf-8"))["domains"]:
        for leaf in family.get("children", []):
            examples = leaf["examples"]
            texts += [*examples, leaf["name"]]
            labels += [leaf["slug"]] * (len(examples) + 1)
    invented = yaml.safe_load(EXAMPLES.read_text(encoding="utf-8"))
    for slug, prompts in invented.items():
        texts += prompts
        labels += [NONE if slug == UNKNOWN else slug] * len(prompts)
    listed = yaml.safe_load(terms.read_text(encoding="utf-8"))
    if set(listed) != {*labels, NONE}:
        raise DataError(f"{terms.name} and the catalogue name different domains")
    for slug, line in listed.items():
        names = [name.strip() for name in line.split(",")]
        texts += names
        labels += [slug] * len(names)
        for _ in range(NONE_TEXTS if slug == NONE else TERM_TEXTS):
            chosen = rng.choice(len(names), TERMS_PER_TEXT, replace=False)
            texts.append(" ".join(names[index] for index in chosen))
            labels.append(slug)
    return texts, labels


def _vocabulary(
    counted: Sequence[Sequence[int]],
) -> tuple[dict[int, int], NDArray[np.uint8], int]:
    """Row of each feature that is kept, its rarity, and the rarity of all others."""
    found = Counter(feature for features in counted for feature in features)
    kept = sorted(feature for feature, n in found.items() if n >= FEATURE_TEXTS_MIN)
    rare = math.log(len(counted) + 1)
    steps = [
        round(255 * (math.log((len(counted) + 1) / (found[feature] + 1)) + 0.2) / (rare + 0.2))
        for feature in kept
    ]
    features = {feature: row for row, feature in enumerate(kept)}
    return features, np.array(steps, dtype=np.uint8), UNKNOWN_RARITY


def _matrix(
    counted: Sequence[Sequence[int]],
    features: Mapping[int, int],
    rarity: NDArray[np.uint8],
    unknown: int,
) -> Any:
    """Rarities over the norm of all features, known or not; a row per text."""
    from scipy.sparse import csr_array

    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for row, found in enumerate(counted):
        known = [features[feature] for feature in found if feature in features]
        square = sum(int(rarity[index]) ** 2 for index in known)
        square += (len(found) - len(known)) * unknown**2
        norm = math.sqrt(max(square, 1))
        rows += [row] * len(known)
        columns += known
        values += [int(rarity[index]) / norm for index in known]
    return csr_array((values, (rows, columns)), shape=(len(counted), len(features)))


def main() -> None:
    """Write model.json."""
    parser = argparse.ArgumentParser(description="Train the device's domain model and write it.")
    parser.add_argument("--out", type=Path, default=MODEL)
    path = parser.parse_args().out
    path.parent.mkdir(parents=True, exist_ok=True)
    model = model_train()
    path.write_text(model_dump(model), encoding="utf-8")
    if path == MODEL:
        _vectors_renew(model)


def _vectors_renew(model: DeviceModel) -> None:
    """Write what the model says of the prompts that both languages are tested with."""
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    for vector in vectors:
        slug, probability = domain_of(vector["prompt"], vector["response"], model)
        vector |= {"slug": slug, "probability": probability}
    text = json.dumps(vectors, indent=1, ensure_ascii=False) + "\n"
    VECTORS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
