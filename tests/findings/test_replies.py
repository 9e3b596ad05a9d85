"""A vendor's reply: entered by a moderator, shown once published, gone once taken down."""

from __future__ import annotations

from datetime import date

import pytest

from backend.common.errors import ConflictError, RuleError, UnknownError
from backend.findings.models import FindingEvent, Reply
from backend.findings.replies import (
    REPLY_CHARS_MAX,
    reply_enter,
    reply_publish,
    reply_retract,
)
from tests.factories import make_finding, make_reply, make_run

pytestmark = pytest.mark.usefixtures("catalogue", "clock")
LIST = "/admin/findings/reply/"
GOOD = {
    "text": "We looked at it.", "source_url": "https://openai.example/reply",
    "replied_on": date(2026, 11, 20),
}  # fmt: skip


@pytest.fixture
def finding():
    return make_finding(run=make_run())


def enter(finding, **overrides) -> Reply:
    return reply_enter(finding_id=finding.pk, moderator="mo", **(GOOD | overrides))


def replies_of(visitor, finding) -> list[dict]:
    return visitor.get(f"/api/v1/findings/{finding.pk}/").json()["replies"]


def test_a_reply_is_shown_from_its_publication_to_its_retraction(visitor, finding) -> None:
    reply = enter(finding, text=" First line.\r\n<b>Second</b> ")
    page = f"/findings/{finding.name}/"
    assert replies_of(visitor, finding) == []
    assert "OpenAI has not replied." in visitor.get(page).content.decode()
    reply_publish(reply_id=reply.pk, moderator="mo", reason="Sender checked.")
    shown = {
        "vendor": "openai", "replied_on": "2026-11-20", "text": "First line.\n<b>Second</b>",
        "source_url": "https://openai.example/reply",
    }  # fmt: skip
    assert replies_of(visitor, finding) == [shown]
    assert visitor.get("/api/v1/findings/").json()["results"][0]["replies"] == [shown]
    for address in (page, "/replies/"):
        text = visitor.get(address).content.decode()
        assert "First line.\n&lt;b&gt;Second&lt;/b&gt;" in text or "First line. &lt;b&gt;" in text
    assert "the vendor replied" in visitor.get("/findings/").content.decode()
    reply_retract(reply_id=reply.pk, moderator="mo", reason="Not from them.")
    assert replies_of(visitor, finding) == []
    for address in (page, "/replies/", "/findings/"):
        assert "First line." not in visitor.get(address).content.decode()


def test_each_decision_is_one_event_without_the_text(visitor, finding) -> None:
    reply = enter(finding)
    assert FindingEvent.objects.filter(kind="reply").count() == 0
    reply_publish(reply_id=reply.pk, moderator="mo", reason="Sender checked.")
    reply_retract(reply_id=reply.pk, moderator="mo", reason="Withdrawn by them.")
    events = visitor.get(f"/api/v1/findings/{finding.pk}/").json()["events"][1:]
    assert [(e["kind"], e["from_state"], e["to_state"], e["reason"]) for e in events] == [
        ("reply", "reported", "reported",
         "The vendor's reply was published by a moderator: Sender checked."),
        ("retracted", "reported", "reported",
         "The vendor's reply was taken down by a moderator: Withdrawn by them."),
    ]  # fmt: skip
    assert set(FindingEvent.objects.exclude(kind="state").values_list("actor", flat=True)) == {"mo"}


def test_a_reply_is_published_once_and_never_again(finding) -> None:
    reply = enter(finding)
    with pytest.raises(ConflictError, match="not public"):
        reply_retract(reply_id=reply.pk, moderator="mo", reason="No.")
    reply_publish(reply_id=reply.pk, moderator="mo", reason="Yes.")
    with pytest.raises(ConflictError):
        reply_publish(reply_id=reply.pk, moderator="mo", reason="Yes.")
    reply_retract(reply_id=reply.pk, moderator="mo", reason="No.")
    with pytest.raises(ConflictError):
        reply_publish(reply_id=reply.pk, moderator="mo", reason="Yes.")
    assert FindingEvent.objects.exclude(kind="state").count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [("text", ""), ("text", " \n "), ("text", "x" * (REPLY_CHARS_MAX + 1)), ("text", "a\x00b"),
     ("source_url", "http://openai.example/reply"), ("source_url", "javascript:alert(1)"),
     ("source_url", "https://"), ("source_url", "https://openai.example/" + "x" * 478),
     ("replied_on", date(2026, 11, 24))],
)  # fmt: skip
def test_what_breaks_a_rule_is_not_stored(finding, field: str, value) -> None:
    with pytest.raises(RuleError) as refused:
        enter(finding, **{field: value})
    assert (refused.value.code, list(refused.value.fields)) == ("reply_invalid", [field])
    assert Reply.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [("text", "x" * REPLY_CHARS_MAX), ("replied_on", date(2026, 11, 23)),
     ("source_url", "https://openai.example/" + "x" * 477)],
)  # fmt: skip
def test_the_limits_themselves_are_kept(finding, field: str, value) -> None:
    assert getattr(enter(finding, **{field: value}), field) == value


def test_unknown_findings_and_replies_are_said_to_be_so(finding) -> None:
    with pytest.raises(UnknownError):
        reply_enter(finding_id=finding.pk + 1, moderator="mo", **GOOD)
    with pytest.raises(UnknownError):
        reply_publish(reply_id=1, moderator="mo", reason="Yes.")
    with pytest.raises(RuleError):
        reply_publish(reply_id=enter(finding).pk, moderator="mo", reason=" ")
    assert set(Reply.objects.values_list("state", flat=True)) == {"entered"}


def test_replies_to_a_held_finding_are_nowhere(visitor) -> None:
    held = make_finding(run=make_run(), is_published=False)
    make_reply(held, text="canary of the vendor")
    for address in ("/replies/", "/findings/", "/api/v1/findings/"):
        assert "canary of the vendor" not in visitor.get(address).content.decode()


def test_the_desk_enters_publishes_and_takes_down(moderator, finding) -> None:
    form = {"finding": finding.pk, "text": "Ours.", "source_url": "http://no.example",
            "replied_on": "2026-11-20"}  # fmt: skip
    refused = moderator.post(f"{LIST}add/", form)
    assert "An address that begins with https://" in refused.content.decode()
    assert Reply.objects.count() == 0
    moderator.post(f"{LIST}add/", form | {"source_url": "https://openai.example/r"})
    reply = Reply.objects.get()
    assert (reply.state, reply.vendor_id, reply.entered_by) == ("entered", "openai", "moderator")
    for action, state in (("publish", "published"), ("retract", "retracted")):
        moderator.post(
            LIST, {"action": action, "_selected_action": [reply.pk], "reason": "Checked."}
        )
        reply.refresh_from_db()
        assert reply.state == state
    assert moderator.post(f"{LIST}{reply.pk}/change/", {"text": "Other"}).status_code == 403


@pytest.mark.parametrize(
    ("contact", "words"),
    [("mailto:desk@example.org", '<a href="mailto:desk@example.org">the operators</a>'),
     ("http://127.0.0.1:8000/privacy/", "its operator sets one as <code>SECURITY_CONTACT</code>")],
)  # fmt: skip
def test_vendors_are_told_where_to_write(visitor, settings, contact: str, words: str) -> None:
    settings.PUBLIC_URL, settings.SECURITY_CONTACT = "http://127.0.0.1:8000", contact
    page = visitor.get("/replies/").content.decode()
    assert words in page
    assert f"up to {REPLY_CHARS_MAX} characters" in page
