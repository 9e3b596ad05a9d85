"""Each cell's last stored window inside a period, found cell by cell in an index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from backend.findings import selectors
from backend.findings.models import Signal
from backend.findings.sides import Period

Cell = tuple[str, str, str]
"""A model, a domain, and the kind of symptoms."""


@dataclass(frozen=True)
class LastWindow:
    """The last window of a cell in a period."""

    signal: int
    observed: int


def last_windows_public(
    periods: tuple[Period, ...], *, model: str | None = None, domain: str | None = None
) -> list[dict[Cell, LastWindow]]:
    """By cell, for each period, the last window inside it that at least five contributors stand behind.

    No longer than the run's `window_weeks`; of those that end on one day the longest. One query, that
    reads as many rows as there are cells, however many windows they have; two with the run.
    """
    found: list[dict[Cell, LastWindow]] = [{} for _ in periods]
    run = selectors.run_current()
    if run is None:
        return found
    parts: list[str] = []
    parameters: list[Any] = [run.pk, run.pk]
    for place, period in enumerate(periods):
        sql, values = _windows_in(period, run).query.sql_with_params()
        parts.append(_PART.format(place=place, windows=sql))
        parameters += [*values, model, model, domain, domain]
    with connection.cursor() as cursor:
        cursor.execute(_CELLS + " UNION ALL ".join(parts), parameters)
        for place, signal, observed, *cell in cursor.fetchall():
            found[place][cell[0], cell[1], cell[2]] = LastWindow(signal, observed)
    return found


def _windows_in(period: Period, run: Any) -> QuerySet[Signal, Any]:
    days_max = timedelta(days=7 * run.config.get("window_weeks", 8) - 1).days
    windows = selectors.signals_public().filter(
        run=run.pk,
        window_start__gte=period.first,
        window_end__lte=period.last,
        observed__gte=selectors.CONTRIBUTORS_SHOWN_MIN,
    )
    return (
        windows.extra(where=[_SAME, "window_end - window_start <= %s"], params=[days_max])  # noqa: S610 - constants
        .order_by("-window_end", "window_start")
        .values_list("pk", "observed")[:1]
    )


# The next cell is looked up in an index from the last one on: PostgreSQL has no other way to skip.
_CELLS = """
WITH RECURSIVE cells(model, domain, kind) AS (
  (SELECT model_id, domain_id, symptom_kind FROM findings_signal WHERE run_id = %s
   ORDER BY model_id, domain_id, symptom_kind LIMIT 1)
  UNION ALL
  SELECT later.* FROM cells, LATERAL (
    SELECT model_id, domain_id, symptom_kind FROM findings_signal
    WHERE run_id = %s AND (model_id, domain_id, symptom_kind) > (model, domain, kind)
    ORDER BY model_id, domain_id, symptom_kind LIMIT 1
  ) later
)
"""
_SAME = (
    "findings_signal.model_id = cells.model AND findings_signal.domain_id = cells.domain"
    " AND findings_signal.symptom_kind = cells.kind"
)
_PART = """
SELECT {place}, last.*, cells.* FROM cells, LATERAL ({windows}) last(id, observed)
WHERE (%s::text IS NULL OR cells.model = %s) AND (%s::text IS NULL OR cells.domain = %s)
"""
