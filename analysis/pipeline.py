"""The one way in: a batch of plain arrays to its conclusions, the same ones every time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from analysis.boundary import finding_boundary
from analysis.clustering import DomainClusters, Home, nearest_home
from analysis.comparisons import compare_versions
from analysis.config import METHOD_VERSION, AnalysisConfig
from analysis.digest import input_digest
from analysis.division import UNDIVIDED
from analysis.domains import UNKNOWN, DomainClassifier, assign_domains, with_examples
from analysis.embedding import EMBEDDING_MODEL_ID, embed, model_build
from analysis.findings import Stream, finding_results, signal_results
from analysis.foreign_embedding import ModelInfo
from analysis.integrity import Rows, code, duplicate_of
from analysis.ladder import REPORTED
from analysis.parts import (
    DomainPart,
    Solve,
    clusters_read,
    clusters_write,
    part_of,
    part_read,
    part_write,
    positions_back,
    solve_here,
)
from analysis.records import (
    AnalysisResult,
    Batch,
    ClusterResult,
    DataError,
    FindingResult,
    Ints,
    ReportArrays,
    SignalResult,
    Strings,
    Track,
    TrackEvent,
)
from analysis.signals import count_windows, screen
from analysis.text import group_texts

__all__ = [
    "EMBEDDING_MODEL_ID",
    "DomainClassifier",
    "DomainClusters",
    "DomainPart",
    "Home",
    "ModelInfo",
    "analyse",
    "clusters_read",
    "clusters_write",
    "embed",
    "model_build",
    "nearest_home",
    "part_read",
    "part_write",
    "with_examples",
]

Progress = Callable[[str, int, int], None]
"""Called with the stage's name, steps done and steps in all."""

SCREENED_PROVENANCES = ("report", "simulated")
"""Each is screened by itself. `import` takes no part: whoever imports is one contributor."""

_EPOCH_MONDAY = np.datetime64("1970-01-05", "D")


def analyse(
    batch: Batch,
    config: AnalysisConfig,
    *,
    seed: int,
    progress: Progress | None = None,
    solve: Solve = solve_here,
) -> AnalysisResult:
    """What the reports and ratings show, by the method of analysis/README.md.

    Parameters
    ----------
    batch : Batch
        Reports after `as_of` keep their domain but count nowhere. The order of the rows does not
        matter. Nothing of it is written to.
    config : AnalysisConfig
    seed : int
        Of the resampling that chooses how finely a domain is divided. Signals do not depend on it.
    progress : callable, optional
    solve : callable, optional
        Where the clusters of the domains are found: in this process, one after the other, or on
        several workers. The result is the same.

    Returns
    -------
    AnalysisResult
        Equal for equal arguments.

    Raises
    ------
    DataError
        If a record breaks its promise: ids that repeat, unknown domains, missing vectors.
    """
    tell = progress or _quiet
    _check(batch)
    order = np.argsort(batch.reports.report_id.astype(str), kind="stable")
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    reports = _reordered(batch.reports, order)
    tell("near-duplicates", 0, 6)
    groups = group_texts(reports.prompt.tolist(), reports.response.tolist(), config)
    standing = duplicate_of(reports, groups)
    tell("domains", 1, 6)
    found = assign_domains(
        reports.embedding,
        reports.prompt,
        reports.domain_stated,
        domains=batch.domains,
        example_embedding=batch.example_embedding,
        config=config,
    )
    tell("clusters", 2, 6)
    lives = _clusters(
        reports,
        domain=found.domain,
        standing=standing,
        as_of=batch.as_of,
        tracks=[replace(track, members=np.sort(back[track.members])) for track in batch.tracks],
        resolutions=batch.resolutions,
        config=config,
        seed=seed,
        solve=solve,
    )
    tell("signals", 3, 6)
    streams = _streams(reports, found.domain, standing, groups.cohort, batch.as_of)
    signals, findings, n_tested = _screen(streams, reports, config)
    tell("boundaries", 4, 6)
    findings = [
        replace(
            finding,
            boundary=finding_boundary(
                finding, reports, domain=found.domain, standing=standing, tree=batch.domains,
                as_of=batch.as_of, config=config, seed=seed,
            ),
        )
        if finding.state == REPORTED
        else finding
        for finding in findings
    ]  # fmt: skip
    tell("comparisons", 5, 6)
    comparisons = compare_versions(batch.ratings, config)
    tell("done", 6, 6)
    return AnalysisResult(
        method_version=METHOD_VERSION,
        input_digest=input_digest(batch, config, seed),
        domain=found.domain[back],
        domain_inferred=found.inferred[back],
        domain_confidence=found.confidence[back],
        duplicate_of=order[standing][back].astype(np.int64),
        clusters=tuple(
            replace(c, members=order[c.members], medoids=order[c.medoids]) for c in lives.clusters
        ),
        track_events=tuple(lives.events),
        resolutions=lives.resolutions,
        is_outlier=lives.is_outlier[back],
        signals=tuple(signals),
        findings=tuple(_finding_back(finding, order) for finding in findings),
        comparisons=tuple(comparisons),
        summary={
            "n_reports": len(reports),
            "n_contributors": _n_contributors(reports, is_simulated=False),
            "n_contributors_simulated": _n_contributors(reports, is_simulated=True),
            "n_duplicates": int((standing != np.arange(len(reports))).sum()),
            "n_domain_unknown": int((found.domain == UNKNOWN).sum()),
            "n_outliers": int(lives.is_outlier.sum()),
            "n_clusters": len(lives.clusters),
            "n_clusters_public": sum(cluster.is_public for cluster in lives.clusters),
            "n_cell_windows_tested": n_tested,
            "n_discoveries": sum(signal.is_discovery for signal in signals),
            "n_signals": len(signals),
            "n_findings_reported": sum(finding.state == REPORTED for finding in findings),
            "n_findings_insufficient": sum(finding.state != REPORTED for finding in findings),
            "n_ratings": len(batch.ratings),
            "n_comparisons": len(comparisons),
        },
    )


def _finding_back(finding: FindingResult, order: NDArray[np.intp]) -> FindingResult:
    """The finding with the batch's own indices of its reports."""
    boundary = finding.boundary
    if boundary is not None:
        boundary = replace(
            boundary,
            reports=order[boundary.reports],
            affected=order[boundary.affected],
            normal=order[boundary.normal],
        )
    return replace(finding, representatives=order[finding.representatives], boundary=boundary)


def _n_contributors(reports: ReportArrays, *, is_simulated: bool) -> int:
    """Contributor codes over all sites and epochs: an upper bound of the linked people."""
    chosen = (reports.provenance == "simulated") == is_simulated
    return len(set(reports.contributor[chosen]) - {""})


def _quiet(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def _check(batch: Batch) -> None:
    reports = batch.reports
    if len(set(reports.report_id.tolist())) != len(reports):
        raise DataError("report ids repeat")
    if len(reports) and reports.embedding.ndim != 2:
        raise DataError("embedding must have one row per report")
    if len(reports) and not np.isfinite(reports.embedding).all():
        raise DataError("embedding has values that are not finite")
    if np.isnat(reports.day).any():
        raise DataError("a report has no day")


def _reordered(reports: ReportArrays, order: NDArray[np.intp]) -> ReportArrays:
    return ReportArrays(**{f.name: getattr(reports, f.name)[order] for f in fields(reports)})


def _monday(days: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    weeks = (days.astype("datetime64[D]") - _EPOCH_MONDAY).astype(np.int64) // 7
    found: NDArray[np.datetime64] = _EPOCH_MONDAY + (weeks * 7).astype("timedelta64[D]")
    return found


@dataclass(frozen=True)
class _Lives:
    clusters: list[ClusterResult]
    events: list[TrackEvent]
    is_outlier: NDArray[np.bool_]
    resolutions: dict[str, tuple[float, float]]


def _clusters(
    reports: ReportArrays,
    *,
    domain: Strings,
    standing: Ints,
    as_of: date,
    tracks: Sequence[Track],
    resolutions: Mapping[str, tuple[float, float]],
    config: AnalysisConfig,
    seed: int,
    solve: Solve,
) -> _Lives:
    """The clusters of every domain, their lives, and which reports are unlike all others of theirs."""
    counts = (reports.day <= np.datetime64(as_of, "D")) & (domain != UNKNOWN)
    weeks = _monday(reports.day)
    lives = _Lives([], [], np.zeros(len(reports), dtype=np.bool_), {})
    slugs = sorted({*domain[counts].tolist(), *(track.domain for track in tracks)})
    indices = [np.flatnonzero(counts & (domain == slug)) for slug in slugs]
    parts = (
        part_of(
            reports,
            rows,
            domain=slug,
            standing=standing,
            weeks=weeks,
            tracks=[track for track in tracks if track.domain == slug],
            last=resolutions.get(slug, UNDIVIDED),
            config=config,
            seed=seed,
        )
        for slug, rows in zip(slugs, indices, strict=True)
    )
    for slug, rows, solved in zip(slugs, indices, solve(parts), strict=True):
        found = positions_back(solved, rows)
        lives.resolutions[slug] = found.resolution
        lives.is_outlier[found.outliers] = True
        start = len(lives.clusters)
        lives.events.extend(replace(e, cluster=_moved(e.cluster, start)) for e in found.events)
        lives.clusters.extend(
            replace(c, parent=_moved(c.parent, start), nearest=_moved(c.nearest, start))
            for c in found.clusters
        )
    return lives


def _moved(place: int, start: int) -> int:
    """A place in a domain's list as one in the run's; -1 stays."""
    return place + start if place >= 0 else -1


def _streams(
    reports: ReportArrays, domain: Strings, standing: Ints, cohort: Ints, as_of: date
) -> list[Stream]:
    """One stream per provenance and kind of symptom that has reports: never added together."""
    streams = []
    # Unlinked senders cannot be told apart, so they cannot be counted.
    countable = (reports.day <= np.datetime64(as_of, "D")) & (reports.contributor != "")
    week = (_monday(reports.day) - _EPOCH_MONDAY).astype(np.int64) // 7
    for provenance in SCREENED_PROVENANCES:
        mine = countable & (reports.provenance == provenance)
        if not mine.any():
            continue
        first = int(week[mine].min())
        last = (
            int((_monday(np.array([as_of], "datetime64[D]"))[0] - _EPOCH_MONDAY).astype(int)) // 7
        )
        monday = (_EPOCH_MONDAY + np.timedelta64(7 * first, "D")).item()
        for kind, silent in (("silent", True), ("stated", False)):
            chosen = np.flatnonzero(mine & (reports.is_silent == silent))
            if not len(chosen):
                continue
            chosen = chosen[np.lexsort((chosen, reports.day[chosen]))]
            models, model = code(reports.model[chosen])
            domains, leaf = code(domain[chosen])
            rows = Rows(
                index=chosen,
                week=week[chosen] - first,
                model=model,
                domain=leaf,
                contributor=code(reports.contributor[chosen])[1],
                cohort=cohort[chosen],
            )
            vendor_of = dict(zip(reports.model[chosen], reports.vendor[chosen], strict=True))
            streams.append(
                Stream(
                    provenance=provenance,
                    symptom_kind=kind,
                    rows=rows.where(standing[chosen] == chosen),
                    all_rows=rows,
                    models=models,
                    vendors=tuple(str(vendor_of[name]) for name in models),
                    domains=domains,
                    first_monday=monday,
                    n_weeks=last - first + 1,
                )
            )
    return streams


def _screen(
    streams: list[Stream], reports: ReportArrays, config: AnalysisConfig
) -> tuple[list[SignalResult], list[FindingResult], int]:
    """Signals and findings of all streams, and the number of cells and windows tested."""
    windows = [
        count_windows(s.rows, s.all_rows, (len(s.models), len(s.domains)), s.n_weeks, config)
        for s in streams
    ]
    verdicts = screen(
        [window for part in windows for window in part],
        [stream.is_eligible for stream, part in zip(streams, windows, strict=True) for _ in part],
        config,
    )
    signals: list[SignalResult] = []
    findings: list[FindingResult] = []
    start = 0
    for stream, part in zip(streams, windows, strict=True):
        mine = verdicts[start : start + len(part)]
        start += len(part)
        signals += signal_results(stream, part, mine, config)
        findings += finding_results(stream, part, mine, reports, config)
    n_tested = sum(int(verdict.is_tested.sum()) for verdict in verdicts)
    findings.sort(key=lambda f: (f.state != REPORTED, -f.peak.ic_low, f.model, f.domain))
    return signals, findings, n_tested
