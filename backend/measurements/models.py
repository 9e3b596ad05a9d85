"""The controls: what reports are compared with."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Rating(models.Model):
    """Whether one answer was fine, for an answer that was not chosen because it was bad.

    Imported collections give graded answers of known versions of a model. There is no text here.
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
    model = models.ForeignKey("catalogue.Model", on_delete=models.PROTECT, related_name="+")
    domain = models.ForeignKey("catalogue.Domain", on_delete=models.PROTECT, related_name="+")
    is_bad = models.BooleanField()
    is_bad_normalised = models.BooleanField(null=True)
    response_chars = models.PositiveIntegerField(default=0)
    sampling_probability = models.FloatField(default=1.0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="sampling_probability_is_one",
                condition=Q(sampling_probability__gt=0, sampling_probability__lte=1),
            )
        ]
        indexes = [models.Index(fields=["collection", "domain", "model"], name="rating_cell")]

    def __str__(self) -> str:
        return f"rating of {self.model_id} in {self.domain_id}"
