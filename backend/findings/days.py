"""The days on which a finding may have lasted, and the windows that share one with it."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from backend.findings.models import Finding

SIX_DAYS = timedelta(days=6)
"""Onsets and offsets are told as the Mondays of their weeks."""


def days_of(finding: Finding) -> tuple[date | None, date | None]:
    """First and last day on which a finding may have lasted; None: since ever, or still."""
    first, end = finding.onset_low or finding.onset, finding.offset_high or finding.offset
    return first, end + SIX_DAYS if end else None


def windows_within(finding: Finding) -> Q:
    """Windows that share a day with a finding."""
    first, last = days_of(finding)
    # From the first and to the last day there is: an empty Q, or-ed with another, is that other.
    return Q(window_end__gte=first or date.min, window_start__lte=last or date.max)


def shares_a_day(finding: Finding, first: date, last: date) -> bool:
    """Whether a finding may have lasted on a day from the first to the last."""
    began, ended = days_of(finding)
    return (began or date.min) <= last and first <= (ended or date.max)


def lasting_in_window(findings: QuerySet[Finding]) -> QuerySet[Finding]:
    """Those of the findings that share a day with the window of the outer query."""
    dated = findings.annotate(
        first_day=Coalesce("onset_low", "onset"),
        last_day=Coalesce("offset_high", "offset") + SIX_DAYS,
    )
    return dated.filter(
        Q(first_day=None) | Q(first_day__lte=OuterRef("window_end")),
        Q(last_day=None) | Q(last_day__gte=OuterRef("window_start")),
    )


NOT_ABOVE = Q(observed__lte=F("expected"))
"""Windows that draw no more than expected."""
