"""Keys for programs that read more than the public limit allows."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

PER_MINUTE_MAX = 1_000_000


def printable(text: str) -> None:
    """ValidationError for what can't be seen."""
    if not text.isprintable():
        raise ValidationError("This has characters that can't be seen.")


class ApiKey(models.Model):
    """What one reader may read in a minute. The key itself is not kept, only its SHA-256."""

    name = models.CharField(
        max_length=80, unique=True, validators=[printable], help_text="Who has it."
    )
    sha256 = models.CharField(max_length=64, unique=True)
    per_minute = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(PER_MINUTE_MAX)],
        help_text="Requests in a minute.",
    )
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API key"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(per_minute__gte=1), name="key_reads_something")
        ]

    def __str__(self) -> str:
        return self.name
