"""Withdrawing over the network: by the API and on the page alike."""

from __future__ import annotations

from django.http import HttpRequest

from backend.common.errors import UnknownError
from backend.common.throttles import submissions_count
from backend.reports import services
from backend.reports.models import Receipt


def report_withdraw_or_remember(request: HttpRequest, *, receipt_key: str) -> Receipt:
    """The receipt of the report that is withdrawn now.

    UnknownError if no report has this key: then it is remembered, and whatever arrives with it is erased.
    What is remembered counts as a report of the network's hour; TooManyError, and nothing kept, beyond.
    """
    try:
        return services.report_withdraw(receipt_key=receipt_key)
    except UnknownError:
        submissions_count(request, n_reports=1, n_chars=0)
        services.withdrawal_remember(receipt_key=receipt_key)
        raise
