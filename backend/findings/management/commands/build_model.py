"""manage.py build_model: the embedding model, once, from its pinned weights."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = (
        "Build the sentence encoder of EMBEDDING_MODEL, if it is missing: by default ONNX, int8, "
        "from its hash-checked weights."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        from backend.findings import runner  # loads the science

        try:
            self.stdout.write(f"Embedding model ready: {runner.model_build().id}")
        except runner.AnalysisError as error:
            raise CommandError(f"{error}. Correct EMBEDDING_MODEL.") from error
