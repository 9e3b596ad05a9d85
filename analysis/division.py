"""Vectors in groups of alike ones: communities of their neighbour graph, on two levels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix

from analysis.config import AnalysisConfig
from analysis.neighbours import Vectors, canonical_order, find_neighbours
from analysis.records import Floats, Ints
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
