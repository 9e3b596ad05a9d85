"""What a finding's reports have in common and where they come from, as anybody may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from backend.common.statements import Statement
from backend.findings.days import SIX_DAYS, shares_a_day
from backend.findings.models import Finding, Reply
from backend.findings.selectors import (
    contributors_shown,
    findings_public,
    findings_public_unordered,
)
from backend.findings.windows import windows_public
from backend.reports.listed import ListedReport, listed_reports, listed_rows
from backend.reports.selectors import reports_public

GROUPS = ("event", "before", "others", "others_before")
"""An event's reports, those of its cell before it, and the comparators' then and before."""
PARTS = ("extension", "site", "redaction")
EXPLAINED, STANDS, NOT_CHECKED = "explained", "stands", "not_checked"
PEAK = (
    "window_start", "window_end", "observed", "expected", "ic", "ic_low", "ic_strict", "prr", "ror",
    "ror_low", "ror_high", "ebgm", "eb05", "p_value",
)  # fmt: skip
"""What is told of the strongest window."""


def finding_address(finding: Finding) -> str:
    """The whole permanent address of a finding's page, in English, whoever asks in what language."""
    with override(settings.LANGUAGE_CODE):
        return f"{settings.PUBLIC_URL}{reverse('finding-page', args=[finding.pk, finding.slug])}"


def peak_public(finding: Finding) -> dict[str, Any] | None:
    """The window in which a finding stands out most; None below five contributors, whose number it
    would tell. What an earlier method did not compute is None in it.
    """
    if contributors_shown(finding.peak.get("observed", 0)) is None:
        return None
    return {name: finding.peak.get(name) for name in PEAK}


def breakdown_public(finding: Finding) -> int | None:
    """The fewest contributors whose removal clears every window of the event; None where those of the
    strongest one are not told. It may be more than they are: another window may be the sturdiest.
    """
    return finding.breakdown_number if peak_public(finding) is not None else None


def series_public(finding: Finding) -> list[dict[str, Any]]:
    """Contributors of each week, and how many were expected.

    None below five, and, of a real model outside the finding's days, above what was expected: that
    may be what another finding is about.
    """

    def is_told(week: dict[str, Any]) -> bool:
        if finding.is_simulated or week["observed"] <= week["expected"]:
            return True
        monday = date.fromisoformat(week["week"])
        return shares_a_day(finding, monday, monday + SIX_DAYS)

    return [
        {**week, "observed": contributors_shown(week["observed"]) if is_told(week) else None}
        for week in finding.series
    ]


WINDOW = ("n_reports", "ic", "ic_low", "ic_strict")
"""What would tell a number of contributors below the floor."""


def windows_told(finding: Finding) -> list[dict[str, Any]]:
    """The windows of `windows_public` as anybody may see them: with None for what would tell a count
    below five. One query.
    """
    return [
        {
            "window_start": window.window_start,
            "window_end": window.window_end,
            "observed": window.shown,
            "expected": window.expected,
        }
        | {name: None if window.shown is None else getattr(window, name) for name in WINDOW}
        for window in windows_public(finding)
    ]


def representatives_public(finding_ids: Iterable[int]) -> dict[int, list[str]]:
    """By finding the ids of the reports that stand for it and are public now, sorted. One query."""
    rows = Finding.representatives.through.objects.filter(
        finding__in=list(finding_ids), report__in=reports_public().order_by()
    ).values_list("finding_id", "report_id")
    found: dict[int, list[str]] = defaultdict(list)
    for finding_id, report_id in rows:
        found[finding_id].append(str(report_id))
    return {finding_id: sorted(ids) for finding_id, ids in found.items()}


def representatives_listed_public(finding: Finding) -> list[ListedReport]:
    """Those of one finding as a page lists them, the newest first. One query."""
    today = timezone.now().date()
    return listed_reports(_REPRESENTATIVES(finding_id=finding.pk, today=today))


_REPRESENTATIVES = Statement(
    lambda finding_id, today: listed_rows(on=today).filter(
        pk__in=Finding.representatives.through.objects.filter(finding=finding_id).values("report")
    ),
    finding_id=int,
    today=date,
)


@dataclass(frozen=True)
class SymptomShown:
    """A symptom that at least five contributors named; None: all of them, but for a few."""

    symptom: str
    n_contributors: int | None


def symptoms_public(finding: Finding) -> list[SymptomShown]:
    """The symptoms of a finding's reports, the most named first.

    A number is left out where the rest, those who did not name the symptom, would be fewer than five
    people: it could be subtracted.
    """
    total = finding.n_contributors
    rows = [
        SymptomShown(symptom, n if n >= total or contributors_shown(total - n) else None)
        for symptom, n in finding.symptoms.items()
        if contributors_shown(n) is not None
    ]
    return sorted(rows, key=lambda row: (-finding.symptoms[row.symptom], row.symptom))


@dataclass(frozen=True)
class InstrumentShown:
    """Contributors by version and site; None for what is not told."""

    verdict: str
    """`explained`, `stands` or `not_checked`."""
    explained_by: list[str]
    totals: dict[str, int | None]
    parts: dict[str, list[dict[str, Any]]]


def instrument_public(finding: Finding) -> InstrumentShown:
    """Which parts of the instrument a finding's reports come from, and whether that explains it.

    The run stored no number below five, nor one that would give such a number away.
    """
    stored, evidence = finding.instrument, finding.evidence
    explained = list(evidence.get("instruments") or [])
    stands = STANDS if evidence.get("is_reported") else NOT_CHECKED
    return InstrumentShown(
        verdict=EXPLAINED if explained else stands,
        explained_by=explained,
        totals={group: _floor(stored.get("totals", {}).get(group)) for group in GROUPS},
        parts={part: _rows_shown(stored.get("parts", {}).get(part, [])) for part in PARTS},
    )


def _rows_shown(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"value": row["value"]} | {group: _floor(row.get(group)) for group in GROUPS}
        for row in rows
    ]


def _floor(count: int | None) -> int | None:
    return None if count is None else contributors_shown(count)


def replies_public() -> QuerySet[Reply]:
    """Published replies to public findings, the newest first."""
    public = findings_public_unordered().values("pk")
    replies = Reply.objects.filter(state=Reply.State.PUBLISHED, finding__in=public)
    return replies.select_related("vendor", "finding__model", "finding__domain").order_by(
        "-replied_on", "-id"
    )


def siblings_public(finding: Finding) -> list[Finding]:
    """Public findings of the same model and subject whose symptoms are of the other kind."""
    rows = _SIBLINGS(model=finding.model_id, domain=finding.domain_id, kind=finding.symptom_kind)
    return [row for row in rows if row.is_simulated == finding.is_simulated]


_SIBLINGS = Statement(
    lambda model, domain, kind: (
        findings_public()
        .select_related(None)
        .only("slug", "state", "is_simulated")
        .filter(merged_into=None, model=model, domain=domain)
        .exclude(symptom_kind=kind)
    ),
    model=str,
    domain=str,
    kind=str,
)
