"""Silence is told from failure, and no private number is told at all."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

import pytest
from django.utils import timezone

from backend.common.models import Heartbeat
from backend.credentials.services import keys_renew
from backend.exports.models import DatasetBuild
from backend.exports.services import dataset_build
from tests.factories import make_report, make_run

pytestmark = pytest.mark.django_db
URL, API = "/status/", "/api/v1/status/"
NAMES = ("beat", "worker", "release", "embed", "charts", "keys")


def beat(name: str, *, minutes: float = 0) -> None:
    at = timezone.now() - timedelta(minutes=minutes)
    Heartbeat.objects.update_or_create(name=name, defaults={"last_at": at})


@pytest.fixture
def alive(catalogue, clock) -> None:
    make_run()
    for name in NAMES:
        beat(name)


def body(visitor) -> dict:
    answer = visitor.get(API)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "public, no-cache"
    return answer.json()


def words(visitor) -> str:
    return visitor.get(URL).content.decode()


def test_a_quiet_observatory_whose_machine_is_well(visitor, alive) -> None:
    found = body(visitor)
    assert found["state"] == "ok"
    assert [process["state"] for process in found["processes"]] == ["alive", "alive"]
    assert [queue["state"] for queue in found["queues"]] == ["ok", "ok", "ok"]
    assert found["incoming"] == {"state": "none", "newest_on": None, "days": None}
    assert "Everything is working. Nothing has come in yet" in words(visitor)


def test_nothing_new_is_said_as_silence_while_the_machine_is_well(visitor, alive, clock) -> None:
    make_report(observed_on="2026-11-13")
    make_report(observed_on="2026-11-22", provenance="simulated", collection="demo")
    make_report(observed_on="2026-11-22", state="pending")
    assert body(visitor)["incoming"] == {"state": "quiet", "newest_on": "2026-11-13", "days": 10}
    assert body(visitor)["state"] == "ok"
    assert (
        "Nothing has come in for 10 days: the newest public report of a person is about "
        "13 November 2026." in words(visitor)
    )
    make_report(observed_on="2026-11-17")
    assert body(visitor)["incoming"]["state"] == "recent"
    assert "Nothing has come in" not in words(visitor)


def test_no_day_is_shown_that_has_not_come_though_a_sender_east_of_us_is_in_it(
    visitor, alive
) -> None:
    make_report(observed_on="2026-11-24")
    assert body(visitor)["incoming"] == {"state": "recent", "newest_on": "2026-11-23", "days": 0}
    assert "report of a person is about 23 November 2026." in words(visitor)


def test_nobody_says_that_nothing_waits_once_the_worker_is_silent(visitor, alive) -> None:
    for name in NAMES:
        beat(name, minutes=4)
    assert body(visitor)["processes"][0]["state"] == "silent"
    assert [queue["state"] for queue in body(visitor)["queues"]] == ["ok", "ok", "ok"]
    text = words(visitor)
    assert "nothing waits" not in text
    assert text.count("Last worked off 4\xa0minutes ago: what has come in since may be") == 3


def test_a_silent_worker_is_failure_and_nobody_knows_what_has_come_in(visitor, alive) -> None:
    beat("worker", minutes=42)
    found = body(visitor)
    assert found["state"] == "trouble"
    assert found["processes"][0] == {
        "name": "worker", "state": "silent", "minutes": 42,
        "last_at": (timezone.now() - timedelta(minutes=42)).isoformat().replace("+00:00", "Z"),
    }  # fmt: skip
    text = words(visitor)
    assert "The worker has not been heard of for 42 minutes." in text
    assert "Nothing has come in" not in text
    assert "can&#x27;t be told while a part is silent" in text or "can't be told" in text


@pytest.mark.parametrize(("minutes", "state"), [(2.9, "alive"), (3, "silent")])
def test_a_scheduler_is_silent_after_three_minutes(visitor, alive, minutes, state: str) -> None:
    beat("beat", minutes=minutes)
    assert body(visitor)["processes"][1]["state"] == state
    assert ("The scheduler has not been heard of" in words(visitor)) is (state == "silent")


def test_a_worker_that_is_at_a_run_is_busy(visitor, alive) -> None:
    beat("worker", minutes=42)
    beat("embed", minutes=42)
    beat("charts", minutes=42)
    beat("keys", minutes=42)
    make_run(state="running", started_at=timezone.now() - timedelta(minutes=43), is_current=False)
    found = body(visitor)
    assert (found["state"], found["processes"][0]["state"]) == ("ok", "busy")
    assert (found["runs"]["state"], found["queues"][1]["state"]) == ("running", "ok")
    assert found["queues"][2]["state"] == "ok"


def test_what_was_never_heard_of_is_not_well(visitor, catalogue, clock) -> None:
    found = body(visitor)
    assert found["state"] == "trouble"
    parts = [*found["processes"], *found["queues"], found["signing"]]
    assert {part["state"] for part in parts} == {"unknown"}
    assert (found["runs"]["state"], found["datasets"]["state"]) == ("none", "none")
    assert "The worker has never been heard of." in words(visitor)


@pytest.mark.parametrize(("minutes", "state"), [(4.9, "ok"), (5, "late")])
def test_keys_that_are_not_in_order_are_told(visitor, alive, minutes, state: str) -> None:
    """Without them nobody comes to count, and nothing else would show it."""
    beat("keys", minutes=minutes)
    found = body(visitor)
    assert (found["signing"]["state"], found["state"]) == (
        state, "ok" if state == "ok" else "trouble",
    )  # fmt: skip
    assert ("They were last found in order" in words(visitor)) is (state == "late")


def test_keys_are_in_order_when_all_of_today_are_there_and_can_be_read(
    visitor, catalogue, clock, settings
) -> None:
    keys_renew()
    noted = body(visitor)["signing"]
    assert noted == {"state": "ok", "in_order_at": "2026-11-23T12:00:00Z"}
    settings.CREDENTIAL_SECRET = b64encode(bytes(32)).decode()
    clock.shift(timedelta(minutes=6))
    keys_renew()
    assert body(visitor)["signing"] == noted | {"state": "late"}


@pytest.mark.parametrize(
    ("run", "state"),
    [
        ({"finished_at": timedelta(hours=35)}, "ok"),
        ({"finished_at": timedelta(hours=36)}, "late"),
        ({"finished_at": timedelta(hours=1), "state": "failed"}, "failed"),
        ({"state": "queued", "queued_at": timedelta(minutes=4)}, "waiting"),
        ({"state": "queued", "queued_at": timedelta(minutes=5)}, "late"),
        ({"state": "running", "started_at": timedelta(hours=5)}, "running"),
        ({"state": "running", "started_at": timedelta(hours=6)}, "late"),
    ],
)
def test_the_state_of_the_runs(visitor, catalogue, clock, run, state: str) -> None:
    now = timezone.now()
    make_run(is_current=True, finished_at=now - timedelta(hours=30) if len(run) > 1 else None)
    at = {name: now - value for name, value in run.items() if name != "state"}
    make_run(is_current=len(run) == 1, **{"state": "done", "finished_at": None} | run | at)
    assert body(visitor)["runs"]["state"] == state


def test_why_a_run_failed_is_for_operators(visitor, alive) -> None:
    make_run(state="failed", error="SecretError", is_current=False)
    assert "SecretError" not in words(visitor)
    assert "SecretError" not in str(body(visitor))
    assert "The last failure was on 23 November 2026, 12:00 UTC." in words(visitor)


@pytest.mark.parametrize(("place", "queue"), [(0, "release"), (1, "embed"), (2, "charts")])
def test_a_queue_is_late_when_it_was_not_worked_off(visitor, alive, place, queue: str) -> None:
    for minutes, state in ((4.9, "ok"), (5, "late")):
        beat(queue, minutes=minutes)
        states = ["ok", "ok", "ok"]
        states[place] = state
        assert [one["state"] for one in body(visitor)["queues"]] == states
        assert "what has come in since may be waiting" in words(visitor)
    assert "Charts to be drawn" in words(visitor)


def test_while_a_run_goes_on_what_waits_meanwhile_is_not_denied(visitor, alive) -> None:
    assert words(visitor).count("Worked off: nothing waits.") == 3
    beat("embed", minutes=42)
    make_run(state="running", started_at=timezone.now() - timedelta(minutes=43), is_current=False)
    assert body(visitor)["queues"][1]["state"] == "ok"  # the worker is at the run
    page = words(visitor)
    assert page.count("Worked off: nothing waits.") == 2
    assert "Last worked off 42\xa0minutes ago: what has come in since may be waiting." in page


def test_where_a_moderator_releases_no_rule_is_late(visitor, alive, settings) -> None:
    settings.RELEASE_BY = "moderator"
    beat("release", minutes=600)
    assert body(visitor)["queues"][0] == {
        "name": "release", "state": "by_hand", "worked_off_at": None,
    }  # fmt: skip


def test_the_newest_dataset_is_named(visitor, alive) -> None:
    make_report()
    version = dataset_build().version
    assert body(visitor)["datasets"] == {
        "state": "ok", "version": version, "built_on": "2026-11-23", "last_outcome": "built",
        "last_started_at": "2026-11-23T12:00:00Z", "last_success_at": "2026-11-23T12:00:00Z",
    }  # fmt: skip
    assert f"The newest is {version}, built on 23 November 2026." in words(visitor)


@pytest.mark.parametrize(
    ("hours", "outcome", "state"),
    [(35, "unchanged", "ok"), (36, "unchanged", "late"), (1, "failed", "failed")],
)
def test_no_new_dataset_is_no_failure_and_a_failure_is_told(
    visitor, alive, hours: int, outcome: str, state: str
) -> None:
    at = timezone.now() - timedelta(hours=hours)
    DatasetBuild.objects.create(started_at=at, finished_at=at, outcome=outcome)
    assert body(visitor)["datasets"]["state"] == state
    assert body(visitor)["state"] == ("ok" if state == "ok" else "trouble")
    assert ("The last attempt, of" in words(visitor)) is (state == "failed")


@pytest.mark.parametrize("state", ["pending", "embargoed", "quarantined", "rejected", "withdrawn"])
def test_what_is_not_public_changes_no_byte(visitor, alive, state: str) -> None:
    before = words(visitor), body(visitor)
    for _ in range(7):
        make_report(state=state)
    assert (words(visitor), body(visitor)) == before
