"""python -m benchmarks.million [--n 1000000] [--data FOLDER]: a database of SIMULATED reports.

Fills an own embedded PostgreSQL with N released reports of fictional vendors and all that hangs on
them: receipts, symptoms, vectors, a current run with domains, clusters, signals, cells, findings,
maps and datasets. Written by COPY, not through the way in, because that would take days. The folder
is kept, and a second call finds it filled; later migrations are applied to it.

Any command then works on it:  PLUMBLINE_DATA=FOLDER python manage.py serve
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from tqdm import tqdm

from benchmarks.of_explorer import reports
from benchmarks.of_explorer.copying import connect, indexes_apart, target_of
from benchmarks.of_explorer.world import World, catalogue_fill, world_of

N_REPORTS = 1_000_000
SEED = 61
BLOCKS_PER_TASK = 2
MAKING_INDEXES = "-c maintenance_work_mem=3GB -c max_parallel_maintenance_workers=2 -c jit=off"
MARK = "million.json"
"""File in the folder that says what it was filled with; missing while that is going on."""


def folder_default(n: int) -> Path:
    """Where a world of that size is kept between two calls."""
    return Path(tempfile.gettempdir()) / f"plumbline-bench-{n}"


def prepare(folder: Path, *, n: int, n_processes: int = 2) -> None:
    """Make sure that the folder holds a world of that size, with the tables of this version.

    Sets PLUMBLINE_DATA and Django up in this process. Exits with a message for a folder that holds
    something else.
    """
    mark = folder / MARK
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        sys.exit(f"{folder} holds something else, or was not filled to its end. Delete it first.")
    if mark.exists() and (found := json.loads(mark.read_text())["n"]) != n:
        sys.exit(f"{folder} holds {found:,} reports, not {n:,}. Name another folder by --data.")
    os.environ["PLUMBLINE_DATA"] = str(folder.absolute())
    os.environ["DJANGO_SETTINGS_MODULE"] = "backend.settings"
    os.environ.pop("DATABASE_URL", None)
    import django
    from django.core.management import call_command

    django.setup()
    os.environ["PGOPTIONS"] = MAKING_INDEXES  # a migration may make one over all reports
    call_command("migrate", verbosity=0, interactive=False)
    if mark.exists():
        _disconnect()
        return
    started = time.perf_counter()
    call_command("load_catalogue", verbosity=0, stdout=sys.stderr)
    catalogue_fill()
    world = _fill(n, n_processes)
    _disconnect()
    seconds = time.perf_counter() - started
    mark.write_text(json.dumps({"n": n, "seed": world.seed, "end": world.end.isoformat()}))
    sys.stderr.write(f"{n:,} SIMULATED reports in {seconds:.0f} s, kept in {folder}\n")


def _disconnect() -> None:
    """Leave no connection with the loader's own options behind."""
    from django.db import connections

    del os.environ["PGOPTIONS"]
    for connection in connections.all(initialized_only=True):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]


def _fill(n: int, n_processes: int) -> World:
    from django.utils import timezone

    from backend.common import postgres
    from benchmarks.of_explorer import conclusions

    parameters = postgres.connection_parameters()
    world = world_of(seed=SEED, n=n, end=timezone.now().date())
    run = conclusions.run_make(world)
    clusters = conclusions.clusters_make(world, run)
    targets = _targets()
    with connect(parameters) as connection:
        tables = [target.table for target in vars(targets).values()]
        with indexes_apart(connection, tables):
            whole = reports.Job(
                world=world, blocks=range(reports.n_blocks(world)), targets=targets,
                connection=parameters, run_id=run.pk, clusters=clusters,
            )  # fmt: skip
            _reports_fill(whole, n_processes)
            sys.stderr.write("Making the indexes\n")
        conclusions.conclusions_fill(connection, world, run)
        conclusions.services_fill(world, run)
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
    return world


def _targets() -> reports.Targets:
    from backend.findings.models import ClusterMember, ReportDomain
    from backend.reports.models import Receipt, Report

    return reports.Targets(
        report=target_of(Report, reports.REPORT_COLUMNS),
        receipt=target_of(Receipt, reports.RECEIPT_COLUMNS),
        symptom=target_of(Report.symptoms.through, reports.SYMPTOM_COLUMNS),
        placed=target_of(ReportDomain, reports.PLACED_COLUMNS),
        member=target_of(ClusterMember, reports.MEMBER_COLUMNS),
    )


def _reports_fill(whole: reports.Job, n_processes: int) -> None:
    world, total = whole.world, len(whole.blocks)
    jobs = [
        replace(whole, blocks=whole.blocks[start : start + BLOCKS_PER_TASK])
        for start in range(0, total, BLOCKS_PER_TASK)
    ]
    with (
        ProcessPoolExecutor(n_processes, mp_context=get_context("spawn")) as pool,
        tqdm(total=reports.n_rows(world), desc="SIMULATED reports", unit="report") as bar,
    ):
        for done in pool.map(_load, jobs):
            bar.update(done)


def _load(job: reports.Job) -> int:
    return sum(reports.blocks_load(job))


def main() -> None:
    """Fill the folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--n", type=int, default=N_REPORTS, help="released reports (%(default)s)")
    parser.add_argument("--data", type=Path, help="folder (default: by size, in the temporary one)")
    parser.add_argument("--processes", type=int, default=2, help="that write (%(default)s)")
    options = parser.parse_args()
    folder = options.data or folder_default(options.n)
    prepare(folder, n=options.n, n_processes=options.processes)
    sys.stdout.write(f"Ready: PLUMBLINE_DATA={folder}\n")


if __name__ == "__main__":
    main()
