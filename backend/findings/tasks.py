"""Wake-ups of the worker. The rows are the queue; each task may run twice."""

from __future__ import annotations

from celery import shared_task

from backend.common.heartbeats import EMBED, heartbeat_note
from backend.findings import parts, services

EMBED_ROWS_PER_SWEEP = 1024


@shared_task
def reports_embed() -> None:
    """Compute the vectors of released reports that have none yet, and place these among the rest."""
    from backend.findings import runner

    n_embedded = runner.reports_embed(limit=EMBED_ROWS_PER_SWEEP)
    runner.reports_place(limit=EMBED_ROWS_PER_SWEEP)
    if n_embedded < EMBED_ROWS_PER_SWEEP:
        heartbeat_note(name=EMBED)


@shared_task
def parts_execute() -> None:
    """Help with the parts of a run that goes on, until none is left."""
    if parts.part_is_waiting():
        from backend.findings import runner

        runner.parts_execute()


@shared_task
def run_queue() -> None:
    """Ask for tonight's run."""
    services.run_queue()


@shared_task
def runs_execute() -> None:
    """Execute the queued runs."""
    if services.run_is_waiting():
        from backend.findings import runner

        services.runs_execute(execute=runner.run_execute)
