"""Reports, and clusters of those that are alike."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from backend.catalogue import selectors as catalogue
from backend.explorer.listing import listing
from backend.explorer.medoids import with_medoids
from backend.findings import clusters as clusters_
from backend.findings import selectors as findings_
from backend.reports import selectors as reports_
from backend.reports.listed import ListedReport, reports_listed_public
from backend.reports.similar import likenesses_public

SIMILAR_SHOWN = 6
AS_SENT = "?view=plain"
"""Of the page of a report: its texts as they were sent."""


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """Search and filters, all of them in the address."""
    context = listing(request)
    return render(request, "explorer/reports.html", context, status=context["status"])


@require_safe
def report(request: HttpRequest, report_id: Any) -> HttpResponse:
    """One report: what was sent as Markdown, or with AS_SENT as it is."""
    found = reports_.report_public(report_id)
    if found is None:
        raise Http404
    counted = findings_.report_domain_public(report_id)
    names = catalogue.names_public()
    is_plain = request.GET.get("view") == "plain"
    return render(
        request,
        "explorer/report.html",
        {
            "report": found,
            "names": names,
            "symptoms": catalogue.symptoms_of(found.symptom_ids),
            "counted": counted,
            "cluster": clusters_.cluster_of_report_public(report_id),
            "counted_name": catalogue.local_name(names["domain"], counted.domain)
            if counted
            else "",
            "similar": _similar(report_id),
            "is_plain": is_plain,
            "as_sent": "" if is_plain else AS_SENT,
        },
    )


def _similar(report_id: Any) -> list[tuple[float, ListedReport]]:
    """The public reports most like one, the most like first, each with its likeness."""
    likeness = likenesses_public(report_id, n=SIMILAR_SHOWN)
    shown = {row.pk: row for row in reports_listed_public(likeness)}
    return [(cosine, shown[pk]) for pk, cosine in likeness.items() if pk in shown]


@require_safe
def cluster(request: HttpRequest, track_id: int) -> HttpResponse:
    """A cluster under its lasting id. One that has ended leads to where its reports went."""
    found = clusters_.cluster_public(track_id)
    if found is None:
        heir = clusters_.cluster_heir_public(track_id)
        if heir is None or heir.track_id is None:
            raise Http404
        return redirect("cluster", track_id=heir.track_id)
    ((_, medoids),) = with_medoids([found])
    members = reports_.reports_public().filter(pk__in=clusters_.report_ids_in_cluster(found))
    listed = listing(request, within=members, is_widened=False)
    return render(
        request,
        "explorer/cluster.html",
        {
            **listed,
            "cluster": found,
            "medoids": medoids,
            "variants": clusters_.variants_public(found),
            "models": clusters_.cluster_models_public(found),
            "events": clusters_.cluster_events_public(track_id),
        },
        status=listed["status"],
    )
