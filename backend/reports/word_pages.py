"""Pages of reports with some words, quickly at any number of reports.

A frequent word is found by walking the newest reports; a rare one in the index of words, which knows
no days. The database guesses which it is, and walks through hundreds of thousands of long texts where
it guesses wrong. So the words are looked for among some of the newest reports first, then among
more, then among all: each step reads little, because a word with few hits in one step is not frequent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import DateField, F, Func, QuerySet

from backend.common.changes import kept
from backend.common.pagination import up_to
from backend.reports.models import Report
from backend.reports.selectors import reports_public

WINDOWS = (1_500, 30_000)
"""So many of the newest reports are looked through before all are."""
ORDER = ("-observed_on", "-id")
ABSENT = re.compile(r'-\s*("[^"]*"?|\S+)')
PRESENT = re.compile(r"\w")
MANY = 50_000
COUNTED_WINDOW = 20_000
"""Of words that the database takes to be in `MANY` reports, so many are looked through by days."""


class FirstRowsWithWords:
    """How `page_of` reads a page of public reports with these words, in the order of the lists."""

    def __init__(self, words: str, *, are_rare: bool = False, n_ids: int = 0) -> None:
        self._words, self._n_ids = words, n_ids
        self.are_rare = are_rare
        """Whether it is known that few reports have them: the newest of all could not fill a page."""
        self.ids: list[UUID] | None = None
        """Of all these reports, or of the newest `n_ids`, once all had to be looked through."""

    def __call__(
        self, queryset: QuerySet[Any], beyond: Any, order: tuple[str, ...], n: int
    ) -> list[Any]:
        for place, window in enumerate(() if self.are_rare else WINDOWS):
            edge = _edge(beyond, order, window)
            if edge is None:
                return list(queryset.order_by(*order)[:n])
            within = queryset.filter(up_to(Report, order, edge))
            rows = list(within.order_by(*_order(order, self._words, is_first=place == 0))[:n])
            if len(rows) == n:
                return rows
        self.are_rare = True
        all_order = _order(order, self._words, is_first=False)
        rows = list(queryset.order_by(*all_order)[: max(n, self._n_ids if beyond is None else 0)])
        self.ids = [row.pk for row in rows] if beyond is None else None
        return rows[:n]


def are_many_with_words(reports: QuerySet[Report], n: int) -> bool:
    """Whether the newest public reports alone have n of these: then nobody need count the others.

    False where the index of words counts faster, by the database's estimate.
    """
    if json.loads(reports.order_by().explain(format="json"))[0]["Plan"]["Plan Rows"] < MANY:
        return False
    edge = _edge(None, ORDER, COUNTED_WINDOW)
    if edge is None:
        return False
    newest = reports.filter(up_to(Report, ORDER, edge)).order_by(*ORDER).values_list("id")
    return len(newest[:n]) == n


def _edge(beyond: Any, order: tuple[str, ...], n: int) -> tuple[Any, ...] | None:
    """The keys of the nth public report in this order, from an index alone; None if there is none.

    From the newest on, they are kept: a bound that is some seconds old serves as well.
    """
    if beyond is None:
        return kept.find(("edge", order, n), lambda: _edge_of(reports_public(), order, n))
    return _edge_of(reports_public().filter(beyond), order, n)


def _edge_of(reports: QuerySet[Report], order: tuple[str, ...], n: int) -> tuple[Any, ...] | None:
    keys = reports.order_by(*order).values_list(*(name.lstrip("-") for name in order))
    return next(iter(keys[n - 1 : n]), None)


def _order(order: tuple[str, ...], words: str, *, is_first: bool) -> Sequence[Any]:
    """The same order; after the first step in a form that keeps the database from walking.

    Not where words must be absent and none present: what lacks a word is found by walking alone.
    """
    if is_first or not PRESENT.search(ABSENT.sub(" ", words)):
        return order
    first, *rest = order
    day = Func(
        F(first.lstrip("-")), template="(%(expressions)s + 0)", output_field=DateField()
    )  # an expression that no index is sorted by
    return [day.desc() if first.startswith("-") else day.asc(), *rest]
