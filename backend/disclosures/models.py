"""Passages in which vendors state that they change answers. Facts, entered by people who read."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

PASSAGE_CHARS_MAX = 600


class Disclosure(models.Model):
    """One passage of one document, to the page: what a vendor says that it does to which subjects."""

    class State(models.TextChoices):
        ENTERED = "entered", "entered, not public"
        PUBLISHED = "published", "published"
        RETRACTED = "retracted", "taken down"

    class Intervention(models.TextChoices):
        PROMPT = "prompt_change", "the prompt is changed"
        STEERING = "activation_steering", "activations are steered"
        TUNING = "fine_tuning", "weights are fine-tuned"
        ROUTING = "other_model", "another model answers"
        REFUSAL = "refusal", "the request is refused"
        FILTER = "output_filter", "the answer is filtered"
        EFFORT = "less_effort", "less computation is spent"
        OTHER = "other", "something else"

    state = models.CharField(max_length=9, choices=State, default=State.ENTERED, editable=False)
    vendor = models.ForeignKey("catalogue.Vendor", on_delete=models.PROTECT, related_name="+")
    domains = models.ManyToManyField("catalogue.Domain", related_name="+")
    title = models.CharField(max_length=200, help_text="Of the document.")
    source_url = models.CharField(max_length=500)
    page_first = models.PositiveIntegerField(
        null=True, blank=True, help_text="Null: it has no pages."
    )
    page_last = models.PositiveIntegerField(
        null=True, blank=True, help_text="The same for a single page."
    )
    passage = models.TextField(help_text="Word for word, no longer than a citation needs.")
    summary = models.TextField(help_text="In our words.")
    interventions = models.JSONField(default=list, help_text="Codes of what is done.")
    is_user_told = models.BooleanField(
        null=True,
        blank=True,
        help_text="Whether the user is told at that moment; null: it does not say.",
    )
    traffic_share = models.FloatField(
        null=True, blank=True, help_text="Share of traffic, if it is stated."
    )
    organisations_share = models.FloatField(
        null=True,
        blank=True,
        help_text="Upper bound of the share of organisations, if it is stated.",
    )
    published_on = models.DateField(help_text="The day of the document.")
    found_on = models.DateField(help_text="The day on which somebody noticed the passage.")
    reversed_on = models.DateField(null=True, blank=True)
    reversed_source_url = models.CharField(max_length=500, blank=True)
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["-published_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="a_disclosure_has_a_source",
                condition=Q(source_url__startswith="https://"),
                violation_error_message="The source is an address that begins with https://.",
            ),
            models.CheckConstraint(
                name="pages_in_order",
                condition=Q(page_first=None, page_last=None)
                | Q(page_first__gte=1, page_last__gte=F("page_first")),
                violation_error_message="Enter the first page and the last, or neither.",
            ),
            models.CheckConstraint(
                name="a_reversal_has_a_source",
                condition=Q(reversed_on=None, reversed_source_url="")
                | Q(reversed_on__isnull=False, reversed_source_url__startswith="https://"),
            ),
            models.CheckConstraint(
                name="shares_from_0_to_1",
                condition=(Q(traffic_share=None) | Q(traffic_share__gt=0, traffic_share__lte=1))
                & (
                    Q(organisations_share=None)
                    | Q(organisations_share__gt=0, organisations_share__lte=1)
                ),
                violation_error_message="A share is above 0 and at most 1.",
            ),
        ]

    def __str__(self) -> str:
        return f"disclosure {self.pk}: {self.title}"


class DisclosureEvent(models.Model):
    """What a moderator decided about a disclosure, and why. Append-only."""

    class Kind(models.TextChoices):
        ENTERED = "entered", "entered"
        PUBLISHED = "published", "published"
        REVERSED = "reversed", "marked as reversed by its vendor"
        RETRACTED = "retracted", "taken down"

    disclosure = models.ForeignKey(Disclosure, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=9, choices=Kind)
    happened_at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["happened_at", "id"]

    def __str__(self) -> str:
        return f"disclosure {self.disclosure_id}: {self.kind}"
