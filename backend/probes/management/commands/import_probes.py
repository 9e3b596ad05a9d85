"""manage.py import_probes PATH: the grades of prompts that were asked again."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from backend.common.errors import PlumblineError
from backend.probes import answers
from backend.probes.models import ProbeSeries
from backend.probes.rules import ALIKE_ITEMS_MIN
from backend.probes.selectors import accounts_alike
from backend.probes.series import BASELINE_ROUNDS_DEFAULT, SeriesFacts
from backend.probes.services import ProbesImport, probes_import

EXAMPLE = """
Example:

  manage.py import_probes 2026-09.jsonl.gz --series maker-1-web --title "Maker 1 on the web" \\
    --model maker-1 --site maker --suite "checkable 1.0" --grader "exact 1.0" \\
    --source-url https://example.org/checkable

Ask the same again later, and import it in the same way: the facts of a series must be the same.
"""


class Command(BaseCommand):
    help = (
        "Import the grades of checkable prompts that the same accounts asked again and again. The first "
        "rounds are the baseline, which is frozen once a later round is there. All of a file is stored or "
        "nothing; safe to repeat: what is already there is left alone."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = (answers.__doc__ or "") + EXAMPLE
        parser.add_argument("path", type=Path, help="a .jsonl or .jsonl.gz file")
        texts = (
            ("--series", "SLUG", "lasting name of the series: small letters, digits, hyphens"),
            ("--model", "SLUG", "the model that was asked, as in the catalogue"),
            ("--title", "TEXT", "what readers see the series called"),
            ("--suite", "TEXT", "name and version of the prompts"),
            ("--grader", "TEXT", "name and version of what graded; another one is another series"),
            ("--source-url", "URL", "https address where suite, grader and method are described"),
        )
        for name, metavar, words in texts:
            parser.add_argument(name, required=True, metavar=metavar, help=words)
        parser.add_argument(
            "--site", metavar="SLUG",
            help="chat service where the accounts were used (default: the vendor's API)",
        )  # fmt: skip
        parser.add_argument(
            "--baseline-rounds", type=int, default=BASELINE_ROUNDS_DEFAULT, metavar="N",
            help=f"rounds 0 to N-1 are the baseline (default and least: {BASELINE_ROUNDS_DEFAULT})",
        )  # fmt: skip
        parser.add_argument(
            "--simulated", action="store_true",
            help="the answers are invented; the model must be an invented one too",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        facts = SeriesFacts(
            slug=options["series"], title=options["title"], model=options["model"],
            site=options["site"], suite=options["suite"], grader=options["grader"],
            source_url=options["source_url"], n_baseline=options["baseline_rounds"],
            is_simulated=options["simulated"],
        )  # fmt: skip
        bars: dict[str, tqdm[Any]] = {}

        def progress(done: str, n_answers: int) -> None:
            if done not in bars:
                for bar in bars.values():
                    bar.close()
                bars[done] = tqdm(unit=" answers", desc=done)
            bars[done].update(n_answers)

        try:
            lines = answers.lines_of(options["path"])
            done = probes_import(lines=lines, facts=facts, progress=progress)
        except PlumblineError as error:
            raise CommandError(str(error)) from error
        finally:
            for bar in bars.values():
                bar.close()
        self.stdout.write(_what_was_done(done))
        for one, other in accounts_alike(done.series, items_min=ALIKE_ITEMS_MIN):
            self.stdout.write(
                f"Accounts {one} and {other} have the same grades of everything: "
                "are these really two accounts?"
            )
        self.stdout.write(_what_is_next(done.series))


def _what_was_done(done: ProbesImport) -> str:
    series = done.series
    marked = " [SIMULATED]" if series.is_simulated else ""
    return (
        f"{done.n_read} answers read: {done.n_new} new, {done.n_read - done.n_new} already there.\n"
        f"Series {series.slug}{marked}: {series.n_answers} answers of {series.n_accounts} accounts to "
        f"{series.n_items} items in {series.n_rounds} rounds, {series.asked_first_on} to "
        f"{series.asked_last_on}. Its baseline is rounds 0 to {series.n_baseline - 1}"
        + (", frozen." if series.n_rounds > series.n_baseline else ".")
    )


def _what_is_next(series: ProbeSeries) -> str:
    if series.n_rounds > series.n_baseline:
        return "Next: manage.py run_analysis"
    return (
        f"Next: ask the same with the same accounts and import the grades as round {series.n_rounds}; "
        f"from round {series.n_baseline} on there is something to compare: manage.py run_analysis"
    )
