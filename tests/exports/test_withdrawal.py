"""A withdrawal stops every version that holds the report."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from backend.common.errors import ConflictError
from backend.exports.models import Dataset
from backend.exports.services import dataset_build, datasets_purge
from backend.reports.models import Report
from tests.factories import make_report

pytestmark = pytest.mark.django_db
KEY = "00112233445566778899aabbccddeeff"


def status(client, address: str) -> int:
    """Status of a download."""
    answer = client.get(address)
    if answer.streaming:
        list(answer.streaming_content)  # read to the end, which closes it
    return answer.status_code


def withdraw(client) -> None:
    answer = client.post("/api/v1/receipts/withdraw/", headers={"Plumbline-Receipt": KEY})
    assert answer.status_code == 200


def test_the_old_version_is_gone_and_the_next_one_is_without_the_report(visitor, clock) -> None:
    report = make_report(receipt_key=KEY, prompt="canary-withdrawn-prompt")
    kept = make_report()
    old = dataset_build()
    address = f"/data/{old.version}/reports.jsonl.gz"
    assert status(visitor, address) == 200
    withdraw(visitor)

    for file in old.manifest["files"]:
        answer = visitor.get(f"/data/{old.version}/{file['name']}")
        assert answer.status_code == 410, file["name"]
    assert "no longer served" in visitor.get(address).content.decode()
    assert visitor.get(f"/reports/{report.pk}/").status_code == 404
    assert visitor.get(f"/api/v1/reports/{report.pk}/").status_code == 404
    assert "canary-withdrawn-prompt" not in visitor.get("/reports/").content.decode()

    detail = visitor.get(f"/api/v1/datasets/{old.version}/").json()
    assert detail["is_served"] is False
    assert detail["note"].startswith("This version is no longer served")
    assert detail["manifest"]["version"] == old.version

    new = dataset_build()
    assert new.version == "2026-11-23.2"
    assert list(new.members.values_list("report_id", flat=True)) == [kept.pk]
    assert status(visitor, f"/data/{new.version}/reports.jsonl.gz") == 200
    assert status(visitor, f"/data/{new.version}/tombstones.csv.gz") == 200


def test_the_purge_deletes_the_files_of_that_version_only(visitor, clock, data_directory) -> None:
    make_report()
    fine = dataset_build()
    make_report(receipt_key=KEY)
    stale = dataset_build()
    withdraw(visitor)
    assert datasets_purge() == 1
    assert [path.name for path in (data_directory / "datasets").iterdir()] == [fine.version]
    assert datasets_purge() == 0
    assert Dataset.objects.filter(version=stale.version).exists()
    assert status(visitor, f"/data/{stale.version}/manifest.json") == 410
    assert "no longer served" in visitor.get("/data/").content.decode().lower()


def test_a_report_that_no_longer_exists_stops_its_version_too(visitor, clock) -> None:
    report = make_report()
    dataset = dataset_build()
    Report.objects.filter(pk=report.pk).delete()
    assert status(visitor, f"/data/{dataset.version}/README.md") == 410


def test_a_report_withdrawn_while_files_are_written_is_in_no_dataset(visitor, clock) -> None:
    report = make_report(receipt_key=KEY)
    kept = make_report()
    written: list[str] = []

    def after_the_first_table(table: str) -> None:
        if not written:
            withdraw(visitor)
        written.append(table)

    dataset = dataset_build(progress=after_the_first_table)
    assert written.count("reports") == 2  # the build began anew
    assert Report.objects.get(pk=report.pk).state == "withdrawn"
    assert list(dataset.members.values_list("report_id", flat=True)) == [kept.pk]
    assert status(visitor, f"/data/{dataset.version}/reports.csv.gz") == 200


def test_a_build_that_is_overtaken_each_time_gives_up_and_leaves_nothing(
    visitor, clock, data_directory
) -> None:
    def reject_all(table: str) -> None:
        Report.objects.update(state="rejected")
        make_report()

    make_report()
    with pytest.raises(ConflictError) as caught:
        dataset_build(progress=reject_all)
    assert caught.value.code == "dataset_overtaken"
    assert Dataset.objects.count() == 0
    assert list((data_directory / "datasets").iterdir()) == []


def test_what_a_dead_build_left_is_deleted_once_it_is_old(catalogue, clock, data_directory) -> None:
    root: Path = data_directory / "datasets"
    dataset = dataset_build()
    for name, hours in [(".building-old", 7), ("2026-11-01.1", 7), (".building-new", 1)]:
        (root / name).mkdir()
        (root / name / "reports.csv.gz").write_bytes(b"x")
        os.utime(root / name, (time.time() - hours * 3600,) * 2)
    assert datasets_purge() == 0
    assert sorted(path.name for path in root.iterdir()) == [".building-new", dataset.version]
