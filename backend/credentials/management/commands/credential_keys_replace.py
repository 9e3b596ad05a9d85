"""Make new signing keys where the secret of the old ones is lost."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from backend.credentials.services import keys_replace


class Command(BaseCommand):
    help = "Replaces the keys that CREDENTIAL_SECRET does not open. Old signatures stay good."

    def handle(self, *args: Any, **options: Any) -> None:
        print(f"{keys_replace()} keys were not to be opened, and sign no more.")
