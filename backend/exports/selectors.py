"""Reading datasets: what may be shown and downloaded, and what shows that they are being built."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, Case, Exists, Max, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from backend.common.errors import GoneError, UnknownError
from backend.exports.models import (
    Dataset,
    DatasetBuild,
    DatasetFile,
    DatasetFinding,
    DatasetMember,
)
from backend.exports.records import MANIFEST, SIMULATED
from backend.findings import selectors as findings
from backend.reports import selectors as reports

WITHDRAWN = (
    "This version is no longer served, because a report or a finding in it is no longer public. "
    "Its manifest stays; use a later version."
)
LAYOUT = (
    "This version is no longer served: its files were of an earlier layout. Use a later version."
)


def datasets_public() -> QuerySet[Dataset]:
    """Every dataset, newest first, without its manifest; `is_served` says whether its files are
    still handed out.

    A withdrawal stops the versions that hold the report at once, and a moderator who holds a finding
    those that name it: the sweep, which comes within half a minute, only notes it.
    """
    held = DatasetMember.objects.filter(dataset_id__lte=OuterRef("pk")).filter(
        Q(until=None) | Q(until_id__gte=OuterRef("pk"))
    )
    withdrawn = reports.tombstones_public().order_by()
    withdrawn = withdrawn.filter(withdrawn_on__gte=OuterRef(OuterRef("checked_on")))
    gone = held.filter(report_id__in=withdrawn.values("report_id"))
    return (
        Dataset.objects.filter(is_announced=True)
        .defer("manifest")
        .annotate(
            is_served=Case(
                When(stopped_at__isnull=False, then=Value(False)),
                default=~Exists(gone) & ~Exists(findings_held(OuterRef("pk"))),
            )
        )
        .order_by("-built_on", "-id")
    )


def findings_held(dataset: Any) -> QuerySet[DatasetFinding]:
    """The findings that a dataset names and that are not public any more."""
    is_public = Exists(findings.findings_public_unordered().filter(pk=OuterRef("finding_id")))
    return DatasetFinding.objects.filter(~is_public, dataset=dataset)


def datasets_served_public() -> QuerySet[Dataset]:
    """The datasets whose files are handed out."""
    datasets: Any = datasets_public()
    served: QuerySet[Dataset] = datasets.filter(is_served=True)
    return served


def dataset_public(version: str) -> Dataset:
    """One dataset with `is_served`, or UnknownError."""
    found = datasets_public().filter(version=version).first()
    if found is None:
        raise UnknownError("dataset_unknown", "There is no such dataset.")
    return found


def dataset_newest_public() -> Dataset | None:
    """The newest dataset with `is_served`; None before the first one."""
    return datasets_public().first()


def dataset_note(dataset: Dataset) -> str:
    """Why a dataset is no longer served; empty while it is."""
    if dataset.is_served:  # type: ignore[attr-defined]
        return ""
    return LAYOUT if dataset.stop_reason == Dataset.Stop.LAYOUT else WITHDRAWN


def dataset_files_public(dataset: Dataset) -> QuerySet[DatasetFile]:
    """The files of a dataset, in the order of its manifest."""
    return DatasetFile.objects.filter(dataset=dataset).order_by("id")


def dataset_file(version: str, name: str) -> DatasetFile:
    """A file that may be downloaded. `manifest.json` is the manifest, also where that is called
    SIMULATED-manifest.json: who comes for it can't know which.

    Raises UnknownError if there is none of that name, GoneError if the version is no longer served.
    """
    dataset = dataset_public(version)
    if name == MANIFEST and dataset.has_simulated:
        name = f"{SIMULATED}{MANIFEST}"
    file = DatasetFile.objects.filter(dataset=dataset, name=name).first()
    if file is None:
        raise UnknownError("dataset_file_unknown", "This dataset has no such file.")
    if not dataset.is_served:  # type: ignore[attr-defined]
        raise GoneError("dataset_withdrawn", dataset_note(dataset))
    return file


def object_public(sha256: str) -> DatasetFile:
    """A file under the hash of its bytes, by whichever version is still served that has it.

    Raises UnknownError if none ever had it, GoneError if none of those is served.
    """
    files = DatasetFile.objects.filter(sha256=sha256)
    if not files.exists():
        raise UnknownError("dataset_file_unknown", "No dataset has such a file.")
    served = datasets_served_public().filter(pk__in=files.values("dataset"))
    file = files.filter(dataset=served.first()).first()
    if file is None:
        raise GoneError("dataset_withdrawn", WITHDRAWN)
    return file


@dataclass(frozen=True)
class DatasetHeartbeat:
    """Whether datasets are being built: silence is not failure, and this tells them apart."""

    version: str
    """The newest; "" before the first."""
    built_on: date | None
    is_served: bool
    last_started_at: datetime | None
    """When the last attempt to build one began."""
    last_finished_at: datetime | None
    """When it ended; None while it runs, or where its process died."""
    last_outcome: str
    """`built`, `unchanged`, `failed` or `running`; "" before the first attempt."""
    last_success_at: datetime | None
    """When an attempt last ended with a dataset that holds all that was public then."""


def dataset_heartbeat_public() -> DatasetHeartbeat:
    """The newest dataset, and how the last attempts to build one went. Three queries."""
    newest = dataset_newest_public()
    last = DatasetBuild.objects.first()
    good = (DatasetBuild.Outcome.BUILT, DatasetBuild.Outcome.UNCHANGED)
    success = DatasetBuild.objects.filter(outcome__in=good).aggregate(at=Max("finished_at"))["at"]
    return DatasetHeartbeat(
        version=newest.version if newest else "",
        built_on=newest.built_on if newest else None,
        is_served=bool(newest and newest.is_served),  # type: ignore[attr-defined]
        last_started_at=last.started_at if last else None,
        last_finished_at=last.finished_at if last else None,
        last_outcome=last.outcome if last else "",
        last_success_at=success,
    )


def withdrawals_public() -> QuerySet[Any, Any]:
    """Every withdrawn report as a dictionary, oldest first, with the first and the last version that
    hold it; both null where no version does."""
    members = DatasetMember.objects.filter(report_id=OuterRef("report_id")).order_by("dataset_id")
    known = Dataset.objects.filter(is_announced=True)
    last = known.filter(pk=OuterRef("last_id")).values("version")
    first = known.filter(pk=OuterRef("first_id")).values("version")
    newest = known.order_by("-id").values("pk")
    return (
        reports.tombstones_public()
        .annotate(
            first_id=members.values("dataset_id")[:1],
            last_id=Case(
                When(
                    Exists(members),
                    then=Coalesce(
                        members.order_by("-dataset_id").values("until_id")[:1],
                        newest[:1],
                        output_field=BigIntegerField(),
                    ),
                ),
                output_field=BigIntegerField(),
            ),
        )
        .annotate(first_version=first[:1], last_version=last[:1])
        .values("report_id", "withdrawn_on", "first_version", "last_version")
    )
