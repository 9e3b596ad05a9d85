"""manage.py run_analysis: one run, now, with a progress bar."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from backend.common.errors import PlumblineError
from backend.findings import services
from backend.findings.selectors import (
    comparisons_public,
    findings_by_state,
    findings_ended_public,
    findings_standing_public,
    findings_waiting,
    run_current,
)


def day_come(text: str) -> date:
    """A day that is not in the future: pages would call the run one of that day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no day; write it like 2026-01-31") from None
    if day > timezone.now().date():
        raise argparse.ArgumentTypeError(f"{text} has not come yet")
    return day


def seed_number(text: str) -> int:
    """A number that every generator of random numbers takes."""
    if not text.isdecimal() or int(text) > settings.SEED_MAX:
        raise argparse.ArgumentTypeError(
            f"{text} is no seed; it must be a whole number from 0 to {settings.SEED_MAX}"
        )
    return int(text)


class Command(BaseCommand):
    help = "Analyse all released reports and ratings now, and make the result the current one."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--as-of", type=day_come, metavar="YYYY-MM-DD",
            help="last day that counts, not before the first report or rating (default: today)",
        )  # fmt: skip
        parser.add_argument(
            "--seed", type=seed_number, metavar="NUMBER",
            help=f"0 to {settings.SEED_MAX} (default: the setting ANALYSIS_SEED)",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        from backend.findings import runner  # loads scikit-learn: only here and in the worker

        bars: dict[str, tqdm[Any]] = {}

        def progress(stage: str, done: int, total: int) -> None:
            bar = bars.get(stage) or bars.setdefault(stage, tqdm(total=total, desc=stage))
            bar.total = total
            bar.update(done - bar.n)

        try:
            run = services.run_queue(as_of=options["as_of"], seed=options["seed"])
            executed = services.runs_execute(execute=runner.run_execute, progress=progress)
        except PlumblineError as error:
            raise CommandError(str(error)) from error
        finally:
            for bar in bars.values():
                bar.close()
        if not executed:
            raise CommandError(
                f"Another process is analysing right now; run {run.pk} is queued and follows."
            )
        self._print_result()
        # By name, because charts are built upon findings.
        call_command("publish_charts", stdout=self.stdout)

    def _print_result(self) -> None:
        run = run_current()
        if run is None:
            raise CommandError("The run did not finish; see the log.")
        # Findings of the run alone are not those that are kept: they are counted below.
        counts = [
            f"{count} {name.removeprefix('n_').replace('_', ' ')}"
            for name, count in run.summary.items()
            if not name.startswith("n_findings")
        ]
        by_state = findings_by_state()
        self.stdout.write(
            f"Run {run.pk}, method {run.method_version}, as of {run.as_of}: {', '.join(counts)}"
        )
        self.stdout.write(
            f"{sum(by_state.values())} findings: "
            + ", ".join(f"{count} {state}" for state, count in by_state.items())
            if by_state
            else "No findings."
        )
        if waiting := findings_waiting().count():
            self.stdout.write(f"{waiting} not public: for a moderator to publish, in /admin/.")
        standing = list(findings_standing_public())
        if not standing and not waiting:
            self.stdout.write("No cell stands out. That is not proof that nothing is wrong.")
        for finding in (*standing, *findings_ended_public()):
            until = f"to {finding.offset}" if finding.offset else "and still lasting"
            until = f"perhaps {until}" if finding.offset and not finding.is_over else until
            mark = " [SIMULATED]" if finding.is_simulated else ""
            self.stdout.write(
                f"{finding.state}{mark}: {finding.model_id} in {finding.domain_id}, from "
                f"{finding.onset} {until}; {finding.n_contributors} contributors (unverified)"
            )
        self._print_comparisons()

    def _print_comparisons(self) -> None:
        rows = list(comparisons_public())
        if not rows:
            return
        self.stdout.write("\nBad answers, earlier version -> later version:")
        for row in rows:
            self.stdout.write(
                f"{row.domain_id:<28} {row.earlier_id} -> {row.later_id}: "
                f"{100 * row.bad_earlier / max(row.n_earlier, 1):.1f} % -> "
                f"{100 * row.bad_later / max(row.n_later, 1):.1f} %  "
                f"[{100 * row.difference_low:+.1f}, {100 * row.difference_high:+.1f}]  "
                f"{row.get_verdict_display()}"
                + (f"  ({'; '.join(row.cautions)})" if row.cautions else "")
            )
