"""What vendors say: their replies to findings, and the register of what they disclosed."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.disclosures.selectors import disclosures_public
from backend.explorer.finding_words import contact_shown
from backend.findings.facts import replies_public
from backend.findings.replies import REPLY_CHARS_MAX

REPLIES_SHOWN = 50


@require_safe
def replies(request: HttpRequest) -> HttpResponse:
    """The vendors' right of reply: how to use it, and who did."""
    return render(
        request,
        "explorer/replies.html",
        {
            "replies": replies_public()[:REPLIES_SHOWN],
            "chars_max": REPLY_CHARS_MAX,
            "contact": contact_shown(settings.SECURITY_CONTACT, settings.PUBLIC_URL),
        },
    )


@require_safe
def disclosures(request: HttpRequest) -> HttpResponse:
    """The register: passages in which vendors state that they change answers."""
    return render(
        request,
        "explorer/disclosures.html",
        {
            "disclosures": disclosures_public(),
            "contact": contact_shown(settings.SECURITY_CONTACT, settings.PUBLIC_URL),
        },
    )
