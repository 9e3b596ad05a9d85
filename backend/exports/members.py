"""What each dataset holds, and which datasets may no longer be served for that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from backend.exports.models import Dataset, DatasetFinding, DatasetMember
from backend.exports.selectors import datasets_public, findings_held
from backend.findings import selectors as findings
from backend.reports import selectors as reports

OVERLAP_DAYS = 1
"""A withdrawal that began before midnight may be stored after it."""


def members_store(dataset: Dataset) -> None:
    """Note which reports are public now as what a dataset holds.

    Call it in the snapshot in which its files were written.
    """
    newest = Dataset.objects.filter(is_announced=True).order_by("-id").first()
    here = DatasetMember.objects.filter(until=None)
    is_public = Exists(reports.reports_public().order_by().filter(pk=OuterRef("report_id")))
    if newest is not None:
        here.filter(~is_public).update(until=newest)
    public = reports.reports_public().order_by().values("pk")
    table = DatasetMember._meta.db_table
    with connection.cursor() as cursor:
        client = psycopg.ClientCursor(cursor.connection)
        now, before = (
            client.mogrify(*rows.query.sql_with_params())
            for rows in (public, here.values("report_id"))
        )
        # EXCEPT takes the same time whatever the planner knows of the tables; in order, because an
        # index grows several times faster so. By sorting: a hash of a million ids has 100 MiB.
        cursor.execute("SET LOCAL enable_hashagg = off")
        cursor.execute(
            f'INSERT INTO "{table}" (report_id, dataset_id) '  # noqa: S608 - all of our own making
            f"SELECT pk, %s FROM ({now} EXCEPT {before}) AS fresh ORDER BY pk",
            [dataset.pk],
        )
        cursor.execute("SET LOCAL enable_hashagg TO DEFAULT")


def findings_store(dataset: Dataset) -> None:
    """Note which findings are public now as what a dataset names. Call it in the same snapshot."""
    public = findings.findings_public_unordered().values_list("pk", flat=True)
    DatasetFinding.objects.bulk_create(
        DatasetFinding(dataset=dataset, finding_id=pk) for pk in public
    )


def members_forget(dataset: Dataset) -> None:
    """A dataset that was never announced holds nothing. Call it before any other is built."""
    DatasetMember.objects.filter(dataset=dataset).delete()


def holds_hidden(dataset: Dataset) -> bool:
    """Whether a report of the newest dataset has been withdrawn since its day, or a finding held."""
    if findings_held(dataset).exists():
        return True
    since = timezone.now().date() - timedelta(days=OVERLAP_DAYS)
    withdrawn = reports.tombstones_public().order_by().filter(withdrawn_on__gte=since)
    held = DatasetMember.objects.filter(until=None, dataset_id__lte=dataset.pk)
    return held.filter(report_id__in=withdrawn.values("report_id")).exists()


@transaction.atomic
def datasets_stop() -> int:
    """Note which versions hold a withdrawn report or a held finding; how many are new among them."""
    served = datasets_public().filter(stopped_at=None)
    known = {dataset.pk: dataset.is_served for dataset in served}  # type: ignore[attr-defined]
    gone = [pk for pk, is_served in known.items() if not is_served]
    _stop(Q(pk__in=gone))
    checked_on = timezone.now().date() - timedelta(days=OVERLAP_DAYS)
    Dataset.objects.filter(pk__in=known, checked_on__lt=checked_on).update(checked_on=checked_on)
    return len(gone)


@transaction.atomic
def datasets_check() -> int:
    """Stop every version that holds a report which is not public, for whatever reason; how many.

    Reads all that was ever exported. `datasets_stop` finds withdrawals at no such cost; this one finds
    reports of a collection that was removed, too.
    """
    public = reports.reports_public().order_by().filter(pk=OuterRef("report_id"))
    spans = DatasetMember.objects.filter(~Exists(public)).values_list("dataset_id", "until_id")
    held = Q(pk__in=[])
    for first, last in spans.distinct():
        held |= Q(pk__gte=first) & (Q(pk__lte=last) if last else Q())
    return _stop(held)


def _stop(which: Q) -> int:
    running: Any = Dataset.objects.filter(which, stopped_at=None, is_announced=True)
    stopped: int = running.update(stopped_at=timezone.now(), stop_reason=Dataset.Stop.WITHDRAWN)
    return stopped
