"""Vectors to the graph of their nearest neighbours, the same one whatever the order of the rows."""

from __future__ import annotations

from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_matrix

from analysis.config import AnalysisConfig
from analysis.records import Floats, Ints

Vectors = NDArray[np.float32]

EXACT_MAX = 20_000
"""Up to so many vectors all pairs are compared; beyond, those of the nearest cells."""

_CELLS_PROBED = 8
"""Cells searched for each vector: 97 of 100 of its neighbours are in them (CLINC150, MiniLM)."""

_CELL_ROUNDS = 8
_CELL_SAMPLE = 64
"""Rounds of k-means for the cells, and vectors per cell that it looks at."""

_BLOCK_ROWS = 65_536


@dataclass(frozen=True)
class Neighbours:
    """The nearest neighbours of each vector.

    Attributes
    ----------
    graph : csr_matrix of shape (n, n), dtype=float64
        Symmetric: an edge wherever one is among the other's neighbours, weighted by the cosine
        similarity of the reduced vectors.
    closeness : ndarray of shape (n,), dtype=float64
        Mean cosine similarity of the *unreduced* vectors of each and its neighbours: low for what is
        unlike everything (AUROC .92 to .99 for planted foreign texts; reduced: .85 to .98).
    """

    graph: csr_matrix
    closeness: Floats


def canonical_order(vectors: Vectors) -> Ints:
    """Positions in the order of the vectors' own bytes: independent of the order they came in."""
    rows = np.ascontiguousarray(vectors).view(
        np.dtype((np.void, vectors.dtype.itemsize * vectors.shape[1]))
    )
    order: Ints = np.argsort(rows.ravel(), kind="stable").astype(np.int64)
    return order


def find_neighbours(vectors: Vectors, config: AnalysisConfig) -> Neighbours:
    """The neighbour graph of unit vectors.

    Searched after centring and reduction to the leading `cluster_dimensions` principal components:
    communities of that graph agree *better* with the labels of three of eight sets and as well with
    those of the rest, at a third of the time (docs/benchmarks.md).

    Parameters
    ----------
    vectors : ndarray of shape (n, n_dimensions), dtype=float32
        Unit vectors; n > `config.neighbours`.
    config : AnalysisConfig

    References
    ----------
    .. [1] Douze et al. (2024), The Faiss library. arXiv:2401.08281
    """
    reduced = _reduced(vectors, config.cluster_dimensions)
    similarity, neighbour = _search(reduced, config.neighbours)
    n, count = neighbour.shape
    rows = np.repeat(np.arange(n), count)
    directed = coo_array((similarity.ravel(), (rows, neighbour.ravel())), shape=(n, n)).tocsr()
    graph = csr_matrix(directed.maximum(directed.T))
    graph.eliminate_zeros()
    return Neighbours(graph, _closeness(vectors, neighbour))


def nearest_others(vectors: Vectors, count: int) -> Ints:
    """Positions of the `count` nearest others of each centred vector; shape (n, count).

    A vector stands in for a neighbour that its cells did not hold.
    """
    return _search(_reduced(vectors, vectors.shape[1]), count)[1]


def _reduced(vectors: Vectors, n_dimensions: int) -> Vectors:
    """Unit vectors of the leading principal components."""
    middle = vectors.mean(axis=0, dtype=np.float64)
    kept = min(n_dimensions, vectors.shape[1])
    moment = np.zeros((vectors.shape[1], vectors.shape[1]))
    for start in range(0, len(vectors), _BLOCK_ROWS):
        block = vectors[start : start + _BLOCK_ROWS].astype(np.float64) - middle
        moment += block.T @ block
    axes = np.linalg.eigh(moment)[1][:, ::-1][:, :kept].astype(np.float32)
    reduced: Vectors = vectors @ axes
    reduced -= middle.astype(np.float32) @ axes
    reduced /= np.maximum(np.linalg.norm(reduced, axis=1, keepdims=True), 1e-9)
    return reduced


def _search(vectors: Vectors, count: int) -> tuple[Floats, Ints]:
    """Similarity and position of the `count` nearest others of each vector."""
    n, n_dimensions = vectors.shape
    index = _cells(vectors) if n > EXACT_MAX else faiss.IndexFlatIP(n_dimensions)
    index.add(vectors)
    similarity, found = index.search(vectors, count + 1)
    # Each is its own nearest; among many equal ones it may be missing, and the last one goes.
    is_other = found != np.arange(n)[:, None]
    is_other[is_other.all(axis=1), -1] = False
    found = found[is_other].reshape(n, count)
    similarity = similarity[is_other].reshape(n, count)
    # Where the cells held too few (-1), a vector is its own neighbour: no edge to anybody.
    missing = found < 0
    found = np.where(missing, np.arange(n)[:, None], found)
    return np.where(missing, 0.0, np.clip(similarity, 0.0, 1.0)), found.astype(np.int64)


def _cells(vectors: Vectors) -> faiss.IndexIVFFlat:
    """An index that looks only into the cells nearest to a vector."""
    n, n_dimensions = vectors.shape
    index = faiss.IndexIVFFlat(
        faiss.IndexFlatIP(n_dimensions), n_dimensions, int(4 * n**0.5), faiss.METRIC_INNER_PRODUCT
    )
    index.cp.niter = _CELL_ROUNDS
    index.cp.max_points_per_centroid = _CELL_SAMPLE
    index.cp.min_points_per_centroid = 1
    index.nprobe = _CELLS_PROBED
    index.train(vectors)
    return index


def _closeness(vectors: Vectors, neighbour: Ints) -> Floats:
    """Mean similarity of each to its neighbours: the one to their sum, over their number."""
    found = np.empty(len(vectors))
    count = neighbour.shape[1]
    for start in range(0, len(vectors), _BLOCK_ROWS):
        rows = neighbour[start : start + _BLOCK_ROWS]
        ends = np.arange(0, rows.size + 1, count)
        ones = np.ones(rows.size, dtype=np.float32)
        chosen = csr_matrix((ones, rows.ravel(), ends), (len(rows), len(vectors)))
        total = np.einsum("nd,nd->n", vectors[start : start + len(rows)], chosen @ vectors)
        found[start : start + len(rows)] = total / count
    return found
