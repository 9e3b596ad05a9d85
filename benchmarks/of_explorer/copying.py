"""Rows into tables by PostgreSQL's binary COPY, by the models' own columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from pgvector.psycopg import register_vector

SUPERUSER = "postgres"
"""Role of the embedded server that may switch foreign keys off: the loader makes both ends itself."""


@dataclass(frozen=True)
class Target:
    """A table, the columns that rows give in this order, and those that are the same in each."""

    table: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    constants: tuple[Any, ...] = ()

    def statement(self) -> str:
        names = ", ".join(f'"{name}"' for name in self.columns)
        return f'COPY "{self.table}" ({names}) FROM STDIN (FORMAT BINARY)'


def target_of(model: Any, columns: Sequence[str]) -> Target:
    """The table of a Django model. Columns that rows do not give get the field's own default."""
    from django.db import connection

    fields = {field.column: field for field in model._meta.concrete_fields}
    missing = [
        name for name, field in fields.items() if name not in columns and not field.db_returning
    ]
    order = [*columns, *missing]
    types = [fields[name].db_type(connection).partition("(")[0] for name in order]
    return Target(
        table=model._meta.db_table,
        columns=tuple(order),
        types=tuple(types),
        constants=tuple(fields[name].get_default() for name in missing),
    )


def connect(parameters: dict[str, str]) -> psycopg.Connection[Any]:
    """A connection for loading: no foreign keys checked, no waiting for the disk at each commit."""
    connection = psycopg.connect(**parameters | {"user": SUPERUSER})  # type: ignore[arg-type]
    register_vector(connection)
    connection.execute("SET session_replication_role = replica")
    connection.execute("SET synchronous_commit = off")
    connection.commit()
    return connection


def copy_rows(
    connection: psycopg.Connection[Any], target: Target, rows: Iterable[tuple[Any, ...]]
) -> None:
    """Write the rows; the caller commits."""
    with connection.cursor() as cursor, cursor.copy(target.statement()) as copy:
        copy.set_types(target.types)
        for row in rows:
            copy.write_row(row + target.constants)


@contextmanager
def indexes_apart(connection: psycopg.Connection[Any], tables: Sequence[str]) -> Iterator[None]:
    """Without the indexes of these tables that no constraint needs; they are made again at the end.

    Also where the work between fails: an index that is missing would be missed much later.
    """
    found = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname NOT IN "
        "(SELECT conname FROM pg_constraint)",
        [list(tables)],
    ).fetchall()
    for name, _ in found:
        connection.execute(f'DROP INDEX "{name}"')
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute("SET maintenance_work_mem = '3GB'")
        connection.execute("SET max_parallel_maintenance_workers = 2")
        for _, definition in found:
            connection.execute(definition)
            connection.commit()
