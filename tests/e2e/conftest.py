"""The running system, the chat page and the browser of the end-to-end tests."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.system import ROOT, System


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "e2e" in Path(str(item.path)).parts:
            item.add_marker("e2e")
            item.add_marker("loopback")


@pytest.fixture
def system() -> Iterator[System]:
    """A prepared Plumbline with web, worker and beat, and nothing in it."""
    data = Path(tempfile.mkdtemp(prefix="plumbline-e2e-"))
    data.chmod(0o711)  # for root: the database's account must reach its cluster in it
    running = System(data)
    try:
        running.prepare()
        running.start("web", "worker", "beat")
        yield running
    finally:
        running.stop()
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where the screenshots of a run are kept; not in git."""
    folder = ROOT / "test-artefacts" / "e2e"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
