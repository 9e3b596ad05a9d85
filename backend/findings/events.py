"""Findings as events: what a run sees in its window, under ids that stay, with a log of each step.

A run computes its findings from nothing but its own data. Only their identity comes from before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from backend.findings.boundaries import BoundaryRow, boundary_store
from backend.findings.lineage import Found, Known, Lineage, Span, lineage
from backend.findings.models import AnalysisRun, Finding, FindingEvent

BY_RULE = "rule"
CELL = ("model_id", "domain_id", "symptom_kind", "is_simulated")
DATES = ("onset", "onset_low", "onset_high", "offset", "offset_low", "offset_high")
VANISHED = "What is now on file no longer stands out in this cell."
NOTHING_NOW: dict[str, Any] = {
    "state": Finding.State.INSUFFICIENT, "reason": VANISHED, "outlook": "", "cautions": [],
    "evidence": {},
}  # fmt: skip
"""What is left to say of a finding that a run no longer sees."""
LASTING = (Finding.State.RESOLVED, Finding.State.REFUTED, Finding.State.ACKNOWLEDGED)
"""What was once shown to be so does not become unknown because the reports of it have gone."""

FindingRow = tuple[dict[str, Any], list[str]]
"""Fields, ids of the representative reports."""


def findings_update(
    run: AnalysisRun, rows: Sequence[FindingRow], boundaries: Mapping[int, BoundaryRow]
) -> None:
    """Match a run's findings to the known ones and log what became of these.

    A run of the same input changes nothing but the run that each finding names. All steps of a run are of
    one moment: the time between two would tell of what was stored between them, and is not public.
    """
    known = {
        finding.pk: finding
        for finding in Finding.objects.filter(merged_into=None)
        .select_for_update(of=("self",))
        .select_related("run")
        .order_by("id")
    }
    at = timezone.now()
    lines = _lines(run, known, rows)
    stored: dict[int, Finding] = {}
    for place, (fields, representatives) in enumerate(rows):
        match = known.get(lines.id_of.get(place, 0))
        is_weak = fields["state"] == Finding.State.INSUFFICIENT
        if is_weak and (match is None or match.state in LASTING):
            continue
        finding = _store(run, match, fields, at=at)
        finding.representatives.set(representatives)  # type: ignore[arg-type] # UUIDs as text
        boundary_store(finding, boundaries.get(place))
        stored[place] = finding
    for finding_id, place in sorted(lines.merged.items()):
        _merge(run, known[finding_id], stored[place], at=at)
    for place, finding_id in sorted(lines.split_from.items()):
        _split(run, known[finding_id], stored[place], at=at)
    followed = {*lines.id_of.values(), *lines.merged}
    for finding in (known[pk] for pk in known if pk not in followed):
        if finding.state not in (Finding.State.INSUFFICIENT, *LASTING):
            boundary_store(finding, None)
            _store(run, finding, NOTHING_NOW, at=at)


def _lines(run: AnalysisRun, known: dict[int, Finding], rows: Sequence[FindingRow]) -> Lineage:
    """The lineages of all cells, as one."""
    old: dict[tuple[Any, ...], list[Known]] = defaultdict(list)
    for finding in known.values():
        fields = {name: getattr(finding, name) for name in (*CELL, *DATES, "peak", "series")}
        old[_cell(fields)].append(
            Known(
                finding.pk,
                span_of(fields, finding.run.as_of),
                finding.is_published,
                finding.first_seen_at,
            )
        )
    new: dict[tuple[Any, ...], list[Found]] = defaultdict(list)
    for place, (fields, _) in enumerate(rows):
        stands = fields["state"] != Finding.State.INSUFFICIENT
        new[_cell(fields)].append(Found(place, span_of(fields, run.as_of), stands))
    lines = Lineage()
    for cell, found in new.items():
        of_cell = lineage(old[cell], found)
        lines.id_of |= of_cell.id_of
        lines.merged |= of_cell.merged
        lines.split_from |= of_cell.split_from
    return lines


def _cell(fields: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(fields[name] for name in CELL)


def span_of(fields: Mapping[str, Any], as_of: date) -> Span:
    """The days that an event lasted by its likeliest dates, or those of its strongest window without any.

    Bounds of dates take no part: those of two events may overlap by months. What has no onset began with
    the weeks that were looked at, what has no offset lasts until their end.
    """
    peak, series = fields["peak"], fields["series"]
    if all(fields[name] is None for name in DATES) and peak.get("window_start"):
        start = date.fromisoformat(peak["window_start"])
        return Span(start, date.fromisoformat(peak["window_end"]))
    # The weeks that were looked at stay with a finding, also when a later run no longer sees it.
    first, last = date.min, as_of
    if series:
        first, last = (date.fromisoformat(series[end]["week"]) for end in (0, -1))
    start, offset = fields["onset"] or first, fields["offset"]
    # An offset is the Monday after the last week.
    end = offset - timedelta(days=1) if offset else last + timedelta(days=6)
    return Span(start, max(end, start))


def finding_slug(fields: Mapping[str, Any]) -> str:
    """The words of a finding's address: model, domain and kind of symptom, as they were at first."""
    return "-".join(str(fields[name]) for name in ("model_id", "domain_id", "symptom_kind"))


def _store(
    run: AnalysisRun, finding: Finding | None, fields: dict[str, Any], *, at: datetime
) -> Finding:
    from_state = finding.state if finding else ""
    was_confirmed = finding is not None and _is_confirmed(finding)
    if finding is None:
        finding = Finding(first_seen_at=at)
        finding.slug = finding_slug(fields)
    finding.run = run
    for name, value in fields.items():
        setattr(finding, name, value)
    # A fictional model is accused of nothing; a real one by a person, unless the operator said else.
    by_rule = finding.is_simulated or settings.PUBLISH_FINDINGS_BY == BY_RULE
    if by_rule and not _is_held(finding):
        finding.is_published = True
    finding.save()
    if from_state != finding.state:
        event_log(finding, run=run, at=at, from_state=from_state, reason=finding.reason)
    elif _is_confirmed(finding) and not was_confirmed:
        kind = FindingEvent.Kind.CONFIRMED
        event_log(finding, run=run, at=at, from_state=from_state, kind=kind, reason=finding.reason)
    return finding


def _is_confirmed(finding: Finding) -> bool:
    """Whether its vendor's word counts for it: of one that is over, the state does not say so."""
    return bool(finding.evidence.get("acknowledged_by"))


def _is_held(finding: Finding) -> bool:
    """Whether a moderator's last word was to hold it: no rule overrules a person."""
    if finding.pk is None or finding.is_published:
        return False
    decisions = FindingEvent.objects.filter(
        finding=finding, kind__in=(FindingEvent.Kind.PUBLISHED, FindingEvent.Kind.HELD)
    )
    last = decisions.order_by("happened_at", "id").last()
    return last is not None and last.kind == FindingEvent.Kind.HELD


def _merge(run: AnalysisRun, finding: Finding, heir: Finding, *, at: datetime) -> None:
    finding.merged_into = heir
    finding.save(update_fields=["merged_into"])
    boundary_store(finding, None)
    event_log(
        finding, run=run, at=at, kind=FindingEvent.Kind.MERGED, other=heir,
        reason="It and another finding of the same model and subject turned out to be one event.",
    )  # fmt: skip


def _split(run: AnalysisRun, mother: Finding, newborn: Finding, *, at: datetime) -> None:
    event_log(
        mother, run=run, at=at, kind=FindingEvent.Kind.SPLIT, other=newborn,
        reason="What had been one event turned out to be two; this keeps the longer part.",
    )  # fmt: skip


def event_log(
    finding: Finding, *, run: AnalysisRun, reason: str, at: datetime | None = None, **fields: Any
) -> FindingEvent:
    """Add one step to a finding's log, now unless told when; without `from_state` its state stayed."""
    return FindingEvent.objects.create(
        finding=finding,
        run=run,
        happened_at=at or timezone.now(),
        to_state=finding.state,
        reason=reason,
        **({"from_state": finding.state} | fields),
    )
