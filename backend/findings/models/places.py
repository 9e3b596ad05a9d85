"""Which subject and which cluster each report belongs to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField

from backend.findings.models.runs import AnalysisRun


class ReportDomain(models.Model):
    """The domain that a run counted a report in, and which report stands for it."""

    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="report_domains")
    report = models.ForeignKey("reports.Report", on_delete=models.CASCADE, related_name="+")
    domain = models.CharField(max_length=60)
    domain_inferred = models.CharField(max_length=60)
    confidence = models.FloatField()
    is_duplicate = models.BooleanField()
    is_outlier = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "report"], name="one_domain_per_run_and_report")
        ]
        indexes = [models.Index(fields=["run", "domain"], name="report_domain_cell")]

    def __str__(self) -> str:
        return f"{self.report_id} in {self.domain}"


class DomainCorrection(models.Model):
    """A moderator's word on what a report is about. The newest of a report counts; none is edited."""

    report = models.ForeignKey(
        "reports.Report", on_delete=models.CASCADE, related_name="domain_corrections"
    )
    domain = models.CharField(max_length=60, help_text='A leaf, or "unknown".')
    decided_at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    reason = models.CharField(max_length=300)

    class Meta:
        ordering = ["decided_at", "id"]

    def __str__(self) -> str:
        return f"{self.report_id} is about {self.domain}"


class ClusterTrack(models.Model):
    """A cluster from run to run. Its id, and with it its address, stays and is never used again."""

    domain = models.ForeignKey("catalogue.Domain", on_delete=models.PROTECT, related_name="+")
    is_theme = models.BooleanField()
    is_simulated = models.BooleanField(default=False, help_text="All its reports are, or none.")
    embedding_model = models.CharField(max_length=80, help_text="The space its middle lies in.")
    centroid = HalfVectorField()
    name = models.CharField(max_length=80, blank=True, help_text="Given by a moderator.")
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged",
        help_text="By a moderator: stays through later runs.",
    )  # fmt: skip
    heir = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="inherited",
        help_text="Where most of its reports went when it ended.",
    )  # fmt: skip
    born_on = models.DateField()
    died_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"cluster {self.pk}"


class ClusterEvent(models.Model):
    """One step in a cluster's life. Append-only."""

    class Kind(models.TextChoices):
        BORN = "born", _("first seen")
        SPLIT = "split", _("split off from")
        MERGED = "merged", _("its reports went to")
        DIED = "died", _("no longer found")
        JOINED = "joined", _("merged by a moderator into")
        PARTED = "parted", _("taken apart again by a moderator from")
        RENAMED = "renamed", _("renamed by a moderator")

    track = models.ForeignKey(ClusterTrack, on_delete=models.CASCADE, related_name="events")
    other = models.ForeignKey(ClusterTrack, null=True, on_delete=models.SET_NULL, related_name="+")
    run = models.ForeignKey(AnalysisRun, null=True, on_delete=models.SET_NULL, related_name="+")
    happened_at = models.DateTimeField()
    actor = models.CharField(max_length=150, default="rule")
    kind = models.CharField(max_length=7, choices=Kind)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["happened_at", "id"]

    def __str__(self) -> str:
        return f"cluster {self.track_id}: {self.kind}"


class Cluster(models.Model):
    """Reports of one domain that are alike, as one run found them."""

    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="clusters")
    track = models.ForeignKey(
        ClusterTrack, null=True, on_delete=models.CASCADE, related_name="clusters"
    )
    domain = models.ForeignKey("catalogue.Domain", on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.CASCADE, related_name="variants",
        help_text="The theme of a variant.",
    )  # fmt: skip
    terms = models.JSONField(default=list)
    nearest = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="+",
        help_text="The sibling most like it.",
    )  # fmt: skip
    separating_terms = models.JSONField(default=list)
    model_signals = models.JSONField(
        default=list,
        help_text="Models nominated by half of the contributors, judged by the others.",
    )
    n_reports = models.PositiveIntegerField()
    n_contributors = models.PositiveIntegerField()
    first_week = models.DateField()
    last_week = models.DateField()
    reach = models.FloatField(
        null=True, help_text="Cosine to its middle from which a new report may join it."
    )
    stability = models.FloatField(null=True)
    silhouette = models.FloatField(null=True)
    x = models.FloatField(null=True, help_text="-1 to 1, on the map of public themes.")
    y = models.FloatField(null=True, help_text="-1 to 1.")
    is_public = models.BooleanField()

    class Meta:
        ordering = ["-n_reports", "id"]
        constraints = [models.UniqueConstraint(fields=["run", "track"], name="track_once_per_run")]

    def __str__(self) -> str:
        return f"cluster {self.track_id}: {' '.join(self.terms[:3])}"


class ClusterMember(models.Model):
    """One report of a cluster; a medoid stands for it on pages. Some join between two runs."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="members")
    report = models.ForeignKey("reports.Report", on_delete=models.CASCADE, related_name="+")
    found_track = models.ForeignKey(
        ClusterTrack, null=True, on_delete=models.CASCADE, related_name="+",
        help_text="Where it was found, before a moderator's merges.",
    )  # fmt: skip
    is_medoid = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cluster", "report"], name="member_once_per_cluster")
        ]
        indexes = [
            # A few among thousands of members.
            models.Index(fields=["cluster"], name="member_medoid", condition=Q(is_medoid=True))
        ]

    def __str__(self) -> str:
        return f"{self.report_id} of {self.cluster_id}"
