"""Findings over several runs: ids that stay, a log of merges and splits, and nothing twice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.forms.models import model_to_dict

from backend.common.errors import ConflictError
from backend.findings import services
from backend.findings.events import VANISHED
from backend.findings.models import Finding, FindingEvent
from backend.findings.selectors import findings_public, findings_standing_public, findings_waiting
from tests.factories import make_finding, make_run
from tests.findings.test_runs import finding_fields, store

pytestmark = pytest.mark.usefixtures("catalogue")

WINTER = {"onset": date(2026, 1, 5), "onset_low": date(2026, 1, 5), "onset_high": date(2026, 1, 5),
          "offset": date(2026, 3, 2), "offset_low": date(2026, 3, 2),
          "offset_high": date(2026, 3, 2)}  # fmt: skip
SUMMER = {"onset": date(2026, 5, 4), "onset_low": date(2026, 5, 4), "onset_high": date(2026, 5, 4)}
BOTH = WINTER | {"offset": None, "offset_low": None, "offset_high": None}


def conclude(*events: dict[str, Any]) -> None:
    store(services.Conclusions(findings=[(finding_fields(**event), []) for event in events]))


def everything() -> list[Any]:
    """All findings and events, without the run that they name."""
    rows = [model_to_dict(finding, exclude=["run"]) for finding in Finding.objects.order_by("pk")]
    events = FindingEvent.objects.order_by("pk").values()
    return [rows, [{k: v for k, v in event.items() if k != "run_id"} for event in events]]


def log_of(finding: Finding) -> list[tuple[str, str, str, int | None]]:
    rows = finding.events.values_list("kind", "from_state", "to_state", "other_id")
    return list(rows.order_by("id"))


@pytest.mark.parametrize(
    "runs", [[[WINTER, SUMMER]], [[WINTER, SUMMER], [BOTH]], [[BOTH], [WINTER, SUMMER]],
             [[WINTER, SUMMER], [SUMMER]], [[BOTH], []]],
)  # fmt: skip
def test_a_run_of_the_same_input_changes_nothing(clock, runs) -> None:
    for events in runs:
        conclude(*events)
    before = everything()
    clock.shift(3600)
    conclude(*runs[-1])
    assert everything() == before
    assert (
        len(
            {
                finding.run_id
                for finding in Finding.objects.filter(merged_into=None, state="reported")
            }
        )
        < 2
    )


def test_a_vendors_word_on_what_is_over_is_a_step_once() -> None:
    over = WINTER | {"state": "resolved"}
    confirmed = over | {"evidence": {"acknowledged_by": "https://vendor.example/notice"}}
    for event in (over, over, confirmed, confirmed, over, confirmed):
        conclude(event)
    (finding,) = Finding.objects.all()
    assert log_of(finding) == [
        ("state", "", "resolved", None),
        ("confirmed", "resolved", "resolved", None),
        ("confirmed", "resolved", "resolved", None),
    ]


def test_a_vendors_word_that_moves_the_state_is_one_step() -> None:
    conclude(WINTER)
    conclude(
        WINTER | {"state": "acknowledged", "evidence": {"acknowledged_by": "https://v.example/"}}
    )
    (finding,) = Finding.objects.all()
    assert log_of(finding) == [
        ("state", "", "reported", None),
        ("state", "reported", "acknowledged", None),
    ]


def test_of_two_findings_that_turn_out_to_be_one_the_newer_leads_to_the_older() -> None:
    conclude(WINTER)
    conclude(WINTER, SUMMER)
    older, newer = Finding.objects.order_by("onset")
    conclude(BOTH)
    newer.refresh_from_db()
    assert (newer.merged_into_id, newer.state, newer.onset) == (
        older.pk,
        "reported",
        SUMMER["onset"],
    )
    assert log_of(newer) == [
        ("state", "", "reported", None),
        ("merged", "reported", "reported", older.pk),
    ]
    assert log_of(older) == [("state", "", "reported", None)]
    assert Finding.objects.count() == 2


def test_a_public_finding_goes_on_where_the_older_one_is_held(visitor, settings) -> None:
    settings.PUBLISH_FINDINGS_BY = "rule"
    conclude(WINTER)
    conclude(WINTER, SUMMER)
    older, newer = Finding.objects.order_by("onset")
    services.finding_hold(finding_id=older.pk, moderator="mo", reason="A brigade.")
    conclude(BOTH)
    assert list(findings_standing_public()) == [newer]
    told = visitor.get(f"/api/v1/findings/{newer.pk}/").json()
    assert (told["merged_into"], [step["kind"] for step in told["events"]]) == (None, ["state"])
    assert visitor.get(f"/api/v1/findings/{older.pk}/").status_code == 404


def test_a_part_of_what_is_not_public_is_not_published_and_with_it_is(settings) -> None:
    """Its page would say that there is another one."""
    settings.PUBLISH_FINDINGS_BY = "moderator"
    conclude(WINTER)
    conclude(WINTER, SUMMER)
    whole, part = Finding.objects.order_by("onset")
    conclude(BOTH)
    with pytest.raises(ConflictError, match=f"part of finding {whole.pk}, which is not public"):
        services.finding_publish(finding_id=part.pk, moderator="mo", reason="Looked at.")
    assert not findings_public()
    for finding in (whole, part):
        services.finding_publish(finding_id=finding.pk, moderator="mo", reason="Looked at.")
    assert {f.pk for f in findings_public()} == {whole.pk, part.pk}


def test_a_part_that_becomes_a_finding_of_its_own_is_named_by_the_one_that_goes_on() -> None:
    conclude(BOTH)
    (whole,) = Finding.objects.all()
    conclude(WINTER, SUMMER)
    whole.refresh_from_db()
    newborn = Finding.objects.exclude(pk=whole.pk).get()
    assert (whole.onset, newborn.onset) == (SUMMER["onset"], WINTER["onset"])
    assert log_of(whole)[1:] == [("split", "reported", "reported", newborn.pk)]


def test_the_best_overlap_wins_and_not_the_first_in_the_list() -> None:
    conclude(SUMMER)
    (finding,) = Finding.objects.all()
    long_winter = WINTER | {"offset": date(2026, 9, 7)}  # overlaps by 18 weeks of 30
    conclude(long_winter, SUMMER | {"n_reports": 31})
    finding.refresh_from_db()
    assert (finding.onset, finding.n_reports) == (SUMMER["onset"], 31)


AUTUMN = {"onset": date(2026, 8, 3), "onset_low": date(2026, 3, 9), "onset_high": date(2026, 8, 10)}
"""Its earliest possible onset lies before the last possible day of `LATE_WINTER`."""
LATE_WINTER = WINTER | {"offset_high": date(2026, 3, 16)}
SINCE_EVER = {"onset": None, "onset_low": None, "onset_high": date(2026, 1, 12),
              "series": [{"week": week, "observed": 9, "expected": 1.0}
                         for week in ("2025-11-03", "2026-03-16")]}  # fmt: skip


@pytest.mark.parametrize("earlier", [LATE_WINTER, SINCE_EVER])
def test_another_event_whose_bounds_overlap_inherits_no_moderators_word(settings, earlier) -> None:
    settings.PUBLISH_FINDINGS_BY = "moderator"
    conclude(earlier)
    known = Finding.objects.get()
    services.finding_publish(finding_id=known.pk, moderator="mo", reason="Looked at.")
    conclude(AUTUMN)
    newborn = Finding.objects.exclude(pk=known.pk).get()
    assert (list(findings_public()), list(findings_waiting())) == ([known], [newborn])
    assert log_of(newborn) == [("state", "", "reported", None)]


@pytest.mark.parametrize("earlier", [LATE_WINTER, SINCE_EVER])
def test_another_event_whose_bounds_overlap_is_not_held_unseen(settings, earlier) -> None:
    settings.PUBLISH_FINDINGS_BY = "moderator"
    conclude(earlier)
    known = Finding.objects.get()
    services.finding_publish(finding_id=known.pk, moderator="mo", reason="Looked at.")
    services.finding_hold(finding_id=known.pk, moderator="mo", reason="A brigade.")
    conclude()
    conclude(AUTUMN)
    (waits,) = findings_waiting()
    assert (waits.pk != known.pk, waits.onset) == (True, AUTUMN["onset"])


def test_an_end_that_turns_out_and_an_onset_that_shifts_leave_a_finding_public(settings) -> None:
    settings.PUBLISH_FINDINGS_BY = "moderator"
    weeks = ["2026-01-05", "2026-01-12"]
    ongoing = BOTH | {"series": [{"week": week, "observed": 9, "expected": 1.0} for week in weeks]}
    conclude(ongoing)
    finding = Finding.objects.get()
    services.finding_publish(finding_id=finding.pk, moderator="mo", reason="Looked at.")
    for week in ("2026-01-19", "2026-01-26", "2026-02-02"):
        ongoing["series"].append({"week": week, "observed": 9, "expected": 1.0})
        conclude(ongoing | {"onset": date(2026, 1, 12) if week > "2026-01-20" else WINTER["onset"]})
    conclude(WINTER | {"state": "resolved"})
    assert [(f.pk, f.state) for f in findings_public()] == [(finding.pk, "resolved")]


def test_simulated_and_real_findings_are_never_one() -> None:
    conclude(SUMMER, SUMMER | {"is_simulated": True})
    conclude(SUMMER | {"is_simulated": True})
    states = dict(Finding.objects.values_list("is_simulated", "state"))
    assert states == {False: "insufficient", True: "reported"}


@pytest.mark.parametrize("state", ["resolved", "refuted", "acknowledged"])
@pytest.mark.parametrize("later", [[], [SUMMER | {"state": "insufficient", "reason": "few"}]])
def test_what_was_shown_once_stays_when_its_reports_go(state: str, later) -> None:
    conclude(SUMMER | {"state": state})
    before = everything()
    conclude(*later)
    assert everything() == before


def test_a_resolved_finding_that_goes_on_after_all_says_so() -> None:
    conclude(SUMMER | {"state": "resolved"})
    conclude(SUMMER)
    assert [step[1:3] for step in log_of(Finding.objects.get())] == [
        ("", "resolved"), ("resolved", "reported"),
    ]  # fmt: skip


def test_what_no_longer_stands_out_says_why_and_keeps_its_dates() -> None:
    conclude(SUMMER)
    conclude()
    finding = Finding.objects.get()
    assert (finding.state, finding.reason, finding.onset) == (
        "insufficient", VANISHED, SUMMER["onset"],
    )  # fmt: skip


@pytest.mark.parametrize(
    "state", ["reported", "corroborated", "replicated", "acknowledged", "refuted", "resolved"]
)
def test_every_finding_that_reached_the_ladder_stays_public(settings, state: str) -> None:
    settings.PUBLISH_FINDINGS_BY = "rule"
    conclude(SUMMER | {"state": state})
    Finding.objects.update(state="insufficient")
    assert findings_public().count() == 1


def test_the_firmest_come_first_and_merged_ones_do_not_stand_out() -> None:
    run = make_run()
    ladder = ["refuted", "reported", "insufficient", "corroborated", "resolved", "replicated"]
    made = {state: make_finding(run=run, state=state) for state in ladder}
    merged = make_finding(run=run, merged_into=made["reported"])
    assert [f.state for f in findings_public()] == [
        "replicated", "corroborated", "reported", "reported", "resolved", "refuted", "insufficient",
    ]  # fmt: skip
    assert merged not in findings_standing_public()
    assert [f.state for f in findings_standing_public()] == [
        "replicated", "corroborated", "reported",
    ]  # fmt: skip


def test_a_finding_of_any_firm_state_waits_for_a_moderator_and_a_merged_one_does_not() -> None:
    run = make_run()
    heir = make_finding(run=run, state="corroborated", is_published=False)
    make_finding(run=run, is_published=False, merged_into=heir)
    make_finding(run=run, is_published=False, state="insufficient")
    assert list(findings_waiting()) == [heir]
    services.finding_publish(finding_id=heir.pk, moderator="mo", reason="Looked at.")
    services.finding_hold(finding_id=heir.pk, moderator="mo", reason="Not yet.")
    assert not findings_waiting().exists(), "what a moderator holds has been decided"


def test_a_moderators_word_is_an_event_of_its_own_kind() -> None:
    finding = make_finding(run=make_run())
    services.finding_hold(finding_id=finding.pk, moderator="mo", reason="A brigade.")
    services.finding_publish(finding_id=finding.pk, moderator="mo", reason="No brigade.")
    assert [step[0] for step in log_of(finding)] == ["state", "held", "published"]
