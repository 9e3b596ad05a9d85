"""The API of reports: send, read, look up and withdraw."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from drf_spectacular.utils import (
    OpenApiParameter,
    PolymorphicProxySerializer,
    extend_schema,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.errors import PlumblineError, RuleError, TooManyError, UnknownError, error_body
from backend.common.filters import parameters_check
from backend.common.pagination import PageQuerySerializer, page_of
from backend.common.shapes import contract_schema
from backend.common.throttles import submissions_count
from backend.credentials.vouching import BASE64_CHARS, CREDENTIAL_HEADER, contributor_vouched
from backend.reports import selectors, services
from backend.reports.contract import SCHEMA
from backend.reports.filters import ReportQuerySerializer, report_choice, reports_chosen
from backend.reports.intake import Stored
from backend.reports.told import PublicReportSerializer, ReportPageSerializer
from backend.reports.withdrawal import report_withdraw_or_remember
from backend.reports.word_pages import ORDER, WordSearch

BATCH_MAX = 50
BATCH_CHARS_MAX = 300_000
"""Characters of all texts of a batch: what is redacted within some seconds."""
RECEIPT_HEADER = "Plumbline-Receipt"
SLOTS, SLOT_SECONDS = 3, 10
_slots = threading.BoundedSemaphore(SLOTS)
_KEY = re.compile(r"[0-9a-f]{32}\Z")

# The contract as data: the very schema that checks a report describes it here.
_REPORT_SCHEMA = contract_schema(SCHEMA)
_SUBMIT_BODY = {
    "oneOf": [
        _REPORT_SCHEMA,
        {"type": "array", "minItems": 1, "maxItems": BATCH_MAX, "items": _REPORT_SCHEMA},
    ]
}
CREDENTIAL = OpenApiParameter(
    CREDENTIAL_HEADER,
    {"type": "string"},  # no pattern: nothing is lost over what it was sent with
    OpenApiParameter.HEADER,
    description=(
        f"The signature of the contributor's tag, {BASE64_CHARS} characters of base64url. What comes without "
        "one over a network, or with one that signs nothing, is stored and shown all the same, and takes no "
        "part in counts of contributors."
    ),
)
_RECEIPT_KEY = OpenApiParameter(
    RECEIPT_HEADER,
    {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    OpenApiParameter.HEADER,
    required=True,
    description="The receipt key. Never in an address, because addresses are logged.",
)


class ReceiptSerializer(serializers.Serializer):
    """What the sender of a report may know of it."""

    id = serializers.UUIDField(source="report_id")
    state = serializers.ChoiceField(
        choices=["pending", "quarantined", "released", "rejected", "withdrawn"],
        source="report.state",
    )
    received_on = serializers.DateField(source="report.received_on")
    public_from = serializers.DateField(
        source="report.public_from", allow_null=True, help_text="null while nobody can tell."
    )
    simulated = serializers.SerializerMethodField()

    def get_simulated(self, receipt: Any) -> bool:
        return bool(receipt.report.provenance == "simulated")


class BatchSerializer(serializers.Serializer):
    """Receipts and errors, in the order of the reports sent."""

    results = serializers.ListField(
        child=PolymorphicProxySerializer(
            component_name="ReceiptOrError",
            serializers=[ReceiptSerializer, ErrorSerializer],
            resource_type_field_name=None,
        )
    )


@method_decorator(conditional_page, name="dispatch")
class ReportsApi(PlumblineApi):
    """Send reports; list the public ones."""

    @extend_schema(
        operation_id="reports_list",
        summary="Public reports, the latest observed first",
        parameters=[ReportQuerySerializer, PageQuerySerializer],
        responses={200: ReportPageSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        """Released reports that the filters let through, by cursor."""
        choice = report_choice(request.query_params, also=frozenset({"cursor", "page_size"}))
        shown = selectors.reports_public_listed()
        if not choice.words:
            told = selectors.reports_told(reports_chosen(shown, choice))
            page = page_of(told, request, ordering=ORDER)
            return Response(page.body(PublicReportSerializer(page.rows, many=True).data))
        keys = reports_chosen(selectors.reports_public().only("id", "observed_on"), choice)
        page = page_of(keys, request, ordering=ORDER, first_rows=WordSearch(choice).first_rows)
        rows = selectors.reports_told_public([row.pk for row in page.rows])
        return Response(page.body(PublicReportSerializer(rows, many=True).data))

    @extend_schema(
        operation_id="reports_submit",
        summary="Send one report, or up to 50",
        description=(
            "Idempotent: the id is made on the device, and the same report sent again gives the "
            "same receipt. One object: 201 if new, 200 if it was stored before. An array: 200 with "
            "a receipt for each, in order; 207 where some are errors instead; 400 if none was "
            f"stored. The texts of a batch have at most {BATCH_CHARS_MAX:,} characters together. "
            "Text is redacted again before it is stored. What is `fictional` in the catalogue is of the demo "
            "alone: a report that names such a site or model is refused."
        ),
        parameters=[CREDENTIAL],
        request={"application/json": _SUBMIT_BODY},
        responses={
            201: ReceiptSerializer,
            200: PolymorphicProxySerializer(
                component_name="ReceiptOrBatch",
                serializers=[ReceiptSerializer, BatchSerializer],
                resource_type_field_name=None,
            ),
            207: BatchSerializer,
            **dict.fromkeys((400, 409, 413, 415, 429), ErrorSerializer),
        },
    )
    def post(self, request: Request) -> Response:
        """Store one report or a batch."""
        payload = request.data
        http = request._request
        if not isinstance(payload, list):
            submissions_count(http, n_reports=1, n_chars=_chars_of(payload))
            with redaction_slot():
                stored = services.report_submit(payload=payload, vouches=contributor_vouched(http))
            status = 201 if stored.is_new else 200
            return Response(ReceiptSerializer(stored.receipt).data, status=status)
        _batch_check(http, payload)
        with redaction_slot():
            outcomes = services.reports_submit_each(
                payloads=payload, vouches=contributor_vouched(http)
            )
        refused = {
            str(n): [f"{outcome.code}: {outcome.message}"]
            for n, outcome in enumerate(outcomes)
            if isinstance(outcome, PlumblineError)
        }
        if len(refused) == len(outcomes):
            raise RuleError("batch_refused", "No report of this batch was stored.", refused)
        results = [_outcome(outcome) for outcome in outcomes]
        return Response({"results": results}, status=207 if refused else 200)


def _batch_check(http: HttpRequest, payload: list[Any]) -> None:
    """Count the batch against the limit of its network; RuleError if it is too long or empty."""
    n_chars = sum(_chars_of(item) for item in payload[:BATCH_MAX])
    if not 1 <= len(payload) <= BATCH_MAX:
        submissions_count(http, n_reports=1, n_chars=0)
        message = f"A batch has 1 to {BATCH_MAX} reports."
        raise RuleError("batch_size_invalid", message, {"body": [message]})
    if n_chars > BATCH_CHARS_MAX:
        submissions_count(http, n_reports=1, n_chars=0)
        message = f"The texts of a batch have at most {BATCH_CHARS_MAX:,} characters together."
        raise RuleError("batch_too_long", message, {"body": [message]})
    submissions_count(http, n_reports=len(payload), n_chars=n_chars)


def _chars_of(payload: Any) -> int:
    """Characters of a report's texts, whether or not it keeps the contract."""
    if not isinstance(payload, dict):
        return 0
    texts = (payload.get(name) for name in ("prompt", "response", "comment", "expected"))
    return sum(len(text) for text in texts if isinstance(text, str))


@contextmanager
def redaction_slot() -> Iterator[None]:
    """Room for one request's redaction; TooManyError where none gets free in time.

    So that readers find a free thread however much is being sent.
    """
    if not _slots.acquire(timeout=SLOT_SECONDS):
        raise TooManyError("busy", "Too much is being sent just now. Try again.", retry_after=60)
    try:
        yield
    finally:
        _slots.release()


def _outcome(outcome: Stored | PlumblineError) -> Any:
    if isinstance(outcome, PlumblineError):
        return error_body(outcome.code, outcome.message, outcome.fields)
    return ReceiptSerializer(outcome.receipt).data


@method_decorator(conditional_page, name="dispatch")
class ReportDetailApi(PlumblineApi):
    """One public report."""

    @extend_schema(
        operation_id="reports_detail",
        summary="One public report",
        responses={200: PublicReportSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request, report_id: UUID) -> Response:
        """The report, unless it is not released, or withdrawn."""
        report = selectors.report_public(report_id)
        if report is None:
            raise UnknownError("report_unknown", "There is no public report with this id.")
        return Response(PublicReportSerializer(report).data)


def receipt_key(request: Request) -> str:
    """The receipt key of the request's header; RuleError if it is missing or no key."""
    key = request.headers.get(RECEIPT_HEADER, "")
    if not _KEY.match(key):
        raise RuleError(
            "receipt_key_invalid",
            f"Send the receipt key, 32 hexadecimal characters, as the header {RECEIPT_HEADER}.",
            {RECEIPT_HEADER: ["32 lower-case hexadecimal characters."]},
        )
    return key


class ReceiptApi(PlumblineApi):
    """What became of a report, for its sender."""

    cache_control = {"no_store": True}

    @extend_schema(
        operation_id="receipts_look_up",
        summary="What became of my report?",
        parameters=[_RECEIPT_KEY],
        responses={200: ReceiptSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        """The receipt of the key in the header."""
        receipt = selectors.report_receipt(receipt_key(request))
        return Response(ReceiptSerializer(receipt).data)


class ReceiptWithdrawApi(PlumblineApi):
    """Withdrawing a report, for its sender."""

    @extend_schema(
        operation_id="receipts_withdraw",
        summary="Withdraw my report",
        description=(
            "The text is erased at once, everywhere here, and for good. Repeat safely. 404 where "
            "no report has this key yet: one that arrives within 30 days is erased on arrival."
        ),
        parameters=[_RECEIPT_KEY],
        request=None,
        responses={
            200: ReceiptSerializer,
            **dict.fromkeys((400, 404, 429), ErrorSerializer),
        },
    )
    def post(self, request: Request) -> Response:
        """Erase the report of the key in the header."""
        receipt = report_withdraw_or_remember(request._request, receipt_key=receipt_key(request))
        return Response(ReceiptSerializer(receipt).data)


class TombstoneSerializer(serializers.Serializer):
    """The id of a report that was public and is no longer."""

    id = serializers.UUIDField(source="report_id")
    withdrawn_on = serializers.DateField()


class TombstonePageSerializer(serializers.Serializer):
    """One page of tombstones."""

    results = TombstoneSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class TombstonesApi(PlumblineApi):
    """What copies of the data must drop."""

    @extend_schema(
        operation_id="tombstones_list",
        summary="Reports that copies must drop",
        parameters=[PageQuerySerializer],
        responses={200: TombstonePageSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        """Ids of withdrawn reports that had been public, the oldest withdrawal first."""
        parameters_check(request.query_params)
        ordering = ("withdrawn_on", "report_id")
        page = page_of(selectors.tombstones_public(), request, ordering=ordering)
        return Response(page.body(TombstoneSerializer(page.rows, many=True).data))
