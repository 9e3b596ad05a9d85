"""Who is told of steps of findings, and what was sent to whom."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Subscription(models.Model):
    """A receiver that the operator registered. Empty filters let everything through."""

    name = models.CharField(max_length=80, unique=True)
    url = models.URLField(max_length=500, help_text="https; how it is checked: docs/api.md.")
    secret = models.CharField(max_length=100, help_text="Signs what is sent; shown once.")
    vendor = models.ForeignKey(
        "catalogue.Vendor", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    model = models.ForeignKey(
        "catalogue.Model", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    domain = models.ForeignKey(
        "catalogue.Domain", null=True, blank=True, on_delete=models.CASCADE, related_name="+",
        help_text="A family means all its leaves.",
    )  # fmt: skip
    is_active = models.BooleanField(default=True)
    paused_because = models.CharField(max_length=200, blank=True)
    active_since = models.DateTimeField(help_text="Steps from then on are sent.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One step to be told to one receiver. The row is the queue; what the receiver says is not kept."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        SENT = "sent", "sent"
        DEAD = "dead", "given up"
        DROPPED = "dropped", "no longer public, or no longer wanted"

    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="deliveries"
    )
    event = models.ForeignKey("findings.FindingEvent", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    outcome = models.CharField(
        max_length=60, blank=True, help_text="Status of the last answer, or kind of the last error."
    )

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "event"], name="step_once_per_subscription"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="delivery_due")
        ]

    def __str__(self) -> str:
        return f"step {self.event_id} to {self.subscription_id}: {self.state}"
