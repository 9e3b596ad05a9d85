"""Wake-ups of the worker. Each task may run twice."""

from __future__ import annotations

from celery import shared_task

from backend.exports import services


@shared_task
def dataset_build() -> None:
    """Freeze what is public now, if anything has changed."""
    services.dataset_build()


@shared_task
def datasets_purge() -> None:
    """Delete the files of versions that hold a withdrawn report."""
    services.datasets_purge()
