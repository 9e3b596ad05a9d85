"""Memory that several processes share: what is found, and what is overwritten."""

from __future__ import annotations

import os

import pytest

from backend.common.shared_shelf import SharedShelf


def test_what_was_put_is_found_by_every_process_forked_later() -> None:
    shelf = SharedShelf(1_000)
    if not (child := os.fork()):
        shelf.put(b"a", b"from the child")
        os._exit(0)
    os.waitpid(child, 0)
    assert (shelf.find(b"a"), shelf.find(b"b")) == (b"from the child", None)


def test_the_last_value_of_a_key_counts() -> None:
    shelf = SharedShelf(1_000)
    shelf.put(b"a", b"one")
    shelf.put(b"a", b"two")
    assert shelf.find(b"a") == b"two"


def test_what_was_put_first_is_overwritten_first_and_never_found_half() -> None:
    shelf = SharedShelf(1_000)
    for number in range(25):
        shelf.put(b"%d" % number, b"%02d" % number * 30)
    found = {number: shelf.find(b"%d" % number) for number in range(25)}
    kept = [number for number, value in found.items() if value is not None]
    # 16 of 60 bytes fit before the end; the 17th begins again at the start.
    assert kept == list(range(9, 25))
    assert all(found[number] == b"%02d" % number * 30 for number in kept)


@pytest.mark.parametrize(("size", "is_kept"), [(0, False), (1, True), (125, True), (126, False)])
def test_one_value_takes_at_most_an_eighth(size: int, is_kept: bool) -> None:
    shelf = SharedShelf(1_000)
    shelf.put(b"a", b"x" * size)
    assert shelf.find(b"a") == (b"x" * size if is_kept else None)


def test_clearing_forgets_everything() -> None:
    shelf = SharedShelf(1_000)
    shelf.put(b"a", b"one")
    shelf.clear()
    assert shelf.find(b"a") is None
    shelf.put(b"b", b"two")
    assert shelf.find(b"b") == b"two"
