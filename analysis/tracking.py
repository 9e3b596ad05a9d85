"""Clusters of this run and those of the last: which is which, and what became of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array, csr_array

from analysis.config import AnalysisConfig
from analysis.records import Floats, Ints, Track, TrackEvent

BORN, SPLIT, MERGED, DIED = "born", "split", "merged", "died"
NEW = 0
"""Id of a cluster that no track stands for yet."""


@dataclass(frozen=True)
class Group:
    """A cluster on its way: members, place of its theme (-1: it is one), stability, and its track.

    `found_track` says of each member in which track's cluster it was found, before a moderator's
    merges; empty where that is `track` for all.
    """

    members: Ints
    parent: int
    stability: float
    track: int = NEW
    found_track: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def found(self) -> Ints:
        """`found_track`, spelt out."""
        if len(self.found_track):
            return self.found_track
        return np.full(len(self.members), self.track, dtype=np.int64)


@dataclass(frozen=True)
class Followed:
    """By cluster the track that goes on in it (0 for none), and the events of the others."""

    track: list[int]
    events: list[TrackEvent]


def follow(
    tracks: Sequence[Track],
    clusters: Sequence[Ints],
    centroids: NDArray[np.float32],
    config: AnalysisConfig,
) -> Followed:
    """Which track goes on in which cluster.

    The assignment that maximises the sum of centroid cosine and Jaccard similarity of the members
    that both runs knew, among pairs of Jaccard at least `track_jaccard_min` [1]_. A track that is
    left over has merged into the cluster that holds most of its members, if that is at least half
    of them; else it died. A cluster that is left over was split from the track that held most of
    its members, if that goes on elsewhere; else it was born.

    Parameters
    ----------
    tracks : sequence of Track
        Of one domain and level, all with members.
    clusters : sequence of ndarray, dtype=int64
        Members, in the same positions as those of the tracks.
    centroids : ndarray of shape (n_clusters, n_dimensions), dtype=float32
        Unit vectors.
    config : AnalysisConfig

    References
    ----------
    .. [1] Greene, Doyle, Cunningham (2010), Tracking the evolution of communities in dynamic social
       networks. doi:10.1109/ASONAM.2010.17
    """
    if not tracks:
        return Followed(
            [NEW] * len(clusters), [TrackEvent(BORN, NEW, c) for c in range(len(clusters))]
        )
    if not clusters:
        return Followed([], [TrackEvent(DIED, track.id, -1) for track in tracks])
    common, of_track, of_cluster = _overlaps(tracks, clusters)
    union = of_track[:, None] + of_cluster[None, :] - common
    jaccard = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
    cosine = np.array([track.centroid for track in tracks]) @ centroids.T
    allowed = jaccard >= config.track_jaccard_min
    rows, columns = linear_sum_assignment(
        np.where(allowed, 2.0 + cosine + jaccard, 0.0), maximize=True
    )
    going = {int(r): int(c) for r, c in zip(rows, columns, strict=True) if allowed[r, c]}
    track_of = [NEW] * len(clusters)
    for row, column in going.items():
        track_of[column] = tracks[row].id
    events = []
    for column in range(len(clusters)):
        if track_of[column] == NEW:
            mother = int(common[:, column].argmax())
            is_split = mother in going and 2 * common[mother, column] >= of_cluster[column] > 0
            events.append(
                TrackEvent(SPLIT, tracks[mother].id, column)
                if is_split
                else TrackEvent(BORN, NEW, column)
            )
    for row, track in enumerate(tracks):
        if row not in going:
            heir = int(common[row].argmax())
            is_heir = 2 * common[row, heir] >= of_track[row] > 0
            events.append(
                TrackEvent(MERGED if is_heir else DIED, track.id, heir if is_heir else -1)
            )
    return Followed(track_of, events)


def follow_groups(
    groups: Sequence[Group],
    tracks: Sequence[Track],
    embedding: NDArray[np.float32],
    config: AnalysisConfig,
) -> tuple[list[Group], list[TrackEvent]]:
    """The groups under the ids that they keep, with what a moderator merged put together again.

    Parameters
    ----------
    groups : sequence of Group
        Of one domain, each theme before its variants.
    tracks : sequence of Track
        Of that domain.
    embedding : ndarray of shape (n_reports, n_dimensions), dtype=float32
    config : AnalysisConfig

    Returns
    -------
    groups, events
        Places in the events and `parent` point into the returned groups.
    """
    groups, events = list(groups), []
    for is_theme in (True, False):
        places = [p for p, group in enumerate(groups) if (group.parent < 0) == is_theme]
        members = [groups[p].members for p in places]
        level = [t for t in tracks if t.is_theme == is_theme and len(t.members)]
        found = follow(level, members, centroids(members, embedding), config)
        for place, track in zip(places, found.track, strict=True):
            groups[place] = replace(groups[place], track=track)
        events += [
            replace(event, cluster=places[event.cluster] if event.cluster >= 0 else -1)
            for event in found.events
        ]
    # A track whose last report was withdrawn has no members left to be followed by.
    events += [TrackEvent(DIED, track.id, -1) for track in tracks if not len(track.members)]
    return _merged(groups, events, {t.id: t.merged_into for t in tracks if t.merged_into})


def _merged(
    groups: list[Group], events: list[TrackEvent], root: dict[int, int]
) -> tuple[list[Group], list[TrackEvent]]:
    """Themes of one root become one, under the root's id, with all their variants."""
    home: dict[int, int] = {}
    moved: dict[int, int] = {}
    for place, group in enumerate(groups):
        if group.parent >= 0:
            continue
        wanted = root.get(group.track, group.track)
        moved[place] = home.setdefault(wanted, place) if wanted in root.values() else place
        if moved[place] == place:
            groups[place] = replace(group, track=wanted, found_track=group.found())
        else:
            groups[moved[place]] = _joined(groups[moved[place]], group)
    kept: list[int] = []
    for place in (p for p, q in moved.items() if p == q):
        inner = [p for p, g in enumerate(groups) if g.parent >= 0 and moved[g.parent] == place]
        kept += [place, *inner]
    new = {place: number for number, place in enumerate(kept)}
    themes = {place: new[target] for place, target in moved.items()}
    result = [
        replace(
            groups[place], parent=themes[groups[place].parent] if groups[place].parent >= 0 else -1
        )
        for place in kept
    ]
    alive = {group.track for group in result}
    return result, [
        replace(event, cluster=(new | themes)[event.cluster] if event.cluster >= 0 else -1)
        for event in events
        if event.kind in (BORN, SPLIT) or event.track not in alive
    ]


def _joined(target: Group, other: Group) -> Group:
    members = np.concatenate([target.members, other.members])
    found = np.concatenate([target.found(), other.found()])
    order = np.argsort(members, kind="stable")
    return replace(target, members=members[order], found_track=found[order])


def centroids(clusters: Sequence[Ints], embedding: NDArray[np.float32]) -> NDArray[np.float32]:
    """The middle of each cluster as a unit vector, of shape (n_clusters, n_dimensions)."""
    middles = np.zeros((len(clusters), embedding.shape[1]), dtype=np.float32)
    for place, members in enumerate(clusters):
        middle = embedding[members].mean(axis=0)
        middles[place] = middle / max(float(np.linalg.norm(middle)), 1e-9)
    return middles


def _overlaps(tracks: Sequence[Track], clusters: Sequence[Ints]) -> tuple[Floats, Floats, Floats]:
    """Members in common of each track and cluster, and how many known ones each has."""
    known = np.unique(np.concatenate([track.members for track in tracks]))
    rows = _membership([track.members for track in tracks], known)
    columns = _membership(clusters, known)
    common = np.asarray((rows @ columns.T).todense(), dtype=np.float64)
    return common, _sizes(rows), _sizes(columns)


def _sizes(rows: csr_array) -> Floats:
    return np.asarray(rows.sum(axis=1), dtype=np.float64).ravel()


def _membership(groups: Sequence[Ints], known: Ints) -> csr_array:
    """One row per group, one column per known report."""
    kept = [np.searchsorted(known, members[np.isin(members, known)]) for members in groups]
    rows = np.repeat(np.arange(len(groups)), [len(part) for part in kept])
    columns = np.concatenate(kept)
    shape = (len(groups), len(known))
    return csr_array(coo_array((np.ones(len(rows)), (rows, columns)), shape=shape))
