"""The controls: what reports are compared with."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Verdict(models.TextChoices):
    """What a person says of an answer that was drawn at random."""

    FINE = "fine", "fine"
    NOT_FINE = "not_fine", "not fine"
    CANNOT_TELL = "cannot_tell", "cannot tell"


class Rating(models.Model):
    """Whether one answer was fine, for an answer that was not chosen because it was bad.

    Imported collections give graded answers of known versions of a model; the extension asks about
    answers drawn at random. There is no text here. `is_bad` is null where the person could not tell:
    such a rating says neither. `is_counted` is false where one sender could multiply it.
    """

    class Provenance(models.TextChoices):
        RATING = "rating", "asked by the extension"
        IMPORT = "import", "imported collection"
        SIMULATED = "simulated", "SIMULATED"

    id = models.UUIDField(primary_key=True, editable=False)
    provenance = models.CharField(max_length=10, choices=Provenance)
    collection = models.CharField(max_length=60)
    item = models.CharField(max_length=64, blank=True)
    rated_on = models.DateField()
    received_on = models.DateField(null=True)
    site = models.ForeignKey(
        "catalogue.Site", null=True, on_delete=models.PROTECT, related_name="+"
    )
    model = models.ForeignKey(
        "catalogue.Model", null=True, on_delete=models.PROTECT, related_name="+"
    )
    model_label = models.CharField(max_length=120, blank=True)
    model_label_source = models.CharField(max_length=20, blank=True)
    domain = models.ForeignKey(
        "catalogue.Domain", null=True, on_delete=models.PROTECT, related_name="+"
    )
    verdict = models.CharField(max_length=12, choices=Verdict, blank=True)
    is_bad = models.BooleanField(null=True)
    is_bad_normalised = models.BooleanField(null=True)
    response_chars = models.PositiveIntegerField(default=0)
    sampling_probability = models.FloatField(default=1.0)
    is_counted = models.BooleanField(default=True)
    client = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="sampling_probability_is_one",
                condition=Q(sampling_probability__gt=0, sampling_probability__lte=1),
            ),
            models.CheckConstraint(
                name="only_cannot_tell_is_neither",
                condition=Q(is_bad__isnull=False) ^ Q(verdict=Verdict.CANNOT_TELL),
            ),
            models.CheckConstraint(
                name="imported_ratings_are_complete",
                condition=Q(provenance="rating") | Q(model__isnull=False, domain__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["collection", "domain", "model"], name="rating_cell")]

    def __str__(self) -> str:
        return f"rating of {self.model_id} in {self.domain_id}"


class Sender(models.Model):
    """What lets us count one person once and know what is sent twice. Private, with an expiry."""

    contributor_tag = models.CharField(max_length=16)
    is_linked = models.BooleanField()
    payload_digest = models.CharField(max_length=64)
    expires_on = models.DateField(db_index=True)

    class Meta:
        abstract = True


class RatingSender(Sender):
    """Whose rating it is. `counted_on` is its day if it counts: one a day of each contributor.

    `counted_cell` is then its model and subject, where both are known: one of each while the
    contributor keeps a tag. Who rates one cell every day must weigh no more than who does it once.
    """

    rating = models.OneToOneField(
        Rating, primary_key=True, on_delete=models.CASCADE, related_name="sender"
    )
    counted_on = models.DateField(null=True)
    counted_cell = models.CharField(max_length=121, null=True)  # noqa: DJ001 - unique where known

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contributor_tag", "counted_on"], name="one_counted_rating_a_day"
            ),
            models.UniqueConstraint(
                fields=["contributor_tag", "counted_cell"], name="one_counted_rating_a_cell"
            ),
        ]

    def __str__(self) -> str:
        return f"sender of {self.rating_id}"


class ExposureBatch(models.Model):
    """One device's noised counts of one site and one week, over all domains."""

    id = models.UUIDField(primary_key=True, editable=False)
    received_on = models.DateField()
    week = models.DateField(help_text="Its Monday.")
    site = models.ForeignKey("catalogue.Site", on_delete=models.PROTECT, related_name="+")
    epsilon = models.FloatField()
    clip_max = models.PositiveIntegerField()
    is_counted = models.BooleanField(default=True)
    client = models.CharField(max_length=60)

    class Meta:
        verbose_name_plural = "exposure batches"
        indexes = [models.Index(fields=["week", "site"], name="exposure_week")]

    def __str__(self) -> str:
        return f"exposures to {self.site_id} in the week of {self.week}"


class ExposureSender(Sender):
    """Whose counts they are: each contributor has one batch for a site and week."""

    batch = models.OneToOneField(
        ExposureBatch, primary_key=True, on_delete=models.CASCADE, related_name="sender"
    )
    week = models.DateField()
    site = models.ForeignKey("catalogue.Site", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contributor_tag", "week", "site"], name="one_exposure_batch_a_week"
            )
        ]

    def __str__(self) -> str:
        return f"sender of {self.batch_id}"


class Exposure(models.Model):
    """Answers seen in one domain, with noise: may be below zero. `domain` is null for unknown."""

    batch = models.ForeignKey(ExposureBatch, on_delete=models.CASCADE, related_name="counts")
    domain = models.ForeignKey(
        "catalogue.Domain", null=True, on_delete=models.PROTECT, related_name="+"
    )
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "domain"], nulls_distinct=False, name="one_exposure_a_domain"
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} in {self.domain_id or 'unknown'}"


class DriftReport(models.Model):
    """The bare structure of a page that an adapter could not read. For maintainers; expires."""

    id = models.UUIDField(primary_key=True, editable=False)
    received_on = models.DateField(db_index=True)
    site = models.ForeignKey("catalogue.Site", on_delete=models.PROTECT, related_name="+")
    adapter = models.CharField(max_length=40)
    extension_version = models.CharField(max_length=12)
    nodes = models.JSONField()

    class Meta:
        ordering = ["-received_on", "id"]

    def __str__(self) -> str:
        return f"drift of {self.adapter} on {self.site_id}"
