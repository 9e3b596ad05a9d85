"""Wake-ups of the worker. Each task may run twice."""

from __future__ import annotations

from celery import shared_task

from backend.measurements import services


@shared_task
def expired_erase() -> None:
    """Erase what may not be kept any longer."""
    services.expired_erase()
