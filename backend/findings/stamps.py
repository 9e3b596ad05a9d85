"""By what charts know that they may have to change."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max

from backend.findings.models import AnalysisRun, Finding, FindingEvent, ReportDomain


def findings_stamp() -> tuple[Any, ...]:
    """Another value after every run, after every decision on a finding, and after new events."""
    run = AnalysisRun.objects.filter(is_current=True).values_list("pk", flat=True).first()
    events = FindingEvent.objects.aggregate(n=Count("pk"), last=Max("pk"))
    return (run, events["n"], events["last"], Finding.objects.count())


def report_domains_stamp() -> int:
    """Another value after every report that was given a domain. One look at an index."""
    return ReportDomain.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
