"""python -m benchmarks.workers [--reports N] [--workers 1 2]: one clustering on several worker processes.

A PostgreSQL of its own holds N SIMULATED reports in seven domains. Worker processes with one thread
each take the parts of a run as the Celery task does. Time counts from the word go, when all are
up, to the last result; reading from the database is part of it. The results must be the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

ROWS_PER_INSERT = 2_000
DAY = date(2026, 11, 2)
MODEL_ID = "SIMULATED"


def start_django() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "backend.settings"
    import django

    django.setup()


def fill(size: int) -> list[tuple[str, int, bytes]]:
    """The catalogue, the SIMULATED reports and the parts of a run over them."""
    from django.core.management import call_command
    from pgvector import HalfVector

    from analysis.clustering import DomainPart
    from analysis.config import AnalysisConfig
    from analysis.parts import part_write
    from backend.common import postgres
    from backend.reports.models import Report
    from benchmarks.scale import SEED, WORDS, world

    postgres.ensure_running()
    call_command("migrate", verbosity=0)
    call_command("load_catalogue", verbosity=0)
    vectors, domain = world(size)
    vectors = vectors.astype(np.float16).astype(np.float32)
    rng = np.random.default_rng(SEED)
    prompts = np.array([" ".join(row) for row in rng.choice(WORDS, size=(size, 8))], dtype=object)
    ids = np.array([str(uuid.UUID(int=i + 1)) for i in range(size)], dtype=object)
    for start in tqdm(range(0, size, ROWS_PER_INSERT), desc="SIMULATED reports", unit="rows"):
        Report.objects.bulk_create(
            Report(
                id=ids[i], state="released", provenance="simulated", received_on=DAY,
                observed_on=DAY, public_from=DAY, site_id="chatgpt", model_label_source="user",
                is_silent=True, prompt=prompts[i], response="", redaction_version="1",
                consent_version="1", client="benchmark", embedding=HalfVector(vectors[i]),
                embedding_model=MODEL_ID,
            )
            for i in range(start, min(size, start + ROWS_PER_INSERT))
        )  # fmt: skip
    parts = []
    for number in range(int(domain.max()) + 1):
        rows = np.flatnonzero(domain == number)
        part = DomainPart(
            domain=str(number), is_simulated=True, report_id=ids[rows],
            standing=np.arange(len(rows)),
            contributor=np.array([f"c{i % 997}" for i in rows], dtype=object),
            week=np.full(len(rows), np.datetime64(DAY)), prompt=prompts[rows],
            embedding=vectors[rows], tracks=(), last=(0.0, 0.0), config=AnalysisConfig(), seed=SEED,
        )  # fmt: skip
        parts.append((part.name, len(part), part_write(part)))
    return parts


def work() -> None:
    """A worker: says that it is up, waits for the word, does parts until none is left."""
    start_django()
    from backend.findings import runner

    sys.stdout.write("up\n")
    sys.stdout.flush()
    sys.stdin.readline()
    runner.parts_execute()
    sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}\n")


def measure(parts: list[tuple[str, int, bytes]], n_workers: int) -> tuple[float, str, int]:
    """Seconds, digest of all results, and the largest worker's peak memory in MiB."""
    from django.utils import timezone

    from backend.findings.models import AnalysisRun, RunPart
    from backend.findings.parts import parts_store

    AnalysisRun.objects.all().delete()
    run = AnalysisRun.objects.create(
        state="running", queued_at=timezone.now(), as_of=DAY, seed=n_workers
    )
    workers = [_worker() for _ in range(n_workers)]
    for worker in workers:
        _out(worker).readline()
    parts_store(run_id=run.pk, parts=parts)
    start = time.perf_counter()
    for worker in workers:
        assert worker.stdin is not None  # noqa: S101 - tells the type checker
        worker.stdin.write("go\n")
        worker.stdin.flush()
    peaks = [int(_out(worker).readline()) for worker in workers]
    seconds = time.perf_counter() - start
    for worker in workers:
        worker.wait()
    digest = hashlib.sha256()
    for part in RunPart.objects.filter(run=run).order_by("name"):
        digest.update(bytes(part.output or b"missing"))
    return seconds, digest.hexdigest(), max(peaks)


def _worker() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.workers", "--work"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip


def _out(worker: subprocess.Popen[str]) -> Any:
    return worker.stdout


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", help="not used: the reports are SIMULATED")
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work()
        return
    folder = Path(tempfile.mkdtemp(prefix="plumbline-bench-"))
    folder.chmod(0o711)  # for root: the database's account must reach its cluster in it
    os.environ["PLUMBLINE_DATA"] = str(folder)
    os.environ.pop("DATABASE_URL", None)
    start_django()
    try:
        parts = fill(options.reports)
        own = 0.0
        for n_workers in options.workers:
            seconds, digest, peak = measure(parts, n_workers)
            own = own or seconds
            tqdm.write(
                f"{options.reports:,} SIMULATED reports, {n_workers} worker(s): {seconds:.1f} s "
                f"(x{seconds / own:.2f}), peak of one {peak} MiB, results {digest[:16]}"
            )
    finally:
        from backend.common import postgres

        postgres.release()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
