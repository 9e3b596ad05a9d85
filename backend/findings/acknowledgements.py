"""A vendor's word about a cell: entered in the desk, published by a person, taken down by one.

A published one counts from the next run on, as a part of its frozen evidence. One that is taken down counts
no more from that moment: what rests on it goes back at once to what the same run says without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Replace
from django.utils import timezone

from backend.catalogue.selectors import leaf_by_slug, model_by_slug
from backend.common.decisions import reason_clean
from backend.common.errors import ConflictError, RuleError, UnknownError
from backend.disclosures.selectors import disclosure_public
from backend.findings.acknowledged import without
from backend.findings.boundaries import boundary_store
from backend.findings.events import LASTING, NOTHING_NOW, event_log
from backend.findings.models import (
    Acknowledgement,
    AcknowledgementEvent,
    CellState,
    Finding,
    FindingEvent,
)
from backend.findings.models.acknowledgements import PASSAGE_CHARS_MAX
from backend.findings.replies import SOURCE_CHARS_MAX, is_address
from backend.findings.selectors import run_current
from backend.findings.told import TAKEN_DOWN, WHY_TAKEN_DOWN

FIRST_DAY = date(2020, 1, 1)
"""No source is older, nor anything that one speaks of: a day before is a slip."""
Problems = dict[str, list[str]]


@dataclass(frozen=True)
class AcknowledgementDraft:
    """What a moderator read, as it is to be stored: `model` and `domain` are slugs."""

    model: str
    domain: str
    symptom_kind: str
    source_url: str
    passage: str
    stated_on: date
    since: date | None = None
    until: date | None = None
    disclosure: int | None = None


def acknowledgement_check(draft: AcknowledgementDraft) -> Problems:
    """What is wrong with a draft, by field; empty if nothing is."""
    wrong: Problems = {}
    model = model_by_slug(draft.model)
    if model is None:
        wrong["model"] = ["A model of the catalogue."]
    if leaf_by_slug(draft.domain) is None:
        wrong["domain"] = ["A leaf of the catalogue."]
    if draft.symptom_kind not in Acknowledgement.Kind:
        wrong["symptom_kind"] = [f"One of: {', '.join(Acknowledgement.Kind)}."]
    if not is_address(draft.source_url.strip()):
        wrong["source_url"] = [f"An address that begins with https://, at most {SOURCE_CHARS_MAX}."]
    passage = draft.passage.strip()
    if not 1 <= len(passage) <= PASSAGE_CHARS_MAX or "\x00" in passage or not _is_seen(passage):
        wrong["passage"] = [f"1 to {PASSAGE_CHARS_MAX} characters, some of them to be seen."]
    wrong |= _days_wrong(draft)
    if model and draft.disclosure is not None and not _is_registered(draft, model.vendor_id):
        wrong["disclosure"] = ["A published one, of the model's vendor, that names the subject."]
    return wrong


def _is_seen(text: str) -> bool:
    return any(char.isprintable() and not char.isspace() for char in text)


def _days_wrong(draft: AcknowledgementDraft) -> Problems:
    """A last day to come would confirm events that have not begun: the day of the source does for it."""
    today = timezone.now().date()
    days = {"stated_on": draft.stated_on, "since": draft.since, "until": draft.until}
    wrong = {
        name: [f"A day from {FIRST_DAY} on that has come."]
        for name, day in days.items()
        if day is not None and not FIRST_DAY <= day <= today
    }
    if draft.since is None and draft.until is None:
        wrong["since"] = ["The first day of what it speaks of, or the last, or both."]
    elif draft.since and draft.until and draft.until < draft.since:
        wrong.setdefault("until", ["Not before the first day."])
    return wrong


def _is_registered(draft: AcknowledgementDraft, vendor: str) -> bool:
    found = disclosure_public(draft.disclosure or 0)
    if found is None or found.vendor_id != vendor:
        return False
    return draft.domain in {domain.pk for domain in found.domains.all()}


@transaction.atomic
def acknowledgement_enter(*, draft: AcknowledgementDraft, moderator: str) -> Acknowledgement:
    """Keep what a moderator read. It counts for nothing, and nobody sees it, until it is published.

    RuleError names what `acknowledgement_check` refuses.
    """
    if wrong := acknowledgement_check(draft):
        raise RuleError("acknowledgement_invalid", "The acknowledgement breaks a rule.", wrong)
    word = Acknowledgement.objects.create(
        model_id=draft.model, domain_id=draft.domain, symptom_kind=draft.symptom_kind,
        source_url=draft.source_url.strip(), passage=_lines(draft.passage),
        stated_on=draft.stated_on, since=draft.since, until=draft.until,
        disclosure_id=draft.disclosure, entered_at=timezone.now(), entered_by=moderator,
    )  # fmt: skip
    _log(word, AcknowledgementEvent.Kind.ENTERED, moderator, "")
    return word


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


@transaction.atomic
def acknowledgement_publish(
    *, acknowledgement_id: int, moderator: str, reason: str
) -> Acknowledgement:
    """Let it count from the next run on, and be shown wherever a run has counted it."""
    word = _get(acknowledgement_id, Acknowledgement.State.ENTERED)
    if word.disclosure_id is not None and disclosure_public(word.disclosure_id) is None:
        raise ConflictError("disclosure_state_conflict", "Its disclosure is not public.")
    _decide(word, Acknowledgement.State.PUBLISHED, moderator, reason_clean(reason))
    return word


@transaction.atomic
def acknowledgement_retract(
    *, acknowledgement_id: int, moderator: str, reason: str
) -> Acknowledgement:
    """Take it down: no finding rests on it any longer, and no log shows its address.

    Each finding that rested on it has the state, at once, that its run gives without it.
    """
    word = _get(acknowledgement_id, Acknowledgement.State.PUBLISHED)
    reason = reason_clean(reason)
    _decide(word, Acknowledgement.State.RETRACTED, moderator, reason)
    cell = {name: getattr(word, name) for name in ("model_id", "domain_id", "symptom_kind")}
    same = Acknowledgement.objects.filter(
        state=Acknowledgement.State.PUBLISHED, source_url=word.source_url, **cell
    )
    is_named_elsewhere = same.exists()
    for finding in (
        Finding.objects.select_for_update(of=("self",))
        .filter(**cell)
        .select_related("run")
        .order_by("pk")
    ):
        rested = _take_back(finding, word)
        told = 0 if is_named_elsewhere else _address_remove(finding, word.source_url)
        if rested is not None or told:
            before = finding.state if rested is None else rested
            event_log(
                finding, run=finding.run, actor=moderator, from_state=before,
                kind=FindingEvent.Kind.RETRACTED if before == finding.state else FindingEvent.Kind.STATE,
                reason=f"{WHY_TAKEN_DOWN} {reason}",
            )  # fmt: skip
    return word


def _take_back(finding: Finding, word: Acknowledgement) -> str | None:
    """Make a finding and its cell what they are without a word.

    The word alone may have kept what the current run no longer sees. The state before; None where nothing
    rested on it.
    """
    now = without(
        {"state": finding.state, "reason": finding.reason, "outlook": finding.outlook,
         "evidence": finding.evidence}, {word.pk},
    )  # fmt: skip
    if now is None:
        return None
    before = finding.state
    CellState.objects.filter(
        run__is_current=True, model_id=finding.model_id, domain_id=finding.domain_id,
        symptom_kind=finding.symptom_kind, is_simulated=finding.is_simulated, state=before,
        reason=finding.reason,
    ).update(state=now["state"], reason=now["reason"])  # fmt: skip
    run = run_current()
    is_weak = now["state"] not in LASTING and finding.merged_into_id is None
    if is_weak and run is not None and run.pk != finding.run_id:
        finding.run, now = run, NOTHING_NOW
        boundary_store(finding, None)
    for name, value in now.items():
        setattr(finding, name, value)
    finding.save(update_fields=["run", *now])
    return before


def _address_remove(finding: Finding, source_url: str) -> int:
    """Take an address, and that the vendor confirms it, from the log of a finding; of how many steps."""
    said = FindingEvent.objects.filter(finding=finding, reason__contains=f"({source_url})")
    text: Any = F("reason")
    for present, past in taken_down(source_url):
        text = Replace(text, Value(present), Value(past))
    return said.update(reason=text)


def taken_down(source_url: str) -> tuple[tuple[str, str], ...]:
    """What a reason says of a source, and what the log says in its place once it is taken down."""
    return (
        (f"The vendor confirms it ({source_url})", f"It {TAKEN_DOWN}"),
        (f"the vendor confirmed it ({source_url})", f"it {TAKEN_DOWN}"),
    )


def _get(acknowledgement_id: int, state: str) -> Acknowledgement:
    found = Acknowledgement.objects.select_for_update().filter(pk=acknowledgement_id).first()
    if found is None:
        raise UnknownError("acknowledgement_unknown", "There is no such acknowledgement.")
    if found.state != state:
        raise ConflictError(
            "acknowledgement_state_conflict", f"The acknowledgement is {found.get_state_display()}."
        )
    return found


def _decide(word: Acknowledgement, state: str, moderator: str, reason: str) -> None:
    word.state = state
    word.save(update_fields=["state"])
    _log(word, state, moderator, reason)


def _log(word: Acknowledgement, kind: str, moderator: str, reason: str) -> None:
    AcknowledgementEvent.objects.create(
        acknowledgement=word, kind=kind, happened_at=timezone.now(), actor=moderator, reason=reason
    )
