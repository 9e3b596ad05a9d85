"""Counting public reports of a model, a vendor, a site, a domain, a period: reports, never people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from backend.catalogue.selectors import models_public, names_public
from backend.reports.models import Report
from backend.reports.selectors import counts_public, reports_public
from backend.reports.tallies import Key, tally_public, values_of
from backend.reports.tally_sql import DAY, IMPORT, SEPARATOR, SOURCE, SYMPTOM


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


@dataclass(frozen=True)
class PlaceCounts:
    """Public reports of one model, vendor or site."""

    weeks: list[WeekCount]
    """Without imported collections, oldest first; a week without any is missing."""
    symptoms: list[tuple[str, str, str, int]]
    """Slug, name, kind and number, most first. A report with two symptoms is counted at both."""
    sources: list[SourceCount]
    """Most first."""


def place_counts_public(
    *, place: str, slug: str, models: Iterable[str] | None = None
) -> PlaceCounts:
    """The public reports of a `model`, a `vendor` or a `site`. Two queries.

    `models`: those of the vendor; where the caller does not have them, one query more.
    """
    name, slugs = place, [slug]
    if place == "vendor":
        known = models_public().filter(vendor=slug).values_list("pk", flat=True)
        name, slugs = "model", list(known if models is None else models)
    found = tally_public({name: slugs}, by=["week", SYMPTOM, SOURCE])
    weeks = (row for row in values_of(found[name], "week").items() if not row[0].endswith(IMPORT))
    numbers = values_of(found[name], SYMPTOM)
    symptoms = names_public()["symptom"]
    return PlaceCounts(
        weeks=_weeks(weeks),
        symptoms=[(pk, symptoms[pk].name, symptoms[pk].parent, n) for pk, n in numbers.items()],
        sources=_sources(found[""], name, frozenset(slugs)),
    )


def _sources(counter: Counter[Key], name: str, slugs: frozenset[str]) -> list[SourceCount]:
    sites = names_public()["site"]
    sources = []
    for value, n in values_of(counter, SOURCE).items():
        site, model, version, label = value.split(SEPARATOR, 3)
        if (site if name == "site" else model) in slugs:
            sources.append(SourceCount(site, sites[site].name, version, model, label, n))
    return sources


def _weeks(counts: Iterable[tuple[str, int]]) -> list[WeekCount]:
    weeks: dict[date, Counter[str]] = defaultdict(Counter)
    for value, n in counts:
        week, kind, *_ = value.split()
        weeks[date.fromisoformat(week)][kind] += n
    return [WeekCount(week, n["silent"], n["stated"]) for week, n in sorted(weeks.items())]


def version_of(client: str) -> str:
    """The extension's version in what a report says of its client (`chatgpt/0.1.0`)."""
    return client.rpartition("/")[2]


def first_day_public() -> date | None:
    """The first day on which anything was seen that a public report is about; None without any."""
    days = reports_public().order_by("observed_on", "id").values_list("observed_on", flat=True)
    return days.first()


def newest_day_public() -> date | None:
    """The newest day on which somebody saw what a public report is about; None without any.

    Imported and simulated reports say nothing of whether any come in. Two queries: the tally knows the week.
    """
    own = Report.Provenance.REPORT
    weeks = counts_public("week", provenance=own)
    if not weeks:
        return None
    reports = reports_public().filter(provenance=own, observed_on__gte=max(weeks).split()[0])
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
    reports: QuerySet[Report], *, left: dict[str, Any], right: dict[str, Any],
    domain: str | None = None,
) -> PairCount:  # fmt: skip
    """These reports on the two sides that conditions on their columns describe. Two queries.

    `domain`: only those that the current run counts in it.
    """
    sides = (Q(**left), Q(**right))
    chosen = reports.order_by().filter(sides[0] | sides[1])
    if domain:
        chosen = chosen.filter(counted__domain=domain)
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


def model_pair_counts_public(*, left: str, right: str) -> PairCount:
    """All public reports of two models. Three queries."""
    return _pair_tallied("model", [left], [right])


def period_pair_counts_public(*, left: tuple[date, date], right: tuple[date, date]) -> PairCount:
    """All public reports of two periods, each from its first to its last day, without imported
    collections. Three queries.
    """
    return _pair_tallied(DAY, _days(*left), _days(*right))


def _days(first: date, last: date) -> list[str]:
    return [str(first + timedelta(days=n)) for n in range((last - first).days + 1)]


def _pair_tallied(name: str, *sides: list[str]) -> PairCount:
    left, right = (tally_public({name: side}, by=["kind", SYMPTOM])[name] for side in sides)
    pairs = [
        SymptomPair(slug, title, kind, left[SYMPTOM, slug], right[SYMPTOM, slug])
        for slug, (title, kind, _) in names_public()["symptom"].items()
    ]
    return PairCount(
        silent=(left["kind", "silent"], right["kind", "silent"]),
        stated=(left["kind", "stated"], right["kind", "stated"]),
        symptoms=[pair for pair in pairs if pair.n_left or pair.n_right],
    )


def model_id_counts_public() -> list[tuple[str, int]]:
    """Number of public reports by model, most first."""
    return [(slug, n) for slug, n in counts_public("model").items() if slug]


@dataclass(frozen=True)
class ModelCount:
    """Public reports about one model; all "" where a label maps to no known model."""

    slug: str
    name: str
    is_fictional: bool
    n: int


@dataclass(frozen=True)
class DomainCounts:
    """Public reports that the current run counts in one domain."""

    models: list[ModelCount]
    """Most first."""
    weeks: list[WeekCount]
    """Oldest first; a week without any is missing."""


def domain_counts_public(domain: str, *, known: Iterable[Any] | None = None) -> DomainCounts:
    """The public reports of a domain by model and by week. One query.

    `known` are all models of the catalogue; where the caller does not have them, one query more.
    """
    counter = tally_public({"counted": [domain]}, by=["model", "week"])["counted"]
    models = {model.pk: model for model in (models_public() if known is None else known)}
    rows = sorted(
        values_of(counter, "model").items(), key=lambda row: (-row[1], row[0] == "", row[0])
    )
    return DomainCounts(
        models=[
            ModelCount(pk, models[pk].name, models[pk].is_fictional, n)
            if pk
            else ModelCount("", "", is_fictional=False, n=n)
            for pk, n in rows
        ],
        weeks=_weeks(values_of(counter, "week").items()),
    )


@dataclass(frozen=True)
class DomainWeeks:
    """Public reports that the current run counts in one domain, by week."""

    weeks: list[WeekCount]
    """Oldest first; a week without any is missing."""
    has_simulated: bool


def domain_weeks_public(domain: str) -> DomainWeeks:
    """The public reports of a domain by week, as `domain_counts_public` counts them. One query."""
    counter = tally_public({"counted": [domain]}, by=["week", "provenance"])["counted"]
    return DomainWeeks(
        weeks=_weeks(values_of(counter, "week").items()),
        has_simulated=Report.Provenance.SIMULATED in values_of(counter, "provenance"),
    )
