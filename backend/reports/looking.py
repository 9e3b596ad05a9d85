"""Public reports counted by looking at them: what no tally knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import DateField, F, Func, QuerySet

from backend.reports.models import Report
from backend.reports.tallies import ANY, Key
from backend.reports.tally_sql import COLUMNS, SYMPTOM

COUNTED_BY_VALUE_MAX = 2_000
"""Of so many reports it is also counted how many have each value: that looks at three tables."""
COUNTED_COLUMNS = (
    "id", "site_id", "model_id", "domain_stated_id", "is_silent", "severity", "tier", "provenance",
    "observed_on",
)  # fmt: skip


class Row(NamedTuple):
    """A report as a list knows it before it is read."""

    id: UUID
    observed_on: date

    @property
    def pk(self) -> UUID:
        return self.id


class Counted(NamedTuple):
    """How many reports were found; None for more than the limit."""

    n_reports: int | None
    values: Counter[Key] | None
    """How many have each value; None where they are too many to be looked at."""
    newest: list[Row] = []
    """As many as were asked for."""


class CountedSet:
    """Public reports of a set: its first page is read with their numbers."""

    def __init__(self, reports: QuerySet[Report], limit: int, by: Sequence[str]) -> None:
        self._reports, self._limit, self._by = reports, limit, by
        self._found: Counted | None = None

    @property
    def is_counted(self) -> bool:
        """Whether `counted` asks nothing more."""
        return self._found is not None

    def first_rows(
        self, queryset: QuerySet[Any], beyond: Any, order: tuple[str, ...], n: int
    ) -> list[Any]:
        """How `page_of` reads a page."""
        if beyond is not None:
            return list(queryset.order_by(*order)[:n])
        self._found = self._look(order, n_newest=n)
        return self._found.newest

    def counted(self) -> Counted:
        """How many they are, and how many have each value."""
        if self._found is None:
            self._found = self._look()
        return self._found

    def _look(self, order: tuple[str, ...] = (), *, n_newest: int = 0) -> Counted:
        return counted(self._reports, self._limit, self._by, order=order, n_newest=n_newest)


def counted(
    chosen: QuerySet[Report],
    limit: int,
    by: Sequence[str],
    *,
    order: Sequence[str] = (),
    n_newest: int = 0,
) -> Counted:
    """How many reports these are, up to a limit, and how many of them have each value of `by`.

    With the newest, if they are wanted: then all are looked at, in this order.
    """
    ordered = chosen.order_by(*(unwalked(order) if n_newest else ()))
    try:
        sql, values = ordered.values(*COUNTED_COLUMNS)[: limit + 1].query.sql_with_params()
    except EmptyResultSet:  # another vendor's model: no SQL says that
        return Counted(0, Counter())
    return counted_in(sql, values, limit, by, n_newest=n_newest)


def unwalked(order: Sequence[str]) -> list[Any]:
    """The same order, in a form that no index is sorted by: the database then finds, and sorts what it found.

    Else it may walk through all reports in their order for the few that are wanted.
    """
    first, *rest = order
    day = Func(F(first.lstrip("-")), template="(%(expressions)s + 0)", output_field=DateField())
    return [day.desc() if first.startswith("-") else day.asc(), *rest]


def counted_in(
    sql: str, parameters: tuple[Any, ...], limit: int, by: Sequence[str], *, n_newest: int = 0
) -> Counted:
    """The same of the rows of a query, which has COUNTED_COLUMNS and ends one row beyond the limit.

    The `n_newest` are the newest of all where that query begins with the newest.
    """
    names = [name for name in by if name != SYMPTOM]
    found: Counter[Key] = Counter()
    newest: list[Row] = []
    by_value_max = min(limit, COUNTED_BY_VALUE_MAX)
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNTED.format(
                chosen=sql,
                columns=", ".join(COLUMNS[name].format(counted="c.domain") for name in names),
                names=", ".join(names),
                sets=", ".join(f"({name})" for name in names),
                nulls=", ".join(["NULL"] * len(names)),
                by_value_max=by_value_max,
                n_newest=n_newest,
            ),
            parameters,
        )
        for pk, day, *values, n in cursor.fetchall():
            if pk is not None:
                newest.append(Row(pk, day))
                continue
            pairs = [
                (name, value)
                for name, value in zip([*names, SYMPTOM], values, strict=True)
                if value is not None
            ]
            found[pairs[0] if pairs else ANY] += n
    n_reports = found[ANY]
    return Counted(
        n_reports if n_reports <= limit else None,
        found if n_reports <= by_value_max else None,
        newest,
    )


_COUNTED = """
WITH r AS MATERIALIZED ({chosen}), total AS MATERIALIZED (SELECT count(*) AS n FROM r),
facts ({names}) AS (
  SELECT {columns} FROM r LEFT JOIN reports_counteddomain c ON c.report_id = r.id
  WHERE (SELECT n FROM total) <= {by_value_max}
)
SELECT NULL::uuid, NULL::date, {names}, NULL, count(*) FROM facts GROUP BY GROUPING SETS ({sets})
UNION ALL
SELECT NULL, NULL, {nulls}, symptom_id, count(*) FROM reports_report_symptoms JOIN r ON report_id = r.id
WHERE (SELECT n FROM total) <= {by_value_max} GROUP BY symptom_id
UNION ALL
SELECT NULL, NULL, {nulls}, NULL, n FROM total
UNION ALL
(SELECT id, observed_on, {nulls}, NULL, NULL FROM r ORDER BY observed_on DESC, id DESC LIMIT {n_newest})
"""
