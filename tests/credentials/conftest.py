"""Keys of the day, and challenges that take no second."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import pytest

from backend.credentials import blind, challenge
from backend.credentials.services import keys_renew
from tests.credentials.device import Device

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


@pytest.fixture
def device() -> Device:
    return Device()


@pytest.fixture
def day(clock) -> Callable[[str], None]:
    """Moves to noon of a day, when the worker has been there."""

    def move(to: str) -> None:
        clock.move_to(f"{to}T12:00:00Z", tick=False)
        keys_renew()

    return move


@pytest.fixture
def ready(device, day) -> list[dict[str, str]]:
    """What makes a device established: on Sunday 13 December, two weeks after its first week."""
    shown = [device.start()] + [device.rate(rated_on=f"2026-11-{n}") for n in range(16, 21)]
    day("2026-12-13")
    return shown
