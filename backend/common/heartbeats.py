"""Signs of life of what runs in the background, so that silence can be told from failure.

The scheduler (`beat`) notes one when it wakes a worker, the worker (`worker`) when it was woken, and each
sweep (`release`, `embed`, `charts`) when it has worked its queue off: the age of a queue is the time since
then, and no number of what waits in it is needed. `keys` is noted when those of the day are in order.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from backend.common.models import Heartbeat

BEAT, WORKER = "beat", "worker"
RELEASE, EMBED, CHARTS = "release", "embed", "charts"
KEYS = "keys"
NOTED_SECONDS = 20
"""A sign of life younger than this is not written again: most sweeps cost one read."""


def heartbeat_note(*, name: str) -> None:
    """Remember that this was alive now, give or take NOTED_SECONDS."""
    now = timezone.now()
    stale = Heartbeat.objects.filter(name=name, last_at__lte=now - timedelta(seconds=NOTED_SECONDS))
    if not stale.update(last_at=now):
        Heartbeat.objects.bulk_create([Heartbeat(name=name, last_at=now)], ignore_conflicts=True)


def heartbeats() -> dict[str, datetime]:
    """When each was last known to be alive; those that never were are missing."""
    return dict(Heartbeat.objects.values_list("name", "last_at"))
