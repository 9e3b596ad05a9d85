"""The version of an address tells nothing of what is stored to whoever knows the program."""

from __future__ import annotations

from django.test import RequestFactory

from backend.common.conditional import Stamp, etag_of


def etag(key: str) -> str:
    return etag_of(RequestFactory().get("/api/v1/events/"), Stamp(key=key))


def test_another_secret_gives_another_etag_of_the_same_stamp(settings) -> None:
    first = etag("3 7 1 1")
    assert (etag("3 7 1 1"), first[:3], len(first)) == (first, 'W/"', 36)
    assert etag("4 7 1 1") != first
    settings.SECRET_KEY = "another secret, not a real one"
    assert etag("3 7 1 1") != first, "whoever has no secret can't try which numbers give it"
