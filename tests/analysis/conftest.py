"""The real encoder, built once for all tests of a process."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis import pipeline


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("models")
    pipeline.model_build(folder)
    return folder
