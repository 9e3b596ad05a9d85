"""Numbers beside the list of reports: how many match, and how many of each kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from backend.reports.filters import ReportChoice
from backend.reports.models import Report
from backend.reports.tallies import ANY, tally_public, values_of
from backend.reports.tally_sql import COLUMNS, SYMPTOM

COUNTED_MAX = 10_000
"""What the tally can't tell is counted up to here; beyond, a page says "more than"."""
FACETS = ("site", "model", "domain", "counted", SYMPTOM, "kind", "severity", "tier", "provenance",
          "month")  # fmt: skip


@dataclass(frozen=True)
class Facets:
    """How many reports match (None: more than COUNTED_MAX), and per dimension how many each value has.

    A dimension that is filtered by shows what its other values would give. Numbers that are not known
    are None; the values are then those that any public report has.
    """

    n_reports: int | None
    values: dict[str, dict[str, int | None]]


def facets_public(choice: ReportChoice, within: QuerySet[Report] | None = None) -> Facets:
    """Numbers of the public reports that are chosen, of all or of those `within` a smaller set.

    `within` must start from `reports_public()`. One query where the tally knows, two where it doesn't.
    """
    given = choice.given
    tallied = tally_public(given) if within is None else {}
    n_reports = _from_tally(choice, tallied) if within is None and choice.is_tallied else None
    values: dict[str, dict[str, int | None]] = {}
    if n_reports is not None and len(given) <= 2:
        for name in FACETS:
            others = [other for other in given if other != name]
            if len(others) <= 1:
                values[name] = dict(values_of(tallied[others[0] if others else ""], name))
    if n_reports is not None and len(given) <= 1:
        return Facets(n_reports, values)
    if n_reports is None or n_reports <= COUNTED_MAX:
        n_reports, counted = _counted(choice, within)
        if n_reports is not None:
            for name in FACETS:
                if name not in values:
                    values[name] = dict(values_of(counted, name))
            return Facets(n_reports, values)
    unknown = tallied.get("", Counter())
    for name in FACETS:
        if name not in values:
            values[name] = dict.fromkeys(values_of(unknown, name))
    return Facets(n_reports, values)


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


def _counted(
    choice: ReportChoice, within: QuerySet[Report] | None
) -> tuple[int | None, Counter[tuple[str, str]]]:
    """The same by looking at up to COUNTED_MAX reports; None and nothing if there are more."""
    from backend.reports.filters import reports_chosen
    from backend.reports.selectors import reports_public

    chosen = reports_chosen(reports_public() if within is None else within, choice)
    limited = chosen.order_by().values(
        "id", "site_id", "model_id", "domain_stated_id", "is_silent", "severity", "tier",
        "provenance", "observed_on",
    )[: COUNTED_MAX + 1]  # fmt: skip
    sql, parameters = limited.query.sql_with_params()
    names = [name for name in FACETS if name != SYMPTOM]
    found: Counter[tuple[str, str]] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNTED.format(
                chosen=sql,
                columns=", ".join(COLUMNS[name].format(counted="c.domain") for name in names),
                names=", ".join(names),
                sets=", ".join(f"({name})" for name in names),
                nulls=", ".join(["NULL"] * len(names)),
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
    return (n_reports, found) if n_reports <= COUNTED_MAX else (None, Counter())


_COUNTED = """
WITH r AS MATERIALIZED ({chosen}), facts ({names}) AS (
  SELECT {columns} FROM r LEFT JOIN reports_counteddomain c ON c.report_id = r.id
)
SELECT {names}, NULL, count(*) FROM facts GROUP BY GROUPING SETS ((), {sets})
UNION ALL
SELECT {nulls}, symptom_id, count(*) FROM reports_report_symptoms JOIN r ON report_id = r.id
GROUP BY symptom_id
"""
