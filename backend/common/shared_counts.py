"""Counts under names that nobody can read back, in memory that all processes forked from this one share.

A name is kept as its HMAC under a key of the day. Key and counts are never on a disk, and end with
their day or period.
"""

from __future__ import annotations

import hashlib
import hmac
import mmap
import secrets
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from backend.common.shared_lock import SharedLock

DAY_SECONDS = 86_400
DIGEST_BYTES = 16
PLACE = struct.Struct(f"={DIGEST_BYTES}sQ")
"""A digest and its count; all zero while it is free."""
HEAD = struct.Struct("=qq32sQ")
"""Before the places: the day, the period, the key of the day, how many places are taken."""
FREE = bytes(DIGEST_BYTES)
OTHERS = b"\xff" * DIGEST_BYTES
"""Where all names are counted together for which there is no place."""


class SharedCounts:
    """Counts of one period of so many seconds, under at most `names_max` names.

    Make it before forking. Safe between threads and processes.
    """

    def __init__(self, *, period_seconds: int, names_max: int) -> None:
        self._period_seconds = period_seconds
        self.names_max = names_max
        self._n_places = 1 << (names_max * 4 // 3).bit_length()
        self._lock = SharedLock()
        self._memory = mmap.mmap(-1, HEAD.size + self._n_places * PLACE.size)
        self.clear()

    def clear(self) -> None:
        """Forget every count, and the key with them."""
        with self._lock:
            self._begin(-1, -1, b"")

    @contextmanager
    def at(self, now: int) -> Iterator[Counts]:
        """The counts of the period of this second, for one caller at a time."""
        day, period = now // DAY_SECONDS, now // self._period_seconds
        with self._lock:
            known_day, known_period, key, _ = HEAD.unpack_from(self._memory, 0)
            if (known_day, known_period) != (day, period):
                self._begin(day, period, key if known_day == day else secrets.token_bytes(32))
            yield Counts(self)

    def _begin(self, day: int, period: int, key: bytes) -> None:
        if self._n_taken():
            self._memory[HEAD.size :] = bytes(len(self._memory) - HEAD.size)
        HEAD.pack_into(self._memory, 0, day, period, key, 0)

    def _n_taken(self) -> int:
        return int(HEAD.unpack_from(self._memory, 0)[3])

    def _find(self, name: str) -> tuple[bytes, int, int]:
        """The digest of a name, where its count is or would be, and the count."""
        key = HEAD.unpack_from(self._memory, 0)[2]
        digest = hmac.new(key, name.encode(), hashlib.sha256).digest()[:DIGEST_BYTES]
        at, found, count = self._probe(digest)
        if found == FREE and self._n_taken() >= self.names_max:
            at, found, count = self._probe(digest := OTHERS)
        return digest, at, count

    def _probe(self, digest: bytes) -> tuple[int, bytes, int]:
        place = int.from_bytes(digest[:8], "little") % self._n_places
        while True:
            at = HEAD.size + place * PLACE.size
            found, count = PLACE.unpack_from(self._memory, at)
            if found in (digest, FREE):
                return at, found, count
            place = (place + 1) % self._n_places

    def _put(self, digest: bytes, at: int, count: int) -> None:
        if self._memory[at : at + DIGEST_BYTES] == FREE and digest != OTHERS:
            day, period, key, n_taken = HEAD.unpack_from(self._memory, 0)
            HEAD.pack_into(self._memory, 0, day, period, key, n_taken + 1)
        PLACE.pack_into(self._memory, at, digest, count)


class Counts:
    """The counts while their lock is held. A name that was never counted has 0."""

    def __init__(self, shared: SharedCounts) -> None:
        self._shared = shared

    def __getitem__(self, name: str) -> int:
        return self._shared._find(name)[2]

    def __setitem__(self, name: str, count: int) -> None:
        digest, at, _ = self._shared._find(name)
        self._shared._put(digest, at, count)

    @property
    def is_full(self) -> bool:
        """Whether a new name would share its count with all others."""
        return self._shared._n_taken() >= self._shared.names_max
