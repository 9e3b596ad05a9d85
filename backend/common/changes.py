"""Whether the database has changed, and whether a report was withdrawn, for one cheap question a second.

PostgreSQL counts the rows that every table gained, changed and lost. A session hands its counts in when
it is idle: at once as a rule, after ten seconds at most where it did so within the last one. So a sum that
is the same says that nothing changed up to about ten seconds ago, whoever writes, on whichever host.
"""

from __future__ import annotations

import threading
import time

from django.db import DatabaseError, connection

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


stamp = Stamp()
