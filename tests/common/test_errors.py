"""Every error of the API has one shape, whoever raises it; and says nothing about what was sent."""

from __future__ import annotations

import io
import json

import pytest
from django.db import OperationalError
from django.test import Client

from backend.common.errors import TooManyError
from backend.reports import api, selectors
from tests.payloads import make_payload

REPORTS = "/api/v1/reports/"
pytestmark = pytest.mark.django_db


def the_error(response, status: int) -> dict:
    """The error of a response that has the one shape and nothing more."""
    assert response.status_code == status, response.content
    assert response["Content-Type"].startswith("application/json")
    body = json.loads(response.content)
    assert list(body) == ["error"]
    assert sorted(body["error"]) == ["code", "fields", "message"]
    assert body["error"]["message"]
    return body["error"]


def post(body: bytes | str, content_type: str = "application/json", **extra):
    return Client().post(REPORTS, body, content_type=content_type, **extra)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a": 1,}',
        b"\xff\xfe{}",
        b'{"prompt": "\xc3\x28"}',
        b"\xef\xbb\xbf{}",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"id": 1, "id": 2}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"1" * 5000,
        b"\x00",
        b"\x1f\x8b\x08\x00",
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_json(catalogue, stored, body) -> None:
    error = the_error(post(body), 400)
    assert error["code"] == ("report_invalid" if body == b"" else "json_malformed")
    assert stored() == (0, 0, 0, 0)


@pytest.mark.parametrize("body", ["null", "7", '"text"', "true", "{}", "[[]]", "[null]"])
def test_json_that_is_no_report(catalogue, stored, body) -> None:
    response = post(body)
    expected = "batch_refused" if body.startswith("[") else "report_invalid"
    assert the_error(response, 400)["code"] == expected
    assert stored() == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "nonsense",
        "a/b;c=\x7f",
    ],
)
def test_another_type_of_body(content_type) -> None:
    assert the_error(post("{}", content_type), 415)["code"] == "media_type_unsupported"


def test_a_body_over_the_limit_is_refused_and_not_stored(catalogue, settings, stored) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 200_000
    payload = json.dumps(make_payload()).encode()
    fits = payload + b" " * (200_000 - len(payload))
    body = io.BytesIO(fits + b" ")
    extra = {"wsgi.input": body, "CONTENT_LENGTH": str(200_001)}
    assert the_error(post(b"x", **extra), 413)["code"] == "body_too_large"
    assert stored() == (0, 0, 0, 0)
    assert post(fits).status_code == 201


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("put", REPORTS),
        ("delete", REPORTS),
        ("patch", REPORTS),
        ("options", REPORTS),
        ("post", "/api/v1/catalogue/"),
        ("get", "/api/v1/receipts/withdraw/"),
        ("post", "/api/v1/receipts/"),
        ("post", "/api/v1/schema/"),
        ("delete", "/api/v1/docs/"),
    ],
)
def test_another_method(method, path) -> None:
    response = getattr(Client(), method)(path)
    assert the_error(response, 405)["code"] == "method_not_allowed"
    assert response["Allow"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/",
        "/api/v1/nothing/",
        "/api/v2/reports/",
        "/api/v1/reports/not-a-uuid/",
        "/api/v1/reports/5f0c3a52-4b7e-4f6a-9d38-0c6f6b1f2a11/",
        "/api/v1/reports/%00/",
        "/api/v1/reports/%FF/",
    ],
)
def test_an_address_with_nothing_at_it(path) -> None:
    assert the_error(Client().get(path), 404)["code"] in {"not_found", "report_unknown"}


@pytest.mark.parametrize("accept", ["text/html", "image/png", "nonsense", "application/xml;q=0.9"])
def test_the_answer_is_json_whatever_is_asked_for(catalogue, accept) -> None:
    response = Client().get(REPORTS, headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_a_host_that_is_not_ours() -> None:
    response = Client().get(REPORTS, headers={"Host": "elsewhere.example"})
    assert the_error(response, 400)["code"] == "bad_request"


def test_an_error_nobody_foresaw_is_told_without_what_was_sent(monkeypatch, capsys, caplog) -> None:
    def fail(*args, **kwargs):
        raise RuntimeError("quotes the secret canary")

    monkeypatch.setattr(api.services, "report_submit", fail)
    response = post(json.dumps(make_payload(prompt="canary")))
    assert the_error(response, 500)["code"] == "server_error"
    printed = capsys.readouterr()
    assert '"event": "unforeseen_error"' in printed.out
    assert '"error": "RuntimeError"' in printed.out
    assert "canary" not in printed.out + printed.err + caplog.text + response.content.decode()


def test_a_database_that_is_away_is_a_503_and_worth_another_try(monkeypatch, capsys) -> None:
    def fail(*args, **kwargs):
        raise OperationalError("connection to server failed for user canary")

    monkeypatch.setattr(selectors, "reports_public_listed", fail)
    response = Client().get(REPORTS)
    assert the_error(response, 503)["code"] == "unavailable"
    assert response["Retry-After"] == "30"
    assert "canary" not in capsys.readouterr().out


def test_an_error_tells_its_fields() -> None:
    error = TooManyError("too_many_reports", "Wait.", retry_after=7)
    assert (error.status, error.headers) == (429, {"Retry-After": "7"})


def test_pages_for_people_get_pages_for_people() -> None:
    response = Client().get("/nothing-here/")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("query", ["model=gpt-4", "cursor=a&cursor=a", "page_size=5&page_size=6"])
@pytest.mark.parametrize(
    "name", ["clusters", "comparisons", "runs", "datasets", "charts", "tombstones"]
)
def test_a_list_refuses_a_parameter_that_it_would_drop(client, name: str, query: str) -> None:
    """Who asks for the clusters of a model must not take all clusters for them."""
    error = the_error(client.get(f"/api/v1/{name}/?{query}"), 400)
    assert error["code"] == "filter_invalid"
    assert list(error["fields"]) == [
        "query" if query.startswith("model") else query.split("=", maxsplit=1)[0]
    ]
