"""The servers that are measured, and how much of the processor they use."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.of_explorer.load import fetch

HOST = "127.0.0.1"
TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 60
BLOCK_BYTES = 2**20


@dataclass
class Server:
    """A server that runs."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Of its processes so far."""
        return sum(_cpu(pid) for pid in [self.pid, *_children(self.pid)])


@contextmanager
def serving(command: list[str], **environment: str) -> Iterator[Server]:
    """The server of a command that takes --listen, until the block ends."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, *command, f"--listen={HOST}:{port}"],
        env={**os.environ, "DJANGO_DEBUG": "false", **environment},
    )
    try:
        _wait(process, port)
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            fetch(HOST, port, "/healthz")
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"The server did not start: {process.args!r}")
            time.sleep(0.1)
        else:
            return


def database_cpu_seconds() -> float:
    """Of all PostgreSQL backends that this machine runs for the benchmark's folder, so far.

    Backends that have ended are lost to it; those of connection pools live long.
    """
    homes = [str(home) for home in _database_homes()]
    for pid in _processes():
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if "bin/postgres\0" in command and any(home in command for home in homes):
            return sum(_cpu(child) for child in _children(pid))
    return 0.0


def database_files_read() -> int:
    """Read the database's files once, as those of a server are that runs for days; how many bytes.

    What a page costs is measured; how slow the disk of a fresh machine is would be another question.
    """
    n_bytes = 0
    for home in _database_homes():
        for place in sorted(home.rglob("*")):
            if place.is_file() and not place.is_symlink():
                with place.open("rb", buffering=0) as file:
                    while block := file.read(BLOCK_BYTES):
                        n_bytes += len(block)
    return n_bytes


def _database_homes() -> list[Path]:
    """Where the files of the benchmark's PostgreSQL are."""
    from backend.common import postgres

    directory = postgres.data_directory() / "postgres"
    elsewhere = directory / "elsewhere"
    return [directory.resolve(), *([elsewhere.resolve()] if elsewhere.is_symlink() else [])]


def _processes() -> list[int]:
    return [int(place.name) for place in Path("/proc").iterdir() if place.name.isdigit()]


def _cpu(pid: int) -> float:
    fields = _fields(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def _fields(pid: int) -> list[str]:
    """What Linux says of a process, from its state on; empty if there is none of that number."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _children(pid: int) -> list[int]:
    """All that descend from a process."""
    parents = {other: int(fields[1]) for other in _processes() if (fields := _fields(other))}
    found: list[int] = []
    waiting = [pid]
    while waiting:
        above = waiting.pop()
        below = [other for other, parent in parents.items() if parent == above]
        found += below
        waiting += below
    return found
