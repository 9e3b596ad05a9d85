"""What can be downloaded: the versions, and the files of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.common.errors import UnknownError
from backend.exports import selectors as exports
from backend.exports.columns import DICTIONARY
from backend.exports.metadata import citations
from backend.exports.records import SIMULATED
from backend.exports.withdrawals import key_id

DATASETS_SHOWN = 10


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Datasets to download, and what their columns mean."""
    context = {
        "datasets": exports.datasets_public()[:DATASETS_SHOWN],
        "heartbeat": exports.dataset_heartbeat_public(),
        "dictionary": DICTIONARY,
        "key_id": key_id(),
    }
    return render(request, "explorer/data.html", context)


@require_safe
def dataset(request: HttpRequest, version: str) -> HttpResponse:
    """One version: its files, how to verify and how to cite it. `?year=` chooses the months shown."""
    try:
        found = exports.dataset_public(version)
    except UnknownError as error:
        raise Http404 from error
    files = list(exports.dataset_files_public(found))
    context = {
        "dataset": found,
        "is_withdrawn": exports.dataset_note(found) == exports.WITHDRAWN,
        "newest": exports.dataset_newest_public(),
        "groups": groups_of(files, year=request.GET.get("year", "")),
        "cite": citations(found, url=settings.PUBLIC_URL),
    }
    return render(request, "explorer/dataset.html", context)


@dataclass
class Group:
    """The files of a table; of one that has a file for each month, those of a year."""

    title: str
    files: list[Any]
    years: list[str] = field(default_factory=list)
    year: str = ""
    n_rows: int = 0
    n_bytes: int = 0

    @property
    def anchor(self) -> str:
        return self.title.lower()

    @property
    def label(self) -> str:
        return f"{self.title} {self.year}".strip() or "README.md …"


def groups_of(files: list[Any], *, year: str) -> list[Group]:
    """Files by table: those by month apart, the other tables together, then what is no table."""
    by_month = [file for file in files if file.month and file.month != "none"]
    whole = [file for file in files if file.table and file.month in ("", "none")]
    groups = []
    for _, some in groupby(sorted(by_month, key=_real_first), key=_real_first):
        same = list(some)
        groups.append(_by_year(_title(same[0]), same, year=year))
    groups.append(Group(title=", ".join(sorted({file.table for file in whole})), files=whole))
    return [*groups, Group(title="", files=[file for file in files if not file.table])]


def _real_first(file: Any) -> tuple[bool, str]:
    return file.name.startswith(SIMULATED), file.table


def _title(file: Any) -> str:
    return f"{SIMULATED}{file.table}" if file.name.startswith(SIMULATED) else file.table


def _by_year(title: str, files: list[Any], *, year: str) -> Group:
    years = sorted({file.month[:4] for file in files}, reverse=True)
    chosen = year if year in years else years[0]
    return Group(
        title=title,
        files=[file for file in files if file.month.startswith(chosen)],
        years=years,
        year=chosen,
        n_rows=sum(file.rows or 0 for file in files if file.name.endswith(".parquet")),
        n_bytes=sum(file.bytes for file in files),
    )
