"""Registering receivers, and telling them: rows first, sending apart.

A delivery is claimed by moving its next try into the future before it is sent, so that a worker that
dies sends it again later. Receivers drop what they have by `webhook-id`.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from backend.common.errors import ConflictError, PlumblineError, RuleError, UnknownError
from backend.findings.filters import EventFilter
from backend.findings.told import event_told, events_told
from backend.webhooks.addresses import address_check
from backend.webhooks.models import Delivery, Subscription

log = structlog.get_logger()
NAME_CHARS_MAX = 80
ATTEMPTS_MAX = 8
FIRST_WAIT, WAIT_FACTOR = timedelta(minutes=1), 4
"""1, 4, 16, 64 minutes, 4, 17 and 68 hours: about four days in all."""
SWEEP_SECONDS = 20
STEPS_PER_SWEEP = 200
GONE = 410
KEPT_DAYS = 90

Sender = Callable[..., int]
"""Sends one message and returns the status of the answer.

Raises OSError, ValueError or PlumblineError where there is none.
"""


@transaction.atomic
def subscription_create(
    *,
    name: str,
    url: str,
    vendor: str | None = None,
    model: str | None = None,
    domain: str | None = None,
) -> tuple[Subscription, str]:
    """A new receiver, and its secret, which is told here and never again.

    It is told of steps from now on. RuleError for a name or address that won't do, ConflictError for a
    name that is taken.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= NAME_CHARS_MAX or not name.isprintable():
        raise RuleError("name_invalid", f"A name has 1 to {NAME_CHARS_MAX} characters.")
    if Subscription.objects.filter(name=name).exists():
        raise ConflictError("name_taken", "There is a subscription of this name.")
    subscription = Subscription.objects.create(
        name=name, url=address_check(url), secret=_secret(), active_since=timezone.now(),
        vendor_id=vendor, model_id=model, domain_id=domain,
    )  # fmt: skip
    return subscription, subscription.secret


@transaction.atomic
def subscription_pause(*, subscription_id: int, because: str = "") -> Subscription:
    """Send nothing more until it is resumed; what waited is dropped."""
    subscription = _locked(subscription_id)
    subscription.is_active, subscription.paused_because = False, because
    subscription.save(update_fields=["is_active", "paused_because"])
    subscription.deliveries.filter(state=Delivery.State.WAITING).update(
        state=Delivery.State.DROPPED
    )
    return subscription


@transaction.atomic
def subscription_resume(*, subscription_id: int) -> Subscription:
    """Tell it of steps from now on; what happened meanwhile is in the feeds."""
    subscription = _locked(subscription_id)
    if not subscription.is_active:
        subscription.is_active, subscription.paused_because = True, ""
        subscription.active_since = timezone.now()
        subscription.save(update_fields=["is_active", "paused_because", "active_since"])
    return subscription


@transaction.atomic
def secret_renew(*, subscription_id: int) -> str:
    """A new secret for it, told here and never again; the old one signs nothing more."""
    subscription = _locked(subscription_id)
    subscription.secret = _secret()
    subscription.save(update_fields=["secret"])
    return subscription.secret


@transaction.atomic
def delivery_retry(*, delivery_id: int) -> Delivery:
    """Try one that was given up again, from the start. RuleError for any other."""
    delivery = Delivery.objects.select_for_update().filter(pk=delivery_id).first()
    if delivery is None:
        raise UnknownError("delivery_unknown", "There is no such delivery.")
    if delivery.state != Delivery.State.DEAD:
        raise RuleError("delivery_not_dead", "Only what was given up can be tried again.")
    delivery.state, delivery.attempts, delivery.due_at = "waiting", 0, timezone.now()
    delivery.save(update_fields=["state", "attempts", "due_at"])
    return delivery


def _locked(subscription_id: int) -> Subscription:
    found = Subscription.objects.select_for_update().filter(pk=subscription_id).first()
    if found is None:
        raise UnknownError("subscription_unknown", "There is no such subscription.")
    return found


def _secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


# --- the sweep


def webhooks_sweep(*, send: Sender) -> int:
    """Note what is to be told, send what is due, forget what is long done; how many were sent."""
    deliveries_note()
    old = timezone.now() - timedelta(days=KEPT_DAYS)
    done = Delivery.objects.exclude(state=Delivery.State.WAITING)
    done.filter(due_at__lt=old, event__happened_at__lt=old).delete()
    return deliveries_send(send=send)


def deliveries_note() -> int:
    """One waiting row for each step that an active receiver has not been told of; how many are new."""
    n_new = 0
    for subscription in Subscription.objects.filter(is_active=True).order_by("pk"):
        noted = Delivery.objects.filter(subscription=subscription, event=OuterRef("pk"))
        steps = events_told().filter(~Exists(noted), happened_at__gte=_told_from(subscription))
        wanted = {
            name: value
            for name in ("vendor", "model", "domain")
            if (value := getattr(subscription, f"{name}_id"))
        }
        chosen = EventFilter(wanted, queryset=steps).qs.order_by("pk")[:STEPS_PER_SWEEP]
        rows = [
            Delivery(subscription=subscription, event_id=pk, due_at=timezone.now())
            for pk in chosen.values_list("pk", flat=True)
        ]
        Delivery.objects.bulk_create(rows, ignore_conflicts=True)
        n_new += len(rows)
    return n_new


def _told_from(subscription: Subscription) -> datetime:
    """Nothing older: rows of what was sent long ago are forgotten, and must not be noted again."""
    return max(subscription.active_since, timezone.now() - timedelta(days=KEPT_DAYS))


def deliveries_send(*, send: Sender) -> int:
    """Send what is due, for some seconds; how many arrived.

    A receiver that fails is left alone for the rest of the sweep, so that it delays no other.
    """
    end, failing, n_sent = time.monotonic() + SWEEP_SECONDS, set[int](), 0
    while time.monotonic() < end and (delivery := _claim(failing)) is not None:
        state = _send(delivery, send)
        n_sent += state == Delivery.State.SENT
        if state in (Delivery.State.WAITING, Delivery.State.DEAD):
            failing.add(delivery.subscription_id)
    return n_sent


@transaction.atomic
def _claim(failing: set[int]) -> Delivery | None:
    """A delivery that is due and that nobody else is sending; its next try is set already."""
    due = Delivery.objects.filter(
        state=Delivery.State.WAITING, due_at__lte=timezone.now(), subscription__is_active=True
    ).exclude(subscription_id__in=failing)
    delivery = (
        due.select_for_update(skip_locked=True, of=("self",))
        .select_related("subscription")
        .order_by("due_at", "pk")
        .first()
    )
    if delivery is not None:
        delivery.due_at = timezone.now() + FIRST_WAIT * WAIT_FACTOR**delivery.attempts
        delivery.attempts += 1
        delivery.save(update_fields=["due_at", "attempts"])
    return delivery


def _send(delivery: Delivery, send: Sender) -> str:
    """Send it and note the outcome; the state that it is in then."""
    event = events_told().filter(pk=delivery.event_id).first()
    if event is None:
        return _note(delivery, state=Delivery.State.DROPPED)
    subscription = delivery.subscription
    try:
        status = send(
            url=subscription.url, secret=subscription.secret,
            message_id=f"event-{delivery.event_id}", body=message_of(event_told(event)),
        )  # fmt: skip
    except (OSError, ValueError, PlumblineError) as error:
        status, outcome = 0, type(error).__name__  # its message may quote what the receiver said
    else:
        outcome = str(status)
    if 200 <= status < 300:
        return _note(delivery, state=Delivery.State.SENT, outcome=outcome, sent_at=timezone.now())
    is_over = delivery.attempts >= ATTEMPTS_MAX
    state = Delivery.State.DEAD if is_over or status == GONE else Delivery.State.WAITING
    _note(delivery, state=state, outcome=outcome)
    if status == GONE:
        subscription_pause(subscription_id=subscription.pk, because="The receiver answered 410.")
    log.info("webhook_failed", delivery=delivery.pk, outcome=outcome, attempts=delivery.attempts)
    return state


def _note(delivery: Delivery, *, state: str, **fields: Any) -> str:
    """Note what became of it, unless it was dropped meanwhile."""
    waiting = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING)
    waiting.update(state=state, **fields)
    return state


def message_of(told: dict[str, Any]) -> dict[str, Any]:
    """What is sent: the step as the API tells it, with its kind and time in front."""
    return {"type": f"finding.{told['step']}", "timestamp": told["happened_at"], "data": told}
