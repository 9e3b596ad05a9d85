"""Reports, and clusters of those that are alike."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from backend.catalogue import selectors as catalogue
from backend.common.errors import RuleError
from backend.explorer.medoids import with_medoids
from backend.findings import selectors as findings_
from backend.reports import selectors as reports_
from backend.reports.filters import ReportFilter, reports_filtered

PAGE_ROWS = 25


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """Search and filters, all of them in the address."""
    parameters = request.GET.copy()
    for name in [name for name, value in parameters.items() if value == ""]:
        del parameters[name]  # what an empty field of the form sends
    page_number = parameters.pop("page", ["1"])[-1]
    problem, status = "", 200
    try:
        chosen = reports_filtered(reports_.reports_public_listed(), parameters, also=frozenset())
    except RuleError as error:
        problem, status, chosen = str(error), 400, reports_.reports_public_listed().none()
    page = Paginator(chosen, PAGE_ROWS).get_page(page_number)
    form = _filter_form(parameters)
    return render(
        request,
        "explorer/reports.html",
        {
            "page": page,
            "problem": problem,
            "query": urlencode(parameters, doseq=True),
            "form": form,
            "is_filtered": bool(set(parameters) - {"q"}),
        },
        status=status,
    )


def _filter_form(parameters: Any) -> Any:
    """The form of the filters, for people: a calendar for days, "any" for no choice."""
    form = ReportFilter(parameters, queryset=reports_.reports_public().none()).form
    for name, field in form.fields.items():
        if name.startswith("observed_"):
            field.widget.input_type = "date"
        elif name == "kind":
            field.choices = [("", "any"), *ReportFilter.base_filters["kind"].extra["choices"]]
        elif name != "q":
            field.empty_label = "any"
    return form


@require_safe
def report(request: HttpRequest, report_id: Any) -> HttpResponse:
    """One report."""
    found = reports_.report_public(report_id)
    if found is None:
        raise Http404
    counted = findings_.report_domain_public(str(report_id))
    names = {domain.pk: domain.name for domain in catalogue.leaves_public()}
    return render(
        request,
        "explorer/report.html",
        {
            "report": found,
            "counted": counted,
            "cluster": findings_.cluster_of_report_public(str(report_id)),
            "counted_name": names.get(counted.domain, counted.domain) if counted else "",
        },
    )


@require_safe
def cluster(request: HttpRequest, track_id: int) -> HttpResponse:
    """A cluster under its lasting id. One that has ended leads to where its reports went."""
    found = findings_.cluster_public(track_id)
    if found is None:
        heir = findings_.cluster_heir_public(track_id)
        if heir is None or heir.track_id is None:
            raise Http404
        return redirect("cluster", track_id=heir.track_id)
    ((_, medoids),) = with_medoids([found])
    return render(
        request,
        "explorer/cluster.html",
        {
            "cluster": found,
            "reports": medoids,
            "variants": findings_.variants_public(found),
            "models": findings_.cluster_models_public(found),
            "events": findings_.cluster_events_public(track_id),
        },
    )
