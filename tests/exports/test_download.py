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
        ("reports-2026-11.parquet", "application/vnd.apache.parquet"),
        ("findings.jsonl.zst", "application/zstd"),
        ("findings.csv.gz", "application/gzip"),
        ("CITATION.cff", "application/yaml"),
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
    answer = visitor.get(f"/data/{version}/SIMULATED-reports-2026-11.csv.gz")
    list(answer.streaming_content)  # read to the end, which closes it
    assert "SIMULATED-reports-2026-11.csv.gz" in answer["Content-Disposition"]
    assert visitor.get(f"/data/{version}/reports-2026-11.csv.gz").status_code == 404


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
        "reports-2026-11.parquet/",
        "reports-2026-11x.parquet",
    ],
)
def test_no_other_file_can_be_had(visitor, dataset, data_directory, rest: str) -> None:
    (data_directory / "datasets" / "secret").write_text("canary")
    (data_directory / "datasets" / "objects" / "reports.zip").write_text("canary")
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
                "n_bytes": dataset.n_bytes,
                "content_sha256": dataset.manifest["content_sha256"],
            }
        ],
        "next": None,
        "previous": None,
    }  # fmt: skip
    detail = visitor.get("/api/v1/datasets/2026-11-23.1/").json()
    assert detail["manifest"] == dataset.manifest
    assert detail["note"] == ""


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=0-9", slice(0, 10)), ("bytes=5-", slice(5, None)), ("bytes=-7", slice(-7, None)),
        ("bytes=3-99999999", slice(3, None)),
    ],
)  # fmt: skip
def test_a_part_of_a_file_can_be_had(visitor, dataset, asked: str, expected: slice) -> None:
    address = f"/data/{dataset.version}/DICTIONARY.md"
    whole = b"".join(visitor.get(address).streaming_content)
    answer = visitor.get(address, headers={"Range": asked})
    part = b"".join(answer.streaming_content)
    start, stop, _ = expected.indices(len(whole))
    assert (answer.status_code, part) == (206, whole[expected])
    assert answer["Content-Range"] == f"bytes {start}-{stop - 1}/{len(whole)}"
    assert answer["Content-Length"] == str(len(part))


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=9-3", "bytes=-0"])
def test_a_part_that_does_not_exist_is_refused(visitor, dataset, asked: str) -> None:
    answer = visitor.get(f"/data/{dataset.version}/LICENSE.txt", headers={"Range": asked})
    assert answer.status_code == 416
    assert answer["Content-Range"].startswith("bytes */")


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=0-1,4-5"}, {"Range": "lines=1-2"}, {"Range": "bytes=-"},
        {"Range": "bytes=0-1", "If-Range": '"another"'},
    ],
)  # fmt: skip
def test_what_is_no_single_range_of_these_bytes_gets_the_whole(visitor, dataset, headers) -> None:
    answer = visitor.get(f"/data/{dataset.version}/LICENSE.txt", headers=headers)
    assert answer.status_code == 200
    assert len(b"".join(answer.streaming_content)) == int(answer["Content-Length"])


def test_a_file_can_be_had_by_its_hash(visitor, dataset) -> None:
    file = dataset.files.get(name="reports-2026-11.parquet")
    answer = visitor.get(f"/data/sha256/{file.sha256}")
    content = b"".join(answer.streaming_content)
    assert hashlib.sha256(content).hexdigest() == file.sha256
    assert visitor.get(f"/data/sha256/{'0' * 64}").status_code == 404
