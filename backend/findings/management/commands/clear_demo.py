"""manage.py clear_demo: away with everything simulated."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from backend.findings.demo import demo_clear
from backend.reports.tallies import tally_fold


class Command(BaseCommand):
    help = "Remove every SIMULATED report, and every run, finding and dataset drawn from them."

    def handle(self, *args: Any, **options: Any) -> None:
        n_reports, n_findings = demo_clear()
        tally_fold()
        self.stdout.write(
            f"Removed {n_reports} simulated reports and {n_findings} simulated findings. "
            "A fresh run is queued; the worker does it, or: manage.py run_analysis"
        )
