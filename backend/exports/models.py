"""Published datasets: immutable, versioned, checksummed."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils import timezone


def today() -> date:
    """The day in UTC."""
    return timezone.now().date()


class Dataset(models.Model):
    """One frozen export. Its files are stored under their hashes, which other versions may share.

    It is served until a report or a finding in it is no longer public; then it is stopped for good. Its
    row and its manifest stay, so that a citation keeps its meaning.
    """

    class Stop(models.TextChoices):
        WITHDRAWN = "withdrawn", "something in it is no longer public"
        LAYOUT = "layout", "its files are of an earlier layout"

    version = models.CharField(max_length=40, unique=True)
    built_on = models.DateField()
    n_reports = models.PositiveIntegerField()
    n_bytes = models.PositiveBigIntegerField(default=0)
    content_sha256 = models.CharField(max_length=64, default="", blank=True)
    manifest = models.JSONField()
    has_simulated = models.BooleanField(default=False)
    is_announced = models.BooleanField(default=True, help_text="false: it is still being built.")
    stopped_at = models.DateTimeField(null=True)
    stop_reason = models.CharField(max_length=10, choices=Stop, blank=True, default="")
    checked_on = models.DateField(
        default=today, help_text="Withdrawals of days before are in `stopped_at` already."
    )
    is_purged = models.BooleanField(default=False, help_text="true: its files are deleted.")

    class Meta:
        ordering = ["-built_on", "-id"]

    def __str__(self) -> str:
        return f"dataset {self.version}"


class DatasetFile(models.Model):
    """One file of a dataset, under the name that its version gives to these bytes."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=80)
    table = models.CharField(max_length=20, blank=True)
    month = models.CharField(max_length=7, blank=True)
    rows = models.PositiveBigIntegerField(null=True)
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "name"], name="file_once_per_dataset")
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.dataset_id}"


class DatasetMember(models.Model):
    """A report that datasets hold, from the version `dataset` on until the version `until`.

    `until` is null while the newest version holds it, so that a version costs rows only for what is
    new in it. The report's withdrawal stops all versions between. A million rows are written at once,
    and found by their report only: hence no other index, and no check of each row's foreign key.
    """

    dataset = models.ForeignKey(
        Dataset, on_delete=models.CASCADE, related_name="members", db_index=False,
        db_constraint=False,
    )  # fmt: skip
    until = models.ForeignKey(
        Dataset, null=True, on_delete=models.CASCADE, related_name="+", db_index=False,
        db_constraint=False,
    )  # fmt: skip
    report_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report_id", "dataset"], name="member_once_per_dataset")
        ]

    def __str__(self) -> str:
        return f"{self.report_id} in {self.dataset_id}"


class DatasetFinding(models.Model):
    """A finding that a dataset names. A moderator who holds it stops the version."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+")
    finding_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "finding_id"], name="finding_once_per_dataset"
            )
        ]

    def __str__(self) -> str:
        return f"finding {self.finding_id} in {self.dataset_id}"


class DatasetBuild(models.Model):
    """One attempt to build a dataset: the heartbeat. Old ones are deleted."""

    class Outcome(models.TextChoices):
        RUNNING = "running", "running"
        BUILT = "built", "a new version"
        UNCHANGED = "unchanged", "nothing had changed"
        FAILED = "failed", "failed"

    started_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=9, choices=Outcome, default=Outcome.RUNNING)
    dataset = models.ForeignKey(Dataset, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-started_at", "-id"]

    def __str__(self) -> str:
        return f"build of {self.started_at}: {self.outcome}"
