"""How much each reader has read in this minute, without keeping anybody's address.

Like the counters of submissions (common/throttles.py): keys are HMACs under a key of the day, and both
live in this process's memory only. N web processes let through up to N times the limit.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from dataclasses import dataclass

from backend.common.throttles import DAY_SECONDS, NETWORKS_MAX

WINDOW_SECONDS = 60


@dataclass(frozen=True)
class Standing:
    """What a reader has left in this minute."""

    limit: int
    remaining: int
    reset_seconds: int
    is_over: bool


class MinuteCounter:
    """Counts per reader and minute. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget every count, and the key with them."""
        with self._lock:
            self._day = self._minute = -1
            self._key = b""
            self._counts: dict[bytes, int] = {}

    def count(self, reader: str, *, limit: int) -> Standing:
        """Count one more for the reader; beyond the limit nothing is counted."""
        now = int(time.time())
        with self._lock:
            if now // DAY_SECONDS != self._day:
                self._day, self._key = now // DAY_SECONDS, secrets.token_bytes(32)
            if now // WINDOW_SECONDS != self._minute:
                self._minute, self._counts = now // WINDOW_SECONDS, {}
            key = hmac.new(self._key, reader.encode(), hashlib.sha256).digest()
            # With more readers than we can remember, the newcomers share one counter.
            if key not in self._counts and len(self._counts) >= NETWORKS_MAX:
                key = b""
            spent = self._counts.get(key, 0)
            is_over = spent >= limit
            if not is_over:
                spent += 1
                self._counts[key] = spent
        reset = WINDOW_SECONDS - now % WINDOW_SECONDS
        return Standing(limit, max(0, limit - spent), reset, is_over)


reads = MinuteCounter()
