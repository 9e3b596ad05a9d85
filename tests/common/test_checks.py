"""A database server that can't serve is refused before anything is written to it."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from backend.common.checks import server_errors


@pytest.mark.parametrize(
    ("postgres", "pgvector", "ids"),
    [
        (150_018, "0.8.0", []),
        (180_000, "0.8.1", []),
        (180_000, "1.0", []),
        (140_022, "0.8.1", ["plumbline.E001"]),
        (150_018, "0.7.4", ["plumbline.E002"]),
        (150_018, None, ["plumbline.E002"]),
        (140_022, None, ["plumbline.E001", "plumbline.E002"]),
    ],
)
def test_what_a_server_needs(postgres: int, pgvector: str | None, ids: list[str]) -> None:
    assert [error.id for error in server_errors(postgres=postgres, pgvector=pgvector)] == ids


@pytest.mark.django_db
def test_the_embedded_server_serves() -> None:
    call_command("check", databases=["default"])
