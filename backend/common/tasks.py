"""Wake-ups of the worker. Each task may run twice."""

from __future__ import annotations

from celery import shared_task

from backend.common.heartbeats import WORKER, heartbeat_note


@shared_task
def worker_alive() -> None:
    """A worker was woken: note it."""
    heartbeat_note(name=WORKER)
