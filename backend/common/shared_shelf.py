"""Bytes under keys, in memory that all processes forked from this one share.

A ring: what is put last overwrites what was put first. Nothing is ever written to a disk.
"""

from __future__ import annotations

import hashlib
import mmap
import struct

from backend.common.shared_lock import SharedLock

N_PLACES = 16_384
"""Entries of the index. Two keys of one place push each other out."""
DIGEST_BYTES = 16
PLACE = struct.Struct(f"={DIGEST_BYTES}sQQ")
"""An entry of the index: digest of the key, where its bytes begin, how many there are."""
HEAD = struct.Struct("=Q")
"""Before the index: how many bytes were ever put. A place in the ring is this number modulo its size."""
SHARE_MAX = 8
"""One entry takes at most this part of the ring."""


class SharedShelf:
    """Up to `n_bytes` of what was put last. Make it before forking. Safe between threads and processes."""

    def __init__(self, n_bytes: int) -> None:
        self._n_bytes = n_bytes
        self._index = mmap.mmap(-1, HEAD.size + N_PLACES * PLACE.size)
        self._ring = mmap.mmap(-1, n_bytes)
        self._lock = SharedLock()

    def find(self, key: bytes) -> bytes | None:
        """What was put last under a key; None if that was never, or is overwritten."""
        digest, place = _place(key)
        with self._lock:
            found, start, size = PLACE.unpack_from(self._index, place)
            if found != digest or self._put_ever() - start > self._n_bytes:
                return None
            at = start % self._n_bytes
            return self._ring[at : at + size]

    def put(self, key: bytes, value: bytes) -> None:
        """Keep a value; one that is too large is not kept."""
        size = len(value)
        if not size or size > self._n_bytes // SHARE_MAX:
            return
        digest, place = _place(key)
        with self._lock:
            start = self._put_ever()
            if start % self._n_bytes + size > self._n_bytes:  # does not fit before the end
                start += self._n_bytes - start % self._n_bytes
            HEAD.pack_into(self._index, 0, start + size)
            at = start % self._n_bytes
            self._ring[at : at + size] = value
            PLACE.pack_into(self._index, place, digest, start, size)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._index[:] = bytes(len(self._index))

    def _put_ever(self) -> int:
        return int(HEAD.unpack_from(self._index, 0)[0])


def _place(key: bytes) -> tuple[bytes, int]:
    """The digest of a key, and where its entry of the index is."""
    digest = hashlib.blake2b(key, digest_size=DIGEST_BYTES).digest()
    return digest, HEAD.size + int.from_bytes(digest[:8], "little") % N_PLACES * PLACE.size
