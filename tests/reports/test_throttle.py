"""How many reports one network may send in an hour, and that its address is kept nowhere."""

from __future__ import annotations

import gc

import pytest

from backend.common import throttles
from tests.digests import digests_kept
from tests.payloads import make_payload

URL = "/api/v1/reports/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limit(settings, clock) -> None:
    settings.SUBMISSIONS_PER_HOUR = 3


def send(client, payload=None, **extra):
    body = make_payload() if payload is None else payload
    return client.post(URL, body, content_type="application/json", **extra)


def test_the_hour_is_full_after_its_last_report(visitor, stored, clock) -> None:
    clock.move_to("2026-11-23T12:45:00Z", tick=False)
    assert [send(visitor).status_code for _ in range(3)] == [201, 201, 201]
    refused = send(visitor)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "900"
    assert refused.json()["error"]["code"] == "too_many_reports"
    assert stored() == (3, 3, 0, 0)
    clock.move_to("2026-11-23T13:00:00Z", tick=False)
    assert send(visitor).status_code == 201


def test_a_batch_counts_as_many_as_it_holds_and_is_refused_whole(visitor, stored) -> None:
    assert send(visitor).status_code == 201
    assert send(visitor, [make_payload() for _ in range(3)]).status_code == 429
    assert stored() == (1, 1, 0, 0)
    assert send(visitor, [make_payload() for _ in range(2)]).status_code == 200
    assert send(visitor).status_code == 429


def test_refused_reports_count_too(visitor) -> None:
    assert [send(visitor, {}).status_code for _ in range(4)] == [400, 400, 400, 429]


@pytest.mark.parametrize(("n_chars", "units"), [(9_000, 1), (10_000, 1), (20_001, 3)])
def test_a_long_report_counts_as_several(visitor, n_chars, units) -> None:
    prompt = "word " * (n_chars // 10)
    payload = make_payload(prompt=prompt, response="x" * (n_chars - len(prompt)))
    assert send(visitor, payload).status_code == 201
    assert [send(visitor).status_code for _ in range(4 - units)] == [201] * (3 - units) + [429]


def test_reading_is_never_refused(visitor) -> None:
    for _ in range(4):
        send(visitor)
    assert visitor.get(URL).status_code == 200
    assert (
        visitor.get("/api/v1/receipts/", headers={"Plumbline-Receipt": "0" * 32}).status_code == 404
    )


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("203.0.113.1", "203.0.113.254", True),
        ("203.0.113.1", "203.0.114.1", False),
        ("203.0.113.1", "::ffff:203.0.113.9", True),
        ("2001:db8:1:2::3", "2001:db8:1:ffff::1", True),
        ("2001:db8:1::1", "2001:db8:2::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("", "nonsense", True),
    ],
)
def test_a_network_is_a_24_or_a_48(visitor, one, other, are_one) -> None:
    for _ in range(3):
        assert send(visitor, REMOTE_ADDR=one).status_code == 201
    assert send(visitor, REMOTE_ADDR=other).status_code == (429 if are_one else 201)


def test_a_client_cannot_invent_its_address(visitor) -> None:
    for number in range(3):
        send(visitor, headers={"X-Forwarded-For": f"198.51.{number}.1"})
    assert send(visitor, headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 429


def test_behind_the_proxy_the_proxys_own_entry_counts(visitor, settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for number in range(3):
        forged = {"X-Forwarded-For": f"198.51.{number}.1, 203.0.113.7"}
        assert send(visitor, headers=forged).status_code == 201
    assert send(visitor, headers={"X-Forwarded-For": "203.0.113.8"}).status_code == 429
    assert send(visitor, headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 201


def test_the_address_is_kept_nowhere(visitor, caplog, capsys) -> None:
    from django.core.cache import cache
    from django.db import connection

    from backend.reports.models import Receipt, Report

    address = "203.0.113.77"
    for _ in range(4):
        send(visitor, REMOTE_ADDR=address)
    gc.collect()
    counter = throttles.submissions
    kept = [
        bytes(counter.counts._memory),
        cache._cache,
        *Report.objects.values(),
        *Receipt.objects.values(),
    ]
    printed = capsys.readouterr()
    queries = str(connection.queries)
    for text in (str(kept), caplog.text, printed.out, printed.err, queries):
        assert "203.0.113" not in text
    assert [len(digest) for digest in digests_kept(counter.counts)] == [16]


def test_the_key_changes_every_day_and_old_counts_go(clock) -> None:
    counter = throttles.NetworkCounter(period_seconds=3600)
    assert counter.count("203.0.113.0/24", cost=1, limit=1) == 0
    assert counter.count("203.0.113.0/24", cost=1, limit=1) == 3600
    (first,) = digests_kept(counter.counts)
    clock.move_to("2026-11-24T00:00:00Z", tick=False)
    assert counter.count("203.0.113.0/24", cost=1, limit=1) == 0
    (second,) = digests_kept(counter.counts)
    assert first != second


def test_however_many_networks_come_the_memory_is_bounded() -> None:
    counter = throttles.NetworkCounter(period_seconds=3600, networks_max=5)
    for number in range(5):
        assert counter.count(f"10.0.{number}.0/24", cost=1, limit=2) == 0
    assert counter.count("10.1.0.0/24", cost=2, limit=2) == 0
    assert counter.count("10.2.0.0/24", cost=1, limit=2) > 0
    assert counter.count("10.0.0.0/24", cost=1, limit=2) == 0
    assert len(digests_kept(counter.counts)) == 6
