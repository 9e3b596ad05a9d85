"""Downloads and the API of datasets."""

from __future__ import annotations

import hashlib

import pytest

from backend.exports.services import dataset_build
from tests.factories import make_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset(catalogue: None, clock):
    make_report()
    return dataset_build()


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("reports.parquet", "application/vnd.apache.parquet"),
        ("findings.jsonl.gz", "application/gzip"),
        ("manifest.json", "application/json"),
        ("README.md", "text/markdown; charset=utf-8"),
        ("LICENSE.txt", "text/plain; charset=utf-8"),
    ],
)
def test_a_file_comes_whole_with_its_checksum(visitor, dataset, name, content_type) -> None:
    answer = visitor.get(f"/data/{dataset.version}/{name}")
    content = b"".join(answer.streaming_content)
    digest = hashlib.sha256(content).hexdigest()
    assert (answer.status_code, answer["Content-Type"]) == (200, content_type)
    assert answer["ETag"] == f'"{digest}"'
    assert int(answer["Content-Length"]) == len(content)
    assert "attachment" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "public, no-cache"


def test_a_file_with_simulated_rows_says_so_in_its_name(visitor, clock) -> None:
    make_report(provenance="simulated", collection="demo")
    version = dataset_build().version
    answer = visitor.get(f"/data/{version}/SIMULATED-reports.csv.gz")
    list(answer.streaming_content)  # read to the end, which closes it
    assert "SIMULATED-reports.csv.gz" in answer["Content-Disposition"]
    assert visitor.get(f"/data/{version}/reports.csv.gz").status_code == 404


@pytest.mark.parametrize("form", ['"{}"', 'W/"{}"', '"other", "{}"', "*"])
def test_whoever_has_the_file_already_gets_304(visitor, dataset, form: str) -> None:
    address = f"/data/{dataset.version}/DICTIONARY.md"
    first = visitor.get(address)
    list(first.streaming_content)  # read to the end, which closes it
    etag = first["ETag"].strip('"')
    answer = visitor.get(address, headers={"If-None-Match": form.format(etag)})
    assert answer.status_code == 304


@pytest.mark.parametrize(
    "rest",
    [
        "reports.zip",
        "..%2Fsecret",
        "%2e%2e/secret",
        "../../secret_key",
        ".hidden",
        "",
        "reports.parquet/",
    ],
)
def test_no_other_file_can_be_had(visitor, dataset, data_directory, rest: str) -> None:
    (data_directory / "datasets" / "secret").write_text("canary")
    (data_directory / "datasets" / dataset.version / "reports.zip").write_text("canary")
    answer = visitor.get(f"/data/{dataset.version}/{rest}")
    assert answer.status_code == 404
    assert b"canary" not in answer.content


def test_an_unknown_version_is_not_here(visitor, dataset) -> None:
    assert visitor.get("/data/2020-01-01.1/README.md").status_code == 404
    answer = visitor.get("/api/v1/datasets/2020-01-01.1/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "dataset_unknown")


def test_the_api_lists_and_describes(visitor, dataset, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        page = visitor.get("/api/v1/datasets/").json()
    assert page == {
        "results": [
            {
                "version": "2026-11-23.1", "built_on": "2026-11-23", "n_reports": 1,
                "has_simulated": False, "is_served": True,
                "content_sha256": dataset.manifest["content_sha256"],
            }
        ],
        "next": None,
        "previous": None,
    }  # fmt: skip
    detail = visitor.get("/api/v1/datasets/2026-11-23.1/").json()
    assert detail["manifest"] == dataset.manifest
    assert detail["note"] == ""
