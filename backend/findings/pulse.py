"""How the runs are doing: for telling silence from failure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Min, Q

from backend.findings.models import AnalysisRun


@dataclass(frozen=True)
class RunsPulse:
    """The last of each kind of run; None for never."""

    finished_at: datetime | None
    failed_at: datetime | None
    started_at: datetime | None
    """Of the run that goes on now."""
    queued_at: datetime | None
    """Of the longest waiting run."""
    n_queued: int
    as_of: date | None
    """The last day that the current run knows."""


def runs_pulse_public() -> RunsPulse:
    """When runs were asked for, began, ended and failed. One query; why one failed is for operators."""
    state = AnalysisRun.State
    found = AnalysisRun.objects.aggregate(
        finished=Max("finished_at", filter=Q(state=state.DONE)),
        failed=Max("finished_at", filter=Q(state=state.FAILED)),
        started=Max("started_at", filter=Q(state=state.RUNNING)),
        queued=Min("queued_at", filter=Q(state=state.QUEUED)),
        n_queued=Count("id", filter=Q(state=state.QUEUED)),
        day=Max("as_of", filter=Q(is_current=True)),
    )
    return RunsPulse(
        finished_at=found["finished"], failed_at=found["failed"], started_at=found["started"],
        queued_at=found["queued"], n_queued=found["n_queued"], as_of=found["day"],
    )  # fmt: skip
