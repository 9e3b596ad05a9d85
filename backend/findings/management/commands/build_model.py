"""manage.py build_model: the embedding model, once, from its pinned weights."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = (
        "Build the sentence encoder (ONNX, int8) from its hash-checked weights, if it is missing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        from backend.findings import runner  # loads the science

        self.stdout.write(f"Embedding model ready: {runner.model_build()}")
