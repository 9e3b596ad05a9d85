"""The subject area of each report: what the sender chose, else inferred, else `unknown`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from scipy.special import log_softmax, softmax
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from analysis.config import AnalysisConfig
from analysis.records import DataError, Domain, Floats, Strings

UNKNOWN = "unknown"
"""Domain of reports that belong to no leaf."""

_INVERSE_REGULARISATION = 10.0
"""Weak, because unit vectors of few examples make small coefficients."""

_WORDS_WEIGHT = 1.0
"""Length of a prompt's vector of words, beside its unit vector of meaning (measured: 0.3 to 1)."""

_FOLDS = 5

_EXAMPLES = Path(__file__).with_name("domain_examples.yaml")


@dataclass(frozen=True)
class DomainResult:
    """Per report: the leaf it counts in, the inferred leaf, and how sure the inference is.

    `confidence` is the classifier's largest probability, in [0, 1]; 0 where nothing was inferred.
    It says which leaf, not whether any leaf fits: that is decided before, by similarity.
    """

    domain: Strings
    inferred: Strings
    confidence: Floats


def leaves(domains: Sequence[Domain]) -> tuple[str, ...]:
    """Slugs of the nodes that are nobody's parent, sorted.

    >>> leaves([Domain("science", ""), Domain("physics", "science"), Domain("law", "")])
    ('law', 'physics')
    """
    parents = {domain.parent for domain in domains}
    return tuple(sorted({domain.slug for domain in domains} - parents - {UNKNOWN}))


def with_examples(domains: Sequence[Domain]) -> tuple[Domain, ...]:
    """The domains with all invented prompts that teach the classifier, and `unknown` with its own."""
    more: dict[str, list[str]] = yaml.safe_load(_EXAMPLES.read_text(encoding="utf-8"))
    taught = [
        replace(domain, examples=(*domain.examples, *more.get(domain.slug, ())))
        for domain in domains
    ]
    return (*taught, Domain(UNKNOWN, "", tuple(more[UNKNOWN])))


def assign_domains(
    embedding: NDArray[np.float32],
    prompts: Strings,
    stated: Strings,
    *,
    domains: Sequence[Domain],
    example_embedding: NDArray[np.float32],
    config: AnalysisConfig,
) -> DomainResult:
    """The leaf of each report.

    A multinomial logistic regression, of the examples' vectors and of their words (TF-IDF of words
    and pairs), names the leaf or `unknown`, which has examples of its own: what people also ask.
    Besides, a report whose similarity to its 5th nearest example of a leaf is below what the
    examples themselves show (all but 2 % of them, each compared with the others) belongs nowhere,
    and so does one whose likeliest leaf is less than .4 likely.
    Subjects *next to* the tree's leaves are often missed. A stated leaf always wins.

    Parameters
    ----------
    embedding : ndarray of shape (n_reports, n_dimensions), dtype=float32
        Unit vectors.
    prompts : ndarray of shape (n_reports,), dtype=object
    stated : ndarray of shape (n_reports,), dtype=object
        Leaf slugs, or `unknown` as a moderator said; "" where none was stated.
    domains : sequence of Domain
    example_embedding : ndarray of shape (n_examples, n_dimensions), dtype=float32
        Unit vectors of all examples, in the order of `domains`.
    config : AnalysisConfig
        `domain_neighbour`, `domain_reject_share`.

    Returns
    -------
    DomainResult
        Nothing is inferred where fewer than two leaves have examples.

    Raises
    ------
    DataError
        If a report states something that is no leaf.
    """
    classifier = DomainClassifier(domains, example_embedding, config)
    return classifier.assign(embedding, prompts, stated)


class DomainClassifier:
    """What `assign_domains` does, taught once and used for many batches."""

    def __init__(
        self,
        domains: Sequence[Domain],
        example_embedding: NDArray[np.float32],
        config: AnalysisConfig,
    ) -> None:
        self._leaves = set(leaves(domains))
        self._neighbour = config.domain_neighbour
        self._confidence_min = config.domain_confidence_min
        labels, texts, vectors = _examples(domains, example_embedding)
        self._of_leaf = vectors[labels != UNKNOWN]
        n_taught = len(set(labels) - {UNKNOWN})
        self._model: LogisticRegression | None = None
        if n_taught < 2 or len(self._of_leaf) <= self._neighbour:
            return
        self._words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit(texts)
        features = _features(vectors, texts, self._words)
        self._model = LogisticRegression(
            C=_INVERSE_REGULARISATION, class_weight="balanced", max_iter=1000
        ).fit(features, labels.astype(str))
        self._sharpness = _sharpness(self._model, features, labels.astype(str))
        # An example is its own nearest neighbour: one rank further among the examples themselves.
        own = _similarity_to_neighbour(self._of_leaf, self._of_leaf, self._neighbour + 1)
        self._nearness_min = np.quantile(own, config.domain_reject_share)

    def assign(
        self, embedding: NDArray[np.float32], prompts: Strings, stated: Strings
    ) -> DomainResult:
        """As `assign_domains`."""
        strange = set(stated.tolist()) - self._leaves - {"", UNKNOWN}
        if strange:
            raise DataError(f"stated domains that are no leaves: {sorted(strange)}")
        n = len(embedding)
        inferred = np.full(n, UNKNOWN, dtype=np.object_)
        confidence = np.zeros(n)
        if self._model is not None:
            for start in range(0, n, 4096):  # bounds the memory of the probabilities
                part = slice(start, start + 4096)
                inferred[part], confidence[part] = self._infer(
                    self._model, embedding[part], prompts[part]
                )
        return DomainResult(np.where(stated == "", inferred, stated), inferred, confidence)

    def _infer(
        self, model: LogisticRegression, embedding: NDArray[np.float32], prompts: Strings
    ) -> tuple[Strings, Floats]:
        features = _features(embedding, prompts, self._words)
        probability = softmax(self._sharpness * model.predict_log_proba(features), axis=1)
        best = model.classes_[probability.argmax(axis=1)].astype(np.object_)
        nearness = _similarity_to_neighbour(embedding, self._of_leaf, self._neighbour)
        confidence = probability.max(axis=1)
        is_likely = confidence >= self._confidence_min
        belongs = is_likely & (nearness >= self._nearness_min) & (best != UNKNOWN)
        return np.where(belongs, best, UNKNOWN), np.where(belongs, confidence, 0.0)


def _examples(
    domains: Sequence[Domain], embedding: NDArray[np.float32]
) -> tuple[Strings, list[str], NDArray[np.float32]]:
    """Label, text and vector of each example, in an order of their own."""
    pairs = [(domain.slug, example) for domain in domains for example in domain.examples]
    order = sorted(range(len(pairs)), key=lambda i: pairs[i])
    labels = np.array([pairs[i][0] for i in order], dtype=np.object_)
    return labels, [pairs[i][1] for i in order], embedding[order]


def _sharpness(model: LogisticRegression, features: csr_matrix, labels: Strings) -> float:
    """The factor on the scores with which the probabilities are calibrated.

    Temperature scaling: the least log-loss over examples that the model has not seen, five parts in
    turn. 1 where a label has fewer than five examples.

    References
    ----------
    .. [1] Guo et al. (2017), On calibration of modern neural networks. arXiv:1706.04599
    """
    names, counts = np.unique(labels, return_counts=True)
    if counts.min() < _FOLDS or len(names) < 3:
        return 1.0
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    scores = cross_val_predict(clone(model), features, labels, cv=folds, method="predict_log_proba")
    truth = np.searchsorted(names, labels)

    def loss(log_factor: float) -> float:
        chances = log_softmax(np.exp(log_factor) * scores, axis=1)
        return float(-chances[np.arange(len(truth)), truth].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded").x))


def _features(
    embedding: NDArray[np.float32], texts: Iterable[str], words: TfidfVectorizer
) -> csr_matrix:
    """Meaning and words side by side."""
    return csr_matrix(hstack([csr_matrix(embedding), _WORDS_WEIGHT * words.transform(texts)]))


def _similarity_to_neighbour(
    vectors: NDArray[np.float32], others: NDArray[np.float32], rank: int
) -> Floats:
    """Cosine similarity of each vector to its `rank`-th most similar one of `others`."""
    found = np.empty(len(vectors))
    for start in range(0, len(vectors), 4096):  # bounds the memory of the product
        similarity = vectors[start : start + 4096] @ others.T
        found[start : start + 4096] = -np.partition(-similarity, rank - 1, axis=1)[:, rank - 1]
    return found
