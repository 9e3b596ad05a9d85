"""Keeping and reading the maps of findings: where a model is reported more than others are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from backend.findings.models import Boundary, BoundaryPoint, Finding
from backend.findings.selectors import contributors_shown, findings_public
from backend.reports.selectors import reports_public

INSERT_ROWS = 1000
POINT = ("report_id", "x", "y", "is_case", "state", "ratio", "low", "high", "frontier_rank")
"""What is shown of a report on a map."""


@dataclass(frozen=True)
class BoundaryRow:
    """The map of a finding: its columns, and those of its points."""

    fields: dict[str, Any]
    points: list[dict[str, Any]] = field(default_factory=list)


def boundary_store(finding: Finding, row: BoundaryRow | None) -> None:
    """The finding's map as its last run drew it; none where there is nothing to draw."""
    Boundary.objects.filter(finding=finding).delete()
    if row is None:
        return
    stored = Boundary.objects.create(finding=finding, **row.fields)
    BoundaryPoint.objects.bulk_create(
        (BoundaryPoint(boundary=stored, **point) for point in row.points), batch_size=INSERT_ROWS
    )


@dataclass
class BoundaryShown:
    """A map as anybody may see it."""

    finding: Finding
    boundary: Boundary

    @property
    def n_cases(self) -> int:
        """Reports about the finding's model."""
        return self.boundary.n_cases

    @property
    def n_controls(self) -> int:
        """Reports about all other models."""
        return self.boundary.n_controls

    @cached_property
    def domains_shown(self) -> list[dict[str, Any]]:
        """By subject; without numbers (None) where fewer than five contributors reported.

        `state` is that of the model's own public finding about the subject, the firmest of several;
        without one, also while one waits for a moderator, it is `insufficient`.
        """
        about = findings_public().filter(
            model_id=self.finding.model_id, symptom_kind=self.finding.symptom_kind,
            is_simulated=self.finding.is_simulated, merged_into=None,
        )  # fmt: skip
        firmest: dict[str, str] = {}
        for domain_id, state in about.values_list("domain_id", "state"):
            firmest.setdefault(domain_id, state)
        return [
            _domain_shown(domain)
            | {"state": firmest.get(domain["domain"], Finding.State.INSUFFICIENT.value)}
            for domain in self.boundary.domains
        ]

    @cached_property
    def points_shown(self) -> list[Any]:
        """The reports on it that are public now, in their order, each with the POINT columns."""
        points = BoundaryPoint.objects.filter(
            boundary=self.boundary, report__in=reports_public().order_by()
        )
        return list(points.order_by("report_id").values_list(*POINT, named=True))

    @property
    def finding_id(self) -> int:
        return int(self.finding.pk)

    def frontier(self, state: str) -> list[str]:
        """Ids of the reports about the finding's model on one side, the nearest to the other side first."""
        ranked = [
            (point.frontier_rank, str(point.report_id))
            for point in self.points_shown
            if point.state == state and point.is_case and point.frontier_rank is not None
        ]
        return [report_id for _, report_id in sorted(ranked)]


def with_map_known(findings: QuerySet[Finding]) -> QuerySet[Finding]:
    """The findings, each with `has_map`; no further query."""
    return findings.annotate(has_map=Exists(Boundary.objects.filter(finding=OuterRef("pk"))))


def map_totals_public(finding_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """By public finding that has a map how many reports were compared: about its model, about others."""
    rows = Boundary.objects.filter(finding__in=list(finding_ids))
    totals = rows.values_list("finding_id", "n_cases", "n_controls")
    return {finding_id: (n_cases, n_controls) for finding_id, n_cases, n_controls in totals}


def boundary_public(finding: Finding) -> BoundaryShown | None:
    """The map of a public finding; None if it has none."""
    found = Boundary.objects.filter(finding=finding).first()
    return BoundaryShown(finding, found) if found else None


def _domain_shown(domain: dict[str, Any]) -> dict[str, Any]:
    """A row as it may be published: no count below five, and none at all of so few people."""
    if contributors_shown(domain["n_contributors"]) is None:
        return {key: value if key == "domain" else None for key, value in domain.items()}
    counts = {key: contributors_shown(domain[key]) for key in ("n_cases", "n_controls")}
    return {**domain, **counts}
