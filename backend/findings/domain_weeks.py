"""Reports per week of every domain at once, for charts that a sweep draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Max, Q
from django.db.models.functions import TruncWeek

from backend.findings.models import AnalysisRun, Finding, FindingEvent, ReportDomain
from backend.reports.selectors import reports_public


@dataclass
class DomainWeeks:
    """What the current run counted in a domain: reports by week (its Monday), oldest first."""

    weeks: list[tuple[date, int]] = field(default_factory=list)
    is_simulated: bool = False
    """Whether any of the reports is."""


def domain_weeks_public() -> dict[str, DomainWeeks]:
    """By domain, the public reports that the current run counted in it. One query."""
    rows = (
        ReportDomain.objects.filter(run__is_current=True, report__in=reports_public().order_by())
        .annotate(week=TruncWeek("report__observed_on"))
        .values("domain", "week")
        .annotate(n=Count("id"), n_simulated=Count("id", filter=Q(report__provenance="simulated")))
        .order_by("domain", "week")
    )
    found: dict[str, DomainWeeks] = {}
    for row in rows:
        domain = found.setdefault(row["domain"], DomainWeeks())
        domain.weeks.append((row["week"], row["n"]))
        domain.is_simulated |= row["n_simulated"] > 0
    return found


def findings_stamp() -> tuple[Any, ...]:
    """Another value after every run, after every decision on a finding, and after new events."""
    run = AnalysisRun.objects.filter(is_current=True).values_list("pk", flat=True).first()
    events = FindingEvent.objects.aggregate(n=Count("pk"), last=Max("pk"))
    return (run, events["n"], events["last"], Finding.objects.count())


def report_domains_stamp() -> int:
    """Another value after every report that was given a domain. One look at an index."""
    return ReportDomain.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
