"""Several processes that answer at one address: made by fork, watched, and ended together.

All accept from the same listening socket, so whoever is idle takes the next visitor. One that dies is
made again; a signal ends all of them after the requests that run.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

from backend.common.parents_end import signal_at_parents_end

BACKLOG = 1024
SHORT_LIFE_SECONDS = 1.0
"""One that dies sooner is not made again before this is over: a fault must not become a busy loop."""

Serve = Callable[[list[socket.socket]], None]


def sockets_bound(addresses: list[Any]) -> list[socket.socket]:
    """Listening sockets for waitress' list of (family, type, protocol, address)."""
    found = []
    for family, kind, protocol, address in addresses:
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
        bound.listen(BACKLOG)
        bound.setblocking(False)
        found.append(bound)
    return found


def serve_together(serve: Serve, sockets: list[socket.socket], *, n: int) -> None:
    """Run `serve` in `n` processes until SIGTERM or SIGINT; returns when all have ended.

    The caller holds no thread and no database connection: both would be torn by the fork.
    """
    Group(serve, sockets).run(n)


class Group:
    """The processes of one address, seen from the one that made them."""

    def __init__(self, serve: Serve, sockets: list[socket.socket]) -> None:
        self._serve = serve
        self._sockets = sockets
        self._born: dict[int, float] = {}
        self._is_ending = False

    def run(self, n: int) -> None:
        """Start `n` processes, keep their number, end them at a signal."""
        gc.collect()
        gc.freeze()  # what is loaded now stays shared between the processes
        # Held back, a signal can come neither between a fork and its note, nor before the wait for it.
        endings = {signal.SIGTERM, signal.SIGINT}
        signal.pthread_sigmask(signal.SIG_BLOCK, {*endings, signal.SIGCHLD})
        for _ in range(n):
            self._start()
        while self._born:
            number = signal.sigwait({*endings, signal.SIGCHLD})
            if number in endings:
                self._end()
            for pid in self._ended():
                born = self._born.pop(pid)
                if not self._is_ending:
                    time.sleep(max(0.0, born + SHORT_LIFE_SECONDS - time.monotonic()))
                    self._start()

    def _start(self) -> None:
        pid = os.fork()
        if pid:
            self._born[pid] = time.monotonic()
            return
        code = 1
        try:
            self._live()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _live(self) -> None:
        """What a process does."""
        signal_at_parents_end(signal.SIGTERM)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        signal.signal(
            signal.SIGINT, signal.SIG_IGN
        )  # Ctrl-C reaches all; the first tells the others
        signal.pthread_sigmask(signal.SIG_SETMASK, set())
        self._serve(self._sockets)

    def _end(self) -> None:
        self._is_ending = True
        for pid in self._born:
            os.kill(pid, signal.SIGTERM)

    def _ended(self) -> list[int]:
        """Processes that have ended since the last look; several may share one signal."""
        return [pid for pid in self._born if os.waitpid(pid, os.WNOHANG)[0]]
