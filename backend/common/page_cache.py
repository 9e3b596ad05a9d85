"""Answers that anybody may have, kept for a short while in memory that the web processes share (ADR 25).

What many ask for is made once. An answer is handed out again until a report was withdrawn, by whomever,
or something was decided through this installation's web processes; for NEWS_SECONDS after anything else
in the database has changed (changes.py); and at any rate no longer than PAGE_CACHE_SECONDS: so a withdrawn
report is gone within a minute wherever it stood. Browsers and proxies keep answers too, and ask each time
whether they still hold.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import parse_http_date_safe

from backend.common.changes import State, generation, state
from backend.common.compression import encoding_for
from backend.common.conditional import WITHHELD
from backend.common.shared_shelf import SharedShelf

PRIVATE = ("/admin/", "/api/v1/receipts/", "/healthz", "/readyz")
"""Addresses, in any language, whose answers are for one asker or one moment."""
BRIEF = ("/status/", "/api/v1/status/")
"""What says how things are now, by the minute."""
BRIEF_SECONDS = 2.0
DESK = ("/admin/",)
CHANGING = (*DESK, "/withdraw/", "/api/v1/receipts/withdraw/")
"""What is sent here, and taken, may hide what everybody sees. At the desk only by who is logged in: its
form for logging in takes anything from anybody.
"""
NEWS_SECONDS = 10.0
"""So long an answer may lack what is new: with a report every second, pages are not made every second."""
ADDRESS_CHARS_MAX = 2_000
BODY_BYTES_MAX = 1_000_000
WAIT_SECONDS = 10.0
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
VARIES = {"accept-encoding", "accept-language", "cookie", "origin"}
"""What an answer may vary by and still be kept: the key has it, or such a request is never answered
from here. The language is in the address."""

Key = tuple[str, ...]
GetResponse = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True)
class Kept:
    """An answer as it was sent."""

    body: bytes
    headers: list[tuple[str, str]]
    made_at: float
    """By the machine's monotonic clock, which all processes share."""
    state: State

    def response(self) -> HttpResponse:
        """The answer once more."""
        response = HttpResponse(self.body)
        del response["Content-Type"]
        for name, value in self.headers:
            response[name] = value
        return response

    def packed(self) -> bytes:
        """As bytes that `unpacked` reads."""
        head = json.dumps([self.headers, self.made_at, self.state]).encode()
        return len(head).to_bytes(4) + head + self.body

    @classmethod
    def unpacked(cls, packed: bytes) -> Kept:
        """What `packed` wrote."""
        end = 4 + int.from_bytes(packed[:4])
        headers, made_at, state = json.loads(packed[4:end])
        return cls(packed[end:], headers, made_at, State(*state))


class Turns:
    """Who makes an answer that several threads of this process want."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._making: dict[Key, threading.Event] = {}

    def claim(self, key: Key) -> threading.Event | None:
        """None: the caller makes the answer, and must `release`. Else the event of whoever does."""
        with self._lock:
            making = self._making.get(key)
            if making is None:
                self._making[key] = threading.Event()
            return making

    def release(self, key: Key) -> None:
        """The answer is made, or can't be."""
        with self._lock:
            self._making.pop(key).set()


shelf = SharedShelf(settings.PAGE_CACHE_MEGABYTES * 2**20)
turns = Turns()


class PageCacheMiddleware:
    """Hands out what is kept, makes what is not, and says how long others may keep it."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = _key(request)
        if key is None:
            return self._change(request) if _is_changing(request) else self._get_response(request)
        seconds: float = settings.PAGE_CACHE_SECONDS
        if _begins(request, BRIEF):
            seconds = min(seconds, BRIEF_SECONDS)
        conditions = {name: request.META.pop(name) for name in CONDITIONS if name in request.META}
        request.META[WITHHELD] = conditions  # for a view that knows its version without any work
        response = self._answer(request, key, seconds) if seconds else self._make(request, key)
        request.META.update(conditions)
        if not conditions or response.status_code != 200:
            return response
        checked = get_conditional_response(
            request,
            etag=response.get("ETag"),
            last_modified=parse_http_date_safe(response.get("Last-Modified", "")),
            response=response,
        )
        return cast(HttpResponse, checked)

    def _change(self, request: HttpRequest) -> HttpResponse:
        """Pass on what may change things; if it did, nothing older is handed out from then on."""
        response = self._get_response(request)
        user = getattr(request, "user", None)
        is_nobody = user is not None and not user.is_authenticated and _begins(request, DESK)
        if response.status_code < 400 and not is_nobody:
            generation.end()
        return response

    def _answer(self, request: HttpRequest, key: Key, seconds: float) -> HttpResponse:
        """From what is kept; whoever asks while it is being made waits for it."""
        now = state()
        if kept := _valid(key, now, seconds):
            return kept.response()
        making = turns.claim(key)
        if making is not None:
            making.wait(WAIT_SECONDS)
            kept = _valid(key, state(), seconds)
            return kept.response() if kept else self._get_response(request)
        try:
            return self._make(request, key, now)
        finally:
            turns.release(key)

    def _make(self, request: HttpRequest, key: Key, made_of: State | None = None) -> HttpResponse:
        """Made anew, and kept where the state before it is given."""
        began_at = time.monotonic()
        response = self._get_response(request)
        if not _may_be_kept(response):
            return response
        _complete(response)
        if made_of is not None and len(response.content) <= BODY_BYTES_MAX:
            kept = Kept(response.content, list(response.items()), began_at, made_of)
            shelf.put(_name(key), kept.packed())
        return response


def _name(key: Key) -> bytes:
    return json.dumps(key).encode()


def _valid(key: Key, now: State, seconds: float) -> Kept | None:
    """What is kept under a key, if nothing has vanished since, and nothing new come or it is very young."""
    packed = shelf.find(_name(key))
    if packed is None:
        return None
    kept = Kept.unpacked(packed)
    if kept.state[:2] != now[:2]:
        return None
    age = time.monotonic() - kept.made_at
    return kept if age <= (seconds if kept.state == now else min(seconds, NEWS_SECONDS)) else None


def _key(request: HttpRequest) -> Key | None:
    """What one kept answer is for; None for a request that is never answered from here."""
    asked = request.META
    if request.method != "GET" or _begins(request, PRIVATE):
        return None
    if "HTTP_AUTHORIZATION" in asked or "HTTP_RANGE" in asked or asked.get("HTTP_COOKIE"):
        return None
    query = asked.get("QUERY_STRING", "")
    if len(request.path) + len(query) > ADDRESS_CHARS_MAX:
        return None
    try:
        host = request.get_host()
    except DisallowedHost:
        return None
    # What it will be packed as, by the packer's own word: whoever gets the same can read the same.
    encoding = encoding_for(asked.get("HTTP_ACCEPT_ENCODING", ""))
    return (request.scheme or "", host, request.path, query, encoding)


def _begins(request: HttpRequest, prefixes: tuple[str, ...]) -> bool:
    """Whether the address is one of these, also under a language's prefix."""
    first, _, rest = request.path_info.removeprefix("/").partition("/")
    is_language = first in dict(settings.LANGUAGES)
    return (f"/{rest}" if is_language else request.path_info).startswith(prefixes)


def _is_changing(request: HttpRequest) -> bool:
    return request.method not in ("GET", "HEAD", "OPTIONS") and _begins(request, CHANGING)


def _may_be_kept(response: HttpResponse) -> bool:
    """Whether an answer is whole, good, and the same for everybody."""
    if response.status_code != 200 or response.streaming or response.cookies:
        return False
    control = response.get("Cache-Control", "")
    if "private" in control or "no-store" in control or "max-age=0" in control:
        return False
    varies = {name.strip().lower() for name in response.get("Vary", "").split(",") if name.strip()}
    return varies <= VARIES


def _complete(response: HttpResponse) -> None:
    """Let others keep the answer too, but ask each time; give them a name to ask by."""
    if "Cache-Control" not in response:
        patch_cache_control(response, public=True, no_cache=True)
    if "ETag" not in response:
        response["ETag"] = f'W/"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["Content-Length"] = str(len(response.content))
