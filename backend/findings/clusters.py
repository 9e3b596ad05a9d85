"""One cluster, and what a page tells of it. Whatever ends in `_public` may be shown to anyone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery

from backend.common.statements import Statement
from backend.findings.models import Cluster, ClusterEvent, ClusterMember, ClusterTrack
from backend.findings.selectors import clusters_marked, clusters_shown, findings_standing_public
from backend.reports.selectors import reports_public


def cluster_public(track_id: int) -> Cluster | None:
    """A theme or variant under its lasting id, as the current run found it, with its `medoid_ids`.

    None if it is not shown.
    """
    return _CLUSTER.first(track_id=track_id)


_OTHERS = ("parent", "nearest")
_UNREAD = [
    *(f"run__{name}" for name in ("summary", "resolutions", "incidents", "scans", "config")),
    "track__centroid", *(f"{other}__{name}" for other in _OTHERS for name in
                         ("track__centroid", "model_signals", "separating_terms")),
]  # fmt: skip
"""Long values of what is read beside a cluster, which nobody shows with it."""
_CLUSTER = Statement(
    lambda track_id: (
        with_medoid_ids(clusters_marked())
        .select_related("run", "parent__track", "nearest__track")
        .defer(*_UNREAD)
        .filter(track_id=track_id)[:1]
    ),
    track_id=int,
)


def variants_public(cluster: Cluster) -> list[Cluster]:
    """The variants of a theme that may be shown."""
    return _VARIANTS(cluster_id=cluster.pk)


_VARIANTS = Statement(
    lambda cluster_id: clusters_marked().defer("track__centroid").filter(parent=cluster_id),
    cluster_id=int,
)


def cluster_models_public(cluster: Cluster) -> list[dict[str, Any]]:
    """Models that stand out in a cluster by the half of the contributors who did not nominate them.

    Only where a public finding says so now of the model, in this domain, by the same kind of reports. Of
    which kind they were is not known of older runs.
    """
    found = [signal for signal in cluster.model_signals if signal["is_discovery"]]
    if not found:
        return []
    standing = findings_standing_public().order_by().filter(domain_id=cluster.domain_id)
    said = set(standing.values_list("model_id", "symptom_kind"))
    return [s for s in found if (s["model"], s.get("symptom_kind")) in said]


def cluster_events_public(track_id: int) -> list[ClusterEvent]:
    """What happened to a cluster, oldest first. Who decided is not for the public.

    Each has `other_shown`: the other cluster of the step, if it is shown now. One of too few people has no
    page, and must not be known by its number either.
    """
    return _EVENTS(track_id=track_id)


def _events(track_id: int) -> QuerySet[ClusterEvent]:
    other = clusters_shown().order_by().filter(track_id=OuterRef("other_id"))
    events = ClusterEvent.objects.filter(track_id=track_id)
    return events.annotate(other_shown=Subquery(other.values("track_id")[:1]))


_EVENTS = Statement(_events, track_id=int)


def cluster_of_report_public(report_id: UUID) -> Cluster | None:
    """The theme that a report is in, if it may be shown."""
    return _CLUSTER_OF_REPORT.first(report_id=report_id)


_CLUSTER_OF_REPORT = Statement(
    lambda report_id: (
        clusters_shown()
        .select_related(None)
        .select_related("track")
        .only("terms", "track__name")
        .filter(parent=None, members__report_id=report_id)[:1]
    ),
    report_id=UUID,
)


def cluster_heir_public(track_id: int) -> Cluster | None:
    """Where a cluster went that is no longer shown: the end of its chain of heirs and merges."""
    seen: set[int] = set()
    following: int | None = track_id
    while following is not None and following not in seen:
        seen.add(following)
        if (found := cluster_public(following)) is not None:
            return found
        ways = ClusterTrack.objects.values_list("merged_into", "heir").filter(pk=following).first()
        merged_into, heir = ways or (None, None)
        following = merged_into or heir
    return None


def with_medoid_ids(clusters: QuerySet[Cluster]) -> QuerySet[Cluster]:
    """These, each with `medoid_ids`: of the reports that stand for it. Show them through reports_public()."""
    medoids = ClusterMember.objects.filter(cluster=OuterRef("pk"), is_medoid=True)
    return clusters.annotate(
        medoid_ids=ArraySubquery(medoids.order_by("report_id").values("report_id"))
    )


def cluster_medoids_public(clusters: Iterable[Any]) -> dict[int, list[str]]:
    """Ids of the public reports that stand for each cluster, by its `medoid_ids`, sorted. One query."""
    medoids = {cluster.pk: cluster.medoid_ids for cluster in clusters}
    wanted = [report_id for ids in medoids.values() for report_id in ids]
    rows = reports_public().order_by().filter(pk__in=wanted).values_list("pk", flat=True)
    public = set(rows)
    return {pk: sorted(str(i) for i in ids if i in public) for pk, ids in medoids.items()}


def report_ids_in_cluster(cluster: Cluster) -> QuerySet[ClusterMember, UUID]:
    """Ids of the reports of a cluster, for `id__in`. Show them through reports_public()."""
    return ClusterMember.objects.filter(cluster=cluster).values_list("report_id", flat=True)
