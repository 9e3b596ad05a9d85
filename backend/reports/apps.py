from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


def tally_after_migration(
    *, using: str, plan: list[tuple[Any, bool]] | None = None, **_: Any
) -> None:
    """Count what a migration found in the table: its readers must not wait for the sweep."""
    is_of_ours = any(step.app_label == "reports" and not is_back for step, is_back in plan or [])
    if using == "default" and is_of_ours and _is_whole(using):
        from backend.reports.tallies import tally_catch_up

        tally_catch_up()


def _is_whole(using: str) -> bool:
    """Whether the database has every migration of this app: the tally needs all its columns."""
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connections[using])
    ours = {key for key in loader.disk_migrations or {} if key[0] == "reports"}
    return ours <= set(loader.applied_migrations)


class ReportsConfig(AppConfig):
    """Getting a report in, safely."""

    name = "backend.reports"

    def ready(self) -> None:
        """Every migration ends with a whole tally."""
        post_migrate.connect(tally_after_migration, sender=self)
