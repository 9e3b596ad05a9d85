"""Which keys there are, and what is kept of them."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from django.test import Client

from backend.catalogue.selectors import sites_public
from backend.credentials.models import SigningKey
from backend.credentials.periods import epoch_of, first_day, periods_offered
from backend.credentials.services import keys_renew
from tests.credentials.device import KEYS, bytes_of

pytestmark = pytest.mark.django_db


def offered() -> list[tuple[str, int | None]]:
    keys = Client().get(KEYS).json()["keys"]
    return sorted({(key["purpose"], key["epoch"]) for key in keys}, key=str)


def test_an_epoch_is_that_of_the_devices_tags() -> None:
    """extension/src/receipts.ts: weeks of eight, from Monday 5 January 1970."""
    assert (epoch_of(date(2026, 11, 22)), epoch_of(date(2026, 11, 23))) == (370, 371)
    assert (epoch_of(date(2027, 1, 17)), epoch_of(date(2027, 1, 18))) == (371, 372)
    assert first_day(372) == date(2027, 1, 18)


def test_the_keys_of_a_day_are_those_of_its_week_and_epoch() -> None:
    assert offered() == [("contributor", 371), ("rated", 371), ("renewal", 371), ("start", None)]
    keys = Client().get(KEYS).json()["keys"]
    sites = [key["site"] for key in keys if key["purpose"] == "contributor"]
    assert sites == list(sites_public().values_list("slug", flat=True))
    (start,) = [key for key in keys if key["purpose"] == "start"]
    assert (start["begins_on"], start["ends_on"]) == ("2026-11-23", "2026-11-29")
    for key in keys:
        assert hashlib.sha256(bytes_of(key["public_key"])).hexdigest() == key["id"]


def test_the_next_epoch_is_offered_two_weeks_before_it_begins(clock) -> None:
    for day, epochs in [("2027-01-03", {371}), ("2027-01-04", {371, 372}), ("2027-01-18", {372})]:
        clock.move_to(f"{day}T00:00:00Z", tick=False)
        keys_renew()
        assert {epoch for purpose, epoch in offered() if purpose == "renewal"} == epochs
        assert {epoch for purpose, epoch in offered() if purpose == "rated"} == {min(epochs)}


def test_made_twice_there_is_nothing_new() -> None:
    n_keys = SigningKey.objects.count()
    assert keys_renew() == 0
    assert SigningKey.objects.count() == n_keys == 3 + sites_public().count()


def test_everybody_is_given_the_same_keys_and_no_private_half() -> None:
    first, second = (Client(REMOTE_ADDR=f"203.0.113.{n}").get(KEYS) for n in (1, 2))
    assert first.content == second.content
    key = first.json()["keys"][0]
    assert set(key) == {"id", "purpose", "site", "epoch", "begins_on", "ends_on", "public_key"}


def test_a_private_half_is_encrypted_and_goes_when_it_signs_no_more(clock, settings) -> None:
    key = SigningKey.objects.get(purpose="start")
    assert bytes(key.private_key).startswith(b"gAAAA"), "a Fernet token, no key"
    clock.move_to("2026-11-30T00:00:00Z", tick=False)
    keys_renew()
    key.refresh_from_db()
    assert key.private_key is None
    assert key.accepted_until == date(2027, 11, 28)
    clock.move_to("2027-11-29T00:00:00Z", tick=False)
    keys_renew()
    assert not SigningKey.objects.filter(pk=key.pk).exists()


def test_what_is_accepted_for_how_long() -> None:
    until = {period.purpose: period for period in periods_offered(date(2026, 11, 23))}
    assert {name: str(period.accepted_until) for name, period in until.items()} == {
        "start": "2027-11-28", "rated": "2027-12-19", "renewal": "2027-12-19",
        "contributor": "2027-02-21",
    }  # fmt: skip
    assert {str(period.signs_until) for period in until.values()} == {"2026-11-29", "2027-01-24"}
