"""The rolling windows of a finding's cell, as a page and a chart tell them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from backend.common.statements import Statement
from backend.findings.days import NOT_ABOVE, days_of
from backend.findings.models import Finding, Signal
from backend.findings.selectors import contributors_shown, signals_public

COLUMNS = ("window_start", "window_end", "observed", "expected", "n_reports", "ic", "ic_low",
           "ic_strict")  # fmt: skip


class Window(NamedTuple):
    """One window; the columns in their order, and last what may be told of `observed`."""

    window_start: date
    window_end: date
    observed: int
    expected: float
    n_reports: int
    ic: float
    ic_low: float
    ic_strict: float
    shown: int | None
    """Its contributors; None where they are fewer than five."""


def windows_public(finding: Finding) -> list[Window]:
    """The rolling windows of a finding's cell in the current run, oldest first; the longest of each
    week that is no longer than `window_weeks`. Those of a real model that lie outside the finding's days
    are among them where they draw no more than expected: others belong to other findings. One query.
    """
    cell = {"model": finding.model_id, "domain": finding.domain_id, "kind": finding.symptom_kind}
    if finding.is_simulated:
        rows = _SIMULATED(**cell)
    else:
        first, last = days_of(finding)
        rows = _REAL(**cell, first=first or date.min, last=last or date.max)
    days_max = timedelta(days=7 * finding.run.config.get("window_weeks", 8) - 1)
    longest: dict[date, Any] = {}
    for row in rows:
        if row[1] - row[0] <= days_max:
            longest[row[1]] = row
    return [Window._make([*row, contributors_shown(row[2])]) for row in longest.values()]


def _cell(model: str, domain: str, kind: str) -> QuerySet[Signal, Any]:
    rows = signals_public().filter(model_id=model, domain_id=domain, symptom_kind=kind)
    return rows.order_by("window_end", "-window_start").values_list(*COLUMNS)


_SIMULATED = Statement(_cell, model=str, domain=str, kind=str)
_REAL = Statement(
    # From the first and to the last day there is, where a finding has none.
    lambda first, last, **cell: _cell(**cell).filter(
        NOT_ABOVE | Q(window_end__gte=first, window_start__lte=last)
    ),
    model=str,
    domain=str,
    kind=str,
    first=date,
    last=date,
)
