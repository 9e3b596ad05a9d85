"""Take a key back."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.access.services import api_key_revoke
from backend.common.errors import PlumblineError


class Command(BaseCommand):
    help = "Revokes a key for reading more; it is refused at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="Who has it.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            api_key_revoke(name=options["name"])
        except PlumblineError as error:
            raise CommandError(str(error)) from error
        print("Revoked.")
