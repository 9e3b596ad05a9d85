"""Line C's facts: how the same checkable prompts were answered, each time they were asked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

ITEM_PATTERN = r"[A-Za-z0-9._:-]{1,40}"
"""Of an item, and of a stratum that is not empty: too short for a sentence, and without a space."""
BASELINE_ROUNDS_MIN = 4
"""Of a baseline; docs/method.md says why."""


class ProbeSeries(models.Model):
    """One suite, asked of one model by the same accounts and graded by one grader, again and again.

    The first `n_baseline` rounds are the baseline. Another suite or another grader is another series.
    What is summed here (`n_*`, first and last day) is of its answers, as of its last import.
    """

    class Provenance(models.TextChoices):
        PROBE = "probe", "asked of the service"
        SIMULATED = "simulated", "SIMULATED"

    slug = models.SlugField(primary_key=True, max_length=60)
    title = models.CharField(max_length=200)
    model = models.ForeignKey("catalogue.Model", on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(
        "catalogue.Site",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Where the accounts were used; none: the vendor's API.",
    )
    suite = models.CharField(max_length=120, help_text="Name and version.")
    grader = models.CharField(max_length=120, help_text="Name and version.")
    source_url = models.CharField(max_length=500)
    provenance = models.CharField(max_length=9, choices=Provenance)
    n_baseline = models.PositiveSmallIntegerField()
    imported_on = models.DateField()
    updated_on = models.DateField()
    n_answers = models.PositiveIntegerField(default=0)
    n_accounts = models.PositiveSmallIntegerField(default=0)
    n_items = models.PositiveSmallIntegerField(default=0)
    n_rounds = models.PositiveSmallIntegerField(default=0)
    asked_first_on = models.DateField(null=True)
    asked_last_on = models.DateField(null=True)

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "probe series"
        constraints = [
            models.CheckConstraint(
                name="a_series_has_a_source", condition=Q(source_url__startswith="https://")
            ),
            models.CheckConstraint(
                name="a_baseline_has_four_rounds",
                condition=Q(n_baseline__gte=BASELINE_ROUNDS_MIN),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_simulated(self) -> bool:
        """Whether its answers are invented: whatever shows it has to say so."""
        return self.provenance == self.Provenance.SIMULATED


class ProbeAnswer(models.Model):
    """How one account's answer to one item was graded in one round. There is no text here.

    `account` counts the accounts of a series from 1 on, by their first appearance. Rounds begin
    with 0.
    """

    class Outcome(models.TextChoices):
        RIGHT = "right", "right"
        WRONG = "wrong", "wrong"
        REFUSED = "refused", "refused"

    series = models.ForeignKey(
        ProbeSeries,
        on_delete=models.CASCADE,
        related_name="answers",
        db_index=False,  # the unique constraint's index begins with it
    )
    account = models.PositiveSmallIntegerField()
    item = models.CharField(max_length=40)
    domain = models.ForeignKey("catalogue.Domain", on_delete=models.PROTECT, related_name="+")
    stratum = models.CharField(max_length=40, blank=True)
    round = models.PositiveSmallIntegerField()
    asked_on = models.DateField()
    outcome = models.CharField(max_length=7, choices=Outcome)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["series", "account", "item", "round"], name="one_answer_a_round"
            ),
            models.CheckConstraint(name="accounts_count_from_one", condition=Q(account__gte=1)),
            models.CheckConstraint(
                name="an_item_is_no_text", condition=Q(item__regex=f"^{ITEM_PATTERN}$")
            ),
            models.CheckConstraint(
                name="a_stratum_is_no_text",
                condition=Q(stratum="") | Q(stratum__regex=f"^{ITEM_PATTERN}$"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series_id}: {self.item} in round {self.round}"


class ProbeAccount(models.Model):
    """By which a later import knows an account again: a keyed hash of its label. Private."""

    series = models.ForeignKey(
        ProbeSeries, on_delete=models.CASCADE, related_name="accounts", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    label_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="one_number_an_account"),
            models.UniqueConstraint(fields=["series", "label_hash"], name="one_account_a_label"),
        ]

    def __str__(self) -> str:
        return f"account {self.number} of {self.series_id}"
