"""Limits per network, without keeping anybody's address.

What is counted is HMAC(key of the day, network prefix): /24 of IPv4, /48 of IPv6. Key and counts live in
memory that the web processes of one server share, and end with their hour or day. Each server counts for
itself, so N servers let through up to N times the limit.
"""

from __future__ import annotations

import ipaddress
import time

from django.conf import settings
from django.http import HttpRequest

from backend.common.errors import TooManyError
from backend.common.shared_counts import DAY_SECONDS, SharedCounts

HOUR_SECONDS = 3600
NETWORKS_MAX = 200_000
CHARS_PER_UNIT = 10_000
"""Redaction takes time in proportion to the text, so long reports cost more than one unit."""


LOOPBACK = frozenset({"127.0.0.0/24", "::/48"})
PASSED_ON = frozenset({"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_VIA"})
"""Headers of proxies and tunnels: whose request it is, is not said by the address that it comes from."""


class NetworkCounter:
    """Counts per network and period. Safe to share between threads and processes."""

    def __init__(self, *, period_seconds: int, networks_max: int = NETWORKS_MAX) -> None:
        self.period_seconds = period_seconds
        self.counts = SharedCounts(period_seconds=period_seconds, names_max=networks_max)

    def count(self, network: str, *, cost: int, limit: int) -> int:
        """Count `cost` more for the network: 0, or count nothing and give the seconds to wait.

        With more networks than we can remember, the newcomers share one counter.
        """
        now = int(time.time())
        with self.counts.at(now) as counts:
            spent = counts[network]
            if spent + cost > limit:
                return self.period_seconds - now % self.period_seconds
            counts[network] = spent + cost
            return 0


class ContributorCap:
    """How many contributors of one network count for one model on one day.

    Installs that are waited for add up: a patient network could have any number of them. What is beyond the
    cap is stored and shown like any report; it only takes no part in counts of contributors. Safe to
    share between threads and processes.
    """

    def __init__(self) -> None:
        self.counts = SharedCounts(period_seconds=DAY_SECONDS, names_max=NETWORKS_MAX)

    def admits(self, network: str, counted: str, contributor: str, *, limit: int) -> bool:
        """Whether the contributor is among the first `limit` of the network for this count today."""
        place = f"{network}|{counted}"
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


submissions = NetworkCounter(period_seconds=HOUR_SECONDS)
installs = NetworkCounter(period_seconds=DAY_SECONDS)
contributors = ContributorCap()


def submissions_count(request: HttpRequest, *, n_reports: int, n_chars: int) -> None:
    """Count reports against the hourly limit of the sender's network; TooManyError beyond it."""
    cost, limit = max(n_reports, -(-n_chars // CHARS_PER_UNIT)), settings.SUBMISSIONS_PER_HOUR
    wait = submissions.count(network_of(request), cost=cost, limit=limit)
    if wait:
        message = (
            f"At most {limit} reports an hour from one network, and each "
            f"{CHARS_PER_UNIT:,} characters count as one. Try again later."
        )
        raise TooManyError("too_many_reports", message, retry_after=wait)


def installs_count(request: HttpRequest) -> None:
    """Count a new install against the daily limit of its network; TooManyError beyond it.

    An install is what counts as a contributor, two weeks later: networks are harder to come by than installs.
    Whoever is alone on this very machine shares its one address with nobody: no limit there.
    """
    network, limit = network_of(request), settings.INSTALLS_PER_NETWORK
    if not is_alone_here(request) and (wait := installs.count(network, cost=1, limit=limit)):
        message = f"At most {limit} new installs a day from one network. Try again tomorrow."
        raise TooManyError("too_many_installs", message, retry_after=wait)


def contributor_admitted(network: str, *, counted: str, contributor: str) -> bool:
    """Whether the network may add the contributor to this count, of a model, today."""
    limit = settings.CONTRIBUTORS_PER_NETWORK
    return contributors.admits(network, counted, contributor, limit=limit)


def is_alone_here(request: HttpRequest) -> bool:
    """Whether the sender is on this very machine, and it serves nobody else.

    An https:// address is for others, and what a proxy or a tunnel passes on comes from them.
    """
    if settings.SECURE_PROXY_SSL_HEADER is not None or PASSED_ON & request.META.keys():
        return False
    return network_of(request) in LOOPBACK


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
