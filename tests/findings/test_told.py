"""Which steps of findings are told, in which words, and to whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from backend.exports.rows_of_findings import ROWS
from backend.findings.models import FindingEvent
from backend.findings.services import finding_hold, finding_publish
from backend.findings.told import event_told, events_told
from backend.webhooks.services import message_of
from tests.factories import make_finding, make_run

pytestmark = pytest.mark.usefixtures("catalogue")
URL = "/api/v1/events/"


def step(finding: Any, to_state: str, *, kind: str = "state", **fields: Any) -> FindingEvent:
    """One more step; the finding is in that state then."""
    before = finding.state
    finding.state = to_state
    finding.save()
    return FindingEvent.objects.create(
        finding=finding, run=finding.run, kind=kind,
        **{"happened_at": timezone.now(), "from_state": before, "to_state": to_state,
           "reason": "Because."} | fields,
    )  # fmt: skip


def told(visitor, **query: Any) -> list[tuple[int, str]]:
    answer = visitor.get(URL, query)
    assert answer.status_code == 200, answer.content
    return [(event["finding"]["id"], event["step"]) for event in answer.json()["results"]]


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [("", "reported", "nominated"), ("insufficient", "reported", "nominated"),
     ("reported", "corroborated", "moved_up"), ("corroborated", "replicated", "moved_up"),
     ("replicated", "acknowledged", "moved_up"), ("corroborated", "reported", "moved_down"),
     ("reported", "insufficient", "moved_down"), ("reported", "resolved", "resolved"),
     ("corroborated", "refuted", "refuted"), ("resolved", "reported", "nominated"),
     ("resolved", "insufficient", "moved_down")],
)  # fmt: skip
def test_each_step_has_one_name(visitor, before: str, after: str, name: str) -> None:
    finding = make_finding(run=make_run())
    step(finding, after, from_state=before)
    assert told(visitor)[0] == (finding.pk, name)


def test_a_step_tells_what_and_how_sure_in_the_words_of_the_ladder(clock) -> None:
    finding = make_finding(run=make_run(), n_contributors=4)
    event = step(finding, "corroborated", reason="Ratings are up")
    name = f"{finding.pk}-gpt-4-0613-distributed-training-silent"
    address = f"http://127.0.0.1:8000/findings/{name}/"
    assert event_told(event) == {
        "id": event.pk,
        "address": f"{address}#event-{event.pk}",
        "happened_at": timezone.now(), "updated_at": timezone.now(), "step": "moved_up", "kind": "state",
        "from_state": "reported", "to_state": "corroborated", "reason": "Ratings are up",
        "other": None,
        "title": "GPT-4 (June 2023) · Distributed training infrastructure, silent symptoms: "
        "from “reported” to “corroborated”",
        "text": "Ratings are up. By ratings of answers drawn at random, bad answers became more frequent.",
        "finding": {
            "id": finding.pk, "address": address,
            "state": "corroborated", "vendor": "openai", "model": "gpt-4-0613",
            "domain": "distributed-training", "symptom_kind": "silent", "is_simulated": False,
            "n_contributors": None, "n_reports": 20, "onset": finding.onset,
            "onset_low": finding.onset_low, "onset_high": finding.onset_high, "offset": None,
            "offset_low": None, "offset_high": None,
        },
    }  # fmt: skip


@pytest.mark.parametrize("state", ["reported", "corroborated", "resolved", "refuted"])
def test_a_findings_first_step_comes_from_no_state(visitor, state: str) -> None:
    finding = make_finding(run=make_run(), state=state)
    FindingEvent.objects.update(to_state=state)
    (event,) = visitor.get(URL).json()["results"]
    assert event["title"].rpartition(": ")[2] == f"first seen as “{state}”"
    sent = message_of(event_told(events_told().get(finding=finding)))
    assert sent["data"]["title"] == event["title"]


def test_that_it_ended_confirms_nothing_that_only_stood_out() -> None:
    """Reports nominate: a nomination that ends is no fact about a vendor."""
    finding = make_finding(run=make_run())
    event = step(finding, "resolved")
    assert (
        event_told(event)["text"] == "Because. It stood out, and it ended. An end confirms nothing."
    )


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("reply", "the vendor replied"),
        ("confirmed", "the vendor confirmed it"),
        ("retracted", "the vendor's word was taken down"),
    ],
)
def test_a_vendors_reply_is_a_step(visitor, kind: str, said: str) -> None:
    finding = make_finding(run=make_run())
    step(finding, "reported", kind=kind)
    (event, _) = visitor.get(URL).json()["results"]
    assert (event["step"], event["title"].rpartition(": ")[2]) == (kind, said)


def test_a_simulated_step_says_so_first() -> None:
    make_finding(run=make_run(), model_id="demo-brook-deep", is_simulated=True)
    (event,) = events_told()
    assert event_told(event)["title"].startswith("SIMULATED: ")


def test_steps_taken_while_a_finding_waits_are_told_by_its_publication_alone(visitor) -> None:
    finding = make_finding(run=make_run(), is_published=False)
    step(finding, "corroborated")
    assert told(visitor) == []
    finding_publish(finding_id=finding.pk, moderator="m", reason="Looked at.")
    assert told(visitor) == [(finding.pk, "published")]
    finding.refresh_from_db()
    step(finding, "resolved")
    assert told(visitor) == [(finding.pk, "resolved"), (finding.pk, "published")]


def test_a_finding_that_is_held_vanishes_and_what_happened_then_stays_untold(visitor) -> None:
    finding = make_finding(run=make_run())
    step(finding, "corroborated")
    finding_hold(finding_id=finding.pk, moderator="m", reason="A mistake?")
    finding.refresh_from_db()
    step(finding, "reported")
    assert told(visitor) == []
    finding_publish(finding_id=finding.pk, moderator="m", reason="No mistake.")
    expected = ["published", "moved_up", "nominated"]
    assert told(visitor) == [(finding.pk, name) for name in expected]


@pytest.mark.parametrize("kind", ["merged", "split"])
def test_merges_and_splits_are_told_where_the_other_is_public(visitor, kind: str) -> None:
    run = make_run()
    finding = make_finding(run=run)
    public = make_finding(run=run, domain_id="law")
    hidden = make_finding(run=run, domain_id="medicine", is_published=False)
    for other in (public, hidden):
        step(finding, "reported", kind=kind, other=other)
    steps = visitor.get(URL, {"finding": finding.pk}).json()["results"]
    assert [(s["step"], s["other"]) for s in steps] == [(kind, public.pk), ("nominated", None)]


@pytest.mark.parametrize("kind", ["merged", "split"])
def test_no_door_tells_of_a_merge_or_split_while_the_other_is_held(visitor, kind: str) -> None:
    run = make_run()
    finding = make_finding(run=run)
    held = make_finding(run=run, domain_id="law", is_published=False)
    hidden = step(finding, "reported", kind=kind, other=held, reason="Canary of the lineage")

    def doors() -> list[str]:
        detail = visitor.get(f"/api/v1/findings/{finding.pk}/")
        rows = "\n".join(f"event-{event.pk} {event.reason}" for event in ROWS["events"]())
        page = visitor.get(f"/findings/{finding.name}/").content.decode()
        assert [event["id"] for event in detail.json()["events"]].count(hidden.pk) == int(
            "Canary" in page
        )
        feed = visitor.get("/feeds/findings.json").content.decode()
        return [page, detail.content.decode(), rows, feed, visitor.get(URL).content.decode()]

    assert ["Canary" in text for text in doors()] == [False] * 5
    assert visitor.get(f"/api/v1/findings/{finding.pk}/").json()["events"][0]["kind"] == "state"
    assert f"#event-{hidden.pk}" not in doors()[3]
    finding_publish(finding_id=held.pk, moderator="m", reason="Looked at.")
    assert ["Canary" in text for text in doors()] == [True] * 5


def test_what_never_reached_the_ladder_is_not_told(visitor) -> None:
    finding = make_finding(run=make_run(), state="insufficient")
    FindingEvent.objects.update(to_state="insufficient")
    assert told(visitor) == []
    assert visitor.get(URL, {"finding": finding.pk}).status_code == 404


def test_filters_choose_by_what_the_finding_is_about(visitor) -> None:
    run = make_run()
    real = make_finding(run=run)
    invented = make_finding(
        run=run, model_id="demo-brook-deep", domain_id="law", symptom_kind="stated",
        is_simulated=True,
    )  # fmt: skip
    one, other = (real.pk, "nominated"), (invented.pk, "nominated")
    assert told(visitor) == [other, one]
    for query, expected in [
        ({"vendor": "openai"}, [one]), ({"vendor": "demo-brook"}, [other]),
        ({"model": "gpt-4-0613"}, [one]), ({"model": "gpt-4-0314"}, []),
        ({"domain": "law"}, [other]), ({"domain": "distributed-training"}, [one]),
        ({"kind": "stated"}, [other]), ({"is_simulated": "false"}, [one]),
        ({"is_simulated": "true", "domain": "distributed-training"}, []),
        ({"finding": invented.pk}, [other]),
    ]:  # fmt: skip
        assert told(visitor, **query) == expected, query


def test_a_family_means_its_leaves(visitor) -> None:
    finding = make_finding(run=make_run())
    family = finding.domain.parent_id
    assert told(visitor, domain=family) == [(finding.pk, "nominated")]


@pytest.mark.parametrize(
    ("query", "field"),
    [("vendor=", "vendor"), ("model=no+body", "model"), ("finding=0", "finding"), ("finding=", "finding"),
     ("finding=9007199254740992", "finding"), ("model=nobody&kind=loud", "kind"),
     ("kind=loud", "kind"), ("is_simulated=1", "is_simulated"), ("colour=red", "query"),
     ("model=gpt-4&model=gpt-4", "model"), ("finding=99999999999999999999", "finding"),
     ("finding=x", "finding"), ("vendor=%00", "vendor")],
)  # fmt: skip
def test_a_filter_that_is_none_is_an_error(visitor, query: str, field: str) -> None:
    answer = visitor.get(f"{URL}?{query}")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "filter_invalid")
    assert field in error["fields"]


@pytest.mark.parametrize(
    ("query", "fields"),
    [("model=nobody", ["model"]), ("domain=nothing&vendor=no_one", ["vendor", "domain"]),
     ("finding=1", ["finding"]), ("finding=9007199254740991", ["finding"]), (f"model={'a' * 60}", ["model"])],
)  # fmt: skip
def test_a_filter_that_names_what_is_not_here_is_told_apart(
    visitor, query: str, fields: list[str]
) -> None:
    answer = visitor.get(f"{URL}?{query}")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (404, "filter_unknown")
    assert list(error["fields"]) == fields


def test_paging_returns_each_step_once(visitor) -> None:
    finding = make_finding(run=make_run())
    for state in ("corroborated", "reported", "resolved"):
        step(finding, state, happened_at=timezone.now() - timedelta(days=1))
    seen, address = [], f"{URL}?page_size=2"
    while address:
        body = visitor.get(address).json()
        seen += [event["step"] for event in body["results"]]
        address = body["next"]
    assert seen == ["resolved", "moved_down", "moved_up", "nominated"]


def test_fifty_steps_cost_as_many_queries_as_one(visitor, django_assert_num_queries) -> None:
    run = make_run()
    for finding in [make_finding(run=run) for _ in range(3)]:
        step(finding, "corroborated", other=finding)
    with django_assert_num_queries(4):
        assert len(told(visitor)) == 6
