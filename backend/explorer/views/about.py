"""How Plumbline judges, and what it keeps."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.catalogue import selectors as catalogue
from backend.common.errors import RuleError
from backend.explorer.again import probe_rules
from backend.explorer.published import error_rates, plan_of
from backend.explorer.words import confusions_in_words, thresholds_in_words
from backend.findings import selectors as findings_


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
            "probe_rules": probe_rules(run.config) if run else {},
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
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, what is not, and how to take a report back."""
    contact: str = settings.SECURITY_CONTACT
    is_named = not contact.startswith(settings.PUBLIC_URL)  # the default is this very page
    return render(
        request,
        "explorer/privacy.html",
        {"settings": settings, "contact": contact if is_named else ""},
    )
