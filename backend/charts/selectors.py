"""Reading charts. Whatever ends in `_public` may be shown to anyone, and is decided anew each time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.charts.kinds import KINDS, canonical
from backend.charts.models import Chart, ChartFinding, ChartImage, ChartReport
from backend.common.errors import GoneError, UnknownError
from backend.common.statements import Statement, is_among
from backend.findings.selectors import findings_public_unordered, run_current
from backend.reports.selectors import reports_public

GONE = _(
    "This chart showed reports, and at least one of them is no longer public. Its sender or a "
    "moderator took it back, so the chart, its numbers and its images were erased. Nothing is "
    "wrong with the address: it will stay empty."
)

KNOWN = {"kind__in": tuple(KINDS)}
"""While an installation is updated, a worker may draw kinds that this process does not know yet."""

OF_FINDINGS = ("finding", "ratings", "map")
"""Kinds whose subject is a finding."""


def charts_public(*, on: date | None = None) -> QuerySet[Chart]:
    """Every chart that may be shown: drawn, its findings public, its reports public. Newest first."""
    drawn = Chart.objects.filter(erased_at=None, **KNOWN).exclude(drawn_at=None).defer("spec")
    return drawn.filter(~_names_hidden(), ~shows_gone(on=on))


def _names_hidden() -> Exists:
    """Whether a finding in a chart is not public. Each is looked up by its key."""
    is_public = Exists(findings_public_unordered().filter(pk=OuterRef("finding_id")))
    return Exists(ChartFinding.objects.filter(~is_public, chart=OuterRef("pk")))


def shows_gone(*, on: date | None = None) -> Exists:
    """Whether a report in a chart is not public. Looked up likewise: `IN` would list all reports."""
    is_public = Exists(reports_public(on=on).order_by().filter(pk=OuterRef("report_id")))
    return Exists(ChartReport.objects.filter(~is_public, chart=OuterRef("pk")))


def chart_public(chart_id: str) -> Chart:
    """One chart, of whatever age.

    Raises UnknownError if there is none or a finding in it is not public, GoneError if a report in it
    is not.
    """
    found: Any = _CHART.first(chart_id=chart_id, today=timezone.now().date())
    if found is None or found.names_hidden:
        raise UnknownError("chart_unknown", "There is no such chart.")
    if found.erased_at or found.shows_gone:
        raise GoneError("chart_erased", str(GONE))
    chart: Chart = found
    return chart


_CHART = Statement(
    lambda chart_id, today: (
        Chart.objects.annotate(names_hidden=_names_hidden(), shows_gone=shows_gone(on=today))
        .order_by()
        .filter(pk=chart_id, **KNOWN)
        .exclude(drawn_at=None, erased_at=None)
    ),
    chart_id=str,
    today=date,
)


def chart_newer_public(chart: Chart) -> Chart | None:
    """The current version of the same chart, if this one is not it."""
    if chart.is_current:
        return None
    same = charts_public().filter(kind=chart.kind, subject=chart.subject, is_current=True)
    return same.exclude(pk=chart.pk).first()


def chart_finding_public(chart: Chart) -> Any:
    """The finding that a chart is about, as it stands now; None for a chart of something else.

    An image never changes: whether what it shows was refuted since, only the page around it can say.
    """
    if chart.kind not in OF_FINDINGS:
        return None
    return _STATE.first(finding_id=int(chart.subject))


_STATE = Statement(
    lambda finding_id: (
        findings_public_unordered().only("state", "merged_into").filter(pk=finding_id)
    ),
    finding_id=int,
)


def chart_file_public(chart: Chart, name: str) -> bytes:
    """The bytes of an image of a chart that is public. Raises UnknownError if there is none."""
    image = ChartImage.objects.filter(chart=chart, name=name).first()
    if image is None:
        raise UnknownError("chart_file_unknown", "This chart has no such file.")
    return bytes(image.content)


def charts_current_public(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Chart]:
    """The current charts of these kinds and subjects. One query for all of them."""
    asked = set(wanted)
    rows = _CURRENT(
        kinds=sorted({kind for kind, _ in asked}),
        subjects=sorted({subject for _, subject in asked}),
        today=timezone.now().date(),
    )
    found = {(chart.kind, chart.subject): chart for chart in rows}
    return {key: found[key] for key in asked & found.keys()}


_CURRENT = Statement(
    lambda kinds, subjects, today: (
        charts_public(on=today)
        .filter(
            is_among("kind", kinds, CharField()),
            is_among("subject", subjects, CharField()),
            is_current=True,
        )
        .defer("spec", "data")
    ),
    kinds=list[str],
    subjects=list[str],
    today=date,
)


def chart_showing_public(kind: str, subject: str, rows: list[dict[str, Any]]) -> Chart | None:
    """The current chart of a kind and a subject, if it shows exactly these rows."""
    current = charts_public().filter(kind=kind, subject=subject, is_current=True).first()
    return current if current is not None and current.data == rows else None


def chart_evidence(chart: Chart) -> str:
    """The text that the id is the hash of, as a reader may hash it again."""
    return canonical({"data": chart.data, "definition": chart.definition, "spec": chart.spec})


def run_number() -> int | None:
    """The current run, to say whether it still finds what a chart shows."""
    run = run_current()
    return run.pk if run else None


def rows_of(chart: Chart) -> list[list[Any]]:
    """The rows of a chart in the order of its columns."""
    return [[row.get(c.name) for c in KINDS[chart.kind].columns] for row in chart.data]
