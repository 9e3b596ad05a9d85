"""Hostile input to every endpoint of the OpenAPI document: no 5xx, one error shape, nothing stored.

Cases follow from a fixed seed: those that keep the document, those that break it, and bodies that
are binary, cut off or damaged.
"""

from __future__ import annotations

import json
import uuid
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core import NOT_SET

from tests.factories import make_report
from tests.payloads import make_payload

quiet = settings(
    max_examples=30, derandomize=True, database=None, deadline=None,
    phases=[Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def operations(catalogue, settings) -> list[Any]:
    """Every operation of the API's own document."""
    settings.SUBMISSIONS_PER_HOUR = 1_000_000
    make_report()
    document = schemathesis.openapi.from_dict(Client().get("/api/v1/schema/").json())
    return [operation.ok() for operation in document.get_all_operations()]


def deliver(case: Any, body: bytes | None = None) -> Any:
    """The answer to a case; `body` instead of its own if given."""
    if body is None:
        body = b"" if case.body is NOT_SET else case.body
        body = body if isinstance(body, bytes) else json.dumps(body, default=repr).encode()
    headers = {
        str(name): str(value).encode("latin-1", "replace").decode("latin-1")
        for name, value in (case.headers or {}).items()
        if "\n" not in str(value) and "\r" not in str(value)
    }
    query = urlencode(case.query or {}, doseq=True, errors="surrogatepass")
    return Client(raise_request_exception=False).generic(
        case.method,
        quote(case.formatted_path, safe="/%", errors="surrogatepass"),
        body,
        content_type="application/json",
        headers=headers,
        QUERY_STRING=query,
    )


def check(response: Any, before: Any, after: Any) -> None:
    """A refusal has the one shape and stored nothing; nothing is our fault."""
    # 501 is what oEmbed asks for where a format is not spoken; any other is our fault.
    assert response.status_code < 500 or response.status_code == 501, response.content[:500]
    if response.status_code >= 400:
        assert response["Content-Type"] == "application/json"
        error = json.loads(response.content)
        assert list(error) == ["error"]
        assert sorted(error["error"]) == ["code", "fields", "message"]
        assert after == before


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_whatever_follows_from_the_document_gets_a_documented_answer(
    operations, stored, mode
) -> None:
    seen: dict[str, set[int]] = {}
    for operation in operations:
        statuses = seen.setdefault(operation.label, set())

        @quiet
        @given(case=operation.as_strategy(generation_mode=mode))
        def call(case: Any) -> None:
            before = stored()
            response = deliver(case)
            check(response, before, stored())
            statuses.add(response.status_code)  # noqa: B023

        if mode is GenerationMode.NEGATIVE and not _can_be_broken(operation):
            continue
        call()
        documented = {int(status) for status in operation.definition.raw["responses"]}
        assert statuses <= documented, operation.label
    assert len(seen) >= 10


def _can_be_broken(operation: Any) -> bool:
    """Whether the operation takes anything that could be wrong."""
    return bool(operation.definition.raw.get("parameters") or operation.body)


broken_bodies = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=10), inner),
        max_leaves=30,
    ).map(lambda value: json.dumps(value).encode()),
)


@settings(quiet, max_examples=300)
@given(body=broken_bodies)
def refuse_body(client: Any, stored: Any, body: bytes) -> None:
    before = stored()
    response = client.generic("POST", "/api/v1/reports/", body, content_type="application/json")
    check(response, before, stored())
    assert stored() == before


def test_bodies_of_noise_are_refused(operations, stored) -> None:
    refuse_body(Client(raise_request_exception=False), stored)


def test_a_good_body_with_one_byte_damaged_never_breaks_the_server(operations, stored) -> None:
    client = Client(raise_request_exception=False)
    good = json.dumps(make_payload()).encode()
    n_refused = 0

    @settings(quiet, max_examples=300)
    @given(place=st.integers(0, len(good) - 1), byte=st.binary(max_size=2))
    def call(place: int, byte: bytes) -> None:
        nonlocal n_refused
        body = good[:place] + byte + good[place + 1 :]
        before = stored()
        response = client.generic("POST", "/api/v1/reports/", body, content_type="application/json")
        check(response, before, stored())
        n_refused += response.status_code >= 400

    call()
    assert n_refused > 100


def test_a_body_cut_off_anywhere_is_refused(operations, stored) -> None:
    good = json.dumps(make_payload(id=str(uuid.UUID(int=0, version=4)))).encode()
    before = stored()
    for end in range(0, len(good), 7):
        response = Client(raise_request_exception=False).generic(
            "POST", "/api/v1/reports/", good[:end], content_type="application/json"
        )
        assert response.status_code == 400
        check(response, before, stored())
