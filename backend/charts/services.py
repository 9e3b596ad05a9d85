"""Publishing charts: what there should be becomes rows, rows become images, and some must vanish.

Everything may run twice, and in several workers at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from backend.charts import wanted
from backend.charts.kinds import ID_CHARS, KINDS, Draft, name_of, sha256_of
from backend.charts.looks import PNG_SCALE, size_of
from backend.charts.models import Chart, ChartFinding, ChartImage, ChartReport, ChartStamp
from backend.charts.selectors import KNOWN, shows_gone
from backend.common.heartbeats import CHARTS, heartbeat_note
from backend.common.installation_lock import CHARTS_LOCK, installation_lock
from backend.findings import selectors as findings_
from backend.reports import selectors as reports_
from backend.reports.tallies import tally_is_behind

log = structlog.get_logger()
ATTEMPTS_MAX = 3
LOOK_AGAIN_SECONDS = 600
"""So often every chart is compared with what is public, whatever the stamps say."""
VERSIONS_PER_DAY = 24
"""Of a chart to which reports are merely added; beyond that, one an hour. Each is kept for ever."""
INSERT_ROWS = 1000
COUNTED = ("reports", "domain")
"""Kinds that show numbers of reports by week."""
OF_TODAY = ("reports", "ratings")
"""Kinds whose numbers are of the day on which they are drawn, not of the run's."""
Draw = Callable[[Chart], dict[str, bytes]]
Specify = Callable[[Draft], dict[str, Any]]


def charts_publish(*, specify: Specify, draw: Draw) -> int:
    """Bring the stored charts in line with what is public now; how many were drawn.

    An idle call compares one stamp per kind. `specify` and `draw` are those of `rendering`: whoever
    does not draw need not load what it takes.
    """
    with installation_lock(CHARTS_LOCK) as is_ours:
        if is_ours:
            # Read first: what changes from now on is seen by the next sweep.
            for kind, stamp in _stamps().items():
                _kind_publish(kind, stamp, specify)
    return charts_draw(draw=draw)


def charts_are_stale() -> bool:
    """Whether anything that charts show may have changed, or a chart waits to be drawn."""
    if dict(ChartStamp.objects.values_list("kind", "value")) != _stamps():
        return True
    return Chart.objects.filter(drawn_at=None, attempts__lt=ATTEMPTS_MAX, **KNOWN).exists()


def charts_alive_note() -> None:
    """Note a sign of life if no chart waits to be drawn, nor was given up."""
    if not Chart.objects.filter(drawn_at=None).exists():
        heartbeat_note(name=CHARTS)


def charts_draw(*, draw: Draw) -> int:
    """Draw what is waiting, the oldest first, until nothing is left; how many."""
    n_drawn = 0
    while _draw_one(draw):
        n_drawn += 1
    return n_drawn


# --- what there should be


def _kind_publish(kind: str, stamp: str, specify: Specify) -> None:
    """One kind, if its stamp has changed."""
    if ChartStamp.objects.filter(kind=kind, value=stamp).exists():
        return
    charts_erase_gone(kind=kind)
    if kind in COUNTED and tally_is_behind():
        return  # what is kept for ever must not show half of an import; the next sweep comes soon
    is_settled = True
    subjects = set()
    for draft in wanted.drafts_of(kind):
        subjects.add(draft.subject)
        is_settled &= _draft_store(draft, specify)
    left = Chart.objects.filter(kind=kind).exclude(subject__in=subjects)
    _waiting_delete(left)
    left.filter(is_current=True).update(is_current=False)
    if is_settled:
        ChartStamp.objects.update_or_create(kind=kind, defaults={"value": stamp})


def _stamps() -> dict[str, str]:
    """What the stamps should be if nothing has changed."""
    period = int(timezone.now().timestamp()) // LOOK_AGAIN_SECONDS
    return {
        kind: sha256_of([*stamp, KINDS[kind].version, period])
        for kind, stamp in wanted.stamps().items()
    }


def _draft_store(draft: Draft, specify: Specify) -> bool:
    """See to it that the draft is, or becomes, the current chart; False if that has to wait."""
    versions = Chart.objects.filter(kind=draft.kind, subject=draft.subject)
    current = versions.filter(is_current=True).first()
    is_same = (
        current is not None
        and current.data == draft.rows
        and current.definition == KINDS[draft.kind].version
        and current.is_simulated == draft.is_simulated
        and current.title == draft.title
    )
    if current is not None and is_same:
        if _waiting_delete(versions):  # on its way, and out of date already
            _make_current(current)
        return True
    if current is not None and _has_merely_grown(current, draft) and _is_too_often(draft):
        return False
    chart_store(draft, specify=specify)
    return True


def _has_merely_grown(current: Chart, draft: Draft) -> bool:
    """Whether the draft is the same but for reports that were added."""
    if draft.kind not in COUNTED or current.is_simulated != draft.is_simulated:
        return False
    run = findings_.run_current()
    if current.run != (run.pk if run else None):
        return False
    counts = {row["from"]: row["reports"] for row in draft.rows if row["row"] == "week"}
    return all(
        counts.get(row["from"], 0) >= row["reports"] if row["row"] == "week" else row in draft.rows
        for row in current.data
    )


def _is_too_often(draft: Draft) -> bool:
    now = timezone.now()
    versions = Chart.objects.filter(kind=draft.kind, subject=draft.subject)
    is_fresh = versions.filter(created_at__gt=now - timedelta(hours=1)).exists()
    n_today = versions.filter(created_at__gt=now - timedelta(days=1)).count()
    return is_fresh and n_today >= VERSIONS_PER_DAY


@transaction.atomic
def chart_store(draft: Draft, *, specify: Specify) -> Chart:
    """The chart of a draft: the one that exists, made current, or a new one that waits to be drawn."""
    spec = specify(draft)
    version = KINDS[draft.kind].version
    digest = sha256_of({"data": draft.rows, "definition": version, "spec": spec})
    versions = Chart.objects.filter(kind=draft.kind, subject=draft.subject)
    _waiting_delete(versions.exclude(digest=digest))
    chart = versions.filter(digest=digest, erased_at=None).first()
    if chart is None:
        chart = _chart_create(draft, spec, digest)
    elif chart.drawn_at is not None:
        _make_current(chart)
    return chart


@transaction.atomic
def _waiting_delete(charts: QuerySet[Chart]) -> bool:
    """Remove what waits to be drawn; whether there was any. What another process draws now is kept.

    It is locked before it is removed: its images would else be added in the meantime, and be of no chart.
    """
    waiting = list(charts.filter(drawn_at=None).values_list("pk", flat=True))
    if waiting:
        locked = Chart.objects.select_for_update().filter(pk__in=waiting, drawn_at=None)
        ids = list(locked.order_by("pk").values_list("pk", flat=True))
        Chart.objects.filter(pk__in=ids).delete()
    return bool(waiting)


def _chart_create(draft: Draft, spec: dict[str, Any], digest: str) -> Chart:
    run = findings_.run_current()
    now = timezone.now()
    Chart.objects.filter(digest=digest).delete()  # an erased one whose report is public again
    chart = Chart.objects.create(
        id=_free_id(digest),
        digest=digest,
        kind=draft.kind,
        subject=draft.subject,
        definition=KINDS[draft.kind].version,
        title=draft.title,
        alt=draft.alt,
        query=draft.query,
        query_path=draft.query_path,
        data=draft.rows,
        data_sha256=sha256_of(draft.rows),
        spec=spec,
        run=run.pk if run else None,
        as_of=run.as_of if run and draft.kind not in OF_TODAY else now.date(),
        method_version=run.method_version if run else "",
        input_digest=run.input_digest if run else "",
        is_simulated=draft.is_simulated,
        created_at=now,
    )
    ChartFinding.objects.bulk_create(
        ChartFinding(chart=chart, finding_id=pk) for pk in draft.finding_ids
    )
    ChartReport.objects.bulk_create(
        (ChartReport(chart=chart, report_id=pk) for pk in draft.report_ids), batch_size=INSERT_ROWS
    )
    return chart


def _free_id(digest: str) -> str:
    """The beginning of the digest, as long as it must be to be nobody else's."""
    name = name_of(digest)
    for length in range(ID_CHARS, len(name) + 1):
        if not Chart.objects.filter(pk=name[:length]).exists():
            return name[:length]
    raise AssertionError("two charts of one digest")


# --- drawing


def _draw_one(draw: Draw) -> bool:
    """Draw the oldest chart that nobody else draws; False if there is none."""
    with transaction.atomic():
        waiting = Chart.objects.select_for_update(skip_locked=True).filter(
            drawn_at=None, attempts__lt=ATTEMPTS_MAX, **KNOWN
        )
        chart = waiting.order_by("created_at", "id").first()
        if chart is None:
            return False
        chart.attempts += 1
        try:
            _images_store(chart, draw(chart))
        except Exception as error:
            log.error(
                "chart_not_drawn", chart=chart.pk, kind=chart.kind, error=type(error).__name__
            )
            if settings.DEBUG:
                raise
            chart.save(update_fields=["attempts"])
        else:
            _make_current(chart)
        return True


def _images_store(chart: Chart, images: dict[str, bytes]) -> None:
    ChartImage.objects.bulk_create(
        ChartImage(chart=chart, name=name, content=content) for name, content in images.items()
    )
    chart.files = {name: _facts(chart.kind, name, content) for name, content in images.items()}
    chart.drawn_at = timezone.now()
    chart.save(update_fields=["files", "drawn_at", "attempts"])


def _facts(kind: str, name: str, content: bytes) -> dict[str, Any]:
    look, form = name.rsplit(".", 1)
    facts = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    if form not in ("svg", "png"):
        return facts
    width, height = size_of(kind, look)
    scale = PNG_SCALE if form == "png" else 1
    return {**facts, "width": width * scale, "height": height * scale}


@transaction.atomic
def _make_current(chart: Chart) -> None:
    """Let it take the place of the version before it."""
    same = Chart.objects.filter(kind=chart.kind, subject=chart.subject, is_current=True)
    same.exclude(pk=chart.pk).update(is_current=False)
    Chart.objects.filter(pk=chart.pk).update(is_current=True)


# --- what must vanish


def charts_erase_gone(*, kind: str) -> int:
    """Erase what charts hold of reports that are public no longer, and of a demo that was removed.

    The row stays, so that its address can say what happened.
    """
    held = Chart.objects.filter(kind=kind, erased_at=None)
    n_erased = _erase(held.filter(shows_gone()))
    if not _has_simulated():
        n_erased += _erase(held.filter(is_simulated=True))
    return n_erased


def _has_simulated() -> bool:
    if reports_.has_simulated():
        return True
    return findings_.findings_public().filter(is_simulated=True).exists()


@transaction.atomic
def _erase(charts: Any) -> int:
    ids = list(charts.select_for_update().values_list("pk", flat=True))
    ChartImage.objects.filter(chart_id__in=ids).delete()
    ChartReport.objects.filter(chart_id__in=ids).delete()
    Chart.objects.filter(pk__in=ids, drawn_at=None).delete()
    return Chart.objects.filter(pk__in=ids).update(
        data=[], spec={}, files={}, alt="", is_current=False, erased_at=timezone.now()
    )
