"""Limits per network, without keeping anybody's address.

What is counted is HMAC(key of the day, network prefix): /24 of IPv4, /48 of IPv6. Key and counts live in
memory that the web processes of one server share, and end with their hour or day. Each server counts for
itself, so N servers let through up to N times the limit.
"""

from __future__ import annotations

import functools
import ipaddress
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest

from backend.common.errors import TooManyError
from backend.common.shared_counts import DAY_SECONDS, SharedCounts

HOUR_SECONDS = 3600
NETWORKS_MAX = 200_000
CHARS_PER_UNIT = 10_000
"""Redaction takes time in proportion to the text, so long reports cost more than one unit."""


LOOPBACK = frozenset({"127.0.0.0/24", "::/48"})


class HourlyCounter:
    """Counts per network and hour. Safe to share between threads and processes."""

    def __init__(self, *, networks_max: int = NETWORKS_MAX) -> None:
        self.counts = SharedCounts(period_seconds=HOUR_SECONDS, names_max=networks_max)

    def count(self, network: str, *, cost: int, limit: int) -> None:
        """Count `cost` more for the network, or count nothing and raise TooManyError.

        With more networks than we can remember, the newcomers share one counter.
        """
        now = int(time.time())
        with self.counts.at(now) as counts:
            spent = counts[network]
            if spent + cost > limit:
                raise TooManyError(
                    "too_many_reports",
                    f"At most {limit} reports an hour from one network, and each "
                    f"{CHARS_PER_UNIT:,} characters count as one. Try again later.",
                    retry_after=HOUR_SECONDS - now % HOUR_SECONDS,
                )
            counts[network] = spent + cost


class ContributorCap:
    """How many contributors of one network count for one model on one day.

    A contributor's tag is made on the device, so one sender can make any number of them; networks
    are harder to come by. What is beyond the cap is stored and shown like any report; it only takes
    no part in counts of contributors. Safe to share between threads and processes.
    """

    def __init__(self) -> None:
        self.counts = SharedCounts(period_seconds=DAY_SECONDS, names_max=NETWORKS_MAX)

    def admits(self, network: str, model: str, contributor: str, *, limit: int) -> bool:
        """Whether the contributor is among the first `limit` of the network for this model today."""
        place = f"{network}|{model}"
        who = f"{place}|{contributor}"
        with self.counts.at(int(time.time())) as counts:
            if counts.is_full:
                return False  # nobody could tell them apart
            if counts[who]:
                return True
            if counts[place] >= limit:
                return False
            counts[place] += 1
            counts[who] = 1
            return True


submissions = HourlyCounter()
contributors = ContributorCap()


def submissions_count(request: HttpRequest, *, n_reports: int, n_chars: int) -> None:
    """Count reports against the hourly limit of the sender's network; TooManyError beyond it."""
    cost = max(n_reports, -(-n_chars // CHARS_PER_UNIT))
    submissions.count(network_of(request), cost=cost, limit=settings.SUBMISSIONS_PER_HOUR)


def contributors_admitted(request: HttpRequest) -> Callable[[str, str], bool]:
    """For a model and a contributor's tag: whether the sender's network may add it to the counts.

    Whoever is on this very machine shares its one address with nobody: no cap there.
    """
    network = network_of(request)
    if network in LOOPBACK:
        return lambda model, contributor: True
    return functools.partial(contributors.admits, network, limit=settings.CONTRIBUTORS_PER_NETWORK)


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
