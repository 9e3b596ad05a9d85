"""manage.py probe_suite: the prompts of the suite."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from backend.probes.suite.items import suite_items


class Command(BaseCommand):
    help = (
        "Print the prompts of the suite as JSON Lines (item, domain, stratum, prompt), to be asked by any "
        "client, each in a chat of its own. grade_probes grades what was answered."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for item in suite_items():
            row = {
                "item": item.id,
                "domain": item.domain,
                "stratum": item.stratum,
                "prompt": item.prompt,
            }
            self.stdout.write(json.dumps(row))
