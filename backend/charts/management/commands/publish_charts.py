"""manage.py publish_charts: what the worker does every ten seconds, now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Draw every chart whose data has changed, and erase what must not be shown any longer."

    def handle(self, *args: Any, **options: Any) -> None:
        from backend.charts import rendering  # loads what it takes to draw

        n_drawn = rendering.charts_publish()
        self.stdout.write(f"{n_drawn} chart{'' if n_drawn == 1 else 's'} drawn.")
