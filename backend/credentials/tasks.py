"""Wake-ups of the worker. Each task may run twice."""

from __future__ import annotations

from celery import shared_task

from backend.credentials import services


@shared_task
def keys_renew() -> None:
    """Make the keys of today and forget those that are over."""
    services.keys_renew()
