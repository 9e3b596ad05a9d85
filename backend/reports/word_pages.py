"""Pages of reports with some words, quickly at any number of reports.

A frequent word is found by walking the newest reports; a rare one in the index of words, which knows
no days. The database guesses which it is, and walks through hundreds of thousands of long texts where
it guesses wrong. So the words are looked for among some of the newest reports first, then among
more, then among all: each step reads little, because a word with few hits in one step is not frequent.
A step is left out where it would find nothing, and what is looked at as a whole is counted on the way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import F, Func, IntegerField, QuerySet, Value
from django.db.models.lookups import LessThan

from backend.common.changes import kept
from backend.common.pagination import up_to
from backend.reports.filters import COLUMNS, ReportChoice, reports_chosen
from backend.reports.looking import COUNTED_COLUMNS, Counted, CountedSet, counted_in, unwalked
from backend.reports.models import SEARCHED_WITHIN, Report
from backend.reports.search import (
    SAMPLED_BELOW,
    SAMPLED_OF,
    SEQUENCE,
    WORD_REPORTS_SURE,
    reports_with_words,
    words_counted,
)
from backend.reports.selectors import provenances_kept, reports_public

WINDOWS = (1_500, 6_000, 30_000)
"""So many of the newest reports are looked through before all are."""
COUNTED_WITH_WORDS_MAX = 1_000
"""Reports with words are counted up to here: each must be read, a thousand in 30 ms, ten thousand in 300."""
RARE_MAX = 100
"""A word that fewer of the latest reports had when words were last counted is in few reports."""
KNOWN_MANY = max(2 * COUNTED_WITH_WORDS_MAX, WORD_REPORTS_SURE)
"""A word that more of the latest reports had is in more than are counted."""
ORDER = ("-observed_on", "-id")
ABSENT = re.compile(r'-\s*("[^"]*"?|\S+)')
PRESENT = re.compile(r"\w")
FEW_MAX = 2_500
"""Where the database expects no more, all are looked at for a page, which are then counted as well."""
_IN_SAMPLE = LessThan(
    Func(F("id"), template="get_byte(uuid_send(%(expressions)s), 15)", output_field=IntegerField()),
    Value(SAMPLED_BELOW),
)
"""The sample: an index has the words and filters of these alone (migrations/0013)."""
_CHOSEN_BY = ("id", "state", "public_from", "observed_on", "site_id", "model_id", "domain_stated_id",
              "is_silent", "severity", "tier", "provenance")  # fmt: skip
"""The columns that `reports_chosen` asks for."""


class WordSearch(CountedSet):
    """Public reports with some words, and filters beside them: pages of them, and how many they are.

    `by`: the dimensions that are counted, if any are; the first page of few reports is then read with
    their numbers. `is_rare`: whether it is known that few have these words.
    """

    def __init__(
        self, choice: ReportChoice, *, by: Sequence[str] = (), is_rare: bool = False
    ) -> None:
        found = reports_chosen(reports_public(), choice)
        super().__init__(found, COUNTED_WITH_WORDS_MAX, by)
        self._choice, self._is_known_rare = choice, is_rare

    def first_rows(
        self, queryset: QuerySet[Any], beyond: Any, order: tuple[str, ...], n: int
    ) -> list[Any]:
        """How `page_of` reads a page, in the order of the lists."""
        if not all(self._choice.given.values()):
            return []  # another vendor's model: no SQL says that
        is_first_page = beyond is None
        for window in self._windows(n, is_counted=is_first_page and bool(self._by)):
            edge = _edge(beyond, order, window)
            if edge is None:
                return list(queryset.order_by(*order)[:n])
            within = queryset.filter(up_to(Report, order, edge))
            is_walked = window == WINDOWS[0]
            rows = list(within.order_by(*self._order(order, is_walked=is_walked))[:n])
            if len(rows) == n:
                return rows
        if is_first_page and self._by:
            self._found = self._look(order, n_newest=n)
            return self._found.newest
        return list(queryset.order_by(*self._order(order, is_walked=False))[:n])

    def counted(self) -> Counted:
        """How many they are, and how many have each value."""
        if self._found is None and self._are_many():
            self._found = Counted(None, None)
        return super().counted()

    def _windows(self, n: int, *, is_counted: bool) -> list[int]:
        """Where to look for n first: only where a quarter more may be expected.

        Nowhere, if they are so few that all are looked at to be counted.
        """
        if self._is_rare:
            return []
        if not self._is_in_sample:
            return list(WINDOWS)
        if is_counted and self._n_expected <= FEW_MAX:
            return []
        n_public = sum(provenances_kept().values())
        return [window for window in WINDOWS if self._n_expected * window >= 1.25 * n * n_public]

    @cached_property
    def _is_rare(self) -> bool:
        """Whether one of the words is in few reports."""
        return self._is_known_rare or min(self._n_of_words, default=RARE_MAX) < RARE_MAX

    @cached_property
    def _n_of_words(self) -> list[int]:
        words = self._choice.words
        return kept.find(("n_of_words", words), lambda: words_counted(words))

    @cached_property
    def _n_expected(self) -> int:
        """How many the database takes these to be."""
        return _n_estimated(self._reports)

    @property
    def _is_in_sample(self) -> bool:
        """Whether the index of the sample has what is searched for."""
        return not SEQUENCE.search(self._choice.words) and self._is_any_present

    @cached_property
    def _is_any_present(self) -> bool:
        """Whether words must be in a text, not only absent from it."""
        return PRESENT.search(ABSENT.sub(" ", self._choice.words)) is not None

    def _are_many(self) -> bool:
        """Whether they are known to be more than are counted; False says nothing.

        A sample has that many of what is SAMPLED_OF times as frequent, and is asked where the database
        expects a quarter more.
        """
        n = self._limit + 1
        if self._is_rare or not self._is_in_sample:
            return False
        numbers = self._n_of_words
        if self._choice.is_of_words_alone and len(numbers) == 1 and numbers[0] > KNOWN_MANY:
            return True
        if self._n_expected < 1.25 * n * SAMPLED_OF:
            return False
        sample = reports_public().filter(_IN_SAMPLE)
        if _is_in_index_of_words(self._choice):  # the index has both
            found = reports_chosen(sample, self._choice).order_by().values("id")[:n]
            sql, values = found.query.sql_with_params()
        else:
            sql, values = words_first(self._choice, "id", n=n, among=sample)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({sql}) s", values)  # noqa: S608 - by the ORM
            ((n_found,),) = cursor.fetchall()
        return bool(n_found == n)

    def _look(self, order: tuple[str, ...] = (), *, n_newest: int = 0) -> Counted:
        if not self._is_rare:
            return super()._look(order, n_newest=n_newest)
        n = self._limit + 1
        sql, values = words_first(self._choice, *COUNTED_COLUMNS, n=n, order=order)
        return counted_in(sql, values, self._limit, self._by, n_newest=n_newest)

    def _order(self, order: tuple[str, ...], *, is_walked: bool) -> Sequence[Any]:
        """The same order, in a form that keeps the database from walking where it should not.

        Not where words must be absent and none present: what lacks a word is found by walking alone.
        """
        return order if is_walked or not self._is_any_present else unwalked(order)


def words_first(
    choice: ReportChoice,
    *columns: str,
    n: int,
    among: QuerySet[Report] | None = None,
    order: Sequence[str] = (),
) -> tuple[str, tuple[Any, ...]]:
    """SQL for these columns of n public reports of a choice with words; and its values.

    What has the words is looked up alone, then filtered. Left to itself, the database also lists all reports
    of a site, to find those that both lists have: 30 ms, for a word that one report has.
    """
    found = reports_with_words(reports_public() if among is None else among, choice.words)
    words_sql, words_values = found.order_by().values(*_CHOSEN_BY).query.sql_with_params()
    chosen = reports_chosen(reports_public(), replace(choice, words=""))
    sql, values = chosen.order_by(*order).values(*columns)[:n].query.sql_with_params()
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
