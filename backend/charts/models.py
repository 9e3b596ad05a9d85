"""Stored charts: what was drawn, from what, and the images themselves."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q


class Chart(models.Model):
    """One version of a chart. Its id is the beginning of the hash of all that it shows.

    The row is the queue: a worker draws those that have no `drawn_at`.
    """

    id = models.CharField(primary_key=True, max_length=52, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=12)
    subject = models.CharField(max_length=80, blank=True)
    definition = models.PositiveSmallIntegerField(help_text="Version of the kind's definition.")
    title = models.CharField(max_length=300)
    alt = models.TextField()
    query = models.CharField(max_length=300, help_text="In words, as the image carries it.")
    query_path = models.CharField(max_length=300, help_text="The same as an address of the API.")
    data = models.JSONField(default=list)
    data_sha256 = models.CharField(max_length=64)
    spec = models.JSONField(default=dict)
    files = models.JSONField(default=dict, help_text="By name: SHA-256, bytes, width, height.")
    run = models.BigIntegerField(null=True, help_text="The run that first gave this data.")
    as_of = models.DateField()
    method_version = models.CharField(max_length=20, blank=True)
    input_digest = models.CharField(max_length=64, blank=True)
    is_simulated = models.BooleanField()
    is_current = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    drawn_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(is_current=True),
                name="one_current_chart_of_a_subject",
            ),
            models.CheckConstraint(
                name="erased_chart_holds_nothing",
                condition=Q(erased_at=None) | Q(data=[], spec={}, files={}, is_current=False),
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "subject", "-created_at"], name="chart_versions"),
            models.Index(fields=["created_at"], condition=Q(drawn_at=None), name="chart_undrawn"),
        ]

    def __str__(self) -> str:
        return f"chart {self.id} ({self.kind} {self.subject})"

    @property
    def title_marked(self) -> str:
        """The title for the pages of others, where nothing else says that it is invented."""
        return f"SIMULATED: {self.title}" if self.is_simulated else self.title

    @property
    def evidence(self) -> dict[str, Any]:
        """What the digest is over."""
        return {"data": self.data, "definition": self.definition, "spec": self.spec}


class ChartImage(models.Model):
    """The bytes of one image of a chart."""

    chart = models.ForeignKey(Chart, on_delete=models.CASCADE, related_name="images")
    name = models.CharField(max_length=40)
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chart", "name"], name="image_once_per_chart")
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.chart_id}"


class ChartReport(models.Model):
    """A report that a chart shows as a point: it ends with it."""

    chart = models.ForeignKey(Chart, on_delete=models.CASCADE, related_name="reports")
    report_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report_id", "chart"], name="report_once_per_chart")
        ]

    def __str__(self) -> str:
        return f"{self.report_id} in {self.chart_id}"


class ChartFinding(models.Model):
    """A finding that a chart is about or names: without it in public, the chart is not."""

    chart = models.ForeignKey(Chart, on_delete=models.CASCADE, related_name="findings")
    finding_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["finding_id", "chart"], name="finding_once_per_chart")
        ]

    def __str__(self) -> str:
        return f"finding {self.finding_id} in {self.chart_id}"


class ChartStamp(models.Model):
    """What was public when a kind was last looked at: an equal stamp says that nothing changed."""

    kind = models.CharField(primary_key=True, max_length=12)
    value = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.kind}: {self.value}"
