"""Filling and clearing the simulated episode. It comes in by the same door as every report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction

from backend.findings import services
from backend.reports.services import collection_delete, reports_submit_many

COLLECTION = "demo"
DEMO_SEED = 319
BATCH_ROWS = 100


def demo_fill(*, payloads: Sequence[dict[str, Any]], progress: Callable[[int], None]) -> int:
    """Send the episode's payloads; how many reports are new. A second call adds nothing."""
    n_new = 0
    for start in range(0, len(payloads), BATCH_ROWS):
        batch = payloads[start : start + BATCH_ROWS]
        submissions = reports_submit_many(
            payloads=batch, provenance="simulated", collection=COLLECTION
        )
        n_new += sum(submission.is_new for submission in submissions)
        progress(len(batch))
    return n_new


@transaction.atomic
def demo_clear() -> tuple[int, int]:
    """Remove every simulated report and every conclusion drawn from one; reports, findings.

    Asks for a fresh run, because what the last one counted is gone.
    """
    n_findings = services.simulated_findings_delete()
    n_reports = collection_delete(collection=COLLECTION)
    services.simulated_runs_delete()
    services.run_queue()
    return n_reports, n_findings
