"""Loading the catalogue: the file is the truth, the tables mirror it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction

from backend.catalogue.models import Domain, Model, ModelAlias, Site, Symptom, Vendor
from backend.catalogue.selectors import label_key
from backend.common.errors import RuleError

CATALOGUE_PATH: Path = settings.BASE_DIR / "backend" / "catalogue" / "catalogue.yaml"


def catalogue_load(*, path: Path = CATALOGUE_PATH) -> dict[str, int]:
    """Bring the tables in line with the file; counts per kind. Runs twice without change.

    Rows that left the file stay, because reports may point at them; their aliases and examples go.
    """
    catalogue: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    with transaction.atomic():
        _vendors_and_sites(catalogue)
        _models(catalogue["models"])
        domains = _domains(catalogue["domains"])
        for position, row in enumerate(catalogue["symptoms"]):
            fields = {key: row[key] for key in ("name", "help", "kind", "severity")}
            Symptom.objects.update_or_create(
                slug=row["slug"], defaults=fields | {"position": position}
            )
    return {
        "vendors": len(catalogue["vendors"]),
        "sites": len(catalogue["sites"]),
        "models": len(catalogue["models"]),
        "domains": domains,
        "symptoms": len(catalogue["symptoms"]),
    }


def _vendors_and_sites(catalogue: dict[str, Any]) -> None:
    for row in catalogue["vendors"]:
        Vendor.objects.update_or_create(
            slug=row["slug"],
            defaults={"name": row["name"], "is_fictional": row.get("fictional", False)},
        )
    for row in catalogue["sites"]:
        Site.objects.update_or_create(
            slug=row["slug"],
            defaults={
                "name": row["name"],
                "vendor_id": row["vendor"],
                "match": row["match"],
                "is_fictional": row.get("fictional", False),
            },
        )


def _models(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        Model.objects.update_or_create(
            slug=row["slug"],
            defaults={
                "name": row["name"],
                "vendor_id": row["vendor"],
                "family": row["family"],
                "released_on": row.get("released_on"),
                "is_fictional": row.get("fictional", False),
            },
        )
    ModelAlias.objects.filter(model__slug__in=[row["slug"] for row in rows]).delete()
    labels = {
        label_key(label): row["slug"]
        for row in rows
        for label in (row["slug"], row["name"], *row["labels"])
    }
    ModelAlias.objects.filter(label__in=labels).delete()
    ModelAlias.objects.bulk_create(
        ModelAlias(label=label, model_id=slug) for label, slug in labels.items()
    )


def _walk(
    nodes: list[dict[str, Any]], parent: str | None
) -> Iterator[tuple[str | None, dict[str, Any]]]:
    for node in nodes:
        yield parent, node
        yield from _walk(node.get("children", []), node["slug"])


def _domains(nodes: list[dict[str, Any]]) -> int:
    leaves = 0
    for position, (parent, node) in enumerate(_walk(nodes, None)):
        is_leaf = "children" not in node
        leaves += is_leaf
        Domain.objects.update_or_create(
            slug=node["slug"],
            defaults={
                "name": node["name"],
                "definition": node["definition"],
                "parent_id": parent,
                "kind": node["kind"] if is_leaf else Domain.Kind.FAMILY,
                "examples": node.get("examples", []),
                "position": position,
            },
        )
    return leaves


def domain_for_task(*, collection: str, task: str) -> Domain:
    """The domain that counts an imported collection's task: a leaf of that name, or a new one.

    A task that names a leaf of the catalogue is that leaf. Any other becomes a leaf of its own
    under "Imported collections", because guessing a subject would move published numbers.
    """
    known = Domain.objects.filter(slug=task).exclude(kind=Domain.Kind.FAMILY).first()
    if known:
        return known
    root, _ = Domain.objects.get_or_create(
        slug="imported",
        defaults={
            "name": "Imported collections",
            "definition": "Tasks of graded collections that somebody imported.",
            "kind": Domain.Kind.FAMILY,
            "position": 900,
        },
    )
    slug = f"{collection}-{task}"[:60].strip("-")
    domain, _ = Domain.objects.get_or_create(
        slug=slug,
        defaults={
            "name": f"{task} ({collection})",
            "definition": f"The task “{task}” of the imported collection “{collection}”.",
            "parent": root,
            "kind": Domain.Kind.IMPORTED,
            "position": 901,
        },
    )
    return domain


def model_for_import(*, label: str, vendor: str, family: str, released_on: Any) -> Model:
    """The catalogue's model for an imported label, made from what the collection says if unknown."""
    alias = ModelAlias.objects.filter(label=label_key(label)).select_related("model").first()
    if alias:
        return alias.model
    slug = "".join(c if c.isalnum() else "-" for c in label_key(label))[:60].strip("-")
    if not slug:
        raise RuleError("model_unknown", f"The model label {label!r} has no letter or digit.")
    Vendor.objects.get_or_create(slug=vendor, defaults={"name": vendor})
    model, _ = Model.objects.get_or_create(
        slug=slug,
        defaults={
            "name": label[:120],
            "vendor_id": vendor,
            "family": family,
            "released_on": released_on,
        },
    )
    ModelAlias.objects.get_or_create(label=label_key(label), defaults={"model": model})
    return model
