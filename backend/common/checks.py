"""Whether the database is one that Plumbline can live in; `migrate` and `check --database` ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

POSTGRES_MIN = 15
PGVECTOR_MIN = (0, 8)  # the first whose index goes on until it has as many rows as are wanted


@register(Tags.database)
def database_serves(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Errors for a server that is too old or lacks pgvector, before a migration fails half-way."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            (version,) = cursor.fetchone()
            cursor.execute(
                "SELECT default_version FROM pg_available_extensions WHERE name = 'vector'"
            )
            row = cursor.fetchone()
        found += server_errors(postgres=int(version), pgvector=row[0] if row else None)
    return found


def server_errors(*, postgres: int, pgvector: str | None) -> list[CheckMessage]:
    """What is wrong with a server, by its `server_version_num` and the pgvector it offers."""
    found: list[CheckMessage] = []
    if postgres // 10_000 < POSTGRES_MIN:
        found.append(
            Error(
                f"The database server is PostgreSQL {postgres // 10_000}.",
                hint=f"Plumbline needs PostgreSQL {POSTGRES_MIN} or newer.",
                id="plumbline.E001",
            )
        )
    if pgvector is None or tuple(map(int, pgvector.split(".")[:2])) < PGVECTOR_MIN:
        has = f"offers pgvector {pgvector} only" if pgvector else "does not have pgvector"
        found.append(
            Error(
                f"The database server {has}.",
                hint=f"Install pgvector {'.'.join(map(str, PGVECTOR_MIN))} or newer on it, or unset "
                "DATABASE_URL to use the embedded PostgreSQL, which brings it along.",
                id="plumbline.E002",
            )
        )
    return found
