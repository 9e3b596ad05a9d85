"""manage.py import_exchanges PATH: graded exchanges from JSON Lines."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from backend.common.errors import PlumblineError
from backend.measurements import exchanges
from backend.measurements.services import exchanges_import
from backend.reports.tallies import tally_fold


class Command(BaseCommand):
    help = (
        "Import graded exchanges: every graded answer becomes a rating, every wrong one a report. "
        "Safe to repeat: what is already there is left alone."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = (exchanges.__doc__ or "") + (
            "\nExample: manage.py import_exchanges llmdrift.jsonl.gz --symptom opinion=refusal"
        )
        parser.add_argument(
            "path", type=Path, help="a .jsonl or .jsonl.gz file, or a folder of them"
        )
        parser.add_argument(
            "--collection", help="name under which its numbers are kept (default: the file's name)"
        )
        parser.add_argument(
            "--symptom", action="append", default=[], metavar="TASK=SYMPTOM",
            help="symptom of a task's wrong answers (default wrong_answer); may be repeated",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        collection = options["collection"] or path.name.split(".")[0]
        pairs = [pair.split("=", 1) for pair in options["symptom"]]
        if any(len(pair) != 2 for pair in pairs):
            raise CommandError("--symptom takes TASK=SYMPTOM, for example opinion=refusal")
        try:
            with tqdm(unit=" exchanges", desc=f"Importing {collection}") as bar:
                count = exchanges_import(
                    path=path, collection=collection, symptoms=dict(pairs), progress=bar.update
                )
        except PlumblineError as error:
            raise CommandError(str(error)) from error
        tally_fold()
        self.stdout.write(
            f"{count.n_read} graded answers read: {count.n_ratings_new} new ratings, "
            f"{count.n_reports_new} new reports"
            + (
                f"; {count.n_unreportable} wrong answers without text or over 60,000 characters "
                "are rated but are no reports"
                if count.n_unreportable
                else ""
            )
            + ".\nNext: manage.py run_analysis"
        )
