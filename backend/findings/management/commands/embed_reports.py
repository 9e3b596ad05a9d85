"""manage.py embed_reports: the vectors that are missing, now, with a progress bar."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm


class Command(BaseCommand):
    help = (
        "Compute the vectors of released reports that have none of the present EMBEDDING_MODEL. "
        "The worker does the same in the background, 1,024 every ten seconds; this is for "
        "backfills, and may be interrupted and started again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        from backend.findings import runner  # loads the science

        with tqdm(desc="Embedding", unit="report") as bar:

            def progress(stage: str, done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            try:
                model = runner.model_build()
                done = runner.reports_embed(progress=progress)
            except runner.AnalysisError as error:
                raise CommandError(f"{error}. Correct EMBEDDING_MODEL.") from error
        self.stdout.write(f"{done} reports embedded with {model.id}. Next: manage.py run_analysis")
