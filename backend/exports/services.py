"""Building datasets, and taking away those that hold a withdrawn report."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from backend.common.errors import RuleError
from backend.exports import selectors
from backend.exports.columns import DICTIONARY, REPORTS
from backend.exports.files import FileRecord, file_record, table_write
from backend.exports.models import Dataset, DatasetMember

MEMBER_ROWS = 5000
LICENCES = {
    "text": "CC-BY-4.0",
    "counts": "CC0-1.0",
    "notice": "Some vendors restrict the use of their models' outputs for training.",
}
Progress = Callable[[str], None]


def dataset_build(*, kind: str = "full", progress: Progress = lambda table: None) -> Dataset:
    """Freeze all that is public now; the newest dataset where nothing has changed since it.

    Files are complete before the row that announces them exists. Raises RuleError for an unknown
    kind.
    """
    if kind != "full":
        raise RuleError("dataset_kind_unknown", f"There is no dataset kind {kind!r}, only 'full'.")
    settings.DATASET_DIR.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".building-", dir=settings.DATASET_DIR))
    try:
        files: list[FileRecord] = []
        for table in DICTIONARY:
            files += table_write(folder, table, selectors.rows_of(table))
            progress(table.name)
        return _announce(folder, files)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _announce(folder: Path, files: list[FileRecord]) -> Dataset:
    content = hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest()
    newest = Dataset.objects.order_by("-id").first()
    if newest and newest.manifest["content_sha256"] == content and selectors.is_served(newest):
        return newest
    today = timezone.now().date()
    version = _free_version(today)
    ids = [row.pk for row in selectors.rows_of(REPORTS)]
    files += _words(folder, version)
    manifest = selectors.manifest_facts() | {
        "version": version,
        "built_on": today.isoformat(),
        "content_sha256": content,
        "licence": LICENCES,
        "files": [asdict(file) for file in files],
        "schema": {
            table.name: [asdict(column) for column in table.columns] for table in DICTIONARY
        },
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    manifest["files"].append(asdict(file_record(folder / "manifest.json")))
    folder.chmod(0o755)
    os.replace(folder, settings.DATASET_DIR / version)  # noqa: PTH105 - a folder, in one step
    return _store(version, today, manifest, ids)


@transaction.atomic
def _store(version: str, today: date, manifest: dict[str, Any], ids: Iterable[Any]) -> Dataset:
    members = list(ids)
    dataset = Dataset.objects.create(
        version=version,
        built_on=today,
        n_reports=len(members),
        manifest=manifest,
        has_simulated=manifest["has_simulated"],
    )
    DatasetMember.objects.bulk_create(
        (DatasetMember(dataset=dataset, report_id=pk) for pk in members), batch_size=MEMBER_ROWS
    )
    return dataset


def _free_version(today: date) -> str:
    number = 1
    taken = set(Dataset.objects.values_list("version", flat=True))
    while f"{today}.{number}" in taken or (settings.DATASET_DIR / f"{today}.{number}").exists():
        number += 1
    return f"{today}.{number}"


def _words(folder: Path, version: str) -> list[FileRecord]:
    """The files for people: what this is, what its columns mean, how it may be used."""
    has_simulated = selectors.manifest_facts()["has_simulated"]
    warning = (
        "\nSIMULATED DATA IS INCLUDED. Rows with provenance `simulated`, and findings with "
        "`is_simulated`, are\ninvented. Leave them out of every analysis of real services.\n"
        if has_simulated
        else ""
    )
    readme = (
        f"# Plumbline dataset {version}\n{warning}\nReports are voluntary: they nominate and do not "
        "confirm. Contributors are unverified. Honour the\ntombstone list: drop withdrawn reports "
        "from every copy.\n\nText: CC BY 4.0. Counts: CC0 1.0. "
        f"{LICENCES['notice']}\nCite as: Plumbline dataset {version}, SHA-256 in manifest.json.\n"
    )
    lines = ["# Data dictionary", ""]
    for table in DICTIONARY:
        lines += [f"## {table.name}", "", table.description, "", "| Column | Type | Unit | Meaning |",
                  "|---|---|---|---|"]  # fmt: skip
        for column in table.columns:
            null = ", may be null" if column.is_nullable else ""
            lines.append(
                f"| `{column.name}` | {column.type}{null} | {column.unit} | {column.description} |"
            )
        lines.append("")
    (folder / "README.md").write_text(readme)
    (folder / "DICTIONARY.md").write_text("\n".join(lines))
    return [file_record(folder / name) for name in ("README.md", "DICTIONARY.md")]


def datasets_purge() -> int:
    """Delete the files of every version that may not be served any longer; how many there were.

    The row with the manifest stays, so that a citation keeps its meaning.
    """
    n_purged = 0
    for dataset in Dataset.objects.all():
        folder = settings.DATASET_DIR / dataset.version
        if folder.exists() and not selectors.is_served(dataset):
            shutil.rmtree(folder)
            n_purged += 1
    return n_purged
