"""What pages of a model, a vendor or a site have in common: reports by week, symptom and source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from backend.catalogue.selectors import models_public
from backend.findings.tallies import tallies_public
from backend.reports.counts import SourceCount, WeekCount, place_counts_public

WEEKS_SHOWN = 26
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Source:
    """Public reports from one site or one version, and at least how many contributors stand behind them."""

    name: str
    value: str
    n: int
    contributors_min: int
    """0 where it is not told: fewer than five, or too few others."""


def counted(
    place: str, slug: str, *, is_simulated: bool, models: Iterable[str] | None = None
) -> dict[str, Any]:
    """The numbers of a model, a vendor or a site for its page. Four queries.

    `models`: those of the vendor; where the caller does not have them, one query more.
    """
    counts = place_counts_public(place=place, slug=slug, models=models)
    sources, told = counts.sources, tallies_public(place=place, slug=slug)
    shown = with_gaps(counts.weeks)
    return {
        "n_reports": sum(source.n for source in sources),
        "contributors_min": told.get(("", "", is_simulated), 0),
        "weeks": shown[-WEEKS_SHOWN:],
        "weeks_before": shown[:-WEEKS_SHOWN],
        "week_max": max((week.n_silent + week.n_stated for week in shown), default=0),
        "symptoms": [
            (kind, [(slug_, name, n) for slug_, name, of, n in counts.symptoms if of == kind])
            for kind in ("silent", "stated")
        ],
        "sites": _by("site", sources, told, is_simulated=is_simulated),
        "versions": _by("version", sources, told, is_simulated=is_simulated),
        "labels": labels_of(sources),
    }


def family_of(model: Any, *, known: Iterable[Any] | None = None) -> list[Any]:
    """The models of the same vendor and family, the model itself among them.

    `known` are all models of the catalogue; where the caller does not have them, one query.
    """
    return [
        other for other in (models_public() if known is None else known)
        if other.family == model.family and other.vendor_id == model.vendor_id
    ]  # fmt: skip


def with_gaps(weeks: list[WeekCount]) -> list[WeekCount]:
    """Every week from the first to the last, those without a report too."""
    if not weeks:
        return []
    known = {week.week: week for week in weeks}
    first, last = weeks[0].week, weeks[-1].week
    every = (first + n * WEEK for n in range((last - first) // WEEK + 1))
    return [known.get(week) or WeekCount(week, 0, 0) for week in every]


def _by(
    column: str, sources: list[SourceCount], told: dict[tuple[str, str, bool], int], *,
    is_simulated: bool,
) -> list[Source]:  # fmt: skip
    numbers: dict[tuple[str, str], int] = defaultdict(int)
    for source in sources:
        name = source.site_name if column == "site" else source.version
        numbers[getattr(source, column), name] += source.n
    rows = [
        Source(name, value, n, told.get((column, value, is_simulated), 0))
        for (value, name), n in numbers.items()
    ]
    return sorted(rows, key=lambda row: (-row.n, row.value))


def labels_of(sources: list[SourceCount]) -> list[tuple[str, str, str, int]]:
    """Model, label, site's name and number, most first; the labels of no known model are one row, ""."""
    numbers: dict[tuple[str, str, str], int] = defaultdict(int)
    for source in sources:
        numbers[source.model, source.label, source.site_name] += source.n
    rows = [(model, label, site, n) for (model, label, site), n in numbers.items()]
    return sorted(rows, key=lambda row: (-row[3], row))
