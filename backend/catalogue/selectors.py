"""Reading the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import pgettext

from backend.catalogue.models import Domain, Model, ModelAlias, Site, Symptom, Vendor
from backend.common.changes import kept


def label_key(label: str) -> str:
    """The form in which two model labels are compared: case and spacing do not count."""
    return " ".join(label.split()).casefold()


def vendors_public() -> QuerySet[Vendor]:
    """All vendors, the fictional ones of the demo included."""
    return Vendor.objects.order_by("slug")


def sites_public() -> QuerySet[Site]:
    """All sites."""
    return Site.objects.order_by("slug")


def models_public() -> QuerySet[Model]:
    """All models with their vendors."""
    return Model.objects.select_related("vendor").order_by("vendor_id", "slug")


def domains_public() -> QuerySet[Domain]:
    """All nodes of the domain tree, in the order of the file."""
    return Domain.objects.select_related("parent").order_by("position", "slug")


def leaves_public() -> QuerySet[Domain]:
    """The leaves of the domain tree: what a report can be counted in."""
    return domains_public().exclude(kind=Domain.Kind.FAMILY)


def leaves_listed() -> QuerySet[Domain]:
    """The leaves of the catalogue file: those that the extension knows, without imported tasks."""
    return leaves_public().exclude(kind=Domain.Kind.IMPORTED)


def symptoms_public() -> QuerySet[Symptom]:
    """All symptoms, in the order of the file."""
    return Symptom.objects.order_by("position", "slug")


def symptoms_of(slugs: Iterable[str]) -> list[Symptom]:
    """The symptoms of these slugs, in the order of the file; in one query at most."""
    chosen = set(slugs)
    return [symptom for symptom in symptoms_kept() if symptom.pk in chosen]


def symptoms_kept() -> list[Symptom]:
    """All symptoms, to be read only; in one query at most."""
    return kept.find("symptoms", lambda: list(symptoms_public()))


def leaves_kept() -> list[Domain]:
    """The same of all leaves."""
    return kept.find("leaves", lambda: list(leaves_public()))


def leaves_listed_kept() -> list[Domain]:
    """The same of those that the extension knows."""
    return kept.find("leaves listed", lambda: list(leaves_listed()))


def site_by_slug(slug: str) -> Site | None:
    """The site of that slug, if the catalogue has it."""
    return Site.objects.filter(slug=slug).first()


def leaf_by_slug(slug: str) -> Domain | None:
    """The leaf of that slug; None for a family or an unknown slug."""
    return leaves_public().filter(slug=slug).first()


def vendor_by_slug(slug: str) -> Vendor | None:
    """The vendor of that slug, if the catalogue has it."""
    return Vendor.objects.filter(slug=slug).first()


def model_by_slug(slug: str) -> Model | None:
    """The model of that slug with its vendor, if the catalogue has it."""
    return models_public().filter(slug=slug).first()


def models_kept() -> dict[str, Model]:
    """All models with their vendors by slug, to be read only; in one query at most."""
    return kept.find("models", lambda: {model.pk: model for model in models_public()})


def model_by_label(label: str) -> Model | None:
    """The model that a page's label stands for; None if the catalogue does not know it."""
    alias = ModelAlias.objects.filter(label=label_key(label)).select_related("model").first()
    return alias.model if alias else None


def domains_for_analysis() -> list[tuple[str, str | None, list[str]]]:
    """Slug, parent and example prompts of every node; only leaves have examples."""
    rows: Any = domains_public().values_list("slug", "parent_id", "examples")
    return list(rows)


def demo_models() -> list[tuple[str, str, str, str]]:
    """The fictional models of the demo: slug, vendor, the vendor's site, name as label."""
    sites = {site.vendor_id: site.pk for site in sites_public().filter(is_fictional=True)}
    return [
        (model.pk, model.vendor_id, sites[model.vendor_id], model.name)
        for model in models_public().filter(is_fictional=True)
    ]


class Name(NamedTuple):
    """What a slug stands for. `parent`: a model's vendor, a domain's family, a symptom's kind."""

    name: str
    parent: str
    is_fictional: bool


def names_public() -> dict[str, dict[str, Name]]:
    """Every name of the catalogue by table and slug, in the order of the lists; in one query at most."""
    return kept.find("names", _names)


def _names() -> dict[str, dict[str, Name]]:
    no, nothing = Value(False), Value("")
    # Sorted by place: domains and symptoms keep the order of the file, the rest goes by slug.
    model = ("name", "vendor_id", "vendor__is_fictional", Value(0))
    domain = ("name", Coalesce("parent_id", nothing), no, "position")
    parts = [
        table.objects.order_by().values_list(Value(name), "slug", *columns)
        for table, name, columns in (
            (Vendor, "vendor", ("name", nothing, "is_fictional", Value(0))),
            (Site, "site", ("name", nothing, "is_fictional", Value(0))),
            (Model, "model", model),
            (Domain, "domain", domain),
            (Symptom, "symptom", ("name", "kind", no, "position")),
        )
    ]
    names: dict[str, dict[str, Name]] = {
        table: {} for table in ("vendor", "site", "model", "domain", "symptom")
    }
    rows: Any = parts[0].union(*parts[1:], all=True)
    for table, slug, name, parent, is_fictional, _ in sorted(
        rows, key=lambda row: (row[5], row[1])
    ):
        names[table][slug] = Name(name, parent, is_fictional)
    return names


def local_name(names: Mapping[str, Name], slug: str) -> str:
    """What a slug of one of these tables is called in the page's language; itself if it is not there."""
    return pgettext("catalogue", names[slug].name) if slug in names else slug
