"""What can be downloaded, how it is verified and cited; and that the pages stay small."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from backend.exports.models import Dataset, DatasetFile
from backend.exports.services import dataset_build
from tests.factories import make_report

pytestmark = pytest.mark.django_db
KEY = "00112233445566778899aabbccddeeff"
CSS = Path("backend/explorer/static/explorer/plumbline.css")
BYTES_MAX = 150_000
QUERIES_MAX = 12


def many(n_versions: int, n_months: int) -> str:
    """Versions with as many months in three tables and three formats; the newest one's name."""
    for number in range(n_versions):
        version = f"2026-11-{number + 1:02}.1"
        dataset = Dataset.objects.create(
            version=version, built_on=date(2026, 11, number + 1), n_reports=1_000_000, manifest={},
            n_bytes=10**9, content_sha256=f"{number:064x}",
        )  # fmt: skip
        months = [f"{2027 - i // 12}-{i % 12 + 1:02}" for i in range(n_months)]
        DatasetFile.objects.bulk_create(
            DatasetFile(
                dataset=dataset, name=f"{mark}{table}-{month}.{ending}", table=table, month=month,
                rows=40_000, bytes=10**7, sha256=f"{number:064x}",
            )
            for mark in ("", "SIMULATED-")
            for table in ("reports", "ratings", "exposures")
            for month in months
            for ending in ("parquet", "jsonl.zst", "csv.gz")
        )  # fmt: skip
    return version


@pytest.mark.parametrize("address", ["/data/", "/data/{version}/"])
def test_pages_stay_small_with_many_versions_and_ten_years_of_months(
    visitor, address: str, django_assert_max_num_queries
) -> None:
    version = many(12, 120)
    with django_assert_max_num_queries(QUERIES_MAX):
        page = visitor.get(address.format(version=version))
    assert page.status_code == 200
    assert len(page.content) + CSS.stat().st_size < BYTES_MAX


def test_the_months_of_another_year_are_a_link_away(visitor) -> None:
    version = many(1, 24)
    page = visitor.get(f"/data/{version}/").content.decode()
    assert "reports-2027-03.parquet" in page
    assert "reports-2026-03.parquet" not in page
    assert 'href="?year=2026#reports"' in page
    older = visitor.get(f"/data/{version}/?year=2026").content.decode()
    assert "reports-2026-03.parquet" in older
    assert visitor.get(f"/data/{version}/?year=<script>").status_code == 200


def test_a_version_shows_its_files_and_how_to_verify_and_cite_it(visitor, clock) -> None:
    make_report()
    dataset = dataset_build()
    page: Any = visitor.get(f"/data/{dataset.version}/").content.decode()
    for file in dataset.files.all():
        assert f'href="/data/{dataset.version}/{file.name}"' in page
        assert file.sha256 in page
    assert "sha256sum --check" in page
    assert f"@misc{{plumbline-{dataset.version}," in page
    assert f"sha256:{dataset.content_sha256}" in page


def test_the_list_links_each_version_and_the_signed_list_of_withdrawals(visitor, clock) -> None:
    make_report(receipt_key=KEY)
    dataset = dataset_build()
    page = visitor.get("/data/").content.decode()
    assert f'href="/data/{dataset.version}/"' in page
    for name in ("withdrawals.json", "withdrawals.json.sig", "signing-key.pem"):
        assert f'href="/data/{name}"' in page
    assert re.search(r"<td[^>]*>served</td>", page)
    visitor.post("/api/v1/receipts/withdraw/", headers={"Plumbline-Receipt": KEY})
    page = visitor.get("/data/").content.decode()
    assert re.search(r"<td[^>]*>no longer served</td>", page)
    stopped = visitor.get(f"/data/{dataset.version}/").content.decode()
    assert "No longer served." in stopped
    assert f'href="/data/{dataset.version}/README.md"' not in stopped


def test_an_unknown_version_has_no_page(visitor) -> None:
    assert visitor.get("/data/2020-01-01.1/").status_code == 404
