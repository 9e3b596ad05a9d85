"""Every snippet of docs/data.md, run in a folder with the files of a dataset, and its metadata."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from backend.exports.models import Dataset
from backend.exports.services import dataset_build
from backend.measurements.services import SimulatedRow, ratings_simulate
from tests.exports.reading import content_of, download
from tests.factories import (
    make_cell,
    make_cluster,
    make_finding,
    make_probes,
    make_report,
    make_run,
)

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
SNIPPET = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FOUND = SNIPPET.findall((ROOT / "docs" / "data.md").read_text(encoding="utf-8"))
SNIPPETS = [(kind, source) for kind, source in FOUND if kind != "sh"]
DOWNLOADS = [source for kind, source in FOUND if kind == "sh"]
"""They talk to an installation."""
OF_DEMO = re.compile(r"""(["'])(?=(?:reports-|ratings-|probes-|findings\.|cells\.|events\.))""")
"""Where the page tells readers to write `SIMULATED-`."""
OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
KEY = "00112233445566778899aabbccddeeff"


@pytest.fixture
def dataset(catalogue: None, clock) -> Dataset:
    run = make_run()
    reports = [make_report(observed_on=f"2026-{month}-20") for month in (10, 11)]
    make_finding(run=run, representatives=tuple(reports))
    make_cell(run=run)
    make_cluster(run=run, reports=reports)
    make_probes()
    return dataset_build()


@pytest.fixture
def folder(dataset: Dataset, visitor, tmp_path: Path) -> Path:
    """A folder as a researcher has it: a version, and the signed list of withdrawals."""
    visitor.post("/api/v1/receipts/withdraw/", headers={"Plumbline-Receipt": KEY})
    here = download(dataset, tmp_path / "download")
    for name in ("withdrawals.json", "withdrawals.json.sig", "signing-key.pem"):
        (here / name).write_bytes(visitor.get(f"/data/{name}").content)
    return here


@pytest.fixture
def demo(catalogue: None, clock) -> Dataset:
    """As on a demo installation: nothing in it is real."""
    run = make_run(has_simulated=True)
    invented = {"model_id": "demo-brook-deep", "is_simulated": True}
    report = make_report(observed_on="2026-10-20", provenance="simulated", collection="demo")
    make_finding(run=run, representatives=(report,), **invented)
    make_cell(run=run, **invented)
    rows = [SimulatedRow(date(2026, 11, 20), "chatgpt", "demo-brook-deep", "law", is_bad=False)]
    ratings_simulate(rows=rows, collection="demo", probability=0.5, seed=1)
    make_probes(slug="demo", model="demo-brook-deep", site=None, is_simulated=True)
    return dataset_build()


def whole(answer: Any) -> bytes:
    """The body of an answer, to its end: a file that is sent is closed then."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


class Doors(HTTPServer):
    """Answers as the installation does, one request at a time, from this test's own transaction."""

    def __init__(self, visitor: Any) -> None:
        super().__init__(("127.0.0.1", 0), Door)
        self.visitor, self.timeout = visitor, 0.1


class Door(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server: Any = self.server
        answer = server.visitor.get(self.path)
        self.send_response(answer.status_code)
        self.end_headers()
        self.wfile.write(whole(answer))

    def log_message(self, *args: Any) -> None:
        pass


def downloaded(visitor: Any, folder: Path) -> Path:
    """The folder after the commands of the page, run as they stand there."""
    folder.mkdir()
    with Doors(visitor) as doors:
        here = f"http://127.0.0.1:{doors.server_port}"
        for source in DOWNLOADS:
            told = source.replace("https://plumbline.example", here)
            script = f"set -o errexit -o pipefail\n{told}"
            with subprocess.Popen(["bash", "-c", script], cwd=folder) as process:
                while process.poll() is None:
                    doors.handle_request()
            assert process.returncode == 0, source
    return folder


def run(kind: str, source: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a snippet as its reader would, without a network."""
    if kind == "sql":
        kind, source = "python", f"import duckdb\nprint(duckdb.sql({source!r}).fetchall())"
    command = ["bash", "-c", source] if kind == "bash" else [sys.executable, "-c", source]
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": str(folder), "HF_HOME": str(folder / "hf"), **OFFLINE,
        "PYTHONWARNINGS": "ignore",
    }  # fmt: skip
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.loopback
def test_every_snippet_of_the_documents_runs_on_what_its_commands_fetch(
    dataset, visitor, tmp_path
) -> None:
    here = downloaded(visitor, tmp_path / "download")
    done = {source: run(kind, source, here) for kind, source in SNIPPETS}
    assert {source: one.stderr for source, one in done.items() if one.returncode} == {}
    assert len(done) == len(SNIPPETS)
    assert json.loads((here / "manifest.json").read_text())["end"]["complete"] is True


@pytest.mark.loopback
def test_on_a_demo_they_show_the_invented_rows_where_asked(demo, visitor, tmp_path) -> None:
    here = downloaded(visitor, tmp_path / "download")
    done = {
        source: run(kind, OF_DEMO.sub(r"\1SIMULATED-", source), here) for kind, source in SNIPPETS
    }
    assert {source: one.stderr for source, one in done.items() if one.returncode} == {}
    count = "SELECT count(*) FROM '{}reports-*.parquet'"
    found = [run("sql", count.format(name), here).stdout for name in ("", "SIMULATED-")]
    assert found == ["[(0,)]\n", "[(1,)]\n"]
    manifest = json.loads((here / "manifest.json").read_text())
    assert (manifest["has_simulated"], manifest["end"]["complete"]) == (True, True)


@pytest.mark.loopback
def test_on_a_demo_nothing_real_is_found_and_only_an_empty_load_is_refused(
    demo, visitor, tmp_path
) -> None:
    here = downloaded(visitor, tmp_path / "download")
    refused = [source for kind, source in SNIPPETS if run(kind, source, here).returncode]
    assert ["load_dataset" in source for source in refused] == [True]


def test_a_version_without_a_manifest_of_that_name_has_no_such_file(dataset, visitor) -> None:
    address = f"/data/{dataset.version}/"
    assert json.loads(whole(visitor.get(f"{address}manifest.json")))["has_simulated"] is False
    assert visitor.get(f"{address}SIMULATED-manifest.json").status_code == 404


def test_the_documents_show_every_tool() -> None:
    text = "\n".join(source for _, source in SNIPPETS)
    for name in (
        "reports-*.parquet",
        "pandas",
        "load_dataset",
        "mlcroissant",
        "pkeyutl",
        "verify(",
    ):
        assert name in text
    assert [kind for kind, _ in SNIPPETS].count("sql") == 6


def test_duckdb_finds_each_report_once(folder: Path) -> None:
    source = "SELECT count(*), count(DISTINCT id), min(observed_on)::text FROM 'reports-*.parquet'"
    assert run("sql", source, folder).stdout.strip() == "[(2, 2, '2026-10-20')]"


def test_a_download_that_was_cut_off_is_noticed(folder: Path) -> None:
    (check,) = (source for kind, source in SNIPPETS if kind == "bash" and "sha256sum" in source)
    for name in ("SHA256SUMS.txt", "reports-2026-11.parquet"):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: len(content) - 40])
        assert run("bash", check, folder).returncode == 1, name
        (folder / name).write_bytes(content)
    assert run("bash", check, folder).returncode == 0


def test_a_list_that_was_changed_does_not_verify(folder: Path) -> None:
    checks = [(kind, s) for kind, s in SNIPPETS if "pkeyutl" in s or "load_pem_public_key" in s]
    assert len(checks) == 2
    for name in ("withdrawals.json", "withdrawals.json.sig"):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[:20] + bytes([content[20] ^ 1]) + content[21:])
        assert all(run(kind, source, folder).returncode for kind, source in checks), name
        (folder / name).write_bytes(content)


VALIDATED = """
import json
import mlcroissant
described = mlcroissant.Dataset("croissant.json").metadata
print(json.dumps({
    "issues": [*described.ctx.issues.errors, *described.ctx.issues.warnings],
    "files": {file.name: file.sha256 for file in described.distribution},
    "fields": [field.name for field in described.record_sets[0].fields],
}))
"""
READ = """
import json
import mlcroissant
from pathlib import Path
files = json.loads(Path("croissant.json").read_text())["distribution"]
here = {entry["@id"]: Path(entry["name"]).absolute() for entry in files}
described = mlcroissant.Dataset("croissant.json", mapping=here)
rows = [*described.records("reports-2026-11")]
print(json.dumps([rows[0]["reports-2026-11/site"].decode(), len(rows)]))
"""


def printed(done: subprocess.CompletedProcess[str]) -> Any:
    """What a program printed as JSON on its last line."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_croissant_is_valid_and_names_every_parquet_file(folder: Path, dataset) -> None:
    found = printed(run("python", VALIDATED, folder))
    assert found["issues"] == []
    stored = dataset.files.filter(name__endswith=".parquet")
    assert found["files"] == dict(stored.values_list("name", "sha256"))
    assert {"prompt", "provenance_known", "redaction_version"} <= set(found["fields"])


def test_croissant_reads_the_rows(folder: Path) -> None:
    assert printed(run("python", READ, folder)) == ["chatgpt", 1]


def test_metadata_for_citation_name_version_and_checksum_and_invent_no_doi(dataset) -> None:
    cff = yaml.safe_load(content_of(dataset, "CITATION.cff"))
    assert (cff["type"], cff["version"]) == ("dataset", "2026-11-23.1")
    assert cff["identifiers"][0]["value"] == f"sha256:{dataset.content_sha256}"
    datacite = json.loads(content_of(dataset, "datacite.json"))
    for name in ("titles", "creators", "publisher", "publicationYear", "types", "rightsList"):
        assert datacite[name], name
    assert datacite["types"]["resourceTypeGeneral"] == "Dataset"
    for text in (json.dumps(cff, default=str), json.dumps(datacite)):
        assert "doi.org" not in text
        assert '"doi"' not in text.lower()


def test_the_datasheet_answers_for_this_version(dataset) -> None:
    sheet = content_of(dataset, "DATASHEET.md").decode()
    for part in ("Motivation", "Composition", "Collection", "Cleaning", "Uses", "Distribution",
                 "Maintenance"):  # fmt: skip
        assert f"\n## {part}" in sheet
    assert "| `reports` | an exchange that somebody flagged | 2 | 0 |" in sheet
