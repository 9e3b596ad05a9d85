"""manage.py fill_demo: the simulated episode."""

from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from backend.common.errors import PlumblineError
from backend.findings.demo import (
    DEMO_SEED,
    demo_disclosure_fill,
    demo_fill,
    demo_payloads,
    demo_ratings_fill,
)
from backend.findings.management.commands.run_analysis import day_come, seed_number
from backend.reports.search import words_rebuild
from backend.reports.tallies import tally_fold


class Command(BaseCommand):
    help = (
        "Fill the SIMULATED demo episode: about 3,000 reports of one year on fictional models, "
        "with one silent degradation, one vendor-wide outage and one brigade, and about 14,000 "
        "ratings of answers drawn at random. Safe to repeat on "
        "the same day. `clear_demo` removes it."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--seed", type=seed_number, default=DEMO_SEED, metavar="NUMBER",
            help=f"0 to {settings.SEED_MAX} (default: {DEMO_SEED})",
        )  # fmt: skip
        parser.add_argument(
            "--end", type=day_come, metavar="YYYY-MM-DD",
            help="last day of the episode's year (default: today)",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        end = options["end"] or timezone.now().date()
        payloads = demo_payloads(seed=options["seed"], end=end)
        bar = tqdm(total=len(payloads), desc="Filling the SIMULATED episode", unit=" reports")
        try:
            n_new = demo_fill(payloads=payloads, progress=bar.update)
        except PlumblineError as error:  # of a day on which there was no such report yet
            raise CommandError(str(error)) from error
        finally:
            bar.close()
        tally_fold()
        words_rebuild()  # a mistyped word is understood from the first search on
        n_ratings = demo_ratings_fill(seed=options["seed"], end=end)
        demo_disclosure_fill(seed=options["seed"], end=end)
        self.stdout.write(
            f"{n_new} SIMULATED reports and {n_ratings} SIMULATED ratings stored. "
            "Next: manage.py run_analysis. To remove them: manage.py clear_demo"
        )
        # By name, because charts are built upon findings.
        call_command("publish_charts", stdout=self.stdout)
