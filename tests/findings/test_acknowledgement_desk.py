"""The desk of a vendor's word: what a moderator enters and decides there, and who may."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from backend.findings.models import Acknowledgement
from tests.factories import (
    make_acknowledgement,
    make_disclosure,
    make_finding,
    make_run,
)
from tests.findings.test_acknowledgements import SOURCE

pytestmark = pytest.mark.usefixtures("catalogue", "clock")
LIST = "/admin/findings/acknowledgement/"


def form(**overrides: str) -> dict[str, str]:
    return {
        "model": "gpt-4-0613", "domain": "distributed-training", "symptom_kind": "silent",
        "source_url": SOURCE, "passage": "It was worse.", "stated_on": "2026-10-20",
        "since": "2026-09-01", "until": "",
    } | overrides  # fmt: skip


def test_the_desk_enters_publishes_and_takes_down(moderator) -> None:
    refused = moderator.post(f"{LIST}add/", form(source_url="http://no.example", since=""))
    text = refused.content.decode()
    assert "An address that begins with https://" in text
    assert "The first day of what it speaks of, or the last, or both." in text
    assert Acknowledgement.objects.count() == 0
    moderator.post(f"{LIST}add/", form())
    word = Acknowledgement.objects.get()
    assert (word.state, word.entered_by, word.until) == ("entered", "moderator", None)
    decided = {"_selected_action": [word.pk], "reason": ""}
    moderator.post(LIST, decided | {"action": "publish"})
    word.refresh_from_db()
    assert word.state == "entered", "a decision needs a reason"
    for action, state in (("publish", "published"), ("retract", "retracted")):
        moderator.post(LIST, decided | {"action": action, "reason": "Checked."})
        word.refresh_from_db()
        assert word.state == state
    page = moderator.get(f"{LIST}{word.pk}/change/").content.decode()
    assert "Checked." in page
    assert moderator.post(f"{LIST}{word.pk}/change/", form(passage="Other")).status_code == 403
    assert moderator.post(f"{LIST}{word.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Acknowledgement.objects.get().passage == "It was worse."


def test_the_desk_says_in_words_what_is_wrong_while_something_else_is_missing(moderator) -> None:
    refused = moderator.post(
        f"{LIST}add/", form(source_url="http://no.example", since="", passage="")
    ).content.decode()
    assert "The source is an address that begins with https://." in refused
    assert (
        "Enter the first day of what it speaks of, or the last, or both in this order." in refused
    )
    assert "Constraint" not in refused
    assert Acknowledgement.objects.count() == 0


def test_the_desk_says_what_is_left_to_do_with_what_was_entered(moderator) -> None:
    entered = moderator.post(f"{LIST}add/", form(), follow=True).content.decode()
    assert "Nobody sees it yet: tick it in the list, choose “Publish”, and say why." in entered


def test_the_desk_leads_from_a_finding_to_the_form_with_its_cell(moderator) -> None:
    finding = make_finding(run=make_run())
    page = moderator.get(f"/admin/findings/finding/{finding.pk}/change/").content.decode()
    address = (
        "/admin/findings/acknowledgement/add/?model=gpt-4-0613&amp;domain=distributed-training"
        "&amp;symptom_kind=silent"
    )
    assert f'href="{address}"' in page
    shown = moderator.get(address.replace("&amp;", "&")).content.decode()
    for value in ("gpt-4-0613", "distributed-training", "silent"):
        assert f'<option value="{value}" selected>' in shown


def test_the_desk_shows_that_the_disclosure_behind_one_was_taken_down(moderator) -> None:
    disclosure = make_disclosure(vendor_id="openai", state="retracted")
    make_acknowledgement(make_finding(run=make_run()), disclosure=disclosure)
    assert f"{disclosure.pk}, taken down" in moderator.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("permission", "may_enter", "may_decide"),
    [(None, False, False), ("view", False, False), ("add", True, False), ("change", False, True)],
)
def test_who_may_not_enter_or_decide_stores_nothing(permission, may_enter, may_decide) -> None:
    word = make_acknowledgement(make_finding(run=make_run()), state="entered")
    user = User.objects.create_user("clerk", password="not-a-real-password", is_staff=True)
    if permission:
        codename = f"{permission}_acknowledgement"
        user.user_permissions.add(
            *Permission.objects.filter(codename__in=[codename, "view_acknowledgement"])
        )
    clerk = Client()
    clerk.force_login(user)
    clerk.post(f"{LIST}add/", form())
    assert Acknowledgement.objects.count() == (2 if may_enter else 1)
    clerk.post(LIST, {"action": "publish", "_selected_action": [word.pk], "reason": "Yes."})
    word.refresh_from_db()
    assert (word.state == "published") is may_decide


def test_visitors_have_no_desk(visitor) -> None:
    assert visitor.post(f"{LIST}add/", form()).status_code == 302
    assert Acknowledgement.objects.count() == 0


def test_the_desk_says_which_days_it_takes(moderator) -> None:
    odd = form(stated_on="0001-01-01", since="9999-12-31", passage="\u200b")
    text = moderator.post(f"{LIST}add/", odd).content.decode()
    assert text.count("A day from 2020-01-01 on that has come.") == 2
    assert "1 to 600 characters, some of them to be seen." in text
    assert Acknowledgement.objects.count() == 0
