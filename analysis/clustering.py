"""The clusters of one domain: themes and their variants, with words, shape and identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from analysis.config import AnalysisConfig
from analysis.division import NOISE, UNDIVIDED, Division, Past, Resolutions, divide
from analysis.labels import cluster_labels, medoids
from analysis.neighbours import Vectors
from analysis.records import Floats, Ints, Strings, Track, TrackEvent
from analysis.results import ClusterResult
from analysis.tracking import DIED, Group, centroids, follow_groups


@dataclass(frozen=True)
class DomainPart:
    """The real or the simulated reports of one domain, and what decides their clusters.

    All positions are the part's own. Invented people hide nobody: no real report is shown because there
    are enough simulated ones like it, and none of these goes because somebody real wrote.

    Attributes
    ----------
    domain : str
    is_simulated : bool
    report_id, contributor, prompt : ndarray of shape (n,), dtype=object
    standing : ndarray of shape (n,), dtype=int64
        The report that stands for each; itself where that one is of another part.
    week : ndarray of shape (n,), dtype=datetime64[D]
        Monday of each report's week.
    embedding : ndarray of shape (n, n_dimensions), dtype=float32
        Unit vectors.
    tracks : tuple of Track
        The clusters of such reports in the last run. Members from n on have left the part.
    last : pair of float
        Their resolutions then.
    config : AnalysisConfig
    seed : int
    """

    domain: str
    is_simulated: bool
    report_id: Strings
    standing: Ints
    contributor: Strings
    week: NDArray[np.datetime64]
    prompt: Strings
    embedding: Vectors
    tracks: tuple[Track, ...]
    last: Resolutions
    config: AnalysisConfig
    seed: int

    def __len__(self) -> int:
        return len(self.report_id)

    @property
    def name(self) -> str:
        """What tells it from the run's other parts."""
        return part_name(self.domain, is_simulated=self.is_simulated)


def part_name(domain: str, *, is_simulated: bool) -> str:
    """The name of the part that holds a domain's real or simulated reports.

    >>> part_name("law", is_simulated=False), part_name("law", is_simulated=True)
    ('law', 'simulated/law')
    """
    return f"simulated/{domain}" if is_simulated else domain


@dataclass(frozen=True)
class DomainClusters:
    """The clusters of one part, each theme before its variants; their lives; the outliers."""

    clusters: list[ClusterResult]
    events: list[TrackEvent]
    outliers: Ints
    resolution: Resolutions = UNDIVIDED


def cluster_part(part: DomainPart) -> DomainClusters:
    """The clusters of a part, in its own positions, the largest theme first.

    Near-duplicates are one point of the graph: a copied prompt makes no cluster. No clusters where there
    are fewer than `cluster_members_min` reports.
    """
    config = part.config
    if len(part) < config.cluster_members_min:
        nothing = np.zeros(0, dtype=np.int64)
        return DomainClusters([], [TrackEvent(DIED, t.id, -1) for t in part.tracks], nothing)
    points, point = np.unique(part.standing, return_inverse=True)
    past = _past(points, part.tracks, part.last)
    found = divide(part.embedding[points], config, seed=part.seed, past=past)
    theme, variant = found.theme[point], found.variant[point]
    groups, events = follow_groups(
        _groups(theme, variant, found, config), part.tracks, part.embedding, config
    )
    outliers = np.flatnonzero(theme == NOISE).astype(np.int64)
    return DomainClusters(_results(part, groups, points), events, outliers, found.resolution)


def _results(part: DomainPart, groups: Sequence[Group], points: Ints) -> list[ClusterResult]:
    """The groups with their words, their shapes and the points that are typical of them."""
    config, clusters = part.config, [group.members for group in groups]
    shapes = _shapes(clusters, [group.parent for group in groups], part.embedding)
    labels = cluster_labels(clusters, shapes.nearest, part.prompt, part.contributor, config)
    is_point = np.zeros(len(part), dtype=np.bool_)
    is_point[points] = True
    results = []
    for place, (group, members) in enumerate(zip(groups, clusters, strict=True)):
        n_people = len(set(part.contributor[members].tolist()) - {""})
        is_enough = len(members) >= config.cluster_reports_min
        middle = shapes.middles[place]
        results.append(
            ClusterResult(
                domain=part.domain,
                is_simulated=part.is_simulated,
                members=members,
                medoids=medoids(
                    members[is_point[members]], part.embedding, part.contributor, config.medoids
                ),
                terms=labels.terms[place],
                n_reports=len(members),
                n_contributors=n_people,
                first_week=_as_date(part.week[members].min()),
                last_week=_as_date(part.week[members].max()),
                is_public=is_enough and n_people >= config.cluster_contributors_min,
                parent=group.parent,
                track=group.track,
                found_track=group.found_track,
                centroid=middle,
                reach=float(np.quantile(part.embedding[members] @ middle, 0.05)),
                stability=group.stability,
                silhouette=float(shapes.silhouette[place]),
                nearest=shapes.nearest[place],
                separating_terms=labels.separating[place],
            )
        )
    return results


def _past(points: Ints, tracks: Sequence[Track], last: Resolutions) -> Past:
    labels = {is_theme: np.full(len(points), NOISE, dtype=np.int64) for is_theme in (True, False)}
    for track in tracks:
        labels[track.is_theme][np.isin(points, track.members)] = track.id
    # A theme without variants is its own only one.
    variant = np.where(labels[False] == NOISE, labels[True], labels[False])
    return Past(labels[True], variant, last)


def _groups(theme: Ints, variant: Ints, found: Division, config: AnalysisConfig) -> list[Group]:
    """Themes with enough members, each followed by its variants where it has at least two."""
    groups: list[Group] = []
    for label in _large(theme, config):
        own = theme == label
        parent = len(groups)
        groups.append(Group(np.flatnonzero(own), -1, float(found.theme_stability[label])))
        inner = _large(np.where(own, variant, NOISE), config)
        if len(inner) < 2:
            continue
        for part in inner:
            members = np.flatnonzero(own & (variant == part))
            groups.append(Group(members, parent, float(found.variant_stability[part])))
    return groups


def _large(labels: Ints, config: AnalysisConfig) -> list[int]:
    """Labels with enough members, by falling size; of equal ones the first first."""
    known, first, counts = np.unique(labels[labels >= 0], return_index=True, return_counts=True)
    order = np.lexsort((first, -counts))
    return [int(known[i]) for i in order if counts[i] >= config.cluster_members_min]


@dataclass(frozen=True)
class Home:
    """A theme that new reports of its domain may join until the next run."""

    domain: str
    centroid: NDArray[np.float32]
    reach: float
    is_simulated: bool = False


def nearest_home(
    domain: Strings,
    embedding: Vectors,
    homes: Sequence[Home],
    *,
    is_simulated: NDArray[np.bool_],
) -> list[int]:
    """For each report the place of the home in its domain, of real reports or of simulated ones as it
    is one itself, whose middle is nearest; -1 if none is within its reach."""
    found = [-1] * len(domain)
    kinds = [(home.domain, home.is_simulated) for home in homes]
    for kind in set(kinds):
        rows = np.flatnonzero((domain == kind[0]) & (is_simulated == kind[1]))
        places = [place for place, other in enumerate(kinds) if other == kind]
        cosine = embedding[rows] @ np.array([homes[place].centroid for place in places]).T
        best = cosine.argmax(axis=1)
        for row, column, nearness in zip(rows, best, cosine.max(axis=1), strict=True):
            if nearness >= homes[places[column]].reach:
                found[row] = places[column]
    return found


@dataclass(frozen=True)
class _Shapes:
    middles: Vectors
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
    middles = centroids(clusters, embedding)
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
    return _Shapes(middles, silhouette, nearest)


def _as_date(day: np.datetime64) -> date:
    found = day.astype("datetime64[D]").item()
    assert isinstance(found, date)  # noqa: S101 - tells the type checker
    return found
