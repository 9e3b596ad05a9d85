"""Rows out of PostgreSQL in constant memory: COPY, in blocks of whole rows."""

from __future__ import annotations

import select
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import OperationalError, connection, transaction
from django.db.models import F, Func, JSONField, QuerySet, TextField
from django.db.models.functions import Cast
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn

from backend.exports.shape import Column, Table

BLOCK_BYTES, BLOCK_ROWS = 4 * 1024 * 1024, 5_000
"""So much text makes a block, or so many rows: JSON names each column in each of them. A single row may
be larger."""


def statement_of(rows: QuerySet[Any, Any], table: Table) -> str:
    """The query that gives exactly the columns of a table, of rows that a public door gave.

    The door's own conditions are in it, because it is compiled from the door's query.
    """
    exact = {f"_{number}": _value_of(column) for number, column in enumerate(table.columns)}
    chosen = rows.annotate(**exact).values_list(*exact)
    sql, parameters = chosen.query.sql_with_params()
    with connection.cursor() as cursor:
        return str(psycopg.ClientCursor(cursor.connection).mogrify(sql, parameters))


def _value_of(column: Column) -> Any:
    value: Any = F(column.path.replace(".", "__"))
    if column.type == "list":
        return Cast(Func(value, function="to_jsonb", output_field=JSONField()), TextField())
    return Cast(value, TextField()) if column.type == "json" else value


def blocks_of(statement: str) -> Generator[bytearray, None, None]:
    """What COPY says of a query, as CSV, in blocks of whole rows.

    libpq hands out row by row; nothing else is done for a single row than to append it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # a transaction begins with the first statement of a cursor
        pgconn = cursor.connection.pgconn
    yield from _copied(pgconn, f"COPY ({statement}) TO STDOUT (FORMAT CSV)".encode())


def _copied(pgconn: PGconn, command: bytes) -> Generator[bytearray, None, None]:
    ready = select.poll()
    ready.register(pgconn.socket, select.POLLIN)
    pgconn.send_query(command)
    while pgconn.flush():
        pass
    is_over = False
    try:
        _result(pgconn, ready, ExecStatus.COPY_OUT)
        block, n_rows = bytearray(), 0
        take = pgconn.get_copy_data
        while (taken := take(1))[0] >= 0:
            if taken[0]:
                block += taken[1]
                n_rows += 1
                if len(block) >= BLOCK_BYTES or n_rows == BLOCK_ROWS:
                    yield block
                    block, n_rows = bytearray(), 0
            else:
                ready.poll()
                pgconn.consume_input()
        is_over = True
        _result(pgconn, ready, ExecStatus.COMMAND_OK)
        if block:
            yield block
    finally:
        if not is_over:
            pgconn.get_cancel().cancel()
            while pgconn.get_copy_data(0)[0] > 0:
                pass
        while pgconn.get_result() is not None:
            pass


def _result(pgconn: PGconn, ready: select.poll, wanted: ExecStatus) -> None:
    while pgconn.is_busy():
        ready.poll()
        pgconn.consume_input()
    result = pgconn.get_result()
    if result is None or result.status != wanted:
        message = result.error_message.decode(errors="replace") if result else "no answer"
        raise OperationalError(f"COPY failed: {message.splitlines()[0] if message else ''}")


@contextmanager
def snapshot() -> Iterator[None]:
    """All that is read within is of one moment, and nothing is sorted that an index gives in order.

    Within another transaction it is that one's isolation which counts.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if is_outermost:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SET LOCAL jit = off")
        yield
