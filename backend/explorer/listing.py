"""A list of reports with its search, its filters and its pages, for the pages that have one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.safestring import SafeString

from backend.catalogue.selectors import names_public
from backend.common.changes import kept
from backend.common.errors import RuleError
from backend.common.pagination import Page, page_of
from backend.explorer.facets import Filters, parameters_of
from backend.explorer.problems import REPORTS, list_problem
from backend.explorer.rows import facet_rows
from backend.reports import selectors as reports_
from backend.reports.facets import (
    FACETS,
    Facets,
    facets_of_few,
    facets_public,
    searched_of,
)
from backend.reports.filters import (
    ReportChoice,
    ReportForm,
    report_choice,
    reports_chosen,
)
from backend.reports.listed import reports_listed_public
from backend.reports.looking import CountedSet
from backend.reports.search import Widened, words_widened

PAGE_ROWS = 25
KEPT_ADDRESS_CHARS_MAX = 300
ORDER = ("-observed_on", "-id")
IN_FORM = ("q", "observed_from", "observed_to")
PAGING = frozenset({"cursor", "page"})
"""Parameters of pages. `page` is of older links, which lead to the first page."""
ALSO = PAGING | {"exact"}
"""Parameters that choose no reports; with `exact`, no word is replaced by a known one."""


def listing(request: HttpRequest, *, within: Any = None, is_widened: bool = True) -> dict[str, Any]:
    """What the template `_listing.html` shows: of all public reports, or of those `within` a set.

    `within` must start from `reports_public()` and be counted in one domain. `problem` says what is wrong
    with the parameters.
    """
    parameters = parameters_of(request)
    names = names_public()
    chosen = {name: str(value) for name, value in parameters.items() if name not in PAGING}
    filters, form = Filters(request.path, chosen, names), ReportForm(parameters, names=names)
    context: dict[str, Any] = {
        "form": form,
        "hidden": filters.hidden(shown=(*IN_FORM, "exact")),
        "address_all": request.path,
        "is_filtered": bool(chosen.keys() - {"exact"}),
        "names": names,
    }
    try:
        choice = report_choice(parameters, also=ALSO, form=form)
        found = _found(choice, filters, within)
        may_widen = is_widened and "exact" not in parameters
        if found is not None and found.facets.n_reports == 0:
            read = Read(choice, Page([], None, None))
        else:
            read = _read(request, choice, within, may_widen=may_widen)
    except RuleError as error:
        return context | {"problem": list_problem(error, REPORTS), "status": 400}
    choice, page = read.choice, read.page
    is_first_page = "cursor" not in parameters
    if found is None:
        by, searched = _dimensions(within), read.searched
        are_all_here = is_first_page and page.next_cursor is None
        facets = (
            facets_of_few([row.pk for row in page.rows], choice, by=by)
            if are_all_here and searched and not searched.is_counted
            else facets_public(choice, within, searched=searched, by=by)
        )
        found = Found(facets, facet_rows(filters.facets(choice, facets)))
    return context | {
        "status": 200,
        "choice": choice,
        "widened": read.widened,
        "address_exact": filters.address(exact="1"),
        "n_reports": found.facets.n_reports,
        "counted_max": found.facets.limit,
        "is_counted": found.facets.is_counted,
        "facets": found.rows,
        "chosen": filters.chosen(choice),
        "rows": page.rows,
        "is_first_page": is_first_page,
        "newer": page.previous_cursor and filters.address(cursor=page.previous_cursor),
        "older": page.next_cursor and filters.address(cursor=page.next_cursor),
        "newest": filters.address(),
    }


class Found(NamedTuple):
    """How many reports match, and the filters beside the list as they stand on the page."""

    facets: Facets
    rows: SafeString


def _dimensions(within: Any) -> tuple[str, ...]:
    """By what reports are counted beside the list; those of a set are all in one domain."""
    return FACETS if within is None else tuple(name for name in FACETS if name != "counted")


def _found(choice: ReportChoice, filters: Filters, within: Any) -> Found | None:
    """What does not hang on the page of the list; None where that is read first, and tells it."""
    if choice.words or within is not None:
        return None

    def make() -> Found:
        facets = facets_public(choice)
        return Found(facets, facet_rows(filters.facets(choice, facets)))

    address = filters.address()  # stands in each link: a long one may not fill the memory
    return make() if len(address) > KEPT_ADDRESS_CHARS_MAX else kept.find(("facets", address), make)


class Read(NamedTuple):
    """A page of rows, and of what search it is: of an unknown word that of the nearest words."""

    choice: ReportChoice
    page: Page
    widened: Widened | None = None
    searched: CountedSet | None = None
    """What has read the rows, if it can tell how many there are."""


def _read(request: HttpRequest, choice: ReportChoice, within: Any, *, may_widen: bool) -> Read:
    """The page of rows; with the nearest words where a word is unknown, if any report has them.

    First which reports, from an index alone, then these: a report is long.
    """
    among = reports_.reports_public() if within is None else within
    keys = among.only("id", "observed_on")

    def read(
        chosen: ReportChoice, widened: Widened | None = None, *, is_rare: bool = False
    ) -> Read:
        by = _dimensions(within)
        is_tallied = within is None and not chosen.words  # its numbers are known without a look
        searched = None if is_tallied else searched_of(chosen, within, by, is_rare=is_rare)
        found = page_of(
            reports_chosen(keys, chosen), request, ordering=ORDER, size=PAGE_ROWS,
            first_rows=searched.first_rows if searched else None,
        )  # fmt: skip
        rows = reports_listed_public([row.pk for row in found.rows], words=chosen.words)
        return Read(chosen, replace(found, rows=rows), widened, searched)

    widened = _widened(choice.words) if choice.words and may_widen else None
    if widened is not None:
        wider = read(replace(choice, words=widened.words), widened)
        if wider.page.rows:
            return wider
    # Not even the nearest words are anywhere: those that nobody wrote are in few reports, if in any.
    return read(choice, is_rare=widened is not None)


def _widened(words: str) -> Widened | None:
    """What a search with unknown words may mean: the same on each of its pages, and with each filter."""
    return kept.find(("widened", words), lambda: words_widened(words))
