"""Runs and what they conclude. Conclusions never rewrite facts; each names its run."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from pgvector.django import HalfVectorField


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
        default=dict, help_text="By domain how finely it was divided into themes and variants."
    )
    has_simulated = models.BooleanField(default=False)
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


class RunPart(models.Model):
    """The clustering of one domain in a run that goes on: input and result as Arrow, no texts.

    The row is the queue: who locks it does it. Private, and gone when the run is over.
    """

    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="parts")
    domain = models.CharField(max_length=60)
    size = models.PositiveIntegerField(help_text="Number of reports; the largest goes first.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the input.")
    input = models.BinaryField()
    output = models.BinaryField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "domain"], name="one_part_per_run_and_domain")
        ]

    def __str__(self) -> str:
        return f"{self.domain} in run {self.run_id}"


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
        BORN = "born", "first seen"
        SPLIT = "split", "split off from"
        MERGED = "merged", "its reports went to"
        DIED = "died", "no longer found"
        JOINED = "joined", "merged by a moderator into"
        PARTED = "parted", "taken apart again by a moderator from"
        RENAMED = "renamed", "renamed by a moderator"

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
    n_reports = models.PositiveIntegerField()
    n_contributors = models.PositiveIntegerField()
    first_week = models.DateField()
    last_week = models.DateField()
    reach = models.FloatField(
        null=True, help_text="Cosine to its middle from which a new report may join it."
    )
    stability = models.FloatField(null=True)
    silhouette = models.FloatField(null=True)
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

    def __str__(self) -> str:
        return f"{self.report_id} of {self.cluster_id}"


class Signal(models.Model):
    """A statistic of one cell (model, domain) in one window of weeks, with its interval."""

    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="signals")
    model = models.ForeignKey("catalogue.Model", on_delete=models.PROTECT, related_name="+")
    domain = models.ForeignKey("catalogue.Domain", on_delete=models.PROTECT, related_name="+")
    symptom_kind = models.CharField(max_length=6)
    window_start = models.DateField()
    window_end = models.DateField()
    n_reports = models.PositiveIntegerField()
    observed = models.PositiveIntegerField()
    expected = models.FloatField()
    ic = models.FloatField()
    ic_low = models.FloatField()
    ic_strict = models.FloatField()
    prr = models.FloatField(null=True)
    p_value = models.FloatField()
    is_discovery = models.BooleanField()
    state = models.CharField(max_length=12)

    class Meta:
        ordering = ["window_end"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "model", "domain", "symptom_kind", "window_end"],
                name="one_signal_per_cell_and_window",
            )
        ]

    def __str__(self) -> str:
        return f"{self.model_id} x {self.domain_id}: {self.observed} of {self.expected:.1f}"


class Comparison(models.Model):
    """Two consecutive versions of a model family on one domain of one collection of ratings."""

    class Verdict(models.TextChoices):
        WORSE = "worse", "worse"
        BETTER = "better", "better"
        NO_DIFFERENCE = "no_difference", "no difference found"
        INSUFFICIENT = "insufficient", "not enough data"

    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="comparisons")
    collection = models.CharField(max_length=60)
    family = models.CharField(max_length=60)
    domain = models.ForeignKey("catalogue.Domain", on_delete=models.PROTECT, related_name="+")
    earlier = models.ForeignKey("catalogue.Model", on_delete=models.PROTECT, related_name="+")
    later = models.ForeignKey("catalogue.Model", on_delete=models.PROTECT, related_name="+")
    n_earlier = models.PositiveIntegerField()
    n_later = models.PositiveIntegerField()
    n_pairs = models.PositiveIntegerField()
    bad_earlier = models.PositiveIntegerField()
    bad_later = models.PositiveIntegerField()
    difference = models.FloatField()
    difference_low = models.FloatField()
    difference_high = models.FloatField()
    p_value = models.FloatField()
    detectable = models.FloatField()
    verdict = models.CharField(max_length=14, choices=Verdict)
    cautions = models.JSONField(default=list)

    class Meta:
        ordering = ["collection", "family", "domain"]

    def __str__(self) -> str:
        return f"{self.later_id} against {self.earlier_id} in {self.domain_id}: {self.verdict}"


class Finding(models.Model):
    """An event: signals of one cell that belong together, with a state on the evidence ladder.

    Its id stays from run to run; `run` is the one that last computed it.
    """

    class State(models.TextChoices):
        INSUFFICIENT = "insufficient", "not enough data"
        REPORTED = "reported", "reported"

    run = models.ForeignKey(AnalysisRun, on_delete=models.PROTECT, related_name="findings")
    model = models.ForeignKey("catalogue.Model", on_delete=models.PROTECT, related_name="+")
    domain = models.ForeignKey("catalogue.Domain", on_delete=models.PROTECT, related_name="+")
    symptom_kind = models.CharField(max_length=6)
    state = models.CharField(max_length=12, choices=State)
    reason = models.TextField()
    first_seen_at = models.DateTimeField()
    onset = models.DateField(null=True)
    onset_low = models.DateField(null=True)
    onset_high = models.DateField(null=True)
    offset = models.DateField(null=True)
    offset_low = models.DateField(null=True)
    offset_high = models.DateField(null=True)
    n_reports = models.PositiveIntegerField()
    n_contributors = models.PositiveIntegerField()
    breakdown_number = models.PositiveIntegerField()
    peak = models.JSONField(default=dict)
    series = models.JSONField(default=list)
    representatives = models.ManyToManyField("reports.Report", related_name="+")
    is_simulated = models.BooleanField(default=False)
    is_published = models.BooleanField(default=False)

    class Meta:
        ordering = ["-n_contributors", "id"]

    def __str__(self) -> str:
        return f"finding {self.pk}: {self.model_id} x {self.domain_id} ({self.state})"


class Boundary(models.Model):
    """The map of a finding: where its model is reported more than others are. The last run's."""

    finding = models.OneToOneField(Finding, on_delete=models.CASCADE, related_name="boundary")
    n_cases = models.PositiveIntegerField(help_text="Reports about the finding's model.")
    n_controls = models.PositiveIntegerField(help_text="Reports about all other models.")
    domains = models.JSONField(default=list)

    class Meta:
        verbose_name_plural = "boundaries"

    def __str__(self) -> str:
        return f"boundary of finding {self.finding_id}"


class BoundaryPoint(models.Model):
    """One report on a map, with the odds ratio around it."""

    class State(models.TextChoices):
        AFFECTED = "affected", "affected"
        NORMAL = "normal", "normal"
        UNKNOWN = "unknown", "not enough data"

    boundary = models.ForeignKey(Boundary, on_delete=models.CASCADE, related_name="points")
    report = models.ForeignKey("reports.Report", on_delete=models.CASCADE, related_name="+")
    x = models.FloatField(help_text="-1 to 1.")
    y = models.FloatField(help_text="-1 to 1.")
    ratio = models.FloatField()
    low = models.FloatField(help_text="5 % bound of the ratio.")
    high = models.FloatField(help_text="95 % bound of the ratio.")
    state = models.CharField(max_length=8, choices=State)
    is_case = models.BooleanField()
    frontier_rank = models.PositiveSmallIntegerField(
        null=True, help_text="Place among those nearest to the other side; null for the rest."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["boundary", "report"], name="point_once_per_boundary")
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.state}"


class FindingEvent(models.Model):
    """One step in a finding's life. Append-only."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="events")
    run = models.ForeignKey(AnalysisRun, on_delete=models.PROTECT, related_name="+")
    happened_at = models.DateTimeField()
    actor = models.CharField(max_length=150, default="rule")
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    reason = models.TextField()

    class Meta:
        ordering = ["happened_at", "id"]

    def __str__(self) -> str:
        return f"finding {self.finding_id}: {self.from_state} -> {self.to_state}"
