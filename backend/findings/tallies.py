"""Contributors behind models, vendors and sites: stored by a run, rounded down, nothing below five.

Several counts of the same people can be solved for what is left out. So every number is rounded down
to a step, and where those left out of a whole would be fewer than five people, the smallest of those that
are told is left out as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from backend.findings.models import AnalysisRun, PlaceTally
from backend.findings.selectors import contributors_shown
from backend.reports.contributors import ContributorCount

STEPS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)


def step_below(count: int) -> int:
    """The largest step that a count reaches; 0 below five."""
    return max((step for step in STEPS if step <= count), default=0)


def tally_rows(counts: Iterable[ContributorCount]) -> list[dict[str, Any]]:
    """The counts that may be told, as the columns of their rows."""
    groups: dict[tuple[str, str, str, bool], list[ContributorCount]] = defaultdict(list)
    for count in counts:
        # All sites together are a whole whose number is published too; so are the sites of a model.
        whole = count.slug if count.source else ""
        groups[count.place, whole, count.source, count.is_simulated].append(count)
    return [
        {
            "place": count.place, "slug": count.slug, "source": count.source, "value": count.value,
            "is_simulated": count.is_simulated, "contributors_min": step_below(count.n),
        }
        for group in groups.values()
        for count in _told(group)
    ]  # fmt: skip


def _told(group: list[ContributorCount]) -> list[ContributorCount]:
    ranked = sorted(group, key=lambda count: (-count.n, count.slug, count.value))
    told = [count for count in ranked if contributors_shown(count.n) is not None]
    left_out = sum(count.n for count in ranked[len(told) :])
    while told and left_out and contributors_shown(left_out) is None:
        left_out += told.pop().n
    return told


def tallies_public(*, place: str, slug: str) -> dict[tuple[str, str, bool], int]:
    """At least so many contributors of a model, vendor or site in the current run.

    By (`site`, `version` or ""; its value; is it SIMULATED); what is missing is not told.
    """
    rows = PlaceTally.objects.filter(run__is_current=True, place=place, slug=slug)
    return {(row.source, row.value, row.is_simulated): row.contributors_min for row in rows}


def tallies_of_public(*, place: str) -> dict[tuple[str, bool], int]:
    """The same for all models, vendors or sites at once, by slug and whether it is SIMULATED."""
    rows = PlaceTally.objects.filter(run__is_current=True, place=place, source="")
    return {(row.slug, row.is_simulated): row.contributors_min for row in rows}


def tallies_store(run: AnalysisRun, rows: list[dict[str, Any]]) -> None:
    """Keep what a run counted; those of earlier runs go."""
    PlaceTally.objects.bulk_create(PlaceTally(run=run, **row) for row in rows)
    PlaceTally.objects.exclude(run=run).delete()
