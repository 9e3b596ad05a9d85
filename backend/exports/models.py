"""Published datasets: immutable, versioned, checksummed."""

from __future__ import annotations

from django.db import models


class Dataset(models.Model):
    """One frozen export; its files lie under `<PLUMBLINE_DATA>/datasets/<version>/`."""

    version = models.CharField(max_length=40, unique=True)
    built_on = models.DateField()
    n_reports = models.PositiveIntegerField()
    manifest = models.JSONField()
    has_simulated = models.BooleanField(default=False)

    class Meta:
        ordering = ["-built_on", "-id"]

    def __str__(self) -> str:
        return f"dataset {self.version}"


class DatasetMember(models.Model):
    """A report that a dataset holds: its withdrawal stops the serving of that version."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="members")
    report_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report_id", "dataset"], name="member_once_per_dataset")
        ]

    def __str__(self) -> str:
        return f"{self.report_id} in {self.dataset_id}"
