"""The pages that verify a chart, its files, and the page that others put into theirs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from typing import Any

from csp.constants import NONE
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from backend.catalogue import selectors as catalogue
from backend.charts import selectors
from backend.charts.embedding import embed_size, permalink, snippet
from backend.charts.kinds import KINDS, Column, canonical
from backend.charts.models import Chart
from backend.charts.words import chart_in_words
from backend.common.errors import GoneError, UnknownError
from backend.common.spreadsheets import cell_safe

TABLE_ROWS = 200
"""Rows of the data that a page shows; the files hold all."""
CONTENT_TYPES = {"svg": "image/svg+xml", "png": "image/png", "json": "application/json"}
# A picture needs nothing: no style, no script, no other file.
CLOSED = {"default-src": [NONE], "base-uri": [NONE], "form-action": [NONE],
          "frame-ancestors": [NONE]}  # fmt: skip
View = Callable[..., HttpResponse]


def _shown(view: View, gone: str) -> Any:
    """The view with its chart; 404 where there is none, 410 with words where it was erased."""

    @require_safe
    @wraps(view)
    def wrapped(request: HttpRequest, chart_id: str, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, selectors.chart_public(chart_id), **kwargs)
        except UnknownError as error:
            raise Http404 from error
        except GoneError as error:
            return render(request, gone, {"message": error.message}, status=410)

    return wrapped


def _page(request: HttpRequest, chart: Chart) -> HttpResponse:
    found = selectors.rows_of(chart)
    columns, rows = _filled(_named(KINDS[chart.kind].columns, found), found)
    return render(
        request,
        "charts/chart.html",
        {
            "chart": chart,
            "said": chart_in_words(chart),
            "kind": KINDS[chart.kind],
            "columns": columns,
            "rows": rows[:TABLE_ROWS],
            "n_rows_left": max(0, len(rows) - TABLE_ROWS),
            "newer": selectors.chart_newer_public(chart),
            "finding": selectors.chart_finding_public(chart),
            "run_now": selectors.run_number(),
            "files": sorted(chart.files.items()),
            "address": permalink(chart),
            "site": settings.PUBLIC_URL,
            "id_chars": len(chart.pk),
            "snippet": snippet(chart, *embed_size(chart)),
            "subject_path": _subject_path(chart),
        },
    )


def _named(columns: Sequence[Column], rows: list[list[Any]]) -> Sequence[Column]:
    """The columns, that of domains with their names in place of the slugs that files have."""
    place = next((n for n, column in enumerate(columns) if column.name == "domain"), None)
    if place is None:
        return columns
    names = catalogue.names_public()["domain"]
    words = {slug: catalogue.local_name(names, slug) for slug in {row[place] for row in rows}}
    return [*columns[:place], replace(columns[place], words=words), *columns[place + 1 :]]


def _filled(
    columns: Sequence[Column], rows: list[list[Any]]
) -> tuple[list[Column], list[list[Any]]]:
    """The table without its columns of words in which no row has any; the files have them all."""
    filled = [
        n for n, column in enumerate(columns) if column.is_number or any(row[n] for row in rows)
    ]
    return [columns[n] for n in filled], [[row[n] for n in filled] for row in rows]


def _subject_path(chart: Chart) -> str:
    """The page that the chart belongs to."""
    match chart.kind:
        case "finding" | "ratings":
            return reverse("finding", args=[chart.subject])
        case "map":
            return reverse("finding-map", args=[chart.subject])
        case "domain":
            return reverse("domain", args=[chart.subject])
        case "clusters" if chart.subject:
            return reverse("domain-map", args=[chart.subject])
        case "clusters":
            return reverse("cluster-map")
    return reverse("overview")


chart = _shown(_page, "charts/gone.html")


@require_safe
def chart_typed(request: HttpRequest, chart_id: str) -> HttpResponse:
    """To the address in lower case, the only one of a chart."""
    return redirect("chart", chart_id.lower(), permanent=True)


# --- for the pages of others


def embed(request: HttpRequest, chart_id: str) -> HttpResponse:
    """The chart alone, for a frame in any page: nothing but that is loosened for it."""
    try:
        response: Any = _embedded(request, chart_id)
    except Http404:
        response = render(request, "charts/embed_gone.html", {"message": ""}, status=404)
    response._csp_replace = {"frame-ancestors": ["*"]}
    response.xframe_options_exempt = True
    checked: HttpResponse = response
    return checked


def _frame(request: HttpRequest, chart: Chart) -> HttpResponse:
    return render(
        request,
        "charts/embed.html",
        {
            "chart": chart,
            "said": chart_in_words(chart),
            "kind": KINDS[chart.kind],
            "newer": selectors.chart_newer_public(chart),
            "finding": selectors.chart_finding_public(chart),
            "address": permalink(chart),
        },
    )


_embedded = _shown(_frame, "charts/embed_gone.html")


# --- files


def _image(request: HttpRequest, chart: Chart, name: str) -> HttpResponse:
    facts = chart.files.get(name)
    if facts is None:
        raise Http404
    response: Any = _file(
        request,
        name=name,
        chart=chart,
        sha256=facts["sha256"],
        content=lambda: selectors.chart_file_public(chart, name),
    )
    response._csp_config = CLOSED
    checked: HttpResponse = response
    return checked


def _data(request: HttpRequest, chart: Chart, name: str) -> HttpResponse:
    made: dict[str, Callable[[], str]] = {
        "data.json": lambda: canonical(chart.data),
        "data.csv": lambda: _csv(chart),
        "chart.json": lambda: selectors.chart_evidence(chart),
    }
    return _file(
        request, name=name, chart=chart, sha256=f"{chart.digest}-{name}", content=made[name]
    )


def _csv(chart: Chart) -> str:
    """The rows for a spreadsheet, as RFC 4180 has it; nothing in it reads as a formula."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([column.name for column in KINDS[chart.kind].columns])
    writer.writerows([cell_safe(value) for value in row] for row in selectors.rows_of(chart))
    return written.getvalue()


def _file(
    request: HttpRequest, *, name: str, chart: Chart, sha256: str, content: Callable[[], Any]
) -> HttpResponse:
    """A file; 304 for whoever has it. It may vanish any day, so caches ask each time."""
    etag = f'"{sha256}"'
    response: Any = get_conditional_response(request, etag=etag)
    if response is None:
        form = name.rsplit(".", 1)[1]
        kind = CONTENT_TYPES.get(form, "text/csv; charset=utf-8")
        response = HttpResponse(content(), content_type=kind)
        is_download = form == "csv" or "download" in request.GET
        prefix = "SIMULATED-" if chart.is_simulated else ""
        filename = f"{prefix}plumbline-{chart.pk}-{name}"
        how = "attachment" if is_download else "inline"
        response["Content-Disposition"] = f'{how}; filename="{filename}"'
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache"
    checked: HttpResponse = response
    return checked


chart_image = _shown(_image, "charts/gone.html")
chart_data = _shown(_data, "charts/gone.html")
