"""Rows to files: every table in three formats in one pass, in bounded memory."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from backend.exports.formats import FORMATS, rows_from_csv, wire_schema
from backend.exports.records import NO_MONTH, SIMULATED, FileRecord
from backend.exports.shape import Column, Table
from backend.exports.texts import TEXTS, by_value, column_whole

CHUNK_ROWS, CHUNK_CHARACTERS = 2_000, 1024 * 1024
"""Of rows of Python objects so many make a block, or fewer whose texts have so many characters."""
BLOCKS_WAITING = 2
"""So many may wait before each stage, so that none stands still while another one is slow."""


class HashedFile:
    """A new file that knows the SHA-256 and the size of what was written to it."""

    def __init__(self, path: Path) -> None:
        self.path, self.size = path, 0
        self.digest = hashlib.sha256()
        self.file = path.open("xb")
        self.closed = False

    def write(self, data: Any) -> int:
        self.digest.update(data)
        self.file.write(data)
        self.size += (n := memoryview(data).nbytes)
        return n

    def flush(self) -> None:
        self.file.flush()

    def close(self) -> None:
        self.file.close()
        self.closed = True


class Part:
    """The files of one partition while they are written: its real or simulated rows of a month."""

    def __init__(self, folder: Path, table: Table, *, is_simulated: bool, month: str) -> None:
        self.table, self.month, self.n_rows = table, month, 0
        stem = f"{SIMULATED if is_simulated else ''}{table.name}{f'-{month}' if month else ''}"
        self.known = dict.fromkeys((c.name for c in table.columns if _may_be_missing(c)), 0)
        self.listed: set[str] = set()
        self.writing: deque[Future[None]] = deque()
        self.sinks = [HashedFile(folder / f"{stem}.{ending}") for ending in FORMATS]
        self.files = [
            form(table, sink) for form, sink in zip(FORMATS.values(), self.sinks, strict=True)
        ]

    def write(self, rows: Any, pools: list[ThreadPoolExecutor]) -> None:
        """All formats at once, each in a thread of its own: their work is done outside Python."""
        self._wait(BLOCKS_WAITING * len(self.files))
        self.writing += [
            pool.submit(file.write, rows) for pool, file in zip(pools, self.files, strict=True)
        ]
        for name in self.known:
            self.known[name] += _n_known(rows[name])
        if self.table.listed:
            self.listed.update(pc.unique(rows[self.table.listed]).to_pylist())
        self.n_rows += rows.num_rows

    def _wait(self, n_left: int) -> None:
        while len(self.writing) > n_left:
            self.writing.popleft().result()

    def close(self) -> list[FileRecord]:
        self._wait(0)
        records = []
        for file, sink in zip(self.files, self.sinks, strict=True):
            file.close()
            if not sink.closed:
                sink.close()
            records.append(
                FileRecord(sink.path.name, self.n_rows, sink.size, sink.digest.hexdigest(),
                           self.table.name, self.month, dict(self.known), frozenset(self.listed))
            )  # fmt: skip
        pa.default_memory_pool().release_unused()
        return records

    def abandon(self) -> None:
        for file, sink in zip(self.files, self.sinks, strict=True):
            with suppress(Exception):  # what is cut short may refuse to be closed
                file.close()
            sink.close()


def table_write(folder: Path, table: Table, blocks: Generator[Any, None, None]) -> list[FileRecord]:
    """Write a table; the records of its files.

    `blocks` are bytes that COPY gave or tables of the wire form; sorted by `table.order`, so that the
    rows of a month come together. A table without rows gets one file in each format, with its schema.
    """
    with closing(blocks) as source, _Writing(folder, table) as writing:
        for block in source:
            writing.put(block)
        return writing.finish()


class _Writing:
    """Blocks on their way into the files of a table: read here, taken apart and packed beside that."""

    def __init__(self, folder: Path, table: Table) -> None:
        self.folder, self.table = folder, table
        self.parts: dict[tuple[bool, str], Part] = {}
        self.records: list[FileRecord] = []
        self.waiting: deque[Future[None]] = deque()
        self.has_real = False

    def __enter__(self) -> _Writing:
        self.stack = ExitStack()
        self.taker = self.stack.enter_context(ThreadPoolExecutor(1))
        self.pools = [self.stack.enter_context(ThreadPoolExecutor(1)) for _ in FORMATS]
        return self

    def __exit__(self, *error: Any) -> None:
        self.stack.close()
        for part in self.parts.values():
            part.abandon()

    def put(self, block: Any) -> None:
        while len(self.waiting) > BLOCKS_WAITING:
            self.waiting.popleft().result()
        self.waiting.append(self.taker.submit(self._take, block))

    def finish(self) -> list[FileRecord]:
        while self.waiting:
            self.waiting.popleft().result()
        if not self.has_real:
            self._part(False, NO_MONTH if self.table.day else "")
        for key in sorted(self.parts):
            self.records += self.parts.pop(key).close()
        return sorted(
            self.records, key=lambda record: (record.name.startswith(SIMULATED), record.name)
        )

    def _take(self, block: Any) -> None:
        rows = rows_from_csv(block, self.table) if isinstance(block, bytearray) else block
        for month, of_month in _by_month(rows, self.table):
            for is_simulated, chosen in _by_simulated(of_month, self.table):
                self._part(is_simulated, month).write(chosen, self.pools)

    def _part(self, is_simulated: bool, month: str) -> Part:
        key = (is_simulated, month)
        if key not in self.parts:
            self.has_real |= not is_simulated
            for earlier in [k for k in self.parts if k[1] < month and self.table.day]:
                self.records += self.parts.pop(earlier).close()
            self.parts[key] = Part(self.folder, self.table, is_simulated=is_simulated, month=month)
        return self.parts[key]


def _by_month(rows: Any, table: Table) -> Iterator[tuple[str, Any]]:
    """The rows of each month; they are sorted by day."""
    if not table.day:
        yield "", rows
        return
    days = column_whole(rows[table.day])
    start = 0
    while start < rows.num_rows:
        first: date = days[start].as_py()
        later = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        n = pc.sum(pc.less(days.slice(start), pa.scalar(later, pa.date32()))).as_py()
        yield f"{first:%Y-%m}", rows.slice(start, n)
        start += n


def _by_simulated(rows: Any, table: Table) -> Iterator[tuple[bool, Any]]:
    if not table.simulated:
        yield False, rows
        return
    column = rows[table.simulated]
    says = column if pa.types.is_boolean(column.type) else pc.equal(column, "simulated")
    n = pc.sum(says).as_py() or 0
    if n < rows.num_rows:
        yield False, rows if n == 0 else rows.filter(pc.invert(says))
    if n:
        yield True, rows if n == rows.num_rows else rows.filter(says)


def rows_to_blocks(rows: Iterable[Any], table: Table) -> Generator[Any, None, None]:
    """Rows of Python objects, as tables of the wire form."""
    schema = wire_schema(table)
    chunk: list[dict[str, Any]] = []
    n_characters = 0
    for row in rows:
        chunk.append(values := {c.name: value_of(row, c) for c in table.columns})
        n_characters += sum(len(value) for value in values.values() if isinstance(value, str))
        if len(chunk) >= CHUNK_ROWS or n_characters >= CHUNK_CHARACTERS:
            yield pa.Table.from_pylist(chunk, schema)
            chunk, n_characters = [], 0
    if chunk:
        yield pa.Table.from_pylist(chunk, schema)


def value_of(row: Any, column: Column) -> Any:
    """The column's value of a row, in the wire form; None anywhere on the path gives None."""
    value = row
    for part in column.path.split("."):
        if value is None:
            return None
        value = getattr(value, part)
    if column.type in ("list", "json") and value is not None:
        return json.dumps(value, sort_keys=True, ensure_ascii=False)
    return str(value) if isinstance(value, UUID) else value


def _may_be_missing(column: Column) -> bool:
    return column.is_nullable or (column.type == "text" and "may be empty" in column.description)


def _n_known(values: Any) -> int:
    values = column_whole(values)
    if values.type in TEXTS:
        values = by_value(values, lambda texts: pc.greater(pc.binary_length(texts), 0))
        return pc.sum(values).as_py() or 0
    return len(values) - int(values.null_count)
