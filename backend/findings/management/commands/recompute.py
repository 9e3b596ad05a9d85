"""manage.py recompute: is a finding what its evidence says?"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.common.errors import PlumblineError
from backend.findings.acknowledged import acknowledgements_retracted
from backend.findings.models import Finding
from backend.findings.recompute import (
    Comparison,
    evidence_of_run,
    finding_compare,
    findings_to_recompute,
)

VALUE_CHARS_MAX = 60


class Command(BaseCommand):
    help = (
        "Compute a finding again from the frozen evidence of its run, with the run's own "
        "thresholds and seed, and compare every number, date and word with what is stored. Exit "
        "code 0: the same, bit for bit. Exit code 1: something differs, or it cannot be computed, "
        "and why. Evidence is kept for the current run; with --evidence, also from a file that "
        "export_evidence wrote. A vendor's word that was taken down since is left out. Reports that "
        "stand for a finding and its map need the texts and are not compared. Changes nothing."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("finding", nargs="?", type=int, help="number of the finding")
        parser.add_argument(
            "--all", action="store_true", help="every finding of the run that has the evidence"
        )
        parser.add_argument(
            "--evidence", type=Path, metavar="FILE",
            help="evidence from a file of export_evidence, instead of what the database keeps",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["finding"] is None) != options["all"]:
            raise CommandError("Name one finding, or say --all.")
        data = _read(options["evidence"])
        try:
            findings = findings_to_recompute(
                finding_id=options["finding"],
                digest=hashlib.sha256(data).hexdigest() if data is not None else None,
            )
            n_different = sum(self._tell(c) for c in _recomputed(findings, data))
        except PlumblineError as error:
            raise CommandError(str(error)) from error
        if not findings:
            self.stdout.write("The run has no findings.")
        if n_different:
            raise CommandError(f"{n_different} of {len(findings)} findings differ.")

    def _tell(self, comparison: Comparison) -> bool:
        """Print what came out; whether anything differs."""
        if not comparison.differences:
            self.stdout.write(
                f"Finding {comparison.finding_id}: the same, bit for bit: "
                f"{comparison.n_fields} fields"
            )
            return False
        self.stdout.write(f"Finding {comparison.finding_id} differs:")
        for difference in comparison.differences:
            self.stdout.write(
                f"  {difference.field:<18} stored {_short(difference.stored)}  "
                f"now {_short(difference.again)}"
            )
        return True


def _read(path: Path | None) -> bytes | None:
    try:
        return path.read_bytes() if path else None
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}.") from error


def _recomputed(findings: list[Finding], data: bytes | None) -> list[Comparison]:
    """Each finding beside what the evidence of their one run gives."""
    if not findings:
        return []
    from backend.findings import runner  # loads the science

    run = findings[0].run
    try:
        rows = runner.findings_judge(
            data=evidence_of_run(run=run, data=data),
            record={"config": run.config, "seed": run.seed, "method_version": run.method_version},
            left_out=acknowledgements_retracted(),
        )
    except runner.AnalysisError as error:
        raise CommandError(f"The evidence can't be judged: {error}.") from error
    return [finding_compare(finding, rows) for finding in findings]


def _short(value: Any) -> str:
    text = repr(value) if isinstance(value, float | str) else str(value)
    return text if len(text) <= VALUE_CHARS_MAX else f"{text[: VALUE_CHARS_MAX - 1]}…"
