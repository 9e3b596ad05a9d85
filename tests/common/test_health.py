"""Liveness, readiness, and the API's own description."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from backend.common import health
from tests.factories import make_run


def test_the_process_is_up_without_any_database() -> None:
    response = Client().get("/healthz")  # the database is closed to this test
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_it_is_ready_and_tells_how_old_the_last_run_is(clock) -> None:
    assert Client().get("/readyz").json() == {
        "status": "ok", "database": "ok", "last_run_hours": None,
    }  # fmt: skip
    make_run(finished_at=timezone.now() - timedelta(minutes=90))
    response = Client().get("/readyz")
    assert (response.status_code, response.json()["last_run_hours"]) == (200, 1.5)
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_it_is_not_ready_while_a_migration_waits(monkeypatch) -> None:
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: ["one"])
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "migrations_waiting"


def test_it_is_not_ready_without_its_database(monkeypatch) -> None:
    def fail(connection):
        raise OperationalError

    monkeypatch.setattr(health, "MigrationExecutor", fail)
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "unavailable"


def test_the_description_covers_every_endpoint_and_ignores_its_query() -> None:
    document = Client().get("/api/v1/schema/?version=%0d%0aX:1&lang=%00").json()
    assert document["openapi"] == "3.1.1"
    paths = set(document["paths"])
    assert {
        "/api/v1/reports/", "/api/v1/reports/{report_id}/", "/api/v1/receipts/",
        "/api/v1/receipts/withdraw/", "/api/v1/tombstones/", "/api/v1/catalogue/",
        "/api/v1/findings/",
    } <= paths  # fmt: skip
