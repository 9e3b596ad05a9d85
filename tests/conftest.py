"""The cast and the stage: who acts in the tests, a frozen clock, a closed network."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import time_machine
from pytest_socket import disable_socket, enable_socket, socket_allow_hosts

from backend.translations import messages_compile

TODAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Close the network; the browser tests may reach this machine's own loopback."""
    enable_socket()
    if item.get_closest_marker("loopback"):
        socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    else:
        disable_socket(allow_unix_socket=True)


def pytest_configure() -> None:
    """Pages in other languages need the compiled translations."""
    messages_compile()


@pytest.fixture(autouse=True)
def data_directory(tmp_path: Path, settings) -> Path:
    """Nothing that a test writes lands beside the developer's own data."""
    settings.DATASET_DIR = tmp_path / "datasets"
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    return tmp_path


@pytest.fixture(autouse=True)
def pages_made_anew(settings) -> None:
    """Nothing is answered from the page cache, unless a test turns it on."""
    settings.PAGE_CACHE_SECONDS = 0


@pytest.fixture(autouse=True)
def fresh_counters() -> None:
    """What one test sends does not count against the hourly limit of the next."""
    from backend.common.throttles import contributors, installs, submissions

    submissions.counts.clear()
    installs.counts.clear()
    contributors.counts.clear()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Noon of 2026-11-23 UTC, standing still; `clock.move_to(...)` moves it."""
    with time_machine.travel(TODAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator with a fixed seed."""
    return np.random.default_rng(20261123)


@pytest.fixture
def catalogue(db: None) -> None:
    """The real catalogue, loaded."""
    from backend.catalogue.services import catalogue_load

    catalogue_load()


@pytest.fixture
def stored(db: None) -> Callable[[], tuple[int, int, int, int]]:
    """Counts how many reports, receipts, moderation events and tombstones are stored."""
    from backend.reports.models import ModerationEvent, Receipt, Report, Tombstone

    def count() -> tuple[int, int, int, int]:
        reports, receipts = Report.objects.count(), Receipt.objects.count()
        return reports, receipts, ModerationEvent.objects.count(), Tombstone.objects.count()

    return count


@pytest.fixture
def visitor(catalogue: None):
    """Anybody: reads pages and the API, is not logged in."""
    from django.test import Client

    return Client()


@pytest.fixture
def contributor(visitor):
    """A person with the extension: sends reports and keeps the receipt keys."""
    from tests.payloads import Contributor

    return Contributor(visitor)


@pytest.fixture
def moderator(catalogue: None):
    """A member of staff, logged in to the moderation desk."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    user = get_user_model().objects.create_superuser("moderator", password="not-a-real-password")
    client = Client()
    client.force_login(user)
    return client


os.environ.setdefault("OMP_NUM_THREADS", "1")
