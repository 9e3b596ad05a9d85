"""Counting public reports of one place: a model, a vendor or a site. Counts of reports, never of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncWeek

from backend.catalogue.selectors import models_public
from backend.reports.models import Report
from backend.reports.selectors import counts_public, reports_public, weeks_by_kind_public


@dataclass(frozen=True)
class WeekCount:
    """Public reports of one week, those of stated symptoms apart."""

    week: date
    """Its Monday."""
    n_silent: int
    n_stated: int


@dataclass(frozen=True)
class SourceCount:
    """Public reports of one site, extension version and model label."""

    site: str
    site_name: str
    version: str
    """Of the extension; what sent them otherwise, if it was no extension."""
    model: str
    """The catalogue's model that the label maps to; "" for none."""
    label: str
    """As the page shows it; "" where it maps to no model: what a page may say is not ours to list."""
    n: int


def week_counts_public(reports: QuerySet[Report]) -> list[WeekCount]:
    """These reports by week, oldest first; a week without any is missing. One query."""
    rows = (
        reports.order_by()
        .annotate(week=TruncWeek("observed_on"))
        .values("week")
        .annotate(n_silent=Count("id", Q(is_silent=True)), n=Count("id"))
        .order_by("week")
    )
    return [WeekCount(row["week"], row["n_silent"], row["n"] - row["n_silent"]) for row in rows]


def week_counts_tallied_public(**given: str) -> list[WeekCount]:
    """All public reports with a value of one dimension of the tally by week, at no cost."""
    weeks = weeks_by_kind_public(**given)
    return [
        WeekCount(week, kinds.get("silent", 0), kinds.get("stated", 0))
        for week, kinds in weeks.items()
    ]


def symptom_counts_public(reports: QuerySet[Report]) -> list[tuple[str, str, str, int]]:
    """Slug, name, kind and number of these reports by symptom, most first. One query.

    A report with two symptoms is counted at both.
    """
    rows = (
        reports.order_by()
        .filter(symptoms__isnull=False)
        .values_list("symptoms", "symptoms__name", "symptoms__kind")
        .annotate(n=Count("id"))
        .order_by("-n", "symptoms")
    )
    return list(rows)


def source_counts_public(reports: QuerySet[Report]) -> list[SourceCount]:
    """Where these reports come from, most first. One query."""
    rows: Any = (
        reports.order_by()
        .values_list("site", "site__name", "client", "model", "model_label")
        .annotate(n=Count("id"))
        .order_by("-n", "site", "client", "model", "model_label")
    )
    return [
        SourceCount(site, name, version_of(client), model or "", label if model else "", n)
        for site, name, client, model, label, n in rows
    ]


def version_of(client: str) -> str:
    """The extension's version in what a report says of its client (`chatgpt/0.1.0`)."""
    return client.rpartition("/")[2]


def newest_day_public() -> date | None:
    """The newest day on which somebody saw what a public report is about; None without any.

    Imported and simulated reports say nothing of whether any come in.
    """
    reports = reports_public().filter(provenance=Report.Provenance.REPORT)
    return reports.order_by("-observed_on", "-id").values_list("observed_on", flat=True).first()


@dataclass(frozen=True)
class SymptomPair:
    """Public reports with one symptom, on two sides."""

    slug: str
    name: str
    kind: str
    n_left: int
    n_right: int


@dataclass(frozen=True)
class PairCount:
    """Public reports of two sides. One that both sides have is counted at both."""

    silent: tuple[int, int]
    stated: tuple[int, int]
    symptoms: list[SymptomPair]
    """In the catalogue's order."""


def pair_counts_public(
    reports: QuerySet[Report], *, left: dict[str, Any], right: dict[str, Any]
) -> PairCount:
    """These reports on the two sides that conditions on their columns describe. Two queries."""
    sides = (Q(**left), Q(**right))
    chosen = reports.order_by().filter(sides[0] | sides[1])
    found = chosen.aggregate(
        **{
            f"{kind}_{place}": Count("id", side & Q(is_silent=kind == "silent"))
            for place, side in enumerate(sides)
            for kind in ("silent", "stated")
        }
    )
    rows = (
        chosen.filter(symptoms__isnull=False)
        .values_list("symptoms", "symptoms__name", "symptoms__kind", "symptoms__position")
        .annotate(n_left=Count("id", sides[0]), n_right=Count("id", sides[1]))
        .order_by("symptoms__position", "symptoms")
    )
    return PairCount(
        silent=(found["silent_0"], found["silent_1"]),
        stated=(found["stated_0"], found["stated_1"]),
        symptoms=[SymptomPair(slug, name, kind, *n) for slug, name, kind, _, *n in rows],
    )


def model_id_counts_public(*, vendor: str | None = None) -> list[tuple[str, int]]:
    """Number of public reports by model, of one vendor or of all, most first."""
    counts = counts_public("model")
    mine = (
        set(models_public().filter(vendor=vendor).values_list("pk", flat=True)) if vendor else None
    )
    return [(slug, n) for slug, n in counts.items() if slug and (mine is None or slug in mine)]


@dataclass(frozen=True)
class ModelCount:
    """Public reports about one model; all "" where a label maps to no known model."""

    slug: str
    name: str
    is_fictional: bool
    n: int


def model_counts_public(reports: QuerySet[Report]) -> list[ModelCount]:
    """These reports by model, most first. One query."""
    rows: Any = (
        reports.order_by()
        .values_list("model", "model__name", "model__is_fictional")
        .annotate(n=Count("id"))
        .order_by("-n", "model")
    )
    return [ModelCount(slug or "", name or "", bool(is_), n) for slug, name, is_, n in rows]
