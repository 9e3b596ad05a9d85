"""Arrow tables to Parquet, JSON Lines and CSV, column by column: the same rows give the same bytes.

What comes in is the *wire* form, which COPY gives: lists and objects are JSON texts, and texts that
repeat are kept in a dictionary, so that each is worked on once a block.
"""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
from isal import isal_zlib

from backend.exports.shape import Column, Table
from backend.exports.texts import (
    KEPT,
    by_value,
    column_whole,
    texts_bytes,
    texts_defused,
    texts_escaped,
)

WIRE = {
    "text": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(),
    "date": pa.date32(), "list": pa.string(), "json": pa.string(),
}  # fmt: skip
GROUP_BYTES = 4 * 1024 * 1024
"""So much is held until it becomes a row group."""
ZSTD_LEVEL = 1
GZIP_LEVEL = 1
GZIP_WINDOW = 31
"""A window of 32 KiB, and a gzip header without a name or a time."""


def wire_schema(table: Table) -> Any:
    """Types of a table on its way in."""
    return pa.schema([pa.field(c.name, _wire_type(c), c.is_nullable) for c in table.columns])


def _wire_type(column: Column) -> Any:
    plain = WIRE[column.type]
    is_kept = pa.types.is_string(plain) and (column.type == "list" or not column.is_free)
    return KEPT if is_kept else plain


def parquet_schema(table: Table) -> Any:
    """Types of a table in Parquet. Its metadata say what the table is, and of what design."""
    said = {"plumbline.table": table.name, "plumbline.description": table.description,
            "plumbline.design": table.design}  # fmt: skip
    fields = [
        pa.field(c.name, pa.list_(pa.string()) if c.type == "list" else WIRE[c.type], c.is_nullable)
        for c in table.columns
    ]
    return pa.schema(fields, metadata={key: value for key, value in said.items() if value})


class ParquetFile:
    """Row groups of several blocks; statistics of all columns by which a reader may skip some."""

    def __init__(self, table: Table, sink: Any) -> None:
        self.schema = parquet_schema(table)
        self.lists = [c.name for c in table.columns if c.type == "list"]
        indexed = [
            c.name for c in table.columns if not c.is_free and c.type not in ("list", "json")
        ]
        names = [c.name for c in table.columns]
        self.writer = pq.ParquetWriter(
            sink, self.schema, compression="zstd", compression_level=ZSTD_LEVEL,
            write_statistics=indexed,
            use_dictionary=[c.name for c in table.columns if not c.is_free and c.type == "text"],
            sorting_columns=[pq.SortingColumn(names.index(name)) for name in table.order],
        )  # fmt: skip
        self.group: list[Any] = []

    def write(self, rows: Any) -> None:
        columns = [
            _lists(rows[name]) if name in self.lists else _plain(rows[name])
            for name in self.schema.names
        ]
        self.group.append(pa.Table.from_arrays(columns, schema=self.schema))
        if sum(table.nbytes for table in self.group) >= GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        if self.group:
            self.writer.write_table(pa.concat_tables(self.group))
        self.group = []

    def close(self) -> None:
        self._flush()
        self.writer.close()


class JsonLinesFile:
    """One object a line, packed by zstd."""

    def __init__(self, table: Table, sink: Any) -> None:
        self.columns = table.columns
        self.stream = pa.CompressedOutputStream(pa.PythonFile(sink, "w"), "zstd")

    def write(self, rows: Any) -> None:
        if rows.num_rows:
            self.stream.write(json_lines(rows, self.columns))

    def close(self) -> None:
        self.stream.close()


class CsvFile:
    """Cells that no spreadsheet takes for a formula, packed by gzip. Null is empty, "" is quoted."""

    def __init__(self, table: Table, sink: Any) -> None:
        self.columns = table.columns
        self.sink = sink
        self.packer = isal_zlib.compressobj(GZIP_LEVEL, isal_zlib.DEFLATED, GZIP_WINDOW)
        self._pack(",".join(f'"{c.name}"' for c in self.columns).encode() + b"\n")

    def write(self, rows: Any) -> None:
        safe = [
            by_value(column_whole(rows[c.name]), texts_defused)
            if pa.types.is_string(WIRE[c.type]) else rows[c.name]
            for c in self.columns
        ]  # fmt: skip
        text = pa.BufferOutputStream()
        pcsv.write_csv(
            pa.Table.from_arrays(safe, names=[c.name for c in self.columns]), text,
            pcsv.WriteOptions(include_header=False),
        )  # fmt: skip
        self._pack(text.getvalue())

    def _pack(self, data: Any) -> None:
        self.sink.write(self.packer.compress(data))

    def close(self) -> None:
        self.sink.write(self.packer.flush())


FORMATS: dict[str, Any] = {
    "parquet": ParquetFile, "jsonl.zst": JsonLinesFile, "csv.gz": CsvFile,
}  # fmt: skip
"""By the ending of the file's name."""


def json_lines(rows: Any, columns: tuple[Column, ...]) -> Any:
    """The rows as JSON objects, a line each: one buffer."""
    parts: list[Any] = []
    before = "{"
    for column in columns:
        parts += [f"{before}{json.dumps(column.name)}: ", _json_of(rows[column.name], column)]
        before = ", "
    lines = pc.binary_join_element_wise(
        *parts, "}\n", "", null_handling="replace", null_replacement="null"
    )
    return texts_bytes(lines)


def _json_of(values: Any, column: Column) -> Any:
    """The values as JSON texts; null stays null."""
    values = column_whole(values)
    if column.type == "text":
        return by_value(values, texts_escaped)
    if column.type in ("list", "json"):
        return _plain(values)
    if column.type == "float":
        values = pc.if_else(pc.is_finite(values), values, pa.scalar(None, pa.float64()))
    texts = values.cast(pa.string())
    return pc.binary_join_element_wise('"', texts, '"', "") if column.type == "date" else texts


def _plain(values: Any) -> Any:
    """Texts without a dictionary."""
    return by_value(column_whole(values), lambda texts: texts)


def _lists(values: Any) -> Any:
    """JSON arrays of texts as lists."""
    values = column_whole(values)
    known = [json.loads(text) for text in values.dictionary.to_pylist()]
    return pa.array(known, pa.list_(pa.string())).take(values.indices)


def rows_from_csv(block: bytearray, table: Table) -> Any:
    """Rows that COPY (FORMAT CSV) wrote, as a table of the wire form. Null is empty, "" is quoted."""
    return pcsv.read_csv(
        pa.BufferReader(block),
        read_options=pcsv.ReadOptions(
            use_threads=False, block_size=len(block) + 1,
            column_names=[c.name for c in table.columns],
        ),
        parse_options=pcsv.ParseOptions(newlines_in_values=True),
        convert_options=pcsv.ConvertOptions(
            column_types=wire_schema(table), null_values=[""], true_values=["t"],
            false_values=["f"], strings_can_be_null=True, quoted_strings_can_be_null=False,
            check_utf8=False,  # the database has no other
        ),
    )  # fmt: skip
