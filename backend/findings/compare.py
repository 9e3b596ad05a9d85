"""Two models, or two periods, side by side: stored numbers, and no verdict that no run came to.

A run judges each model against what its vendor and its subject explain, never against another model.
So side by side says `insufficient` where one side has not enough data, and `not_compared` otherwise.
Only where the run compared the two on graded answers there is a verdict: in `comparisons`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q

from backend.catalogue import selectors as catalogue
from backend.common.statements import Statement
from backend.findings import selectors
from backend.findings.grid import grids_public
from backend.findings.last_windows import LastWindow, last_windows_public
from backend.findings.models import Comparison, Finding, Signal
from backend.findings.shares import share_interval
from backend.findings.sides import Period, Question
from backend.reports.counts import (
    PairCount,
    model_pair_counts_public,
    pair_counts_public,
    period_pair_counts_public,
)
from backend.reports.selectors import reports_public, reports_public_timely

QUIET = Finding.State.INSUFFICIENT
NOT_COMPARED = "not_compared"
WINDOWS_SHOWN = 50
Row = dict[str, Any]


def compared_public(question: Question) -> Row:
    """What is known of both sides, in the shape that page and API share."""
    return _models(question) if question.is_of_models else _periods(question)


# --- two models


def _models(question: Question) -> Row:
    sides = (question.left, question.right)
    domains = [question.domain] if question.domain else _domains(sides)
    pair = {"left": question.left.pk, "right": question.right.pk}
    cells = {(cell.model_id, cell.domain_id, cell.symptom_kind): cell for cell in _CELLS(**pair)}
    states = _states(_FINDINGS(**pair))
    return {
        "of": "models",
        "left": _model(question.left),
        "right": _model(question.right),
        "is_simulated": any(side.is_fictional for side in sides),
        "domain": question.domain,
        "cells": [
            _cell_pair(domain, kind, sides, cells, states)
            for domain in domains
            for kind in ("silent", "stated")
        ],
        "comparisons": _GRADED(**pair),
        **_reports(_of_models(question)),
    }


def _of_models(question: Question) -> PairCount:
    left, right = question.left.pk, question.right.pk
    if question.domain is None:
        return model_pair_counts_public(left=left, right=right)
    return pair_counts_public(
        reports_public(), left={"model": left}, right={"model": right}, domain=question.domain.pk
    )


def _model(model: Any) -> Row:
    return {
        "key": f"model:{model.pk}",
        "name": model.name,
        "vendor": model.vendor.name,
        "released_on": model.released_on,
        "is_simulated": model.is_fictional,
    }


def _domains(sides: tuple[Any, ...]) -> list[Any]:
    """Every domain that anything is known of: no gap depends on what a moderator holds."""
    grids = grids_public()
    named: frozenset[str] = frozenset().union(*(grids[s.is_fictional].domains for s in sides))
    return [leaf for leaf in catalogue.leaves_kept() if leaf.pk in named]


def _states(findings: Iterable[Any]) -> dict[tuple[str, str, str], Any]:
    """The firmest public finding of each cell; they come in that order."""
    found: dict[tuple[str, str, str], Any] = {}
    for finding in findings:
        found.setdefault((finding.model_id, finding.domain_id, finding.symptom_kind), finding)
    return found


_PAIR = {"left": str, "right": str}
_CELLS: Statement[Any] = Statement(
    lambda left, right: (
        selectors.cells_public()
        .filter(model__in=(left, right), is_simulated=F("model__is_fictional"))
        .values_list(
            "model_id", "domain_id", "symptom_kind", "n_contributors", "expected",
            "detectable_ratio", "n_ratings", "detectable_share", named=True,
        )
    ),
    **_PAIR,
)  # fmt: skip
_FINDINGS: Statement[Any] = Statement(
    lambda left, right: (
        selectors.findings_public()
        .filter(model__in=(left, right), merged_into=None)
        .values_list("pk", "model_id", "domain_id", "symptom_kind", "state", named=True)
    ),
    **_PAIR,
)
_GRADED: Statement[Comparison] = Statement(
    lambda left, right: selectors.comparisons_public().filter(
        Q(earlier=left, later=right) | Q(earlier=right, later=left)
    ),
    **_PAIR,
)


def _cell_pair(
    domain: Any, kind: str, sides: tuple[Any, ...], cells: dict[tuple[str, str, str], Any],
    states: dict[tuple[str, str, str], Any],
) -> Row:  # fmt: skip
    shown = []
    for side in sides:
        key = (side.pk, domain.pk, kind)
        shown.append(_cell(cells.get(key), states.get(key)))
    is_known = all(side["state"] != QUIET for side in shown)
    return {
        "domain": domain,
        "symptom_kind": kind,
        "left": shown[0],
        "right": shown[1],
        "verdict": NOT_COMPARED if is_known else str(QUIET),
    }


def _cell(cell: Any, finding: Any) -> Row:
    return {
        "state": finding.state if finding else str(QUIET),
        "finding": finding.pk if finding and finding.state != QUIET else None,
        "n_contributors": cell.n_contributors if cell else None,
        "expected": cell.expected if cell else None,
        "detectable_ratio": cell.detectable_ratio if cell else None,
        "n_ratings": cell.n_ratings if cell else None,
        "detectable_share": cell.detectable_share if cell else None,
    }


# --- two periods


def _periods(question: Question) -> Row:
    periods = (question.left, question.right)
    return {
        "of": "periods",
        "left": {"key": str(question.left), "first": periods[0].first, "last": periods[0].last},
        "right": {"key": str(question.right), "first": periods[1].first, "last": periods[1].last},
        "is_simulated": bool(question.model and question.model.is_fictional),
        "model": question.model,
        "domain": question.domain,
        "windows": _windows(question),
        "findings": _active(question),
        **_reports(_of_periods(question)),
    }


def _of_periods(question: Question) -> PairCount:
    left, right = ((side.first, side.last) for side in (question.left, question.right))
    if question.model is None and question.domain is None:
        return period_pair_counts_public(left=left, right=right)
    reports = reports_public_timely()
    if question.model:
        reports = reports.filter(model=question.model.pk)
    return pair_counts_public(
        reports,
        left={"observed_on__range": left},
        right={"observed_on__range": right},
        domain=question.domain.pk if question.domain else None,
    )


def _windows(question: Question) -> list[Row]:
    """Each cell's last stored window inside either period, if it has five contributors; most first."""
    left, right = last_windows_public(
        (question.left, question.right),
        model=question.model.pk if question.model else None,
        domain=question.domain.pk if question.domain else None,
    )
    keys = sorted(
        left.keys() | right.keys(),
        key=lambda key: (-max(_observed(left.get(key)), _observed(right.get(key))), key),
    )[:WINDOWS_SHOWN]
    wanted = [side[key].signal for side in (left, right) for key in keys if key in side]
    signals = selectors.signals_public().in_bulk(wanted)
    pairs = [[signals.get(side[key].signal) if key in side else None for side in (left, right)]
             for key in keys]  # fmt: skip
    return [_window_pair(*pair) for pair in pairs if any(pair)]


def _observed(window: LastWindow | None) -> int:
    return window.observed if window else 0


def _window_pair(left: Any, right: Any) -> Row:
    either = left or right  # one of them is there
    return {
        "model": either.model,
        "domain": either.domain,
        "symptom_kind": either.symptom_kind,
        "left": _window(left),
        "right": _window(right),
        "verdict": NOT_COMPARED if left and right else str(QUIET),
    }


def _window(signal: Signal | None) -> Row | None:
    if signal is None:
        return None
    return {
        "window_start": signal.window_start,
        "window_end": signal.window_end,
        "observed": selectors.contributors_shown(signal.observed),
        "expected": signal.expected,
        "ic": signal.ic,
        "ic_low": signal.ic_low,
    }


def _active(question: Question) -> list[Row]:
    """Public findings that were going on in a period, with those in which they were.

    What was refuted did not go on.
    """
    findings = selectors.findings_listed_public()
    findings = findings.exclude(state__in=(QUIET, Finding.State.REFUTED))
    if question.model:
        findings = findings.filter(model=question.model.pk)
    if question.domain:
        findings = findings.filter(domain=question.domain.pk)
    rows = [
        {
            "finding": finding,
            "left": _is_active(finding, question.left),
            "right": _is_active(finding, question.right),
        }
        for finding in findings
    ]
    return [row for row in rows if row["left"] or row["right"]]


def _is_active(finding: Any, period: Period) -> bool:
    """Whether an event was going on; one without an onset is as old as the data.

    One that is not over goes on up to the day of its run: of later days nobody knows anything.
    """
    begins_before_end = finding.onset is None or finding.onset <= period.last
    end = (finding.offset if finding.is_over else None) or finding.run.as_of
    return bool(begins_before_end and end >= period.first)


# --- reports of both sides


def _reports(counts: PairCount) -> Row:
    """Numbers of reports, and what share of them each kind and each symptom has."""
    totals = [sum(pair) for pair in zip(counts.silent, counts.stated, strict=True)]
    kinds = {"silent": counts.silent, "stated": counts.stated}
    return {
        "n_reports": {"left": totals[0], "right": totals[1]},
        "kinds": [{"symptom_kind": kind, **_shares(n, totals)} for kind, n in kinds.items()],
        "symptoms": [
            {
                "symptom": row.slug,
                "name": row.name,
                "symptom_kind": row.kind,
                **_shares((row.n_left, row.n_right), totals),
            }
            for row in counts.symptoms
        ],
    }


def _shares(counts: tuple[int, int], totals: list[int]) -> Row:
    return {
        side: _share(n, total)
        for side, n, total in zip(("left", "right"), counts, totals, strict=True)
    }


def _share(n: int, total: int) -> Row:
    low, high = share_interval(n, total)
    known = total > 0
    return {
        "n": n,
        "share": n / total if known else None,
        "low": low if known else None,
        "high": high if known else None,
    }
