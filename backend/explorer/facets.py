"""The filters of a list of reports, as links that set or remove them in the address."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote_plus, urlencode

from django.http import HttpRequest, QueryDict
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from backend.catalogue.selectors import Name
from backend.explorer.words import SYMPTOM_KINDS, TIERS
from backend.reports.facets import Facets
from backend.reports.filters import UNKNOWN, Names, ReportChoice, month_of

SHOWN = 6
"""Values of a filter that are shown at once; the rest unfolds."""
TITLES: dict[str, Any] = {
    "site": _("Site"),
    "vendor": _("Vendor"),
    "model": _("Model"),
    "domain": _("Subject, as stated"),
    "domain_counted": _("Subject, as counted"),
    "symptom": _("Symptom"),
    "kind": _("Kind of symptoms"),
    "severity": _("Severity"),
    "tier": pgettext_lazy("of a subscription", "Plan"),
    "provenance": _("Origin"),
    "month": _("Month"),
    "observed_from": _("Seen from"),
    "observed_to": _("Seen until"),
}
WORDS: dict[str, dict[str, Any]] = {
    "kind": SYMPTOM_KINDS,
    "severity": {"1": _("slight"), "2": _("annoying"), "3": _("serious")},
    "tier": TIERS,
    "provenance": {
        "report": _("sent by people"), "import": _("imported collections"),
        "simulated": _("SIMULATED"),
    },
}  # fmt: skip
TABLES = {"domain_counted": "domain"}
DIMENSIONS = {"domain_counted": "counted"}
DAYS = ("observed_from", "observed_to")
LABELS_MAX = 5_000


def parameters_of(request: HttpRequest) -> QueryDict:
    """The parameters of an address, to be changed at will, without what a form's empty fields send."""
    parameters = request.GET.copy()
    for name in [name for name, value in parameters.items() if not str(value).strip()]:
        del parameters[name]
    return parameters


class Option(NamedTuple):
    """One value: how many reports have it (None: not counted), and where a click on it leads."""

    label: str
    n: int | None
    address: str
    is_chosen: bool
    is_fictional: bool


@dataclass(frozen=True)
class Facet:
    """One filter with its values, the most frequent first."""

    name: str
    title: str
    options: list[Option]
    more: list[Option]
    is_chosen: bool


class Filters:
    """The filters of one list: those that are set, and those that could be."""

    def __init__(self, path: str, parameters: Mapping[str, str], names: Names) -> None:
        self._path = path
        self._parameters = dict(parameters)
        self._names = names
        self._language = get_language()
        self._pairs = {name: urlencode({name: value}) for name, value in parameters.items()}

    def address(self, **changes: str | None) -> str:
        """The list with other parameters; None removes one. Never with a cursor."""
        changed = {
            name: f"{name}={quote_plus(value)}" if value else "" for name, value in changes.items()
        }
        query = "&".join(pair for pair in (self._pairs | changed).values() if pair)
        return f"{self._path}?{query}" if query else self._path

    def facets(self, choice: ReportChoice, found: Facets) -> list[Facet]:
        """Every filter that has anything to choose."""
        facets = [self._facet(name, self._counts(name, found, choice), choice) for name in TITLES
                  if name not in DAYS]  # fmt: skip
        return [facet for facet in facets if facet.options]

    def chosen(self, choice: ReportChoice) -> list[tuple[str, str, str]]:
        """Title, value and the address without it, of each filter that is set."""
        rows = [
            (str(TITLES[name]), self._label(name, value), self.address(**{name: None}))
            for name, value in choice.chosen.items()
        ]
        days = {"observed_from": choice.observed_from, "observed_to": choice.observed_to}
        if month := month_of(*days.values()):
            without = self.address(**dict.fromkeys(DAYS))
            return [*rows, (str(TITLES["month"]), self._label("month", month), without)]
        return rows + [
            (str(TITLES[name]), date_format(day, "DATE_FORMAT"), self.address(**{name: None}))
            for name, day in days.items()
            if day
        ]

    def hidden(self, *, shown: Iterable[str]) -> list[tuple[str, str]]:
        """What a form must keep of the parameters, apart from those that it shows."""
        return [(name, value) for name, value in self._parameters.items() if name not in set(shown)]

    def _counts(self, name: str, found: Facets, choice: ReportChoice) -> dict[str, int | None]:
        """How many have each value. A model has one vendor: either is counted within the other."""
        values = found.values.get(DIMENSIONS.get(name, name), {})
        if name not in ("vendor", "model"):
            return values
        vendor, model = (choice.chosen.get(other) for other in ("vendor", "model"))
        known = self._names["model"]
        models = {slug: n for slug, n in found.values.get("model", {}).items() if slug in known}
        if name == "model":
            return {slug: n for slug, n in models.items() if vendor in (None, known[slug].parent)}
        counts: Counter[str] = Counter()
        for slug, n in models.items():
            if model in (None, slug):
                counts[known[slug].parent] += n or 0
        is_counted = all(n is not None for n in models.values())
        return {slug: n if is_counted else None for slug, n in counts.most_common()}

    def _facet(self, name: str, counts: dict[str, int | None], choice: ReportChoice) -> Facet:
        months = {"month": month_of(choice.observed_from, choice.observed_to)}
        current = (choice.chosen | months).get(name, "")
        values = [value for value in counts if value]
        if name == "month":
            values.sort(reverse=True)
        if current and current not in values:
            values.insert(0, current)
        options = [
            self._option(name, value, counts.get(value), current, choice) for value in values
        ]
        first = [option for option in options if option.is_chosen]
        rest = [option for option in options if not option.is_chosen]
        room = SHOWN - len(first)
        return Facet(name, str(TITLES[name]), first + rest[:room], rest[room:], bool(first))

    def _option(
        self, name: str, value: str, n: int | None, current: str, choice: ReportChoice
    ) -> Option:
        is_chosen = value == current
        changes: dict[str, str | None] = {name: None if is_chosen else value}
        if name == "month":
            days = (None, None) if is_chosen else _days(value, choice if n is not None else None)
            changes = dict(zip(DAYS, days, strict=True))
        entry = self._names.get(TABLES.get(name, name), {}).get(value)
        return Option(
            label=self._label(name, value),
            n=n,
            address=self.address(**changes),
            is_chosen=is_chosen,
            is_fictional=entry is not None and entry.is_fictional,
        )

    def _label(self, name: str, value: str) -> str:
        entry = self._names.get(TABLES.get(name, name), {}).get(value)
        return _label(name, value, entry, self._language)


@lru_cache(maxsize=LABELS_MAX)
def _label(name: str, value: str, entry: Name | None, _language: str | None) -> str:
    """What a value of a filter is called."""
    if name == "month":
        return date_format(date.fromisoformat(f"{value}-01"), "YEAR_MONTH_FORMAT")
    if name == "domain_counted" and value == UNKNOWN:
        return str(_("not recognised"))
    if name in WORDS:
        return str(WORDS[name].get(value, value))
    return pgettext("catalogue", entry.name) if entry else value


def _days(month: str, choice: ReportChoice | None) -> tuple[str, str]:
    """The days of a month; of those that a choice asks for, as it was counted, unless these are a month."""
    first, last = days_of_month(month)
    if choice is None or month_of(choice.observed_from, choice.observed_to):
        return first, last
    return (
        max(first, choice.observed_from.isoformat()) if choice.observed_from else first,
        min(last, choice.observed_to.isoformat()) if choice.observed_to else last,
    )


def days_of_month(month: str) -> tuple[str, str]:
    """The first and the last day of a month given as YYYY-MM."""
    year, number = map(int, month.split("-"))
    return f"{month}-01", f"{month}-{calendar.monthrange(year, number)[1]:02d}"
