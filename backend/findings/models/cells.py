"""Statistics of cells, and versions compared."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5
from django.utils.translation import pgettext_lazy

from backend.findings.models.runs import AnalysisRun


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
    ror = models.FloatField(null=True)
    ror_low = models.FloatField(null=True)
    ror_high = models.FloatField(null=True)
    ebgm = models.FloatField(null=True)
    eb05 = models.FloatField(null=True)
    p_value = models.FloatField()
    is_discovery = models.BooleanField()
    state = models.CharField(max_length=12)

    class Meta:
        ordering = ["window_end", "window_start"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "model", "domain", "symptom_kind", "window_start", "window_end"],
                name="one_signal_per_cell_and_window",
            )
        ]
        indexes = [
            # The last window of each cell.
            models.Index(
                fields=["run", "model", "domain", "symptom_kind", "-window_end", "window_start"],
                name="signal_last_window",
            )
        ]

    def __str__(self) -> str:
        return f"{self.model_id} x {self.domain_id}: {self.observed} of {self.expected:.1f}"


class CellState(models.Model):
    """What is known of one cell (model, domain) now, and what would have been noticed in it.

    One in which findings go on has a row for each, and a quiet one, which is shown while none is public.
    """

    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="cells")
    model = models.ForeignKey("catalogue.Model", on_delete=models.PROTECT, related_name="+")
    domain = models.ForeignKey("catalogue.Domain", on_delete=models.PROTECT, related_name="+")
    symptom_kind = models.CharField(max_length=6)
    is_simulated = models.BooleanField(default=False)
    state = models.CharField(max_length=12)
    reason = models.TextField(blank=True)
    n_contributors = models.PositiveIntegerField(null=True, help_text="Null below five.")
    expected = models.FloatField()
    detectable_ratio = models.FloatField(null=True, help_text="Null: no ratio would have shown.")
    n_ratings = models.PositiveIntegerField(
        null=True, help_text="Null: fewer than five contributors rated."
    )
    detectable_share = models.FloatField(null=True, help_text="Null: no share would have shown.")

    class Meta:
        ordering = ["model", "symptom_kind"]
        constraints = [
            models.UniqueConstraint(
                "run",
                "model",
                "domain",
                "symptom_kind",
                "is_simulated",
                "state",
                MD5("reason"),
                name="one_row_per_cell_run_and_reason",
            ),
            models.CheckConstraint(
                name="no_cell_below_the_floor",
                condition=Q(n_contributors__isnull=True) | Q(n_contributors__gte=5),
            ),
            models.CheckConstraint(
                name="no_ratings_below_the_floor",
                condition=Q(n_ratings__gte=5)
                | Q(n_ratings__isnull=True, detectable_share__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model_id} x {self.domain_id}: {self.state}"


class Comparison(models.Model):
    """Two consecutive versions of a model family on one domain of one collection of ratings."""

    class Verdict(models.TextChoices):
        WORSE = "worse", pgettext_lazy("verdict of a comparison", "worse")
        BETTER = "better", pgettext_lazy("verdict of a comparison", "better")
        NO_DIFFERENCE = (
            "no_difference",
            pgettext_lazy("verdict of a comparison", "no difference found"),
        )
        INSUFFICIENT = "insufficient", pgettext_lazy("verdict of a comparison", "not enough data")

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


class PlaceTally(models.Model):
    """At least how many contributors stand behind a model, a vendor or a site: a step, never below five."""

    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="tallies")
    place = models.CharField(max_length=6, help_text="model, vendor or site.")
    slug = models.CharField(max_length=60)
    source = models.CharField(max_length=7, blank=True, help_text='site or version; "" for all.')
    value = models.CharField(max_length=60, blank=True)
    is_simulated = models.BooleanField()
    contributors_min = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "place", "slug", "source", "value", "is_simulated"],
                name="one_tally_per_place_and_source",
            ),
            models.CheckConstraint(
                name="no_tally_below_the_floor", condition=Q(contributors_min__gte=5)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.slug}: at least {self.contributors_min}"
