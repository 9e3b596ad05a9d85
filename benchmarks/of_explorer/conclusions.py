"""What a run would have concluded about the SIMULATED reports: enough rows for every page."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from pgvector import HalfVector

from benchmarks.of_explorer.copying import copy_rows, target_of
from benchmarks.of_explorer.reports import CLUSTERED_SHARE, report_id
from benchmarks.of_explorer.world import THEMES, VARIANTS, World

N_FINDINGS = 120
N_MAPS = 30
MAP_POINTS = 2_000
SIGNAL_WEEKS = 104
WINDOW_WEEKS = 8
RATED_DAYS = 7 * 40
RATINGS_PER_CELL = 480
KINDS = ("silent", "stated")
STATES = ("reported", "reported", "corroborated", "resolved", "resolved", "insufficient")
REASON = "{n} contributors (unverified) where {e:.1f} would be expected. SIMULATED."


def run_make(world: World) -> Any:
    """The current run, before its rows."""
    from analysis.config import METHOD_VERSION, AnalysisConfig
    from backend.findings.models import AnalysisRun

    now = datetime.combine(world.end, datetime.min.time(), UTC)
    return AnalysisRun.objects.create(
        state="done", queued_at=now, started_at=now, finished_at=now, attempts=1, as_of=world.end,
        seed=world.seed, config=AnalysisConfig().as_dict(), method_version=METHOD_VERSION,
        embedding_model=world.embedding_model, input_digest="0" * 64, is_current=True,
        has_simulated=True,
    )  # fmt: skip


def clusters_make(world: World, run: Any) -> dict[tuple[int, int, int], tuple[int, int]]:
    """Themes and variants of every domain; by leaf, theme and variant (-1: the theme) their ids."""
    from backend.findings.models import Cluster, ClusterEvent, ClusterTrack

    middles = world.centres()
    _, shares = world.shares()
    made: dict[tuple[int, int, int], Any] = {}
    rng = np.random.default_rng([world.seed, 7])
    for variant in range(-1, VARIANTS):
        parts = 1 if variant < 0 else VARIANTS
        keys = [
            (leaf, theme, variant) for leaf in range(len(world.leaves)) for theme in range(THEMES)
        ]
        tracks = ClusterTrack.objects.bulk_create(
            ClusterTrack(
                domain_id=world.leaves[leaf], is_theme=variant < 0, is_simulated=True,
                embedding_model=world.embedding_model,
                centroid=HalfVector(middles[leaf, theme, max(variant, 0)]), born_on=world.end,
            )
            for leaf, theme, _ in keys
        )  # fmt: skip
        clusters = Cluster.objects.bulk_create(
            Cluster(
                run=run, track=track, domain_id=world.leaves[key[0]],
                parent=made[*key[:2], -1] if variant >= 0 else None,
                terms=[f"term {key[1]}", f"word {variant}", "restart", "checkpoint"],
                separating_terms=["word"], reach=0.6, stability=0.9, silhouette=0.3,
                x=float(rng.uniform(-1, 1)), y=float(rng.uniform(-1, 1)),
                n_reports=max(5, int(world.n * shares[key[0]] * CLUSTERED_SHARE / THEMES / parts)),
                n_contributors=max(5, int(world.n * shares[key[0]] / 100)),
                first_week=world.end - timedelta(weeks=120), last_week=world.end, is_public=True,
            )
            for key, track in zip(keys, tracks, strict=True)
        )  # fmt: skip
        ClusterEvent.objects.bulk_create(
            ClusterEvent(track=track, run=run, happened_at=run.queued_at, kind="born")
            for track in tracks
        )
        made |= dict(zip(keys, clusters, strict=True))
    for key, cluster in made.items():
        cluster.nearest = made[key[0], (key[1] + 1) % THEMES, key[2]]
    Cluster.objects.bulk_update(made.values(), ["nearest"], batch_size=500)
    return {key: (cluster.pk, cluster.track_id) for key, cluster in made.items()}


def conclusions_fill(connection: Any, world: World, run: Any) -> None:
    """Findings with events and maps, cells, signals, comparisons and datasets of the run."""
    rng = np.random.default_rng([world.seed, 5])
    cells = _cell_keys(world, rng)
    _findings_fill(connection, world, run, cells, rng)
    from backend.findings import models

    columns = "run_id model_id domain_id symptom_kind is_simulated state reason n_contributors " \
        "expected detectable_ratio n_ratings detectable_share".split()  # fmt: skip
    copy_rows(connection, target_of(models.CellState, columns), _cells(run, cells))
    columns = "run_id model_id domain_id symptom_kind window_start window_end n_reports observed " \
        "expected ic ic_low ic_strict prr ror ror_low ror_high ebgm eb05 p_value is_discovery " \
        "state".split()  # fmt: skip
    copy_rows(connection, target_of(models.Signal, columns), _signals(world, run, cells, rng))
    connection.commit()
    _ratings_fill(world, cells)
    _comparisons_fill(world, run)


class CellKey:
    """One cell and what stands out in it."""

    def __init__(self, model: str, domain: str, kind: str, expected: float, place: int) -> None:
        self.model, self.domain, self.kind = model, domain, kind
        self.expected = expected
        self.has_finding = place < N_FINDINGS
        self.state = STATES[place % len(STATES)] if self.has_finding else "insufficient"
        self.observed = int(expected * (3 if self.has_finding else 0.9)) + 1
        self.reason = (
            REASON.format(n=self.observed, e=expected) if self.has_finding
            else "Nothing stands out among the reports of this cell. SIMULATED."
        )  # fmt: skip


def _cell_keys(world: World, rng: np.random.Generator) -> list[CellKey]:
    models, leaves = world.shares()
    keys = [
        (m, leaf, kind)
        for m in range(len(world.places))
        for leaf in range(len(world.leaves))
        for kind in KINDS
    ]
    order = rng.permutation(len(keys))
    return [
        CellKey(
            world.places[m].model, world.leaves[leaf], kind,
            float(models[m] * leaves[leaf] * world.n / 16 * (0.8 if kind == "silent" else 0.2)),
            int(place),
        )
        for (m, leaf, kind), place in zip(keys, order, strict=True)
    ]  # fmt: skip


def _cells(run: Any, cells: list[CellKey]) -> Iterator[tuple[Any, ...]]:
    for cell in cells:
        yield (
            run.pk, cell.model, cell.domain, cell.kind, True, cell.state, cell.reason,
            cell.observed if cell.observed >= 5 else None, cell.expected, 1.8, 120, 0.2,
        )  # fmt: skip


def _signals(
    world: World, run: Any, cells: list[CellKey], rng: np.random.Generator
) -> Iterator[tuple[Any, ...]]:
    monday = world.end - timedelta(days=world.end.weekday())
    for cell in cells:
        if cell.expected < 5 and not cell.has_finding:
            continue
        noise = rng.poisson(cell.observed, size=SIGNAL_WEEKS)
        for week in range(SIGNAL_WEEKS):
            last = monday - timedelta(weeks=SIGNAL_WEEKS - week) + timedelta(days=6)
            n = int(noise[week])
            yield (
                run.pk, cell.model, cell.domain, cell.kind,
                last - timedelta(days=7 * WINDOW_WEEKS - 1), last, n + n // 10, n,
                cell.expected, 0.4, 0.2, 0.1, 1.2, 1.2, 0.9, 1.5, 1.1, 0.9, 0.2, False,
                "insufficient",
            )  # fmt: skip


def _findings_fill(
    connection: Any, world: World, run: Any, cells: list[CellKey], rng: np.random.Generator
) -> None:
    from backend.findings.models import Boundary, BoundaryPoint, Finding, FindingEvent

    chosen = [cell for cell in cells if cell.has_finding]
    findings = Finding.objects.bulk_create(_finding(world, run, cell, rng) for cell in chosen)
    through = Finding.representatives.through
    through.objects.bulk_create(
        through(finding_id=finding.pk, report_id=report_id(world, int(number)))
        for finding in findings
        for number in rng.choice(world.n, 6, replace=False)
    )
    FindingEvent.objects.bulk_create(
        FindingEvent(
            finding=finding, run=run, happened_at=run.queued_at - timedelta(days=40 - 10 * step),
            from_state=before, to_state=after, reason=finding.reason,
        )
        for finding in findings
        for step, (before, after) in enumerate((("", "reported"), ("reported", finding.state)))
        if before != after
    )  # fmt: skip
    mapped = findings[:N_MAPS]
    domains = [
        {"domain": leaf, "n_cases": 30, "n_controls": 40, "n_contributors": 50, "ratio": 3.5,
         "share_affected": 0.6, "share_normal": 0.1}
        for leaf in world.leaves[:6]
    ]  # fmt: skip
    maps = Boundary.objects.bulk_create(
        Boundary(finding=finding, n_cases=900, n_controls=1100, domains=domains)
        for finding in mapped
    )
    columns = "boundary_id report_id x y ratio low high state is_case frontier_rank".split()
    copy_rows(connection, target_of(BoundaryPoint, columns), _points(world, maps, rng))


def _finding(world: World, run: Any, cell: CellKey, rng: np.random.Generator) -> Any:
    from backend.findings.events import finding_slug
    from backend.findings.models import Finding

    named = {"model_id": cell.model, "domain_id": cell.domain, "symptom_kind": cell.kind}
    monday = world.end - timedelta(days=world.end.weekday())
    weeks = [monday - timedelta(weeks=week) for week in range(SIGNAL_WEEKS, 0, -1)]
    counts = rng.poisson(cell.observed / 8, size=SIGNAL_WEEKS).tolist()
    return Finding(
        run=run, **named, slug=finding_slug(named), state=cell.state, reason=cell.reason,
        outlook="Ratings would move it up. SIMULATED.",
        cautions=["burst"], first_seen_at=run.queued_at - timedelta(days=40),
        onset=monday - timedelta(weeks=12), onset_low=monday - timedelta(weeks=13),
        onset_high=monday - timedelta(weeks=11),
        offset=monday - timedelta(weeks=3) if cell.state == "resolved" else None,
        n_reports=cell.observed + 5, n_contributors=max(5, cell.observed), breakdown_number=4,
        peak={
            "window_start": (monday - timedelta(weeks=10)).isoformat(),
            "window_end": (monday - timedelta(weeks=2, days=1)).isoformat(),
            "n_reports": cell.observed, "observed": max(5, cell.observed),
            "expected": cell.expected, "ic": 2.06, "ic_low": 1.13, "ic_strict": 0.42, "prr": 4.8,
            "ror": 4.9, "ror_low": 3.1, "ror_high": 7.7, "ebgm": 4.2, "eb05": 3.0, "p_value": 1e-5,
            "is_discovery": True, "state": "reported", "model_id": cell.model,
            "domain_id": cell.domain, "symptom_kind": cell.kind,
        },
        series=[
            {"week": week.isoformat(), "observed": n, "expected": round(cell.expected / 8, 1)}
            for week, n in zip(weeks, counts, strict=True)
        ],
        is_simulated=True, is_published=True,
    )  # fmt: skip


def _ratings_fill(world: World, cells: list[CellKey]) -> None:
    """SIMULATED ratings of every cell that has a finding: what the chart on its page is made of."""
    from backend.measurements.services import SimulatedRow, ratings_simulate

    rng = np.random.default_rng([world.seed, 6])
    sites = {place.model: place.site for place in world.places}
    ratings_simulate(
        rows=(
            SimulatedRow(world.end - timedelta(days=day), sites[cell.model], cell.model, cell.domain,
                         is_bad)
            for cell in cells if cell.has_finding
            for day, is_bad in zip(
                rng.integers(1, RATED_DAYS, RATINGS_PER_CELL).tolist(),
                (rng.random(RATINGS_PER_CELL) < 0.15).tolist(), strict=True,
            )
        ),
        collection="bench", probability=0.02, seed=world.seed,
    )  # fmt: skip


def _points(world: World, maps: list[Any], rng: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    size = min(MAP_POINTS, world.n)
    for boundary in maps:
        numbers = rng.choice(world.n, size, replace=False).tolist()
        places = np.clip(rng.normal(scale=0.4, size=(size, 2)), -1, 1).tolist()
        for place, (number, (x, y)) in enumerate(zip(numbers, places, strict=True)):
            state = ("affected", "normal", "unknown")[place % 3]
            rank = place // 3 if place < 36 and state != "unknown" else None
            yield (boundary.pk, report_id(world, number), x, y, 2.5, 1.2, 4.0, state,
                   place % 2 == 0, rank)  # fmt: skip


def _comparisons_fill(world: World, run: Any) -> None:
    from backend.findings.models import Comparison

    verdicts = ("worse", "better", "no_difference", "insufficient")
    Comparison.objects.bulk_create(
        Comparison(
            run=run, collection="bench", family=earlier.model, domain_id=leaf,
            earlier_id=earlier.model, later_id=later.model, n_earlier=200, n_later=200, n_pairs=200,
            bad_earlier=20, bad_later=20 + place, difference=0.01 * place, difference_low=-0.02,
            difference_high=0.1, p_value=0.1, detectable=0.1, verdict=verdicts[place % 4],
        )
        for earlier, later in zip(world.places[:12], world.places[1:13], strict=False)
        for place, leaf in enumerate(world.leaves[:8])
    )  # fmt: skip


def services_fill(world: World, run: Any) -> None:
    """What services make of the rows that are there: tallies, a dataset, charts."""
    from django.core.management import call_command

    from backend.findings.services import domains_counted_update
    from backend.findings.tallies import tallies_store, tally_rows
    from backend.reports.contributors import contributors_by_place
    from backend.reports.search import words_rebuild
    from backend.reports.tallies import tally_rebuild

    domains_counted_update()
    tally_rebuild()
    words_rebuild()
    tallies_store(run, tally_rows(contributors_by_place(as_of=world.end)))
    call_command("build_dataset", stdout=sys.stderr)
    _charts_fill()


def _charts_fill() -> None:
    """All charts, of which the first of each kind is drawn: its images stand for the others'.

    A chart takes seconds to draw, and pages only need images of the right size.
    """
    from backend.charts import rendering, services

    drawn: dict[str, dict[str, bytes]] = {}

    def draw(chart: Any) -> dict[str, bytes]:
        if chart.kind not in drawn:
            drawn[chart.kind] = rendering.draw(chart)
        return drawn[chart.kind]

    services.charts_publish(specify=rendering.specify, draw=draw)
