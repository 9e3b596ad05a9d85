"""How much each reader has read in this minute, without keeping anybody's address.

Like the counters of submissions (common/throttles.py): in memory that the web processes of one server
share. N servers let through up to N times the limit.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from backend.common.shared_counts import SharedCounts
from backend.common.throttles import NETWORKS_MAX

WINDOW_SECONDS = 60


@dataclass(frozen=True)
class Standing:
    """What a reader has left in this minute."""

    limit: int
    remaining: int
    reset_seconds: int
    is_over: bool


class MinuteCounter:
    """Counts per reader and minute. Safe to share between threads and processes."""

    def __init__(self) -> None:
        self.counts = SharedCounts(period_seconds=WINDOW_SECONDS, names_max=NETWORKS_MAX)

    def count(self, reader: str, *, limit: int) -> Standing:
        """Count one more for the reader; beyond the limit nothing is counted.

        With more readers than we can remember, the newcomers share one counter.
        """
        now = int(time.time())
        with self.counts.at(now) as counts:
            spent = counts[reader]
            is_over = spent >= limit
            if not is_over:
                spent += 1
                counts[reader] = spent
        reset = WINDOW_SECONDS - now % WINDOW_SECONDS
        return Standing(limit, max(0, limit - spent), reset, is_over)


reads = MinuteCounter()
