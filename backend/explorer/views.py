"""The public pages. Each reads through the doors named `*_public`, and changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from backend.catalogue import selectors as catalogue
from backend.common.errors import RuleError
from backend.explorer.published import error_rates, plan_of
from backend.explorer.words import confusions_in_words, noticed_in_words, thresholds_in_words
from backend.exports import selectors as exports
from backend.exports.columns import DICTIONARY
from backend.findings import selectors as findings_
from backend.findings.boundaries import boundary_exists, boundary_public
from backend.measurements.selectors import rating_counts_public
from backend.reports import selectors as reports_
from backend.reports.filters import ReportFilter, reports_filtered

PAGE_ROWS = 25
CLUSTERS_SHOWN = 8
DATASETS_SHOWN = 30


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What stands out, and how much is known."""
    counts = reports_.report_counts_public()
    tally = _tally(findings_.comparisons_public())
    return render(
        request,
        "explorer/overview.html",
        {
            "counts": counts,
            "reported": list(findings_.findings_standing_public()),
            "ended": list(findings_.findings_ended_public()),
            "run": findings_.run_current(),
            "ratings": rating_counts_public(),
            "comparisons": tally["tally"],
            "n_worse_cautious": tally["n_worse_cautious"],
            "weeks": reports_.weeks_public(reports_.reports_public_timely()),
        },
    )


@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    """Every finding, the firmest first."""
    return render(
        request,
        "explorer/findings.html",
        {"findings": findings_.findings_public(), "run": findings_.run_current()},
    )


@require_safe
def finding(request: HttpRequest, finding_id: int) -> HttpResponse:
    """One finding with its evidence."""
    found = findings_.finding_public(finding_id)
    if found is None:
        raise Http404
    shown = reports_.reports_public_listed().filter(pk__in=findings_.representative_ids(found))
    is_merged = found.merged_into_id is not None
    heirs = findings_.finding_heirs_public([found.pk] if is_merged else [])
    return render(
        request,
        "explorer/finding.html",
        {
            "finding": found,
            "heir": heirs.get(found.pk),
            "events": [(e, findings_.event_other_shown(e)) for e in found.events.all()],
            **_evidence(found),
            "windows": findings_.windows_public(found),
            "has_map": boundary_exists(found),
            "is_peak_shown": findings_.contributors_shown(found.peak["observed"]) is not None,
            "reports": shown,
        },
    )


def _evidence(found: Any) -> dict[str, Any]:
    """What its state was computed from, and the name of the place where it stands out most."""
    evidence = findings_.evidence_public(found)
    slug = str((evidence.get("place") or {}).get("domain", ""))
    names = {d.pk: d.name for d in catalogue.domains_public()} if slug else {}
    return {"evidence": evidence, "place_name": names.get(slug, slug)}


@require_safe
def finding_map(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Where a finding's model is reported more than others are, and where it is not."""
    found = findings_.finding_public(finding_id)
    shown = boundary_public(found) if found else None
    if found is None or shown is None:
        raise Http404
    names = {domain.pk: domain.name for domain in catalogue.leaves_public()}
    return render(
        request,
        "explorer/map.html",
        {
            "finding": found,
            "map": shown,
            "domains": [
                {**row, "name": names.get(row["domain"], row["domain"])}
                for row in shown.domains_shown
            ],
            "tally": Counter(point.state for point in shown.points_shown),
            "sides": [(side, _in_order(shown.frontier(side))) for side in ("affected", "normal")],
        },
    )


def _in_order(report_ids: list[str]) -> list[Any]:
    """The public reports of these ids, in their order."""
    rows = {str(row.pk): row for row in reports_.reports_public_listed().filter(pk__in=report_ids)}
    return [rows[report_id] for report_id in report_ids if report_id in rows]


@require_safe
def comparisons(request: HttpRequest) -> HttpResponse:
    """Versions of models compared on graded answers."""
    rows = list(findings_.comparisons_public())
    return render(
        request,
        "explorer/comparisons.html",
        {"rows": rows, **_tally(rows)},
    )


def _tally(rows: Iterable[Any]) -> dict[str, Any]:
    """How many comparisons came to each verdict, and how many of the worse carry a caution."""
    rows = list(rows)
    return {
        "tally": Counter(row.verdict for row in rows),
        "n_worse_cautious": sum(row.verdict == "worse" and bool(row.cautions) for row in rows),
    }


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
def domains(request: HttpRequest) -> HttpResponse:
    """The tree of subject areas, with how much was reported in each."""
    counts = findings_.domain_counts_public()
    tree: dict[str, dict[str, Any]] = {}
    for domain in catalogue.domains_public():
        if domain.parent is None:
            tree.setdefault(domain.pk, {"family": domain, "leaves": []})
        else:
            family = tree.setdefault(domain.parent.pk, {"family": domain.parent, "leaves": []})
            family["leaves"].append((domain, counts.get(domain.pk, 0)))
    return render(
        request,
        "explorer/domains.html",
        {"families": tree.values(), "n_unknown": counts.get("unknown", 0)},
    )


@require_safe
def domain(request: HttpRequest, slug: str) -> HttpResponse:
    """One subject area: models, clusters and findings."""
    leaf = catalogue.leaf_by_slug(slug)
    if leaf is None:
        raise Http404
    counted = reports_.reports_public().filter(pk__in=findings_.report_ids_in_domain(slug))
    clusters = list(findings_.clusters_public(domain=slug)[:CLUSTERS_SHOWN])
    return render(
        request,
        "explorer/domain.html",
        {
            "domain": leaf,
            "models": reports_.model_counts_public(counted),
            "fictional": {model.name for model in catalogue.models_public() if model.is_fictional},
            "weeks": reports_.weeks_public(counted),
            "findings": findings_.findings_public().filter(domain_id=slug, merged_into=None),
            "cells": [
                (cell, noticed_in_words(cell)) for cell in findings_.cells_public(domain=slug)
            ],
            "clusters": _with_medoids(clusters),
        },
    )


def _with_medoids(clusters: list[Any]) -> list[tuple[Any, list[Any]]]:
    """Each cluster with the public reports that stand for it."""
    medoids = findings_.cluster_medoid_ids([cluster.pk for cluster in clusters])
    wanted = [report_id for ids in medoids.values() for report_id in ids]
    shown = {str(row.pk): row for row in reports_.reports_public_listed().filter(pk__in=wanted)}
    return [
        (cluster, [shown[i] for i in medoids[cluster.pk] if i in shown]) for cluster in clusters
    ]


@require_safe
def cluster(request: HttpRequest, track_id: int) -> HttpResponse:
    """A cluster under its lasting id. One that has ended leads to where its reports went."""
    found = findings_.cluster_public(track_id)
    if found is None:
        heir = findings_.cluster_heir_public(track_id)
        if heir is None or heir.track_id is None:
            raise Http404
        return redirect("cluster", track_id=heir.track_id)
    ((_, medoids),) = _with_medoids([found])
    return render(
        request,
        "explorer/cluster.html",
        {
            "cluster": found,
            "reports": medoids,
            "variants": findings_.variants_public(found),
            "events": findings_.cluster_events_public(track_id),
        },
    )


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """How Plumbline judges, with the thresholds of the current run."""
    run = findings_.run_current()
    return render(
        request,
        "explorer/method.html",
        {
            "run": run,
            "thresholds": thresholds_in_words(run.config) if run else [],
            "confusions": confusions_in_words(catalogue.domains_public()),
            "rates": error_rates(),
        },
    )


@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """How many contributors and ratings it takes until an episode would be noticed. SIMULATED."""
    problem, status = "", 200
    try:
        found = plan_of(request.GET)
    except RuleError as error:
        problem, status, found = str(error), 400, plan_of({})
    context = {"plan": found, "problem": problem, "run": findings_.run_current()}
    return render(request, "explorer/plan.html", context, status=status)


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Datasets to download, and what their columns mean."""
    return render(
        request,
        "explorer/data.html",
        {"datasets": exports.datasets_public()[:DATASETS_SHOWN], "dictionary": DICTIONARY},
    )


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, what is not, and how to take a report back."""
    contact: str = settings.SECURITY_CONTACT
    is_named = not contact.startswith(settings.PUBLIC_URL)  # the default is this very page
    return render(
        request,
        "explorer/privacy.html",
        {"settings": settings, "contact": contact if is_named else ""},
    )


# --- for programs


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report a security problem (RFC 9116)."""
    expires = date(date.today().year + 1, 1, 1)  # noqa: DTZ011 - a year is all that is needed
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.isoformat()}T00:00:00Z",
        "Preferred-Languages: en",
        f"Canonical: {settings.PUBLIC_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Single reports are not for search engines: a withdrawal would not reach them."""
    text = "User-agent: *\nDisallow: /reports/\nDisallow: /withdraw/\nDisallow: /admin/\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask here for the icon of pages that name none: the desk and the API's docs."""
    return redirect(static("explorer/icon.svg"))
