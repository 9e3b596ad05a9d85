"""What a moderator says a report is about: it counts there, and teaches the classifier."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from backend.catalogue.selectors import leaves_public
from backend.common.decisions import reason_clean
from backend.common.errors import RuleError, UnknownError
from backend.findings.models import DomainCorrection, ReportDomain
from backend.reports.selectors import reports_public

UNKNOWN = "unknown"


@transaction.atomic
def domain_correct(
    *, report_domain_id: int, domain: str, moderator: str, reason: str
) -> DomainCorrection:
    """Say which domain a report belongs to, from the next run on.

    UnknownError if there is no such report or it is not public; RuleError for what is no leaf.
    """
    placed = ReportDomain.objects.filter(pk=report_domain_id).first()
    if placed is None or not reports_public().filter(pk=placed.report_id).exists():
        raise UnknownError("report_unknown", "There is no such public report.")
    reason = reason_clean(reason)
    if domain != UNKNOWN and not leaves_public().filter(pk=domain).exists():
        raise RuleError(
            "domain_unknown",
            "That is no domain.",
            {"domain": [f"A leaf of the catalogue, or {UNKNOWN}."]},
        )
    return DomainCorrection.objects.create(
        report_id=placed.report_id,
        domain=domain,
        decided_at=timezone.now(),
        actor=moderator,
        reason=reason,
    )


def corrections_current() -> dict[str, tuple[str, str]]:
    """By report that is still public: the domain it was last said to belong to, and its prompt."""
    rows = DomainCorrection.objects.filter(report__in=reports_public()).order_by("decided_at", "id")
    return {
        str(report_id): (domain, prompt)
        for report_id, domain, prompt in rows.values_list("report_id", "domain", "report__prompt")
    }
