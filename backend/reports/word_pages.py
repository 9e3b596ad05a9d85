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
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import DateField, F, Func, IntegerField, QuerySet, Value
from django.db.models.lookups import LessThan

from backend.common.changes import kept
from backend.common.pagination import up_to
from backend.reports.filters import COLUMNS, ReportChoice, reports_chosen
from backend.reports.models import SEARCHED_WITHIN, Report
from backend.reports.search import SEQUENCE, reports_with_words
from backend.reports.selectors import reports_public

WINDOWS = (1_500, 30_000)
"""So many of the newest reports are looked through before all are."""
ORDER = ("-observed_on", "-id")
ABSENT = re.compile(r'-\s*("[^"]*"?|\S+)')
PRESENT = re.compile(r"\w")
SAMPLED_OF = 8
_IN_SAMPLE = LessThan(
    Func(F("id"), template="get_byte(uuid_send(%(expressions)s), 15)", output_field=IntegerField()),
    Value(256 // SAMPLED_OF),
)
"""Every eighth report, by chance; an index has the words and filters of these alone (migrations/0013)."""
_CHOSEN_BY = ("id", "state", "public_from", "observed_on", "site_id", "model_id", "domain_stated_id",
              "is_silent", "severity", "tier", "provenance")  # fmt: skip
"""The columns that `reports_chosen` asks for."""


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


def are_many_with_words(choice: ReportChoice, n: int) -> bool:
    """Whether a sample has n public reports of these words and filters: then nobody need count the others.

    False says nothing: they must be some n times SAMPLED_OF for the sample to have n, and it is asked where
    the database expects a quarter more.
    """
    if SEQUENCE.search(choice.words) or not _is_any_present(choice.words):
        return False  # the index of the sample does not tell
    if _n_estimated(reports_chosen(reports_public(), choice)) < 1.25 * n * SAMPLED_OF:
        return False
    sample = reports_public().filter(_IN_SAMPLE)
    if _is_in_index_of_words(choice):  # the index has both
        found = reports_chosen(sample, choice).order_by().values("id")[:n]
        sql, values = found.query.sql_with_params()
    else:
        sql, values = words_first(choice, "id", n=n, among=sample)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql}) s", values)  # noqa: S608 - by the ORM
        ((n_found,),) = cursor.fetchall()
    return bool(n_found == n)


def words_first(
    choice: ReportChoice, *columns: str, n: int, among: QuerySet[Report] | None = None
) -> tuple[str, tuple[Any, ...]]:
    """SQL for these columns of n public reports of a choice with words, in no order; and its values.

    What has the words is looked up alone, then filtered. Left to itself, the database also lists all reports
    of a site, to find those that both lists have: 30 ms, for a word that one report has.
    """
    found = reports_with_words(reports_public() if among is None else among, choice.words)
    words_sql, words_values = found.order_by().values(*_CHOSEN_BY).query.sql_with_params()
    chosen = reports_chosen(reports_public(), replace(choice, words=""))
    sql, values = chosen.order_by().values(*columns)[:n].query.sql_with_params()
    # For what follows, the table is what was found in it.
    return f'WITH "reports_report" AS MATERIALIZED ({words_sql}) {sql}', (*words_values, *values)


def _is_in_index_of_words(choice: ReportChoice) -> bool:
    """Whether one of the filters asks for one value of a column that the index of words has."""
    return any(
        COLUMNS.get(dimension) in SEARCHED_WITHIN and len(values) == 1
        for dimension, values in choice.given.items()
    )


def _n_estimated(reports: QuerySet[Report]) -> int:
    """How many the database takes these to be."""
    plan = json.loads(reports.only("id").order_by().explain(format="json"))[0]["Plan"]
    return int(plan["Plan Rows"])


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
    if is_first or not _is_any_present(words):
        return order
    first, *rest = order
    day = Func(
        F(first.lstrip("-")), template="(%(expressions)s + 0)", output_field=DateField()
    )  # an expression that no index is sorted by
    return [day.desc() if first.startswith("-") else day.asc(), *rest]


def _is_any_present(words: str) -> bool:
    """Whether a search has words that must be in a text, not only such as must be absent."""
    return PRESENT.search(ABSENT.sub(" ", words)) is not None
