"""What a dataset holds, and what it never holds."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from backend.catalogue.selectors import models_public
from backend.exports.columns import DICTIONARY
from backend.exports.models import Dataset, DatasetMember
from backend.exports.services import dataset_build
from backend.findings.models import FindingEvent, Signal
from backend.reports.models import Receipt, Report
from tests.factories import make_cell, make_finding, make_report, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(catalogue: None, data_directory: Path) -> Path:
    return data_directory / "datasets"


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def cells_of(path: Path) -> list[dict[str, str]]:
    text = gzip.decompress(path.read_bytes()).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


SIMULATED_TABLES = ("reports", "findings", "events", "signals", "cells")


def make_signal(*, run: Any, observed: int, week: date) -> Signal:
    return Signal.objects.create(
        run=run, model_id="gpt-4-0613", domain_id="distributed-training", symptom_kind="silent",
        window_start=week, window_end=week, n_reports=observed, observed=observed, expected=1.5,
        ic=1.0, ic_low=0.5, ic_strict=0.1, prr=None, p_value=0.01, is_discovery=False,
        state="insufficient",
    )  # fmt: skip


def test_the_three_formats_hold_the_same_report(folder, clock) -> None:
    report = make_report(
        prompt="Why does it stall?\nSince today.", response="Restart it, [EMAIL_1]."
    )
    dataset = dataset_build()
    assert (dataset.version, dataset.n_reports) == ("2026-11-23.1", 1)
    here = folder / "2026-11-23.1"
    (parquet,) = pq.read_table(here / "reports.parquet").to_pylist()
    (line,) = lines_of(here / "reports.jsonl.gz")
    (cells,) = cells_of(here / "reports.csv.gz")
    assert parquet["id"] == line["id"] == cells["id"] == str(report.pk)
    assert parquet["prompt"] == line["prompt"] == cells["prompt"] == report.prompt
    assert parquet["symptoms"] == line["symptoms"] == ["wrong_answer"]
    assert cells["symptoms"] == '["wrong_answer"]'
    assert (parquet["observed_on"], line["observed_on"]) == (date(2026, 11, 20), "2026-11-20")


def test_every_file_is_as_the_manifest_says(folder, clock) -> None:
    make_report()
    dataset = dataset_build()
    here = folder / dataset.version
    named = {file["name"]: file for file in dataset.manifest["files"]}
    assert set(named) == {path.name for path in here.iterdir()}
    for name, file in named.items():
        content = (here / name).read_bytes()
        assert (file["sha256"], file["bytes"]) == (
            hashlib.sha256(content).hexdigest(),
            len(content),
        )
    assert named["reports.parquet"]["rows"] == named["reports.csv.gz"]["rows"] == 1
    assert named["README.md"]["rows"] is None
    on_disk = json.loads((here / "manifest.json").read_text())
    assert on_disk["licence"]["text"] == "CC-BY-4.0"
    licence = (here / "LICENSE.txt").read_text()
    assert 'provenance "import")\n    The licence of the collection' in licence
    assert on_disk["redaction_versions"] == [make_report().redaction_version]
    assert [column["name"] for column in on_disk["schema"]["tombstones"]] == [
        "report_id", "withdrawn_on",
    ]  # fmt: skip


def test_the_same_rows_give_the_same_bytes_and_no_second_dataset(folder, clock) -> None:
    make_report()
    first = dataset_build()
    before = {file["name"]: file["sha256"] for file in first.manifest["files"]}
    clock.shift(60)
    assert dataset_build() == first
    assert Dataset.objects.count() == 1
    Dataset.objects.all().delete()
    again = dataset_build()
    after = {file["name"]: file["sha256"] for file in again.manifest["files"]}
    tables = [name for name in before if name.endswith((".parquet", ".gz"))]
    assert len(tables) == 21  # seven tables in three formats
    assert {name: after[name] for name in tables} == {name: before[name] for name in tables}


def test_a_new_report_makes_a_new_version(folder, clock) -> None:
    make_report()
    dataset_build()
    make_report()
    assert dataset_build().version == "2026-11-23.2"
    assert sorted(path.name for path in folder.iterdir()) == ["2026-11-23.1", "2026-11-23.2"]


def test_nothing_of_a_receipt_or_an_embedding_is_in_any_file(folder, clock) -> None:
    report = make_report(contributor_tag="feedfacecafebeef", receipt_key="0123456789abcdef" * 2)
    receipt = Receipt.objects.get(report=report)
    here = folder / dataset_build().version
    secrets = ["feedfacecafebeef", receipt.key_sha256, receipt.payload_digest, "0123456789abcdef"]
    for path in here.iterdir():
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        elif path.suffix == ".parquet":
            content = json.dumps(pq.read_table(path).to_pylist(), default=str).encode()
        assert not [secret for secret in secrets if secret.encode() in content], path.name
    names = {column.name for table in DICTIONARY for column in table.columns}
    assert not names & {"embedding", "contributor_tag", "key_sha256", "text_fingerprint"}


@pytest.mark.parametrize("state", ["pending", "quarantined", "rejected", "embargoed", "withdrawn"])
def test_only_public_reports_are_exported(folder, clock, state: str) -> None:
    make_report(state=state)
    shown = make_report()
    dataset = dataset_build()
    assert [line["id"] for line in lines_of(folder / dataset.version / "reports.jsonl.gz")] == [
        str(shown.pk)
    ]
    assert list(DatasetMember.objects.values_list("report_id", flat=True)) == [shown.pk]


def test_a_text_that_reads_as_a_formula_is_defused_in_csv_only(folder, clock) -> None:
    make_report(prompt='=HYPERLINK("x")', response="@sum", comment="-1 for this")
    here = folder / dataset_build().version
    (cells,) = cells_of(here / "reports.csv.gz")
    assert (cells["prompt"], cells["response"]) == ('\'=HYPERLINK("x")', "'@sum")
    assert cells["comment"] == "'-1 for this"
    (line,) = lines_of(here / "reports.jsonl.gz")
    assert line["prompt"] == '=HYPERLINK("x")'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff20"])
def test_every_start_of_a_formula_is_defused(folder, clock, start: str) -> None:
    report = make_report()
    Report.objects.filter(pk=report.pk).update(response=f"{start}cmd")
    (cells,) = cells_of(folder / dataset_build().version / "reports.csv.gz")
    assert cells["response"] == f"'{start}cmd"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("a;=1+1", "a;'=1+1"),
        ("a\t@sum", "a\t'@sum"),
        ("a\n-cmd|x", "a\n'-cmd|x"),
        ("\n=1", "'\n'=1"),
        ("a;b=c; d - 1", "a;b=c; d - 1"),
    ],
)
def test_a_formula_after_another_separator_is_defused_too(folder, clock, text, cell) -> None:
    report = make_report()
    Report.objects.filter(pk=report.pk).update(response=text)
    (cells,) = cells_of(folder / dataset_build().version / "reports.csv.gz")
    assert cells["response"] == cell


@pytest.mark.parametrize("text", ["a\rb", "a\nb", "a\r\nb", 'a"b', "a,b", "a\u2028b"])
def test_a_text_of_several_lines_is_one_cell(folder, clock, text: str) -> None:
    report = make_report()
    Report.objects.filter(pk=report.pk).update(response=text)
    (cells,) = cells_of(folder / dataset_build().version / "reports.csv.gz")
    assert (cells["response"], cells["id"]) == (text, str(report.pk))


def test_a_dataset_never_mixes_two_runs(folder, clock) -> None:
    first = make_run()
    make_signal(run=first, observed=5, week=date(2026, 9, 7))

    def another_run(table: str) -> None:
        if table == "signals" and first.is_current:
            first.is_current = False
            later = make_run()
            make_signal(run=later, observed=8, week=date(2026, 9, 7))

    dataset = dataset_build(progress=another_run)
    (row,) = lines_of(folder / dataset.version / "signals.jsonl.gz")
    assert (row["observed"], dataset.manifest["run"] > first.pk) == (8, True)


def test_cells_of_four_contributors_are_left_out_and_of_five_are_in(folder, clock) -> None:
    run = make_run()
    make_signal(run=run, observed=4, week=date(2026, 9, 7))
    make_signal(run=run, observed=5, week=date(2026, 9, 14))
    dataset = dataset_build()
    rows = lines_of(folder / dataset.version / "signals.jsonl.gz")
    assert [(row["window_end"], row["observed"]) for row in rows] == [("2026-09-14", 5)]
    assert dataset.manifest["run"] == run.pk


@pytest.mark.parametrize(("count", "exported"), [(4, None), (5, 5)])
def test_a_findings_contributors_below_five_are_null(folder, clock, count, exported) -> None:
    make_finding(run=make_run(), n_contributors=count)
    (row,) = lines_of(folder / dataset_build().version / "findings.jsonl.gz")
    assert row["n_contributors"] == exported


def test_simulated_rows_say_so_everywhere(folder, clock) -> None:
    fictional = models_public().filter(is_fictional=True).first()
    make_report(provenance="simulated", collection="demo")
    run = make_run()
    make_finding(run=run, is_simulated=True)
    make_cell(run=run, is_simulated=True)
    signal = make_signal(run=run, observed=9, week=date(2026, 9, 7))
    Signal.objects.filter(pk=signal.pk).update(model=fictional)
    dataset = dataset_build()
    here = folder / dataset.version
    assert dataset.has_simulated is dataset.manifest["has_simulated"] is True
    assert "SIMULATED" in dataset.manifest["simulated_note"]
    assert "SIMULATED" in dataset.manifest["title"]
    named = {path.name for path in here.iterdir()}
    tables = {f"SIMULATED-{table}" for table in SIMULATED_TABLES}
    tables |= {"comparisons", "tombstones"}
    endings = ("parquet", "jsonl.gz", "csv.gz")
    assert named == {f"{table}.{ending}" for table in tables for ending in endings} | {
        "README.md", "LICENSE.txt", "DICTIONARY.md", "dictionary.json", "SIMULATED-manifest.json",
    }  # fmt: skip
    assert named == {file["name"] for file in dataset.manifest["files"]}
    assert "SIMULATED DATA IS INCLUDED" in (here / "README.md").read_text()
    assert lines_of(here / "SIMULATED-reports.jsonl.gz")[0]["provenance"] == "simulated"
    for table in SIMULATED_TABLES[1:]:
        assert lines_of(here / f"SIMULATED-{table}.jsonl.gz")[0]["is_simulated"] is True


def test_without_simulated_rows_nothing_says_simulated_is_included(folder, clock) -> None:
    make_report()
    dataset = dataset_build()
    assert dataset.has_simulated is False
    assert "INCLUDED" not in (folder / dataset.version / "README.md").read_text()


def test_an_empty_plumbline_gives_an_empty_dataset(folder, clock) -> None:
    dataset = dataset_build()
    assert dataset.n_reports == 0
    assert pq.read_table(folder / dataset.version / "reports.parquet").num_rows == 0
    assert cells_of(folder / dataset.version / "reports.csv.gz") == []


RATE = {
    "n_ratings": 40, "n_bad": 12, "share": 0.3, "share_low": 0.18, "share_high": 0.45,
    "n_domain": 4, "share_domain": 0.1, "n_model": 300, "share_model": 0.09,
}  # fmt: skip


def test_a_finding_carries_what_it_rests_on_and_no_count_below_five(folder, clock) -> None:
    run = make_run()
    make_finding(
        run=run, outlook="More ratings.", cautions=["burst"],
        evidence={"observed": 4, "expected": 1.5, "uncapped": 9, "breakdown_number": 2,
                  "rate": RATE, "place": {"observed": 3, "expected": 0.5}},
    )  # fmt: skip
    (line,) = lines_of(folder / dataset_build().version / "findings.jsonl.gz")
    assert (line["outlook"], line["cautions"]) == ("More ratings.", ["burst"])
    assert line["evidence"] == {
        "observed": None, "expected": None, "uncapped": None, "breakdown_number": None,
        "rate": RATE | {"n_domain": None, "share_domain": None}, "place": None,
    }  # fmt: skip


def test_events_name_the_public_findings_that_they_link(folder, clock) -> None:
    run = make_run()
    old, heir = make_finding(run=run), make_finding(run=run)
    hidden = make_finding(run=run, is_published=False)
    old.merged_into = heir
    old.save()
    log = {"finding": old, "run": run, "happened_at": run.started_at, "to_state": "reported"}
    FindingEvent.objects.create(**log, kind="merged", other=heir, from_state="reported")
    FindingEvent.objects.create(**log, kind="split", other=hidden, from_state="reported")
    here = folder / dataset_build().version
    lines = lines_of(here / "events.jsonl.gz")
    assert [(line["finding"], line["kind"], line["other"]) for line in lines] == [
        (old.pk, "state", None), (old.pk, "merged", heir.pk), (old.pk, "split", None),
        (heir.pk, "state", None),
    ]  # fmt: skip
    found = {line["id"]: line["merged_into"] for line in lines_of(here / "findings.jsonl.gz")}
    assert found == {old.pk: heir.pk, heir.pk: None}


def test_quiet_cells_are_exported_with_what_would_have_been_noticed(folder, clock) -> None:
    run = make_run()
    make_cell(run=run, n_contributors=None, n_ratings=4, detectable_share=0.9)
    (line,) = lines_of(folder / dataset_build().version / "cells.jsonl.gz")
    assert (line["state"], line["n_contributors"], line["detectable_ratio"]) == (
        "insufficient", None, 3.1,
    )  # fmt: skip
    assert (line["n_ratings"], line["detectable_share"]) == (None, None)
