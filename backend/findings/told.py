"""What is told of a finding's steps: in feeds, in webhooks and at `/api/v1/events/`, word for word.

A step that was taken while a moderator held the finding is not told by itself: nobody could see it
then, and its day would say when the finding was waiting. The step by which the finding became public
tells the state that it had by then.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Max, OuterRef, Q, QuerySet, Subquery, When

from backend.common.conditional import Stamp
from backend.findings.facts import finding_address
from backend.findings.models import AnalysisRun, Finding, FindingEvent
from backend.findings.selectors import (
    LADDER,
    OF_ONE_HELD,
    STANDING,
    contributors_shown,
    event_other_shown,
    findings_public_unordered,
)

Kind = FindingEvent.Kind
DECISIONS = (Kind.PUBLISHED, Kind.HELD)
STEPS = (
    "nominated", "moved_up", "moved_down", "resolved", "refuted", "published", "merged", "split",
    "reply", "confirmed", "retracted",
)  # fmt: skip
TAKEN_DOWN = "was counted as acknowledged by a source that was taken down since"
"""What the log of a finding says in place of the vendor's word and its address."""
WHY_TAKEN_DOWN = "The source in which the vendor confirmed it was taken down by a moderator:"
"""How the step begins that says so."""
MEANINGS = {
    "insufficient": "The reports now on file do not support a statement.",
    "reported": "Reports of this model and subject stand out against what its vendor and its subject "
    "would explain. Reports nominate; they do not confirm.",
    "corroborated": "By ratings of answers drawn at random, bad answers became more frequent.",
    "replicated": "Asked again, under control, the answers are worse.",
    "acknowledged": "The vendor confirms it, with a linked source.",
    "refuted": "Asked again, under control, no difference was found.",
    "resolved": "It stood out, and it ended. An end confirms nothing.",
}
"""What each state means, in the words of the ladder."""


def events_told() -> QuerySet[FindingEvent]:
    """The steps of public findings that were taken in public, the latest first.

    Each has `updated_at`, where a source that it rested on was taken down since: the time of the first
    step told that says so, or comes after.
    """
    gone = FindingEvent.objects.filter(
        finding=OuterRef("finding"), pk__gt=OuterRef("pk"), reason__startswith=WHY_TAKEN_DOWN
    ).order_by("-pk").values("pk")  # fmt: skip
    moved = gone.filter(kind=Kind.STATE, from_state=Finding.State.ACKNOWLEDGED)
    taken_down = Case(
        When(reason__contains=TAKEN_DOWN, then=Subquery(gone[:1])),
        When(to_state=Finding.State.ACKNOWLEDGED, then=Subquery(moved[:1])),
    )
    since = _taken_in_public().filter(
        finding=OuterRef("finding"), pk__gte=OuterRef("taken_down")
    ).order_by("pk").values("happened_at")  # fmt: skip
    updated_at = Case(When(taken_down__isnull=False, then=Subquery(since[:1])))
    return (
        _taken_in_public()
        .filter(finding__in=findings_public_unordered().values("pk"))
        .annotate(taken_down=taken_down)
        .annotate(updated_at=updated_at)
        .select_related("finding__model__vendor", "finding__domain", "other")
        .order_by("-pk")
    )


def _taken_in_public() -> QuerySet[FindingEvent]:
    """The steps that were taken while their finding was public, as far as it is now."""
    later = FindingEvent.objects.filter(
        finding=OuterRef("finding"), kind__in=DECISIONS, pk__gt=OuterRef("pk")
    ).order_by("pk")
    # Held when it happened: the next decision on the finding made it public.
    events = FindingEvent.objects.annotate(decided=Subquery(later.values("kind")[:1]))
    return (
        events.exclude(kind=Kind.HELD)
        .filter(Q(decided__isnull=True) | Q(decided=Kind.HELD))
        .exclude(OF_ONE_HELD)
    )


def conclusions_stamp() -> Stamp:
    """Differs after every change of what is shown of runs and findings, and only then.

    Runs, decisions of people and replies each log a step; a step is never edited, and the number of
    steps tells of those that were logged late and of those that are gone. A step of a finding that is
    not public, as when a vendor's word is taken down that it rests on, changes nothing.
    """
    told = FindingEvent.objects.filter(Q(finding__is_published=True) | Q(kind=Kind.HELD))
    steps = told.aggregate(n=Count("pk"), last=Max("pk"), at=Max("happened_at"))
    run = AnalysisRun.objects.filter(is_current=True).values_list("pk", "finished_at").first()
    public = Finding.objects.filter(is_published=True).count()
    times: list[datetime] = [at for at in (steps["at"], run[1] if run else None) if at is not None]
    key = f"{steps['n']} {steps['last']} {public} {run[0] if run else 0}"
    return Stamp(key=key, changed_at=max(times, default=None))


def step_of(event: FindingEvent) -> str:
    """Which kind of step it was: one of STEPS."""
    if event.kind != Kind.STATE:
        return str(event.kind)
    before, after = event.from_state, event.to_state
    if after in (Finding.State.RESOLVED, Finding.State.REFUTED):
        return str(after)
    if after not in STANDING:
        return "moved_down"
    if before not in STANDING:
        return "nominated"
    return "moved_up" if LADDER.index(after) < LADDER.index(before) else "moved_down"


def event_told(event: FindingEvent) -> dict[str, Any]:
    """One step, with what is known of its finding now: the same in API, feeds and webhooks."""
    finding = event.finding
    return {
        "id": event.pk,
        "address": f"{finding_address(finding)}#event-{event.pk}",
        "happened_at": event.happened_at,
        "updated_at": getattr(event, "updated_at", None) or event.happened_at,
        "step": step_of(event),
        "kind": event.kind,
        "from_state": event.from_state,
        "to_state": event.to_state,
        "reason": event.reason,
        "other": event_other_shown(event),
        "title": _title(event),
        "text": f"{_sentence(event.reason)} {_meaning(event)}".strip(),
        "finding": finding_brief(finding),
    }


def finding_brief(finding: Finding) -> dict[str, Any]:
    """What a finding is about, and its main numbers as they are now."""
    return {
        "id": finding.pk,
        "address": finding_address(finding),
        "state": finding.state,
        "vendor": finding.model.vendor_id,
        "model": finding.model_id,
        "domain": finding.domain_id,
        "symptom_kind": finding.symptom_kind,
        "is_simulated": finding.is_simulated,
        "n_contributors": contributors_shown(finding.n_contributors),
        "n_reports": finding.n_reports,
        "onset": finding.onset,
        "onset_low": finding.onset_low,
        "onset_high": finding.onset_high,
        "offset": finding.offset,
        "offset_low": finding.offset_low,
        "offset_high": finding.offset_high,
    }


def _title(event: FindingEvent) -> str:
    """One line, in the words of the ladder."""
    finding = event.finding
    place = f"{finding.model.name} · {finding.domain.name}, {finding.symptom_kind} symptoms"
    return f"{'SIMULATED: ' if finding.is_simulated else ''}{place}: {_said(event)}"


def _said(event: FindingEvent) -> str:
    """What happened. A finding's first step has no state before it, whichever state it begins in."""
    before, after = (_words(state) for state in (event.from_state, event.to_state))
    if event.kind == Kind.STATE and not before:
        return f"first seen as “{after}”"
    return {
        "nominated": f"now “{after}”",
        "moved_up": f"from “{before}” to “{after}”",
        "moved_down": f"from “{before}” to “{after}”",
        "resolved": f"from “{before}” to “{after}”",
        "refuted": f"from “{before}” to “{after}”",
        "published": f"made public as “{after}”",
        "merged": f"became part of finding {event.other_id}",
        "split": f"part of it became finding {event.other_id}",
        "reply": "the vendor replied",
        "confirmed": "the vendor confirmed it",
        "retracted": "the vendor's word was taken down",
    }.get(step_of(event), f"now “{after}”")


def _meaning(event: FindingEvent) -> str:
    """What the state means; of a word that was taken down since only that it was counted."""
    if TAKEN_DOWN in event.reason:
        return ""
    if getattr(event, "taken_down", None) is not None:
        return f"It {TAKEN_DOWN}."
    return MEANINGS[event.to_state]


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def _words(state: str) -> str:
    return str(Finding.State(state).label) if state else ""
