"""The three processes of a running Plumbline, as one group: they start and stop together."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from shlex import join
from typing import Any

from honcho import manager
from honcho.compat import ProcessManager
from honcho.printer import Printer
from honcho.process import Process

from backend.common.parents_end import signal_at_parents_end

STOPPED_BY_SIGNAL = {130, 143}
NO_EVENTS = "--without-heartbeat"
"""Celery's heartbeats are for its monitors, of which there is none. They are broadcast with headers, for
which pgmq has no function: an error in PostgreSQL's log every two seconds. The status page shows rows
(heartbeats.py).
"""
PATIENCE_SECONDS = 15  # an idle worker takes about five to stop; a busy one is cut off, harmlessly


def commands(*, port: int) -> dict[str, list[str]]:
    """The command line of each process; the container's entry in docker/compose.yaml is alike."""
    binaries = Path(sys.executable).parent
    celery = [str(binaries / "celery"), "--quiet", "--app", "backend.celery"]
    return {
        "web": [sys.executable, "manage.py", "serve", f"--listen=127.0.0.1:{port}"],
        "worker": [*celery, "worker", "--concurrency=2", "--loglevel=WARNING", NO_EVENTS],
        "beat": [*celery, "beat", "--loglevel=WARNING"],
    }


def environment() -> dict[str, str]:
    """What the processes get: one thread per process for the arithmetic, which else contends."""
    return {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONUNBUFFERED": "1",
    }


def run_together(*, port: int, root: Path, when_ready: Callable[[], None]) -> int:
    """Run web, worker and beat until one ends or SIGINT or SIGTERM comes; the exit code.

    0 after a signal. When one process ends by itself the others are stopped, and the code is not 0.
    `when_ready` is called once, from a thread, when the web process answers.
    """
    group = _Group(_AnnouncingPrinter(port=port, when_ready=when_ready))
    for name, command in commands(port=port).items():
        group.add_process(name, f"exec {join(command)}", env=environment(), cwd=str(root))
    group.loop()
    if group.returncode in STOPPED_BY_SIGNAL:
        return 0
    return group.returncode or 1


class _Group(manager.Manager):  # type: ignore[misc]
    """A process group that ends gently, and also when this process is killed."""

    def __init__(self, printer: Printer) -> None:
        super().__init__(printer)
        manager.KILL_WAIT = PATIENCE_SECONDS
        self._procmgr = _Stopper()
        self._process_ctor = _Child
        self._ends_once_started = False

    def terminate(self) -> None:
        """Stop all; a signal that comes while they are being started waits for that."""
        self._ends_once_started = True
        if self._all_started():
            super().terminate()

    def _system_print(self, data: str) -> None:
        super()._system_print(data)
        if self._ends_once_started:
            self.terminate()


class _Stopper(ProcessManager):  # type: ignore[misc]
    def terminate(self, pid: int) -> None:
        """Tell the first process only: a Celery worker needs its own children to end in order."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


class _Child(Process):  # type: ignore[misc]
    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        """Run the command; on Linux, stop it if the process that started the group is killed."""

        def stop(*_: object) -> None:
            if self._child is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._child.pid, signal.SIGTERM)

        signal.signal(signal.SIGUSR1, stop)
        signal_at_parents_end(signal.SIGUSR1)
        super().run(events, ignore_signals)


class _AnnouncingPrinter(Printer):  # type: ignore[misc]
    """Prints the processes' lines; begins to wait for the web process with the first of them.

    Not earlier: the group is forked before that, and a thread must not be.
    """

    def __init__(self, *, port: int, when_ready: Callable[[], None]) -> None:
        super().__init__(sys.stdout)
        self._url = f"http://127.0.0.1:{port}/readyz"
        self._when_ready: Callable[[], None] | None = when_ready

    def write(self, message: Any) -> None:
        super().write(message)
        if self._when_ready is not None:
            announce, self._when_ready = self._when_ready, None
            threading.Thread(target=_wait, args=(self._url, announce), daemon=True).start()


def _wait(url: str, announce: Callable[[], None]) -> None:
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - our own address
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
        else:
            announce()
            return
