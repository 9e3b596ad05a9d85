"""Places in the plane, for the eye alone: no number is computed from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from sklearn.manifold import TSNE

from analysis.neighbours import Vectors
from analysis.records import Floats
from analysis.results import ClusterResult

_LAYOUT_ROUNDS = 500
"""Steps of t-SNE: with 250 the largest maps still move."""

_SPREAD_MIN = 1e-6
"""Vectors that differ by less are one: they have no directions to be laid out in."""


def layout(vectors: Vectors, *, seed: int) -> Floats:
    """Places in the plane where neighbours stay neighbours; for the eye alone, nothing is decided there.

    t-SNE on cosine distance from the principal components: the same result for the same rows.

    Parameters
    ----------
    vectors : ndarray of shape (n, n_dimensions), dtype=float32
        Unit vectors.
    seed : int

    Returns
    -------
    ndarray of shape (n, 2), dtype=float64
        Each coordinate in [-1, 1].

    References
    ----------
    .. [1] van der Maaten, Hinton (2008), Visualizing data using t-SNE.
    .. [2] Kobak, Berens (2019), The art of using t-SNE. doi:10.1038/s41467-019-13056-x
    """
    n = len(vectors)
    if n < 4 or float(np.ptp(vectors, axis=0).max()) < _SPREAD_MIN:
        return np.column_stack([np.linspace(-1, 1, n), np.zeros(n)])
    method = TSNE(
        perplexity=min(30.0, (n - 1) / 3),
        metric="cosine",
        init="pca",
        max_iter=_LAYOUT_ROUNDS,
        random_state=seed,
    )
    places = method.fit_transform(vectors).astype(np.float64)
    places -= (places.max(axis=0) + places.min(axis=0)) / 2
    found: Floats = places / max(float(np.abs(places).max()), 1e-9)
    return found


def with_places(clusters: Sequence[ClusterResult], *, seed: int) -> list[ClusterResult]:
    """The clusters, and where each public theme lies on their map.

    Alike themes lie near each other, also those of different domains: one map for all of them, so
    that a domain and its neighbours are parts of the same picture.

    Parameters
    ----------
    clusters : sequence of ClusterResult
        With their middles.
    seed : int

    Returns
    -------
    list of ClusterResult
        In the same order. Variants have no place, nor has a theme that is not public: nobody may see
        that it is there.
    """
    placed = list(clusters)
    shown = [k for k, cluster in enumerate(clusters) if cluster.is_public and cluster.parent < 0]
    if shown:
        places = layout(np.stack([clusters[k].centroid for k in shown]), seed=seed)
        for k, (x, y) in zip(shown, places.tolist(), strict=True):
            placed[k] = replace(clusters[k], place=(x, y))
    return placed
