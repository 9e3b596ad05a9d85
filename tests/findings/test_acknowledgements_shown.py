"""A vendor's word about a cell: shown where a run counts it, gone once it is taken down."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from backend.disclosures.services import disclosure_retract
from backend.exports.rows_of_findings import ROWS
from backend.findings import services
from backend.findings.acknowledgements import (
    TAKEN_DOWN,
    acknowledgement_publish,
    acknowledgement_retract,
)
from backend.findings.events import VANISHED
from backend.findings.models import Acknowledgement, Finding, FindingEvent
from backend.findings.selectors import findings_standing_public
from backend.findings.told import MEANINGS, event_told, events_told
from backend.webhooks.services import message_of
from tests.factories import (
    acknowledge,
    make_acknowledgement,
    make_disclosure,
    make_finding,
    make_run,
)
from tests.findings.test_acknowledgements import SOURCE, enter
from tests.findings.test_runs import store
from tests.pages import day, words_of

pytestmark = pytest.mark.usefixtures("catalogue", "clock")
WHY = {"moderator": "mo", "reason": "Read it."}


@pytest.fixture
def acknowledged() -> tuple[Finding, Acknowledgement]:
    """A public finding as a run leaves it that counted a published word, with the log of the step."""
    finding = make_finding(run=make_run(), reason="9 unverified contributors.")
    word = make_acknowledgement(finding)
    acknowledge(finding, word)
    FindingEvent.objects.create(
        finding=finding, run=finding.run, happened_at=finding.first_seen_at,
        from_state="reported", to_state="acknowledged", reason=finding.reason,
    )  # fmt: skip
    return finding, word


def doors(visitor, finding: Finding) -> str:
    """Everything that may tell of a finding, as one text."""
    addresses = (
        f"/findings/{finding.name}/", "/findings/", "/", "/replies/", "/feeds/findings.atom",
        "/feeds/findings.json", "/api/v1/events/", "/api/v1/findings/",
        f"/api/v1/findings/{finding.pk}/", "/api/v1/overview/", "/api/v1/cells/",
    )  # fmt: skip
    return "\n".join(visitor.get(address).content.decode() for address in addresses)


# --- shown


def test_publishing_alone_shows_nothing_and_moves_nothing(visitor) -> None:
    finding = make_finding(run=make_run())
    before = doors(visitor, finding)
    acknowledgement_publish(acknowledgement_id=enter().pk, **WHY)
    assert doors(visitor, finding) == before
    assert FindingEvent.objects.count() == 1


def test_the_page_and_the_api_show_the_source_the_words_and_the_days(visitor, acknowledged) -> None:
    finding, word = acknowledged
    disclosure = make_disclosure(vendor_id="openai")
    Acknowledgement.objects.update(disclosure=disclosure, passage="It was <b>worse</b>.")
    told = {
        "id": word.pk, "vendor": "openai", "stated_on": "2026-10-20", "since": "2026-09-01",
        "until": "2026-10-18", "passage": "It was <b>worse</b>.", "source_url": SOURCE,
        "disclosure": disclosure.pk,
    }  # fmt: skip
    for address in ("/api/v1/findings/", f"/api/v1/findings/{finding.pk}/"):
        body = visitor.get(address).json()
        assert body.get("results", [body])[0]["acknowledgements"] == [told]
    page = visitor.get(f"/findings/{finding.name}/").content.decode()
    words = words_of(page)
    assert f"Confirmed by OpenAI, {day('2026-10-20')}" in words
    assert "It was &lt;b&gt;worse&lt;/b&gt;." in page
    assert f'<a href="{SOURCE}" rel="nofollow noopener">Source</a>' in page
    assert f'href="/disclosures/#disclosure-{disclosure.pk}">In the register of disclosures' in page
    assert "SIMULATED" not in words
    disclosure_retract(disclosure_id=disclosure.pk, moderator="mo", reason="Another page.")
    page = visitor.get(f"/findings/{finding.name}/").content.decode()
    assert "In the register of disclosures" not in page
    assert f'<a href="{SOURCE}"' in page, "it has a source of its own"


@pytest.mark.parametrize(
    ("days", "said"),
    [({}, "It speaks of {first} to {last}."),
     ({"until": None}, "It speaks of {first} and later days."),
     ({"since": None}, "It speaks of days up to {last}.")],
)  # fmt: skip
def test_the_page_says_which_days_the_source_speaks_of(visitor, days, said: str) -> None:
    finding = make_finding(run=make_run())
    acknowledge(finding, make_acknowledgement(finding, **days))
    said = said.format(first=day("2026-09-01"), last=day("2026-10-18"))
    assert said in words_of(visitor.get(f"/findings/{finding.name}/").content.decode())


def test_a_fictional_vendors_word_is_marked_as_simulated(visitor) -> None:
    finding = make_finding(run=make_run(), model_id="demo-brook-deep", is_simulated=True)
    acknowledge(finding, make_acknowledgement(finding))
    page = visitor.get(f"/findings/{finding.name}/").content.decode()
    assert '<h3><span class="tag simulated">SIMULATED</span> Confirmed by Brook Research' in page


def test_the_step_and_the_feeds_name_the_source(visitor, acknowledged) -> None:
    finding, _ = acknowledged
    event = visitor.get("/api/v1/events/", {"finding": finding.pk}).json()["results"][0]
    assert (event["step"], event["to_state"]) == ("moved_up", "acknowledged")
    assert event["reason"] == f"The vendor confirms it ({SOURCE}): 9 unverified contributors."
    for feed in ("/feeds/findings.atom", "/feeds/findings.json"):
        text = visitor.get(feed).content.decode()
        assert f"({SOURCE})" in text
        assert "from “reported” to “acknowledged”" in text


def test_the_word_about_a_held_finding_is_nowhere(visitor) -> None:
    held = make_finding(run=make_run(), is_published=False)
    shown = make_finding(run=held.run, domain_id="law")
    word = make_acknowledgement(held, passage="canary of the vendor")
    acknowledge(held, word)
    assert SOURCE not in doors(visitor, shown)
    assert "canary of the vendor" not in doors(visitor, shown)
    before = visitor.get("/api/v1/events/").json()
    acknowledgement_retract(acknowledgement_id=word.pk, **WHY)
    held.refresh_from_db()
    assert held.state == "reported"
    assert visitor.get("/api/v1/events/").json() == before, "nobody can tell that it waits"


# --- taken down


def test_one_that_is_taken_down_is_at_no_door_any_longer(visitor, acknowledged) -> None:
    finding, word = acknowledged
    assert doors(visitor, finding).count(SOURCE) >= 6
    assert [row.pk for row in ROWS["acknowledgements"]()] == [word.pk]
    etag = visitor.get(f"/api/v1/findings/{finding.pk}/")["ETag"]
    acknowledgement_retract(acknowledgement_id=word.pk, **WHY)
    text = doors(visitor, finding)
    assert SOURCE not in text
    assert word.passage not in text
    assert list(ROWS["acknowledgements"]()) == []
    again = visitor.get(f"/api/v1/findings/{finding.pk}/", headers={"If-None-Match": etag})
    assert (again.status_code, again.json()["state"], again.json()["acknowledgements"]) == (
        200, "reported", [],
    )  # fmt: skip
    finding.refresh_from_db()
    assert (finding.state, finding.reason, finding.evidence) == (
        "reported", "9 unverified contributors.", {"acknowledged_by": ""},
    )  # fmt: skip
    assert [(e.kind, e.from_state, e.to_state, e.actor, e.reason) for e in finding.events.all()][1:] == [
        ("state", "reported", "acknowledged", "rule",
         f"It {TAKEN_DOWN}: 9 unverified contributors."),
        ("state", "acknowledged", "reported", "mo",
         "The source in which the vendor confirmed it was taken down by a moderator: Read it."),
    ]  # fmt: skip


def test_an_ended_finding_stays_resolved_and_says_that_the_source_is_gone(visitor) -> None:
    ended = make_finding(run=make_run(), state="resolved", reason="It stood out and it ended.")
    word = make_acknowledgement(ended)
    acknowledge(ended, word)
    acknowledgement_retract(acknowledgement_id=word.pk, **WHY)
    ended.refresh_from_db()
    assert (ended.state, ended.reason) == ("resolved", "It stood out and it ended.")
    event = visitor.get("/api/v1/events/").json()["results"][0]
    assert (event["step"], event["from_state"], event["to_state"]) == (
        "retracted", "resolved", "resolved",
    )  # fmt: skip
    assert event["title"].endswith(": the vendor's word was taken down")


def test_a_finding_whose_reports_have_gone_does_not_stay_acknowledged_without_its_source(
    acknowledged,
) -> None:
    finding, word = acknowledged
    store(services.Conclusions())
    finding.refresh_from_db()
    assert finding.state == "acknowledged", "what the vendor confirms does not become unknown"
    acknowledgement_retract(acknowledgement_id=word.pk, **WHY)
    store(services.Conclusions())
    finding.refresh_from_db()
    assert (finding.state, finding.evidence) == ("insufficient", {})


def test_no_step_says_in_the_present_tense_what_a_source_said_that_is_gone(
    visitor, acknowledged, clock
) -> None:
    finding, word = acknowledged
    services.finding_hold(finding_id=finding.pk, moderator="mo", reason="Wait.")
    services.finding_publish(finding_id=finding.pk, moderator="mo", reason="Looked at.")
    clock.shift(3600)
    acknowledgement_retract(acknowledgement_id=word.pk, **WHY)
    gone = timezone.now()
    now, published, counted, first = visitor.get("/api/v1/events/").json()["results"]
    was = "was counted as acknowledged by a source that was taken down since"
    assert counted["text"] == f"It {was}: 9 unverified contributors."
    assert counted["reason"] == counted["text"]
    assert published["text"] == f"Published by a moderator: Looked at. It {was}."
    assert now["text"].endswith(f" {MEANINGS['reported']}")
    assert first["text"].endswith(MEANINGS["reported"])
    assert [event["updated_at"] == event["happened_at"] for event in (now, published, counted, first)] == [
        True, False, False, True,
    ]  # fmt: skip
    assert {parse_datetime(event["updated_at"]) for event in (now, published, counted)} == {gone}
    items = json.loads(visitor.get("/feeds/findings.json").content)["items"]
    assert [parse_datetime(item["date_modified"]) == gone.replace(microsecond=0) for item in items] == [
        True, True, True, False,
    ]  # fmt: skip
    texts = doors(visitor, finding) + json.dumps(
        [message_of(event_told(event)) for event in events_told()], default=str
    )
    for said in ("The vendor confirms it", "the vendor confirms it"):
        assert said not in texts


def test_what_no_longer_stands_is_not_reported_again_when_its_source_is_taken_down(
    visitor, acknowledged
) -> None:
    finding, word = acknowledged
    now = store(services.Conclusions())
    acknowledgement_retract(acknowledgement_id=word.pk, **WHY)
    told = visitor.get(f"/api/v1/findings/{finding.pk}/").json()
    assert (told["state"], told["reason"], told["run"]["id"], told["acknowledgements"]) == (
        "insufficient", VANISHED, now.pk, [],
    )  # fmt: skip
    assert list(findings_standing_public()) == []
    step = visitor.get("/api/v1/events/").json()["results"][0]
    assert (step["step"], step["from_state"], step["to_state"]) == (
        "moved_down", "acknowledged", "insufficient",
    )  # fmt: skip
    assert FindingEvent.objects.get(pk=step["id"]).run_id == now.pk


def test_an_event_of_an_older_run_that_had_ended_stays_so_without_its_source() -> None:
    ended = make_finding(run=make_run(), state="resolved", reason="It stood out and it ended.")
    word = make_acknowledgement(ended)
    acknowledge(ended, word)
    store(services.Conclusions())
    acknowledgement_retract(acknowledgement_id=word.pk, **WHY)
    ended.refresh_from_db()
    assert (ended.state, ended.reason) == ("resolved", "It stood out and it ended.")


def test_the_log_of_a_finding_that_rests_on_it_no_longer_loses_the_address_too(
    acknowledged,
) -> None:
    finding, word = acknowledged
    Finding.objects.update(state="reported", reason="Elsewhen.", evidence={})
    acknowledgement_retract(acknowledgement_id=word.pk, **WHY)
    finding.refresh_from_db()
    assert (finding.state, finding.reason) == ("reported", "Elsewhen.")
    events = list(finding.events.values_list("kind", "reason"))
    assert SOURCE not in str(events)
    assert [kind for kind, _ in events] == ["state", "state", "retracted"]


def test_nothing_else_is_touched_by_taking_one_down(acknowledged) -> None:
    finding, word = acknowledged
    other = make_finding(run=finding.run, domain_id="law")
    theirs = make_acknowledgement(other)
    acknowledge(other, theirs)
    FindingEvent.objects.filter(finding=other).update(reason=other.reason)
    acknowledgement_retract(acknowledgement_id=word.pk, **WHY)
    other.refresh_from_db()
    assert (other.state, other.events.count()) == ("acknowledged", 1)
    assert f"({SOURCE})" in other.reason
    assert other.events.get().reason == other.reason


def test_clearing_what_is_simulated_leaves_real_words() -> None:
    run = make_run()
    real = make_acknowledgement(make_finding(run=run))
    simulated = make_finding(run=run, model_id="demo-brook-deep", is_simulated=True)
    make_acknowledgement(simulated)
    services.simulated_findings_delete()
    assert [word.pk for word in Acknowledgement.objects.all()] == [real.pk]
