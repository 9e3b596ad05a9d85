"""python -m benchmarks.paging [N]: all N reports by cursor, while reports come and go.

Walks the API's list of reports of the SIMULATED world (`benchmarks.million`) from its first page to its
last, over HTTP from the real server, while others are added and withdrawn all over the list. Exits with
1 unless every report that was there all the time came exactly once, none came twice, and none came
in an answer that was asked for after it was withdrawn. What it adds it withdraws again.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import orjson
from tqdm import tqdm

from benchmarks import million
from benchmarks.of_explorer.load import Connection
from benchmarks.of_explorer.servers import HOST, Server, serving

PAGE_ROWS = 100
PLANTED = 500
"""Reports that are there at the start, all over the list, and are withdrawn during the walk."""
PAUSE_SECONDS = 0.05
"""Between two changes; each adds one and withdraws one."""


@dataclass
class Life:
    """Reports that come and go while somebody reads."""

    templates: list[Any]
    keys: dict[str, str] = field(default_factory=dict)
    """Receipt keys by report, of what was added and not yet withdrawn."""
    added: set[str] = field(default_factory=set)
    withdrawn_at: dict[str, float] = field(default_factory=dict)
    is_over: threading.Event = field(default_factory=threading.Event)
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))

    def add(self, *, is_planted: bool = False) -> None:
        """One more report: like another one, on any day of the world."""
        from backend.reports.models import Report
        from tests.factories import make_report
        from tests.payloads import make_receipt_key

        key, like = make_receipt_key(), self.templates[self.rng.integers(len(self.templates))]
        made = make_report(receipt_key=key, provenance="simulated", collection="bench")
        day = like.observed_on - timedelta(days=int(self.rng.integers(3)))
        Report.objects.filter(pk=made.pk).update(observed_on=day)
        self.keys[str(made.pk)] = key
        if not is_planted:
            self.added.add(str(made.pk))

    def withdraw(self, report_id: str) -> None:
        """By the sender, at once and for good."""
        from backend.reports.services import report_withdraw

        report_withdraw(receipt_key=self.keys.pop(report_id))
        self.withdrawn_at[report_id] = time.perf_counter()

    def go_on(self) -> None:
        """One comes and one goes, until it is over."""
        while not self.is_over.wait(PAUSE_SECONDS):
            self.withdraw(str(self.rng.choice(list(self.keys))))
            self.add()


async def _walk(server: Server, life: Life, n: int) -> tuple[Counter[str], int]:
    """How often each report came, and how many came after they were withdrawn."""
    seen: Counter[str] = Counter()
    too_late = 0
    address: str | None = f"/api/v1/reports/?page_size={PAGE_ROWS}"
    connection = Connection(HOST, server.port)
    with tqdm(total=n, desc="By cursor", unit="report") as bar:
        while address:
            asked_at = time.perf_counter()
            answer = await connection.get(address, headers="")
            if answer.status != 200:
                sys.exit(f"{answer.status} at {address}")
            page = orjson.loads(answer.body)
            ids = [row["id"] for row in page["results"]]
            too_late += sum(life.withdrawn_at.get(one, asked_at) < asked_at for one in ids)
            seen.update(ids)
            bar.update(len(ids))
            found = urlsplit(page["next"]) if page["next"] else None
            address = f"{found.path}?{found.query}" if found else None
    connection.close()
    return seen, too_late


def _report(before: set[str], life: Life, seen: Counter[str], too_late: int, seconds: float) -> int:
    stayed = before - life.withdrawn_at.keys()
    found = {
        "pages of the list": -(-len(seen) // PAGE_ROWS),
        "reports there all the time": len(stayed),
        "of them missing": len(stayed - seen.keys()),
        "reports that came twice": sum(n > 1 for n in seen.values()),
        "withdrawn meanwhile": len(life.withdrawn_at),
        "shown after their withdrawal": too_late,
        "added meanwhile": len(life.added),
        "of them seen": len(life.added & seen.keys()),
        "seconds": round(seconds),
    }
    sys.stdout.write("".join(f"{name:32}{n:>12,}\n" for name, n in found.items()))
    faults = ("of them missing", "reports that came twice", "shown after their withdrawal")
    return 1 if any(found[name] for name in faults) else 0


def _measure() -> int:
    from django.db import connection

    from backend.reports.selectors import reports_public
    from backend.reports.tallies import tally_catch_up

    life = Life(list(reports_public().only("observed_on").order_by("id")[:PLANTED]))
    for _ in tqdm(range(PLANTED), desc="Planting", unit="report"):
        life.add(is_planted=True)
    before = {str(pk) for pk in reports_public().order_by().values_list("pk", flat=True)}

    def live() -> None:
        try:
            life.go_on()
        finally:
            connection.close()

    changes = threading.Thread(target=live)
    with serving(["manage.py", "serve"], READS_PER_MINUTE="1000000") as server:
        changes.start()
        started = time.perf_counter()
        try:
            seen, too_late = asyncio.run(_walk(server, life, len(before)))
        finally:
            life.is_over.set()
            changes.join()
    seconds = time.perf_counter() - started
    code = _report(before, life, seen, too_late, seconds)
    for report_id in tqdm(list(life.keys), desc="Away with what was added", unit="report"):
        life.withdraw(report_id)
    tally_catch_up()  # as the worker does every few seconds
    return code


def main() -> int:
    """Walk and print; 1 where a report is missing, came twice, or came too late."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("n", nargs="?", type=int, default=int(os.environ.get("N", million.N_REPORTS)),
                        help="released reports (N=..., %(default)s)")  # fmt: skip
    parser.add_argument("--data", type=Path, help="folder (default: by size, in the temporary one)")
    options = parser.parse_args()
    million.prepare(options.data or million.folder_default(options.n), n=options.n)
    return _measure()


if __name__ == "__main__":
    sys.exit(main())
