"""Keys that sign unseen, and what has been shown once. Neither says anything of a person."""

from __future__ import annotations

from django.db import models


class SigningKey(models.Model):
    """One key of one purpose and period. Its private half is encrypted, and erased after `signs_until`.

    One of a period signs; others, whose private halves could be read no more, are only known again.
    """

    class Purpose(models.TextChoices):
        START = "start"
        RATED = "rated"
        RENEWAL = "renewal"
        CONTRIBUTOR = "contributor"

    id = models.CharField(primary_key=True, max_length=64, help_text="SHA-256 of the public key.")
    purpose = models.CharField(max_length=11, choices=Purpose.choices)
    site = models.ForeignKey(
        "catalogue.Site", null=True, on_delete=models.PROTECT, related_name="+"
    )
    epoch = models.PositiveIntegerField(null=True)
    begins_on = models.DateField()
    ends_on = models.DateField()
    signs_until = models.DateField()
    accepted_until = models.DateField()
    public_key = models.BinaryField()
    private_key = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "site", "epoch", "begins_on"],
                condition=models.Q(private_key__isnull=False),
                nulls_distinct=False,
                name="one_signing_key_a_period",
            )
        ]

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.purpose, self.site_id, self.epoch) if part)


class SpentCredential(models.Model):
    """What was shown and may not be shown again, but in the very same request: its answer may get lost."""

    digest = models.CharField(primary_key=True, max_length=64)
    answer_to = models.CharField(max_length=64, help_text="SHA-256 of the request.")
    expires_on = models.DateField(db_index=True)

    def __str__(self) -> str:
        return self.digest
