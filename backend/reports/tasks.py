"""Wake-ups of the worker. The rows are the queue; each task may run twice."""

from __future__ import annotations

from celery import shared_task

from backend.common.heartbeats import RELEASE, heartbeat_note
from backend.reports import search, services, tallies


@shared_task
def reports_release() -> None:
    """Release what is due by rule."""
    services.reports_release_due()
    heartbeat_note(name=RELEASE)


@shared_task
def expired_erase() -> None:
    """Erase what may not be kept any longer."""
    services.expired_erase()


@shared_task
def tally_fold() -> None:
    """Add the latest changes to the counts of public reports."""
    tallies.tally_fold()


@shared_task
def tally_rebuild() -> None:
    """Count the public reports anew."""
    tallies.tally_rebuild()


@shared_task
def words_rebuild() -> None:
    """Count the words of the public reports anew."""
    search.words_rebuild()


@shared_task
def words_build_first() -> None:
    """Count the words if that was never done."""
    search.words_build_first()
