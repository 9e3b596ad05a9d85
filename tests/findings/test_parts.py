"""Parts of a run as rows: taken once, by whoever is free, and taken again from who failed."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from backend.findings.models import AnalysisRun, RunPart
from backend.findings.parts import part_execute, part_is_waiting, parts_await, parts_store
from backend.findings.services import Conclusions, run_queue, run_store
from backend.reports.selectors import texts_for_analysis
from tests.factories import make_report


@pytest.fixture
def run() -> AnalysisRun:
    queued = run_queue(seed=1)
    AnalysisRun.objects.filter(pk=queued.pk).update(state="running")
    return queued


def upper(data: bytes) -> bytes:
    return data.upper()


def quiet(done: int, total: int) -> None:
    """Progress that nobody watches."""


@pytest.mark.django_db
def test_all_parts_are_done_the_largest_first(run) -> None:
    order: list[bytes] = []

    def work(data: bytes) -> bytes:
        order.append(data)
        return data.upper()

    told: list[tuple[int, int]] = []
    assert (
        parts_store(run_id=run.pk, parts=[("a", 1, b"aa"), ("b", 9, b"bb"), ("c", 5, b"cc")]) == 3
    )
    found = parts_await(run_id=run.pk, work=work, tell=lambda *step: told.append(step))
    assert found == {"a": b"AA", "b": b"BB", "c": b"CC"}
    assert order == [b"bb", b"cc", b"aa"]
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert not part_is_waiting()


@pytest.mark.django_db
def test_a_second_attempt_keeps_what_is_done_and_does_what_has_changed(run) -> None:
    parts_store(run_id=run.pk, parts=[("a", 1, b"aa"), ("b", 2, b"bb"), ("gone", 1, b"x")])
    parts_await(run_id=run.pk, work=upper, tell=quiet)
    done: list[bytes] = []
    parts_store(run_id=run.pk, parts=[("a", 1, b"aa"), ("b", 2, b"new")])
    found = parts_await(
        run_id=run.pk, work=lambda data: done.append(data) or upper(data), tell=quiet
    )
    assert found == {"a": b"AA", "b": b"NEW"}
    assert done == [b"new"]


@pytest.mark.django_db
def test_parts_of_another_run_and_of_one_that_does_not_run_are_left(run) -> None:
    other = AnalysisRun.objects.create(
        state="queued", queued_at=run.queued_at, as_of=run.as_of, seed=2
    )
    RunPart.objects.create(run=other, name="a", size=1, digest="", input=b"x")
    assert not part_is_waiting()
    assert not part_execute(work=upper)
    parts_store(run_id=run.pk, parts=[("a", 1, b"aa")])
    assert list(RunPart.objects.values_list("run_id", flat=True)) == [run.pk]


@pytest.mark.django_db
def test_a_stored_run_leaves_no_parts(run) -> None:
    parts_store(run_id=run.pk, parts=[("a", 1, b"aa")])
    run_store(run_id=run.pk, record={}, conclusions=Conclusions())
    assert not RunPart.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_do_the_same_part_and_one_that_fails_frees_its_own() -> None:
    queued = run_queue(seed=1)
    AnalysisRun.objects.filter(pk=queued.pk).update(state="running")
    parts_store(run_id=queued.pk, parts=[("a", 2, b"aa"), ("b", 1, b"bb")])
    holds, may_end = threading.Event(), threading.Event()

    def slow_and_failing(data: bytes) -> bytes:
        holds.set()
        assert may_end.wait(30)
        raise MemoryError(data)

    def other_worker() -> None:
        try:
            with pytest.raises(MemoryError):
                part_execute(work=slow_and_failing)
        finally:
            connection.close()

    thread = threading.Thread(target=other_worker)
    thread.start()
    assert holds.wait(30)
    seen: list[bytes] = []
    mine = lambda data: seen.append(data) or upper(data)  # noqa: E731
    assert part_execute(work=mine)
    assert not part_execute(work=mine)
    assert seen == [b"bb"]
    may_end.set()
    thread.join(30)
    assert parts_await(run_id=queued.pk, work=mine, tell=quiet) == {"a": b"AA", "b": b"BB"}
    assert seen == [b"bb", b"aa"]


@pytest.mark.usefixtures("catalogue")
def test_texts_and_vectors_are_read_exactly_and_only_of_public_reports() -> None:
    import numpy as np

    shown, hidden, bare = make_report(), make_report(state="pending"), make_report()
    vector = (np.arange(384) / 400 - 0.4).astype(np.float16)
    for report in (shown, hidden):
        report.embedding = vector.astype(np.float32).tolist()
        report.save(update_fields=["embedding"])
    found = texts_for_analysis([str(r.pk) for r in (shown, hidden, bare)])
    assert list(found) == [str(shown.pk)]
    prompt, read = found[str(shown.pk)]
    assert prompt == shown.prompt
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, vector.astype(np.float32))
