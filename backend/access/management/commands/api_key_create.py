"""Make a key for a program that reads more than the public limit allows."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.access.services import api_key_create
from backend.common.errors import PlumblineError


class Command(BaseCommand):
    help = "Makes a key for reading more, and shows it once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="Who gets it.")
        parser.add_argument("--per-minute", type=int, required=True, help="Requests in a minute.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            _, text = api_key_create(name=options["name"], per_minute=options["per_minute"])
        except PlumblineError as error:
            raise CommandError(str(error)) from error
        print(text)
