"""Queries that are put together once: what many pages ask for costs PostgreSQL's answer and little else.

To put a query of the ORM together takes a millisecond or two of Python each time, and PostgreSQL takes
as long again to plan it. A `Statement` does both once: Python per process, PostgreSQL per connection.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from datetime import date
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

import psycopg
from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import BooleanField, F, Field, Func, QuerySet, Value
from psycopg import sql

T = TypeVar("T")

BY_ITSELF_NEVER = 2**31
"""So often another query of the connection must come before the driver prepares it of its own accord."""
PLACE = "%s"
_STANDING_IN: dict[Any, Callable[[int], Any]] = {
    UUID: lambda n: UUID(int=2**127 + n),
    date: lambda n: date(1, 1, 1 + n),
    int: lambda n: -987_654_000 - n,
    str: lambda n: f"\ue000 {n} \ue000",
    list[UUID]: lambda n: [UUID(int=2**126 + n)],
    list[int]: lambda n: [-987_654_000 - n],
    list[str]: lambda n: [f"\ue000 {n} \ue000"],
}
"""For each kind of value what stands for it while the query is put together."""


def is_among(name: str, values: Any, field: Field[Any, Any]) -> Func:
    """Whether a column has one of these values, however many: `IN` has a place for each."""
    listed = Value(values, output_field=ArrayField(field))
    # Joined to `column = ANY (values)`.
    return Func(F(name), listed, template="%(expressions)s)", arg_joiner=" = ANY (",
                output_field=BooleanField())  # fmt: skip


class Statement(Generic[T]):
    """A set of the ORM as a function of a few values. Safe to share between threads.

    `make` gets a value of each kind and returns the set; it is called once, so it may read nothing that
    changes: what does (the day above all) is a value too. Prefetches are not prepared. What a call
    returns is what iterating over the set would give.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, T]], **kinds: Any) -> None:
        self._make, self._kinds = make, kinds
        self._making = threading.Lock()
        self._made: tuple[QuerySet[Any, T], Any, str, dict[int, Any]] | None = None

    def __call__(self, **values: Any) -> list[T]:
        """The rows for these values, in one query."""
        made = self._made or self._put_together()
        queryset, compiler, text = made[0].all(), copy.copy(made[1]), made[2]

        def execute_sql(*_args: Any, **_options: Any) -> list[list[tuple[Any, ...]]]:
            return [fetched(text, values)]

        compiler.connection, compiler.execute_sql = connection, execute_sql
        compiler.get_converters = lambda _expressions: made[3]
        queryset.query.get_compiler = lambda *_args, **_options: compiler  # type: ignore[method-assign]
        return list(queryset)

    def first(self, **values: Any) -> T | None:
        """The first row, or None; the set must be cut to one by itself."""
        return next(iter(self(**values)), None)

    def text(self) -> str:
        """Its SQL, to stand in a longer one; `%(name)s` stands for a value."""
        return (self._made or self._put_together())[2]

    def _put_together(self) -> tuple[QuerySet[Any, T], Any, str, dict[int, Any]]:
        with self._making:
            if self._made is None:
                standing_in = {
                    name: _STANDING_IN[kind](n)
                    for n, (name, kind) in enumerate(self._kinds.items())
                }
                queryset = self._make(**standing_in)
                compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
                statement, parameters = compiler.as_sql()
                columns = [column for column, *_ in compiler.select[: compiler.col_count]]
                converters = compiler.get_converters(columns)
                text = _text(statement, parameters, standing_in)
                self._made = queryset, compiler, text, converters
            return self._made


def _text(statement: str, parameters: tuple[Any, ...], standing_in: dict[str, Any]) -> str:
    """The statement with named places for values; what is always the same is written out.

    So PostgreSQL still knows, whatever the values are, that an index over the released reports alone will do.
    """
    parts = statement.replace("%%", "\0").split(PLACE)
    found, missing = parts[0], set(standing_in)
    for value, rest in zip(parameters, parts[1:], strict=True):
        name = next((name for name, other in standing_in.items() if _is_same(value, other)), None)
        if name is None and isinstance(value, date):
            raise ValueError(f"a day in a statement must be a value of it: {value}")
        if name is None and any(str(other) in str(value) for other in standing_in.values()):
            raise ValueError(f"a value of a statement is part of another one: {value!r}")
        missing.discard(name or "")
        literal = sql.Literal(value).as_string(_raw_connection()) if name is None else ""
        found += (f"%({name})s" if name else literal.replace("%", "\0")) + rest
    if missing:
        raise ValueError(f"a statement never uses {sorted(missing)}")
    return found.replace("\0", "%%")


def _is_same(value: Any, other: Any) -> bool:
    return bool(value == other) and isinstance(value, type(other))


def fetched(text: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a text of SQL that is asked again and again; `%(name)s` stands for a value."""
    raw = _raw_connection()
    if raw.prepare_threshold is None:
        raw.prepare_threshold = BY_ITSELF_NEVER
    # Django's own wrapper, so that the query is counted, logged and its errors are Django's.
    with connection._prepare_cursor(_Preparing(raw)) as cursor:  # type: ignore[attr-defined]
        cursor.execute(text, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _raw_connection() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    return raw


class _Preparing(psycopg.Cursor[Any]):
    """Sends values apart from the statement, which the server keeps for the connection."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> _Preparing:
        super().execute(query, params, **{**options, "prepare": True})
        self._query = _Asked(query.encode())  # type: ignore[assignment] # where Django's log looks
        return self


class _Asked(NamedTuple):
    query: bytes
