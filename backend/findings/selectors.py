"""Reading runs and what they concluded. Whatever ends in `_public` may be shown to anyone."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, QuerySet

from backend.findings.models import (
    AnalysisRun,
    Cluster,
    ClusterEvent,
    ClusterTrack,
    Comparison,
    Finding,
    ReportDomain,
    Signal,
)
from backend.reports.selectors import reports_public

CONTRIBUTORS_SHOWN_MIN = 5
"""Below this a number of contributors is never published: small cells could point at a person."""


def contributors_shown(count: int) -> int | None:
    """A number of contributors as it may be published; None below the floor."""
    return count if count >= CONTRIBUTORS_SHOWN_MIN else None


def run_current() -> AnalysisRun | None:
    """The run whose conclusions are shown; None before the first one."""
    return AnalysisRun.objects.filter(is_current=True).first()


def findings_public() -> QuerySet[Finding]:
    """Every published finding that ever reached `reported`, the firmest first.

    Those that no longer stand out stay: links to them must keep working.
    """
    return (
        Finding.objects.filter(is_published=True, events__to_state=Finding.State.REPORTED)
        .distinct()
        .select_related("run", "model", "model__vendor", "domain")
        .order_by("-state", "-n_contributors", "id")
    )


def findings_waiting() -> int:
    """How many reported findings wait for a moderator to publish them."""
    return Finding.objects.filter(is_published=False, state=Finding.State.REPORTED).count()


def finding_public(finding_id: int) -> Finding | None:
    """One public finding with its events, or None."""
    return findings_public().prefetch_related("events").filter(pk=finding_id).first()


def comparisons_public() -> QuerySet[Comparison]:
    """Version comparisons of the current run."""
    return Comparison.objects.filter(run__is_current=True).select_related(
        "domain", "earlier", "later"
    )


def signals_public() -> QuerySet[Signal]:
    """Signals of the current run: the cells of each window, with at least one contributor."""
    return Signal.objects.filter(run__is_current=True).select_related("model", "domain")


def clusters_public(*, domain: str | None = None) -> QuerySet[Cluster]:
    """Themes of the current run that have enough contributors and reports to be shown."""
    clusters = _clusters_shown().filter(parent=None)
    return clusters.filter(domain_id=domain) if domain else clusters


def _clusters_shown() -> QuerySet[Cluster]:
    return Cluster.objects.filter(run__is_current=True, is_public=True).select_related(
        "track", "domain"
    )


def cluster_public(track_id: int) -> Cluster | None:
    """A theme or variant under its lasting id, as the current run found it; None if it is not shown."""
    shown = _clusters_shown().select_related("run", "parent__track", "nearest__track")
    return shown.filter(track_id=track_id).first()


def variants_public(cluster: Cluster) -> QuerySet[Cluster]:
    """The variants of a theme that may be shown."""
    return _clusters_shown().filter(parent=cluster)


def cluster_events_public(track_id: int) -> QuerySet[ClusterEvent]:
    """What happened to a cluster, oldest first. Who decided is not for the public."""
    return ClusterEvent.objects.filter(track_id=track_id).select_related("other")


def cluster_of_report_public(report_id: str) -> Cluster | None:
    """The theme that a report is in, if it may be shown."""
    return _clusters_shown().filter(parent=None, members__report_id=report_id).first()


def cluster_heir_public(track_id: int) -> Cluster | None:
    """Where a cluster went that is no longer shown: the end of its chain of heirs and merges."""
    seen: set[int] = set()
    track = ClusterTrack.objects.filter(pk=track_id).first()
    while track is not None and track.pk not in seen:
        seen.add(track.pk)
        found = cluster_public(track.pk)
        if found is not None:
            return found
        track = track.merged_into or track.heir
    return None


def cluster_medoid_ids(cluster_ids: list[int]) -> dict[int, list[str]]:
    """Ids of the reports that stand for each cluster. Show them through reports_public()."""
    members: dict[int, list[str]] = {pk: [] for pk in cluster_ids}
    rows = Cluster.objects.filter(pk__in=cluster_ids, members__is_medoid=True).values_list(
        "pk", "members__report_id"
    )
    for pk, report_id in rows:
        members[pk].append(str(report_id))
    return members


def domain_counts_public() -> dict[str, int]:
    """Number of public reports that the current run counted in each domain."""
    return dict(
        ReportDomain.objects.filter(run__is_current=True, report__in=reports_public())
        .values_list("domain")
        .annotate(n=Count("id"))
        .order_by("domain")
    )


def report_ids_in_domain(domain: str) -> QuerySet[ReportDomain, UUID]:
    """Ids of the reports that the current run counted in a domain, for `id__in`."""
    return ReportDomain.objects.filter(run__is_current=True, domain=domain).values_list(
        "report_id", flat=True
    )


def report_domain_public(report_id: str) -> ReportDomain | None:
    """In which domain the current run counted a report."""
    return ReportDomain.objects.filter(run__is_current=True, report_id=report_id).first()


def representative_ids(finding: Finding) -> list[str]:
    """Ids of the reports that stand for a finding. Show them through reports_public()."""
    return [str(pk) for pk in finding.representatives.values_list("pk", flat=True)]


def windows_public(finding: Finding) -> list[Signal]:
    """The rolling windows of a finding's cell in the current run, oldest first.

    Each has an attribute `shown`: its contributors, or None where they are fewer than five.
    """
    windows = list(
        signals_public()
        .filter(
            model_id=finding.model_id,
            domain_id=finding.domain_id,
            symptom_kind=finding.symptom_kind,
        )
        .order_by("window_end")
    )
    for window in windows:
        window.shown = contributors_shown(window.observed)  # type: ignore[attr-defined]
    return windows
