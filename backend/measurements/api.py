"""The API of the controls: send a rating, a week's noised counts, the structure of a page."""

from __future__ import annotations

import json

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.shapes import contract_schema
from backend.common.throttles import submissions_count
from backend.credentials.services import stamp_issue
from backend.credentials.vouching import (
    BASE64_CHARS,
    STAMP_HEADER,
    contributor_vouched,
    stamp_wanted,
    text_of,
)
from backend.measurements import services
from backend.measurements.contract import DRIFT, EXPOSURE, RATING
from backend.measurements.intake import Stored
from backend.reports.api import CREDENTIAL

_ERRORS = dict.fromkeys((400, 409, 413, 415, 429), ErrorSerializer)


class StoredSerializer(serializers.Serializer):
    """That it is stored."""

    id = serializers.UUIDField()
    received_on = serializers.DateField()


class RatingStoredSerializer(StoredSerializer):
    """That it is stored, and the blind signature that was asked for."""

    blind_signature = serializers.CharField(
        allow_null=True, help_text="null where none was asked for, or none could be given."
    )


_RESPONSES = {201: StoredSerializer, 200: StoredSerializer, **_ERRORS}
_STAMP = OpenApiParameter(
    STAMP_HEADER,
    {"type": "string"},  # no pattern: a rating is never lost over its stamp
    OpenApiParameter.HEADER,
    description=(
        "A blinded message that the key of this id, of the purpose `rated`, shall sign: 64 hexadecimal "
        f"characters, a dot, {BASE64_CHARS} characters of base64url. Each rating is worth one signature. The "
        "rating is stored whatever the stamp is, and `blind_signature` is null for what can't be signed."
    ),
)
_AGAIN = "Idempotent: the id is made on the device. 201 if new, 200 if it was stored before."


class ControlApi(PlumblineApi):
    """One control is sent at a time, and never read back."""

    http_method_names = ["post"]


class RatingsApi(ControlApi):
    """Whether an answer that was drawn at random was fine."""

    @extend_schema(
        operation_id="ratings_submit",
        summary="Send one rating",
        description=f"A person's word on an answer drawn at random. No text. {_AGAIN}",
        parameters=[CREDENTIAL, _STAMP],
        request={"application/json": contract_schema(RATING)},
        responses={201: RatingStoredSerializer, 200: RatingStoredSerializer, **_ERRORS},
    )
    def post(self, request: Request) -> Response:
        """Store one rating."""
        http, payload = request._request, request.data
        submissions_count(http, n_reports=1, n_chars=0)
        stored = services.rating_submit(payload=payload, vouches=contributor_vouched(http))
        wanted = stamp_wanted(http)
        signature = stamp_issue(rating_id=stored.id, wanted=wanted) if wanted else None
        answer = StoredSerializer(stored).data | {
            "blind_signature": signature and text_of(signature)
        }
        return Response(answer, status=_status(stored))


class ExposuresApi(ControlApi):
    """How many answers one device saw in a week, with noise."""

    @extend_schema(
        operation_id="exposures_submit",
        summary="Send the noised counts of one site and week",
        description=(
            "One count for each domain of the catalogue and one for null, used or not. Noise is "
            f"added on the device. {_AGAIN}"
        ),
        parameters=[CREDENTIAL],
        request={"application/json": contract_schema(EXPOSURE)},
        responses=_RESPONSES,
    )
    def post(self, request: Request) -> Response:
        """Store one week's counts."""
        http, payload = request._request, request.data
        submissions_count(http, n_reports=1, n_chars=0)
        return _answer(
            services.exposures_submit(payload=payload, vouches=contributor_vouched(http))
        )


class DriftReportsApi(ControlApi):
    """How a page is built that an adapter could not read."""

    @extend_schema(
        operation_id="drift_reports_submit",
        summary="Send the structure of a page that could not be read",
        description=(
            "Tags, classes, names of attributes and lengths of texts; no text and no value of an "
            f"attribute. For maintainers; erased after {services.DRIFT_DAYS} days. {_AGAIN}"
        ),
        request={"application/json": contract_schema(DRIFT)},
        responses=_RESPONSES,
    )
    def post(self, request: Request) -> Response:
        """Store the structure of one page."""
        payload = request.data
        n_chars = len(json.dumps(payload))
        submissions_count(request._request, n_reports=1, n_chars=n_chars)
        return _answer(services.drift_report_submit(payload=payload))


def _answer(stored: Stored) -> Response:
    return Response(StoredSerializer(stored).data, status=_status(stored))


def _status(stored: Stored) -> int:
    return 201 if stored.is_new else 200
