"""One finding, every door: the page, the list, the detail, the steps, both feeds, a webhook's message,
and the files of a dataset.

Each number is stored once and must come out of every door as it is stored.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import feedparser
import pytest
from django.core.serializers.json import DjangoJSONEncoder

from backend.exports.services import dataset_build
from backend.findings.told import event_told, events_told
from backend.webhooks.services import message_of
from tests.explorer.test_evidence import PLACE, RATE
from tests.explorer.test_finding_facts import INSTRUMENT, SYMPTOMS
from tests.exports.reading import told_of
from tests.factories import (
    acknowledge,
    make_acknowledgement,
    make_cell,
    make_cluster,
    make_disclosure,
    make_finding,
    make_reply,
    make_report,
    make_run,
)
from tests.factories import make_signal as make_window
from tests.pages import Numbers, at, day, in_words
from tests.pages import words_of as words_in

pytestmark = pytest.mark.usefixtures("catalogue", "clock")
PEAK = {
    "window_start": "2026-09-07", "window_end": "2026-11-01", "n_reports": 20, "observed": 4,
    "expected": 1.25, "ic": 2.06, "ic_low": 1.13, "ic_strict": 0.42, "prr": 4.8, "p_value": 1e-5,
}  # fmt: skip
CASES: dict[str, dict[str, Any]] = {
    "everything": {
        "n_contributors": 20, "n_reports": 1234, "symptoms": SYMPTOMS, "instrument": INSTRUMENT,
        "terms": ["gradient", "shard"], "cautions": ["burst"], "outlook": "More ratings.",
        "evidence": {
            "observed": 12, "uncapped": 14, "expected": 2.5, "is_reported": True, "place": PLACE,
            "instruments": [], "rate": RATE | {"has_past": True, "n_before": 500, "share_before": 0.11},
        },
        "peak": PEAK | {"observed": 12, "ror": 5.25, "ror_low": 2.5, "ror_high": 11.0, "ebgm": 3.4,
                        "eb05": 2.1},
    },
    "few": {"n_contributors": 4, "breakdown_number": 3, "peak": PEAK,
            "evidence": {"observed": 4, "expected": 1.25, "uncapped": 4, "breakdown_number": 3}},
    "ended": {
        "state": "resolved", "offset": date(2026, 10, 5), "offset_low": date(2026, 9, 28),
        "offset_high": date(2026, 10, 12),
    },
    "acknowledged": {"outlook": "More ratings.", "evidence": {"observed": 12, "expected": 2.5}},
    "acknowledged and ended": {
        "state": "resolved", "offset": date(2026, 10, 5), "offset_low": date(2026, 9, 28),
        "offset_high": date(2026, 10, 12), "model_id": "demo-brook-deep", "is_simulated": True,
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
    made = make_finding(run=run, representatives=(report,), **fields)
    if request.param.startswith("acknowledged"):
        early = make_acknowledgement(made, stated_on=date(2026, 10, 2), until=None)
        acknowledge(made, early, make_acknowledgement(made, passage="It says so once more."))
    make_reply(made)
    make_disclosure(vendor_id=made.model.vendor_id)
    return made


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


def in_files(finding: Any, ending: str) -> dict[str, Any]:
    """What the files of a dataset in one format have of a finding, put together as the API does."""
    dataset = dataset_build()  # the same one as before, where nothing has changed
    tables = ("windows", "events", "replies", "acknowledgements", "maps", "points")
    (row,) = (row for row in told_of(dataset, "findings", ending) if row["id"] == finding.pk)
    return (
        row
        | {
            table: [
                {
                    name: value
                    for name, value in entry.items()
                    if name not in ("finding", "is_simulated")
                }
                for entry in told_of(dataset, table, ending)
                if (entry["finding"], entry["is_simulated"]) == (finding.pk, finding.is_simulated)
            ]
            for table in tables
        }
        | {"disclosures": told_of(dataset, "disclosures", ending)}
    )


def in_parquet(visitor, finding: Any) -> dict[str, Any]:
    return in_files(finding, "parquet")


def in_json_lines(visitor, finding: Any) -> dict[str, Any]:
    return in_files(finding, "jsonl.zst")


def in_csv(visitor, finding: Any) -> dict[str, Any]:
    return in_files(finding, "csv.gz")


FILES: list[Callable[..., dict[str, Any]]] = [in_parquet, in_json_lines, in_csv]
"""Doors that anybody downloads."""
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


def windows_of(visitor, finding: Any) -> list[dict[str, Any]]:
    return visitor.get(f"/api/v1/findings/{finding.pk}/windows/").json()["results"]


DOORS = [in_list, in_detail, *STEPS, *FILES]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_every_number_of_the_page_is_the_same_at_every_door(visitor, finding, door) -> None:
    page = Numbers(visitor.get(f"/findings/{finding.name}/").content.decode()).found
    told = door(visitor, finding)
    if door in STEPS:
        told = told["finding"]
    elif door is in_detail:
        told |= {"windows": windows_of(visitor, finding)}
    shared = {place for place in page if place.split("/")[1] in told}
    left_out = {place.split("/")[1] for place in page.keys() - shared}
    if door in STEPS:
        assert shared == page.keys() & {"/n_contributors", "/n_reports"}
    else:
        assert left_out == ({"windows"} if door is in_list else set())
    assert len(shared) >= 1
    for place in shared:
        value, words = page[place]
        assert at(told, place) == json.loads(value), place
        assert in_words(at(told, place), words), place


def test_the_dataset_has_all_that_the_api_tells_of_a_finding(visitor, finding) -> None:
    told, parquet, csv = (door(visitor, finding) for door in (in_json_lines, in_parquet, in_csv))
    assert told == parquet == csv
    detail = in_detail(visitor, finding)
    assert detail.keys() - told.keys() == {"address"}  # made of id and slug
    assert told["run"] == detail["run"]["id"]
    of_day = [event | {"happened_on": event["happened_at"][:10]} for event in detail["events"]]
    assert told["events"] == [{name: row[name] for name in told["events"][0]} for row in of_day]
    apart = ("address", "run", "events")
    assert {name: told[name] for name in detail if name not in apart} == {
        name: value for name, value in detail.items() if name not in apart
    }
    assert len(told["replies"]) == 1
    is_acknowledged = "acknowledged_by" in finding.evidence
    assert len(told["acknowledgements"]) == (2 if is_acknowledged else 0)
    assert told["windows"] == windows_of(visitor, finding)
    shown = visitor.get(f"/api/v1/findings/{finding.pk}/map/").json()
    assert (told["maps"], told["points"]) == (shown["domains"], shown["points"])
    assert (told["map_cases"], told["map_controls"]) == (shown["n_cases"], shown["n_controls"])
    assert told["disclosures"] == visitor.get("/api/v1/disclosures/").json()["results"]
    reports = visitor.get(f"/api/v1/findings/{finding.pk}/reports/").json()["results"]
    assert told["representatives"] == [report["id"] for report in reports]
    assert len(reports) == len(told["points"]) == 1


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
    return words_in(visitor.get(f"/findings/{finding.pk}/", follow=True).content.decode())


def test_the_page_says_what_the_api_says(visitor, finding) -> None:
    words, detail = words_of(visitor, finding), in_detail(visitor, finding)
    n = detail["n_contributors"]
    assert ("fewer than 5" if n is None else f"{n} (unverified)") in words
    assert f"{detail['n_reports']:,} reports".replace(",", " ") in words
    assert detail["reason"] in words
    for name in ("onset", "offset"):
        assert day(detail[name]) in words
    if detail["peak"] is None:
        assert "Statistics not published below five contributors" in words
        assert " bits;" not in words
    else:
        assert f"{detail['peak']['expected']:.1f} were expected" in words
        assert f"{detail['peak']['ic']:.2f} bits" in words
    assert ("SIMULATED" in words) is detail["is_simulated"]
    for word in detail["acknowledgements"]:
        assert f"Confirmed by {finding.model.vendor.name}, {day(word['stated_on'])}" in words
        assert word["passage"] in words
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
    words = words_in(page)
    assert len(body["thresholds"]) > 5
    for row in body["thresholds"]:
        assert f"{row['meaning']} " in words
        assert f" {row['name']} " in words
    measured = [row for group in body["error_rates"]["groups"] for row in group["rows"]]
    assert len(measured) == page.count('data-label="Met"')
    assert sum(row["is_met"] is False for row in measured) == page.count("<strong>no</strong>")
    for group in body["error_rates"]["groups"]:
        kind = "SIMULATED" if group["is_simulated"] else "real answers"
        assert f"({kind}, {day(group['measured_on'])})" in words
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
    for wrong, code in (
        ({"traffic": "7"}, "plan_value_unknown"), ({"traffic": ""}, "filter_invalid"),
        ({"traffic": [plan["chosen"]["traffic"]] * 2}, "filter_invalid"), ({"weeks": "3"}, "filter_invalid"),
    ):  # fmt: skip
        refused = visitor.get("/api/v1/plan/", wrong)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, code)
