"""Findings, their maps and their logs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backend.findings.models.runs import AnalysisRun


class Finding(models.Model):
    """An event: signals of one cell that belong together, with a state on the evidence ladder.

    Its id stays from run to run; `run` is the one that last computed it.
    """

    class State(models.TextChoices):
        INSUFFICIENT = "insufficient", pgettext_lazy("state of a finding", "not enough data")
        REPORTED = "reported", pgettext_lazy("state of a finding", "reported")
        CORROBORATED = "corroborated", pgettext_lazy("state of a finding", "corroborated")
        REPLICATED = "replicated", pgettext_lazy("state of a finding", "replicated")
        ACKNOWLEDGED = "acknowledged", pgettext_lazy("state of a finding", "acknowledged")
        REFUTED = "refuted", pgettext_lazy("state of a finding", "refuted")
        RESOLVED = "resolved", pgettext_lazy("state of a finding", "resolved")

    slug = models.SlugField(
        max_length=140,
        db_index=False,
        editable=False,
        help_text="Given once; its address never changes.",
    )
    run = models.ForeignKey(AnalysisRun, on_delete=models.PROTECT, related_name="findings")
    model = models.ForeignKey("catalogue.Model", on_delete=models.PROTECT, related_name="+")
    domain = models.ForeignKey("catalogue.Domain", on_delete=models.PROTECT, related_name="+")
    symptom_kind = models.CharField(max_length=6)
    state = models.CharField(max_length=12, choices=State)
    reason = models.TextField()
    outlook = models.TextField(blank=True, help_text="What would move it up or down the ladder.")
    cautions = models.JSONField(default=list, help_text="Codes.")
    evidence = models.JSONField(default=dict, help_text="All that the state was computed from.")
    symptoms = models.JSONField(
        default=dict, help_text="By symptom the contributors who named it, from five on."
    )
    terms = models.JSONField(default=list, help_text="Words that set its reports apart.")
    instrument = models.JSONField(
        default=dict, help_text="Which versions and sites its reports come from."
    )
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
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged",
        help_text="The finding that it turned out to be a part of.",
    )  # fmt: skip

    class Meta:
        ordering = ["-n_contributors", "id"]
        constraints = [models.CheckConstraint(name="a_finding_has_a_slug", condition=~Q(slug=""))]

    def __str__(self) -> str:
        return f"finding {self.pk}: {self.model_id} x {self.domain_id} ({self.state})"

    @property
    def is_said(self) -> bool:
        """Whether it says that anything began: not without enough data, nor once refuted."""
        return self.state not in (self.State.INSUFFICIENT, self.State.REFUTED)

    @property
    def is_over(self) -> bool:
        """Whether its end has evidence of its own; before that, `offset` is where it may have ended."""
        return self.state == self.State.RESOLVED

    @property
    def name(self) -> str:
        """What its address says of it: its number, and its slug."""
        return f"{self.pk}-{self.slug}"


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
        AFFECTED = "affected", pgettext_lazy("place on a map", "affected")
        NORMAL = "normal", pgettext_lazy("place on a map", "normal")
        UNKNOWN = "unknown", pgettext_lazy("place on a map", "not enough data")

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
    """One step in a finding's life. Append-only.

    `other` is the heir of a merged finding, or what split off.
    """

    class Kind(models.TextChoices):
        STATE = "state", _("its state changed")
        MERGED = "merged", _("became part of another finding")
        SPLIT = "split", _("part of it became a finding of its own")
        PUBLISHED = "published", _("published by a moderator")
        HELD = "held", _("held by a moderator")
        REPLY = "reply", _("its vendor replied")
        CONFIRMED = "confirmed", _("its vendor confirmed it")
        RETRACTED = "retracted", _("the vendor's word was taken down")

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=9, choices=Kind, default=Kind.STATE)
    other = models.ForeignKey(Finding, null=True, on_delete=models.SET_NULL, related_name="+")
    run = models.ForeignKey(AnalysisRun, on_delete=models.PROTECT, related_name="+")
    happened_at = models.DateTimeField()
    actor = models.CharField(max_length=150, default="rule")
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    reason = models.TextField()

    class Meta:
        ordering = ["happened_at", "id"]

    def __str__(self) -> str:
        return f"finding {self.finding_id}: {self.kind}, {self.from_state} -> {self.to_state}"
