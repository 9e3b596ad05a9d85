"""What every operation of the API's document says alike: limits, versions, errors, examples.

An example lies beside its app, as `api_examples/<operation id>.json`:

    {"request": {...}, "responses": {"200": {...}}}

Errors need none: there is one shape. tests/test_api_document.py holds every example against its schema.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from backend.common.errors import error_body

METHODS = ("get", "post")
ERROR: dict[str, Any] = {"$ref": "#/components/schemas/Error"}
ERRORS = {
    "400": error_body("filter_invalid", "A filter is not valid.", {"kind": ["No such choice."]}),
    "401": error_body("key_unknown", "This key is not known here, or was revoked."),
    "404": error_body("not_found", "There is nothing at this address."),
    "409": error_body("report_differs", "Another report has this id."),
    "410": error_body("dataset_withdrawn", "This version is no longer served."),
    "413": error_body("body_too_large", "The body is larger than 8388608 bytes."),
    "415": error_body("media_type_unsupported", "Send the body as application/json."),
    "501": error_body("format_unknown", "Only JSON is answered."),
    "429": error_body("too_many_requests", "At most 600 requests a minute. Try again later."),
}
WORDS = {
    "304": "Not changed: the answer that you have, with this ETag, still holds.",
    "400": "Something about the request is not valid; `fields` says what.",
    "401": "The key sent is not known. Reading needs no key.",
    "404": "There is no such thing, or it is not public: by its id, or by a slug or a cursor that was named.",
    "409": "Something else is stored already.",
    "410": "It was taken away on purpose.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "501": "This form is not made here.",
    "429": "Too much in too short a time; `Retry-After` says for how many seconds to wait.",
}
STRING = {"schema": {"type": "string"}}
POLICY = 'Requests (q) in a window of w seconds: `"network";q=600;w=60`.'
LEFT = 'Requests left (r), and seconds (t) until it starts anew: `"network";r=599;t=31`.'
LIMITS = {
    "RateLimit-Policy": STRING | {"description": POLICY},
    "RateLimit": STRING | {"description": LEFT},
}
ETAG = {"ETag": STRING | {"description": "Version of the answer, for `If-None-Match`."}}
RETRY = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}


def complete(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """The document with all that is the same everywhere; a hook of drf-spectacular."""
    result["components"].setdefault("securitySchemes", {})["key"] = {
        "type": "http", "scheme": "bearer",
        "description": "For more requests a minute. Never required, and made by the operator.",
    }  # fmt: skip
    for path, item in result["paths"].items():
        for method in METHODS:
            if method in item:
                is_limited = method == "get" and not path.startswith("/api/v1/receipts/")
                _complete(item[method], is_limited=is_limited)
    return result


def _complete(operation: dict[str, Any], *, is_limited: bool) -> None:
    responses: dict[str, Any] = operation["responses"]
    operation.setdefault("summary", operation.get("description", "").partition("\n")[0])
    if is_limited:
        operation["security"] = [{}, {"key": []}]
        responses.setdefault("304", {"description": WORDS["304"]})
        for status in ("401", "429"):
            responses.setdefault(status, {"content": {"application/json": {"schema": ERROR}}})
    for status, response in responses.items():
        if not response.get("description"):
            response["description"] = WORDS.get(status, "As asked for.")
        if is_limited and status != "401":
            response["headers"] = LIMITS | (ETAG if status in ("200", "304") else {})
        if status == "429":
            response["headers"] = response.get("headers", {}) | RETRY
    _exemplify(operation)
    operation["responses"] = dict(sorted(responses.items()))


def _exemplify(operation: dict[str, Any]) -> None:
    """Put the operation's examples where they belong."""
    given = examples().get(operation["operationId"], {})
    for status, response in operation["responses"].items():
        for content in response.get("content", {}).values():
            example = given.get("responses", {}).get(status, ERRORS.get(status))
            if example is not None and "examples" not in content:
                content["examples"] = {"example": {"value": example}}
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if "request" in given:
            content["examples"] = {"example": {"value": given["request"]}}


@cache
def examples() -> dict[str, dict[str, Any]]:
    """The examples of each operation that has any."""
    root = Path(settings.BASE_DIR) / "backend"
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(root.glob("*/api_examples/*.json"))
    }
