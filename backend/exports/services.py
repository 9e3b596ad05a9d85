"""Building datasets, and taking away those that hold a withdrawn report."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from backend.common.errors import ConflictError, RuleError
from backend.exports import selectors
from backend.exports.columns import DICTIONARY, REPORTS
from backend.exports.files import FileRecord, file_record, table_write
from backend.exports.models import Dataset, DatasetMember
from backend.exports.words import LICENCES, words_write

MEMBER_ROWS = 5000
BUILDING = ".building-"
SIMULATED = "SIMULATED-"
"""How the names of files begin that hold simulated rows, or list such files."""
ATTEMPTS = 3
ABANDONED_SECONDS = 6 * 3600
LOCK = 7_052_001
"""Number of the advisory lock under which versions are given out; any number of our own."""
Progress = Callable[[str], None]


def dataset_build(*, kind: str = "full", progress: Progress = lambda table: None) -> Dataset:
    """Freeze all that is public now; the newest dataset where nothing has changed since it.

    Files are complete before the row that announces them exists. The build begins anew if a report
    is withdrawn or another run becomes current while the files are written: a dataset holds no
    withdrawn report and mixes no runs. Raises RuleError for an unknown kind, ConflictError if that
    happened in every attempt.
    """
    if kind != "full":
        raise RuleError("dataset_kind_unknown", f"There is no dataset kind {kind!r}, only 'full'.")
    for _ in range(ATTEMPTS):
        dataset = _build_once(progress)
        if dataset is not None:
            return dataset
    raise ConflictError(
        "dataset_overtaken",
        f"What is public changed during each of {ATTEMPTS} builds. Build again in a while.",
    )


def datasets_purge() -> int:
    """Delete the files of every version that may not be served any longer; how many there were.

    The row with the manifest stays, so that a citation keeps its meaning. What a build left behind
    that did not come to its end is deleted too, once it is hours old.
    """
    versions = {dataset.version: dataset for dataset in Dataset.objects.all()}
    n_purged = 0
    for folder in _folders():
        dataset = versions.get(folder.name)
        if dataset is None:
            if folder.stat().st_mtime < time.time() - ABANDONED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
        elif not selectors.is_served(dataset):
            shutil.rmtree(folder)
            n_purged += 1
    return n_purged


def _folders() -> list[Path]:
    root: Path = settings.DATASET_DIR
    return sorted(p for p in root.iterdir() if p.is_dir()) if root.is_dir() else []


def _build_once(progress: Progress) -> Dataset | None:
    settings.DATASET_DIR.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=BUILDING, dir=settings.DATASET_DIR))
    try:
        files: list[FileRecord] = []
        ids: list[Any] = []
        facts = selectors.manifest_facts()
        for table in DICTIONARY:
            rows = selectors.rows_of(table)
            noted = _noted(rows, ids) if table is REPORTS else rows
            is_marked = facts["has_simulated"] and table.may_hold_simulated
            files += table_write(folder, table, noted, prefix=SIMULATED if is_marked else "")
            progress(table.name)
        return _announce(folder, files, ids, facts)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _noted(rows: Iterable[Any], ids: list[Any]) -> Iterator[Any]:
    """The rows; the ids of exactly those that were written are noted on the way."""
    for row in rows:
        ids.append(row.pk)
        yield row


@transaction.atomic
def _announce(
    folder: Path, files: list[FileRecord], ids: list[Any], facts: dict[str, Any]
) -> Dataset | None:
    """Name the folder and store its row; None if its rows are no longer what is public."""
    with connection.cursor() as cursor:  # one builder at a time gives out a version
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if not selectors.are_public(ids) or selectors.manifest_facts() != facts:
        return None
    content = hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest()
    newest = Dataset.objects.order_by("-id").first()
    if newest and newest.manifest["content_sha256"] == content and _is_whole(newest):
        return newest
    today = timezone.now().date()
    version = _free_version(today)
    files += words_write(folder, version, has_simulated=facts["has_simulated"])
    manifest = facts | {
        "version": version,
        "built_on": today.isoformat(),
        "content_sha256": content,
        "licence": LICENCES,
        "files": [asdict(file) for file in files],
        "schema": {
            table.name: [asdict(column) for column in table.columns] for table in DICTIONARY
        },
    }
    path = folder / (f"{SIMULATED}manifest.json" if facts["has_simulated"] else "manifest.json")
    path.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    manifest["files"].append(asdict(file_record(path)))
    dataset = _store(version, today, manifest, ids)
    folder.chmod(0o755)
    os.replace(folder, settings.DATASET_DIR / version)  # noqa: PTH105 - a folder, in one step
    return dataset


def _is_whole(dataset: Dataset) -> bool:
    """Whether a dataset is served and its files are there."""
    return selectors.is_served(dataset) and (settings.DATASET_DIR / dataset.version).is_dir()


def _store(version: str, today: date, manifest: dict[str, Any], ids: list[Any]) -> Dataset:
    dataset = Dataset.objects.create(
        version=version,
        built_on=today,
        n_reports=len(ids),
        manifest=manifest,
        has_simulated=manifest["has_simulated"],
    )
    DatasetMember.objects.bulk_create(
        (DatasetMember(dataset=dataset, report_id=pk) for pk in ids), batch_size=MEMBER_ROWS
    )
    return dataset


def _free_version(today: date) -> str:
    number = 1
    taken = set(Dataset.objects.values_list("version", flat=True))
    while f"{today}.{number}" in taken or (settings.DATASET_DIR / f"{today}.{number}").exists():
        number += 1
    return f"{today}.{number}"
