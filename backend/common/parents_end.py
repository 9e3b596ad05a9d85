"""Being told when the parent process ends, however it ends."""

from __future__ import annotations

import ctypes
import signal
import sys

_libc = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def signal_at_parents_end(number: signal.Signals) -> None:
    """Let Linux send this process a signal when its parent ends; does nothing on other systems."""
    if sys.platform == "linux":
        _libc.prctl(PR_SET_PDEATHSIG, number)
