"""Which models and domains there is anything of, and which models are worse everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from backend.common.changes import kept
from backend.findings.models import AnalysisRun, CellState
from backend.findings.selectors import (
    STANDING,
    contributors_shown,
    findings_public,
)


@dataclass(frozen=True)
class Grid:
    """Models and domains of the current run with at least one cell above the floor."""

    models: frozenset[str]
    domains: frozenset[str]


def grids_public() -> dict[bool, Grid]:
    """The rows and columns of the matrix: real ones under False, SIMULATED ones under True. One query.

    All cells count here, those too that `cells_public` leaves out, and only models and domains are
    told, never pairs: so no row, no column and no gap of the matrix depends on a moderator.
    """
    return kept.find("grids", _grids)


def _grids() -> dict[bool, Grid]:
    known = CellState.objects.filter(run__is_current=True).filter(
        Q(n_contributors__isnull=False) | Q(n_ratings__isnull=False)
    )
    rows = list(known.order_by().values_list("model_id", "domain_id", "is_simulated"))
    return {
        is_simulated: Grid(
            frozenset(model for model, _, simulated in rows if simulated == is_simulated),
            frozenset(domain for _, domain, simulated in rows if simulated == is_simulated),
        )
        for is_simulated in (False, True)
    }


@dataclass(frozen=True)
class Incident:
    """A model that ratings found worse than its own past in nearly all domains at once."""

    model: str
    since: date
    share: float
    share_before: float
    n_ratings: int
    is_simulated: bool


def incidents_public(run: AnalysisRun | None) -> list[Incident]:
    """The run's incidents that may be told, the newest first.

    No moderator looks at an incident. So one of a real model is told only while a public finding of the
    same model stands out, and none that fewer than five contributors rated.
    """
    rows: list[dict[str, Any]] = [
        row
        for row in (run.incidents if run else [])
        if row["is_incident"] and row["since"] and contributors_shown(row.get("n_raters", 0))
    ]
    if not rows:
        return []
    named = set(
        findings_public()
        .order_by()
        .filter(state__in=STANDING, merged_into=None, is_simulated=False)
        .values_list("model_id", flat=True)
    )
    found = [
        Incident(
            model=row["model"], since=date.fromisoformat(row["since"]), share=row["share"],
            share_before=row["share_before"], n_ratings=row["n_ratings"],
            is_simulated=row["provenance"] == "simulated",
        )
        for row in rows
        if row["provenance"] == "simulated" or row["model"] in named
    ]  # fmt: skip
    return sorted(found, key=lambda incident: (incident.since, incident.model), reverse=True)
