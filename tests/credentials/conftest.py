"""Keys of the day, and challenges that take no second."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest

from backend.credentials import blind, challenge
from backend.credentials.services import keys_renew

MAKE_KEY = blind.make_key


@functools.cache
def made_before(number: int) -> tuple[bytes, bytes]:
    """A key that is made once for all tests: making one takes a while."""
    return MAKE_KEY()


def keys_made_before() -> Iterator[tuple[bytes, bytes]]:
    yield from map(made_before, range(1_000))


@pytest.fixture(autouse=True)
def keys(catalogue: None, clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Monday 23 November 2026 is the first day of epoch 371."""
    monkeypatch.setattr(challenge, "COST", 10)
    monkeypatch.setattr(blind, "make_key", functools.partial(next, keys_made_before()))
    keys_renew()
