"""Vectors in groups of alike ones: communities of their neighbour graph, on two levels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix

from analysis.config import AnalysisConfig
from analysis.neighbours import Vectors, canonical_order, find_neighbours
from analysis.records import Floats, Ints
from analysis.stability import Sweep, by_size, communities, sweep

Resolutions = tuple[float, float]
UNDIVIDED: Resolutions = (0.0, 0.0)

_SPREAD_MIN = 0.01
"""Cosine similarity within which differences are rounding, not distance."""

NOISE = -1
"""Label of reports that belong to no cluster."""


@dataclass(frozen=True)
class Past:
    """How the last run divided what this run has.

    Attributes
    ----------
    theme, variant : ndarray of shape (n,), dtype=int64
        Labels; -1 for what is new, was in no cluster, or was in none of this level.
    resolution : pair of float
    """

    theme: Ints
    variant: Ints
    resolution: Resolutions

    def at(self, places: Ints) -> Past:
        """The same of some vectors."""
        return Past(self.theme[places], self.variant[places], self.resolution)


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
    resolution : pair of float
        Of the themes and of the variants; 0 where they are not divided.
    """

    theme: Ints
    variant: Ints
    theme_stability: Floats
    variant_stability: Floats
    resolution: Resolutions = UNDIVIDED


def partition(vectors: Vectors, config: AnalysisConfig, *, seed: int) -> Ints:
    """The themes of `divide`: labels from 0 by falling size, -1 for noise; shape (n,)."""
    return divide(vectors, config, seed=seed).theme


def divide(
    vectors: Vectors, config: AnalysisConfig, *, seed: int, past: Past | None = None
) -> Division:
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
    past : Past, optional
        Its resolution stays while it is nearly as good, and neighbours that were together count
        for more: clusters keep their identity, without being held together against the evidence.

    References
    ----------
    .. [1] Chakrabarti, Kumar, Tomkins (2006), Evolutionary clustering (temporal smoothness).
       doi:10.1145/1150402.1150467
    """
    n = len(vectors)
    if n <= config.neighbours:
        return _undivided(n)
    order = canonical_order(vectors)
    vectors = vectors[order]
    found = find_neighbours(vectors, config)
    kept = np.flatnonzero(found.closeness >= _closeness_min(found.closeness, config))
    inner = _divide_graph(
        vectors[kept],
        found.graph[kept][:, kept],
        config,
        seed,
        past=(past or _no_past(n)).at(order[kept]),
    )
    theme, variant = (np.full(n, NOISE, dtype=np.int64) for _ in range(2))
    theme[order[kept]], variant[order[kept]] = inner.theme, inner.variant
    return replace(inner, theme=theme, variant=variant)


def _no_past(n: int) -> Past:
    none = np.full(n, NOISE, dtype=np.int64)
    return Past(none, none, UNDIVIDED)


def _undivided(n: int) -> Division:
    label, unknown = np.zeros(n, dtype=np.int64), np.full(1, np.nan)
    return Division(label, label, unknown, unknown)


def _closeness_min(closeness: Floats, config: AnalysisConfig) -> float:
    median = float(np.median(closeness))
    spread = max(1.4826 * float(np.median(np.abs(closeness - median))), _SPREAD_MIN)
    return median - config.noise_deviations * spread


def _divide_graph(
    vectors: Vectors, graph: csr_matrix, config: AnalysisConfig, seed: int, *, past: Past
) -> Division:
    if graph.nnz == 0:  # all equal: centred, they point nowhere
        return _undivided(len(vectors))
    tried = _sweep(vectors, graph, config, seed)
    has_past = bool((past.theme != NOISE).any())
    coarse = tried.best(config, last=past.resolution[0] if has_past else None)
    if coarse is None:
        return _undivided(len(vectors))
    coarsely = float(tried.resolutions[coarse])
    theme = communities(_remembering(graph, past.theme, config), coarsely, seed)
    theme_stability = tried.stability(coarse, theme)
    # A little less than the factor: the grid's own steps are multiples, up to rounding.
    above = 0.99 * config.variant_factor * coarsely
    fine = tried.best(config, above=above, last=past.resolution[1] if has_past else None)
    if fine is None:
        return Division(theme, theme, theme_stability, theme_stability, (coarsely, 0.0))
    finely = float(tried.resolutions[fine])
    piece = communities(_remembering(graph, past.variant, config), finely, seed)
    variant = by_size(theme * (piece.max() + 1) + piece)
    stability = tried.stability(fine, variant)
    return Division(theme, variant, theme_stability, stability, (coarsely, finely))


def _remembering(graph: csr_matrix, past: Ints, config: AnalysisConfig) -> csr_matrix:
    """The graph with heavier edges between what was together."""
    edges = graph.tocoo()
    together = (past[edges.row] == past[edges.col]) & (past[edges.row] != NOISE)
    weight = edges.data * (1.0 + config.memory * together)
    return csr_matrix((weight, (edges.row, edges.col)), shape=graph.shape)


def _sweep(vectors: Vectors, graph: csr_matrix, config: AnalysisConfig, seed: int) -> Sweep:
    """The sweep over the graph, or over that of a random part of many vectors."""
    n = len(vectors)
    if n <= config.cluster_sample:
        return sweep(graph, config, seed)
    part = np.sort(np.random.default_rng(seed).choice(n, config.cluster_sample, replace=False))
    found = sweep(find_neighbours(vectors[part], config).graph, config, seed)
    return replace(found, halves=[part[nodes] for nodes in found.halves])
