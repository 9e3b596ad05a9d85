"""manage.py export_evidence: what a run computed its findings from, for an operator to keep."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.common.errors import PlumblineError
from backend.findings import services
from backend.findings.models import AnalysisRun
from backend.findings.recompute import evidence_of_run


class Command(BaseCommand):
    help = (
        "Write the frozen evidence of a run to a file, for `recompute --evidence`. For operators "
        "only, NOT FOR PUBLICATION: it holds no texts, but codes that tell which reports one person "
        "sent, and cells of fewer than five people. The file is readable by its owner alone; an "
        "existing one is not overwritten."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("run", type=int, help="number of the run; only the current one has it")
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            data = evidence_of_run(run=services.run_get(run_id=options["run"]))
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except AnalysisRun.DoesNotExist as error:
            raise CommandError(f"There is no run {options['run']}.") from error
        except PlumblineError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{path} can't be written: {error.strerror}.") from error
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        self.stdout.write(
            f"{len(data)} bytes written to {path}. Not for publication: the file tells which "
            "reports one person sent."
        )
