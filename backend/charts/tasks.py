"""Wake-ups of the worker. The rows are the queue; each task may run twice."""

from __future__ import annotations

from celery import shared_task

from backend.charts import services


@shared_task
def charts_publish() -> None:
    """Bring the stored charts in line with what is public now, if anything has changed."""
    if services.charts_are_stale():
        from backend.charts import rendering

        rendering.charts_publish()
    services.charts_alive_note()
