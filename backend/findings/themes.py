"""What lies on a map of clusters: those of all domains, or those of one with its neighbours'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import dist
from statistics import fmean
from typing import Any

SHOWN_MAX = 150
"""Clusters on one map: more can't be told apart. The largest are shown, of a domain's map its own first."""

NEAREST = 3
"""Domains of other families beside a domain's own family that its map shows, the nearest first."""


@dataclass(frozen=True)
class ClusterMap:
    """The clusters of a map in the order of their numbers, which begin at 1."""

    own: list[Any]
    """Those of the domain, or all; the largest first."""
    near: list[Any]
    """Those of its neighbours."""
    neighbours: list[Any]
    """The neighbouring domains."""
    n_left: int
    """Smaller ones that are left out."""

    @property
    def shown(self) -> list[Any]:
        return [*self.own, *self.near]

    @property
    def has_simulated(self) -> bool:
        return any(cluster.has_simulated for cluster in self.shown)


def cluster_map_public(clusters: Sequence[Any], leaf: Any = None) -> ClusterMap:
    """The map of a domain, or of all without one, out of `selectors.clusters_on_map_public()`."""
    own = [c for c in clusters if leaf is None or c.domain_id == leaf.pk]
    around = _neighbours(clusters, leaf) if leaf and own else []
    near = [c for c in clusters if c.domain_id in {domain.pk for domain in around}]
    own_shown = own[:SHOWN_MAX]
    near_shown = near[: SHOWN_MAX - len(own_shown)]
    n_left = len(own) + len(near) - len(own_shown) - len(near_shown)
    return ClusterMap(own_shown, near_shown, around, n_left)


def _neighbours(clusters: Sequence[Any], leaf: Any) -> list[Any]:
    """Domains of a domain's family with clusters on the map, and the nearest others by their middles.

    As on the maps of findings. In the order of the catalogue, first the family.
    """
    places: dict[str, list[tuple[float, float]]] = {}
    for cluster in clusters:
        places.setdefault(cluster.domain_id, []).append((cluster.x, cluster.y))
    domains = {cluster.domain_id: cluster.domain for cluster in clusters}
    middles = {slug: tuple(map(fmean, zip(*found, strict=True))) for slug, found in places.items()}
    own = middles.pop(leaf.pk)
    family = [slug for slug in middles if domains[slug].parent_id == leaf.parent_id]
    others = sorted(
        (s for s in middles if s not in family), key=lambda s: (dist(own, middles[s]), s)
    )
    chosen = [domains[slug] for slug in [*family, *others[:NEAREST]]]
    return sorted(chosen, key=lambda d: (d.parent_id != leaf.parent_id, d.position, d.pk))
