"""A vendor's right of reply: entered in the desk, published by a person, taken down by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone

from backend.common.decisions import reason_clean
from backend.common.errors import ConflictError, RuleError, UnknownError
from backend.findings.events import event_log
from backend.findings.models import Finding, FindingEvent, Reply

REPLY_CHARS_MAX = 5_000
SOURCE_CHARS_MAX = 500
_HTTPS = URLValidator(schemes=["https"])


@dataclass(frozen=True)
class ReplyDraft:
    """A reply that keeps the rules."""

    text: str
    source_url: str
    replied_on: date


def reply_clean(*, text: str, source_url: str, replied_on: date) -> ReplyDraft:
    """The reply as it may be stored; RuleError names what is wrong where.

    The text stays as the vendor wrote it, but for line ends and white space around it.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    source_url = source_url.strip()
    fields: dict[str, list[str]] = {}
    if not 1 <= len(text) <= REPLY_CHARS_MAX or "\x00" in text:
        fields["text"] = [f"1 to {REPLY_CHARS_MAX} characters."]
    if not is_address(source_url):
        fields["source_url"] = [
            f"An address that begins with https://, at most {SOURCE_CHARS_MAX}."
        ]
    if replied_on > timezone.now().date():
        fields["replied_on"] = ["A day that has come."]
    if fields:
        raise RuleError("reply_invalid", "The reply breaks a rule.", fields)
    return ReplyDraft(text, source_url, replied_on)


def is_address(source_url: str) -> bool:
    """Whether it is a whole https address without hidden characters, and no longer than is stored."""
    try:
        _HTTPS(source_url)
    except ValidationError:
        return False
    return source_url.isprintable() and len(source_url) <= SOURCE_CHARS_MAX


@transaction.atomic
def reply_enter(
    *, finding_id: int, text: str, source_url: str, replied_on: date, moderator: str
) -> Reply:
    """Keep what the vendor of a finding's model says. Nobody sees it until it is published.

    Raises UnknownError if there is no such finding, RuleError for what `reply_clean` refuses.
    """
    finding = Finding.objects.select_related("model").filter(pk=finding_id).first()
    if finding is None:
        raise UnknownError("finding_unknown", "There is no such finding.")
    draft = reply_clean(text=text, source_url=source_url, replied_on=replied_on)
    return Reply.objects.create(
        finding=finding, vendor_id=finding.model.vendor_id, text=draft.text,
        source_url=draft.source_url, replied_on=draft.replied_on, entered_at=timezone.now(),
        entered_by=moderator,
    )  # fmt: skip


@transaction.atomic
def reply_publish(*, reply_id: int, moderator: str, reason: str) -> Reply:
    """Show a reply beside its finding, and say so in the finding's log."""
    return _decide(
        reply_id, Reply.State.PUBLISHED, FindingEvent.Kind.REPLY, moderator=moderator,
        reason=reason, words="The vendor's reply was published by a moderator",
    )  # fmt: skip


@transaction.atomic
def reply_retract(*, reply_id: int, moderator: str, reason: str) -> Reply:
    """Take a published reply down. The log keeps that there was one, not what it said."""
    return _decide(
        reply_id, Reply.State.RETRACTED, FindingEvent.Kind.RETRACTED, moderator=moderator,
        reason=reason, words="The vendor's reply was taken down by a moderator",
    )  # fmt: skip


_COMES_FROM: dict[str, tuple[Any, ...]] = {
    Reply.State.PUBLISHED: (Reply.State.ENTERED,),
    Reply.State.RETRACTED: (Reply.State.PUBLISHED,),
}
"""A reply is published once: whoever follows the log hears of it once."""


def _decide(
    reply_id: int, state: str, kind: str, *, moderator: str, reason: str, words: str
) -> Reply:
    reply = Reply.objects.select_for_update().filter(pk=reply_id).first()
    if reply is None:
        raise UnknownError("reply_unknown", "There is no such reply.")
    reason = reason_clean(reason)
    if reply.state not in _COMES_FROM[state]:
        raise ConflictError("reply_state_conflict", f"The reply is {reply.get_state_display()}.")
    reply.state = state
    reply.save(update_fields=["state"])
    finding = Finding.objects.select_related("run").get(pk=reply.finding_id)
    event_log(finding, run=finding.run, actor=moderator, kind=kind, reason=f"{words}: {reason}")
    return reply
