"""Reads the files of a dataset as somebody would who has downloaded them."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from backend.exports import storage
from backend.exports.columns import DICTIONARY
from backend.exports.models import Dataset, DatasetFile
from backend.exports.shape import Column


def names_of(dataset: Dataset) -> list[str]:
    """Names of all files."""
    return [file.name for file in dataset.files.all()]


def content_of(dataset: Dataset, name: str) -> bytes:
    """What a file holds, packed as it is."""
    file = DatasetFile.objects.get(dataset=dataset, name=name)
    with storage.object_open(file.sha256) as stored:
        content: bytes = stored.read()
    return content


def unpacked(dataset: Dataset, name: str) -> bytes:
    """What a file holds, unpacked; of a Parquet file its rows as JSON."""
    content = content_of(dataset, name)
    if name.endswith(".gz"):
        return gzip.decompress(content)
    if name.endswith(".zst"):
        return pa.CompressedInputStream(pa.BufferReader(content), "zstd").read()
    if name.endswith(".parquet"):
        rows = pq.read_table(pa.BufferReader(content)).to_pylist()
        return json.dumps(rows, default=str, ensure_ascii=False).encode()
    return content


def files_of(dataset: Dataset, table: str, ending: str, *, simulated: bool = False) -> list[str]:
    """Names of the files of a table in a format, in the order of the months."""
    marked = [name for name in names_of(dataset) if name.startswith("SIMULATED-") == simulated]
    stem = f"SIMULATED-{table}" if simulated else table
    return sorted(
        name for name in marked if name.endswith(f".{ending}") and name.split(".")[0].split("-2")[0]
        in (stem, f"{stem}-none")
    )  # fmt: skip


def parquet_of(dataset: Dataset, table: str, *, simulated: bool = False) -> list[dict[str, Any]]:
    """The rows of a table from Parquet."""
    found = []
    for name in files_of(dataset, table, "parquet", simulated=simulated):
        found += pq.read_table(pa.BufferReader(content_of(dataset, name))).to_pylist()
    return found


def lines_of(dataset: Dataset, table: str, *, simulated: bool = False) -> list[dict[str, Any]]:
    """The rows of a table from JSON Lines."""
    return [
        json.loads(line)
        for name in files_of(dataset, table, "jsonl.zst", simulated=simulated)
        for line in unpacked(dataset, name).splitlines()
    ]


def cells_of(dataset: Dataset, table: str, *, simulated: bool = False) -> list[dict[str, str]]:
    """The rows of a table from CSV."""
    found: list[dict[str, str]] = []
    for name in files_of(dataset, table, "csv.gz", simulated=simulated):
        text = unpacked(dataset, name).decode()
        found += csv.DictReader(io.StringIO(text, newline=""))
    return found


def told_of(dataset: Dataset, table: str, ending: str) -> list[dict[str, Any]]:
    """The rows of a table, real and SIMULATED, read from a format into what JSON has: as the API tells."""
    read: Any = {"parquet": parquet_of, "jsonl.zst": lines_of, "csv.gz": cells_of}[ending]
    columns = {
        column.name: column for one in DICTIONARY if one.name == table for column in one.columns
    }
    return [
        {name: _told(value, columns[name], ending) for name, value in row.items()}
        for simulated in (False, True)
        for row in read(dataset, table, simulated=simulated)
    ]  # fmt: skip


def _told(value: Any, column: Column, ending: str) -> Any:
    if ending == "jsonl.zst":
        return value
    if ending == "csv.gz":
        if value == "":
            return None if column.is_nullable else ""
        make: Any = {
            "int": int, "float": float, "bool": "true".__eq__, "list": json.loads, "json": json.loads,
        }.get(column.type, str)  # fmt: skip
        return make(value)
    if column.type == "json" and value is not None:
        return json.loads(value)
    return value.isoformat() if isinstance(value, date) else value


def download(dataset: Dataset, folder: Path) -> Path:
    """All files of a dataset in a folder, as after a download."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names_of(dataset):
        (folder / name).write_bytes(content_of(dataset, name))
    return folder
