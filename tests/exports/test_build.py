"""What a dataset holds, and what it never holds."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backend.catalogue.selectors import models_public
from backend.exports.columns import DICTIONARY
from backend.exports.models import Dataset, DatasetMember
from backend.exports.services import dataset_build
from backend.findings.models import FindingEvent, Signal
from backend.reports.models import Receipt, Report
from tests.exports.reading import (
    cells_of,
    content_of,
    lines_of,
    names_of,
    parquet_of,
    unpacked,
)
from tests.factories import (
    make_cell,
    make_disclosure,
    make_finding,
    make_reply,
    make_report,
    make_run,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(catalogue: None, data_directory: Path) -> Path:
    return data_directory / "datasets"


ENDINGS = ("parquet", "jsonl.zst", "csv.gz")
ENDINGS_SORTED = sorted(ENDINGS)
WORDS = {
    "README.md", "LICENSE.txt", "DICTIONARY.md", "dictionary.json", "DATASHEET.md", "CITATION.cff",
    "croissant.json", "datacite.json", "SHA256SUMS.txt",
}  # fmt: skip
SIMULATED_TABLES = (
    "reports", "findings", "events", "windows", "replies", "maps", "points", "signals", "cells",
    "disclosures",
)  # fmt: skip


def make_signal(*, run: Any, observed: int, week: date) -> Signal:
    return Signal.objects.create(
        run=run, model_id="gpt-4-0613", domain_id="distributed-training", symptom_kind="silent",
        window_start=week, window_end=week, n_reports=observed, observed=observed, expected=9.5,
        ic=1.0, ic_low=0.5, ic_strict=0.1, prr=None, p_value=0.01, is_discovery=False,
        state="insufficient",
    )  # fmt: skip


def test_the_three_formats_hold_the_same_report(folder, clock) -> None:
    report = make_report(
        prompt="Why does it stall?\nSince today.", response="Restart it, [EMAIL_1]."
    )
    dataset = dataset_build()
    assert (dataset.version, dataset.n_reports) == ("2026-11-23.1", 1)
    (parquet,) = parquet_of(dataset, "reports")
    (line,) = lines_of(dataset, "reports")
    (cells,) = cells_of(dataset, "reports")
    assert parquet["id"] == line["id"] == cells["id"] == str(report.pk)
    assert parquet["prompt"] == line["prompt"] == cells["prompt"] == report.prompt
    assert parquet["symptoms"] == line["symptoms"] == ["wrong_answer"]
    assert cells["symptoms"] == '["wrong_answer"]'
    assert (parquet["observed_on"], line["observed_on"]) == (date(2026, 11, 20), "2026-11-20")


def test_every_file_is_as_the_manifest_says(folder, clock) -> None:
    make_report()
    dataset = dataset_build()
    named = {file["name"]: file for file in dataset.manifest["files"]}
    assert set(named) == set(names_of(dataset))
    for name, file in named.items():
        content = content_of(dataset, name)
        assert (file["sha256"], file["bytes"]) == (
            hashlib.sha256(content).hexdigest(),
            len(content),
        )
    assert named["reports-2026-11.parquet"]["rows"] == named["reports-2026-11.csv.gz"]["rows"] == 1
    assert named["README.md"]["rows"] is None
    on_disk = json.loads(content_of(dataset, "manifest.json"))
    assert on_disk["licence"]["text"] == "CC-BY-4.0"
    licence = content_of(dataset, "LICENSE.txt").decode()
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
    tables = [name for name in before if name.endswith((".parquet", ".gz", ".zst"))]
    assert len(tables) == 54  # eighteen tables in three formats
    assert {name: after[name] for name in tables} == {name: before[name] for name in tables}


def test_a_new_report_makes_a_new_version(folder, clock) -> None:
    make_report()
    dataset_build()
    make_report()
    assert dataset_build().version == "2026-11-23.2"
    assert [path.name for path in folder.iterdir()] == ["objects"]


def test_nothing_of_a_receipt_or_an_embedding_is_in_any_file(folder, clock) -> None:
    report = make_report(contributor_tag="feedfacecafebeef", receipt_key="0123456789abcdef" * 2)
    receipt = Receipt.objects.get(report=report)
    dataset = dataset_build()
    secrets = ["feedfacecafebeef", receipt.key_sha256, receipt.payload_digest, "0123456789abcdef"]
    for name in names_of(dataset):
        content = unpacked(dataset, name)
        assert not [secret for secret in secrets if secret.encode() in content], name
    names = {column.name for table in DICTIONARY for column in table.columns}
    assert not names & {"embedding", "contributor_tag", "key_sha256", "text_fingerprint"}


@pytest.mark.parametrize("state", ["pending", "quarantined", "rejected", "embargoed", "withdrawn"])
def test_only_public_reports_are_exported(folder, clock, state: str) -> None:
    make_report(state=state)
    shown = make_report()
    dataset = dataset_build()
    assert [line["id"] for line in lines_of(dataset, "reports")] == [str(shown.pk)]
    assert list(DatasetMember.objects.values_list("report_id", flat=True)) == [shown.pk]


def test_a_dataset_never_mixes_two_runs(folder, clock) -> None:
    first = make_run()
    make_signal(run=first, observed=5, week=date(2026, 9, 7))

    def another_run(table: str) -> None:
        if table == "signals" and first.is_current:
            first.is_current = False
            later = make_run()
            make_signal(run=later, observed=8, week=date(2026, 9, 7))

    dataset = dataset_build(progress=another_run)
    (row,) = lines_of(dataset, "signals")
    assert (row["observed"], dataset.manifest["run"] > first.pk) == (8, True)


def test_cells_of_four_contributors_are_left_out_and_of_five_are_in(folder, clock) -> None:
    run = make_run()
    make_signal(run=run, observed=4, week=date(2026, 9, 7))
    make_signal(run=run, observed=5, week=date(2026, 9, 14))
    dataset = dataset_build()
    rows = lines_of(dataset, "signals")
    assert [(row["window_end"], row["observed"]) for row in rows] == [("2026-09-14", 5)]
    assert dataset.manifest["run"] == run.pk


@pytest.mark.parametrize(("count", "exported"), [(4, None), (5, 5)])
def test_a_findings_contributors_below_five_are_null(folder, clock, count, exported) -> None:
    make_finding(run=make_run(), n_contributors=count)
    (row,) = lines_of(dataset_build(), "findings")
    assert row["n_contributors"] == exported


def test_simulated_rows_say_so_everywhere(folder, clock) -> None:
    fictional = models_public().filter(is_fictional=True).first()
    report = make_report(provenance="simulated", collection="demo")
    run = make_run()
    finding = make_finding(
        run=run, is_simulated=True, model_id=fictional.pk, representatives=(report,)
    )
    make_reply(finding)
    make_disclosure(vendor_id=fictional.vendor_id)
    make_cell(run=run, is_simulated=True)
    signal = make_signal(run=run, observed=9, week=date(2026, 9, 7))
    Signal.objects.filter(pk=signal.pk).update(model=fictional)
    dataset = dataset_build()
    assert dataset.has_simulated is dataset.manifest["has_simulated"] is True
    assert "SIMULATED" in dataset.manifest["simulated_note"]
    assert "SIMULATED" in dataset.manifest["title"]
    named = set(names_of(dataset))
    marked = {"reports-2026-11", *SIMULATED_TABLES[1:]}
    stems = {f"SIMULATED-{table}" for table in marked}
    stems |= {table.name + ("-none" if table.day else "") for table in DICTIONARY}
    assert named == {f"{stem}.{ending}" for stem in stems for ending in ENDINGS} | {
        *WORDS, "SIMULATED-manifest.json",
    }  # fmt: skip
    assert named == {file["name"] for file in dataset.manifest["files"]}
    assert b"SIMULATED DATA IS INCLUDED" in content_of(dataset, "README.md")
    (row,) = lines_of(dataset, "reports", simulated=True)
    assert row["provenance"] == "simulated"
    for table in SIMULATED_TABLES[1:]:
        rows = lines_of(dataset, table, simulated=True)
        assert {row["is_simulated"] for row in rows} == {True}, table
        assert lines_of(dataset, table) == []


def test_real_and_simulated_rows_of_a_month_are_in_files_apart(folder, clock) -> None:
    for provenance in ("report", "simulated", "report", "import"):
        collection = "" if provenance == "report" else "some"
        make_report(provenance=provenance, collection=collection)
    dataset = dataset_build()
    for read in (parquet_of, lines_of, cells_of):
        real, invented = read(dataset, "reports"), read(dataset, "reports", simulated=True)
        assert sorted(row["provenance"] for row in real) == ["import", "report", "report"]
        assert [row["provenance"] for row in invented] == ["simulated"]


def test_each_month_has_files_of_its_own_and_rows_are_sorted(folder, clock) -> None:
    days = ["2026-11-20", "2026-10-31", "2026-11-01", "2026-09-01", "2026-11-20"]
    made = [make_report(observed_on=day) for day in days]
    dataset = dataset_build()
    months = [name for name in names_of(dataset) if name.startswith("reports")]
    assert months == [
        f"reports-2026-{month}.{ending}"
        for month in ("09", "10", "11")
        for ending in ENDINGS_SORTED
    ]
    expected = sorted((day, str(report.pk)) for day, report in zip(days, made, strict=True))
    assert [(row["observed_on"], row["id"]) for row in lines_of(dataset, "reports")] == expected
    rows = {file["name"]: file["rows"] for file in dataset.manifest["files"]}
    assert (rows["reports-2026-09.parquet"], rows["reports-2026-11.jsonl.zst"]) == (1, 3)


def test_months_in_which_nothing_changed_are_shared_by_versions(folder, clock) -> None:
    make_report(observed_on="2026-10-20")
    first = dataset_build()
    make_report(observed_on="2026-11-20")
    second = dataset_build()
    hashes = [dict(dataset.files.values_list("name", "sha256")) for dataset in (first, second)]
    assert hashes[0]["reports-2026-10.parquet"] == hashes[1]["reports-2026-10.parquet"]
    assert first.content_sha256 != second.content_sha256
    stored = {path.name for path in folder.glob("objects/*/*")}
    assert stored == set(hashes[0].values()) | set(hashes[1].values())
    assert len(list(folder.glob("objects/*/*"))) == len(stored)


def test_the_parquet_says_how_it_is_sorted_and_lets_readers_skip(folder, clock) -> None:
    make_report(observed_on="2026-11-20")
    make_report(observed_on="2026-11-01")
    dataset = dataset_build()
    file = pq.ParquetFile(pa.BufferReader(content_of(dataset, "reports-2026-11.parquet")))
    group = file.metadata.row_group(0)
    columns = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
    days = columns["observed_on"].statistics
    assert (days.min, days.max) == (date(2026, 11, 1), date(2026, 11, 20))
    assert columns["prompt"].statistics is None  # no text twice, in the index of the file
    assert columns["prompt"].compression == "ZSTD"
    order = [columns_in[0] for columns_in in [(c.column_index,) for c in group.sorting_columns]]
    assert [file.schema_arrow.names[place] for place in order] == ["observed_on", "id"]


def test_the_manifest_carries_the_design_and_ends_with_a_mark(folder, clock) -> None:
    make_report(comment="why")
    unlabelled = make_report()
    Report.objects.filter(pk=unlabelled.pk).update(model_label="")
    dataset = dataset_build()
    text = content_of(dataset, "manifest.json")
    manifest = json.loads(text)
    end = manifest["end"]
    assert list(manifest)[-1] == "end"
    assert (end["complete"], end["n_files"]) == (True, len(manifest["files"]))
    assert end["bytes"] == sum(file["bytes"] for file in manifest["files"])
    assert "no probability sample" in manifest["design"]["reports"]
    known = manifest["completeness"]["reports"]["real"]
    assert (known["rows"], known["known"]["model_label"], known["known"]["comment"]) == (2, 1, 1)
    assert known["known"]["severity"] == 0
    sums = content_of(dataset, "SHA256SUMS.txt").decode().splitlines()
    assert sums[-1] == f"# end: {len(sums) - 1} files"
    assert (
        dict(reversed(line.split("  ")) for line in sums[:-1]).items()
        <= dict(dataset.files.values_list("name", "sha256")).items()
    )


def test_a_report_says_how_much_is_known_of_it(folder, clock) -> None:
    bare = make_report()
    Report.objects.filter(pk=bare.pk).update(model=None, model_label="", domain_stated=None)
    known = make_report()
    facts = {"severity": 2, "tier": "paid", "effort": "high", "turn_index": 3}
    Report.objects.filter(pk=known.pk).update(**facts)
    rows = {row["id"]: row["provenance_known"] for row in lines_of(dataset_build(), "reports")}
    assert rows.pop(str(known.pk)) == 7  # label, model, domain, severity, turn, tier, effort
    assert list(rows.values()) == [0]


def test_without_simulated_rows_nothing_says_simulated_is_included(folder, clock) -> None:
    make_report()
    dataset = dataset_build()
    assert dataset.has_simulated is False
    assert b"INCLUDED" not in content_of(dataset, "README.md")
    assert not [name for name in names_of(dataset) if "SIMULATED" in name]


def test_an_empty_plumbline_gives_an_empty_dataset(folder, clock) -> None:
    dataset = dataset_build()
    assert dataset.n_reports == 0
    for table in DICTIONARY:
        name = f"{table.name}-none.parquet" if table.day else f"{table.name}.parquet"
        rows = pq.read_table(pa.BufferReader(content_of(dataset, name)))
        assert (rows.num_rows, rows.column_names) == (0, [c.name for c in table.columns])
    assert cells_of(dataset, "reports") == []


RATE = {
    "n_ratings": 40, "n_bad": 12, "share": 0.3, "share_low": 0.18, "share_high": 0.45,
    "n_domain": 14, "share_domain": 0.1, "n_model": 300, "share_model": 0.09, "n_raters": 20,
}  # fmt: skip
PEOPLE = {"n_raters_bad": 6, "n_raters_fine": 9, "fewest_domain": 4, "fewest_model": 30}


def test_a_finding_carries_what_it_rests_on_and_no_count_below_five(folder, clock) -> None:
    run = make_run()
    make_finding(
        run=run, outlook="More ratings.", cautions=["burst"],
        evidence={"observed": 4, "expected": 1.5, "uncapped": 9, "breakdown_number": 2,
                  "rate": RATE | PEOPLE, "place": {"observed": 3, "expected": 0.5}},
    )  # fmt: skip
    (line,) = lines_of(dataset_build(), "findings")
    assert (line["outlook"], line["cautions"]) == ("More ratings.", ["burst"])
    assert line["evidence"] == {
        "observed": None, "expected": None, "uncapped": None, "breakdown_number": None,
        "rate": RATE | {"n_model": 200}
        | dict.fromkeys(("n_domain", "share_domain", "n_before", "share_before")),
        "place": None,
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
    dataset = dataset_build()
    lines = lines_of(dataset, "events")
    told: dict[int, list[tuple[str, int | None]]] = {}
    for line in lines:
        told.setdefault(line["finding"], []).append((line["kind"], line["other"]))
    assert told == {
        old.pk: [("state", None), ("merged", heir.pk)], heir.pk: [("state", None)],
    }  # fmt: skip
    found = {line["id"]: line["merged_into"] for line in lines_of(dataset, "findings")}
    assert found == {old.pk: heir.pk, heir.pk: None}


def test_quiet_cells_are_exported_with_what_would_have_been_noticed(folder, clock) -> None:
    run = make_run()
    make_cell(run=run, n_contributors=None, n_ratings=None, detectable_share=None)
    (line,) = lines_of(dataset_build(), "cells")
    assert (line["state"], line["n_contributors"], line["detectable_ratio"]) == (
        "insufficient", None, 3.1,
    )  # fmt: skip
    assert (line["n_ratings"], line["detectable_share"]) == (None, None)
