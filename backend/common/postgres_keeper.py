"""The keeper: the one process that starts the embedded PostgreSQL and stops it when nobody needs it.

Started by `postgres.py` as `python -m backend.common.postgres_keeper DATA`, which returns when the
server is ready (or prints why not, and fails) and leaves the keeper behind, detached. If the keeper
itself is killed, Linux stops the server with it; elsewhere the next keeper finds and stops it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from backend.common.parents_end import signal_at_parents_end
from backend.common.postgres_places import (
    DATABASE,
    PORT,
    ROLE,
    SUPERUSER,
    EmbeddedPostgresError,
    Places,
    find_places,
)

EXTENSIONS = ("vector", "pg_trgm", "btree_gin", "unaccent")
FREE_BYTES_NEEDED = 256 * 1024 * 1024
LOG_MAX_BYTES = 5 * 1024 * 1024
CLUSTER_OPTIONS = (
    f"--username={SUPERUSER}",
    "--auth-local=peer",
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale-provider=builtin",  # sorts and folds the same on every machine
    "--builtin-locale=C.UTF-8",
    "--locale=C",
)
SERVER_OPTIONS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    # A machine of one's own with a solid-state disk; compiling costs more than these queries take.
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    # Pages are in the system's memory; to hand each to a worker costs more than to copy it.
    "io_method": "sync",
    "random_page_cost": "1.1",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and rows hold what people sent; neither belongs in a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
CAUSES = {
    "No space left on device": "The disk is full. Make room and start again; nothing is lost.",
    "Read-only file system": "The file system is read-only. Set PLUMBLINE_DATA to a writable place.",
    "could not create shared memory": "The system gives no shared memory. In a container, raise "
    "--shm-size to 128m or more.",
    "initialized by PostgreSQL version": "The data was made by another major version of "
    "PostgreSQL. docs/operations.md says how to take it over.",
}


class Keeper:
    """Starts the server of `places`, waits until nobody needs it, stops it."""

    def __init__(self, places: Places, tell: Callable[[str], None]) -> None:
        self.places = places
        self.tell = tell
        self.server: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Return when the server has stopped, for whichever reason."""
        signal.signal(signal.SIGTERM, lambda *_: self.stop())
        signal.signal(signal.SIGINT, lambda *_: self.stop())
        lock = os.open(self.places.keeper_lock, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)  # others only ever test it, for microseconds
        os.ftruncate(lock, 0)
        self._make_home()
        self._stop_orphan()
        if not self.places.cluster.exists():
            self._make_cluster()
        self._write_access_rules()
        self._start()
        try:
            self._make_database()
            os.write(lock, b"ready")
            self.tell("ready")
            threading.Thread(target=self._stop_when_unheld, daemon=True).start()
            self._wait()
        finally:
            os.ftruncate(lock, 0)
            self.stop()
            self._wait()

    def stop(self) -> None:
        """Ask the server to end its connections and stop (a fast shutdown)."""
        if self.server is not None and self.server.poll() is None:
            self.server.send_signal(signal.SIGINT)

    def _wait(self) -> None:
        if self.server is not None:
            self.server.wait()

    def _stop_when_unheld(self) -> None:
        """Get the exclusive lock, and keep it: new holders wait until this process has ended."""
        holders = os.open(self.places.holders_lock, os.O_RDWR)
        fcntl.flock(holders, fcntl.LOCK_EX)
        self.stop()

    # --- files

    def _make_home(self) -> None:
        places = self.places
        if places.home != places.root and not places.home.exists():
            places.home.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
            places.home.mkdir(mode=0o711)
        if places.home != places.root:
            with contextlib.suppress(FileExistsError):
                (places.root / "elsewhere").symlink_to(places.home)
        self._make_private(places.sockets)

    def _make_private(self, directory: Path) -> None:
        """Make a directory that only the server's account (and root) may enter, or refuse."""
        account = self.places.account
        try:
            directory.mkdir(mode=0o700)
            if account.is_another:
                os.chown(directory, account.uid, account.gid, follow_symlinks=False)
        except FileExistsError:
            pass
        status = directory.lstat()
        is_ours = status.st_uid == account.uid and not status.st_mode & 0o077
        if directory.is_symlink() or not directory.is_dir() or not is_ours:
            raise EmbeddedPostgresError(
                f"{directory} exists, but is not a private directory of user {account.name}. Look "
                "who made it, remove it and start again; or set PLUMBLINE_DATA to a shorter path."
            )

    def _make_cluster(self) -> None:
        free = shutil.disk_usage(self.places.home).free
        if free < FREE_BYTES_NEEDED:
            raise EmbeddedPostgresError(
                f"Only {free // 2**20} MB are free for {self.places.home}; the database needs "
                f"{FREE_BYTES_NEEDED // 2**20} MB to begin. Make room, or set PLUMBLINE_DATA."
            )
        fresh = self.places.home / "cluster.new"  # renamed when whole: an interrupted one is redone
        if fresh.exists():
            shutil.rmtree(fresh)
        self._make_private(fresh)
        result = subprocess.run(
            [self.places.binaries() / "initdb", "-D", fresh, *CLUSTER_OPTIONS],
            **self._as_account(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if result.returncode:
            raise self._failure(
                "The database can't be made", result.stdout.decode(errors="replace")
            )
        fresh.rename(self.places.cluster)

    def _write_access_rules(self) -> None:
        """Let this process's account in over the socket, and nobody else."""
        import pwd

        caller = pwd.getpwuid(os.geteuid()).pw_name
        names = (
            [caller]
            if self.places.account.name in {"nobody", caller}
            else [
                caller,
                self.places.account.name,
            ]
        )
        rules = {
            self.places.access_rules: "local all all peer map=plumbline\n",
            self.places.name_map: "".join(
                f'plumbline "{name}" {role}\n' for name in names for role in (ROLE, SUPERUSER)
            ),
        }
        for path, text in rules.items():
            path.write_text(text)
            path.chmod(0o644)

    # --- the server's process

    def _stop_orphan(self) -> None:
        """Stop a server that outlived its keeper; make a stale postmaster.pid harmless."""
        pid_file = self.places.cluster / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return
        if self._is_our_server(pid):
            os.kill(pid, signal.SIGINT)
            noted_at = time.monotonic()
            while self._is_our_server(pid):
                if time.monotonic() - noted_at > 10:
                    self.tell(f"note Waiting for a left-over PostgreSQL (process {pid}) to stop.")
                    noted_at = time.monotonic()
                time.sleep(0.02)
        elif _command(pid):
            # Another program has that number now, and PostgreSQL would take it for a server. It
            # never takes its parent for one, and still looks for remains of the old server.
            _, _, rest = pid_file.read_text().partition("\n")
            descriptor = os.open(pid_file, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW)
            with os.fdopen(descriptor, "w") as file:
                file.write(f"{os.getpid()}\n{rest}")

    def _is_our_server(self, pid: int) -> bool:
        command = _command(pid)
        return "postgres" in command and str(self.places.cluster) in command

    def _start(self) -> None:
        """Start the server and wait, as long as it takes, until it answers."""
        if self.places.log.exists() and self.places.log.stat().st_size > LOG_MAX_BYTES:
            self.places.log.replace(self.places.log.with_suffix(".log.1"))
        options = {
            **SERVER_OPTIONS,
            "unix_socket_directories": str(self.places.sockets),
            "hba_file": str(self.places.access_rules),
            "ident_file": str(self.places.name_map),
        }
        with self.places.log.open("ab") as log:
            begin = log.tell()
            self.server = subprocess.Popen(
                [
                    self.places.binaries() / "postgres",
                    "-D",
                    self.places.cluster,
                    *(f"--{name}={value}" for name, value in options.items()),
                ],
                **self._as_account(),
                stdout=log,
                stderr=log,
                # No other thread exists yet.
                preexec_fn=_stop_with_parent,  # noqa: PLW1509
            )
        noted_at = time.monotonic()
        while not self._answers():
            if self.server.poll() is not None:
                said = self.places.log.read_bytes()[begin:].decode(errors="replace")
                raise self._failure("The database does not start", said)
            if time.monotonic() - noted_at > 10:
                self.tell("note PostgreSQL is starting, or recovering after a crash. Waiting.")
                noted_at = time.monotonic()
            time.sleep(0.02)

    def _as_account(self) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "cwd": "/",
            "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            "stdin": subprocess.DEVNULL,
        }
        if self.places.account.is_another:
            arguments |= {
                "user": self.places.account.uid,
                "group": self.places.account.gid,
                "extra_groups": [],
                "umask": 0o077,
            }
        return arguments

    def _failure(self, what: str, said: str) -> EmbeddedPostgresError:
        for sign, advice in CAUSES.items():
            if sign in said:
                return EmbeddedPostgresError(f"{what}. {advice}")
        tail = "\n".join(said.strip().splitlines()[-5:])
        return EmbeddedPostgresError(f"{what}. PostgreSQL said ({self.places.log}):\n{tail}")

    # --- what is inside

    def _connect(self, dbname: str) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=str(self.places.sockets),
            port=PORT,
            user=SUPERUSER,
            dbname=dbname,
            connect_timeout=5,
            autocommit=True,
        )

    def _answers(self) -> bool:
        try:
            self._connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_database(self) -> None:
        """Make Plumbline's role, database and extensions, where they are missing."""
        with self._connect("postgres") as connection:
            if not connection.execute(
                "SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]
            ).fetchone():
                connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
        self._make_extensions("template1")  # so that test databases have them
        with self._connect("postgres") as connection:
            if not connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")
        self._make_extensions(DATABASE)

    def _make_extensions(self, dbname: str) -> None:
        with self._connect(dbname) as connection:
            connection.execute("SET client_min_messages = warning")
            for name in EXTENSIONS:
                connection.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")


def _stop_with_parent() -> None:
    """Runs in the server's process: let it stop when the keeper ends."""
    signal_at_parents_end(signal.SIGINT)


def _command(pid: int) -> str:
    """The command line of a process; empty if there is none of that number."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self").exists():
            return ""
    return subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()


def _report(reader: int) -> int:
    """Pass on what the keeper tells, until it is ready or has failed; the exit code."""
    with os.fdopen(reader) as news:
        for line in news:
            kind, _, text = line.rstrip("\n").partition(" ")
            if kind == "ready":
                return 0
            print(text, file=sys.stderr if kind == "note" else sys.stdout, flush=True)
    return 1


def _detach(log: Path) -> None:
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for target, source in ((0, nothing), (1, written), (2, written)):
        os.dup2(source, target)


def main(data: Path) -> int:
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        return _report(reader)
    os.close(reader)

    def tell(text: str) -> None:
        with contextlib.suppress(OSError):  # whoever started us may be gone
            os.write(writer, f"{text}\n".encode())

    def fail(reason: str) -> int:
        for line in reason.splitlines():
            tell(f"error {line}")
        return 1

    try:
        places = find_places(data)
        _detach(places.log)
        Keeper(places, tell).run()
    except (EmbeddedPostgresError, OSError, psycopg.Error) as error:
        return fail(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
