"""A run's clustering in parts: rows that any worker on any host takes, one at a time.

The row's lock is the claim: a worker that dies loses it with its connection, and another goes on.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable

from django.db import transaction
from django.utils import timezone

from backend.findings.models import AnalysisRun, RunPart

Work = Callable[[bytes], bytes]
POLL_SECONDS = 0.2


def parts_store(*, run_id: int, parts: Iterable[tuple[str, int, bytes]]) -> int:
    """Write a run's parts (name, number of reports, input) for workers to take; how many.

    A part that an earlier attempt at the run has finished, on the same input, stays finished. Parts
    of other runs go.
    """
    RunPart.objects.exclude(run_id=run_id).delete()
    stored = []
    for name, size, data in parts:
        digest = hashlib.sha256(data).hexdigest()
        known = RunPart.objects.filter(run_id=run_id, name=name, digest=digest)
        if not known.exists():
            RunPart.objects.filter(run_id=run_id, name=name).delete()
            RunPart.objects.create(run_id=run_id, name=name, size=size, digest=digest, input=data)
        stored.append(name)
    RunPart.objects.filter(run_id=run_id).exclude(name__in=stored).delete()
    return len(stored)


def part_execute(*, work: Work) -> bool:
    """Take the largest part that nobody is doing, do it and keep its result; False if there is none."""
    with transaction.atomic():
        waiting = RunPart.objects.filter(run__state=AnalysisRun.State.RUNNING, output=None)
        part = (
            waiting.select_for_update(skip_locked=True, of=("self",))
            .order_by("-size", "pk")
            .first()
        )
        if part is None:
            return False
        part.output = work(bytes(part.input))
        part.done_at = timezone.now()
        part.save(update_fields=["output", "done_at"])
    return True


def parts_await(*, run_id: int, work: Work, tell: Callable[[int, int], None]) -> dict[str, bytes]:
    """Take part in the work until all parts of a run are done; their results by name.

    `tell` is called with the number of parts done and of all.
    """
    parts = RunPart.objects.filter(run_id=run_id)
    total = parts.count()
    while True:
        is_busy = part_execute(work=work)
        left = parts.filter(output=None).count()
        tell(total - left, total)
        if left == 0:
            return {part.name: bytes(part.output or b"") for part in parts.order_by("pk")}
        if not is_busy:
            time.sleep(POLL_SECONDS)


def part_is_waiting() -> bool:
    """Whether a run has a part that is not done."""
    return RunPart.objects.filter(run__state=AnalysisRun.State.RUNNING, output=None).exists()


def parts_forget(*, run_id: int) -> None:
    """Delete a run's parts: they are of use only while it lasts."""
    RunPart.objects.filter(run_id=run_id).delete()
