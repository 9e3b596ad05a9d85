from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.common.postgres import EmbeddedPostgres
from tests.common.embedded_servers import clear_up


@pytest.fixture
def data() -> Iterator[Path]:
    """A data directory that does not exist yet, never the developer's."""
    # pytest's tmp_path lies in a closed directory, which the server's account can't enter.
    parent = Path(tempfile.mkdtemp(prefix="plumb-"))
    parent.chmod(0o711)
    yield parent / "data"
    clear_up(parent / "data")
    shutil.rmtree(parent)


@pytest.fixture
def server(data: Path) -> Iterator[EmbeddedPostgres]:
    """The server of that directory, not started; released at the end."""
    server = EmbeddedPostgres(data)
    yield server
    server.release()
