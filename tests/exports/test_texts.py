"""Texts in the three formats: no character is lost, and none reads as a formula in a spreadsheet."""

from __future__ import annotations

import csv
import gzip
import io
import json

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backend.common.spreadsheets import BREAKS, STARTS, cell_safe
from backend.exports.formats import CsvFile, wire_schema
from backend.exports.services import dataset_build
from backend.exports.shape import Column, Table
from backend.exports.texts import FEW, PIECE, texts_defused, texts_escaped
from backend.reports.models import Report
from tests.exports.reading import cells_of, lines_of, names_of, parquet_of, unpacked
from tests.factories import make_report

pytestmark = pytest.mark.django_db


def test_a_text_that_reads_as_a_formula_is_defused_in_csv_only(catalogue, clock) -> None:
    make_report(prompt='=HYPERLINK("x")', response="@sum", comment="-1 for this")
    dataset = dataset_build()
    (cells,) = cells_of(dataset, "reports")
    assert (cells["prompt"], cells["response"]) == ('\'=HYPERLINK("x")', "'@sum")
    assert cells["comment"] == "'-1 for this"
    (line,) = lines_of(dataset, "reports")
    assert line["prompt"] == '=HYPERLINK("x")'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff20"])
def test_every_start_of_a_formula_is_defused(catalogue, clock, start: str) -> None:
    report = make_report()
    Report.objects.filter(pk=report.pk).update(response=f"{start}cmd")
    (cells,) = cells_of(dataset_build(), "reports")
    assert cells["response"] == f"'{start}cmd"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("a;=1+1", "a;'=1+1"),
        ("a\t@sum", "a\t'@sum"),
        ("a\n-cmd|x", "a\n'-cmd|x"),
        ("\n=1", "'\n'=1"),
        ('a;"=1+1', "a;\"'=1+1"),
        ("a;b=c; d - 1", "a;b=c; d - 1"),
    ],
)
def test_a_formula_after_another_separator_is_defused_too(catalogue, clock, text, cell) -> None:
    report = make_report()
    Report.objects.filter(pk=report.pk).update(response=text)
    (cells,) = cells_of(dataset_build(), "reports")
    assert cells["response"] == cell


@given(st.lists(st.text("=+-@;\t\r\n\uff1d\uff0b\uff0d\uff20a,\"'", max_size=8), max_size=6))
def test_columns_are_guarded_as_single_cells_are(texts: list[str]) -> None:
    table, written = Table("some", "", (Column("text", "text", ""),)), io.BytesIO()
    file = CsvFile(table, written)
    file.write(pa.Table.from_pylist([{"text": text} for text in texts], wire_schema(table)))
    file.close()
    lines = io.StringIO(gzip.decompress(written.getvalue()).decode(), newline="")
    assert [row["text"] for row in csv.DictReader(lines)] == [cell_safe(text) for text in texts]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@settings(deadline=None, max_examples=300)
@given(st.lists(st.text("=+-@;\t\r\n\uff1da,\"'", max_size=8), max_size=6))
def test_no_cell_is_a_formula_whatever_separates_cells(separator: str, texts: list[str]) -> None:
    columns = (Column("id", "text", ""), Column("text", "text", ""))
    table, written = Table("some", "", columns), io.BytesIO()
    file = CsvFile(table, written)
    rows = [{"id": "one", "text": text} for text in texts]
    file.write(pa.Table.from_pylist(rows, wire_schema(table)))
    file.close()
    lines = io.StringIO(gzip.decompress(written.getvalue()).decode(), newline="")
    cells = [cell for row in csv.reader(lines, delimiter=separator) for cell in row]
    assert [cell for cell in cells if cell.lstrip(BREAKS).startswith(tuple(STARTS))] == []


ODD = st.text("=+-@;\t\r\n\x0b\x01\x7f\uff1d\uff0b\uff0d\uff20\uff21é𝕏a,\\\"'", max_size=8)


@given(st.lists(ODD, max_size=8), st.booleans())
@example([";", '"='], False)  # two cells: the second does not begin behind a separator
def test_many_texts_at_once_come_out_as_each_by_itself(texts: list[str], has_null: bool) -> None:
    values = [*texts, *["plain"] * FEW, *([None] if has_null else []), *texts]
    column = pa.array(["-before", *values], pa.string()).slice(1)
    assert texts_defused(column).to_pylist() == [v if v is None else cell_safe(v) for v in values]
    escaped = texts_escaped(column).to_pylist()
    assert [v if v is None else json.loads(v) for v in escaped] == values


def test_a_text_longer_than_what_is_escaped_at_once_stays_whole() -> None:
    long = 'a"é\n' * PIECE
    values = [long, *["b"] * FEW, "c"]
    escaped = texts_escaped(pa.array(values, pa.string())).to_pylist()
    assert [json.loads(value) for value in escaped] == values


@pytest.mark.parametrize("text", ["a\rb", "a\nb", "a\r\nb", 'a"b', "a,b", "a\u2028b"])
def test_a_text_of_several_lines_is_one_cell(catalogue, clock, text: str) -> None:
    report = make_report()
    Report.objects.filter(pk=report.pk).update(response=text)
    (cells,) = cells_of(dataset_build(), "reports")
    assert (cells["response"], cells["id"]) == (text, str(report.pk))


@pytest.mark.parametrize("text", ["a\\b", 'say "x"', "\x01\x1f\x7f", "\\n", "é\u2028𝕏", ",", '","'])
def test_no_character_is_lost_in_any_format(catalogue, clock, text: str) -> None:
    report = make_report()
    Report.objects.filter(pk=report.pk).update(response=text, comment="")
    dataset = dataset_build()
    for read in (parquet_of, lines_of, cells_of):
        (row,) = read(dataset, "reports")
        assert (row["response"], row["comment"]) == (text, "")


def test_null_is_not_an_empty_text(catalogue, clock) -> None:
    report = make_report()
    Report.objects.filter(pk=report.pk).update(model=None, model_label="")
    dataset = dataset_build()
    for read in (parquet_of, lines_of):
        (row,) = read(dataset, "reports")
        assert (row["model"], row["vendor"], row["model_label"]) == (None, None, "")
    (name,) = [name for name in names_of(dataset) if name == "reports-2026-11.csv.gz"]
    assert b',"chatgpt",,,"",' in unpacked(dataset, name)
