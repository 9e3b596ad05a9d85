"""Sending one message: signed as Standard Webhooks, to a public address, without any detour."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from requests_hardened import Config, HTTPSession
from standardwebhooks import Webhook

from backend.webhooks.addresses import address_check

SECONDS = (5.0, 10.0)
"""To connect, and to wait for an answer."""


def send(*, url: str, secret: str, message_id: str, body: dict[str, Any]) -> int:
    """POST the message; the status of the answer, whose body is not read.

    The name is resolved once, and a private address is refused unless WEBHOOKS_PRIVATE is on; so is
    every redirect, which comes back as its status. Raises OSError where there is no answer.
    """
    text = json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False)
    now = timezone.now()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, now, text),
    }
    config = Config(
        ip_filter_enable=not settings.WEBHOOKS_PRIVATE,
        ip_filter_allow_loopback_ips=False,
        never_redirect=True,
        default_timeout=SECONDS,
        user_agent_override=f"Plumbline/{settings.VERSION} (+{settings.PUBLIC_URL})",
    )
    with HTTPSession(config) as session:
        session.trust_env = False  # no proxy, no password from the environment
        with session.post(
            address_check(url), data=text.encode(), headers=headers, timeout=SECONDS, stream=True
        ) as answer:
            return int(answer.status_code)
