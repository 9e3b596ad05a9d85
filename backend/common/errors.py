"""The error family, and the one shape in which the API tells of an error.

    {"error": {"code": "report_invalid", "message": "...", "fields": {"response": ["..."]}}}

Services raise the errors of this family; nothing else about them needs to be known elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from django.conf import settings
from django.core import exceptions as django_errors
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions as rest_errors
from rest_framework.response import Response

from backend.common.logs import error_places

log = structlog.get_logger()
Fields = Mapping[str, Sequence[str]]

API_PREFIXES = ("/api/", "/healthz", "/readyz")


class PlumblineError(Exception):
    """Something that a person or a program asked for and that can't be done, said so that they can act.

    `code` is stable and for programs, `message` is for people, `fields` names what is wrong where.
    """

    status = 400

    def __init__(self, code: str, message: str, fields: Fields | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields: Fields = fields or {}

    def __str__(self) -> str:
        details = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in self.fields.items())
        return f"{self.message} ({details})" if details else self.message

    @property
    def headers(self) -> dict[str, str]:
        """Headers that a response with this error carries."""
        return {}


class RuleError(PlumblineError):
    """The input breaks a rule."""


class UnknownError(PlumblineError):
    """What was asked for doesn't exist, or not for this caller."""

    status = 404


class UnknownValueError(RuleError, UnknownError):
    """The input keeps to the API's document, and names something that is not here: a slug, a cursor, a day.

    A RuleError for pages, which say what is wrong; 404 for programs, which tell so a wrong value from a
    wrong request: for what breaks the document there is 400.
    """


class ConflictError(PlumblineError):
    """What is stored contradicts what was asked for."""

    status = 409


class GoneError(PlumblineError):
    """What was asked for has been taken away on purpose."""

    status = 410


class UnavailableError(PlumblineError):
    """This installation can't do it until its operator has seen to it."""

    status = 503


class TooManyError(PlumblineError):
    """The caller has to wait for `retry_after` seconds."""

    status = 429

    def __init__(self, code: str, message: str, *, retry_after: int) -> None:
        super().__init__(code, message)
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after)}


def error_body(code: str, message: str, fields: Fields | None = None) -> dict[str, Any]:
    """The one shape of an error."""
    named = {name: list(texts) for name, texts in (fields or {}).items()}
    return {"error": {"code": code, "message": message, "fields": named}}


_REST_CODES: dict[type[Exception], tuple[str, str]] = {
    rest_errors.ParseError: ("json_malformed", "The body is not well-formed JSON in UTF-8."),
    rest_errors.NotFound: ("not_found", "There is nothing at this address."),
    rest_errors.MethodNotAllowed: ("method_not_allowed", "This address doesn't take this method."),
    rest_errors.UnsupportedMediaType: (
        "media_type_unsupported",
        "Send the body as application/json.",
    ),
    rest_errors.NotAcceptable: ("not_acceptable", "This address answers in JSON."),
    rest_errors.PermissionDenied: ("permission_denied", "This is not yours to see or do."),
    rest_errors.NotAuthenticated: ("not_authenticated", "Log in first."),
    rest_errors.AuthenticationFailed: ("not_authenticated", "Log in first."),
}


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Whatever an API view raised, as a response in the one shape.

    An error that nobody foresaw is logged by type and place only, because its message may quote
    what somebody sent. While DJANGO_DEBUG is on, it is raised again instead.
    """
    if isinstance(exc, Http404):
        exc = rest_errors.NotFound()
    elif isinstance(exc, django_errors.PermissionDenied):
        exc = rest_errors.PermissionDenied()
    known = _known(exc)
    if known is None and settings.DEBUG:
        return None
    if known is None:
        log_unforeseen(exc)
        known = (500, _unforeseen(), {})
    status, body, headers = known
    return Response(body, status=status, headers=headers)


def _known(exc: Exception) -> tuple[int, dict[str, Any], dict[str, str]] | None:
    """Status, body and headers of an error that somebody foresaw."""
    match exc:
        case PlumblineError():
            known = (exc.status, error_body(exc.code, exc.message, exc.fields), exc.headers)
        case django_errors.RequestDataTooBig():
            known = (413, _too_large(), {})
        case rest_errors.ValidationError():
            body = error_body("invalid", "Some values are not valid.", fields_of(exc.detail))
            known = (400, body, {})
        case rest_errors.APIException():
            default = (str(exc.default_code), str(exc.default_detail))
            known = (exc.status_code, error_body(*_REST_CODES.get(type(exc), default)), {})
        case django_errors.BadRequest() | django_errors.SuspiciousOperation():
            known = (400, _bad_request(), {})
        case OperationalError() | InterfaceError():
            log.error("database_unavailable", error=type(exc).__name__)
            body = error_body("unavailable", "The database can't be reached. Try again in a while.")
            known = (503, body, {"Retry-After": "30"})
        case _:
            return None
    return known


def fields_of(detail: Any) -> dict[str, list[str]]:
    """Messages of a serializer's or a filter's errors, by the dotted path of the field."""
    found: dict[str, list[str]] = {}

    def walk(node: Any, path: str) -> None:
        if isinstance(node, Mapping):
            for key, value in node.items():
                walk(value, f"{path}.{key}" if path else str(key))
        elif isinstance(node, list | tuple):
            for value in node:
                walk(value, path)
        else:
            found.setdefault(path or "body", []).append(str(node))

    walk(detail, "")
    return found


def log_unforeseen(exc: BaseException) -> None:
    """Log an error's type and places in the code; never its message, which may quote a text."""
    places = error_places(exc.__traceback__)
    log.error("unforeseen_error", error=type(exc).__name__, places=places)


# --- what Django itself answers, outside any API view


def _too_large() -> dict[str, Any]:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return error_body("body_too_large", f"The body is larger than {limit} bytes.")


def _bad_request() -> dict[str, Any]:
    return error_body("bad_request", "This request can't be understood.")


def _unforeseen() -> dict[str, Any]:
    return error_body("server_error", "Something went wrong here. It is our fault, not yours.")


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(API_PREFIXES)


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answers a request that Django refused before any view saw it."""
    if _is_api(request):
        return JsonResponse(_bad_request(), status=400)
    return defaults.bad_request(request, exception)


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answers an address that doesn't exist."""
    if _is_api(request):
        code, message = _REST_CODES[rest_errors.NotFound]
        return JsonResponse(error_body(code, message), status=404)
    return defaults.page_not_found(request, exception)


def handler500(request: HttpRequest) -> HttpResponse:
    """Answers after an error that nobody foresaw."""
    if _is_api(request):
        return JsonResponse(_unforeseen(), status=500)
    return defaults.server_error(request)
