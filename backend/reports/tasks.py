"""Wake-ups of the worker. The rows are the queue; each task may run twice."""

from __future__ import annotations

from celery import shared_task

from backend.common.heartbeats import RELEASE, heartbeat_note
from backend.reports import services


@shared_task
def reports_release() -> None:
    """Release what is due by rule."""
    services.reports_release_due()
    heartbeat_note(name=RELEASE)


@shared_task
def expired_erase() -> None:
    """Erase what may not be kept any longer."""
    services.expired_erase()
