"""manage.py build_dataset: freeze all that is public now."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from tqdm import tqdm

from backend.exports.columns import DICTIONARY
from backend.exports.services import dataset_build


class Command(BaseCommand):
    help = (
        "Write everything public as Parquet, JSON Lines and CSV with a manifest and a data "
        "dictionary. If nothing has changed since the newest dataset, that one is kept."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with tqdm(total=len(DICTIONARY), desc="Building the dataset", unit=" tables") as bar:
            dataset = dataset_build(progress=lambda table: bar.update())
        self.stdout.write(
            f"Dataset {dataset.version}: {dataset.n_reports} reports, {dataset.n_bytes} bytes, at "
            f"{settings.PUBLIC_URL}/data/{dataset.version}/"
        )
