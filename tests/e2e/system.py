"""A whole running Plumbline for tests: its own database, a web process, a worker and beat."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import requests

from backend.common.postgres import EmbeddedPostgres
from backend.common.postgres_places import find_places
from backend.common.processes import commands

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_SECONDS = 180
T = TypeVar("T")


def free_port() -> int:
    """A port of the loopback interface that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: str, look: Callable[[], T | None], *, seconds: float = PATIENCE_SECONDS) -> T:
    """What `look` returns once it is truthy; AssertionError with `what` when patience ends."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds} s for {what}")


class System:
    """The real processes, each started and killed by name; logs land in `data`."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.postgres = EmbeddedPostgres(data)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            **os.environ,
            "PLUMBLINE_DATA": str(data),
            "PLUMBLINE_PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "OMP_NUM_THREADS": "1",
        }
        self.environment.pop("DATABASE_URL", None)

    def prepare(self) -> None:
        """Database, catalogue, static files, embedding model: what `make run` does first."""
        for command in (["migrate", "-v0"], ["load_catalogue"], ["build_model"],
                        ["collectstatic", "--noinput", "-v0"]):  # fmt: skip
            self.manage(*command)

    def manage(self, *arguments: str) -> str:
        """Output of one manage.py command; CalledProcessError if it fails."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment,
            check=True, stdout=subprocess.PIPE, text=True,
        ).stdout  # fmt: skip

    def start(self, *names: str) -> None:
        """Start processes out of `web`, `worker` and `beat`; returns when the web process answers."""
        for name in names:
            with (self.data / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    commands(port=self.port)[name], cwd=ROOT, env=self.environment, stdout=log, stderr=log,
                    stdin=subprocess.DEVNULL, start_new_session=True,
                )  # fmt: skip
        if "web" in names:
            wait_for("the web process", self._is_ready)

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    def kill(self, name: str) -> None:
        """kill -9 of a process and all its children."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_database(self) -> None:
        """kill -9 of the database server's first process."""
        pid = int((find_places(self.data).cluster / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """Stop everything, politely first."""
        for process in self.processes.values():
            os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()
        self.postgres.release()

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of a query, asked of the database itself."""
        with psycopg.connect(self.postgres.database_url()) as connection:
            return connection.execute(query, parameters).fetchall()

    def change(self, statement: str) -> None:
        """Change rows in the database itself: days that a test can't wait for."""
        with psycopg.connect(self.postgres.database_url()) as connection:
            connection.execute(statement)

    def logs(self) -> str:
        """Everything that the processes have printed."""
        return "".join(path.read_text(errors="replace") for path in sorted(self.data.glob("*.log")))
