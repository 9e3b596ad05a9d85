"""What a report can be about. Rows mirror catalogue.yaml; nothing here is edited by hand."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import pgettext, pgettext_lazy


def _local(words: str) -> str:
    """Words of the catalogue in the page's language; the same that the extension uses."""
    return pgettext("catalogue", words) if words else ""


class Vendor(models.Model):
    """Who makes a model."""

    slug = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(max_length=120)
    is_fictional = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """The chat service where an exchange happened."""

    slug = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(max_length=120)
    vendor = models.ForeignKey(Vendor, null=True, on_delete=models.PROTECT, related_name="sites")
    match = models.JSONField(default=list)
    is_fictional = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Model(models.Model):
    """A canonical model, to which the labels that pages show are mapped."""

    slug = models.SlugField(primary_key=True, max_length=60)
    name = models.CharField(max_length=120)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="models")
    family = models.CharField(max_length=60)
    released_on = models.DateField(null=True)
    is_fictional = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class ModelAlias(models.Model):
    """A label under which pages or APIs show a model; compared without regard to case."""

    label = models.CharField(max_length=120)
    model = models.ForeignKey(Model, on_delete=models.CASCADE, related_name="aliases")

    class Meta:
        constraints = [models.UniqueConstraint(Lower("label"), name="alias_label_unique")]

    def __str__(self) -> str:
        return self.label


class Domain(models.Model):
    """A subject area; a node of a small fixed tree of which only the leaves are counted."""

    class Kind(models.TextChoices):
        STORY = "story", "subject of the story"
        NEIGHBOUR = "neighbour", "neighbour of the story's subjects"
        STATED_SAFETY = "stated_safety", "subject with stated safety limits"
        CONTROL = "control", "control subject"
        IMPORTED = "imported", "task of an imported collection"
        FAMILY = "family", "family of domains"

    slug = models.SlugField(primary_key=True, max_length=60)
    name = models.CharField(max_length=120)
    definition = models.TextField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    kind = models.CharField(max_length=16, choices=Kind)
    examples = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        """Its name in the page's language."""
        return _local(self.name)

    @property
    def local_definition(self) -> str:
        """Its definition in the page's language."""
        return _local(self.definition)


class Symptom(models.Model):
    """What is wrong with an answer: said openly by the product (stated) or not (silent)."""

    class Kind(models.TextChoices):
        SILENT = "silent", pgettext_lazy("kind of a symptom", "silent")
        STATED = "stated", pgettext_lazy("kind of a symptom", "stated")

    slug = models.CharField(primary_key=True, max_length=40)
    name = models.CharField(max_length=120)
    help = models.CharField(max_length=300)
    kind = models.CharField(max_length=6, choices=Kind)
    severity = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(severity__gte=1, severity__lte=3), name="severity_1_to_3"
            )
        ]

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        """Its name in the page's language."""
        return _local(self.name)

    @property
    def local_help(self) -> str:
        """What it means, in the page's language."""
        return _local(self.help)
