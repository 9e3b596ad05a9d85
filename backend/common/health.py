"""Is the process up, and can it serve?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from backend.common.errors import error_body

# By name, because common imports no app.
RUN_CURRENT = "backend.findings.selectors.run_current"


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process is up. Says nothing about the database."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and has every migration; the age of the last run is told, not judged."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if waiting:
            message = f"{len(waiting)} migrations are not applied."
            return JsonResponse(error_body("migrations_waiting", message), status=503)
        return JsonResponse({"status": "ok", "database": "ok", "last_run_hours": _run_hours()})
    except DatabaseError:
        return JsonResponse(error_body("unavailable", "The database can't be reached."), status=503)


def _run_hours() -> float | None:
    run: Any = import_string(RUN_CURRENT)()
    if run is None or run.finished_at is None:
        return None
    age: timedelta = timezone.now() - run.finished_at
    return round(age.total_seconds() / 3600, 2)
