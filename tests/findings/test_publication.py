"""Who makes a finding public, and that a held one is nowhere."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from backend.common.errors import ConflictError, RuleError, UnknownError
from backend.findings import services
from backend.findings.models import Finding, FindingEvent
from backend.findings.selectors import findings_public, findings_waiting
from tests.factories import make_finding, make_report, make_run, make_signal
from tests.findings.test_runs import finding_fields, store

pytestmark = pytest.mark.usefixtures("catalogue")
LIST = "/admin/findings/finding/"


def conclude(**overrides) -> Finding:
    store(services.Conclusions(findings=[(finding_fields(**overrides), [])]))
    return Finding.objects.get()


def test_a_finding_about_a_real_model_waits_for_a_moderator(settings, visitor) -> None:
    settings.PUBLISH_FINDINGS_BY = "moderator"
    finding = conclude(peak={"observed": 20, "expected": 2.0})
    assert findings_waiting().count() == 1
    for page in (f"/findings/{finding.name}/", f"/api/v1/findings/{finding.pk}/"):
        assert visitor.get(page).status_code == 404
    assert visitor.get("/api/v1/findings/").json()["results"] == []
    services.finding_publish(finding_id=finding.pk, moderator="mo", reason="Looked at.")
    assert [f.pk for f in findings_public()] == [finding.pk]
    assert findings_waiting().count() == 0
    store(services.Conclusions(findings=[(finding_fields(n_reports=31), [])]))
    assert Finding.objects.get().is_published, "what a person has published stays public"


def test_a_simulated_finding_is_public_at_once(settings) -> None:
    settings.PUBLISH_FINDINGS_BY = "moderator"
    assert conclude(is_simulated=True).is_published


def test_by_rule_every_finding_is_public_at_once(settings) -> None:
    settings.PUBLISH_FINDINGS_BY = "rule"
    assert conclude().is_published


@pytest.mark.parametrize("changes", [{}, {"is_simulated": True}])
def test_no_rule_publishes_again_what_a_moderator_holds(settings, changes) -> None:
    settings.PUBLISH_FINDINGS_BY = "rule"
    finding = conclude(**changes)
    services.finding_hold(finding_id=finding.pk, moderator="mo", reason="A brigade.")
    conclude(n_reports=31, **changes)
    assert not Finding.objects.get().is_published
    services.finding_publish(finding_id=finding.pk, moderator="mo", reason="None after all.")
    conclude(n_reports=32, **changes)
    assert Finding.objects.get().is_published


def test_a_decision_is_logged_with_its_reason_and_without_a_name_in_public(visitor) -> None:
    finding = make_finding(run=make_run(), is_published=False)
    services.finding_publish(finding_id=finding.pk, moderator="mo", reason=" Looked \n at. ")
    event = FindingEvent.objects.order_by("-id").first()
    assert (event.actor, event.reason) == ("mo", "Published by a moderator: Looked at.")
    body = visitor.get(f"/api/v1/findings/{finding.pk}/").json()
    assert set(body["events"][0]) == {
        "id", "happened_at", "kind", "step", "from_state", "to_state", "other", "reason",
    }  # fmt: skip
    assert [event["kind"] for event in body["events"]] == ["state", "published"]


def test_holding_takes_a_finding_from_the_public(visitor) -> None:
    finding = make_finding(run=make_run())
    assert visitor.get(f"/findings/{finding.name}/").status_code == 200
    services.finding_hold(finding_id=finding.pk, moderator="mo", reason="A brigade.")
    assert visitor.get(f"/findings/{finding.name}/").status_code == 404
    with pytest.raises(ConflictError, match="held already"):
        services.finding_hold(finding_id=finding.pk, moderator="mo", reason="Again.")


def test_a_decision_needs_a_reason_and_a_finding() -> None:
    finding = make_finding(run=make_run(), is_published=False)
    with pytest.raises(RuleError, match="needs a reason"):
        services.finding_publish(finding_id=finding.pk, moderator="mo", reason=" ")
    with pytest.raises(UnknownError):
        services.finding_publish(finding_id=0, moderator="mo", reason="Fine.")
    assert not Finding.objects.get().is_published


def test_the_desk_publishes_and_holds(moderator) -> None:
    finding = make_finding(run=make_run(), is_published=False)
    for action, is_published in (("publish", True), ("hold", False)):
        form = {"action": action, "reason": "Looked at.", "_selected_action": [str(finding.pk)]}
        assert "1 decided." in moderator.post(LIST, form, follow=True).content.decode()
        assert Finding.objects.get().is_published is is_published
    assert moderator.get(f"{LIST}{finding.pk}/change/").status_code == 200
    assert moderator.post(f"{LIST}{finding.pk}/change/", {"state": "x"}).status_code == 403
    bad = {"action": "publish", "reason": "x", "_selected_action": ["no-id"]}
    assert "There is no such row." in moderator.post(LIST, bad, follow=True).content.decode()


def test_a_findings_page_at_the_desk_says_in_words_what_there_is_to_decide(moderator) -> None:
    report = make_report()
    finding = make_finding(
        run=make_run(), is_published=False, representatives=(report,), cautions=["burst"],
        outlook="Ratings would move it up.", symptoms={"wrong_answer": 7}, terms=["nccl", "timeout"],
        evidence={"n_vendors": 1},
    )  # fmt: skip
    page = moderator.get(f"{LIST}{finding.pk}/change/").content.decode()
    read, stored = page.split("As it is stored")
    for words in (
        finding.reason, "Ratings would move it up.", "as after a post that many read.",
        "2026-09-07 to 2026-11-01: 12 contributors where 2.5 would be expected",
        "2026-09-07, between 2026-08-31 and 2026-09-14", "wrong_answer: 7", "nccl, timeout",
        f'<a href="/admin/reports/report/{report.pk}/change/">',
    ):  # fmt: skip
        assert words in read, words
    assert "n_vendors" in stored
    assert "{" not in re.sub(r"<[^>]*>", "", read)
    assert f"/findings/{finding.name}/" not in page, "it has no public page yet"
    services.finding_publish(finding_id=finding.pk, moderator="mo", reason="Looked at.")
    page = moderator.get(f"{LIST}{finding.pk}/change/").content.decode()
    assert f'/findings/{finding.name}/">' in page


def test_what_a_finding_of_an_older_method_lacks_is_left_empty_at_the_desk(moderator) -> None:
    finding = make_finding(run=make_run(), peak={}, series=[], onset=None, offset=None)
    assert moderator.get(f"{LIST}{finding.pk}/change/").status_code == 200


def test_who_may_only_look_publishes_nothing(catalogue, client) -> None:
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Permission

    user = get_user_model().objects.create_user("reader", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_finding"))
    client.force_login(user)
    finding = make_finding(run=make_run(), is_published=False)
    form = {"action": "publish", "reason": "x", "_selected_action": [str(finding.pk)]}
    client.post(LIST, form, follow=True)
    assert not Finding.objects.get().is_published


def test_a_gap_among_windows_does_not_name_what_waits_for_a_moderator(visitor, catalogue) -> None:
    """A window of 28 days has at least the contributors of the 14 days that end with it: where it is missing
    and the shorter one is listed, something waits. So all that draw more than expected are left out.
    """
    run = make_run()

    def window(days: int, observed: int, **options: Any) -> None:
        end = date(2026, 11, 1)
        make_signal(run=run, window_start=end - timedelta(days=days - 1), window_end=end,
                    observed=observed, **options)  # fmt: skip

    window(14, 7)
    window(28, 12, state="reported", is_discovery=True)
    window(14, 7, domain_id="law")  # nothing waits here
    window(14, 7, domain_id="medicine", expected=7.5)
    held = make_finding(run=run, is_published=False)

    def listed() -> set[tuple[str, int]]:
        rows = visitor.get("/api/v1/signals/").json()["results"]
        return {(row["domain"], row["observed"]) for row in rows}

    assert listed() == {("medicine", 7)}
    services.finding_publish(finding_id=held.pk, moderator="m", reason="looked at")
    mine = {("distributed-training", 7), ("distributed-training", 12)}
    assert listed() == {("medicine", 7), *mine}
