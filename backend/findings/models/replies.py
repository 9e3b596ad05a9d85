"""What vendors say about findings of their models."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from backend.findings.models.events import Finding


class Reply(models.Model):
    """A vendor's reply to a finding, as a moderator entered it. Its text is never edited."""

    class State(models.TextChoices):
        ENTERED = "entered", "entered, not public"
        PUBLISHED = "published", "published"
        RETRACTED = "retracted", "taken down"

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="replies")
    vendor = models.ForeignKey("catalogue.Vendor", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.ENTERED, editable=False)
    text = models.TextField(help_text="In the vendor's own words, as plain text.")
    source_url = models.CharField(
        max_length=500, help_text="Where the vendor says so itself, or says that it wrote to us."
    )
    replied_on = models.DateField()
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["replied_on", "id"]
        verbose_name_plural = "replies"
        constraints = [
            models.CheckConstraint(
                name="a_reply_has_a_source",
                condition=Q(source_url__startswith="https://"),
                violation_error_message="The source is an address that begins with https://.",
            )
        ]

    def __str__(self) -> str:
        return f"reply of {self.vendor_id} to finding {self.finding_id} ({self.state})"
