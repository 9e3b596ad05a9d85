"""Where vendors confirm that answers of a model about a subject were worse."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

PASSAGE_CHARS_MAX = 600


class Acknowledgement(models.Model):
    """A passage in which a vendor confirms it, for one cell, as a moderator read it. Never edited.

    It belongs to a cell and to days, not to a finding: findings come and go from run to run.
    """

    class State(models.TextChoices):
        ENTERED = "entered", "entered, not public"
        PUBLISHED = "published", "published"
        RETRACTED = "retracted", "taken down"

    class Kind(models.TextChoices):
        SILENT = "silent", "silent: the answer does not say that anything is amiss"
        STATED = "stated", "stated: the product says so openly"

    model = models.ForeignKey(
        "catalogue.Model", on_delete=models.PROTECT, related_name="+",
        help_text="The model that the source speaks of. One entry for each, if it names several.",
    )  # fmt: skip
    domain = models.ForeignKey(
        "catalogue.Domain", on_delete=models.PROTECT, related_name="+",
        help_text="The subject that it speaks of. A word about everything speaks of none of them.",
    )  # fmt: skip
    symptom_kind = models.CharField(max_length=6, choices=Kind)
    state = models.CharField(max_length=9, choices=State, default=State.ENTERED, editable=False)
    source_url = models.CharField(max_length=500, help_text="Where the vendor says so itself.")
    passage = models.TextField(help_text="Word for word, no longer than a citation needs.")
    stated_on = models.DateField(help_text="The day of the source.")
    since = models.DateField(
        null=True, blank=True,
        help_text="First day of what it speaks of. Empty where it names none: then from the day of the "
        "source on, or the last day alone where that has passed.",
    )  # fmt: skip
    until = models.DateField(
        null=True, blank=True,
        help_text="Last day of what it speaks of. Empty where it names none: then up to the day of the "
        "source. An event that begins later needs a word of its own.",
    )  # fmt: skip
    disclosure = models.ForeignKey(
        "disclosures.Disclosure", null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+", help_text="The published entry of the register, if it has one.",
    )  # fmt: skip
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["stated_on", "source_url", "id"]
        constraints = [
            models.CheckConstraint(
                name="an_acknowledgement_has_a_source",
                condition=Q(source_url__startswith="https://"),
                violation_error_message="The source is an address that begins with https://.",
            ),
            models.CheckConstraint(
                name="an_acknowledgement_has_a_passage", condition=~Q(passage="")
            ),
            models.CheckConstraint(
                name="an_acknowledgement_names_days",
                # Spelt out: what compares with null is unknown, and unknown is let through.
                condition=Q(since=None, until__isnull=False)
                | Q(since__isnull=False, until=None)
                | Q(since__isnull=False, until__isnull=False, since__lte=F("until")),
                violation_error_message="Enter the first day of what it speaks of, or the last, "
                "or both in this order.",
            ),
        ]

    def __str__(self) -> str:
        return f"acknowledgement {self.pk}: {self.model_id} x {self.domain_id} ({self.state})"


class AcknowledgementEvent(models.Model):
    """What a moderator decided about an acknowledgement, and why. Append-only."""

    class Kind(models.TextChoices):
        ENTERED = "entered", "entered"
        PUBLISHED = "published", "published"
        RETRACTED = "retracted", "taken down"

    acknowledgement = models.ForeignKey(
        Acknowledgement, on_delete=models.CASCADE, related_name="events"
    )
    kind = models.CharField(max_length=9, choices=Kind)
    happened_at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["happened_at", "id"]

    def __str__(self) -> str:
        return f"acknowledgement {self.acknowledgement_id}: {self.kind}"
