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


@shared_task
def datasets_refresh() -> None:
    """Build a version soon after a withdrawal has stopped the newest one."""
    services.datasets_refresh()


@shared_task
def datasets_check() -> None:
    """Stop versions that hold what is no longer public for another reason than a withdrawal."""
    services.datasets_check()
