"""A run, its parts, and what it computes from."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class AnalysisRun(models.Model):
    """One execution of the analysis. The row is the queue: workers claim `queued` rows."""

    class State(models.TextChoices):
        QUEUED = "queued", "queued"
        RUNNING = "running", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    as_of = models.DateField()
    seed = models.BigIntegerField()
    config = models.JSONField(default=dict)
    method_version = models.CharField(max_length=20, blank=True)
    embedding_model = models.CharField(max_length=80, blank=True)
    input_digest = models.CharField(max_length=64, blank=True)
    summary = models.JSONField(default=dict)
    resolutions = models.JSONField(
        default=dict, help_text="By part how finely it was divided into themes and variants."
    )
    has_simulated = models.BooleanField(default=False)
    incidents = models.JSONField(default=list, help_text="Vendor-wide rises, as the run saw them.")
    scans = models.JSONField(default=list, help_text="Where on the domain tree, and when.")
    evidence_digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of what findings were computed from."
    )
    is_current = models.BooleanField(default=False)

    class Meta:
        ordering = ["-queued_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=Q(is_current=True), name="one_current_run"
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="running"), name="one_run_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} ({self.state})"


class RunEvidence(models.Model):
    """What the current run computed its findings from: codes and counts, no texts.

    Private: the codes link one person's reports. No selector named *_public reads it, and it goes
    when the next run becomes current.
    """

    run = models.OneToOneField(
        AnalysisRun, primary_key=True, on_delete=models.CASCADE, related_name="evidence"
    )
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"evidence of run {self.run_id}"


class RunPart(models.Model):
    """A part of the clustering of a run that goes on: input and result as Arrow, no texts.

    The row is the queue: who locks it does it. Private, and gone when the run is over.
    """

    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="parts")
    name = models.CharField(max_length=80, help_text="The domain, and whether simulated.")
    size = models.PositiveIntegerField(help_text="Number of reports; the largest goes first.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the input.")
    input = models.BinaryField()
    output = models.BinaryField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "name"], name="one_part_per_run_and_name")
        ]

    def __str__(self) -> str:
        return f"{self.name} in run {self.run_id}"
