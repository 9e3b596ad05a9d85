"""A lock that one process of the whole installation holds, on whatever machine it runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

ANALYSIS_LOCK = 0x706C756D62
CHARTS_LOCK = 0x63686172
DATASETS_LOCK = 7_052_001
"""Numbers that nobody else in this database uses for an advisory lock."""


@contextmanager
def installation_lock(number: int, *, is_waited_for: bool = False) -> Iterator[bool]:
    """Hold the lock of that number; False if another connection does, unless that is waited for.

    PostgreSQL frees it when its holder dies.
    """
    ask = "SELECT pg_advisory_lock(%s)" if is_waited_for else "SELECT pg_try_advisory_lock(%s)"
    with connection.cursor() as cursor:
        cursor.execute(ask, [number])
        is_ours = is_waited_for or bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
