"""The one way in for reports, and every change of their state.

A report is checked, redacted a second time, and stored as pending or quarantined; a rule or a
moderator releases it; its sender may withdraw it at any time. Each change of state is claimed by an
update that must touch the row, and leaves a ModerationEvent in the same transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from backend.common.decisions import reason_clean
from backend.common.errors import ConflictError, PlumblineError, RuleError, UnknownError
from backend.credentials.vouching import Vouches, vouch_for_all
from backend.reports.intake import (
    Stored,
    receipt_keys_lock,
    reports_prepare,
    reports_store,
)
from backend.reports.models import (
    ERASED,
    EarlyWithdrawal,
    ModerationEvent,
    Receipt,
    Report,
    Tombstone,
)

State = Report.State
SWEEP_ROWS = 500
BY_RULE = "rule"
BY_SENDER = "sender"
EXPIRED: dict[str, str] = {
    State.QUARANTINED: "quarantine expired",
    State.PENDING: "nobody released it in time",
}
"""Why a report that no moderator decided on is erased, by the state in which it waited."""
IS_KEPT_AFTER_REFUSAL = Q(state=State.REJECTED) & ~Q(prompt="")
"""Refused or taken down, with the text still there for the moderators."""


# --- in


def report_submit(
    *,
    payload: Mapping[str, Any],
    provenance: str = "report",
    collection: str = "",
    vouches: Vouches = vouch_for_all,
) -> Stored:
    """Store one report; its receipt, and whether it is new.

    The same payload sent again gives the same receipt. Raises RuleError if the payload breaks the
    contract, ConflictError if its id or receipt key is taken by another; then nothing is stored.
    """
    (stored,) = reports_submit_many(
        payloads=[payload], provenance=provenance, collection=collection, vouches=vouches
    )
    return stored


def reports_submit_many(
    *, payloads: Sequence[Any], provenance: str, collection: str, vouches: Vouches = vouch_for_all
) -> list[Stored]:
    """Store a batch in one transaction, in order. The first error is raised, and nothing is stored."""
    prepared = reports_prepare(
        payloads, provenance=provenance, collection=collection, vouches=vouches
    )
    for item in prepared:
        if isinstance(item, PlumblineError):
            raise item
    with transaction.atomic():
        stored = reports_store(prepared)
        for outcome in stored:
            if isinstance(outcome, PlumblineError):
                raise outcome
    return [outcome for outcome in stored if isinstance(outcome, Stored)]


def reports_submit_each(
    *, payloads: Sequence[Any], vouches: Vouches = vouch_for_all
) -> list[Stored | PlumblineError]:
    """Store what is right of a batch that people sent; in order, a receipt or an error for each."""
    return reports_store(
        reports_prepare(payloads, provenance="report", collection="", vouches=vouches)
    )


# --- release and moderation


def reports_release_due() -> int:
    """Release by rule what is pending and past its embargo; how many. Runs twice without harm."""
    if settings.RELEASE_BY != BY_RULE:
        return 0
    n_released = 0
    while rows := _release_some():
        n_released += rows
    return n_released


@transaction.atomic
def _release_some() -> int:
    today = timezone.now().date()
    due = Report.objects.filter(state=State.PENDING, public_from__lte=today)
    ids = list(
        due.order_by("id")
        .select_for_update(skip_locked=True)
        .values_list("id", flat=True)[:SWEEP_ROWS]
    )
    n_released = due.filter(id__in=ids).update(state=State.RELEASED)
    ModerationEvent.objects.bulk_create(
        ModerationEvent(
            report_id=report_id,
            decided_on=today,
            actor=BY_RULE,
            from_state=State.PENDING,
            to_state=State.RELEASED,
        )
        for report_id in ids
    )
    return n_released


@transaction.atomic
def report_release(*, report_id: UUID, moderator: str, reason: str) -> Report:
    """Release a pending or quarantined report; it is public from the end of its embargo on."""
    today = timezone.now().date()
    report = _locked(report_id)
    embargo_ends = report.received_on + timedelta(days=settings.EMBARGO_DAYS)
    return _decide(
        report,
        allowed=(State.PENDING, State.QUARANTINED),
        changes={"state": State.RELEASED, "public_from": max(today, embargo_ends)},
        actor=moderator,
        reason=reason_clean(reason),
    )


@transaction.atomic
def report_reject(*, report_id: UUID, moderator: str, reason: str) -> Report:
    """Refuse a report, or take down a released one; mirrors of the latter are told by a tombstone.

    The text stays for the moderators until the retention of quarantined reports is over.
    """
    report = _locked(report_id)
    _tombstone(report)
    return _decide(
        report,
        allowed=(State.PENDING, State.QUARANTINED, State.RELEASED),
        changes={"state": State.REJECTED},
        actor=moderator,
        reason=reason_clean(reason),
    )


def _locked(report_id: UUID) -> Report:
    report = Report.objects.select_for_update().filter(pk=report_id).first()
    if report is None:
        raise UnknownError("report_unknown", "There is no such report.")
    return report


def _decide(
    report: Report, *, allowed: Sequence[str], changes: dict[str, Any], actor: str, reason: str
) -> Report:
    """Change the state by an update that must touch the row, and note it. Needs a transaction."""
    from_state = report.state
    claimed = Report.objects.filter(pk=report.pk, state=from_state, state__in=allowed)
    if claimed.update(**changes) != 1:
        raise ConflictError("report_state_conflict", f"The report is {from_state}.")
    ModerationEvent.objects.create(
        report_id=report.pk,
        decided_on=timezone.now().date(),
        actor=actor,
        from_state=from_state,
        to_state=changes["state"],
        reason=reason,
    )
    report.refresh_from_db()
    return report


# --- out


@transaction.atomic
def report_withdraw(*, receipt_key: str) -> Receipt:
    """Erase the report of this receipt at once and for good; its receipt. Twice is as good as once.

    Raises UnknownError if no receipt has this key.
    """
    receipt = Receipt.objects.filter(key_sha256=key_digest(receipt_key)).first()
    if receipt is None:
        raise UnknownError("receipt_unknown", "There is no receipt with this key.")
    report = _locked(receipt.report_id)
    if report.state != State.WITHDRAWN:
        _tombstone(report)
        report = _decide(
            report,
            allowed=(State.PENDING, State.QUARANTINED, State.RELEASED, State.REJECTED),
            changes={"state": State.WITHDRAWN, **ERASED},
            actor=BY_SENDER,
            reason="",
        )
        report.symptoms.clear()
        Receipt.objects.filter(pk=receipt.pk).update(contributor_tag="", payload_digest="")
    receipt.refresh_from_db()
    receipt.report = report
    return receipt


@transaction.atomic
def withdrawal_remember(*, receipt_key: str) -> None:
    """Erase whatever arrives with this key from now on, or has arrived a moment ago.

    A report and its withdrawal travel apart, and the withdrawal may be first.
    """
    digest = key_digest(receipt_key)
    receipt_keys_lock([digest])
    EarlyWithdrawal.objects.get_or_create(
        key_sha256=digest, defaults={"asked_on": timezone.now().date()}
    )
    if Receipt.objects.filter(key_sha256=digest).exists():
        report_withdraw(receipt_key=receipt_key)


def _tombstone(report: Report) -> None:
    """Tell mirrors to drop the report, if it has been public."""
    today = timezone.now().date()
    if report.state == State.RELEASED and report.public_from and report.public_from <= today:
        Tombstone.objects.get_or_create(report_id=report.pk, defaults={"withdrawn_on": today})


def key_digest(receipt_key: str) -> str:
    """The only form in which a receipt key is kept."""
    return hashlib.sha256(receipt_key.encode()).hexdigest()


def expired_erase() -> tuple[int, int]:
    """Erase the texts nobody released in time and the receipts past their day; how many of each.

    What is erased counts nowhere, so its contributor's tag and the digest of its payload go with it, as
    with a withdrawal. Those of what is public stay: a tag is what makes a person count once.
    """
    today = timezone.now().date()
    n_erased = 0
    while rows := _erase_some(today - timedelta(days=settings.QUARANTINE_DAYS)):
        n_erased += rows
    EarlyWithdrawal.objects.filter(
        asked_on__lt=today - timedelta(days=settings.QUARANTINE_DAYS)
    ).delete()
    n_receipts, _ = Receipt.objects.filter(expires_on__lt=today).delete()
    return n_erased, n_receipts


@transaction.atomic
def _erase_some(last_day: date) -> int:
    expired = Report.objects.filter(
        _is_undecided() | IS_KEPT_AFTER_REFUSAL, received_on__lt=last_day
    )
    reports = list(
        expired.order_by("id").select_for_update(skip_locked=True).only("id", "state")[:SWEEP_ROWS]
    )
    for report in reports:
        report.symptoms.clear()
    ids = [report.pk for report in reports]
    n_erased = Report.objects.filter(pk__in=ids).update(state=State.REJECTED, **ERASED)
    Receipt.objects.filter(pk__in=ids).update(contributor_tag="", payload_digest="")
    ModerationEvent.objects.bulk_create(
        ModerationEvent(
            report_id=report.pk,
            decided_on=timezone.now().date(),
            actor=BY_RULE,
            from_state=report.state,
            to_state=State.REJECTED,
            reason=EXPIRED[report.state],
        )
        for report in reports
        if report.state in EXPIRED
    )
    return n_erased


def _is_undecided() -> Q:
    """What is not public unless a moderator says so. What the rule is to release waits for its day."""
    waits = Q(state=State.PENDING)
    if settings.RELEASE_BY == BY_RULE:
        waits &= Q(public_from=None)  # it came while a moderator released: the rule passes it by
    return Q(state=State.QUARANTINED) | waits


@transaction.atomic
def collection_delete(*, collection: str) -> int:
    """Remove every report of an imported or simulated collection; how many there were."""
    if not collection:
        raise RuleError("collection_required", "People's reports are withdrawn, not deleted.")
    reports = Report.objects.filter(collection=collection).exclude(
        provenance=Report.Provenance.REPORT
    )
    _, rows = reports.delete()
    return rows.get("reports.Report", 0)


# --- what the analysis adds


@transaction.atomic
def embeddings_store(*, vectors: Mapping[UUID, Any], model_id: str) -> int:
    """Keep the vectors of released reports; how many. One withdrawn meanwhile stays erased."""
    reports = [
        Report(pk=report_id, embedding=vector, embedding_model=model_id)
        for report_id, vector in vectors.items()
    ]
    released = Report.objects.filter(state=State.RELEASED)
    return released.bulk_update(reports, ["embedding", "embedding_model"], batch_size=100)
