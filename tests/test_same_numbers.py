"""One finding, every door: the page, the list, the detail, the steps, both feeds, a webhook's message.

Each number is stored once and must come out of every door as it is stored.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import feedparser
import pytest
from django.core.serializers.json import DjangoJSONEncoder

from backend.findings.told import event_told, events_told
from backend.webhooks.services import message_of
from tests.factories import make_cell, make_cluster, make_finding, make_report, make_run
from tests.factories import make_signal as make_window

pytestmark = pytest.mark.usefixtures("catalogue", "clock")
CASES: dict[str, dict[str, Any]] = {
    "reported": {},
    "few": {"n_contributors": 4},
    "ended": {
        "state": "resolved", "offset": date(2026, 10, 5), "offset_low": date(2026, 9, 28),
        "offset_high": date(2026, 10, 12),
    },
    "simulated": {"model_id": "demo-brook-deep", "is_simulated": True, "n_reports": 731},
    "stated": {"symptom_kind": "stated", "onset": None, "onset_low": None, "onset_high": None},
}  # fmt: skip


@pytest.fixture(params=CASES)
def finding(request, catalogue: None, clock) -> Any:
    report = make_report()
    run = make_run()
    fields = CASES[request.param]
    for week, observed in ((7, 12), (14, 4), (21, 9)):
        make_window(
            run=run, observed=observed, expected=2.5 + week / 10, window_end=date(2026, 10, week),
            model_id=fields.get("model_id", "gpt-4-0613"), ic=week / 7, ic_strict=week / 70,
            symptom_kind=fields.get("symptom_kind", "silent"),
        )  # fmt: skip
    return make_finding(run=run, representatives=(report,), **fields)


def in_list(visitor, finding: Any) -> dict[str, Any]:
    rows = visitor.get("/api/v1/findings/").json()["results"]
    return next(row for row in rows if row["id"] == finding.pk)


def in_detail(visitor, finding: Any) -> dict[str, Any]:
    return visitor.get(f"/api/v1/findings/{finding.pk}/").json()


def in_events(visitor, finding: Any) -> dict[str, Any]:
    (event,) = visitor.get("/api/v1/events/", {"finding": finding.pk}).json()["results"]
    return event


def in_json_feed(visitor, finding: Any) -> dict[str, Any]:
    (item,) = visitor.get("/feeds/findings.json").json()["items"]
    return item["_plumbline"]["event"]


def in_webhook(visitor, finding: Any) -> dict[str, Any]:
    (event,) = events_told()
    return json.loads(DjangoJSONEncoder().encode(message_of(event_told(event))))["data"]


STEPS: list[Callable[..., dict[str, Any]]] = [in_events, in_json_feed, in_webhook]
"""Doors that tell a step with its finding."""


def stored(finding: Any) -> dict[str, Any]:
    """What every door must say of it."""
    few = finding.n_contributors < 5
    names = ("onset", "onset_low", "onset_high", "offset", "offset_low", "offset_high")
    days = {name: getattr(finding, name) for name in names}
    return {
        "id": finding.pk, "state": finding.state, "model": finding.model_id,
        "vendor": finding.model.vendor_id, "domain": finding.domain_id,
        "symptom_kind": finding.symptom_kind, "is_simulated": finding.is_simulated,
        "n_reports": finding.n_reports, "n_contributors": None if few else finding.n_contributors,
    } | {name: day.isoformat() if day else None for name, day in days.items()}  # fmt: skip


def test_the_list_and_the_detail_agree_field_by_field(visitor, finding) -> None:
    listed, detail = in_list(visitor, finding), in_detail(visitor, finding)
    assert listed == {name: detail[name] for name in listed}
    assert listed.items() >= stored(finding).items()


@pytest.mark.parametrize("door", STEPS, ids=lambda door: door.__name__)
def test_every_door_that_tells_a_step_says_the_same_of_its_finding(visitor, finding, door) -> None:
    told = door(visitor, finding)
    assert told == in_events(visitor, finding)
    brief = told["finding"]
    assert brief["address"].endswith(f"/findings/{finding.pk}-{finding.slug}/")
    assert {name: brief[name] for name in brief if name != "address"} == stored(finding)
    (event,) = in_detail(visitor, finding)["events"]
    shared = ("id", "happened_at", "kind", "step", "from_state", "to_state", "reason", "other")
    assert {name: told[name] for name in shared} == {name: event[name] for name in shared}


def test_the_atom_feed_says_what_the_step_says(visitor, finding) -> None:
    (entry,) = feedparser.parse(visitor.get("/feeds/findings.atom").content).entries
    told = in_events(visitor, finding)
    assert (entry.title, entry.summary, entry.link) == (
        told["title"], told["text"], told["address"],
    )  # fmt: skip
    assert entry.updated.replace("+00:00", "Z") == told["happened_at"]


def words_of(visitor, finding: Any) -> str:
    """What the page says, as plain words."""
    page = visitor.get(f"/findings/{finding.pk}/", follow=True).content.decode()
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def day(text: str | None) -> str:
    """A day as pages write it."""
    return f"{(d := date.fromisoformat(text)).day} {d:%B %Y}" if text else ""


def test_the_page_says_what_the_api_says(visitor, finding) -> None:
    words, detail = words_of(visitor, finding), in_detail(visitor, finding)
    n = detail["n_contributors"]
    assert ("fewer than 5" if n is None else f"{n} (unverified)") in words
    assert f"{detail['n_reports']} reports" in words
    assert detail["reason"] in words
    for name in ("onset", "offset"):
        assert day(detail[name]) in words
    assert f"{detail['peak']['expected']:.1f} were expected" in words
    assert f"{detail['peak']['ic']:.2f} bits" in words
    assert ("SIMULATED" in words) is detail["is_simulated"]
    run = detail["run"]
    for value in (run["method_version"], run["input_digest"], str(run["seed"])):
        assert value in words


def test_the_windows_of_the_page_are_those_of_the_api(visitor, finding) -> None:
    words = words_of(visitor, finding)
    body = visitor.get(f"/api/v1/findings/{finding.pk}/windows/").json()
    assert (body["finding"], body["is_simulated"]) == (finding.pk, finding.is_simulated)
    assert [(w["observed"], w["n_reports"], w["ic"]) for w in body["results"]] == [
        (12, 20, 1.0), (None, None, None), (9, 20, 3.0),
    ]  # fmt: skip
    for window in body["results"]:
        shown = window["observed"]
        tail = "– –" if shown is None else f"{window['ic']:.2f} {window['ic_strict']:.2f}"
        row = (
            f"{window['window_start']} to {window['window_end']} "
            f"{'fewer than 5' if shown is None else shown} {window['expected']:.1f} {tail}"
        )
        assert row in words


def test_signals_hold_the_windows_that_may_be_told(visitor, finding) -> None:
    query = {"model": finding.model_id, "domain": finding.domain_id, "kind": finding.symptom_kind}
    signals = visitor.get("/api/v1/signals/", query).json()["results"]
    windows = visitor.get(f"/api/v1/findings/{finding.pk}/windows/").json()["results"]
    told = [window for window in windows if window["observed"] is not None]
    names = ("window_start", "window_end", "n_reports", "observed", "expected", "ic", "ic_strict")
    assert [{n: row[n] for n in names} for row in signals] == [
        {n: row[n] for n in names} for row in told
    ]
    assert {row["is_simulated"] for row in signals} == {finding.is_simulated}


@pytest.mark.parametrize("resource", ["runs", "reports", "clusters"])
def test_list_and_detail_of_every_resource_agree_field_by_field(visitor, resource: str) -> None:
    report, run = make_report(), make_run()
    make_finding(run=run, representatives=(report,))
    make_cell(run=run)
    make_cluster(run=run, reports=[report])
    (listed,) = visitor.get(f"/api/v1/{resource}/").json()["results"]
    detail = visitor.get(f"/api/v1/{resource}/{listed['id']}/").json()
    assert listed == {name: detail[name] for name in listed}


def test_the_method_page_and_the_api_give_the_same_figures(visitor) -> None:
    make_run()
    body = visitor.get("/api/v1/method/").json()
    page = visitor.get("/method/").content.decode()
    words = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
    assert len(body["thresholds"]) > 5
    for row in body["thresholds"]:
        assert f"{row['meaning']} " in words
        assert f" {row['name']} " in words
    measured = [row for group in body["error_rates"]["groups"] for row in group["rows"]]
    assert len(measured) == page.count('data-label="Met"')
    assert sum(row["is_met"] is False for row in measured) == page.count("<strong>no</strong>")
    assert body["error_rates"]["measured_on"] in words
    for name in {row["world"] for row in measured}:
        assert name in words


def test_the_plan_page_and_the_api_give_the_same_rows(visitor) -> None:
    body = visitor.get("/api/v1/plan/").json()
    query = {name: values[-1] for name, values in body["choices"].items()}
    for asked in ({}, query):
        plan = visitor.get("/api/v1/plan/", asked).json()
        page = visitor.get("/plan/", asked).content.decode()
        assert plan["is_simulated"] is True
        assert page.count('<th scope="row">') == len(plan["rows"]) == 3
        for value in plan["chosen"].values():
            assert f'value="{value}" selected' in page
    refused = visitor.get("/api/v1/plan/", {"traffic": "7"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "plan_value_unknown")
