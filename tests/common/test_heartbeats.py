"""Signs of life: who leaves them, and how seldom they are written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from backend.celery import WORKER_ALIVE, app
from backend.common.heartbeats import heartbeat_note, heartbeats
from backend.common.tasks import worker_alive
from backend.findings.tasks import reports_embed
from backend.reports.tasks import reports_release

pytestmark = pytest.mark.django_db


def test_nothing_is_known_of_what_was_never_heard_of() -> None:
    assert heartbeats() == {}


def test_a_sign_of_life_is_when_it_was_left(clock) -> None:
    heartbeat_note(name="worker")
    assert heartbeats() == {"worker": timezone.now()}


@pytest.mark.parametrize(("seconds", "is_written"), [(19, False), (20, True)])
def test_a_young_sign_of_life_is_not_written_again(
    clock, django_assert_num_queries, seconds: int, is_written: bool
) -> None:
    heartbeat_note(name="worker")
    first = timezone.now()
    clock.shift(timedelta(seconds=seconds))
    with django_assert_num_queries(1 if is_written else 2):
        heartbeat_note(name="worker")
    assert heartbeats() == {"worker": timezone.now() if is_written else first}


def test_the_worker_leaves_one_when_it_is_woken(clock) -> None:
    worker_alive()
    assert heartbeats() == {"worker": timezone.now()}


def test_the_scheduler_leaves_one_when_it_wakes_the_worker(clock, monkeypatch) -> None:
    monkeypatch.setattr("django.db.close_old_connections", lambda: None)  # the test is in one
    from celery.signals import before_task_publish

    assert {"task": WORKER_ALIVE, "schedule": 30}.items() <= app.conf.beat_schedule[
        "worker-alive"
    ].items()
    before_task_publish.send(sender="another.task")
    assert heartbeats() == {}
    before_task_publish.send(sender=WORKER_ALIVE)
    assert heartbeats() == {"beat": timezone.now()}


def test_a_sweep_leaves_one_when_its_queue_is_worked_off(clock, monkeypatch) -> None:
    from backend.findings import runner

    reports_release()
    assert set(heartbeats()) == {"release"}
    monkeypatch.setattr(runner, "reports_place", lambda *, limit: 0)
    monkeypatch.setattr(runner, "reports_embed", lambda *, limit: limit)
    reports_embed()
    assert "embed" not in heartbeats(), "more may wait"
    monkeypatch.setattr(runner, "reports_embed", lambda *, limit: limit - 1)
    reports_embed()
    assert set(heartbeats()) == {"release", "embed"}
