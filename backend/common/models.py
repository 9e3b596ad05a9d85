"""What all apps share a table for."""

from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """When something that runs in the background was last known to have done its work."""

    name = models.CharField(primary_key=True, max_length=40)
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.last_at:%Y-%m-%d %H:%M:%S}"
