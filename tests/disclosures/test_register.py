"""The register of disclosures: empty at first, filled by people who read, public once published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from backend.common.errors import ConflictError, RuleError, UnknownError
from backend.disclosures.models import PASSAGE_CHARS_MAX, Disclosure, DisclosureEvent
from backend.disclosures.selectors import disclosure_moments_public, disclosures_public
from backend.disclosures.services import (
    DisclosureDraft,
    disclosure_enter,
    disclosure_publish,
    disclosure_retract,
    disclosure_reverse,
    simulated_disclosures_delete,
)
from tests.factories import make_disclosure, make_finding, make_run

pytestmark = pytest.mark.usefixtures("catalogue", "clock")
LIST = "/admin/disclosures/disclosure/"
DRAFT = DisclosureDraft(
    vendor="demo-aster", domains=["distributed-training", "law"], title="An invented card",
    source_url="https://vendor.example/card.pdf", page_first=214, page_last=215,
    passage="Answers may be made less capable.", summary="Answers get worse.",
    interventions=["fine_tuning", "activation_steering"], is_user_told=False, traffic_share=0.0003,
    organisations_share=0.001, published_on=date(2026, 9, 1), found_on=date(2026, 10, 1),
)  # fmt: skip


def listed(visitor) -> list[dict]:
    return visitor.get("/api/v1/disclosures/").json()["results"]


def test_it_is_empty_until_somebody_enters_what_they_read(visitor) -> None:
    assert listed(visitor) == []
    assert "Nothing is entered yet." in visitor.get("/disclosures/").content.decode()


def test_no_version_tells_of_an_entry_that_is_not_public(visitor, clock) -> None:
    """Neither when it is entered, nor when its vendor takes back what it said."""

    def version() -> tuple[str, str | None]:
        answer = visitor.get("/api/v1/disclosures/")
        return answer["ETag"], answer.get("Last-Modified")

    def after(decide, **fields) -> tuple[str, str | None]:
        clock.shift(60)
        decide(moderator="mo", **fields)
        return version()

    back = {
        "reversed_on": date(2026, 11, 1),
        "source_url": "https://vendor.example/b",
        "reason": "R.",
    }
    shown = disclosure_enter(draft=DRAFT, moderator="mo").pk
    first = after(disclosure_publish, disclosure_id=shown, reason="Read.")
    assert after(disclosure_enter, draft=DRAFT) == first
    waiting = Disclosure.objects.exclude(pk=shown).get().pk
    assert after(disclosure_reverse, disclosure_id=waiting, **back) == first
    second = after(disclosure_publish, disclosure_id=waiting, reason="Read.")
    third = after(disclosure_reverse, disclosure_id=shown, **back)
    fourth = after(disclosure_retract, disclosure_id=waiting, reason="Another page.")
    assert len({first, second, third, fourth}) == 4
    assert after(disclosure_reverse, disclosure_id=waiting, **back) == fourth


def test_an_entry_is_public_from_its_publication_to_its_retraction(visitor) -> None:
    entered = disclosure_enter(draft=DRAFT, moderator="mo")
    assert listed(visitor) == []
    assert visitor.get(f"/api/v1/disclosures/{entered.pk}/").status_code == 404
    disclosure_publish(disclosure_id=entered.pk, moderator="mo", reason="Read on the page itself.")
    shown = {
        "id": entered.pk, "vendor": "demo-aster", "domains": ["distributed-training", "law"],
        "title": "An invented card", "source_url": "https://vendor.example/card.pdf",
        "page_first": 214, "page_last": 215, "passage": "Answers may be made less capable.",
        "summary": "Answers get worse.", "interventions": ["activation_steering", "fine_tuning"],
        "is_user_told": False, "traffic_share": 0.0003, "organisations_share": 0.001,
        "published_on": "2026-09-01", "found_on": "2026-10-01", "reversed_on": None,
        "reversed_source_url": "", "is_simulated": True,
    }  # fmt: skip
    assert listed(visitor) == [shown]
    assert visitor.get(f"/api/v1/disclosures/{entered.pk}/").json() == shown
    page = visitor.get("/disclosures/").content.decode()
    for words in ("SIMULATED", "pages 214 to 215", "noticed on 1 October 2026", "no: silent",
                  "0.03\u202f%", "below 0.1\u202f%", "not that we know"):  # fmt: skip
        assert words in page, words
    disclosure_retract(disclosure_id=entered.pk, moderator="mo", reason="The page is another.")
    assert listed(visitor) == []
    assert "An invented card" not in visitor.get("/disclosures/").content.decode()
    assert list(DisclosureEvent.objects.values_list("kind", "actor", "reason")) == [
        ("entered", "mo", ""), ("published", "mo", "Read on the page itself."),
        ("retracted", "mo", "The page is another."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [("vendor", "nobody"), ("domains", []), ("domains", ["no-such"]), ("title", ""),
     ("title", "x" * 201), ("passage", "x" * (PASSAGE_CHARS_MAX + 1)), ("passage", " "),
     ("summary", "x" * 1001), ("source_url", "http://vendor.example/card.pdf"),
     ("interventions", []), ("interventions", ["magic"]), ("published_on", date(2026, 11, 24)),
     ("found_on", date(2026, 8, 31)), ("found_on", date(2026, 11, 24)), ("page_first", 216),
     ("page_first", 0), ("page_first", None), ("traffic_share", 0.0), ("traffic_share", 1.1),
     ("organisations_share", -0.1)],
)  # fmt: skip
def test_what_breaks_a_rule_is_not_stored(field: str, value) -> None:
    with pytest.raises(RuleError) as refused:
        disclosure_enter(draft=replace(DRAFT, **{field: value}), moderator="mo")
    assert field in refused.value.fields or field == "published_on"
    assert Disclosure.objects.count() == DisclosureEvent.objects.count() == 0


def test_the_limits_themselves_are_kept() -> None:
    draft = replace(
        DRAFT, passage="x" * PASSAGE_CHARS_MAX, title="x" * 200, summary="x" * 1000, page_first=215,
        traffic_share=1.0, organisations_share=None, found_on=date(2026, 9, 1),
    )  # fmt: skip
    assert len(disclosure_enter(draft=draft, moderator="mo").passage) == PASSAGE_CHARS_MAX
    paperless = replace(DRAFT, page_first=None, page_last=None, is_user_told=None)
    assert disclosure_enter(draft=paperless, moderator="mo").page_first is None


def test_a_reversal_needs_a_day_and_a_source(visitor) -> None:
    found = make_disclosure()
    for day, url, field in (
        (date(2026, 8, 31), "https://vendor.example/back", "reversed_on"),
        (None, "https://vendor.example/back", "reversed_on"),
        (date(2026, 10, 9), "", "reversed_source_url"),
    ):
        with pytest.raises(RuleError) as refused:
            disclosure_reverse(
                disclosure_id=found.pk, reversed_on=day, source_url=url, moderator="mo", reason="x"
            )
        assert list(refused.value.fields) == [field]
    assert listed(visitor)[0]["reversed_on"] is None
    disclosure_reverse(
        disclosure_id=found.pk, reversed_on=date(2026, 10, 9), moderator="mo",
        source_url="https://vendor.example/back", reason="They say so.",
    )  # fmt: skip
    assert listed(visitor)[0]["reversed_on"] == "2026-10-09"
    assert '9 October 2026: <a href="https://vendor.example/back"' in (
        visitor.get("/disclosures/").content.decode()
    )


def test_the_timeline_gets_both_days_of_what_is_public() -> None:
    make_disclosure(
        reversed_on=date(2026, 10, 9), reversed_source_url="https://vendor.example/back"
    )
    make_disclosure(state="entered")
    make_disclosure(vendor_id="demo-brook", domains=["law"], published_on=date(2026, 9, 20))
    moments = disclosure_moments_public()
    assert [(m.day, m.kind, m.vendor) for m in moments] == [
        (date(2026, 9, 1), "disclosed", "Aster Labs (fictional)"),
        (date(2026, 9, 20), "disclosed", "Brook Research (fictional)"),
        (date(2026, 10, 9), "reversed", "Aster Labs (fictional)"),
    ]
    assert all(moment.is_simulated for moment in moments)


def test_findings_of_the_same_vendor_and_subject_link_to_it(visitor) -> None:
    run = make_run()
    same = make_finding(run=run, model_id="demo-aster-large", is_simulated=True)
    elsewhere = make_finding(
        run=run, model_id="demo-aster-large", domain_id="law", is_simulated=True
    )
    other = make_finding(run=run)
    found = make_disclosure()
    make_disclosure(title="Not public", state="entered")
    for finding, is_there in ((same, True), (elsewhere, False), (other, False)):
        page = visitor.get(f"/findings/{finding.name}/").content.decode()
        assert (f'/disclosures/#disclosure-{found.pk}"' in page) is is_there
        assert "Not public" not in page


def test_the_desk_enters_and_decides(moderator) -> None:
    form = {
        "vendor": "demo-aster", "domains": ["law"], "title": "A card", "page_first": "3",
        "page_last": "3", "source_url": "http://no.example", "passage": "Less.", "summary": "Less.",
        "interventions": ["refusal"], "is_user_told": "true", "published_on": "2026-09-01",
        "found_on": "2026-10-01",
    }  # fmt: skip
    refused = moderator.post(f"{LIST}add/", form)
    assert "An address that begins with https://" in refused.content.decode()
    assert Disclosure.objects.count() == 0
    moderator.post(f"{LIST}add/", form | {"source_url": "https://vendor.example/card.pdf"})
    found = Disclosure.objects.get()
    assert (found.state, found.entered_by, found.is_user_told) == ("entered", "moderator", True)
    decided = {"_selected_action": [found.pk], "reason": "Checked."}
    moderator.post(LIST, decided | {"action": "publish"})
    assert [row.pk for row in disclosures_public()] == [found.pk]
    moderator.post(LIST, decided | {"action": "mark_reversed", "reversed_on": "yesterday",
                                    "reversed_source_url": "https://vendor.example/back"})  # fmt: skip
    assert disclosures_public().get().reversed_on is None
    moderator.post(LIST, decided | {"action": "mark_reversed", "reversed_on": "2026-10-02",
                                    "reversed_source_url": "https://vendor.example/back"})  # fmt: skip
    assert disclosures_public().get().reversed_on == date(2026, 10, 2)
    moderator.post(LIST, decided | {"action": "retract"})
    assert not disclosures_public().exists()


def test_decisions_need_a_reason_and_the_right_state() -> None:
    found = make_disclosure(state="entered")
    with pytest.raises(ConflictError):
        disclosure_retract(disclosure_id=found.pk, moderator="mo", reason="x")
    with pytest.raises(RuleError):
        disclosure_publish(disclosure_id=found.pk, moderator="mo", reason="")
    with pytest.raises(UnknownError):
        disclosure_publish(disclosure_id=found.pk + 1, moderator="mo", reason="x")
    found.refresh_from_db()
    assert found.state == "entered"
    assert DisclosureEvent.objects.count() == 0


def test_clearing_what_is_simulated_leaves_what_is_real() -> None:
    make_disclosure()
    real = make_disclosure(vendor_id="openai")
    assert simulated_disclosures_delete() == 1
    assert [row.pk for row in Disclosure.objects.all()] == [real.pk]
