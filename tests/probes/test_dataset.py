"""Every graded answer is in the datasets, each month in a file, invented ones in files of their own."""

from __future__ import annotations

from datetime import date

import pytest

from backend.exports.columns import DICTIONARY
from backend.exports.services import dataset_build
from backend.probes.services import probe_series_delete
from tests.exports.reading import cells_of, content_of, lines_of, names_of, parquet_of
from tests.factories import make_probe_lines, make_probes

pytestmark = pytest.mark.usefixtures("catalogue", "clock")


def test_the_three_formats_hold_every_answer() -> None:
    lines = make_probe_lines(rounds=range(4))
    lines += make_probe_lines(rounds=[4], accounts=["second"], outcome="wrong")
    make_probes([line | {"stratum": ""} for line in lines])
    dataset = dataset_build()
    expected = {
        "series": "gpt-web", "model": "gpt-4-0613", "site": "chatgpt", "suite": "invented 1.0",
        "grader": "exact 1.0", "provenance": "probe", "account": 2, "item": "law-1",
        "domain": "law", "stratum": "", "round": 4, "is_baseline": False, "outcome": "wrong",
    }  # fmt: skip
    told = lines_of(dataset, "probes")
    assert len(told) == 26
    assert told[-2] == expected | {"asked_on": "2026-10-05"}
    assert [row["is_baseline"] for row in told] == [True] * 24 + [False] * 2
    assert parquet_of(dataset, "probes")[-2] == expected | {"asked_on": date(2026, 10, 5)}
    cells = {name: str(value) for name, value in expected.items()}
    cells |= {"asked_on": "2026-10-05", "is_baseline": "false"}
    assert cells_of(dataset, "probes")[-2] == cells


def test_rows_are_sorted_in_a_file_for_each_month() -> None:
    lines = make_probe_lines(rounds=range(4), accounts=["z", "a"])
    lines += make_probe_lines(rounds=[4], accounts=["a", "z"], asked_on="2026-11-02")
    lines += make_probe_lines(rounds=[5], accounts=["a", "z"], asked_on="2026-11-03")
    make_probes(lines[::-1], slug="later")
    make_probes(lines, slug="a-first")
    dataset = dataset_build()
    names = [name for name in names_of(dataset) if name.startswith("probes")]
    assert names == [
        f"probes-2026-{month}.{ending}"
        for month in ("10", "11")
        for ending in ("csv.gz", "jsonl.zst", "parquet")
    ]
    (table,) = [table for table in DICTIONARY if table.name == "probes"]
    rows = lines_of(dataset, "probes")
    assert rows == sorted(rows, key=lambda row: [row[name] for name in table.order])
    assert len(rows) == 2 * 24
    before = {name: content_of(dataset, name) for name in names}
    make_probes(make_probe_lines(rounds=[6], asked_on="2026-11-04", accounts=["z"]), slug="later")
    again = dataset_build()
    assert [content_of(again, name) == before[name] for name in names] == [True] * 3 + [False] * 3


def test_simulated_answers_are_in_files_of_their_own() -> None:
    make_probes(make_probe_lines(rounds=[0]))
    make_probes(slug="demo", model="demo-brook-deep", site=None, is_simulated=True)
    dataset = dataset_build()
    assert {row["series"] for row in lines_of(dataset, "probes")} == {"gpt-web"}
    invented = lines_of(dataset, "probes", simulated=True)
    assert {(row["series"], row["provenance"], row["site"]) for row in invented} == {
        ("demo", "simulated", None)
    }
    assert "SIMULATED-probes-2026-10.parquet" in names_of(dataset)
    assert dataset.has_simulated is True


def test_the_documents_of_a_dataset_know_the_table() -> None:
    make_probes(make_probe_lines(rounds=[0]))
    dataset = dataset_build()
    assert dataset.manifest["completeness"]["probes"]["real"] == {
        "rows": 6, "known": {"site": 6, "stratum": 6},
    }  # fmt: skip
    assert [column["name"] for column in dataset.manifest["schema"]["probes"]] == [
        "series", "model", "site", "suite", "grader", "provenance", "account", "item", "domain",
        "stratum", "round", "is_baseline", "asked_on", "outcome",
    ]  # fmt: skip
    assert "\n## probes\n" in content_of(dataset, "DICTIONARY.md").decode()
    assert (
        "| `probes` | an answer to a checkable prompt"
        in content_of(dataset, "DATASHEET.md").decode()
    )
    assert '"probes-2026-10/outcome"' in content_of(dataset, "croissant.json").decode()


def test_a_series_that_is_removed_is_not_in_the_next_dataset() -> None:
    make_probes()
    first = dataset_build()
    probe_series_delete(slug="gpt-web")
    second = dataset_build()
    assert (len(lines_of(first, "probes")), lines_of(second, "probes")) == (30, [])
    assert "probes-none.parquet" in names_of(second)
