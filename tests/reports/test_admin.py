"""The moderation desk: who may do what, and that nobody edits a text."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from backend.reports.models import ModerationEvent, Report
from tests.factories import make_report

LIST = "/admin/reports/report/"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def decide(client, reports, action, reason, queue=""):
    form = {"action": action, "reason": reason, "_selected_action": [str(r.pk) for r in reports]}
    return client.post(f"{LIST}{queue}", form, follow=True)


def page_of(report) -> str:
    return reverse("admin:reports_report_change", args=[report.pk])


def test_the_queue_shows_what_waits_with_its_reasons(moderator) -> None:
    waiting = make_report(state="quarantined")
    Report.objects.update(quarantine_reasons=["removed:EMAIL"])
    done = make_report(state="released")
    page = moderator.get(LIST).content.decode()
    assert str(waiting.pk) in page
    assert "removed:EMAIL" in page
    assert str(done.pk) not in page
    assert str(done.pk) in moderator.get(f"{LIST}?queue=released").content.decode()
    assert str(done.pk) in moderator.get(f"{LIST}?queue=all").content.decode()


@pytest.mark.parametrize(("action", "state"), [("release", "released"), ("reject", "rejected")])
def test_a_decision_with_a_reason_is_carried_out_and_logged(moderator, action, state) -> None:
    reports = [make_report(state="quarantined"), make_report(state="pending")]
    page = decide(moderator, reports, action, "Looked at.").content.decode()
    assert "2 decided." in page
    assert set(Report.objects.values_list("state", flat=True)) == {state}
    assert set(ModerationEvent.objects.values_list("actor", "to_state", "reason")) == {
        ("moderator", state, "Looked at.")
    }


@pytest.mark.parametrize("action", ["release", "reject"])
def test_a_decision_without_a_reason_changes_nothing(moderator, action) -> None:
    report = make_report(state="quarantined")
    page = decide(moderator, [report], action, "  ").content.decode()
    assert "A decision needs a reason." in page
    assert Report.objects.get().state == "quarantined"
    assert ModerationEvent.objects.count() == 0


def test_a_report_decided_meanwhile_stays_as_it_is(moderator) -> None:
    report = make_report(state="withdrawn")
    events = ModerationEvent.objects.count()
    page = decide(moderator, [report], "release", "Looked at.", queue="?queue=all").content.decode()
    assert "The report is withdrawn." in page
    assert (Report.objects.get().state, ModerationEvent.objects.count()) == ("withdrawn", events)


def test_an_id_that_is_none_is_answered_in_words(moderator) -> None:
    form = {"action": "release", "reason": "Looked at.", "_selected_action": ["no-id"]}
    page = moderator.post(LIST, form, follow=True)
    assert page.status_code == 200
    assert "There is no such row." in page.content.decode()


def test_the_page_of_a_report_decides_too(moderator) -> None:
    report = make_report(state="quarantined")
    page = moderator.get(page_of(report)).content.decode()
    assert f'action="{LIST}?queue=all"' in page
    form = {
        "_selected_action": str(report.pk), "index": "0", "select_across": "0",
        "reason": "Fine.", "action": "release",
    }  # fmt: skip
    moderator.post(f"{LIST}?queue=all", form)
    assert Report.objects.get().state == "released"
    assert "Fine." in moderator.get(page_of(report)).content.decode()


def test_a_text_is_shown_escaped_and_can_be_searched(moderator) -> None:
    report = make_report(state="quarantined", response="<script>alert('canary')</script>")
    page = moderator.get(page_of(report)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(&#x27;canary&#x27;)&lt;/script&gt;" in page
    assert str(report.pk) in moderator.get(f"{LIST}?q=canary").content.decode()
    assert str(report.pk) not in moderator.get(f"{LIST}?q=another").content.decode()
    assert str(report.pk) in moderator.get(f"{LIST}?q={report.pk}").content.decode()


def test_nothing_is_edited_added_or_deleted_here(moderator, stored) -> None:
    report = make_report(state="quarantined")
    before = Report.objects.values().get()
    assert (
        moderator.post(page_of(report), {"prompt": "changed", "state": "released"}).status_code
        == 403
    )
    assert moderator.get(f"{LIST}add/").status_code == 403
    delete = reverse("admin:reports_report_delete", args=[report.pk])
    assert moderator.post(delete, {"post": "yes"}).status_code == 403
    decide(moderator, [report], "delete_selected", "Gone.")
    assert Report.objects.values().get() == before
    page = moderator.get(page_of(report)).content.decode()
    assert "<textarea" not in page
    assert 'name="prompt"' not in page


def test_a_receipt_is_shown_to_nobody(moderator) -> None:
    from backend.reports.models import Receipt

    report = make_report(state="quarantined")
    receipt = Receipt.objects.get()
    for url in (LIST, page_of(report), "/admin/"):
        page = moderator.get(url).content.decode()
        assert receipt.key_sha256 not in page
        assert receipt.contributor_tag not in page
        assert "receipt" not in page.lower()


@pytest.mark.parametrize("permissions", [[], ["view_report"]])
def test_who_has_no_permission_to_decide_decides_nothing(catalogue, permissions) -> None:
    report = make_report(state="quarantined")
    user = get_user_model().objects.create_user("reader", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    reader = Client()
    reader.force_login(user)
    decide(reader, [report], "release", "Mine.")
    assert reader.get(page_of(report)).status_code == (200 if permissions else 403)
    assert Report.objects.get().state == "quarantined"


def test_visitors_are_sent_to_the_log_in(visitor) -> None:
    report = make_report(state="quarantined")
    assert visitor.get(page_of(report)).status_code == 302
    decide(visitor, [report], "release", "Mine.")
    assert Report.objects.get().state == "quarantined"
