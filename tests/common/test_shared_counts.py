"""Counts that several web processes share: one limit for all of them, nothing to read back from."""

from __future__ import annotations

import os
import signal
import threading

from backend.common.shared_counts import SharedCounts
from backend.common.shared_lock import SharedLock
from backend.common.throttles import ContributorCap, NetworkCounter
from tests.digests import digests_kept

NOON = 1_795_435_200


def in_a_process(work) -> None:
    if not (child := os.fork()):
        work()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def count(counts: SharedCounts, name: str, *, now: int = NOON) -> int:
    with counts.at(now) as held:
        held[name] += 1
        return held[name]


def test_what_every_process_counts_is_one_count() -> None:
    counts = SharedCounts(period_seconds=60, names_max=10)
    in_a_process(lambda: count(counts, "a"))
    in_a_process(lambda: count(counts, "a"))
    assert (count(counts, "a"), count(counts, "b")) == (3, 1)


def test_a_network_counts_for_so_many_people_and_not_for_so_many_of_each_process() -> None:
    """Five people make a finding: one network must not be five of them through several processes."""
    cap = ContributorCap()

    def admitted(who: str) -> bool:
        return cap.admits("203.0.113.0/24", "gpt-4-0613", who, limit=3)

    in_a_process(lambda: [admitted("a"), admitted("b")])
    assert [admitted(who) for who in "cdab"] == [True, False, True, True]


def test_a_network_has_so_many_installs_and_not_so_many_of_each_process() -> None:
    """Five contributors make a finding: one network must not be five of them through several processes."""
    installs = NetworkCounter(period_seconds=86_400)

    def waits() -> bool:
        return installs.count("203.0.113.0/24", cost=1, limit=3) > 0

    in_a_process(lambda: [waits(), waits()])
    assert [waits(), waits()] == [False, True]


def test_a_new_period_begins_at_nothing_and_a_new_day_under_another_key() -> None:
    counts = SharedCounts(period_seconds=60, names_max=10)
    count(counts, "a")
    (first,) = digests_kept(counts)
    assert count(counts, "a", now=NOON + 60) == 1
    assert digests_kept(counts) == [first]
    count(counts, "a", now=NOON + 86_400)
    assert digests_kept(counts) != [first]


def test_nothing_of_a_name_can_be_read_back() -> None:
    counts = SharedCounts(period_seconds=60, names_max=10)
    count(counts, "203.0.113.0/24")
    assert b"203" not in bytes(counts._memory)
    assert [len(digest) for digest in digests_kept(counts)] == [16]


def test_names_beyond_the_last_place_are_counted_together() -> None:
    counts = SharedCounts(period_seconds=60, names_max=3)
    assert [count(counts, name) for name in "abcde"] == [1, 1, 1, 1, 2]
    assert count(counts, "a") == 2
    with counts.at(NOON) as held:
        assert held.is_full
    counts.clear()
    assert (digests_kept(counts), count(counts, "e")) == ([], 1)


def test_threads_and_processes_lose_no_count() -> None:
    counts = SharedCounts(period_seconds=60, names_max=10)

    def many() -> None:
        threads = [
            threading.Thread(target=lambda: [count(counts, "a") for _ in range(200)])
            for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    children = []
    for _ in range(2):
        if not (child := os.fork()):
            many()
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    assert count(counts, "a") == 1201


def test_a_process_that_dies_with_the_lock_blocks_nobody() -> None:
    lock = SharedLock()
    reader, writer = os.pipe()
    if not (child := os.fork()):
        lock.__enter__()
        os.write(writer, b"x")
        signal.pause()
    os.read(reader, 1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with lock:
        pass
