"""Reports of one domain that are alike: graph communities, their terms and their examples."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer
from sklearn.metrics import adjusted_mutual_info_score
from sklearn.neighbors import NearestNeighbors
from sknetwork.clustering import Louvain

from analysis.config import AnalysisConfig
from analysis.records import ClusterResult, Floats, Ints, Strings

_SPREAD_MIN = 0.01
"""Cosine similarity within which differences are rounding, not distance."""

NOISE = -1
"""Label of reports that belong to no cluster."""

_TERM = r"(?u)(?<![\[\w])[^\W\d_]{3,}(?!\w)"
"""Words of at least three letters, and no placeholders of the redaction such as [EMAIL_1]."""


def cluster_domain(
    domain: str,
    indices: Ints,
    *,
    embedding: NDArray[np.float32],
    prompts: Strings,
    contributors: Strings,
    weeks: NDArray[np.datetime64],
    config: AnalysisConfig,
    seed: int,
) -> list[ClusterResult]:
    """Clusters of the reports of one domain, largest first.

    Parameters
    ----------
    domain : str
    indices : ndarray of shape (n_members,), dtype=int64
        The domain's reports: positions in the arrays that follow.
    embedding : ndarray of shape (n_reports, n_dimensions), dtype=float32
        Unit vectors.
    prompts, contributors : ndarray of shape (n_reports,), dtype=object
    weeks : ndarray of shape (n_reports,), dtype=datetime64[D]
        Monday of each report's week.
    config : AnalysisConfig
    seed : int

    Returns
    -------
    list of ClusterResult
        Empty where the domain has fewer than `cluster_members_min` reports.
    """
    if len(indices) < config.cluster_members_min:
        return []
    labels = partition(embedding[indices], config, seed=seed)
    found = [
        (label, indices[labels == label])
        for label in range(labels.max() + 1)
        if (labels == label).sum() >= config.cluster_members_min
    ]
    found.sort(key=lambda pair: (-len(pair[1]), int(pair[1][0])))
    terms = cluster_terms([members for _, members in found], prompts, contributors, config)
    results = []
    for (_, members), words in zip(found, terms, strict=True):
        n_contributors = len(set(contributors[members]))
        results.append(
            ClusterResult(
                domain=domain,
                members=members,
                medoids=medoids(members, embedding, contributors, config.medoids),
                terms=words,
                n_reports=len(members),
                n_contributors=n_contributors,
                first_week=_as_date(weeks[members].min()),
                last_week=_as_date(weeks[members].max()),
                is_public=len(members) >= config.cluster_reports_min
                and n_contributors >= config.cluster_contributors_min,
            )
        )
    return results


def partition(vectors: NDArray[np.float32], config: AnalysisConfig, *, seed: int) -> Ints:
    """Community of each vector in the neighbour graph; -1 for noise.

    Louvain's method on the graph of the nearest neighbours, weighted by cosine similarity, with
    unconnected pieces taken apart. (Leiden's method in scikit-network 0.33.5 draws from the C
    library's `rand()`, whatever the seed, and can run for ever on near-equal weights, its issue
    592; the quality is the same, see README.md.) The resolution is the one whose partitions of
    random parts agree most (adjusted mutual information on the common vectors); where none agrees
    well, all are one community. Vectors unlike their own neighbours are noise.

    Parameters
    ----------
    vectors : ndarray of shape (n, n_dimensions), dtype=float32
        Unit vectors. Exact neighbours: n up to about 30,000 is quick.
    config : AnalysisConfig
    seed : int

    Returns
    -------
    ndarray of shape (n,), dtype=int64
        Labels from 0, by falling size, or -1.

    References
    ----------
    .. [1] Blondel et al. (2008), Fast unfolding of communities in large networks.
       doi:10.1088/1742-5468/2008/10/P10008
    .. [2] Traag, Waltman, van Eck (2019), From Louvain to Leiden. doi:10.1038/s41598-019-41695-z
    """
    n = len(vectors)
    labels = np.zeros(n, dtype=np.int64)
    if n <= config.neighbours:
        return labels
    similarity, neighbour = _neighbours(vectors, config.neighbours)
    centre = similarity.mean(axis=1)
    median = np.median(centre)
    spread = max(1.4826 * float(np.median(np.abs(centre - median))), _SPREAD_MIN)
    kept = np.flatnonzero(centre >= median - config.noise_deviations * spread)
    graph = _graph(similarity, neighbour)[kept][:, kept]
    resolution = _stable_resolution(graph, config, seed)
    labels[:] = NOISE
    labels[kept] = 0 if resolution is None else _communities(graph, resolution, seed)
    return labels


def cluster_terms(
    clusters: Sequence[Ints], prompts: Strings, contributors: Strings, config: AnalysisConfig
) -> list[tuple[str, ...]]:
    """Words that set each cluster apart, best first, by class-based TF-IDF.

    `W_tc = tf_tc ln(1 + A / f_t)` with tf_tc the term's count in the cluster, f_t its count in all
    and A the mean number of words per cluster. Only terms that `term_contributors_min` different
    contributors of the cluster used can label it: a label must not show what one person wrote.

    References
    ----------
    .. [1] Grootendorst (2022), BERTopic, section 3.3. arXiv:2203.05794
    """
    if not clusters:
        return []
    vectoriser = CountVectorizer(
        token_pattern=_TERM, ngram_range=(1, 2), stop_words=sorted(ENGLISH_STOP_WORDS)
    )
    rows = np.concatenate(clusters)
    try:
        counts = vectoriser.fit_transform(prompts[rows].tolist())
    except ValueError:  # no word at all: nothing to label with
        return [() for _ in clusters]
    names = vectoriser.get_feature_names_out()
    starts = np.cumsum([0, *(len(members) for members in clusters)])
    parts = [counts[a:b] for a, b in pairwise(starts)]
    frequency = np.array([np.asarray(part.sum(axis=0)).ravel() for part in parts], dtype=float)
    weight = frequency * np.log1p(frequency.sum() / len(parts) / frequency.sum(axis=0))
    result = []
    for members, part, row in zip(clusters, parts, weight, strict=True):
        users = _contributors_per_term(part, contributors[members])
        allowed = np.flatnonzero(users >= config.term_contributors_min)
        order = sorted(allowed, key=lambda t: (-row[t], names[t]))
        result.append(tuple(str(names[t]) for t in order[: config.cluster_terms]))
    return result


def medoids(
    members: Ints, embedding: NDArray[np.float32], contributors: Strings, count: int
) -> Ints:
    """Members nearest to the middle of all, each from another contributor as far as they reach."""
    middle = embedding[members].mean(axis=0)
    nearness = embedding[members] @ middle
    ranked = members[np.lexsort((members, -nearness))]
    _, first = np.unique(contributors[ranked].astype(str), return_index=True)
    rest = np.setdiff1d(np.arange(len(ranked)), first)
    chosen: Ints = ranked[np.concatenate([np.sort(first), rest])[:count]]
    return chosen


def _neighbours(vectors: NDArray[np.float32], count: int) -> tuple[Floats, Ints]:
    search = NearestNeighbors(n_neighbors=count, metric="cosine", algorithm="brute").fit(vectors)
    distance, neighbour = search.kneighbors()
    return np.clip(1.0 - distance, 0.0, 1.0).astype(np.float64), neighbour.astype(np.int64)


def _graph(similarity: Floats, neighbour: Ints) -> csr_matrix:
    """Symmetric graph: an edge wherever one is among the other's neighbours."""
    n, count = neighbour.shape
    rows = np.repeat(np.arange(n), count)
    directed = coo_array((similarity.ravel(), (rows, neighbour.ravel())), shape=(n, n)).tocsr()
    return csr_matrix(directed.maximum(directed.T))


def _communities(graph: csr_matrix, resolution: float, seed: int) -> Ints:
    method = Louvain(
        resolution=resolution, modularity="newman", shuffle_nodes=True, random_state=seed
    )
    community = method.fit_predict(graph)
    # Louvain may leave a community in two unconnected pieces: then they are two.
    edges = graph.tocoo()
    inside = community[edges.row] == community[edges.col]
    kept = coo_array((edges.data[inside], (edges.row[inside], edges.col[inside])), graph.shape)
    piece = connected_components(kept, directed=False)[1]
    _, labels, sizes = np.unique(piece, return_inverse=True, return_counts=True)
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    found: Ints = rank[labels]
    return found


def _stable_resolution(graph: csr_matrix, config: AnalysisConfig, seed: int) -> float | None:
    """The resolution whose partitions of random parts agree most; None where none agrees."""
    rng = np.random.default_rng(seed)
    n = graph.shape[0]
    size = int(config.cluster_resample_share * n)
    parts = [np.sort(rng.choice(n, size, replace=False)) for _ in range(config.cluster_resamples)]
    pieces = [graph[part][:, part] for part in parts]
    best: tuple[float, float] | None = None
    for resolution in config.cluster_resolutions:
        labels = [_communities(piece, resolution, seed) for piece in pieces]
        agreement = float(
            np.mean(
                [
                    _agreement(parts[i], labels[i], parts[i + 1], labels[i + 1])
                    for i in range(len(parts) - 1)
                ]
            )
        )
        if best is None or agreement > best[0] + 1e-9:
            best = (agreement, resolution)
    if best is None or best[0] < config.cluster_stability_min:
        return None
    return best[1]


def _agreement(part_a: Ints, labels_a: Ints, part_b: Ints, labels_b: Ints) -> float:
    _, in_a, in_b = np.intersect1d(part_a, part_b, assume_unique=True, return_indices=True)
    a, b = labels_a[in_a], labels_b[in_b]
    sizes = len(set(a)), len(set(b))
    if min(sizes) < 2 or max(sizes) == len(a):
        return 0.0  # all together, or each alone: they agree perfectly and say nothing
    return float(adjusted_mutual_info_score(a, b))


def _contributors_per_term(counts: csr_matrix, contributors: Strings) -> Ints:
    """How many different contributors used each term."""
    _, person = np.unique(contributors.astype(str), return_inverse=True)
    shape = (int(person.max()) + 1, len(person))
    by_person = csr_matrix((np.ones(len(person)), (person, np.arange(len(person)))), shape=shape)
    used = (by_person @ (counts > 0)) > 0
    return np.asarray(used.sum(axis=0), dtype=np.int64).ravel()


def _as_date(day: np.datetime64) -> date:
    found = day.astype("datetime64[D]").item()
    assert isinstance(found, date)  # noqa: S101 - tells the type checker
    return found
