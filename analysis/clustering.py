"""Reports of one domain that are alike: communities of their neighbour graph, on two levels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from analysis.config import AnalysisConfig
from analysis.labels import cluster_labels, medoids
from analysis.neighbours import Vectors, canonical_order, find_neighbours
from analysis.records import ClusterResult, Floats, Ints, Strings
from analysis.stability import Sweep, by_size, communities, sweep

_SPREAD_MIN = 0.01
"""Cosine similarity within which differences are rounding, not distance."""

NOISE = -1
"""Label of reports that belong to no cluster."""


@dataclass(frozen=True)
class Division:
    """Vectors in groups, and these in smaller ones.

    Attributes
    ----------
    theme, variant : ndarray of shape (n,), dtype=int64
        Labels from 0 by falling size; -1 for what is unlike everything. A variant lies within one
        theme; where themes fall apart no further, variants equal themes.
    theme_stability, variant_stability : ndarray, dtype=float64
        By label, from 0 to 1 (`Sweep.stability`); NaN where unknown.
    """

    theme: Ints
    variant: Ints
    theme_stability: Floats
    variant_stability: Floats


def partition(vectors: Vectors, config: AnalysisConfig, *, seed: int) -> Ints:
    """The themes of `divide`: labels from 0 by falling size, -1 for noise; shape (n,)."""
    return divide(vectors, config, seed=seed).theme


def divide(vectors: Vectors, config: AnalysisConfig, *, seed: int) -> Division:
    """Communities of the neighbour graph of unit vectors, whatever their order.

    Vectors unlike their own neighbours are noise. The resolution of the themes is the one whose
    partitions of random halves agree most; that of the variants the most stable one at least
    `variant_factor` times as fine. Where none agrees well, all is one theme.

    Parameters
    ----------
    vectors : ndarray of shape (n, n_dimensions), dtype=float32
        Unit vectors.
    config : AnalysisConfig
    seed : int
    """
    n = len(vectors)
    if n <= config.neighbours:
        return _undivided(n)
    order = canonical_order(vectors)
    vectors = vectors[order]
    found = find_neighbours(vectors, config)
    kept = np.flatnonzero(found.closeness >= _closeness_min(found.closeness, config))
    inner = _divide_graph(vectors[kept], found.graph[kept][:, kept], config, seed)
    theme, variant = (np.full(n, NOISE, dtype=np.int64) for _ in range(2))
    theme[order[kept]], variant[order[kept]] = inner.theme, inner.variant
    return replace(inner, theme=theme, variant=variant)


def _undivided(n: int) -> Division:
    label, unknown = np.zeros(n, dtype=np.int64), np.full(1, np.nan)
    return Division(label, label, unknown, unknown)


def _closeness_min(closeness: Floats, config: AnalysisConfig) -> float:
    median = float(np.median(closeness))
    spread = max(1.4826 * float(np.median(np.abs(closeness - median))), _SPREAD_MIN)
    return median - config.noise_deviations * spread


def _divide_graph(
    vectors: Vectors, graph: csr_matrix, config: AnalysisConfig, seed: int
) -> Division:
    if graph.nnz == 0:  # all equal: centred, they point nowhere
        return _undivided(len(vectors))
    tried = _sweep(vectors, graph, config, seed)
    coarse = tried.best(config.cluster_stability_min)
    if coarse is None:
        return _undivided(len(vectors))
    theme = communities(graph, float(tried.resolutions[coarse]), seed)
    theme_stability = tried.stability(coarse, theme)
    # A little less than the factor: the grid's own steps are multiples, up to rounding.
    above = 0.99 * config.variant_factor * float(tried.resolutions[coarse])
    fine = tried.best(config.cluster_stability_min, above=above)
    if fine is None:
        return Division(theme, theme, theme_stability, theme_stability)
    piece = communities(graph, float(tried.resolutions[fine]), seed)
    variant = by_size(theme * (piece.max() + 1) + piece)
    return Division(theme, variant, theme_stability, tried.stability(fine, variant))


def _sweep(vectors: Vectors, graph: csr_matrix, config: AnalysisConfig, seed: int) -> Sweep:
    """The sweep over the graph, or over that of a random part of many vectors."""
    n = len(vectors)
    if n <= config.cluster_sample:
        return sweep(graph, config, seed)
    part = np.sort(np.random.default_rng(seed).choice(n, config.cluster_sample, replace=False))
    found = sweep(find_neighbours(vectors[part], config).graph, config, seed)
    return replace(found, halves=[part[nodes] for nodes in found.halves])


@dataclass(frozen=True)
class DomainClusters:
    """The clusters of one domain, each theme before its variants; and what belongs to none."""

    clusters: list[ClusterResult]
    outliers: Ints


def cluster_domain(
    domain: str,
    indices: Ints,
    *,
    standing: Ints,
    embedding: Vectors,
    prompts: Strings,
    contributors: Strings,
    weeks: NDArray[np.datetime64],
    config: AnalysisConfig,
    seed: int,
) -> DomainClusters:
    """Clusters of the reports of one domain, the largest theme first.

    Near-duplicates are one point of the graph: a copied prompt makes no cluster.

    Parameters
    ----------
    domain : str
    indices : ndarray of shape (n_members,), dtype=int64
        The domain's reports: positions in the arrays that follow.
    standing : ndarray of shape (n_reports,), dtype=int64
        The report that stands for each; itself where it stands for itself.
    embedding : ndarray of shape (n_reports, n_dimensions), dtype=float32
        Unit vectors.
    prompts, contributors : ndarray of shape (n_reports,), dtype=object
    weeks : ndarray of shape (n_reports,), dtype=datetime64[D]
        Monday of each report's week.
    config : AnalysisConfig
    seed : int

    Returns
    -------
    DomainClusters
        No clusters where the domain has fewer than `cluster_members_min` reports.
    """
    if len(indices) < config.cluster_members_min:
        return DomainClusters([], indices[:0])
    # Where the one that stands for a report counts in another domain, the report is a point itself.
    stand = np.where(np.isin(standing[indices], indices), standing[indices], indices)
    points, point = np.unique(stand, return_inverse=True)
    found = divide(embedding[points], config, seed=seed)
    theme, variant = found.theme[point], found.variant[point]
    groups = _groups(theme, variant, found, config)
    shapes = _shapes([indices[g.members] for g in groups], [g.parent for g in groups], embedding)
    labels = cluster_labels(
        [indices[g.members] for g in groups], shapes.nearest, prompts, contributors, config
    )
    results = []
    for place, group in enumerate(groups):
        members = indices[group.members]
        people = set(contributors[members].tolist()) - {""}
        results.append(
            ClusterResult(
                domain=domain,
                members=members,
                medoids=medoids(
                    np.intersect1d(members, points), embedding, contributors, config.medoids
                ),
                terms=labels.terms[place],
                n_reports=len(members),
                n_contributors=len(people),
                first_week=_as_date(weeks[members].min()),
                last_week=_as_date(weeks[members].max()),
                is_public=len(members) >= config.cluster_reports_min
                and len(people) >= config.cluster_contributors_min,
                parent=group.parent,
                stability=group.stability,
                silhouette=float(shapes.silhouette[place]),
                nearest=shapes.nearest[place],
                separating_terms=labels.separating[place],
            )
        )
    return DomainClusters(results, indices[theme == NOISE])


@dataclass(frozen=True)
class _Group:
    members: Ints
    parent: int
    stability: float


def _groups(theme: Ints, variant: Ints, found: Division, config: AnalysisConfig) -> list[_Group]:
    """Themes with enough members, each followed by its variants where it has at least two."""
    groups: list[_Group] = []
    for label in _large(theme, config):
        members = np.flatnonzero(theme == label)
        parent = len(groups)
        groups.append(_Group(members, -1, float(found.theme_stability[label])))
        inner = _large(variant[members], config)
        if len(inner) < 2:
            continue
        for part in inner:
            own = members[variant[members] == part]
            groups.append(_Group(own, parent, float(found.variant_stability[part])))
    return groups


def _large(labels: Ints, config: AnalysisConfig) -> list[int]:
    """Labels with enough members, by falling size; of equal ones the first first."""
    known, first, counts = np.unique(labels[labels >= 0], return_index=True, return_counts=True)
    order = np.lexsort((first, -counts))
    return [int(known[i]) for i in order if counts[i] >= config.cluster_members_min]


@dataclass(frozen=True)
class _Shapes:
    silhouette: Floats
    nearest: list[int]


def _shapes(clusters: list[Ints], parents: list[int], embedding: Vectors) -> _Shapes:
    """How well each cluster is set apart from its siblings, and which of them is most like it.

    The simplified silhouette: of each member the distance (1 - cosine) to the middle of its own
    cluster, a, and to that of the nearest sibling, b; the mean of (b - a) / max(a, b). NaN and -1
    where there is no sibling.

    References
    ----------
    .. [1] Hruschka, de Castro, Campello (2004), Evolutionary algorithms for clustering
       gene-expression data. doi:10.1109/ICDM.2004.10073
    """
    silhouette, nearest = np.full(len(clusters), np.nan), [-1] * len(clusters)
    middles = np.array([_unit(embedding[members].mean(axis=0)) for members in clusters])
    for parent in sorted(set(parents)):
        siblings = [place for place, mine in enumerate(parents) if mine == parent]
        if len(siblings) < 2:
            continue
        alike = middles[siblings] @ middles[siblings].T
        np.fill_diagonal(alike, -np.inf)
        for row, place in enumerate(siblings):
            nearest[place] = siblings[int(alike[row].argmax())]
            distance = 1.0 - embedding[clusters[place]] @ middles[siblings].T
            own = distance[:, row].copy()
            distance[:, row] = np.inf
            other = distance.min(axis=1)
            silhouette[place] = np.mean((other - own) / np.maximum(np.maximum(other, own), 1e-9))
    return _Shapes(silhouette, nearest)


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = vector / max(float(np.linalg.norm(vector)), 1e-9)
    return found


def _as_date(day: np.datetime64) -> date:
    found = day.astype("datetime64[D]").item()
    assert isinstance(found, date)  # noqa: S101 - tells the type checker
    return found
