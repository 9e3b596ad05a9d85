"""manage.py delete_probes SLUG: a series of probes, away wholly."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.common.errors import PlumblineError
from backend.probes.selectors import probe_series_public
from backend.probes.services import probe_series_delete


class Command(BaseCommand):
    help = (
        "Remove a series of probes with all its answers. Datasets that were built before keep them; the "
        "next one and the next run do without."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("series", metavar="SLUG", help="the series")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["series"]
        if not probe_series_public().filter(slug=slug).exists():
            raise CommandError("There is no such series.")
        if not options["yes"] and not _is_wanted(slug):
            raise CommandError("Nothing is removed.")
        try:
            n_answers = probe_series_delete(slug=slug)
        except PlumblineError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Removed the series {slug} with {n_answers} answers.\nNext: manage.py run_analysis"
        )


def _is_wanted(slug: str) -> bool:
    """What the person at the terminal says; CommandError where nobody is there to say it."""
    try:
        said = input(
            f"Remove the series {slug} with all its answers? Nothing brings them back. [yes/no] "
        )
    except EOFError:
        raise CommandError(
            "Nothing is removed: there is nobody to ask. Say --yes to remove it all the same."
        ) from None
    return said.strip().lower() == "yes"
