"""Whether the database has changed, for one cheap question a second.

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
_SUM = (
    "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0), now()::date FROM pg_stat_user_tables"
    " WHERE schemaname = current_schema() AND relname <> ALL(%s)"
)


class Stamp:
    """A text that differs once anything has changed. Safe to share between threads."""

    def __init__(self) -> None:
        self._looking = threading.Lock()
        self._looked_at = -LOOK_SECONDS
        self._text = ""

    def now(self) -> str:
        """The text, at most LOOK_SECONDS old; the last one while the database can't be reached.

        The day is part of it: with a new one, embargoes end.
        """
        if time.monotonic() - self._looked_at < LOOK_SECONDS:
            return self._text
        if not self._looking.acquire(blocking=not self._text):
            return self._text  # somebody else is looking
        try:
            if time.monotonic() - self._looked_at >= LOOK_SECONDS:
                self._look()
        finally:
            self._looking.release()
        return self._text

    def _look(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(_SUM, [QUIET_TABLES])
                number, day = cursor.fetchone()
                self._text = f"{day} {number}"
        except DatabaseError:
            pass  # what is kept may be shown as long as it is young
        self._looked_at = time.monotonic()


stamp = Stamp()
