"""Arrow tables to Parquet, JSON Lines and CSV, column by column: the same rows give the same bytes.

What comes in is the *wire* form, which COPY gives: lists and objects are JSON texts.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
from isal import isal_zlib

from backend.common.spreadsheets import BREAKS, SEPARATORS, STARTS
from backend.exports.shape import Column, Table

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
REPEATS = 4
"""A column whose values each appear so often in a block is worked on once per value."""
_FORMULA = f"(\\A|{SEPARATORS})({STARTS})"
_START, _END = "\x01", "\x00"
_ESCAPES = ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n"), (b"\r", b"\\r"), (b"\t", b"\\t"))
FIRST_PRINTABLE = 32

Sink = Callable[[Any], Any]
"""Takes bytes."""


def wire_schema(table: Table) -> Any:
    """Types of a table on its way in."""
    return pa.schema([pa.field(c.name, WIRE[c.type], c.is_nullable) for c in table.columns])


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
            _lists(rows[name]) if name in self.lists else rows[name] for name in rows.column_names
        ]
        self.group.append(pa.Table.from_arrays(columns, schema=self.schema))
        if sum(table.nbytes for table in self.group) >= GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        if self.group:
            self.writer.write_table(pa.concat_tables(self.group).combine_chunks())
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
            _formulas_defused(rows[c.name]) if pa.types.is_string(WIRE[c.type]) else rows[c.name]
            for c in self.columns
        ]
        text = pa.BufferOutputStream()
        pcsv.write_csv(
            pa.Table.from_arrays(safe, names=rows.column_names), text,
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
    return _bytes_of(lines.combine_chunks() if isinstance(lines, pa.ChunkedArray) else lines)


def _bytes_of(texts: Any) -> Any:
    """The texts of an array one after the other, without a copy."""
    offsets = pa.Array.from_buffers(pa.int32(), len(texts) + 1, [None, texts.buffers()[1]])
    start = offsets[texts.offset].as_py()
    return texts.buffers()[2].slice(start, offsets[texts.offset + len(texts)].as_py() - start)


def _json_of(values: Any, column: Column) -> Any:
    values = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if column.type in ("list", "json"):
        return values
    if column.type == "text":
        return _by_value(values, _json_texts)
    if column.type == "float":
        values = pc.if_else(pc.is_finite(values), values, pa.scalar(None, pa.float64()))
    texts = values.cast(pa.string())
    return pc.binary_join_element_wise('"', texts, '"', "") if column.type == "date" else texts


def _json_texts(values: Any) -> Any:
    joined = _json_texts_joined(values)
    return _json_texts_single(values) if joined is None else joined


def _json_texts_joined(values: Any) -> Any:
    """Texts escaped all at once, in one buffer; None where it can't be done so.

    Two control characters stand for the quotes around each text until all within is escaped. Where a
    text has a control character of its own, their number tells.
    """
    if values.null_count:
        return None
    data = _bytes_of(pc.binary_join_element_wise(_START, values, _END, "")).to_pybytes()
    for plain, escaped in _ESCAPES:
        data = data.replace(plain, escaped)
    out = np.frombuffer(bytearray(data), np.uint8)
    ends = np.flatnonzero(out == ord(_END))
    starts = np.flatnonzero(out == ord(_START))
    n_control = np.count_nonzero(out < FIRST_PRINTABLE)
    if not len(starts) == len(ends) == len(values) == n_control / 2:
        return None
    out[starts] = out[ends] = ord('"')
    offsets = np.concatenate([[0], ends + 1]).astype(np.int32)
    return pa.StringArray.from_buffers(len(values), pa.py_buffer(offsets), pa.py_buffer(out))


def _json_texts_single(values: Any) -> Any:
    """Each text by itself: for what is null or has rare characters."""
    known = (None if text is None else orjson.dumps(text) for text in values.to_pylist())
    return pa.array(known, pa.binary()).view(pa.string())


def _formulas_defused(values: Any) -> Any:
    values = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return _by_value(values, _texts_defused)


def _texts_defused(values: Any) -> Any:
    # A separator and what follows it are never the same character, so no match hides the next.
    suspects = pc.fill_null(pc.match_substring_regex(values, f"\\A{BREAKS}|{_FORMULA}"), False)
    if not pc.any(suspects).as_py():
        return values
    some = pc.replace_substring_regex(
        values.filter(suspects), f"\\A({BREAKS})", "'\\1", max_replacements=1
    )
    some = pc.replace_substring_regex(some, _FORMULA, "\\1'\\2")
    return pc.replace_with_mask(values, suspects, some)


def _by_value(values: Any, work: Callable[[Any], Any]) -> Any:
    """What `work` makes of texts, done once for each value where they repeat."""
    distinct = pc.unique(values)
    if len(distinct) * REPEATS > len(values):
        return work(values)
    return work(distinct).take(pc.index_in(values, value_set=distinct))


def _lists(values: Any) -> Any:
    """JSON arrays of texts as lists."""
    coded = values.combine_chunks().dictionary_encode()
    known = [None if text is None else json.loads(text) for text in coded.dictionary.to_pylist()]
    return pa.array(known, pa.list_(pa.string())).take(coded.indices)


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
