"""Is it quiet, or is it broken? Signs of life and ages of queues, without a number of what waits.

Every part has one of a few states, the same in words on the page and as a code at `/api/v1/status/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from backend.common.heartbeats import BEAT, CHARTS, EMBED, KEYS, RELEASE, WORKER, heartbeats
from backend.exports import selectors as exports_
from backend.findings.pulse import RunsPulse, runs_pulse_public
from backend.reports.counts import newest_day_public

SILENT_AFTER = timedelta(minutes=3)
"""A worker and a scheduler that were not heard of for so long may be dead: six missed signs of life."""
QUEUE_LATE_AFTER = timedelta(minutes=5)
"""A queue that was not worked off for so long is behind; it is swept every few seconds."""
RUN_LATE_AFTER = timedelta(hours=36)
"""Runs and datasets come once a night: this is one night missed."""
RUN_LONG_AFTER = timedelta(hours=6)
"""A run of a million reports takes minutes. One that has gone on for so long hangs."""
QUIET_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Process:
    """The worker or the scheduler.

    `alive`, `busy` (silent while a run goes on), `silent`, or `unknown` (never heard of).
    """

    name: str
    state: str
    last_at: datetime | None
    minutes: int | None
    """Since it was last heard of."""


@dataclass(frozen=True)
class Queue:
    """`ok`, `late`, `by_hand` (a moderator decides), or `unknown`."""

    name: str
    state: str
    worked_off_at: datetime | None
    is_empty: bool = False
    """Whether nothing waited a moment ago: nobody has looked since a worker fell silent."""


@dataclass(frozen=True)
class Signing:
    """The keys that sign who counts: `ok`, `late` (not found in order lately), or `unknown`."""

    state: str
    in_order_at: datetime | None


@dataclass(frozen=True)
class Runs:
    """`ok`, `running`, `waiting`, `failed` (the last one did), `late`, or `none`."""

    state: str
    pulse: RunsPulse


@dataclass(frozen=True)
class Datasets:
    """`ok`, `failed` (the last attempt did), `late` (no attempt has come to its end lately), or `none`."""

    state: str
    pulse: exports_.DatasetHeartbeat


@dataclass(frozen=True)
class Incoming:
    """`recent`, `quiet` (nothing newer has come in), or `none` (nothing has ever come in)."""

    state: str
    newest_on: date | None
    days: int | None


@dataclass(frozen=True)
class Status:
    """Everything at one moment. `state` is `ok`, or `trouble` where a part of the machine is not well.

    That nothing comes in is no trouble.
    """

    checked_at: datetime
    state: str
    processes: list[Process]
    queues: list[Queue]
    signing: Signing
    runs: Runs
    datasets: Datasets
    incoming: Incoming

    @property
    def is_machine_alive(self) -> bool:
        """Whether silence can be told from failure: somebody would have noticed a report."""
        return all(process.state in ("alive", "busy") for process in self.processes)


BAD = frozenset({"silent", "unknown", "late", "failed"})


def status_public() -> Status:
    """How the machine is doing now. Six queries."""
    now, seen, pulse = timezone.now(), heartbeats(), runs_pulse_public()
    is_running = pulse.started_at is not None and now - pulse.started_at < RUN_LONG_AFTER
    processes = [
        _process(WORKER, seen.get(WORKER), now, is_running=is_running),
        _process(BEAT, seen.get(BEAT), now, is_running=False),
    ]
    queues = [
        _queue("release", seen.get(RELEASE), now, is_by_rule=settings.RELEASE_BY == "rule"),
        _queue("embeddings", seen.get(EMBED), now, is_busy=is_running),
        _queue("charts", seen.get(CHARTS), now, is_busy=is_running),
    ]
    signing = _signing(seen.get(KEYS), now, is_busy=is_running)
    built = exports_.dataset_heartbeat_public()
    runs = Runs(_run_state(pulse, now), pulse)
    datasets = Datasets(_dataset_state(built, now), built)
    states = [runs.state, datasets.state, signing.state]
    states += [process.state for process in processes] + [queue.state for queue in queues]
    return Status(
        checked_at=now,
        state="trouble" if BAD & set(states) else "ok",
        processes=processes,
        queues=queues,
        signing=signing,
        runs=runs,
        datasets=datasets,
        incoming=_incoming(now.date()),
    )


def _process(name: str, last_at: datetime | None, now: datetime, *, is_running: bool) -> Process:
    if last_at is None:
        return Process(name, "unknown", None, None)
    age = max(now - last_at, timedelta())
    state = "alive" if age < SILENT_AFTER else "busy" if is_running else "silent"
    return Process(name, state, last_at, int(age.total_seconds() // 60))


def _queue(
    name: str, last_at: datetime | None, now: datetime, *, is_by_rule: bool = True,
    is_busy: bool = False,
) -> Queue:  # fmt: skip
    if not is_by_rule:
        return Queue(name, "by_hand", None)
    if last_at is None:
        return Queue(name, "unknown", None)
    age = now - last_at
    state = "ok" if age < QUEUE_LATE_AFTER or is_busy else "late"
    return Queue(name, state, last_at, is_empty=age < SILENT_AFTER)


def _signing(last_at: datetime | None, now: datetime, *, is_busy: bool) -> Signing:
    if last_at is None:
        return Signing("unknown", None)
    is_late = now - last_at >= QUEUE_LATE_AFTER and not is_busy
    return Signing("late" if is_late else "ok", last_at)


def _run_state(pulse: RunsPulse, now: datetime) -> str:
    finished, failed = pulse.finished_at, pulse.failed_at
    if pulse.started_at is not None:
        return "running" if now - pulse.started_at < RUN_LONG_AFTER else "late"
    if failed is not None and (finished is None or failed > finished):
        return "failed"
    if pulse.queued_at is not None:
        return "waiting" if now - pulse.queued_at < QUEUE_LATE_AFTER else "late"
    if finished is None:
        return "none"
    return "ok" if now - finished < RUN_LATE_AFTER else "late"


def _dataset_state(built: exports_.DatasetHeartbeat, now: datetime) -> str:
    """An attempt that finds nothing changed has come to its end too: an old version is no failure."""
    if built.last_outcome == "failed":
        return "failed"
    if built.last_success_at is None:
        return "ok" if built.version or built.last_outcome else "none"
    return "ok" if now - built.last_success_at < RUN_LATE_AFTER else "late"


def _incoming(today: date) -> Incoming:
    newest = newest_day_public()
    if newest is None:
        return Incoming("none", None, None)
    newest = min(newest, today)  # senders east of us may be a day ahead: ZONE_DAYS of reports
    age = today - newest
    return Incoming("recent" if age < QUIET_AFTER else "quiet", newest, age.days)
