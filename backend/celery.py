"""The Celery app and its schedule. Rows are the queue; a beat only wakes a worker to sweep them.

A sweep that finds nothing costs one indexed query. Messages expire, so that a worker that was away
does not work through a pile of stale wake-ups.
"""

from __future__ import annotations

import os
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import before_task_publish, setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")


class PlumblineCelery(Celery):  # type: ignore[misc]
    """Celery whose default broker is the queue in Plumbline's own database."""

    def connection_for_write(self, *args: Any, **kwargs: Any) -> Any:
        self._point_at_own_database()
        return super().connection_for_write(*args, **kwargs)

    def connection_for_read(self, *args: Any, **kwargs: Any) -> Any:
        self._point_at_own_database()
        return super().connection_for_read(*args, **kwargs)

    def _point_at_own_database(self) -> None:
        if self.conf.broker_url.startswith("pgmq"):
            from django.db import connection

            parameters = connection.get_connection_params()
            names = {
                "dbname": "dbname",
                "user": "user",
                "password": "password",
                "host": "host",
                "port": "port",
            }
            from psycopg.conninfo import make_conninfo

            self.conf.broker_transport_options["conn_string"] = make_conninfo(
                **{name: parameters[key] for name, key in names.items() if parameters.get(key)}
            )


app = PlumblineCelery("plumbline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect  # type: ignore[untyped-decorator]
def _log_as_the_web_does(**kwargs: Any) -> None:
    """Celery's own log format quotes the words of exceptions."""
    from django.conf import settings

    dictConfig(settings.LOGGING)


WORKER_ALIVE = "backend.common.tasks.worker_alive"


@before_task_publish.connect(sender=WORKER_ALIVE)  # type: ignore[untyped-decorator]
def _note_that_beat_lives(**kwargs: Any) -> None:
    """Only beat sends this task, so it is beat itself that notes its own sign of life."""
    from django.db import close_old_connections

    from backend.common.heartbeats import BEAT, heartbeat_note

    close_old_connections()  # beat has no request whose end would drop a broken one
    heartbeat_note(name=BEAT)


def _sweep(task: str, seconds: float) -> dict[str, Any]:
    return {"task": task, "schedule": seconds, "options": {"expires": seconds * 2}}


app.conf.beat_schedule = {
    "worker-alive": _sweep(WORKER_ALIVE, 30),
    "renew-keys": _sweep("backend.credentials.tasks.keys_renew", 60),
    "release-reports": _sweep("backend.reports.tasks.reports_release", 5),
    "embed-reports": _sweep("backend.findings.tasks.reports_embed", 10),
    "execute-runs": _sweep("backend.findings.tasks.runs_execute", 5),
    "execute-parts": _sweep("backend.findings.tasks.parts_execute", 2),
    "fold-tally": _sweep("backend.reports.tasks.tally_fold", 10),
    "build-words": _sweep("backend.reports.tasks.words_build_first", 600),
    "publish-charts": _sweep("backend.charts.tasks.charts_publish", 10),
    "purge-datasets": _sweep("backend.exports.tasks.datasets_purge", 30),
    "refresh-datasets": _sweep("backend.exports.tasks.datasets_refresh", 30),
    "check-datasets": _sweep("backend.exports.tasks.datasets_check", 3600),
    "tell-webhooks": _sweep("backend.webhooks.tasks.webhooks_sweep", 30),
    "nightly-tally": {
        "task": "backend.reports.tasks.tally_rebuild",
        "schedule": crontab(hour="2", minute="20"),
    },
    "nightly-words": {
        "task": "backend.reports.tasks.words_rebuild",
        "schedule": crontab(hour="2", minute="40"),
    },
    "nightly-run": {
        "task": "backend.findings.tasks.run_queue",
        "schedule": crontab(hour="3", minute="0"),
    },
    "nightly-dataset": {
        "task": "backend.exports.tasks.dataset_build",
        "schedule": crontab(hour="4", minute="30"),
    },
    "forget-expired": {
        "task": "backend.reports.tasks.expired_erase",
        "schedule": crontab(hour="2", minute="0"),
    },
    "forget-controls": {
        "task": "backend.measurements.tasks.expired_erase",
        "schedule": crontab(hour="2", minute="10"),
    },
}
