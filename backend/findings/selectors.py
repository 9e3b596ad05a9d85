"""Reading runs and what they concluded. Whatever ends in `_public` may be shown to anyone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from backend.common.statements import Statement
from backend.findings.days import NOT_ABOVE, lasting_in_window
from backend.findings.models import (
    AnalysisRun,
    Boundary,
    CellState,
    Cluster,
    Comparison,
    Finding,
    FindingEvent,
    Reply,
    ReportDomain,
    Signal,
)

CONTRIBUTORS_SHOWN_MIN = 5
"""Below this a number of contributors is never published: small cells could point at a person."""


def contributors_shown(count: int) -> int | None:
    """A number of contributors as it may be published; None below the floor."""
    return count if count >= CONTRIBUTORS_SHOWN_MIN else None


def run_current() -> AnalysisRun | None:
    """The run whose conclusions are shown; None before the first one."""
    return AnalysisRun.objects.filter(is_current=True).first()


def runs_public() -> QuerySet[AnalysisRun]:
    """Every finished run, the newest first. What it saw of single vendors is not for the public."""
    return AnalysisRun.objects.filter(state=AnalysisRun.State.DONE).order_by("-id")


LADDER = ("acknowledged", "replicated", "corroborated", "reported", "resolved", "refuted",
          "insufficient")  # fmt: skip
"""States, the firmest first."""
STANDING = LADDER[:4]
"""What stands out now."""
OF_ONE_HELD = Q(kind__in=("merged", "split")) & ~Q(other__is_published=True)
"""Steps that would tell of another finding before a moderator does."""
IS_HELD = Q(Exists(FindingEvent.objects.filter(finding=OuterRef("pk"), kind="held")))
"""Of findings that are not public: whether a moderator took them from the public."""


def findings_public_unordered() -> QuerySet[Finding]:
    """Every published finding that ever reached `reported` or beyond, to be asked for inside a query.

    Those that no longer stand out stay, and those that became part of another too: links to them must
    keep working.
    """
    reached = FindingEvent.objects.filter(finding=OuterRef("pk"), to_state__in=LADDER[:-1])
    return Finding.objects.filter(Exists(reached), is_published=True).order_by()


def findings_public() -> QuerySet[Finding]:
    """The same with what pages show of them, the firmest first."""
    rank = Case(*(When(state=state, then=place) for place, state in enumerate(LADDER)), default=99)
    return (
        findings_public_unordered()
        .select_related("run", "model", "model__vendor", "domain")
        .defer(
            "run__summary", "run__resolutions", "run__incidents", "run__scans", "domain__examples"
        )
        .order_by(rank, "-n_contributors", "id")
    )


def findings_listed_public() -> QuerySet[Finding]:
    """Those that are no part of another, for lists: without what only their own pages show of them."""
    long = ("series", "instrument", "run__config")
    return findings_public().filter(merged_into=None).defer(*long)


def findings_standing_public() -> QuerySet[Finding]:
    """The public findings that stand out now."""
    return findings_public().filter(state__in=STANDING, merged_into=None)


def findings_ended_public() -> QuerySet[Finding]:
    """The public findings that stood out and have ended."""
    return findings_public().filter(state=Finding.State.RESOLVED, merged_into=None)


def findings_waiting() -> QuerySet[Finding]:
    """The findings that wait for a moderator's first decision: those that are held have had one."""
    waiting = Finding.objects.filter(is_published=False, merged_into=None).exclude(IS_HELD)
    return waiting.exclude(state=Finding.State.INSUFFICIENT)


def findings_by_state() -> dict[str, int]:
    """How many findings are in each state now, the firmest first; those not public count too."""
    states = Counter(Finding.objects.filter(merged_into=None).values_list("state", flat=True))
    return {state: states[state] for state in LADDER if state in states}


def finding_public(finding_id: int) -> Finding | None:
    """One public finding with `events_shown`, `replies_shown` and `has_map`; or None. Three queries."""
    found = _FINDING.first(finding_id=finding_id)
    if found is not None:
        found.events_shown = _EVENTS(finding_id=finding_id)  # type: ignore[attr-defined]
        found.replies_shown = _REPLIES(finding_id=finding_id)  # type: ignore[attr-defined]
    return found


_FINDING = Statement(
    lambda finding_id: (
        findings_public()
        .order_by()
        .select_related("domain__parent")
        .annotate(has_map=Exists(Boundary.objects.filter(finding=OuterRef("pk"))))
        .filter(pk=finding_id)
    ),
    finding_id=int,
)
_EVENTS = Statement(
    lambda finding_id: (
        FindingEvent.objects.exclude(OF_ONE_HELD)
        .select_related("other")
        .defer("other__evidence", "other__series", "other__instrument")
        .filter(finding=finding_id)
    ),
    finding_id=int,
)
_REPLIES = Statement(lambda finding_id: _replies_shown().filter(finding=finding_id), finding_id=int)


def _replies_shown() -> QuerySet[Reply]:
    return Reply.objects.filter(state=Reply.State.PUBLISHED).select_related("vendor")


def findings_with_replies_public() -> QuerySet[Finding]:
    """The public findings, each with `replies_shown`: what its vendor said, the oldest first."""
    return findings_public().prefetch_related(
        Prefetch("replies", _replies_shown(), to_attr="replies_shown")
    )


def finding_events_public() -> QuerySet[FindingEvent]:
    """The logs of all public findings. Who decided is not for the public."""
    public = findings_public_unordered().values("pk")
    events = FindingEvent.objects.filter(finding__in=public).exclude(OF_ONE_HELD)
    return events.select_related("finding", "other").order_by("finding_id", "happened_at", "id")


def event_other_shown(event: FindingEvent) -> int | None:
    """The other finding of an event, if it is public; findings_public decides as `is_published`."""
    return event.other_id if event.other is not None and event.other.is_published else None


def finding_heirs_public(finding_ids: Iterable[int]) -> dict[int, int]:
    """By merged finding the public one that it lives on in: the end of its chain."""
    wanted = set(finding_ids)
    if not wanted:
        return {}
    into: dict[int, int] = dict(
        Finding.objects.exclude(merged_into=None).values_list("pk", "merged_into_id")
    )
    ends = {}
    for pk in wanted & set(into):
        end = pk
        while end in into:
            end = into[end]
        ends[pk] = end
    public = set(findings_public().filter(pk__in=ends.values()).values_list("pk", flat=True))
    return {pk: end for pk, end in ends.items() if end in public}


def cells_public(*, domain: str | None = None) -> QuerySet[CellState]:
    """What is known of each cell of the current run, quiet ones included.

    A cell whose finding waits for a moderator is told as if it had none: what it says is not public yet,
    even where an earlier finding of the same cell is; of several public ones the firmest speaks. Every cell
    of a real model that draws more than expected is left out until it has a public finding, so that neither
    row nor gap names what waits.
    """
    cell = ("model", "domain", "symptom_kind", "is_simulated")
    same = {name: OuterRef(name) for name in cell}
    public = findings_public_unordered().filter(
        state=OuterRef("state"), reason=OuterRef("reason"), **same
    )
    known = CellState.objects.filter(run__is_current=True)
    is_quiet = Q(state=Finding.State.INSUFFICIENT)
    told = known.exclude(is_quiet).filter(Exists(public), **same)
    is_first = ~Exists(told.filter(pk__lt=OuterRef("pk")))
    cells = (
        known.filter((is_quiet & ~Exists(told)) | (~is_quiet & Exists(public) & is_first))
        .exclude(
            Q(is_simulated=False, n_contributors__isnull=False, n_contributors__gt=F("expected"))
            & ~Exists(public)
        )
        .select_related("model", "domain")
        .defer("domain__examples")
    )
    return cells.filter(domain_id=domain) if domain else cells


def comparisons_public() -> QuerySet[Comparison]:
    """Version comparisons of the current run."""
    return Comparison.objects.filter(run__is_current=True).select_related(
        "domain", "earlier", "later"
    )


def signals_public() -> QuerySet[Signal]:
    """Signals of the current run: the cells of each window that reach the floor of contributors.

    What a real model draws above what is expected is told only within the days of public findings of the
    cell: anything else would name a model before a moderator does, and so would a gap that is there
    only while something waits. Of invented ones, what says something has a public finding.
    """
    named = findings_public_unordered().filter(
        model=OuterRef("model"), domain=OuterRef("domain"), symptom_kind=OuterRef("symptom_kind")
    )  # fmt: skip
    above = Q(model__is_fictional=False) & ~NOT_ABOVE
    said = Q(state=Finding.State.REPORTED) | Q(is_discovery=True)
    signals = Signal.objects.filter(run__is_current=True)
    signals = signals.exclude(above & ~Exists(lasting_in_window(named))).exclude(
        said & ~Exists(named)
    )
    return signals.select_related("model", "domain")


def clusters_public(*, domain: str | None = None) -> QuerySet[Cluster]:
    """Themes of the current run that have enough contributors and reports to be shown."""
    clusters = clusters_marked().filter(parent=None)
    return clusters.filter(domain_id=domain) if domain else clusters


def clusters_on_map_public() -> QuerySet[Cluster]:
    """The public themes that have a place on the map of the current run, the largest first.

    With what a map shows of them.
    """
    on_map = clusters_public().filter(x__isnull=False, track__isnull=False)
    long = ("track__centroid", "separating_terms", "model_signals", "domain__examples")
    return on_map.defer(*long).order_by("-n_reports", "id")


def clusters_shown() -> QuerySet[Cluster]:
    """Themes and variants of the current run that have enough contributors and reports."""
    return Cluster.objects.filter(run__is_current=True, is_public=True).select_related(
        "track", "domain"
    )


def clusters_marked() -> QuerySet[Cluster]:
    """Those that may be shown, each with `has_simulated`: its reports are invented."""
    marked = Coalesce(F("track__is_simulated"), Value(False))
    return clusters_shown().annotate(has_simulated=marked)


def clusters_listed_public() -> QuerySet[Cluster]:
    """Themes and variants that may be shown."""
    return (
        clusters_marked()
        .filter(Q(parent=None) | Q(parent__is_public=True))
        .select_related("parent")
        .order_by("track_id")
    )


def report_domain_public(report_id: UUID) -> ReportDomain | None:
    """In which domain the current run counted a report."""
    return _REPORT_DOMAIN.first(report_id=report_id)


_REPORT_DOMAIN = Statement(
    lambda report_id: ReportDomain.objects.filter(run__is_current=True, report_id=report_id).only(
        "domain", "is_duplicate"
    ),
    report_id=UUID,
)


def representative_ids(finding: Finding) -> QuerySet[Any, UUID]:
    """Ids of the reports that stand for a finding, for `pk__in`. Show them through reports_public()."""
    return finding.representatives.order_by().values_list("pk", flat=True)
