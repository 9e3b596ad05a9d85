"""Keeping what runs conclude. Facts are never touched here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from backend.common.decisions import reason_clean
from backend.common.errors import ConflictError, RuleError, UnknownError
from backend.common.installation_lock import ANALYSIS_LOCK, installation_lock
from backend.findings.acknowledged import still_said
from backend.findings.boundaries import BoundaryRow
from backend.findings.events import FindingRow, event_log, findings_update
from backend.findings.models import (
    Acknowledgement,
    AnalysisRun,
    CellState,
    Cluster,
    ClusterTrack,
    Comparison,
    Finding,
    FindingEvent,
    PlaceTally,
    ReportDomain,
    RunEvidence,
    Signal,
)
from backend.findings.parts import parts_forget
from backend.findings.selectors import finding_heirs_public
from backend.findings.tallies import tallies_store
from backend.findings.tracks import ClusterRow, EventRow, clusters_store
from backend.measurements.selectors import ratings_first_day
from backend.reports.contract import OBSERVED_FIRST
from backend.reports.counts import first_day_public
from backend.reports.tallies import domains_counted_store

log = structlog.get_logger()
ATTEMPTS_MAX = 3
INSERT_ROWS = 1000


@dataclass(frozen=True)
class Conclusions:
    """All rows that one run concludes, without their run."""

    report_domains: list[dict[str, Any]] = field(default_factory=list)
    clusters: list[ClusterRow] = field(default_factory=list)
    cluster_events: list[EventRow] = field(default_factory=list)
    signals: list[dict[str, Any]] = field(default_factory=list)
    comparisons: list[dict[str, Any]] = field(default_factory=list)
    cells: list[dict[str, Any]] = field(default_factory=list)
    findings: list[FindingRow] = field(default_factory=list)
    tallies: list[dict[str, Any]] = field(default_factory=list)
    boundaries: dict[int, BoundaryRow] = field(default_factory=dict)
    """By place in `findings`."""
    evidence: bytes | None = None
    """What the findings can be computed from again; None where nothing was kept."""


def run_queue(*, as_of: date | None = None, seed: int | None = None) -> AnalysisRun:
    """Ask for a run; an unstarted one with the same day and seed is returned instead of a second.

    RuleError for a day on which there was nothing yet: pages would show its emptiness as the state of today.
    """
    if as_of is not None:
        _day_check(as_of)
    wanted = {
        "as_of": as_of or timezone.now().date(),
        "seed": settings.ANALYSIS_SEED if seed is None else seed,
    }
    waiting = AnalysisRun.objects.filter(state=AnalysisRun.State.QUEUED, **wanted).first()
    return waiting or AnalysisRun.objects.create(queued_at=timezone.now(), **wanted)


def _day_check(as_of: date) -> None:
    """RuleError before the first report or rating; before the first possible one, without any."""
    stored = [day for day in (first_day_public(), ratings_first_day()) if day is not None]
    first = min(stored, default=OBSERVED_FIRST)
    if as_of < first:
        raise RuleError(
            "run_day_empty",
            f"Up to {as_of} there is nothing to analyse. Choose {first} or a later day, or none: then today "
            "is the last day that counts.",
        )


def run_get(*, run_id: int) -> AnalysisRun:
    """The run of that id."""
    return AnalysisRun.objects.get(pk=run_id)


def runs_execute(*, execute: Callable[..., None], **options: Any) -> int:
    """Execute every queued run, one at a time in the whole installation; how many.

    A run found `running` while the lock is free belonged to a worker that died: it is done again,
    at most three times.
    """
    with installation_lock(ANALYSIS_LOCK) as is_ours:
        if not is_ours:
            return 0
        AnalysisRun.objects.filter(
            state=AnalysisRun.State.RUNNING, attempts__gte=ATTEMPTS_MAX
        ).update(state=AnalysisRun.State.FAILED, error="its worker died three times")
        AnalysisRun.objects.filter(state=AnalysisRun.State.RUNNING).update(
            state=AnalysisRun.State.QUEUED
        )
        done = 0
        while run := AnalysisRun.objects.filter(state="queued").order_by("queued_at").first():
            _execute(run, execute, options)
            done += 1
        return done


def _execute(run: AnalysisRun, execute: Callable[..., None], options: dict[str, Any]) -> None:
    run.state, run.started_at = AnalysisRun.State.RUNNING, timezone.now()
    run.attempts += 1
    run.save(update_fields=["state", "started_at", "attempts"])
    try:
        execute(run_id=run.pk, **options)
    except Exception as error:
        # The message of an unexpected error may quote text; only its kind is kept.
        # Another worker may have taken the run over meanwhile: its attempt, and what it stored, stands.
        AnalysisRun.objects.filter(
            pk=run.pk, state=AnalysisRun.State.RUNNING, attempts=run.attempts
        ).update(
            state=AnalysisRun.State.FAILED, finished_at=timezone.now(), error=type(error).__name__
        )
        log.error("run_failed", run=run.pk, error=type(error).__name__)
        raise


@transaction.atomic
def run_store(*, run_id: int, record: dict[str, Any], conclusions: Conclusions) -> None:
    """Store all that a run concluded and make it the current one, in one transaction.

    Raises RuleError if the run has been stored already: nothing is counted twice.
    """
    claimed = AnalysisRun.objects.filter(pk=run_id, state=AnalysisRun.State.RUNNING).update(
        state=AnalysisRun.State.DONE, finished_at=timezone.now(), error="", **record
    )
    if claimed != 1:
        raise RuleError("run_not_running", f"Run {run_id} is not running; nothing was stored.")
    run = AnalysisRun.objects.get(pk=run_id)
    findings, cells = still_said(conclusions.findings, conclusions.cells)
    conclusions = replace(conclusions, findings=findings, cells=cells)
    _conclusions_store(run, conclusions)
    findings_update(run, conclusions.findings, conclusions.boundaries)
    AnalysisRun.objects.filter(is_current=True).update(is_current=False)
    AnalysisRun.objects.filter(pk=run_id).update(is_current=True)
    domains_counted_update()
    _conclusions_forget(keep=run)
    parts_forget(run_id=run_id)


def domains_counted_update() -> None:
    """Tell the app of reports in which domains the current run counts them."""
    placed = ReportDomain.objects.filter(run__is_current=True).values_list("report_id", "domain")
    domains_counted_store(placed=placed, is_whole=True)


def _conclusions_store(run: AnalysisRun, conclusions: Conclusions) -> None:
    ReportDomain.objects.bulk_create(
        (ReportDomain(run=run, **row) for row in conclusions.report_domains),
        batch_size=INSERT_ROWS,
    )
    Signal.objects.bulk_create(
        (Signal(run=run, **row) for row in conclusions.signals), batch_size=INSERT_ROWS
    )
    Comparison.objects.bulk_create(
        (Comparison(run=run, **row) for row in conclusions.comparisons), batch_size=INSERT_ROWS
    )
    CellState.objects.bulk_create(
        (CellState(run=run, **row) for row in conclusions.cells), batch_size=INSERT_ROWS
    )
    clusters_store(run, conclusions.clusters, conclusions.cluster_events)
    tallies_store(run, conclusions.tallies)
    if conclusions.evidence is not None:
        RunEvidence.objects.create(run=run, data=conclusions.evidence)
        run.evidence_digest = hashlib.sha256(conclusions.evidence).hexdigest()
        run.save(update_fields=["evidence_digest"])


def _conclusions_forget(*, keep: AnalysisRun) -> None:
    """Drop the bulky rows of earlier runs; what a run was and what it found stays."""
    for model in (ReportDomain, Cluster, Signal, CellState, Comparison, RunEvidence):
        model.objects.exclude(run=keep).delete()


# --- findings, as people decide on them


@transaction.atomic
def finding_publish(*, finding_id: int, moderator: str, reason: str) -> Finding:
    """Make a finding public; where its state changes later, that is public too.

    ConflictError for a part of one that is not public: its page would say that there is another one.
    """
    return _decide(finding_id, is_published=True, moderator=moderator, reason=reason)


@transaction.atomic
def finding_hold(*, finding_id: int, moderator: str, reason: str) -> Finding:
    """Take a finding from the public pages, the API and the next dataset."""
    return _decide(finding_id, is_published=False, moderator=moderator, reason=reason)


def _decide(finding_id: int, *, is_published: bool, moderator: str, reason: str) -> Finding:
    finding = Finding.objects.select_for_update().filter(pk=finding_id).first()
    if finding is None:
        raise UnknownError("finding_unknown", "There is no such finding.")
    reason = reason_clean(reason)
    if finding.is_published == is_published:
        is_now = "public" if is_published else "held"
        raise ConflictError("finding_state_conflict", f"The finding is {is_now} already.")
    whole = finding.merged_into
    if is_published and whole is not None and not finding_heirs_public([finding.pk]):
        raise ConflictError(
            "finding_state_conflict", f"It is part of finding {whole.pk}, which is not public."
        )
    finding.is_published = is_published
    finding.save(update_fields=["is_published"])
    decision = "Published" if is_published else "Held"
    event_log(
        finding, run=finding.run, actor=moderator,
        kind=FindingEvent.Kind.PUBLISHED if is_published else FindingEvent.Kind.HELD,
        reason=f"{decision} by a moderator: {reason}",
    )  # fmt: skip
    return finding


@transaction.atomic
def simulated_findings_delete() -> int:
    """Remove every conclusion drawn from simulated reports; how many findings there were."""
    findings = Finding.objects.filter(is_simulated=True)
    count = findings.count()
    FindingEvent.objects.filter(finding__in=findings).delete()
    findings.delete()
    Acknowledgement.objects.filter(model__is_fictional=True).delete()
    return count


def run_is_waiting() -> bool:
    """Whether a run is queued, or was left behind by a worker that died."""
    return AnalysisRun.objects.filter(state__in=["queued", "running"]).exists()


@transaction.atomic
def simulated_runs_delete() -> int:
    """Remove the runs that saw simulated reports, which are gone by now; how many.

    A run stays, less what it said of simulated reports, where a finding of real ones, its history or, of
    the current run, a cluster of real ones stands on it.
    """
    runs = AnalysisRun.objects.filter(has_simulated=True)
    ClusterTrack.objects.filter(clusters__run__in=runs).exclude(
        clusters__members__isnull=False
    ).delete()
    Cluster.objects.filter(run__in=runs, members__isnull=True).delete()
    Signal.objects.filter(run__in=runs, model__is_fictional=True).delete()
    CellState.objects.filter(run__in=runs, is_simulated=True).delete()
    PlaceTally.objects.filter(run__in=runs, is_simulated=True).delete()
    is_stood_on = (
        Q(Exists(Finding.objects.filter(run=OuterRef("pk"))))
        | Q(Exists(FindingEvent.objects.filter(run=OuterRef("pk"))))
        | Q(Exists(Cluster.objects.filter(run=OuterRef("pk"))), is_current=True)
    )
    n_runs = runs.exclude(is_stood_on).delete()[1].get("findings.AnalysisRun", 0)
    domains_counted_update()
    return n_runs
