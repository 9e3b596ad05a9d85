"""How much one network may read in a minute: announced, kept, and more with a key."""

from __future__ import annotations

from typing import Any

import pytest

from backend.access.models import ApiKey
from backend.access.services import api_key_create, api_key_revoke, key_digest
from tests.digests import digests_kept
from tests.factories import make_report
from tests.payloads import make_payload, make_receipt_key

pytestmark = pytest.mark.usefixtures("catalogue", "clock")
URL = "/api/v1/cells/"
HERE, SAME, OTHER = "203.0.113.5", "203.0.113.77", "198.51.100.5"


@pytest.fixture(autouse=True)
def three_a_minute(settings) -> None:
    from backend.access.counters import reads

    settings.READS_PER_MINUTE = 3
    reads.counts.clear()


def get(visitor, address: str = URL, *, source: str = HERE, **headers: Any) -> Any:
    return visitor.get(address, REMOTE_ADDR=source, headers=headers)


def test_every_answer_announces_what_is_left(visitor) -> None:
    answers = [get(visitor) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert {answer["RateLimit-Policy"] for answer in answers} == {'"network";q=3;w=60'}
    assert [answer["RateLimit"] for answer in answers] == [
        '"network";r=2;t=60', '"network";r=1;t=60', '"network";r=0;t=60', '"network";r=0;t=60',
    ]  # fmt: skip
    refused = answers[3]
    assert refused["Retry-After"] == "60"
    assert refused["Cache-Control"] == "no-store"
    assert refused.json() == {
        "error": {
            "code": "too_many_requests", "fields": {},
            "message": "At most 3 requests a minute. Try again in 60 seconds, or use a dataset "
            "or a feed.",
        }
    }  # fmt: skip


def test_a_network_is_counted_as_one_and_apart_from_others(visitor) -> None:
    assert [get(visitor, source=source).status_code for source in (HERE, SAME, HERE, SAME)] == [
        200, 200, 200, 429,
    ]  # fmt: skip
    assert get(visitor, source=OTHER).status_code == 200


def test_the_next_minute_starts_anew(visitor, clock) -> None:
    for _ in range(4):
        last = get(visitor)
    assert last.status_code == 429
    clock.shift(60)
    assert get(visitor)["RateLimit"] == '"network";r=2;t=60'


def test_api_and_feeds_share_one_limit_and_nothing_else_is_limited(visitor) -> None:
    report = make_report()
    for address in (
        "/",
        "/data/",
        f"/reports/{report.pk}/",
        "/healthz",
        "/findings/",
    ):
        answer = get(visitor, address)
        assert answer.status_code == 200, address
        assert "RateLimit" not in answer, address
    limited = ["/feeds/findings.atom", URL, "/api/v1/schema/", "/feeds/findings.json"]
    assert [get(visitor, address).status_code for address in limited] == [200, 200, 200, 429]


def test_sending_and_looking_up_the_own_receipt_are_not_limited(visitor) -> None:
    for _ in range(3):
        get(visitor)
    key = make_receipt_key()
    sent = visitor.post(
        "/api/v1/reports/", make_payload(receipt_key=key), content_type="application/json",
        REMOTE_ADDR=HERE,
    )  # fmt: skip
    assert (sent.status_code, "RateLimit" in sent) == (201, False)
    receipt = get(visitor, "/api/v1/receipts/", **{"Plumbline-Receipt": key})
    assert (receipt.status_code, "RateLimit" in receipt) == (200, False)


def test_this_machine_itself_is_not_limited(visitor) -> None:
    answers = [get(visitor, source=source) for source in ("127.0.0.1", "::1") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert not any("RateLimit" in answer for answer in answers)


def test_behind_a_proxy_the_reader_counts_and_not_the_proxy(visitor, settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    statuses = [
        get(visitor, source="127.0.0.1", **{"X-Forwarded-For": f"1.2.3.4, {source}"}).status_code
        for source in (HERE, SAME, HERE, SAME, OTHER)
    ]
    assert statuses == [200, 200, 200, 429, 200]


def test_a_304_counts_too(visitor) -> None:
    etag = get(visitor)["ETag"]
    answer = get(visitor, **{"If-None-Match": etag})
    assert (answer.status_code, answer["RateLimit"]) == (304, '"network";r=1;t=60')


def test_no_address_is_kept(visitor) -> None:
    from backend.access.counters import reads

    get(visitor)
    assert [len(digest) for digest in digests_kept(reads.counts)] == [16]
    assert b"203" not in bytes(reads.counts._memory)


# --- keys


def with_key(visitor, key: str, **more: Any) -> Any:
    return get(visitor, Authorization=f"Bearer {key}", **more)


def test_a_key_allows_more_on_its_own_count(visitor, django_assert_num_queries) -> None:
    _, text = api_key_create(name="A newsroom", per_minute=5)
    for _ in range(3):
        get(visitor)
    answers = [with_key(visitor, text) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[0]["RateLimit-Policy"] == '"key";q=5;w=60'
    assert answers[0]["RateLimit"] == '"key";r=4;t=60'
    assert get(visitor).status_code == 429
    with django_assert_num_queries(1):
        with_key(visitor, text)


def test_a_key_counts_wherever_it_is_used(visitor) -> None:
    _, text = api_key_create(name="A newsroom", per_minute=1)
    assert with_key(visitor, text).status_code == 200
    assert with_key(visitor, text, source=OTHER).status_code == 429
    assert with_key(visitor, text, source="127.0.0.1").status_code == 429


@pytest.mark.parametrize("sent", ["Bearer x", "Bearer ", "Basic eDp5", "", "Bearer \u00e9"])
def test_a_key_that_is_none_is_refused_in_the_one_shape(visitor, sent: str) -> None:
    answer = get(visitor, Authorization=sent)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json() == {
        "error": {
            "code": "key_unknown", "fields": {},
            "message": "This key is not known here, or was revoked. Reading needs no key.",
        }
    }  # fmt: skip


def test_guessing_keys_is_limited_like_reading(visitor) -> None:
    assert [with_key(visitor, "guess").status_code for _ in range(4)] == [401, 401, 401, 429]


def test_a_revoked_key_is_refused_at_once(visitor) -> None:
    _, text = api_key_create(name="A newsroom", per_minute=5)
    assert with_key(visitor, text).status_code == 200
    api_key_revoke(name="A newsroom")
    assert with_key(visitor, text).status_code == 401


def test_a_key_opens_nothing_else(visitor) -> None:
    _, text = api_key_create(name="A newsroom", per_minute=5)
    assert visitor.get("/admin/", headers={"Authorization": f"Bearer {text}"}).status_code == 302


def test_only_the_digest_of_a_key_is_stored() -> None:
    key, text = api_key_create(name="A newsroom", per_minute=5)
    stored = ApiKey.objects.values().get(pk=key.pk)
    assert stored["sha256"] == key_digest(text)
    assert text not in repr(stored)
    assert len(text) > 40
