"""Datasets in a storage that is no folder of this machine, and the settings that choose one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from django.core.files.storage import InMemoryStorage, Storage, storages
from django.core.files.storage.handler import StorageHandler
from moto.server import ThreadedMotoServer

from backend.common import variables
from backend.exports import storage
from backend.exports.services import dataset_build, datasets_purge
from tests.exports.reading import lines_of
from tests.factories import make_report
from tests.test_settings import settings_with

KEY = "00112233445566778899aabbccddeeff"


@pytest.fixture
def bucket(monkeypatch) -> Iterator[str]:
    """Address, as DATASET_STORAGE_URL takes it, of an empty bucket in an S3-compatible store."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "invented")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "invented")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket="plumb")
    yield f"s3://plumb/some/prefix?endpoint_url={endpoint}&region_name=us-east-1"
    server.stop()


@pytest.fixture(params=["memory", pytest.param("s3", marks=pytest.mark.loopback)])
def elsewhere(request, monkeypatch) -> None:
    """A storage without paths."""
    if request.param == "memory":
        held: Storage = InMemoryStorage()
    else:
        monkeypatch.setenv("DATASET_STORAGE_URL", request.getfixturevalue("bucket"))
        held = StorageHandler({storage.ALIAS: variables.dataset_storage()})[storage.ALIAS]
    monkeypatch.setitem(storages._storages, storage.ALIAS, held)


@pytest.mark.django_db
def test_all_of_a_datasets_life_needs_no_disk(visitor, clock, elsewhere, data_directory) -> None:
    make_report(observed_on="2026-10-20")
    make_report(receipt_key=KEY)
    first = dataset_build()
    assert dataset_build() == first
    assert len(lines_of(first, "reports")) == 2
    assert set(storage.objects_listed()) == set(first.files.values_list("sha256", flat=True))
    assert list((data_directory / "datasets").iterdir()) == []  # scratch only, and that is gone
    address = f"/data/{first.version}/reports-2026-11.parquet"
    part = visitor.get(address, headers={"Range": "bytes=0-3"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"PAR1")
    visitor.post("/api/v1/receipts/withdraw/", headers={"Plumbline-Receipt": KEY})
    assert visitor.get(address).status_code == 410
    second = dataset_build()
    assert datasets_purge() == 1
    assert set(storage.objects_listed()) == set(second.files.values_list("sha256", flat=True))
    assert len(lines_of(second, "reports")) == 1


def test_an_address_chooses_a_bucket(tmp_path: Path) -> None:
    address = "s3://bucket/some/prefix?endpoint_url=https://s3.example"
    said = settings_with(tmp_path, "settings.STORAGES['datasets']", DATASET_STORAGE_URL=address)
    assert "'BACKEND': 'storages.backends.s3.S3Storage'" in said
    assert "'bucket_name': 'bucket', 'location': 'some/prefix'" in said
    assert "'endpoint_url': 'https://s3.example'" in said


@pytest.mark.parametrize(
    "address", ["/some/folder", "https://s3.example/x", "s3://", "s3://bucket?access_key=1"]
)
def test_an_address_that_is_odd_stops_the_start(tmp_path: Path, address: str) -> None:
    said = settings_with(tmp_path, "1", DATASET_STORAGE_URL=address)
    assert "ImproperlyConfigured: DATASET_STORAGE_URL" in said


def test_the_signing_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = settings_with(tmp_path, "settings.DATASET_SIGNING_KEY")
    assert settings_with(tmp_path, "settings.DATASET_SIGNING_KEY") == first
    path = tmp_path / "dataset_signing_key"
    assert path.read_text() == first
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    given = "A" * 43 + "="
    assert (
        settings_with(tmp_path, "settings.DATASET_SIGNING_KEY", DATASET_SIGNING_KEY=given) == given
    )
    said = settings_with(tmp_path, "1", DATASET_SIGNING_KEY="short")
    assert "ImproperlyConfigured: DATASET_SIGNING_KEY" in said
