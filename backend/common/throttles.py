"""Counting submissions per network, without keeping anybody's address.

The key of a counter is HMAC(key of the day, network prefix): /24 of IPv4, /48 of IPv6. Key and
counters live in this process's memory only, the key changes every day and the counters end with
their hour. Each web process counts for itself, so N processes let through up to N times the limit.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import threading
import time

from django.conf import settings
from django.http import HttpRequest

from backend.common.errors import TooManyError

HOUR_SECONDS = 3600
DAY_SECONDS = 86_400
NETWORKS_MAX = 200_000


class HourlyCounter:
    """Counts per network and hour. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget every count, and the key with them."""
        with self._lock:
            self._day = self._hour = -1
            self._key = b""
            self._counts: dict[bytes, int] = {}

    def count(self, network: str, *, cost: int, limit: int) -> None:
        """Count `cost` more for the network, or count nothing and raise TooManyError."""
        now = int(time.time())
        with self._lock:
            self._turn_over(now)
            key = hmac.new(self._key, network.encode(), hashlib.sha256).digest()
            spent = self._counts.get(key, 0)
            # With more networks than we can remember, the newcomers share one counter.
            if key not in self._counts and len(self._counts) >= NETWORKS_MAX:
                key = b""
                spent = self._counts.get(key, 0)
            if spent + cost > limit:
                raise TooManyError(
                    "too_many_reports",
                    f"At most {limit} reports an hour from one network. Try again later.",
                    retry_after=HOUR_SECONDS - now % HOUR_SECONDS,
                )
            self._counts[key] = spent + cost

    def _turn_over(self, now: int) -> None:
        if now // DAY_SECONDS != self._day:
            self._day, self._key = now // DAY_SECONDS, secrets.token_bytes(32)
        if now // HOUR_SECONDS != self._hour:
            self._hour, self._counts = now // HOUR_SECONDS, {}


submissions = HourlyCounter()


def submissions_count(request: HttpRequest, *, cost: int) -> None:
    """Count reports against the hourly limit of the sender's network; TooManyError beyond it."""
    submissions.count(network_of(request), cost=cost, limit=settings.SUBMISSIONS_PER_HOUR)


def network_of(request: HttpRequest) -> str:
    """The network that a request comes from; "" where it can't be told.

    Behind the TLS proxy (PUBLIC_URL is https) the proxy's own, last entry of X-Forwarded-For counts;
    without a proxy the header is the client's invention and is ignored.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER is not None:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        address = forwarded.rpartition(",")[2].strip() or address
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is None:
            return str(ipaddress.ip_network((int(ip), 48), strict=False))
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network((int(ip), 24), strict=False))
