"""Rows to files: Parquet, JSON Lines and CSV in one pass, with the same bytes for the same rows."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq

from backend.exports.columns import Column, Table

CHUNK_ROWS = 200  # a report may have 120,000 characters: 200 of them are bounded memory
GROUP_ROWS = 5000
GROUP_CHARS = 16_000_000  # a row group is written out at whichever comes first
# A spreadsheet takes a cell that begins so for a formula; and where it is set to another separator
# than the comma, or splits at line ends, a cell begins within a text as well.
_FORMULA = re.compile(r"\A(?=[\t\r\n])|(?:\A|(?<=[;\t\r\n]))(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")

_ARROW = {
    "text": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(),
    "date": pa.date32(), "list": pa.list_(pa.string()), "json": pa.string(),
}  # fmt: skip


@dataclass(frozen=True)
class FileRecord:
    """One file of a dataset, as its manifest lists it."""

    name: str
    rows: int | None
    bytes: int
    sha256: str


def value_of(row: Any, column: Column) -> Any:
    """The column's value of a row, as plain Python; None anywhere on the path gives None."""
    value = row
    for part in column.path.split("."):
        if value is None:
            return None
        value = getattr(value, part)
    if column.type == "list" and not isinstance(value, list):
        return [item.pk for item in value.all()]
    return str(value) if isinstance(value, UUID) else value


def table_write(
    folder: Path, table: Table, rows: Iterable[Any], *, prefix: str = ""
) -> list[FileRecord]:
    """Write a table in three formats, in chunks; the records of the files."""
    schema = pa.schema([pa.field(c.name, _ARROW[c.type], c.is_nullable) for c in table.columns])
    names = [f"{prefix}{table.name}.{ending}" for ending in ("parquet", "jsonl.gz", "csv.gz")]
    n_rows = 0
    with ExitStack() as stack:
        parquet = stack.enter_context(
            pq.ParquetWriter(folder / names[0], schema, compression="zstd")
        )
        jsonl = stack.enter_context(_gzip_text(folder / names[1]))
        csv_file = stack.enter_context(_gzip_text(folder / names[2]))
        # With this line end, as RFC 4180 has it, texts with any line break in them are quoted.
        writer = csv.writer(csv_file, lineterminator="\r\n")
        writer.writerow([column.name for column in table.columns])
        group = _RowGroup(parquet, schema)
        for chunk in _chunks(rows):
            values = [{c.name: value_of(row, c) for c in table.columns} for row in chunk]
            lines = [json.dumps(v, default=_iso, ensure_ascii=False) + "\n" for v in values]
            group.add(values, n_chars=sum(map(len, lines)))
            jsonl.writelines(lines)
            writer.writerows([_cell(value) for value in v.values()] for v in values)
            n_rows += len(values)
        group.flush()
    return [file_record(folder / name, n_rows) for name in names]


def file_record(path: Path, rows: int | None = None) -> FileRecord:
    """Name, size and checksum of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileRecord(path.name, rows, path.stat().st_size, digest)


class _RowGroup:
    """Rows on their way into a Parquet file: few large row groups, and never much in memory."""

    def __init__(self, parquet: Any, schema: Any) -> None:
        self.parquet, self.schema = parquet, schema
        self.rows: list[dict[str, Any]] = []
        self.n_chars = 0

    def add(self, values: list[dict[str, Any]], *, n_chars: int) -> None:
        self.rows += [_for_arrow(row) for row in values]
        self.n_chars += n_chars
        if len(self.rows) >= GROUP_ROWS or self.n_chars >= GROUP_CHARS:
            self.flush()

    def flush(self) -> None:
        if self.rows:
            self.parquet.write_table(pa.Table.from_pylist(self.rows, self.schema))
        self.rows, self.n_chars = [], 0


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK_ROWS)):
        yield chunk


def _gzip_text(path: Path) -> Any:
    """A gzip text file without a time stamp or a name in it."""
    stack = ExitStack()
    raw = stack.enter_context(path.open("wb"))
    packed = stack.enter_context(gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0))
    text = stack.enter_context(io.TextIOWrapper(packed, encoding="utf-8", newline=""))
    return _Closing(text, stack)


class _Closing:
    """A file that closes what lies below it, in order."""

    def __init__(self, text: io.TextIOWrapper, stack: ExitStack) -> None:
        self.text, self.stack = text, stack

    def __enter__(self) -> io.TextIOWrapper:
        return self.text

    def __exit__(self, *error: Any) -> None:
        self.stack.close()


def _for_arrow(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: json.dumps(value, sort_keys=True) if isinstance(value, dict) else value
        for name, value in values.items()
    }


def _iso(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _cell(value: Any) -> Any:
    """A value for a spreadsheet: lists and objects as JSON, and nothing that reads as a formula."""
    if isinstance(value, list | dict):
        return json.dumps(value, sort_keys=True)
    if isinstance(value, date):
        return value.isoformat()
    return _FORMULA.sub("'", value) if isinstance(value, str) else value
