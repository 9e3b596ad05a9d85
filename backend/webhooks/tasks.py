"""Wake-ups of the worker. The rows are the queue; each task may run twice."""

from __future__ import annotations

from celery import shared_task

from backend.webhooks import services


@shared_task
def webhooks_sweep() -> None:
    """Tell receivers of new steps of findings."""
    from backend.webhooks.sending import send

    services.webhooks_sweep(send=send)
