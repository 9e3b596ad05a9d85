"""manage.py load_catalogue: bring the tables in line with catalogue.yaml."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from backend.catalogue.services import catalogue_load


class Command(BaseCommand):
    help = "Load vendors, sites, models, domains and symptoms from catalogue.yaml. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = catalogue_load()
        self.stdout.write("Catalogue: " + ", ".join(f"{n} {kind}" for kind, n in counts.items()))
