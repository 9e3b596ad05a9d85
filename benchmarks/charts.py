"""python -m benchmarks.charts: what the charts of this installation cost.

On the data of PLUMBLINE_DATA (`make demo` fills it): one current chart of each kind is drawn again, three
times, and the fastest counts; then the size of what is stored, and what a sweep costs that finds
nothing to do. The peer is one bare `SELECT 1` over the same connection. Times of drawing are CPU
seconds of this process, in which everything happens, so that other work on the machine counts less.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from tqdm import tqdm

REPEATS = 3
IDLE_REPEATS = 50
TABLES = ("charts_chart", "charts_chartimage", "charts_chartreport", "charts_chartfinding")


def fastest(work: Callable[[], Any], clock: Callable[[], float], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = clock()
        work()
        times.append(clock() - start)
    return min(times)


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "backend.settings"
    import django

    django.setup()
    from django.db import connection

    from backend.charts import rendering, services
    from backend.charts.kinds import KINDS
    from backend.charts.models import Chart

    tqdm.write(f"{rendering.charts_publish()} charts were drawn first, to have all.")
    current = Chart.objects.filter(is_current=True)
    for kind in KINDS:
        chart = max(current.filter(kind=kind), key=lambda chart: len(chart.data), default=None)
        if chart is None:
            tqdm.write(f"{kind}: none")
            continue
        seconds = fastest(lambda: rendering.draw(chart), time.process_time, REPEATS)  # noqa: B023
        size = sum(file["bytes"] for file in chart.files.values())
        tqdm.write(
            f"{kind}: {len(chart.data)} rows, {seconds:.2f} CPU s, {size / 1024:.0f} KiB of files"
        )
    with connection.cursor() as cursor:
        total = 0
        for table in TABLES:
            cursor.execute("SELECT pg_total_relation_size(%s)", [table])
            total += cursor.fetchone()[0]
        n = Chart.objects.count()
        tqdm.write(f"stored: {n} charts, {total / 2**20:.1f} MiB, {total / n / 1024:.0f} KiB each")
        if services.charts_are_stale():
            tqdm.write("something changed meanwhile: the sweep is not idle")
        idle = fastest(services.charts_are_stale, time.perf_counter, IDLE_REPEATS)
        bare = fastest(lambda: cursor.execute("SELECT 1"), time.perf_counter, IDLE_REPEATS)
    tqdm.write(f"idle sweep: {1000 * idle:.1f} ms; a bare SELECT 1: {1000 * bare:.2f} ms")


if __name__ == "__main__":
    main()
