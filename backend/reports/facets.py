"""Numbers beside the list of reports: how many match, and how many of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from backend.common.changes import kept
from backend.reports.filters import ReportChoice, reports_chosen
from backend.reports.models import Report
from backend.reports.search import WORD_REPORTS_SURE, words_counted
from backend.reports.selectors import reports_public
from backend.reports.tallies import ANY, Key, tally_public, values_of
from backend.reports.tally_sql import COLUMNS, SYMPTOM
from backend.reports.word_pages import FirstRowsWithWords, are_many_with_words, words_first

COUNTED_MAX = 10_000
"""What the tally can't tell is counted up to here; beyond, a page says "more than"."""
COUNTED_WITH_WORDS_MAX = 1_000
"""The same for words: each report must be read, a thousand in 30 ms, ten thousand in 300."""
COUNTED_BY_VALUE_MAX = 2_000
"""Of so many reports it is also counted how many have each value: that looks at three tables."""
RARE_MAX = 100
"""A word that fewer of the latest reports had when words were last counted is in few reports."""
COUNTED_COLUMNS = (
    "id", "site_id", "model_id", "domain_stated_id", "is_silent", "severity", "tier", "provenance",
    "observed_on",
)  # fmt: skip
FACETS = ("site", "model", "domain", "counted", SYMPTOM, "kind", "severity", "tier", "provenance",
          "month")  # fmt: skip


@dataclass(frozen=True)
class Facets:
    """How many reports match (None: more than `limit`), and per dimension how many each value has.

    A dimension that is filtered by shows what its other values would give, where the tally tells that;
    otherwise only what was chosen. Numbers that are not known are None; the values are then those that
    any public report has.
    """

    n_reports: int | None
    values: dict[str, dict[str, int | None]]
    limit: int = COUNTED_MAX

    @property
    def is_counted(self) -> bool:
        """Whether every number is known."""
        return all(n is not None for row in self.values.values() for n in row.values())


def facets_public(
    choice: ReportChoice,
    within: QuerySet[Report] | None = None,
    *,
    looked: FirstRowsWithWords | None = None,
    by: Sequence[str] = FACETS,
) -> Facets:
    """Numbers of the public reports that are chosen, of all or of those `within` a smaller set.

    `within` must start from `reports_public()`. `looked`: what has read the page of rows with these
    words. `by`: the dimensions that are counted; one that all of them share is no choice. One query where
    the tally knows, two where it doesn't.
    """
    given = choice.given
    is_tallied = within is None and not choice.words  # of words the tally knows nothing
    tallied = tally_public(given, by=FACETS) if is_tallied else {}
    n_reports = _from_tally(choice, tallied) if within is None and choice.is_tallied else None
    values: dict[str, dict[str, int | None]] = {}
    if n_reports is not None and len(given) <= 2:
        for name in by:
            others = [other for other in given if other != name]
            if len(others) <= 1:
                values[name] = dict(values_of(tallied[others[0] if others else ""], name))
    if n_reports is not None and len(given) <= 1:
        return Facets(n_reports, values)
    limit = COUNTED_WITH_WORDS_MAX if choice.words else COUNTED_MAX
    if _is_impossible(given, tallied):
        return Facets(0, {name: values.get(name, {}) for name in by})
    if n_reports is None or n_reports <= COUNTED_BY_VALUE_MAX:
        n_reports, counted = _counted_of(choice, within, limit, looked, by)
        if counted is not None:
            for name in by:
                if name not in values:
                    values[name] = _within(given, counted, name)
            return Facets(n_reports, values, limit)
    if within is None and not tallied:
        tallied = kept.find(("tally", FACETS), lambda: tally_public({}, by=FACETS))
    unknown = tallied.get("", Counter())
    for name in by:
        if name not in values:
            values[name] = dict.fromkeys(values_of(unknown, name))
    return Facets(n_reports, values, limit)


def _is_impossible(given: Mapping[str, Sequence[str]], tallied: dict[Any, Counter[Any]]) -> bool:
    """Whether no report has these values: another vendor's model, or one or two that the tally knows."""
    if not all(given.values()):
        return True
    if not tallied:
        return False
    return any(
        not any(tallied[one][other, value] for value in given[other])
        for one in given
        for other in given
        if one != other
    ) or any(not tallied[one][ANY] for one in given)


def _from_tally(choice: ReportChoice, tallied: dict[Any, Counter[Any]]) -> int | None:
    """The number of reports, if the tally knows it: with filters by up to two dimensions."""
    match list(choice.given):
        case []:
            return tallied[""][ANY]
        case [one]:
            return tallied[one][ANY]
        case [one, two]:
            return sum(tallied[one][two, value] for value in choice.given[two])
    return None


def _within(
    given: Mapping[str, Sequence[str]], counted: Counter[Key] | None, name: str
) -> dict[str, int | None]:
    """How many of the reports that were chosen have each value of a dimension, as far as it was chosen.

    A report has several symptoms: how many have another one besides is not what that one would give.
    """
    values = values_of(counted or Counter(), name)
    return {value: n for value, n in values.items() if name not in given or value in given[name]}


def facets_of_few(
    ids: Collection[UUID], choice: ReportChoice, *, by: Sequence[str] = FACETS
) -> Facets:
    """Numbers of these public reports, where a page has shown that no others match. One query."""
    n_reports, counted = (
        _counted(reports_public().filter(pk__in=ids), COUNTED_MAX, by) if ids else (0, Counter())
    )
    return Facets(n_reports, {name: _within(choice.given, counted, name) for name in by})


def _counted_of(
    choice: ReportChoice,
    within: QuerySet[Report] | None,
    limit: int,
    looked: FirstRowsWithWords | None,
    by: Sequence[str],
) -> tuple[int | None, Counter[Key] | None]:
    """What `_counted` says of the reports that are chosen; None for words that very many have."""
    if looked is not None and looked.ids is not None:  # they were all found for the page of rows
        if len(looked.ids) > limit:
            return None, None
        return _counted(reports_public().filter(pk__in=looked.ids), limit, by)
    if within is not None or not choice.words:
        among = reports_public() if within is None else within
        return _counted(reports_chosen(among, choice), limit, by)
    numbers = words_counted(choice.words)
    if numbers and min(numbers) < RARE_MAX:
        sql, values = words_first(choice, *COUNTED_COLUMNS, n=limit + 1)
        return _counted_in(sql, values, limit, by)
    is_frequent = len(numbers) == 1 and numbers[0] > max(2 * limit, WORD_REPORTS_SURE)
    if (is_frequent and choice.is_of_words_alone) or (
        not (looked and looked.are_rare) and are_many_with_words(choice, limit + 1)
    ):
        return None, None
    return _counted(reports_chosen(reports_public(), choice), limit, by)


def _counted(
    chosen: QuerySet[Report], limit: int, by: Sequence[str]
) -> tuple[int | None, Counter[Key] | None]:
    """How many reports these are and how many have each value, by looking; None for what are too many."""
    limited = chosen.order_by().values(*COUNTED_COLUMNS)[: limit + 1]
    sql, values = limited.query.sql_with_params()
    return _counted_in(sql, values, limit, by)


def _counted_in(
    sql: str, parameters: tuple[Any, ...], limit: int, by: Sequence[str]
) -> tuple[int | None, Counter[Key] | None]:
    """The same of the rows of a query, which ends one row beyond the limit."""
    names = [name for name in by if name != SYMPTOM]
    found: Counter[Key] = Counter()
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
            ),
            parameters,
        )
        for *values, n in cursor.fetchall():
            pairs = [
                (name, value)
                for name, value in zip([*names, SYMPTOM], values, strict=True)
                if value is not None
            ]
            found[pairs[0] if pairs else ANY] += n
    n_reports = found[ANY]
    return (
        n_reports if n_reports <= limit else None,
        found if n_reports <= by_value_max else None,
    )


_COUNTED = """
WITH r AS MATERIALIZED ({chosen}), total AS MATERIALIZED (SELECT count(*) AS n FROM r),
facts ({names}) AS (
  SELECT {columns} FROM r LEFT JOIN reports_counteddomain c ON c.report_id = r.id
  WHERE (SELECT n FROM total) <= {by_value_max}
)
SELECT {names}, NULL, count(*) FROM facts GROUP BY GROUPING SETS ({sets})
UNION ALL
SELECT {nulls}, symptom_id, count(*) FROM reports_report_symptoms JOIN r ON report_id = r.id
WHERE (SELECT n FROM total) <= {by_value_max} GROUP BY symptom_id
UNION ALL
SELECT {nulls}, NULL, n FROM total
"""
