"""How finely a graph is to be divided: at the resolution whose partitions of random halves agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.metrics import adjusted_mutual_info_score
from sknetwork.clustering import Louvain

from analysis.config import AnalysisConfig
from analysis.records import Floats, Ints


@dataclass(frozen=True)
class Sweep:
    """Partitions of random halves of a graph at every resolution.

    Attributes
    ----------
    resolutions : ndarray of shape (n_resolutions,), dtype=float64
    agreement : ndarray of shape (n_resolutions,), dtype=float64
        Mean adjusted mutual information of two halves on the nodes that both have. 0 where a
        half was one community or each node its own: they would agree, and say nothing.
    halves : list of ndarray, dtype=int64
        The nodes of each half.
    labels : list of list of ndarray, dtype=int64
        By resolution and half: the community of each node.
    """

    resolutions: Floats
    agreement: Floats
    halves: list[Ints]
    labels: list[list[Ints]]

    def best(
        self, config: AnalysisConfig, *, above: float = 0.0, last: float | None = None
    ) -> int | None:
        """Place of the resolution beyond `above` that agrees most; None if none agrees enough.

        Each agreement counts with its neighbours' (1, 2, 1): a peak of one resolution is chance.
        The `last` run's resolution (0: it was not divided; None: there was none) stays while it
        agrees nearly as well: clusters are to keep their identity.
        """
        edges = np.concatenate([self.agreement[:1], self.agreement, self.agreement[-1:]])
        smooth = np.convolve(edges, [0.25, 0.5, 0.25], mode="valid")
        allowed = np.where((self.resolutions > above) & (self.agreement > 0), smooth, -1.0)
        place = int(np.argmax(allowed))
        kept = np.flatnonzero(self.resolutions == last)
        if len(kept) and allowed[kept[0]] >= allowed[place] - config.resolution_margin:
            place = int(kept[0])
        wanted = config.cluster_stability_min
        if last is not None:
            wanted += config.resolution_margin if last == 0 else -config.resolution_margin
        is_enough = max(allowed[place], self.agreement[place]) >= wanted
        return place if is_enough else None

    def stability(self, place: int, labels: Ints) -> Floats:
        """Of each community: how much of it the halves found again, from 0 to 1.

        The mean over the halves of the largest Jaccard similarity between the part of a community
        that lies in the half and a community of the half; NaN where none of it lies in any.

        Parameters
        ----------
        place : int
            Of the resolution.
        labels : ndarray of shape (n_nodes,), dtype=int64
            Communities of the whole graph; negative for none.

        References
        ----------
        .. [1] Hennig (2007), Cluster-wise assessment of cluster stability.
           doi:10.1016/j.csda.2006.11.025
        """
        n = int(labels.max(initial=-1)) + 1
        total, times = np.zeros(n), np.zeros(n)
        for nodes, found in zip(self.halves, self.labels[place], strict=True):
            mine = labels[nodes]
            inside = mine >= 0
            cells = (mine[inside], found[inside])
            shape = (n, int(found.max(initial=0)) + 1)
            both = coo_array((np.ones(int(inside.sum())), cells), shape=shape).tocsr()
            own, theirs = np.bincount(mine[inside], minlength=n), np.bincount(found)
            pairs = both.tocoo()
            jaccard = pairs.data / (own[pairs.row] + theirs[pairs.col] - pairs.data)
            largest = np.zeros(n)
            np.maximum.at(largest, pairs.row, jaccard)
            total += largest
            times += own > 0
        return np.where(times > 0, total / np.maximum(times, 1), np.nan)


def sweep(graph: csr_matrix, config: AnalysisConfig, seed: int) -> Sweep:
    """Divide random halves of a graph at every resolution of `config.cluster_resolutions`.

    The resolution that is right for a part of the graph is right for the whole: what it fixes is
    the *share* of all edges that a community has.
    """
    rng = np.random.default_rng(seed)
    n = graph.shape[0]
    halves = [
        np.sort(rng.choice(n, int(config.cluster_resample_share * n), replace=False))
        for _ in range(config.cluster_resamples)
    ]
    pieces = [graph[nodes][:, nodes] for nodes in halves]
    labels = [
        [communities(piece, resolution, seed) for piece in pieces]
        for resolution in config.cluster_resolutions
    ]
    ring = [(i, (i + 1) % len(halves)) for i in range(len(halves))]
    common = [np.intersect1d(halves[i], halves[j], True, True)[1:] for i, j in ring]
    agreement = [
        np.mean(
            [_agreement(at[i][a], at[j][b]) for (i, j), (a, b) in zip(ring, common, strict=True)]
        )
        for at in labels
    ]
    return Sweep(np.array(config.cluster_resolutions), np.array(agreement), halves, labels)


def communities(graph: csr_matrix, resolution: float, seed: int) -> Ints:
    """Community of each node by Louvain's method, numbered from the largest on.

    (Leiden's method in scikit-network 0.33.5 draws from the C library's `rand()`, whatever the
    seed, and can run for ever on near-equal weights, its issue 592; the quality is the same, see
    README.md.) A community in two unconnected pieces is two.

    References
    ----------
    .. [1] Blondel et al. (2008), Fast unfolding of communities in large networks.
       doi:10.1088/1742-5468/2008/10/P10008
    .. [2] Traag, Waltman, van Eck (2019), From Louvain to Leiden. doi:10.1038/s41598-019-41695-z
    """
    if graph.nnz == 0:
        return np.arange(graph.shape[0])
    method = Louvain(
        resolution=resolution, modularity="newman", shuffle_nodes=True, random_state=seed,
        return_probs=False, return_aggregate=False,
    )  # fmt: skip
    community = method.fit_predict(graph)
    edges = graph.tocoo()
    inside = community[edges.row] == community[edges.col]
    kept = coo_array((edges.data[inside], (edges.row[inside], edges.col[inside])), graph.shape)
    return by_size(connected_components(kept, directed=False)[1].astype(np.int64))


def by_size(labels: Ints) -> Ints:
    """The same groups, numbered from the largest on; of equal ones, the one that begins first.

    >>> by_size(np.array([7, 3, 3, 9])).tolist()
    [1, 0, 0, 2]
    """
    _, first, numbers, sizes = np.unique(
        labels, return_index=True, return_inverse=True, return_counts=True
    )
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.lexsort((first, -sizes))] = np.arange(len(sizes))
    found: Ints = rank[numbers]
    return found


def _agreement(a: Ints, b: Ints) -> float:
    sizes = len(set(a.tolist())), len(set(b.tolist()))
    if min(sizes) < 2 or max(sizes) == len(a):
        return 0.0
    return float(adjusted_mutual_info_score(a, b))
