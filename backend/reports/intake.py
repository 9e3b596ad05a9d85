"""From payloads to rows: checked, redacted a second time, stored once. Called by services only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from backend.catalogue.selectors import site_by_slug
from backend.common.errors import ConflictError, PlumblineError
from backend.credentials.vouching import Claim, Vouches, vouch_for_all
from backend.reports.contract import (
    CatalogueLookup,
    CheckedReport,
    payload_digest,
    report_check,
    text_fingerprint,
)
from backend.reports.models import ERASED, EarlyWithdrawal, ModerationEvent, Receipt, Report
from backend.reports.redaction import REDACTION_VERSION, REMOVED_TYPES, redact, residual_risk

STORE_ATTEMPTS = 3
LABEL_CHARS_MAX = 120  # placeholders may be longer than what they stand for
LATE_DAYS = 28
"""A report about an earlier day takes no part in counts: nobody could check such a past."""
ADAPTERS = frozenset({"generic", "import", "simulated"})
"""Adapters of no site of the catalogue. The others are called like their site."""


@dataclass(frozen=True)
class Stored:
    """What sending a report led to."""

    receipt: Receipt
    """With its report."""
    is_new: bool
    """False if this very report had been stored before."""


@dataclass(frozen=True)
class PreparedReport:
    """Rows that are ready to be stored."""

    report: Report
    receipt: Receipt
    symptoms: tuple[str, ...]


Outcome = Stored | PlumblineError


def reports_prepare(
    payloads: Sequence[Any], *, provenance: str, collection: str, vouches: Vouches = vouch_for_all
) -> list[PreparedReport | PlumblineError]:
    """For each payload, in order, its rows or why it can't be stored. Writes nothing."""
    lookup = CatalogueLookup()
    prepared: list[PreparedReport | PlumblineError] = []
    for payload in payloads:
        try:
            checked = report_check(
                payload, lookup, may_be_fictional=provenance != Report.Provenance.REPORT
            )
            is_ours = lookup.site(payload["client"]["adapter"]) is not None
            prepared.append(
                _prepare(
                    checked,
                    provenance=provenance,
                    collection=collection,
                    client=_client(payload["client"], is_known=is_ours),
                    is_counted=checked.payload["is_linked"]
                    and (provenance != Report.Provenance.REPORT or _is_counted(checked, vouches)),
                )
            )
        except PlumblineError as error:
            prepared.append(error)
    return prepared


def client_name(client: Mapping[str, str]) -> str:
    """Adapter and version as they are kept: an adapter that nobody knows is not named."""
    return _client(client, is_known=site_by_slug(client["adapter"]) is not None)


def _client(client: Mapping[str, str], *, is_known: bool) -> str:
    """Adapter and version as they are published: an adapter that nobody knows is not named."""
    adapter = client["adapter"] if is_known or client["adapter"] in ADAPTERS else "unknown"
    return f"{adapter}/{client['extension_version']}"


def _is_counted(checked: CheckedReport, vouches: Vouches) -> bool:
    """Whether its contributor may take part in counts: what one sender can multiply may not."""
    payload = checked.payload
    is_timely = checked.observed_on >= timezone.now().date() - timedelta(days=LATE_DAYS)
    if not (is_timely and checked.is_vendors_site):
        return False
    return vouches(
        Claim(
            site=payload["site"],
            tag=payload["contributor_tag"],
            day=checked.observed_on,
            counted=checked.model_id or "",
        )
    )


@dataclass(frozen=True)
class _CleanTexts:
    """The texts of a report as they may be stored: redacted here a second time."""

    prompt: str
    response: str
    comment: str
    expected: str
    model_label: str
    removed: dict[str, int]
    """How much of each type was removed, on the device and here."""
    reasons: list[str]
    """Why a person must look before anybody else may."""


def _clean(checked: CheckedReport, *, provenance: str) -> _CleanTexts:
    payload = checked.payload
    label = payload["model_label"] or ""
    is_typed = checked.model_id is None  # a label that the catalogue knows is no secret
    redaction = redact(
        payload["prompt"],
        payload["response"],
        payload["comment"],
        payload.get("expected", ""),
        label if is_typed else "",
    )
    prompt, response, comment, expected, clean_label = redaction.texts
    reasons: list[str] = []
    if provenance == Report.Provenance.REPORT:
        # Devices redact before they send: whatever is found here slipped through there. Collections
        # have not been redacted before, and their publication was somebody's decision already.
        reasons = [f"removed:{kind}" for kind in sorted(redaction.removed)]
        reasons += [f"risk:{code}" for code in residual_risk(prompt, response, comment, expected)]
    # The names of types are ours: anything else there would be a text that nobody looked at.
    sent = payload["redaction"]["removed"]
    removed = {kind: int(count) for kind, count in sent.items() if kind in REMOVED_TYPES}
    for kind, count in redaction.removed.items():
        removed[kind] = removed.get(kind, 0) + count
    return _CleanTexts(
        prompt=prompt,
        response=response,
        comment=comment,
        expected=expected,
        model_label=(clean_label if is_typed else label)[:LABEL_CHARS_MAX],
        removed={kind: count for kind, count in removed.items() if count},
        reasons=reasons,
    )


def _prepare(
    checked: CheckedReport, *, provenance: str, collection: str, client: str, is_counted: bool
) -> PreparedReport:
    payload = checked.payload
    today = timezone.now().date()
    clean = _clean(checked, provenance=provenance)
    state, public_from = _first_state(provenance, clean.reasons, today)
    report = Report(
        id=UUID(payload["id"]),
        state=state,
        quarantine_reasons=clean.reasons,
        provenance=provenance,
        collection=collection,
        received_on=today,
        observed_on=checked.observed_on,
        public_from=public_from,
        site_id=payload["site"],
        model_label=clean.model_label,
        model_label_source=payload["model_label_source"],
        model_id=checked.model_id,
        domain_stated_id=payload["domain"],
        is_silent=checked.is_silent,
        prompt=clean.prompt,
        response=clean.response,
        comment=clean.comment,
        expected=clean.expected,
        severity=payload.get("severity"),
        removed=clean.removed,
        redaction_version=REDACTION_VERSION,
        consent_version=payload["consent_version"],
        client=client,
        **_circumstances(payload.get("circumstances", {})),
        text_fingerprint=text_fingerprint(clean.prompt, clean.response),
    )
    receipt = Receipt(
        report=report,
        key_sha256=payload["receipt_key_sha256"],
        contributor_tag=payload["contributor_tag"],
        is_linked=payload["is_linked"],
        is_counted=is_counted,
        payload_digest=payload_digest(payload),
        expires_on=today + timedelta(days=settings.RECEIPT_DAYS),
    )
    return PreparedReport(report, receipt, tuple(payload["symptoms"]))


def _circumstances(told: Mapping[str, Any]) -> dict[str, Any]:
    """How the answer came about, as columns; what nobody knows is null or empty."""
    counts = ("turn_index", "earlier_turns", "has_attachments", "has_tools")
    words = ("notice", "tier", "effort")
    return {name: told.get(name) for name in counts} | {
        name: told.get(name) or "" for name in words
    }


def _first_state(provenance: str, reasons: list[str], today: date) -> tuple[str, date | None]:
    """The state of a new report, and from which day on it may be public if nobody objects."""
    if reasons:
        return Report.State.QUARANTINED, None
    if provenance != Report.Provenance.REPORT:
        return Report.State.RELEASED, today
    if settings.RELEASE_BY == "rule":
        return Report.State.PENDING, today + timedelta(days=settings.EMBARGO_DAYS)
    return Report.State.PENDING, None


def reports_store(prepared: Sequence[PreparedReport | PlumblineError]) -> list[Outcome]:
    """Store in one transaction what can be stored; errors pass through. In order."""
    for attempt in range(1, STORE_ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return _store(prepared)
        except IntegrityError:
            # Somebody stored one of these ids or keys a moment ago: look again, then decide.
            if attempt == STORE_ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def receipt_keys_lock(digests: Iterable[str]) -> None:
    """Let nobody else store or withdraw a report of these keys until the transaction ends."""
    # In one order everywhere, so that two batches with common keys wait instead of deadlocking.
    numbers = sorted(int(digest[:15], 16) for digest in digests)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) key", [numbers])


def _withdraw_early(fresh: Sequence[PreparedReport]) -> None:
    """Erase what its sender has withdrawn already: the withdrawal overtook the report."""
    by_key = {
        item.receipt.key_sha256: item
        for item in fresh
        if item.report.provenance == Report.Provenance.REPORT
    }
    receipt_keys_lock(by_key)
    asked = EarlyWithdrawal.objects.filter(pk__in=by_key).values_list("pk", flat=True)
    for item in [by_key[key] for key in asked]:
        for name, value in ERASED.items():
            setattr(item.report, name, value)
        item.report.state, item.report.public_from = Report.State.WITHDRAWN, None
        item.receipt.contributor_tag = item.receipt.payload_digest = ""


def _store(prepared: Sequence[PreparedReport | PlumblineError]) -> list[Outcome]:
    items = [item for item in prepared if isinstance(item, PreparedReport)]
    # Keys first, then each report together with its receipt: whoever stores the same report between
    # these two looks is seen by the second as a whole.
    key_owners = dict(
        Receipt.objects.filter(
            key_sha256__in=[item.receipt.key_sha256 for item in items]
        ).values_list("key_sha256", "report_id")
    )
    stored = (
        Report.objects.filter(pk__in=[item.report.pk for item in items])
        .select_related("receipt")
        .defer("search", "embedding", "prompt", "response", "comment")
    )
    known: dict[UUID, Receipt | None] = {
        report.pk: getattr(report, "receipt", None) for report in stored
    }
    fresh: list[PreparedReport] = []
    outcomes: list[Outcome] = []
    for item in prepared:
        if isinstance(item, PlumblineError):
            outcomes.append(item)
        elif item.report.pk in known:
            outcomes.append(_again(item, known[item.report.pk]))
        elif key_owners.get(item.receipt.key_sha256, item.report.pk) != item.report.pk:
            outcomes.append(
                ConflictError("receipt_key_conflict", "Another report has this receipt key.")
            )
        else:
            known[item.report.pk] = item.receipt
            key_owners[item.receipt.key_sha256] = item.report.pk
            fresh.append(item)
            outcomes.append(Stored(item.receipt, is_new=True))
    _insert(fresh)
    return outcomes


def _again(item: PreparedReport, stored: Receipt | None) -> Outcome:
    """The stored receipt if the same sender sends the same again; it may have expired."""
    if stored is None:
        return _id_conflict()
    is_same_sender = item.receipt.key_sha256 == stored.key_sha256
    # A withdrawn report has no digest left: its sender learns that it is withdrawn, nobody else does.
    is_same_payload = stored.payload_digest in ("", item.receipt.payload_digest)
    if is_same_sender and is_same_payload:
        return Stored(stored, is_new=False)
    return _id_conflict()


def _id_conflict() -> ConflictError:
    return ConflictError("report_id_conflict", "Another report has this id.")


def _insert(fresh: list[PreparedReport]) -> None:
    # In the order of their ids, so that two batches with common ids wait instead of deadlocking.
    fresh = sorted(fresh, key=lambda item: str(item.report.pk))
    _withdraw_early(fresh)
    Report.objects.bulk_create(item.report for item in fresh)
    Receipt.objects.bulk_create(item.receipt for item in fresh)
    through = Report.symptoms.through
    through.objects.bulk_create(
        through(report_id=item.report.pk, symptom_id=slug)
        for item in fresh
        for slug in item.symptoms
        if item.report.state != Report.State.WITHDRAWN
    )
    ModerationEvent.objects.bulk_create(
        ModerationEvent(
            report_id=item.report.pk,
            decided_on=item.report.received_on,
            actor="rule",
            from_state="",
            to_state=item.report.state,
            reason=f"{item.report.provenance} {item.report.collection}".strip(),
        )
        for item in fresh
        if item.report.state == Report.State.RELEASED
    )
