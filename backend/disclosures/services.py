"""Entering, publishing and correcting disclosures. Nothing is made up: each names page and source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone

from backend.catalogue.selectors import leaves_public, vendors_public
from backend.common.decisions import reason_clean
from backend.common.errors import ConflictError, RuleError, UnknownError
from backend.disclosures.models import PASSAGE_CHARS_MAX, Disclosure, DisclosureEvent

TITLE_CHARS_MAX = 200
SUMMARY_CHARS_MAX = 1_000
SOURCE_CHARS_MAX = 500
_HTTPS = URLValidator(schemes=["https"])
Problems = dict[str, list[str]]


@dataclass(frozen=True)
class DisclosureDraft:
    """What somebody read, as it is to be stored. Shares are from 0 to 1."""

    vendor: str
    domains: list[str]
    title: str
    source_url: str
    passage: str
    summary: str
    interventions: list[str]
    published_on: date
    found_on: date
    page_first: int | None = None
    page_last: int | None = None
    is_user_told: bool | None = None
    traffic_share: float | None = None
    organisations_share: float | None = None


def disclosure_check(draft: DisclosureDraft) -> Problems:
    """What is wrong with a draft, by field; empty if nothing is."""
    today = timezone.now().date()
    wrong: Problems = {}
    texts = (
        ("title", TITLE_CHARS_MAX), ("passage", PASSAGE_CHARS_MAX), ("summary", SUMMARY_CHARS_MAX),
    )  # fmt: skip
    for name, chars_max in texts:
        text = getattr(draft, name)
        if not 1 <= len(text.strip()) <= chars_max or "\x00" in text:
            wrong[name] = [f"1 to {chars_max} characters."]
    if not _is_address(draft.source_url):
        wrong["source_url"] = [_ADDRESS]
    if not vendors_public().filter(pk=draft.vendor).exists():
        wrong["vendor"] = ["A vendor of the catalogue."]
    known = set(leaves_public().values_list("pk", flat=True))
    if not draft.domains or not set(draft.domains) <= known:
        wrong["domains"] = ["One or more leaves of the catalogue."]
    if not draft.interventions or not set(draft.interventions) <= set(Disclosure.Intervention):
        wrong["interventions"] = [f"One or more of: {', '.join(Disclosure.Intervention)}."]
    if draft.published_on > today:
        wrong["published_on"] = ["A day that has come."]
    if draft.found_on > today or draft.found_on < draft.published_on:
        wrong["found_on"] = ["A day from the publication until today."]
    if not _are_pages(draft.page_first, draft.page_last):
        wrong["page_first"] = ["First and last page, in this order, or neither."]
    for name in ("traffic_share", "organisations_share"):
        share = getattr(draft, name)
        if share is not None and not 0 < share <= 1:
            wrong[name] = ["A share: above 0, at most 1."]
    return wrong


_ADDRESS = f"An address that begins with https://, at most {SOURCE_CHARS_MAX} characters."


def _is_address(url: str) -> bool:
    try:
        _HTTPS(url)
    except ValidationError:
        return False
    return len(url) <= SOURCE_CHARS_MAX


def _are_pages(first: int | None, last: int | None) -> bool:
    if first is None or last is None:
        return first is last
    return 1 <= first <= last


@transaction.atomic
def disclosure_enter(*, draft: DisclosureDraft, moderator: str) -> Disclosure:
    """Keep what somebody read. Nobody sees it until it is published. RuleError names what is wrong."""
    if wrong := disclosure_check(draft):
        raise RuleError("disclosure_invalid", "The disclosure breaks a rule.", wrong)
    disclosure = Disclosure.objects.create(
        vendor_id=draft.vendor, title=draft.title.strip(), source_url=draft.source_url,
        page_first=draft.page_first, page_last=draft.page_last, passage=draft.passage.strip(),
        summary=draft.summary.strip(), interventions=sorted(set(draft.interventions)),
        is_user_told=draft.is_user_told, traffic_share=draft.traffic_share,
        organisations_share=draft.organisations_share, published_on=draft.published_on,
        found_on=draft.found_on, entered_at=timezone.now(), entered_by=moderator,
    )  # fmt: skip
    disclosure.domains.set(draft.domains)  # type: ignore[arg-type] # slugs are the keys
    _log(disclosure, DisclosureEvent.Kind.ENTERED, moderator, "")
    return disclosure


@transaction.atomic
def disclosure_publish(*, disclosure_id: int, moderator: str, reason: str) -> Disclosure:
    """Show a disclosure to everybody."""
    disclosure = _get(disclosure_id, {Disclosure.State.ENTERED, Disclosure.State.RETRACTED})
    _log(disclosure, DisclosureEvent.Kind.PUBLISHED, moderator, reason_clean(reason))
    return _moved(disclosure, state=Disclosure.State.PUBLISHED)


@transaction.atomic
def disclosure_retract(*, disclosure_id: int, moderator: str, reason: str) -> Disclosure:
    """Take a disclosure down; what was decided stays in its log."""
    disclosure = _get(disclosure_id, {Disclosure.State.PUBLISHED})
    _log(disclosure, DisclosureEvent.Kind.RETRACTED, moderator, reason_clean(reason))
    return _moved(disclosure, state=Disclosure.State.RETRACTED)


@transaction.atomic
def disclosure_reverse(
    *, disclosure_id: int, reversed_on: date | None, source_url: str, moderator: str, reason: str
) -> Disclosure:
    """Say that the vendor took the intervention back: when, and where it says so."""
    disclosure = _get(disclosure_id, set(Disclosure.State))
    wrong: Problems = {}
    last = timezone.now().date()
    if reversed_on is None or not disclosure.published_on <= reversed_on <= last:
        wrong["reversed_on"] = ["A day from the publication until today."]
    if not _is_address(source_url):
        wrong["reversed_source_url"] = [_ADDRESS]
    if wrong:
        raise RuleError("disclosure_invalid", "The reversal breaks a rule.", wrong)
    _log(disclosure, DisclosureEvent.Kind.REVERSED, moderator, reason_clean(reason))
    return _moved(disclosure, reversed_on=reversed_on, reversed_source_url=source_url)


@transaction.atomic
def simulated_disclosures_delete() -> int:
    """Remove the disclosures of fictional vendors; how many."""
    found = Disclosure.objects.filter(vendor__is_fictional=True)
    return found.delete()[1].get("disclosures.Disclosure", 0)


def _get(disclosure_id: int, states: set[Any]) -> Disclosure:
    disclosure = Disclosure.objects.select_for_update().filter(pk=disclosure_id).first()
    if disclosure is None:
        raise UnknownError("disclosure_unknown", "There is no such disclosure.")
    if disclosure.state not in states:
        raise ConflictError(
            "disclosure_state_conflict", f"The disclosure is {disclosure.get_state_display()}."
        )
    return disclosure


def _moved(disclosure: Disclosure, **fields: Any) -> Disclosure:
    for name, value in fields.items():
        setattr(disclosure, name, value)
    disclosure.save(update_fields=list(fields))
    return disclosure


def _log(disclosure: Disclosure, kind: str, moderator: str, reason: str) -> None:
    DisclosureEvent.objects.create(
        disclosure=disclosure, kind=kind, happened_at=timezone.now(), actor=moderator, reason=reason
    )
