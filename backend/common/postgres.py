"""The PostgreSQL that comes with Plumbline: started when first needed, stopped when nobody needs it.

What `settings.py` contains, and nothing else::

    from backend.common import postgres
    DATABASES = {"default": postgres.django_database(env.str("DATABASE_URL", default=""))}

That starts nothing: `manage.py help` and mypy's Django plugin stay free of a server. The engine
`backend.common.embedded_db` calls `ensure_running` before it connects, and again after a failure,
so a server that died is started again by the next connection. A process that connects without
Django calls `ensure_running()` itself, or takes `database_url()`, which does.

How it works. Each process that uses the server holds a shared lock on `holders.lock` for as long
as it lives; the kernel releases it however the process ends. One small process, the keeper
(`postgres_keeper.py`), is the server's parent and sleeps on the exclusive lock of the same file:
it gets it when the last holder is gone, stops the server, and only then lets new holders in. So web,
worker, beat, tests and shells share one server without knowing each other, and none is left over.

Who may connect: a Unix socket in a 0700 directory, no network, and peer authentication, in which
the kernel says who is calling. There is no password to leak. Plumbline's role is no superuser.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.core.exceptions import ImproperlyConfigured

from backend.common.postgres_places import (
    DATABASE,
    PORT,
    ROLE,
    EmbeddedPostgresError,
    Places,
    find_places,
)

__all__ = [
    "EmbeddedPostgres",
    "EmbeddedPostgresError",
    "connection_parameters",
    "data_directory",
    "database_url",
    "django_database",
    "ensure_running",
    "release",
]

REPOSITORY = Path(__file__).resolve().parents[2]


def data_directory() -> Path:
    """The directory of everything a running Plumbline keeps; it need not exist yet."""
    return Path(os.environ.get("PLUMBLINE_DATA") or REPOSITORY / ".plumbline").absolute()


def django_database(url: str = "") -> dict[str, Any]:
    """An entry for DATABASES: the server that `url` names, or the embedded one. Starts nothing.

    Raises ImproperlyConfigured for an address of anything but a PostgreSQL server.
    """
    common: dict[str, Any] = {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}
    pool = {"pool": {"min_size": 0, "max_size": 8, "timeout": 20}}
    if url:
        import environ

        if not url.startswith(("postgresql://", "postgres://")):
            raise ImproperlyConfigured(
                "DATABASE_URL must name a PostgreSQL server: postgresql://user:password@host:5432/name"
            )
        named: dict[str, Any] = environ.Env.db_url_config(url)
        return {**named, **common, "OPTIONS": {**pool, **named.get("OPTIONS", {})}}
    parameters = connection_parameters()
    return {
        "ENGINE": "backend.common.embedded_db",
        "NAME": parameters["dbname"],
        "USER": parameters["user"],
        "PASSWORD": "",
        "HOST": parameters["host"],
        "PORT": parameters["port"],
        "OPTIONS": pool,
        **common,
    }


def connection_parameters() -> dict[str, str]:
    """How libpq reaches the embedded database (host is the socket's directory). Starts nothing."""
    return embedded().connection_parameters()


def database_url() -> str:
    """A `postgresql://` address of the embedded database, which runs until this process ends."""
    return embedded().database_url()


def ensure_running(*, is_doubtful: bool = False) -> None:
    """Return once the embedded server takes connections; it then lives as long as this process.

    Cheap when it runs already. With `is_doubtful` a connection is tried even then, and waited for:
    for callers whose connection has just failed.
    """
    embedded().ensure_running(is_doubtful=is_doubtful)


def release() -> bool:
    """Stop needing the server; True once it has stopped, False if other processes still use it."""
    return embedded().release()


class EmbeddedPostgres:
    """One embedded server, known by its data directory. Threads may share an instance."""

    def __init__(self, data: Path) -> None:
        self.data = data.absolute()
        self._guard = threading.RLock()
        self._holder: int | None = None
        self._places: Places | None = None

    def connection_parameters(self) -> dict[str, str]:
        places = self._places or find_places(self.data)
        return {
            "dbname": DATABASE,
            "user": ROLE,
            "host": str(places.sockets),
            "port": PORT,
        }

    def database_url(self) -> str:
        self.ensure_running()
        parameters = self.connection_parameters()
        query = urlencode({"host": parameters["host"], "port": PORT}, quote_via=quote, safe="")
        return f"postgresql://{ROLE}@/{DATABASE}?{query}"

    def ensure_running(self, *, is_doubtful: bool = False) -> None:
        with self._guard:
            self._hold()
            places = self._require_places()
            if is_doubtful or _keeper_state(places) != "ready":
                start = os.open(places.start_lock, os.O_RDWR | os.O_CREAT, 0o600)
                try:
                    fcntl.flock(start, fcntl.LOCK_EX)
                    self._start(places)
                    if is_doubtful:
                        self._wait_for_connections(places)
                finally:
                    os.close(start)

    def release(self) -> bool:
        with self._guard:
            if self._holder is None or self._places is None:
                return True
            os.close(self._holder)
            self._holder = None
            return _wait_for_end(self._places)

    def _hold(self) -> None:
        if self._holder is None:
            find_places(self.data).prepare()
            self._places = find_places(self.data)  # as it is now that the directories exist
            holder = os.open(self._places.holders_lock, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(holder, fcntl.LOCK_SH)  # waits while a keeper is stopping the server
            self._holder = holder

    def _require_places(self) -> Places:
        if self._places is None:
            raise EmbeddedPostgresError("The embedded PostgreSQL is not held by this process.")
        return self._places

    def _start(self, places: Places) -> None:
        """Return once a keeper reports a ready server; the caller holds the start lock."""
        while (state := _keeper_state(places)) != "ready":
            if state == "absent":
                _launch_keeper(self.data)
            else:
                time.sleep(0.02)  # it is starting for somebody else, or clearing up after a crash

    def _wait_for_connections(self, places: Places) -> None:
        import psycopg

        while True:
            try:
                psycopg.connect(**self.connection_parameters(), connect_timeout=5).close()  # type: ignore[arg-type]
            except psycopg.OperationalError:
                time.sleep(0.05)
                self._start(places)
            else:
                return


_embedded: dict[Path, EmbeddedPostgres] = {}


def embedded() -> EmbeddedPostgres:
    """The server of this process's data directory."""
    return _embedded.setdefault(data_directory(), EmbeddedPostgres(data_directory()))


def _launch_keeper(data: Path) -> None:
    """Start a keeper and return when its server is ready."""
    paths = [str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])]
    process = subprocess.run(
        [sys.executable, "-m", "backend.common.postgres_keeper", str(data)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,  # why it failed; what is being waited for goes to stderr
        text=True,
        check=False,
    )
    if process.returncode:
        raise EmbeddedPostgresError(process.stdout.strip() or "The database keeper did not start.")


def _keeper_state(places: Places) -> str:
    """`absent`, `busy` (starting, or clearing up) or `ready`."""
    try:
        lock = os.open(places.keeper_lock, os.O_RDONLY)
    except FileNotFoundError:
        return "absent"
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return "ready" if os.read(lock, 5) == b"ready" else "busy"
    else:
        return "absent"
    finally:
        os.close(lock)


def _wait_for_end(places: Places) -> bool:
    """True once the keeper is gone, False if others still hold the server."""
    shared_since = time.monotonic()
    while _keeper_state(places) != "absent":
        lock = os.open(places.holders_lock, os.O_RDWR)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            shared_since = time.monotonic()  # the keeper has it: the server is being stopped
        finally:
            os.close(lock)
        if time.monotonic() - shared_since > 2:
            return False
        time.sleep(0.02)
    return True
