"""python -m benchmarks.explorer [N] [--seconds 4]: every page and API list under load.

On N SIMULATED released reports (`benchmarks.million`, which fills the database on the first call and
keeps it) the real server, `manage.py serve`, answers 20 connections at a time, one type of address
after the other, each with up to 200 real addresses in turn, none of which anybody asked for before: the
percentiles are over all requests, and `first` is the 95th over the first to each address. Then the same
with the page cache off, so that every answer is made anew. The database's files are read before, and
again each half minute, because those that are asked for all day are in memory. The peer, measured before
and after, is a bare Django view behind the same server that asks `SELECT 1` and returns a constant page:
its time is what server, load generator and machine cost at least.

Limits: p95 under 100 ms (search: 250), 12 queries, 150 kB with all assets. Lines that miss one are
marked, and the exit code is 1. Layout shift is measured by tests/e2e/test_explorer.py.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from benchmarks import million
from benchmarks.of_explorer.addresses import (
    Addresses,
    is_search,
    routes_measured,
    type_name,
    world_found,
)
from benchmarks.of_explorer.load import Measured, drive, fetch
from benchmarks.of_explorer.servers import (
    HOST,
    Server,
    database_cpu_seconds,
    database_files_read,
    serving,
)
from benchmarks.of_explorer.weight import page_weight

AT_ONCE = 20
FILES_SECONDS = 30.0
MADE_SECONDS_MAX = 4.0
"""What is always made anew costs the same from the first second on."""
LIMIT_MS, LIMIT_SEARCH_MS = 100, 250
QUERIES_MAX = 12
WEIGHT_MAX = 150_000
PEER = ["-m", "benchmarks.of_explorer.peer"]
SERVE = ["manage.py", "serve"]


@dataclass
class Line:
    """What was found of one type of address."""

    route: str
    addresses: list[str]
    n_queries: int = 0
    weight: int = 0
    cached: Measured = field(default_factory=Measured)
    made: Measured = field(default_factory=Measured)
    web_ms: float = 0.0
    """Processor time of the web processes per request that is made anew."""
    database_ms: float = 0.0

    @property
    def limit_ms(self) -> int:
        return LIMIT_SEARCH_MS if is_search(self.route) else LIMIT_MS

    def missed(self) -> list[str]:
        """Which limits this type does not keep."""
        found = []
        if self.cached.percentile_ms(95) >= self.limit_ms:
            found.append(f"p95 {self.cached.percentile_ms(95):.0f} ms")
        if self.n_queries > QUERIES_MAX:
            found.append(f"{self.n_queries} queries")
        if self.weight >= WEIGHT_MAX:
            found.append(f"{self.weight / 1000:.0f} kB")
        for measured in (self.cached, self.made):
            found += [f"{status} {address}" for status, address in measured.bad.items()]
        return found


def lines_of(folder: Path, only: list[str]) -> list[Line]:
    """All types that this world has addresses for, with their queries."""
    world = world_found(json.loads((folder / million.MARK).read_text()))
    addresses = Addresses(world)
    lines = [
        Line(route, found)
        for route in routes_measured()
        if any(part in route for part in only) and (found := addresses.of(route))
    ]
    for line in lines:
        line.n_queries = max(_queries(address) for address in line.addresses[:5])
    return lines


def _queries(address: str) -> int:
    """How many queries one address takes, by the very views, without a cache."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        response = Client(SERVER_NAME="127.0.0.1").get(address)
        response.getvalue() if response.streaming else response.content
    return len(found)


def weights_find(server: Server, lines: list[Line]) -> None:
    """How heavy the pages are: of each type the heaviest of its first addresses."""
    for line in lines:
        line.weight = max(
            page_weight(address, lambda a: fetch(HOST, server.port, a).body)
            for address in line.addresses[:5]
        )


def peer_measure(seconds: float) -> tuple[Measured, float, float]:
    """The peer under the same load; its processor time per request, and that of this process."""
    with serving(PEER) as server:
        drive(HOST, server.port, ["/"], seconds=1, at_once=AT_ONCE, seed=0)
        used, own = server.cpu_seconds(), time.process_time()
        found = drive(HOST, server.port, ["/"], seconds=seconds, at_once=AT_ONCE, seed=0)
        cost = 1000 * (server.cpu_seconds() - used) / found.n
        return found, cost, (time.process_time() - own) / found.wall_seconds


def pages_measure(lines: list[Line], seconds: float, *, is_cached: bool) -> None:
    """Each type in turn."""
    environment = {} if is_cached else {"PAGE_CACHE_SECONDS": "0"}
    seconds = seconds if is_cached else min(seconds, MADE_SECONDS_MAX)
    with serving(SERVE, **environment) as server:
        if is_cached:
            weights_find(server, lines)
        bar = tqdm(lines, desc="As served" if is_cached else "Made anew", unit="type", leave=False)
        read_at = -FILES_SECONDS
        for number, line in enumerate(bar):
            if time.monotonic() - read_at >= FILES_SECONDS:
                database_files_read()
                read_at = time.monotonic()
            drive(HOST, server.port, line.addresses[-1:], seconds=0.2, at_once=AT_ONCE, seed=0)
            web, database = server.cpu_seconds(), database_cpu_seconds()
            found = drive(
                HOST, server.port, line.addresses, seconds=seconds, at_once=AT_ONCE, seed=number
            )
            if is_cached:
                line.cached = found
                continue
            line.made = found
            line.web_ms = 1000 * (server.cpu_seconds() - web) / found.n
            line.database_ms = 1000 * (database_cpu_seconds() - database) / found.n


HEADER = (
    f"{'':44} {'kB':>5} {'que-':>4} | {'as served, ms':^29} | {'made anew, ms':^23} | "
    f"{'CPU ms each':^11} | {'x':>5}\n"
    f"{'type':44} {'page':>5} {'ries':>4} | {'p50':>5} {'p95':>5} {'p99':>5} {'first':>5} {'/s':>5} | "
    f"{'p50':>5} {'p95':>5} {'p99':>5} {'/s':>5} | {'web':>5} {'db':>5} | {'peer':>5}"
)


def line_print(line: Line, peer_cost: float) -> str:
    """A line of the table; the last column is processor time against the peer's."""

    def times(found: Measured) -> str:
        return " ".join(f"{found.percentile_ms(share):5.0f}" for share in (50, 95, 99))

    return (
        f"{type_name(line.route):44} {line.weight / 1000:5.0f} {line.n_queries:4} | "
        f"{times(line.cached)} {line.cached.first_percentile_ms(95):5.0f} {line.cached.rate:5.0f} | "
        f"{times(line.made)} {line.made.rate:5.0f} | {line.web_ms:5.1f} {line.database_ms:5.1f} | "
        f"{(line.web_ms + line.database_ms) / peer_cost:5.1f}"
    )


def report(lines: list[Line], peers: list[tuple[Measured, float, float]]) -> bool:
    """Print the table; whether every limit is kept."""
    cost = sum(peer[1] for peer in peers) / len(peers)
    told = [HEADER]
    told += [line_print(line, cost) + ("  MISSED" if line.missed() else "") for line in lines]
    for found, each, own in peers:
        told.append(
            f"{'peer: constant page, SELECT 1':55}| {found.percentile_ms(50):5.0f} "
            f"{found.percentile_ms(95):5.0f} {found.percentile_ms(99):5.0f} {found.rate:5.0f} | "
            f"{each:.1f} ms of web processes each; load generator {100 * own:.0f} % of a core"
        )
    missed = [line for line in lines if line.missed()]
    told.append(f"\n{len(lines)} types, {AT_ONCE} at a time. Limits missed: {len(missed)}")
    told += [f"  {type_name(line.route)}: {', '.join(line.missed())}" for line in missed]
    made = [line for line in lines if line.made.percentile_ms(95) >= line.limit_ms]
    told.append(f"Above the limit where every answer is made anew: {len(made)}")
    told += [f"  {type_name(line.route)}: {line.made.percentile_ms(95):.0f} ms" for line in made]
    left_out = [route for route in routes_measured() if route not in {line.route for line in lines}]
    told += (
        [f"Not measured, because this world has none: {', '.join(left_out)}"] if left_out else []
    )
    sys.stdout.write("\n".join(told) + "\n")
    return not missed


def main() -> int:
    """Measure and print; 1 where a limit is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("n", nargs="?", type=int, default=int(os.environ.get("N", million.N_REPORTS)),
                        help="released reports (N=..., %(default)s)")  # fmt: skip
    parser.add_argument("--data", type=Path, help="folder (default: by size, in the temporary one)")
    parser.add_argument("--seconds", type=float, default=4, help="per type (%(default)s)")
    parser.add_argument(
        "--only", nargs="+", default=[""], help="types whose route has one of these in it"
    )
    options = parser.parse_args()
    folder = options.data or million.folder_default(options.n)
    million.prepare(folder, n=options.n)
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)
    gigabytes = database_files_read() / 1e9
    sys.stderr.write(f"Read the database's files: {gigabytes:.1f} GB\n")
    lines = lines_of(folder, options.only)
    peers = [peer_measure(options.seconds)]
    pages_measure(lines, options.seconds, is_cached=True)
    pages_measure(lines, options.seconds, is_cached=False)
    peers.append(peer_measure(options.seconds))
    return 0 if report(lines, peers) else 1


if __name__ == "__main__":
    sys.exit(main())
