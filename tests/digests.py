"""What `SharedCounts` keeps of the names that it counts, read from its memory."""

from __future__ import annotations

from backend.common.shared_counts import FREE, HEAD, PLACE, SharedCounts


def digests_kept(counts: SharedCounts) -> list[bytes]:
    """All that stands for a name."""
    places = PLACE.iter_unpack(counts._memory[HEAD.size :])
    return [digest for digest, _ in places if digest != FREE]
