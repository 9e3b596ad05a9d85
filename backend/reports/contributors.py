"""How many contributors stand behind a place. Private until rounded: only findings/runner.py calls it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, Count, F, Func, Q, QuerySet, Value
from django.db.models.functions import Concat

from backend.reports.models import Report
from backend.reports.selectors import reports_public

PLACES = {"model": "model", "vendor": "model__vendor", "site": "site"}
SOURCES = {"": None, "site": "site", "version": "version"}
"""By what the contributors of a place are told apart; "" for not at all."""


@dataclass(frozen=True)
class ContributorCount:
    """Distinct contributors of a place, from one site or with one version of the extension."""

    place: str
    """`model`, `vendor` or `site`."""
    slug: str
    source: str
    """`site` or `version`; "" for all."""
    value: str
    is_simulated: bool
    n: int


def contributors_by_place(*, as_of: date) -> Iterator[ContributorCount]:
    """Contributors of every model, vendor and site whose reports count, up to a day.

    Counted as the analysis counts: linked, admitted, and no simulated report about a real model nor a
    real one about an invented model. A contributor is known within a site and eight weeks.
    """
    version = Func(
        F("client"), Value("/"), Value(2), function="split_part", output_field=CharField()
    )
    fictional = Q(model__is_fictional=True)
    simulated = Q(provenance=Report.Provenance.SIMULATED)
    counted = (
        reports_public()
        .order_by()
        .filter(observed_on__lte=as_of, receipt__is_counted=True)
        .exclude(receipt__contributor_tag="")
        .annotate(version=version, who=Concat("site", Value("|"), "receipt__contributor_tag"))
    )
    for is_simulated, reports in ((False, ~simulated & ~fictional), (True, simulated & fictional)):
        for place, field in PLACES.items():
            for source, column in SOURCES.items():
                for slug, value, n in _distinct(counted.filter(reports), field, column):
                    yield ContributorCount(place, slug, source, value, is_simulated, n)


def _distinct(
    reports: QuerySet[Report], field: str, column: str | None
) -> Iterator[tuple[str, str, int]]:
    names = [field, *([column] if column else [])]
    chosen = reports.filter(**{f"{field}__isnull": False})
    rows = chosen.values(*names).annotate(n=Count("who", distinct=True)).order_by(*names)
    for row in rows:
        yield row[field], row[column] if column else "", row["n"]
