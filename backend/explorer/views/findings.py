"""Findings, their maps and how they are cited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import override, pgettext
from django.views.decorators.http import require_safe

from backend.catalogue import selectors as catalogue
from backend.catalogue.selectors import Name
from backend.common.errors import RuleError
from backend.disclosures.selectors import disclosures_of_public
from backend.explorer import again, finding_words, words
from backend.explorer.citations import Citation
from backend.explorer.facets import parameters_of
from backend.explorer.problems import FINDINGS, list_problem
from backend.findings import facts
from backend.findings import selectors as findings_
from backend.findings.acknowledged import acknowledgements_public
from backend.findings.boundaries import boundary_public
from backend.findings.evidence import evidence_public
from backend.findings.facets import findings_chosen
from backend.reports.listed import reports_listed_public

PAGE_CARDS = 60
ORDERS: dict[str, tuple[Any, ...]] = {
    "newest": ("-first_seen_at", "-id"),
    "onset": (F("onset").desc(nulls_last=True), "-id"),
    "contributors": ("-n_contributors", "id"),
}
"""By value of `sort`; without one, the firmest come first."""


# --- the list


@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    """Every finding, what stands apart from what has ended; filters and sorting in the address."""
    parameters = parameters_of(request)
    page_number = parameters.pop("page", ["1"])[-1]
    order = parameters.get("sort", "")
    problem, status = "", 200
    try:
        chosen = findings_chosen(parameters, also=frozenset({"sort"}))
        if order and order not in ORDERS:
            raise RuleError("filter_invalid", "A filter is not valid.", {"sort": list(ORDERS)})
    except RuleError as error:
        problem, status = list_problem(error, FINDINGS), 400
        chosen = findings_chosen(QueryDict(), also=frozenset())
    cards = chosen.findings.defer("evidence", "series")
    if order in ORDERS:
        cards = cards.order_by(*ORDERS[order])
    page = Paginator(cards, PAGE_CARDS).get_page(page_number)
    shown: Sequence[Any] = [] if problem else list(page)
    return render(
        request,
        "explorer/findings.html",
        {
            "page": page,
            "groups": _groups(shown),
            "total": chosen.total,
            "options": [] if not chosen.total else [
                (name, finding_words.FILTERS[name], options)
                for name, options in chosen.options.items()
            ],
            "order": order,
            "orders": list(finding_words.ORDERS.items()),
            "query": urlencode(parameters, doseq=True),
            "is_filtered": bool(parameters),
            "problem": problem,
            "run": findings_.run_current(),
        },
        status=status,
    )  # fmt: skip


def _groups(shown: Sequence[Any]) -> list[tuple[str, list[Any]]]:
    """Cards by what has become of them: `standing`, `ended`, `gone` or `merged`; empty ones left out."""
    groups: dict[str, list[Any]] = {"standing": [], "ended": [], "gone": [], "merged": []}
    for found in shown:
        if found.merged_into_id is not None:
            groups["merged"].append(found)
        elif found.state in findings_.STANDING:
            groups["standing"].append(found)
        else:
            groups["ended" if found.state == "resolved" else "gone"].append(found)
    return [(name, cards) for name, cards in groups.items() if cards]


# --- one finding


def _public(finding_id: int) -> Any:
    found = findings_.finding_public(finding_id)
    if found is None:
        raise Http404
    return found


@require_safe
def finding(request: HttpRequest, finding_id: int) -> HttpResponse:
    """The number alone leads to the permanent address."""
    found = _public(finding_id)
    return redirect("finding-page", found.pk, found.slug, permanent=True)


@require_safe
def finding_map_bare(request: HttpRequest, finding_id: int) -> HttpResponse:
    """The same for the map."""
    found = _public(finding_id)
    if not found.has_map:
        raise Http404
    return redirect("finding-map-page", found.pk, found.slug, permanent=True)


@require_safe
def finding_page(request: HttpRequest, finding_id: int, slug: str) -> HttpResponse:
    """One finding with its evidence."""
    found = _public(finding_id)
    if slug != found.slug:
        return redirect("finding-page", found.pk, found.slug, permanent=True)
    is_merged = found.merged_into_id is not None
    heirs = findings_.finding_heirs_public([found.pk] if is_merged else [])
    names = catalogue.names_public()
    return render(
        request,
        "explorer/finding.html",
        {
            "finding": found,
            "heir": heirs.get(found.pk),
            "siblings": [] if is_merged else facts.siblings_public(found),
            "events": [(e, findings_.event_other_shown(e)) for e in found.events_shown],
            **_evidence(found),
            **_again(found),
            "windows": facts.windows_told(found),
            "is_peak_shown": facts.peak_public(found) is not None,
            "reports": facts.representatives_listed_public(found),
            "names": names,
            "symptoms": _symptoms(found, names["symptom"]),
            "acknowledgements": acknowledgements_public([found]).get(found.pk, []),
            "instrument": _instrument(facts.instrument_public(found), names["site"]),
            # What follows for it stands on its heir's page.
            "disclosures": []
            if is_merged
            else disclosures_of_public(vendor=found.model.vendor_id, domain=found.domain_id),
            "citation": citation_of(found),
        },
    )


def _evidence(found: Any) -> dict[str, Any]:
    """What its state was computed from, and the name of the place where it stands out most."""
    evidence = evidence_public(found)
    slug = str((evidence.get("place") or {}).get("domain", ""))
    family = found.domain.parent
    if slug in (found.domain_id, found.domain.parent_id):
        name = found.domain if slug == found.domain_id else family
    else:
        name = {d.pk: d for d in catalogue.domains_public()}.get(slug, slug) if slug else ""
    return {"evidence": evidence, "place_name": str(name)}


def _again(found: Any) -> dict[str, Any]:
    """What asking again showed of it; where nobody did, whether that is still to be said."""
    could_be = found.symptom_kind == "silent" and found.state in findings_.STANDING
    return {
        "again": again.again_shown(found.evidence),
        "is_again_contradictory": again.is_contradictory(found.evidence),
        "is_not_asked_again": could_be and not again.is_said_elsewhere(found),
        "probe_rules": again.probe_rules(found.run.config),
    }


def _symptoms(found: Any, names: dict[str, Name]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Silent and stated symptoms apart, each with its name and the contributors who named it."""
    groups: dict[str, list[dict[str, Any]]] = {"silent": [], "stated": []}
    for place, row in enumerate(facts.symptoms_public(found)):
        if row.symptom in names:
            symptom = names[row.symptom]
            groups[symptom.parent].append({
                "name": pgettext("catalogue", symptom.name), "n_contributors": row.n_contributors,
                "field": f"/symptoms/{place}/n_contributors",
            })  # fmt: skip
    return [(kind, rows) for kind, rows in groups.items() if rows]


def _instrument(shown: facts.InstrumentShown, sites: dict[str, Name]) -> dict[str, Any]:
    """The tables of the instrument, each number with its place in the API's answer."""

    def cells(row: dict[str, Any], place: str) -> list[dict[str, Any]]:
        return [
            {"n": row[group], "group": group, "field": f"/instrument/{place}/{group}"}
            for group in facts.GROUPS
        ]

    return {
        "verdict": shown.verdict,
        "totals": shown.totals,
        "total_cells": cells(shown.totals, "totals"),
        "parts": {
            part: [
                {
                    "value": sites[row["value"]].name if row["value"] in sites else row["value"],
                    "cells": cells(row, f"parts/{part}/{place}"),
                }
                for place, row in enumerate(rows)
            ]
            for part, rows in shown.parts.items()
        },
    }


def citation_of(found: Any) -> Citation:
    """How the finding is cited as its last run left it, in English on every page."""
    with override(settings.LANGUAGE_CODE):
        state = str(words.STATES[found.state])
    simulated = "SIMULATED: " if found.is_simulated else ""
    return Citation(
        key=f"plumbline-finding-{found.pk}",
        title=f"{simulated}Finding {found.pk}: {found.model.name}, {found.domain.name}, "
        f"{found.symptom_kind} symptoms ({state})",
        address=facts.finding_address(found),
        version=f"Run {found.run.pk}, method {found.run.method_version}",
        issued_on=found.run.as_of,
        accessed_on=timezone.now().date(),
    )


@require_safe
def citation(request: HttpRequest, finding_id: int, slug: str, ending: str) -> HttpResponse:
    """The citation as a file, BibTeX or CSL-JSON."""
    found = _public(finding_id)
    if slug != found.slug:
        return redirect("finding-citation", found.pk, found.slug, ending, permanent=True)
    cited = citation_of(found)
    text, kind = {
        "bib": (cited.bibtex, "application/x-bibtex; charset=utf-8"),
        "json": (cited.csl_json, "application/vnd.citationstyles.csl+json"),
    }[ending]
    response = HttpResponse(text, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{cited.key}.{ending}"'
    return response


# --- its map


@require_safe
def finding_map(request: HttpRequest, finding_id: int, slug: str) -> HttpResponse:
    """Where a finding's model is reported more than others are, and where it is not."""
    found = findings_.findings_public().filter(pk=finding_id).first()
    shown = boundary_public(found) if found else None
    if found is None or shown is None:
        raise Http404
    if slug != found.slug:
        return redirect("finding-map-page", found.pk, found.slug, permanent=True)
    names = catalogue.names_public()
    return render(
        request,
        "explorer/map.html",
        {
            "finding": found,
            "map": shown,
            "names": names,
            "domains": [
                {**row, "name": catalogue.local_name(names["domain"], row["domain"])}
                for row in shown.domains_shown
            ],
            "tally": Counter(point.state for point in shown.points_shown),
            "sides": _sides(shown),
        },
    )


def _sides(shown: Any) -> list[tuple[str, list[Any]]]:
    """The public reports on either side of the boundary, the nearest to the other side first."""
    ids = {side: shown.frontier(side) for side in ("affected", "normal")}
    wanted = [report_id for side in ids.values() for report_id in side]
    rows = {str(row.pk): row for row in reports_listed_public(wanted)}
    return [(side, [rows[one] for one in ids[side] if one in rows]) for side in ids]
