"""An API that speaks as OpenAI's does: where to ask, whose key asks, and one answer."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError
from urllib3.util import Retry, parse_url

from backend.common.errors import RuleError

AT_ONCE = 4
"""Prompts of one account that wait for an answer at the same time."""
SILENCE_SECONDS_MAX = 180
"""Without a byte of an answer."""
ANSWER_SECONDS_MAX = 900
"""For one answer as a whole, however often it is asked for."""
RETRY_AFTER_SECONDS_MAX = 120
"""However long a service asks to wait."""
RETRIES = 6
BACKOFF = 2
ANSWER_BYTES_MAX = 2_000_000
LABEL_CHARS_MAX = 200
_LATER = (429, 500, 502, 503, 504)
_HERE = ("localhost", "127.0.0.1", "::1")
_FILTERED = re.compile(
    r"content[ _-]?(?:filter|policy)|policy[ _-]?violation|moderation|safety", re.IGNORECASE
)


@dataclass(frozen=True)
class Account:
    """Whose key asks. The label stands in the file of grades, the key nowhere."""

    label: str
    key: str = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """What was answered: a text, why it ended, and the model that says it answered."""

    text: str
    finish: str
    model: str


@dataclass(frozen=True)
class Endpoint:
    """Where to ask, and for which model."""

    address: str
    model: str

    @property
    def url(self) -> str:
        """Where a prompt goes to."""
        return f"{self.address.rstrip('/')}/chat/completions"

    @property
    def shown(self) -> str:
        """Scheme and host, which is all that a message may say."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    def check(self) -> None:
        """RuleError unless the address is one to which a key may be sent, as the client itself reads it."""
        try:
            sent = requests.Request("POST", self.url).prepare().url or ""
            host = (parse_url(sent).host or "").strip("[]")
            given, asked = urlsplit(self.address), urlsplit(sent)
            is_plain = (
                not re.search(r"[\\?#\s\x00-\x1f\x7f]", self.address) and "@" not in given.netloc
            )
            is_one = host != "" and host == asked.hostname and asked.port == given.port
            is_safe = asked.scheme == "https" or (asked.scheme == "http" and host in _HERE)
        except (requests.RequestException, HTTPError, ValueError):
            is_plain = is_one = is_safe = False
        if not (is_plain and is_one and is_safe):
            raise RuleError(
                "probes_endpoint_invalid",
                "The endpoint is no https address, or has more than scheme, host and path: a key could go "
                "elsewhere, or travel in the clear. Give the address before /chat/completions, such as "
                "https://api.example.com/v1.",
            )

    def failed(self, what: str) -> RuleError:
        """What went wrong, without a word of prompt, answer or key."""
        return RuleError(
            "probes_endpoint_failed",
            f"{self.shown} {what}. What was graded so far is kept: mend it and run the same "
            "command again, which asks only for the rest.",
        )


class _Patience(Retry):
    """Tries again, but not for ever: no wait and no answer is longer than the limits above."""

    until: float | None = None

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        seconds = super().get_retry_after(response)
        return None if seconds is None else min(seconds, RETRY_AFTER_SECONDS_MAX)

    def new(self, **changes: Any) -> Self:
        following = super().new(**changes)
        following.until = self.until or time.monotonic() + ANSWER_SECONDS_MAX
        return following

    def is_exhausted(self) -> bool:
        is_late = self.until is not None and time.monotonic() > self.until
        return is_late or super().is_exhausted()


def session_of(account: Account) -> requests.Session:
    """A session with the account's key, and with neither a proxy nor another key from the surroundings."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {account.key}"
    session.trust_env = False
    patience = _Patience(
        total=RETRIES, backoff_factor=BACKOFF, status_forcelist=_LATER, allowed_methods=None,
        raise_on_status=False,
    )  # fmt: skip
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=patience, pool_maxsize=AT_ONCE))
    return session


def answer_get(session: requests.Session, endpoint: Endpoint, prompt: str) -> Answer:
    """One answer; a filter that holds a prompt back has answered too. RuleError where there is none."""
    body = {"model": endpoint.model, "messages": [{"role": "user", "content": prompt}]}
    until = time.monotonic() + ANSWER_SECONDS_MAX
    try:
        response = session.post(
            endpoint.url, json=body, timeout=SILENCE_SECONDS_MAX, allow_redirects=False, stream=True
        )
        with response:
            status, data = response.status_code, _read(response, endpoint, until)
    except (requests.RequestException, HTTPError, UnicodeError) as error:
        raise endpoint.failed(f"can't be reached ({type(error).__name__})") from None
    if status == requests.codes.bad_request and _is_filter(data):
        return Answer("", "content_filter", "")
    if status != requests.codes.ok:
        raise endpoint.failed(f"answered {status}")
    return _answer(data, endpoint)


def _read(response: requests.Response, endpoint: Endpoint, until: float) -> bytes:
    data = bytearray()
    while piece := response.raw.read1(2**16, decode_content=True):
        data += piece
        if len(data) > ANSWER_BYTES_MAX:
            raise endpoint.failed(f"answered with more than {ANSWER_BYTES_MAX:,} bytes")
        if time.monotonic() > until:
            raise endpoint.failed(f"took more than {ANSWER_SECONDS_MAX} seconds for an answer")
    return bytes(data)


def _is_filter(data: bytes) -> bool:
    """Whether an error names a filter or a policy as its code or type. Its message is not asked."""
    try:
        error = json.loads(data)["error"]
        inner = error.get("innererror") or {}
        named = [error.get("code"), error.get("type"), inner.get("code")]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    return any(isinstance(name, str) and _FILTERED.search(name) for name in named)


def _answer(data: bytes, endpoint: Endpoint) -> Answer:
    try:
        completion = json.loads(data)
        choice = completion["choices"][0]
        text, refusal = choice["message"].get("content"), choice["message"].get("refusal")
        finish, model = choice.get("finish_reason"), completion.get("model")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise endpoint.failed("gave no chat completion") from None
    if refusal and not text:
        finish = "content_filter"
    is_name = isinstance(model, str) and model.isprintable() and len(model) <= LABEL_CHARS_MAX
    return Answer(str(text or ""), str(finish or ""), model if is_name else "")
