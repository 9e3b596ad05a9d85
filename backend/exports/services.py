"""Building datasets, and taking away those that hold what is no longer public."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from backend.common.errors import ConflictError, RuleError
from backend.common.installation_lock import DATASETS_LOCK, installation_lock
from backend.exports import members, storage
from backend.exports.columns import DICTIONARY, REPORTS
from backend.exports.copying import snapshot
from backend.exports.files import table_write
from backend.exports.models import Dataset, DatasetBuild, DatasetFile
from backend.exports.records import SIMULATED, FileRecord
from backend.exports.rows import blocks_public, run_facts
from backend.exports.selectors import dataset_newest_public, datasets_served_public
from backend.exports.words import words_write

BUILDING = ".building-"
ATTEMPTS = 3
ABANDONED_SECONDS = 6 * 3600
BUILDS_KEPT_DAYS = 90
PAUSE_SHARE = 4
"""Between two builds after withdrawals lies so many times what the last one took, at least."""
PAUSE_MIN = timedelta(seconds=20)
Progress = Callable[[str], None]


def dataset_build(*, kind: str = "full", progress: Progress = lambda table: None) -> Dataset:
    """Freeze all that is public now; the newest dataset where nothing has changed since it.

    Files are complete before the row that announces them is. The build begins anew if a report is
    withdrawn, a finding held, or another run becomes current while the files are written: a dataset holds
    nothing that was taken back and mixes no runs. One builds at a time; the next one waits. Raises
    RuleError for an unknown kind, ConflictError if that happened in every attempt.
    """
    if kind != "full":
        raise RuleError("dataset_kind_unknown", f"There is no dataset kind {kind!r}, only 'full'.")
    with installation_lock(DATASETS_LOCK, is_waited_for=True), _heartbeat() as build:
        for _ in range(ATTEMPTS):
            dataset, is_new = _build_once(progress)
            if dataset is not None:
                build.dataset = dataset
                build.outcome = build.Outcome.BUILT if is_new else build.Outcome.UNCHANGED
                _orphans_delete()
                return dataset
        raise ConflictError(
            "dataset_overtaken",
            f"What is public changed during each of {ATTEMPTS} builds. Build again in a while.",
        )


def datasets_refresh() -> Dataset | None:
    """Build a dataset if the newest one is no longer served; None where that is not so.

    So there is one to download soon after a withdrawal, not only after the night. Not where none was
    ever built, nor again at once: a build must not follow every one of many withdrawals.
    """
    newest = dataset_newest_public()
    if newest is None or newest.is_served:  # type: ignore[attr-defined]
        return None
    last = DatasetBuild.objects.first()
    if last and timezone.now() < (last.finished_at or last.started_at) + _pause(last):
        return None
    with installation_lock(DATASETS_LOCK) as is_ours:
        return dataset_build() if is_ours else None


def datasets_purge() -> int:
    """Stop every version that holds a withdrawn report or a held finding, and delete the files of
    stopped ones; how many versions that were.

    Files that a served version shares stay. The row with the manifest stays too, so that a citation
    keeps its meaning. What a build left behind that did not come to its end is deleted once it is old.
    """
    members.datasets_stop()
    for folder in _scratch_folders():
        if folder.stat().st_mtime < time.time() - ABANDONED_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
    stale = Dataset.objects.filter(stopped_at__isnull=False, is_purged=False)
    if not stale.exists():
        return 0
    with installation_lock(DATASETS_LOCK) as is_ours:
        if not is_ours:
            return 0  # a build may be about to share one of these files; the next sweep comes soon
        stale_ids = list(stale.values_list("pk", flat=True))
        hashes = set(_hashes(stale_ids)) - set(_hashes(datasets_served_public().values("pk")))
        storage.objects_delete(sorted(hashes))
        for version in Dataset.objects.filter(pk__in=stale_ids).values_list("version", flat=True):
            shutil.rmtree(settings.DATASET_DIR / version, ignore_errors=True)  # an earlier layout
        return Dataset.objects.filter(pk__in=stale_ids).update(is_purged=True)


def datasets_check() -> int:
    """Stop every version that holds a report which is not public, for whatever reason; how many."""
    return members.datasets_check()


def _hashes(dataset_ids: Any) -> Iterator[str]:
    files = DatasetFile.objects.filter(dataset__in=dataset_ids)
    yield from files.order_by().values_list("sha256", flat=True).distinct()


def _pause(last: DatasetBuild) -> timedelta:
    took = last.finished_at - last.started_at if last.finished_at else timedelta(0)
    return max(PAUSE_MIN, took * PAUSE_SHARE)


@contextmanager
def _heartbeat() -> Iterator[DatasetBuild]:
    """An attempt, as the status page shows it; failed unless it says otherwise."""
    now = timezone.now()
    DatasetBuild.objects.filter(started_at__lt=now - timedelta(days=BUILDS_KEPT_DAYS)).delete()
    build = DatasetBuild.objects.create(started_at=now)
    try:
        build.outcome = build.Outcome.FAILED
        yield build
    finally:
        build.finished_at = timezone.now()
        build.save()


def _scratch_folders() -> list[Path]:
    root: Path = settings.DATASET_DIR
    return sorted(p for p in root.glob(f"{BUILDING}*") if p.is_dir()) if root.is_dir() else []


def _orphans_delete() -> None:
    """Delete files that no version has: a build that was overtaken leaves some."""
    known = set(_hashes(Dataset.objects.filter(is_purged=False).values("pk")))
    storage.objects_delete([sha256 for sha256 in storage.objects_listed() if sha256 not in known])


def _build_once(progress: Progress) -> tuple[Dataset | None, bool]:
    """A dataset, and whether it is new; None if it was overtaken."""
    settings.DATASET_DIR.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=BUILDING, dir=settings.DATASET_DIR))
    try:
        with snapshot():
            run = run_facts()
            dataset = Dataset.objects.create(
                version=f"building-{uuid.uuid4().hex[:20]}", built_on=timezone.now().date(),
                n_reports=0, manifest={}, is_announced=False,
            )  # fmt: skip
            files = _tables_write(folder, dataset, progress)
        content = hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest()
        newest = dataset_newest_public()
        if newest and newest.content_sha256 == content and _is_whole(newest):
            _forget(dataset)
            return newest, False
        if members.holds_hidden(dataset) or run_facts() != run:
            _forget(dataset)
            return None, False
        _announce(dataset, folder, files, content, run)
        return dataset, True
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tables_write(folder: Path, dataset: Dataset, progress: Progress) -> list[FileRecord]:
    files: list[FileRecord] = []
    for table in DICTIONARY:
        records = table_write(folder, table, blocks_public(table))
        if table is REPORTS:
            members.members_store(dataset)
            members.findings_store(dataset)
            dataset.n_reports = sum(r.rows or 0 for r in records if r.name.endswith(".parquet"))
        for record in records:
            storage.object_put(folder / record.name, record.sha256)
        files += records
        progress(table.name)
    return files


def _forget(dataset: Dataset) -> None:
    members.members_forget(dataset)
    dataset.delete()


@transaction.atomic
def _announce(
    dataset: Dataset, folder: Path, files: list[FileRecord], content: str, run: dict[str, Any]
) -> None:
    """Give a dataset its version and its words, and let everybody see it."""
    dataset.built_on = timezone.now().date()
    dataset.version = _free_version(dataset.built_on)
    dataset.content_sha256 = content
    dataset.has_simulated = any(file.name.startswith(SIMULATED) for file in files)
    words, manifest = words_write(folder, dataset, files, run, url=settings.PUBLIC_URL)
    for record in words:
        storage.object_put(folder / record.name, record.sha256)
    everything = [*files, *words]
    DatasetFile.objects.bulk_create(
        DatasetFile(
            dataset=dataset, name=file.name, table=file.table, month=file.month, rows=file.rows,
            bytes=file.bytes, sha256=file.sha256,
        )
        for file in everything
    )  # fmt: skip
    dataset.manifest = manifest
    dataset.n_bytes = sum(file.bytes for file in everything)
    dataset.is_announced = True
    dataset.save()


def _is_whole(dataset: Dataset) -> bool:
    """Whether a dataset is served and its files are there."""
    if not dataset.is_served:  # type: ignore[attr-defined]
        return False
    return all(storage.object_exists(sha256) for sha256 in _hashes([dataset.pk]))


def _free_version(today: date) -> str:
    taken = set(
        Dataset.objects.filter(version__startswith=f"{today}.").values_list("version", flat=True)
    )
    number = 1
    while f"{today}.{number}" in taken:
        number += 1
    return f"{today}.{number}"
