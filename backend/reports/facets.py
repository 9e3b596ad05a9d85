"""Numbers beside the list of reports: how many match, and how many of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from backend.common.changes import kept
from backend.reports.filters import ReportChoice, reports_chosen
from backend.reports.looking import COUNTED_BY_VALUE_MAX, Counted, CountedSet, counted
from backend.reports.models import Report
from backend.reports.selectors import reports_public
from backend.reports.tallies import ANY, Key, tally_public, values_of
from backend.reports.tally_sql import SYMPTOM
from backend.reports.word_pages import COUNTED_WITH_WORDS_MAX, WordSearch

COUNTED_MAX = 10_000
"""What the tally can't tell is counted up to here; beyond, a page says "more than"."""
FACETS = ("site", "model", "domain", "counted", SYMPTOM, "kind", "severity", "tier", "provenance",
          "month")  # fmt: skip


@dataclass(frozen=True)
class Facets:
    """How many reports match (None: more than `limit`), and per dimension how many each value has.

    A dimension that is filtered by shows what its other values would give, where the tally tells that;
    otherwise only what was chosen. Numbers that are not known are None; the values are then those that
    any public report has.
    """

    n_reports: int | None
    values: dict[str, dict[str, int | None]]
    limit: int = COUNTED_MAX

    @property
    def is_counted(self) -> bool:
        """Whether every number is known."""
        return all(n is not None for row in self.values.values() for n in row.values())


def facets_public(
    choice: ReportChoice,
    within: QuerySet[Report] | None = None,
    *,
    searched: CountedSet | None = None,
    by: Sequence[str] = FACETS,
) -> Facets:
    """Numbers of the public reports that are chosen, of all or of those `within` a smaller set.

    `within` must start from `reports_public()`. `searched`: what has read their page. `by`: the dimensions
    that are counted; one that all of them share is no choice. One query where the tally knows, two where it
    doesn't.
    """
    given = choice.given
    is_tallied = within is None and not choice.words  # of words the tally knows nothing
    tallied = tally_public(given, by=FACETS) if is_tallied else {}
    n_reports = _from_tally(choice, tallied) if within is None and choice.is_tallied else None
    values: dict[str, dict[str, int | None]] = {}
    if n_reports is not None and len(given) <= 2:
        for name in by:
            others = [other for other in given if other != name]
            if len(others) <= 1:
                values[name] = dict(values_of(tallied[others[0] if others else ""], name))
    if n_reports is not None and len(given) <= 1:
        return Facets(n_reports, values)
    limit = COUNTED_WITH_WORDS_MAX if choice.words else COUNTED_MAX
    if _is_impossible(given, tallied):
        return Facets(0, {name: values.get(name, {}) for name in by})
    if n_reports is None or n_reports <= COUNTED_BY_VALUE_MAX:
        n_reports, found, _ = (searched or searched_of(choice, within, by)).counted()
        if found is not None:
            for name in by:
                if name not in values:
                    values[name] = _within(given, found, name)
            return Facets(n_reports, values, limit)
    if within is None and not tallied:
        tallied = kept.find(("tally", FACETS), lambda: tally_public({}, by=FACETS))
    unknown = tallied.get("", Counter())
    for name in by:
        if name not in values:
            values[name] = dict.fromkeys(values_of(unknown, name))
    return Facets(n_reports, values, limit)


def _is_impossible(given: Mapping[str, Sequence[str]], tallied: dict[Any, Counter[Any]]) -> bool:
    """Whether no report has these values: another vendor's model, or one or two that the tally knows."""
    if not all(given.values()):
        return True
    if not tallied:
        return False
    return any(
        not any(tallied[one][other, value] for value in given[other])
        for one in given
        for other in given
        if one != other
    ) or any(not tallied[one][ANY] for one in given)


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


def _within(
    given: Mapping[str, Sequence[str]], counted: Counter[Key] | None, name: str
) -> dict[str, int | None]:
    """How many of the reports that were chosen have each value of a dimension, as far as it was chosen.

    A report has several symptoms: how many have another one besides is not what that one would give.
    """
    values = values_of(counted or Counter(), name)
    return {value: n for value, n in values.items() if name not in given or value in given[name]}


def facets_of_few(
    ids: Collection[UUID], choice: ReportChoice, *, by: Sequence[str] = FACETS
) -> Facets:
    """Numbers of these public reports, where a page has shown that no others match. One query."""
    few = reports_public().filter(pk__in=ids)
    n_reports, found, _ = counted(few, COUNTED_MAX, by) if ids else Counted(0, Counter())
    return Facets(n_reports, {name: _within(choice.given, found, name) for name in by})


def searched_of(
    choice: ReportChoice,
    within: QuerySet[Report] | None,
    by: Sequence[str],
    *,
    is_rare: bool = False,
) -> CountedSet:
    """What reads pages of the reports that are chosen, and counts them by looking.

    `is_rare`: whether it is known that few have the words.
    """
    if choice.words and within is None:
        return WordSearch(choice, by=by, is_rare=is_rare)
    among = reports_public() if within is None else within
    limit = COUNTED_WITH_WORDS_MAX if choice.words else COUNTED_MAX
    return CountedSet(reports_chosen(among, choice), limit, by)
