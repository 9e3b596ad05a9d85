"""Clusters from run to run: what a run must know of the last, and what it leaves behind."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from backend.common.decisions import reason_clean
from backend.common.errors import ConflictError, RuleError, UnknownError
from backend.findings.models import (
    AnalysisRun,
    Cluster,
    ClusterEvent,
    ClusterMember,
    ClusterTrack,
    ReportDomain,
)
from backend.reports.selectors import reports_embedded
from backend.reports.tallies import domains_counted_store

INSERT_ROWS = 1000
NAME_CHARS_MAX = 80
Kind = ClusterEvent.Kind


@dataclass(frozen=True)
class LastCluster:
    """A cluster of the current run, as the next one needs to know it."""

    track: int
    domain: str
    is_theme: bool
    is_simulated: bool
    merged_into: int
    centroid: Any
    report_ids: list[str]


@dataclass(frozen=True)
class ClusterRow:
    """A cluster that a run found: its columns, and places in the run's list (-1: none)."""

    fields: dict[str, Any]
    track: int
    """0: a new one."""
    centroid: Any
    members: list[str]
    is_simulated: bool
    found_tracks: list[int]
    """Of each member; empty where all were found in `track`."""
    medoids: set[str] = field(default_factory=set)
    parent: int = -1
    nearest: int = -1


@dataclass(frozen=True)
class EventRow:
    """What became of a track (0: of none), and the place of the cluster concerned (-1: none)."""

    kind: str
    track: int
    cluster: int


def clusters_of_current_run(*, model_id: str) -> list[LastCluster]:
    """The current run's clusters, taken apart again where a moderator merged them.

    Empty where that run's vectors lie in another space: its clusters can't be followed.
    """
    run = AnalysisRun.objects.filter(is_current=True, embedding_model=model_id).first()
    if run is None:
        return []
    reports: dict[int, list[str]] = defaultdict(list)
    for track, report_id in ClusterMember.objects.filter(cluster__run=run).values_list(
        "found_track_id", "report_id"
    ):
        reports[track].append(str(report_id))
    roots = _roots()
    return [
        LastCluster(
            track=track.pk,
            domain=track.domain_id,
            is_theme=track.is_theme,
            is_simulated=track.is_simulated,
            merged_into=roots.get(track.pk, 0),
            centroid=track.centroid,
            report_ids=reports[track.pk],
        )
        for track in ClusterTrack.objects.filter(pk__in=reports).order_by("born_on", "pk")
    ]


def resolutions_of_current_run(*, model_id: str) -> dict[str, list[float]]:
    """By part how finely the current run divided it; empty for another space of vectors."""
    run = AnalysisRun.objects.filter(is_current=True, embedding_model=model_id).first()
    found: dict[str, list[float]] = run.resolutions if run else {}
    return found


def _roots() -> dict[int, int]:
    """Of each track that was merged, the one that it ends up in. Never one of the other kind."""
    merged = ClusterTrack.objects.filter(is_simulated=F("merged_into__is_simulated"))
    into: dict[int, int] = dict(merged.values_list("pk", "merged_into_id"))
    roots = {}
    for pk in into:
        root = pk
        while root in into:
            root = into[root]
        roots[pk] = root
    return roots


def clusters_store(run: AnalysisRun, rows: list[ClusterRow], events: list[EventRow]) -> None:
    """Store a run's clusters under their tracks, new ones included, and the events of the others."""
    tracks = [_track_of(run, row) for row in rows]
    stored = Cluster.objects.bulk_create(
        (
            Cluster(run=run, track=track, **row.fields)
            for track, row in zip(tracks, rows, strict=True)
        ),
        batch_size=INSERT_ROWS,
    )
    for cluster, row in zip(stored, rows, strict=True):
        cluster.parent = stored[row.parent] if row.parent >= 0 else None
        cluster.nearest = stored[row.nearest] if row.nearest >= 0 else None
    Cluster.objects.bulk_update(stored, ["parent", "nearest"], batch_size=INSERT_ROWS)
    for cluster, row in zip(stored, rows, strict=True):
        found = row.found_tracks or [0] * len(row.members)
        ClusterMember.objects.bulk_create(
            (
                ClusterMember(
                    cluster=cluster,
                    report_id=member,
                    found_track_id=track or cluster.track_id,
                    is_medoid=member in row.medoids,
                )
                for member, track in zip(row.members, found, strict=True)
            ),
            batch_size=INSERT_ROWS,
        )
    _events_store(run, tracks, events)
    _rest_end(run)


def _track_of(run: AnalysisRun, row: ClusterRow) -> ClusterTrack:
    if row.track == 0:
        return ClusterTrack.objects.create(
            domain_id=row.fields["domain_id"],
            is_theme=row.parent < 0,
            is_simulated=row.is_simulated,
            embedding_model=run.embedding_model,
            centroid=row.centroid,
            born_on=run.as_of,
        )
    track = ClusterTrack.objects.get(pk=row.track)
    track.centroid, track.died_on, track.heir = row.centroid, None, None
    track.save(update_fields=["centroid", "died_on", "heir"])
    return track


def _events_store(run: AnalysisRun, tracks: list[ClusterTrack], events: list[EventRow]) -> None:
    now = timezone.now()
    for event in events:
        concerned = tracks[event.cluster] if event.cluster >= 0 else None
        ended = event.kind in (Kind.MERGED, Kind.DIED)
        if ended:
            ClusterTrack.objects.filter(pk=event.track).update(died_on=run.as_of, heir=concerned)
        ClusterEvent.objects.create(
            track_id=event.track if ended else concerned.pk,  # type: ignore[union-attr]
            other_id=(concerned.pk if concerned else None) if ended else event.track or None,
            run=run,
            happened_at=now,
            kind=event.kind,
        )


def _rest_end(run: AnalysisRun) -> None:
    """End what this run could not follow: the clusters of another space of vectors."""
    found = ClusterMember.objects.filter(cluster__run=run).values("found_track_id")
    lost = ClusterTrack.objects.filter(died_on=None).exclude(pk__in=found)
    lost = lost.exclude(clusters__run=run)
    now = timezone.now()
    ClusterEvent.objects.bulk_create(
        ClusterEvent(track=track, run=run, happened_at=now, kind=Kind.DIED) for track in lost
    )
    ClusterTrack.objects.filter(pk__in=[track.pk for track in lost]).update(died_on=run.as_of)


# --- reports that arrive between two runs


@dataclass(frozen=True)
class LastHome:
    """A theme of the current run that new reports may join."""

    cluster: int
    domain: str
    centroid: Any
    reach: float
    is_simulated: bool


@dataclass(frozen=True)
class Joined:
    """Where a report belongs until the next run says."""

    report_id: str
    domain: str
    domain_inferred: str
    confidence: float
    cluster: int | None


def reports_for_placing(*, model_id: str) -> QuerySet[Any, tuple[Any, ...]]:
    """Released, embedded reports that the current run has not seen; none where there is no run.

    Id, prompt, stated domain, provenance and vector.
    """
    run = AnalysisRun.objects.filter(is_current=True, embedding_model=model_id).first()
    placed = ReportDomain.objects.filter(run=run).values("report_id")
    waiting = reports_embedded(model_id=model_id).exclude(pk__in=placed)
    columns = ("pk", "prompt", "domain_stated_id", "provenance", "embedding")
    rows = waiting.values_list(*columns).order_by("pk")
    return rows if run else rows.none()


def homes_of_current_run(*, model_id: str) -> list[LastHome]:
    """The themes of the current run, with their middles."""
    themes = Cluster.objects.filter(
        run__is_current=True, run__embedding_model=model_id, parent=None, track__isnull=False
    ).select_related("track")
    return [
        LastHome(
            theme.pk, theme.domain_id, theme.track.centroid, theme.reach, theme.track.is_simulated
        )
        for theme in themes
        if theme.track is not None and theme.reach is not None
    ]


@transaction.atomic
def reports_join(joined: list[Joined]) -> None:
    """Store where reports belong in the current run. Its numbers stay: they are of its day."""
    run = AnalysisRun.objects.select_for_update().filter(is_current=True).first()
    if run is None:
        return
    ReportDomain.objects.bulk_create(
        (
            ReportDomain(
                run=run,
                report_id=one.report_id,
                domain=one.domain,
                domain_inferred=one.domain_inferred,
                confidence=one.confidence,
                is_duplicate=False,
            )
            for one in joined
        ),
        ignore_conflicts=True,
        batch_size=INSERT_ROWS,
    )
    placed = ReportDomain.objects.filter(run=run, report_id__in=[one.report_id for one in joined])
    domains_counted_store(placed=placed.values_list("report_id", "domain"), is_whole=False)
    track = dict(
        Cluster.objects.filter(
            run=run, pk__in=[one.cluster for one in joined if one.cluster is not None]
        ).values_list("pk", "track_id")
    )
    ClusterMember.objects.bulk_create(
        (
            ClusterMember(
                cluster_id=one.cluster, report_id=one.report_id, found_track_id=track[one.cluster]
            )
            for one in joined
            if one.cluster in track
        ),
        ignore_conflicts=True,
        batch_size=INSERT_ROWS,
    )


# --- a moderator's word, which every later run keeps


@transaction.atomic
def track_rename(*, track_id: int, name: str, moderator: str, reason: str) -> ClusterTrack:
    """Give a cluster a name of its own; "" takes it away again.

    RuleError for a name that is too long or not printable. A name is public.
    """
    track = _locked(track_id)
    reason = reason_clean(reason)
    name = " ".join(name.split())
    if len(name) > NAME_CHARS_MAX or not name.isprintable():
        raise RuleError(
            "name_invalid",
            "That can't be a name.",
            {"name": [f"At most {NAME_CHARS_MAX} printable characters."]},
        )
    track.name = name
    track.save(update_fields=["name"])
    _decided(track, Kind.RENAMED, moderator, reason)
    return track


@transaction.atomic
def track_merge(*, track_id: int, into_id: int, moderator: str, reason: str) -> ClusterTrack:
    """Count a theme's reports in another theme of its domain, from the next run on.

    RuleError unless both hold real reports, or both simulated ones. ConflictError if it is merged already,
    or if the other one is merged into it.
    """
    track, target = _locked(track_id), _locked(into_id)
    reason = reason_clean(reason)
    if not (track.is_theme and target.is_theme) or track.domain_id != target.domain_id:
        raise RuleError("merge_impossible", "Only two themes of one domain can be merged.")
    if track.is_simulated != target.is_simulated:
        raise RuleError("merge_impossible", "Real and simulated reports stay apart.")
    if track.merged_into_id or _roots().get(target.pk, target.pk) == track.pk:
        raise ConflictError("merge_conflict", "These clusters are merged already.")
    track.merged_into = target
    track.save(update_fields=["merged_into"])
    _decided(track, Kind.JOINED, moderator, reason, other=target)
    return track


@transaction.atomic
def track_part(*, track_id: int, moderator: str, reason: str) -> ClusterTrack:
    """Take a merged theme out again, from the next run on."""
    track = _locked(track_id)
    reason = reason_clean(reason)
    target = track.merged_into
    if target is None:
        raise ConflictError("merge_conflict", "This cluster is not merged into another.")
    track.merged_into = None
    track.save(update_fields=["merged_into"])
    _decided(track, Kind.PARTED, moderator, reason, other=target)
    return track


def _locked(track_id: int) -> ClusterTrack:
    track = ClusterTrack.objects.select_for_update().filter(pk=track_id).first()
    if track is None:
        raise UnknownError("cluster_unknown", "There is no such cluster.")
    return track


def _decided(
    track: ClusterTrack,
    kind: str,
    moderator: str,
    reason: str,
    *,
    other: ClusterTrack | None = None,
) -> None:
    ClusterEvent.objects.create(
        track=track,
        other=other,
        happened_at=timezone.now(),
        actor=moderator,
        kind=kind,
        reason=reason,
    )
