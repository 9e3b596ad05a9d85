"""The desk answers what no row can hold before the database is asked."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User

from backend.findings import replies, services
from tests.factories import (
    make_acknowledgement,
    make_cluster,
    make_disclosure,
    make_finding,
    make_reply,
    make_report,
    make_run,
)

LISTS = sorted(
    f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry
)


@pytest.mark.parametrize("address", LISTS)
def test_no_filter_of_a_desk_list_takes_a_nul(admin_client, address: str) -> None:
    for query in ("state=%00", "state__exact=%00", "domain=%00", "q=a%00", "%00=1", "id=%00"):
        refused = admin_client.get(f"{address}?{query}")
        assert refused.status_code == 400, query
        assert b"NUL" in refused.content
    assert admin_client.get(address).status_code == 200


def test_a_page_of_readers_says_it_in_its_own_words(admin_client, catalogue) -> None:
    assert admin_client.get("/findings/?state=%00").status_code != 500


WAITS = re.compile(r'<tr><th scope="row"><a href="([^"]+)">([^<]+)</a></th><td>(\d+)</td></tr>')


@pytest.fixture
def waiting(catalogue, clock, settings) -> None:
    """Something in each queue, and beside it what was decided."""
    settings.RELEASE_BY = "moderator"
    for state in ("pending", "quarantined", "quarantined", "released", "rejected"):
        make_report(state=state)
    run = make_run()
    shown = make_finding(run=run)
    make_finding(run=run, is_published=False)
    make_finding(run=run, is_published=False, state="insufficient")
    make_finding(run=run, is_published=False, merged_into=shown)
    held = make_finding(run=run)
    services.finding_hold(finding_id=held.pk, moderator="mo", reason="A brigade.")
    for state in ("entered", "published", "retracted"):
        make_reply(shown, state=state)
        make_acknowledgement(shown, state=state)
        make_disclosure(state=state)


def test_the_desk_begins_with_what_waits_for_a_person(admin_client, waiting) -> None:
    page = admin_client.get("/admin/").content.decode()
    rows = WAITS.findall(page)
    assert {(what, int(n)) for _, what, n in rows} == {
        ("Reports in quarantine, to be looked at", 2),
        ("Reports to be released", 1),
        ("Findings to be published or held", 1),
        ("Replies that are entered and not public", 1),
        ("Acknowledgements that are entered and not public", 1),
        ("Disclosures that are entered and not public", 1),
    }
    assert page.index(rows[0][1]) < page.index('id="content-related"')
    assert page.index(rows[-1][1]) < page.index("Authentication and Authorization")
    for address, what, n in rows:
        listed = admin_client.get(address).content.decode()
        assert listed.count('name="_selected_action"') == int(n), what
    assert "<style" not in page
    assert " style=" not in page


def test_where_a_rule_releases_a_pending_report_waits_for_nobody(
    admin_client, waiting, settings
) -> None:
    settings.RELEASE_BY = "rule"
    page = admin_client.get("/admin/").content.decode()
    assert "Reports in quarantine, to be looked at" in page
    assert "Reports to be released" not in page


def test_who_may_not_see_a_list_is_not_told_what_waits_in_it(client, waiting) -> None:
    user = User.objects.create_user("reader", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_finding"))
    client.force_login(user)
    rows = WAITS.findall(client.get("/admin/").content.decode())
    assert [what for _, what, _ in rows] == ["Findings to be published or held"]
    user.user_permissions.set(Permission.objects.filter(codename="view_apikey"))
    assert "Waiting for a person" not in client.get("/admin/").content.decode()


@pytest.mark.parametrize(
    ("desk", "is_public"),
    [("findings/finding", True), ("findings/reply", True), ("findings/acknowledgement", True),
     ("findings/clustertrack", True), ("findings/reportdomain", False), ("reports/report", False),
     ("disclosures/disclosure", False)],
)  # fmt: skip
def test_the_form_says_whether_everyone_can_read_the_reason(
    admin_client, waiting, desk: str, is_public: bool
) -> None:
    make_cluster(run=make_run())
    page = admin_client.get(f"/admin/{desk}/").content.decode()
    assert ("Reason (required; everyone can read it)" in page) is is_public


def test_the_reasons_that_the_form_calls_public_are(client, catalogue, clock) -> None:
    finding = make_finding(run=make_run())
    reply = make_reply(finding, state="entered")
    replies.reply_publish(reply_id=reply.pk, moderator="mo", reason="Reply zyxwv.")
    services.finding_hold(finding_id=finding.pk, moderator="mo", reason="Hold zyxwv.")
    services.finding_publish(finding_id=finding.pk, moderator="mo", reason="Publish zyxwv.")
    told = client.get(f"/findings/{finding.name}/").content.decode()
    assert [f"{what} zyxwv." in told for what in ("Reply", "Hold", "Publish")] == [True] * 3
