"""The page on which a sender looks up or withdraws a report; works without JavaScript."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from backend.common.errors import PlumblineError, UnknownError
from backend.reports import selectors
from backend.reports.withdrawal import report_withdraw_or_remember


class ReceiptKeyForm(forms.Form):
    """A receipt key, however it was pasted."""

    key = forms.RegexField(
        regex=r"\A[0-9a-fA-F]{32}\Z",  # however it was typed: it is a number, and kept in lower case
        strip=True,
        label=_("Receipt key"),
        error_messages={"invalid": _("A receipt key has 32 characters: 0 to 9 and a to f.")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "spellcheck": "false",
                "autocapitalize": "none",
                "size": "34",
            }
        ),
    )


@csrf_exempt  # a key is asked for, not a session: another site can send nothing that it does not know itself
@sensitive_post_parameters("key")
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: the state of the report, or, with `action=withdraw`, its withdrawal."""
    form = ReceiptKeyForm(request.POST or None)
    receipt, status, headers = None, 200, {}
    is_withdrawal = request.POST.get("action") == "withdraw"
    if request.method == "POST":
        status = 400
        if form.is_valid():
            key = form.cleaned_data["key"].lower()
            try:
                receipt = (
                    report_withdraw_or_remember(request, receipt_key=key)
                    if is_withdrawal
                    else selectors.report_receipt(key)
                )
                status = 200
            except PlumblineError as error:
                form.add_error("key", _problem(error, is_withdrawal=is_withdrawal))
                status, headers = error.status, error.headers
    response = render(
        request,
        "reports/withdraw.html",
        {"form": form, "receipt": receipt, "is_withdrawal": is_withdrawal},
        status=status,
    )
    for name, value in headers.items():
        response[name] = value
    if request.method == "POST":
        add_never_cache_headers(response)
    return response


def _problem(error: PlumblineError, *, is_withdrawal: bool) -> str:
    """Why there is no receipt to show, and what to do."""
    if not isinstance(error, UnknownError):
        return error.message
    if not is_withdrawal:
        return gettext("No report with this receipt key is here.")
    return ngettext(
        "No report with this receipt key is here yet. If one arrives within %(days)s day, it is withdrawn "
        "and erased on arrival. If it should be here already, check the key.",
        "No report with this receipt key is here yet. If one arrives within %(days)s days, it is withdrawn "
        "and erased on arrival. If it should be here already, check the key.",
        settings.QUARANTINE_DAYS,
    ) % {"days": settings.QUARANTINE_DAYS}
