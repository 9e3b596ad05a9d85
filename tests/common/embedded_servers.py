"""What the tests of the embedded PostgreSQL share: other processes that need it, and waiting.

Waiting has a generous deadline and is never a claim about how long something takes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from backend.common.postgres import REPOSITORY
from backend.common.postgres_places import find_places

DEADLINE_SECONDS = 90
NOBODY = pwd.getpwnam("nobody")

HOLD = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # where the runner ignores it, so would we
from pathlib import Path
from backend.common.postgres import EmbeddedPostgres, EmbeddedPostgresError
try:
    print(EmbeddedPostgres(Path(sys.argv[1])).database_url(), flush=True)
except EmbeddedPostgresError as error:
    sys.exit(f"refused: {error}")
sys.stdin.read()
"""

CALL_ITSELF = "import subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)"


def eventually(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_true():
        if time.monotonic() > deadline:
            pytest.fail(f"not true within {DEADLINE_SECONDS} seconds")
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it may end while we read
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return not Path("/proc/self").exists()


def is_unlocked(path: Path) -> bool:
    """Whether no process holds the file's exclusive lock."""
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def server_pid(data: Path) -> int | None:
    """The process number of the running server, None if there is none."""
    try:
        pid = int((find_places(data).cluster / "postmaster.pid").read_text().split("\n")[0])
    except (FileNotFoundError, ValueError):
        return None
    return pid if is_alive(pid) else None


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def one(url: str, statement: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement).fetchone()
        return row[0] if row else None


@contextlib.contextmanager
def holder(
    data: Path, *, command: list[str] | None = None, python_path: str = ""
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process that needs the server, and the address that it got ("" if refused)."""
    with subprocess.Popen(
        [*(command or []), sys.executable, "-c", HOLD, str(data)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": python_path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            if process.poll() is None:
                process.communicate()


def as_nobody() -> list[str]:
    """The command that runs another as an unprivileged user; skips where none can run Python."""
    plain = ["setpriv", f"--reuid={NOBODY.pw_uid}", f"--regid={NOBODY.pw_gid}", "--clear-groups"]
    # An interpreter under a closed home directory: let the user read it, and only read.
    reading = [*plain, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    for command in (plain, reading):
        with contextlib.suppress(OSError):
            tried = subprocess.run(
                [*command, sys.executable, "-c", CALL_ITSELF],
                capture_output=True,
                cwd="/",
                check=False,
            )
            if tried.returncode == 0:
                return command
    pytest.skip("no unprivileged user can run this Python")


def clear_up(data: Path) -> None:
    """Wait for the server's end, and delete what lies outside the data directory."""
    places = find_places(data)
    eventually(lambda: server_pid(data) is None)
    for outside in {places.home, places.sockets} - {places.root}:
        if data not in outside.parents:
            shutil.rmtree(outside, ignore_errors=True)
