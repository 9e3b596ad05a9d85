"""A lock that threads of all processes forked from this one share."""

from __future__ import annotations

import fcntl
import os
import tempfile
import threading
from typing import Any


class SharedLock:
    """Held by one thread of one process. One that dies gives it back, because the kernel keeps it.

    Make it before forking.
    """

    def __init__(self) -> None:
        self._threads = threading.Lock()
        self._processes = tempfile.TemporaryFile()  # noqa: SIM115 - empty, for its lock alone
        os.register_at_fork(after_in_child=self._threads_anew)

    def _threads_anew(self) -> None:
        self._threads = threading.Lock()  # the thread that may have held it is not in this process

    def __enter__(self) -> None:
        self._threads.acquire()
        try:
            fcntl.lockf(self._processes, fcntl.LOCK_EX)
        except BaseException:
            self._threads.release()  # else no thread of this process gets it again
            raise

    def __exit__(self, *error: Any) -> None:
        fcntl.lockf(self._processes, fcntl.LOCK_UN)
        self._threads.release()
