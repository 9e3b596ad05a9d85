"""Release by rule and by hand, refusal, quarantine, embargo and retention."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from backend.common.errors import ConflictError, RuleError, UnknownError
from backend.reports import services
from backend.reports.models import ModerationEvent, Receipt, Report, Tombstone
from backend.reports.selectors import reports_public
from backend.reports.tasks import expired_erase, reports_release
from tests.factories import make_report
from tests.payloads import make_payload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "catalogue")]


def events() -> list[tuple[str, str, str, str]]:
    rows = ModerationEvent.objects.order_by("id")
    return list(rows.values_list("actor", "from_state", "to_state", "reason"))


def submit(**overrides):
    services.report_submit(payload=make_payload(**overrides))
    return Report.objects.get()


def test_without_an_embargo_the_next_sweep_releases() -> None:
    report = submit()
    assert (report.state, report.public_from) == ("pending", date(2026, 11, 23))
    assert reports_public().count() == 0
    reports_release()
    assert reports_public().get().pk == report.pk
    assert events() == [("rule", "pending", "released", "")]
    reports_release()
    assert len(events()) == 1


def test_an_embargo_holds_a_report_back_until_its_day(settings, clock) -> None:
    settings.EMBARGO_DAYS = 7
    assert submit().public_from == date(2026, 11, 30)
    clock.move_to("2026-11-29T23:59:59Z")
    assert services.reports_release_due() == 0
    clock.move_to("2026-11-30T00:00:01Z")
    assert services.reports_release_due() == 1
    assert reports_public().count() == 1


def test_a_sweep_releases_however_many_are_due(monkeypatch) -> None:
    monkeypatch.setattr(services, "SWEEP_ROWS", 3)
    for _ in range(7):
        make_report(state="pending")
    assert services.reports_release_due() == 7
    assert ModerationEvent.objects.filter(actor="rule").count() == 7


def test_where_moderators_release_the_rule_does_not(settings) -> None:
    settings.RELEASE_BY = "moderator"
    report = submit()
    assert report.public_from is None
    assert services.reports_release_due() == 0
    services.report_release(report_id=report.pk, moderator="ada", reason="Fine.")
    assert reports_public().get().public_from == date(2026, 11, 23)
    assert events() == [("ada", "pending", "released", "Fine.")]


def test_a_moderator_cannot_shorten_the_embargo(settings) -> None:
    settings.EMBARGO_DAYS = 7
    report = submit()
    released = services.report_release(report_id=report.pk, moderator="ada", reason="Fine.")
    assert (released.state, released.public_from) == ("released", date(2026, 11, 30))
    assert reports_public().count() == 0


def test_what_the_device_missed_is_removed_and_the_report_waits_for_a_moderator(
    contributor,
) -> None:
    response = contributor.send(
        prompt="Write to hanna.weber@posteo.example about the shard.",
        redaction={"version": "1", "removed": {"EMAIL": 2, "PERSON": 0}},
    )
    assert (response.status_code, response.json()["state"]) == (201, "quarantined")
    assert response.json()["public_from"] is None
    report = Report.objects.get()
    assert "hanna.weber" not in report.prompt
    assert "[EMAIL_1]" in report.prompt
    assert report.removed == {"EMAIL": 3}
    assert "removed:EMAIL" in report.quarantine_reasons
    assert services.reports_release_due() == 0
    assert reports_public().count() == 0


def test_an_import_is_redacted_but_does_not_wait_for_what_was_removed() -> None:
    payload = make_payload(response="Ask hanna.weber@posteo.example, she knows the shards.")
    services.report_submit(payload=payload, provenance="import", collection="old-answers")
    report = reports_public().get()
    assert "hanna.weber" not in report.response
    assert report.removed == {"EMAIL": 1}


def test_a_quarantined_report_can_be_released_or_rejected() -> None:
    for decide, state in [
        (services.report_release, "released"),
        (services.report_reject, "rejected"),
    ]:
        report = make_report(state="quarantined")
        assert decide(report_id=report.pk, moderator="ada", reason="Looked at.").state == state
    assert Tombstone.objects.count() == 0


def test_taking_down_a_released_report_leaves_a_tombstone() -> None:
    report = make_report()
    services.report_reject(report_id=report.pk, moderator="ada", reason="A third person asked.")
    assert reports_public().count() == 0
    assert Tombstone.objects.get().report_id == report.pk


@pytest.mark.parametrize("state", ["released", "rejected", "withdrawn"])
def test_only_what_waits_can_be_released(state) -> None:
    report = make_report(state=state)
    before = events()
    with pytest.raises(ConflictError) as caught:
        services.report_release(report_id=report.pk, moderator="ada", reason="Fine.")
    assert caught.value.code == "report_state_conflict"
    report.refresh_from_db()
    assert (report.state, events()) == (state, before)


@pytest.mark.parametrize("state", ["rejected", "withdrawn"])
def test_what_is_gone_cannot_be_rejected(state) -> None:
    report = make_report(state=state)
    before = (events(), Tombstone.objects.count())
    with pytest.raises(ConflictError):
        services.report_reject(report_id=report.pk, moderator="ada", reason="No.")
    assert (events(), Tombstone.objects.count()) == before


@pytest.mark.parametrize("reason", ["", " \n ", "r" * 301, "a\x00b"])
def test_a_decision_needs_a_reason(reason) -> None:
    report = make_report(state="quarantined")
    for decide in (services.report_release, services.report_reject):
        with pytest.raises(RuleError) as caught:
            decide(report_id=report.pk, moderator="ada", reason=reason)
        assert caught.value.code == "reason_required"
    report.refresh_from_db()
    assert (report.state, events()) == ("quarantined", [])


def test_an_unknown_report_cannot_be_decided() -> None:
    with pytest.raises(UnknownError):
        services.report_release(report_id=uuid.uuid4(), moderator="ada", reason="Fine.")


def test_a_quarantined_text_is_erased_after_its_days(clock) -> None:
    for state in ("quarantined", "rejected", "pending"):
        make_report(state=state)
    clock.move_to("2026-12-23T12:00:00Z")  # the 30th day
    assert services.expired_erase() == (0, 0)
    clock.move_to("2026-12-24T00:00:01Z")
    assert services.expired_erase() == (2, 0)
    erased = Report.objects.filter(prompt="", response="", comment="", text_fingerprint="")
    assert set(erased.values_list("state", flat=True)) == {"rejected"}
    assert erased.count() == 2
    assert erased.filter(symptoms__isnull=False).count() == 0
    assert Report.objects.get(state="pending").prompt != ""
    assert events() == [("rule", "quarantined", "rejected", "quarantine expired")]
    assert services.expired_erase() == (0, 0)


def receipt_of(report: Report) -> tuple[bool, bool]:
    """Whether the contributor's tag and the digest of the payload are still there."""
    receipt = Receipt.objects.get(report=report)
    return (receipt.contributor_tag != "", receipt.payload_digest != "")


@pytest.mark.parametrize("state", ["quarantined", "pending", "embargoed", "released"])
def test_a_refused_report_loses_tag_and_digest_with_its_text(clock, state: str) -> None:
    report, public = make_report(state=state), make_report()
    services.report_reject(report_id=report.pk, moderator="ada", reason="No exchange.")
    clock.move_to("2026-12-23T12:00:00Z")  # the 30th day
    services.expired_erase()
    assert receipt_of(report) == (True, True)
    clock.move_to("2026-12-24T00:00:01Z")
    assert services.expired_erase() == (1, 0)
    assert (receipt_of(report), receipt_of(public)) == ((False, False), (True, True))
    assert len(events()) == 1, "the moderator's word is the last"


def test_where_a_moderator_releases_what_waits_is_erased_after_the_same_days(
    clock, settings
) -> None:
    settings.RELEASE_BY = "moderator"
    report = submit()
    clock.move_to("2026-12-23T12:00:00Z")  # the 30th day
    assert services.expired_erase() == (0, 0)
    clock.move_to("2026-12-24T00:00:01Z")
    assert services.expired_erase() == (1, 0)
    report.refresh_from_db()
    assert (report.state, report.prompt, receipt_of(report)) == ("rejected", "", (False, False))
    assert events() == [("rule", "pending", "rejected", "nobody released it in time")]
    assert services.expired_erase() == (0, 0)


def test_a_report_that_waits_for_the_rule_is_not_erased_and_one_that_it_passes_by_is(
    clock, settings
) -> None:
    settings.RELEASE_BY = "moderator"
    passed_by = submit()
    settings.RELEASE_BY = "rule"
    settings.EMBARGO_DAYS = 60
    services.report_submit(payload=make_payload())
    clock.move_to("2026-12-24T00:00:01Z")
    assert services.expired_erase() == (1, 0)
    passed_by.refresh_from_db()
    assert passed_by.prompt == ""
    clock.move_to("2027-01-22T00:00:01Z")  # 60 days after 2026-11-23
    assert services.reports_release_due() == 1


def test_a_receipt_is_forgotten_after_its_day(clock, settings) -> None:
    settings.RECEIPT_DAYS = 100
    make_report()
    clock.move_to("2027-03-03T12:00:00Z")  # 100 days after 2026-11-23
    expired_erase()
    assert Receipt.objects.count() == 1
    clock.move_to("2027-03-04T12:00:00Z")
    expired_erase()
    assert (Receipt.objects.count(), reports_public().count()) == (0, 1)


def test_only_collections_can_be_deleted_as_a_whole() -> None:
    make_report(provenance="simulated", collection="demo")
    kept = make_report()
    with pytest.raises(RuleError):
        services.collection_delete(collection="")
    assert services.collection_delete(collection="demo") == 1
    assert services.collection_delete(collection="demo") == 0
    assert Report.objects.get().pk == kept.pk
