"""Whether what is shown has changed, and whether a report was withdrawn, for one cheap question a second.

PostgreSQL counts the rows that every table gained, changed and lost. A session hands its counts in when
it is idle: at once as a rule, after ten seconds at most where it did so within the last one. So a sum that
is the same says that nothing changed up to about ten seconds ago, whoever writes, on whichever host.
"""

from __future__ import annotations

import mmap
import secrets
import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, TypeVar, cast

from django.conf import settings
from django.db import DatabaseError, connection

T = TypeVar("T")

GENERATION_BYTES = 8
KEPT_MAX = 128
KEPT_SECONDS = 5.0
"""With the most that PAGE_CACHE_SECONDS may be a minute: a page may be made of a value that old."""
LOOK_SECONDS = 1.0
QUIET_TABLES = [
    "auth_user", "django_session", "django_admin_log", "django_migrations",
    "measurements_exposurebatch", "measurements_exposurecount", "measurements_driftreport",
]  # fmt: skip
"""What changes in these is on no page before the next run."""
WITHDRAWALS = "reports_tombstone"
"""Gains a row with every report that is withdrawn."""
_SUMS = (
    "SELECT coalesce(sum(n_tup_ins) FILTER (WHERE relname = %s), 0),"
    " coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0), now()::date FROM pg_stat_user_tables"
    " WHERE schemaname = current_schema() AND relname <> ALL(%s)"
)


class State(NamedTuple):
    """What everything that is shown was made of."""

    generation: str
    vanished: str
    """Differs once a report was withdrawn, by whomever."""
    all: str
    """Differs once anything has changed."""


class Generation:
    """A name that all processes forked from this one share; what was made under another one is void."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, GENERATION_BYTES)

    def now(self) -> str:
        """The name."""
        return self._memory[:GENERATION_BYTES].hex()

    def end(self) -> None:
        """Begin another one, under a name that never was: counted up, two that end at once in two
        processes could bring one back, and what was kept in it.
        """
        self._memory[:GENERATION_BYTES] = secrets.token_bytes(GENERATION_BYTES)


class Stamp:
    """Two texts: the first differs once a report was withdrawn, the second once anything has changed.

    Safe to share between threads.
    """

    def __init__(self) -> None:
        self._looking = threading.Lock()
        self._looked_at = -LOOK_SECONDS
        self._texts = ("", "")

    def now(self) -> tuple[str, str]:
        """The texts, at most LOOK_SECONDS old; the last ones while the database can't be reached.

        The day is part of both: with a new one, embargoes end.
        """
        if time.monotonic() - self._looked_at < LOOK_SECONDS:
            return self._texts
        if not self._looking.acquire(blocking=not self._texts[0]):
            return self._texts  # somebody else is looking
        try:
            if time.monotonic() - self._looked_at >= LOOK_SECONDS:
                self._look()
        finally:
            self._looking.release()
        return self._texts

    def _look(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(_SUMS, [WITHDRAWALS, QUIET_TABLES])
                n_withdrawn, n_changed, day = cursor.fetchone()
                self._texts = (f"{day} {n_withdrawn}", f"{day} {n_changed}")
        except DatabaseError:
            pass  # what is kept may be shown as long as it is young
        self._looked_at = time.monotonic()


generation = Generation()
stamp = Stamp()


def state() -> State:
    """What is shown now, at most LOOK_SECONDS old."""
    return State(generation.now(), *stamp.now())


_NOTHING = object()


class Kept:
    """Values that many pages need, made again once anything has changed. Safe to share between threads.

    Nobody writes to a value, none holds a text of a report, and none is kept longer than KEPT_SECONDS,
    for the day on which PostgreSQL can't be asked what has changed. With PAGE_CACHE_SECONDS=0 nothing is
    kept.
    """

    def __init__(self, *, n_max: int = KEPT_MAX) -> None:
        self._n_max = n_max
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._of: tuple[State | None, float, dict[Hashable, Any]] = (None, 0.0, {})
        """A state, since when it is known, and what was made of it; exchanged as one."""

    def find(self, key: Hashable, make: Callable[[], T]) -> T:
        """What is kept under a key, or else is made now."""
        if not settings.PAGE_CACHE_SECONDS:
            return make()
        now, at = state(), time.monotonic()
        made_of, began_at, values = self._of
        if now != made_of or at - began_at > KEPT_SECONDS:
            values = {}
            self._of = (now, at, values)
        found: T | object = values.get(key, _NOTHING)
        if found is not _NOTHING:
            return cast(T, found)
        made = make()
        if len(values) >= self._n_max:
            values.clear()
        values[key] = made
        return made


kept = Kept()
