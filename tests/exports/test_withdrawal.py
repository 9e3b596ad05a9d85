"""A withdrawal stops every version that holds the report."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from django.db.models import Q

from backend.common.errors import ConflictError
from backend.exports.models import Dataset, DatasetBuild, DatasetFile, DatasetMember
from backend.exports.selectors import dataset_heartbeat_public, datasets_public
from backend.exports.services import (
    dataset_build,
    datasets_check,
    datasets_purge,
    datasets_refresh,
)
from backend.reports.models import Report
from backend.reports.services import report_reject
from tests.exports.reading import lines_of
from tests.factories import make_report

pytestmark = pytest.mark.django_db
KEY = "00112233445566778899aabbccddeeff"


def status(client, address: str) -> int:
    """Status of a download."""
    answer = client.get(address)
    if answer.streaming:
        list(answer.streaming_content)  # read to the end, which closes it
    return answer.status_code


def status_of(dataset: Dataset) -> bool:
    """Whether a dataset is served."""
    return bool(datasets_public().get(pk=dataset.pk).is_served)


def held_by(dataset: Dataset) -> set[object]:
    """Ids of the reports that a dataset holds."""
    since = DatasetMember.objects.filter(dataset_id__lte=dataset.pk)
    held = since.filter(Q(until=None) | Q(until_id__gte=dataset.pk))
    return set(held.values_list("report_id", flat=True))


def withdraw(client) -> None:
    answer = client.post("/api/v1/receipts/withdraw/", headers={"Plumbline-Receipt": KEY})
    assert answer.status_code == 200


def test_the_old_version_is_gone_and_the_next_one_is_without_the_report(visitor, clock) -> None:
    report = make_report(receipt_key=KEY, prompt="canary-withdrawn-prompt")
    kept = make_report()
    old = dataset_build()
    address = f"/data/{old.version}/reports-2026-11.jsonl.zst"
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
    assert held_by(new) == {kept.pk}
    assert [row["id"] for row in lines_of(new, "reports")] == [str(kept.pk)]
    assert status(visitor, f"/data/{new.version}/reports-2026-11.jsonl.zst") == 200
    assert status(visitor, f"/data/{new.version}/tombstones.csv.gz") == 200


def test_the_purge_deletes_the_files_of_that_version_only(visitor, clock, data_directory) -> None:
    make_report()
    fine = dataset_build()
    make_report(receipt_key=KEY)
    stale = dataset_build()
    withdraw(visitor)
    assert datasets_purge() == 1
    stored = {path.name for path in (data_directory / "datasets").glob("objects/*/*")}
    assert stored == set(fine.files.values_list("sha256", flat=True))
    assert datasets_purge() == 0
    assert Dataset.objects.filter(version=stale.version).exists()
    assert status(visitor, f"/data/{stale.version}/manifest.json") == 410
    assert "no longer served" in visitor.get("/data/").content.decode().lower()


def test_a_report_that_no_longer_exists_stops_its_version_too(visitor, clock) -> None:
    report = make_report()
    dataset = dataset_build()
    Report.objects.filter(pk=report.pk).delete()
    assert datasets_check() == 1
    assert datasets_check() == 0
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
    assert held_by(dataset) == {kept.pk}
    assert [row["id"] for row in lines_of(dataset, "reports")] == [str(kept.pk)]
    assert status(visitor, f"/data/{dataset.version}/reports-2026-11.csv.gz") == 200


def test_a_build_that_is_overtaken_each_time_gives_up_and_leaves_nothing(
    visitor, clock, data_directory
) -> None:
    def reject_all(table: str) -> None:
        for shown in Report.objects.filter(state="released"):
            report_reject(report_id=shown.pk, moderator="moderator", reason="A test.")
        make_report()

    make_report()
    with pytest.raises(ConflictError) as caught:
        dataset_build(progress=reject_all)
    assert caught.value.code == "dataset_overtaken"
    assert Dataset.objects.count() == 0
    assert DatasetMember.objects.count() == 0
    assert [path.name for path in (data_directory / "datasets").iterdir()] == ["objects"]
    dataset_build()
    stored = {path.name for path in (data_directory / "datasets").glob("objects/*/*")}
    assert stored == set(DatasetFile.objects.values_list("sha256", flat=True))


def test_what_a_dead_build_left_is_deleted_once_it_is_old(catalogue, clock, data_directory) -> None:
    root: Path = data_directory / "datasets"
    dataset = dataset_build()
    for name, hours in [(".building-old", 7), (".building-new", 1)]:
        (root / name).mkdir()
        (root / name / "reports.csv.gz").write_bytes(b"x")
        os.utime(root / name, (time.time() - hours * 3600,) * 2)
    assert datasets_purge() == 0
    assert sorted(path.name for path in root.iterdir()) == [".building-new", "objects"]
    assert status_of(dataset) is True


def test_a_withdrawn_report_stops_every_version_from_its_first_to_its_last(visitor, clock) -> None:
    make_report()
    before = dataset_build()
    make_report(receipt_key=KEY)
    first = dataset_build()
    make_report()
    second = dataset_build()
    withdraw(visitor)
    after = dataset_build()
    assert [status_of(d) for d in (before, first, second, after)] == [True, False, False, True]
    make_report()
    assert status_of(dataset_build()) is True
    datasets_purge()
    clock.shift(86400 * 40)  # what the sweep noted holds without the tombstone's day
    datasets_purge()
    assert [status_of(d) for d in (before, first, second, after)] == [True, False, False, True]


def test_what_is_withdrawn_and_was_in_no_version_stops_none(visitor, clock) -> None:
    make_report()
    dataset = dataset_build()
    make_report(receipt_key=KEY)
    withdraw(visitor)
    assert (datasets_purge(), status_of(dataset)) == (0, True)


def test_a_version_is_stopped_even_where_no_sweep_comes_for_weeks(visitor, clock) -> None:
    make_report(receipt_key=KEY)
    dataset = dataset_build()
    withdraw(visitor)
    clock.shift(86400 * 30)
    assert status_of(dataset) is False
    assert status(visitor, f"/data/{dataset.version}/README.md") == 410


def test_a_file_that_a_served_version_shares_is_still_served_by_its_hash(visitor, clock) -> None:
    make_report(observed_on="2026-10-20")
    make_report(observed_on="2026-11-20", receipt_key=KEY)
    old = dataset_build()
    withdraw(visitor)
    october = old.files.get(name="reports-2026-10.parquet").sha256
    november = old.files.get(name="reports-2026-11.parquet").sha256
    assert status(visitor, f"/data/sha256/{october}") == 410
    dataset_build()
    datasets_purge()
    assert status(visitor, f"/data/sha256/{october}") == 200
    assert status(visitor, f"/data/sha256/{november}") == 410


def test_a_new_version_is_built_soon_after_a_withdrawal_and_not_again_and_again(
    visitor, clock
) -> None:
    assert datasets_refresh() is None  # there never was one
    make_report(receipt_key=KEY)
    make_report(receipt_key=KEY[::-1])
    dataset_build()
    assert datasets_refresh() is None
    withdraw(visitor)
    assert datasets_refresh() is None  # a moment after the last one
    clock.shift(30)
    refreshed = datasets_refresh()
    assert refreshed is not None
    assert (refreshed.version, status_of(refreshed)) == ("2026-11-23.2", True)
    assert datasets_refresh() is None


def test_the_heartbeat_tells_silence_from_failure(visitor, clock) -> None:
    beat = dataset_heartbeat_public()
    assert (beat.version, beat.last_outcome, beat.last_success_at) == ("", "", None)
    make_report(receipt_key=KEY)
    dataset_build()
    beat = dataset_heartbeat_public()
    assert (beat.version, beat.is_served, beat.last_outcome) == ("2026-11-23.1", True, "built")
    clock.shift(3600)
    dataset_build()
    later = dataset_heartbeat_public()
    assert later.last_outcome == "unchanged"
    assert (later.last_success_at - beat.last_success_at).total_seconds() == 3600
    clock.shift(3600)

    def fail(table: str) -> None:
        raise OSError("the disk is full")

    withdraw(visitor)
    with pytest.raises(OSError, match="full"):
        dataset_build(progress=fail)
    broken = dataset_heartbeat_public()
    assert (broken.last_outcome, broken.is_served) == ("failed", False)
    assert broken.last_success_at == later.last_success_at
    assert DatasetBuild.objects.count() == 3
