"""The one way in: a batch of plain arrays to its conclusions, the same ones every time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from analysis.boundary import finding_boundary
from analysis.clustering import DomainClusters, DomainPart, Home, nearest_home, part_name
from analysis.comparisons import compare_versions
from analysis.config import METHOD_VERSION, AnalysisConfig
from analysis.digest import input_digest
from analysis.division import UNDIVIDED
from analysis.domains import UNKNOWN, DomainClassifier, assign_domains, with_examples
from analysis.embedding import EMBEDDING_MODEL_ID, embed, model_build
from analysis.foreign_embedding import ModelInfo
from analysis.frozen import evidence_read, evidence_write
from analysis.halves import cluster_signals
from analysis.integrity import duplicate_of
from analysis.judgement import Judgement, judge
from analysis.labels import finding_terms, medoids
from analysis.ladder import INSUFFICIENT
from analysis.layout import with_places
from analysis.parts import (
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
    Batch,
    CountedEvidence,
    DataError,
    Ints,
    ReportArrays,
    Strings,
    TrackEvent,
)
from analysis.results import AnalysisResult, ClusterResult, FindingResult
from analysis.text import group_texts
from analysis.weeks import monday

__all__ = [
    "EMBEDDING_MODEL_ID",
    "DomainClassifier",
    "DomainClusters",
    "DomainPart",
    "Home",
    "Judgement",
    "ModelInfo",
    "analyse",
    "clusters_read",
    "clusters_write",
    "embed",
    "evidence_read",
    "evidence_write",
    "judge",
    "model_build",
    "nearest_home",
    "part_read",
    "part_write",
    "with_examples",
]

Progress = Callable[[str, int, int], None]
"""Called with the stage's name, steps done and steps in all."""


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
    _check(batch)
    order = np.argsort(batch.reports.report_id.astype(str), kind="stable")
    back = _inverse(order)
    sorted_batch = replace(
        batch,
        reports=_reordered(batch.reports, order),
        tracks=tuple(
            replace(track, members=np.sort(back[track.members])) for track in batch.tracks
        ),
    )
    found = _analysed(sorted_batch, config, seed=seed, tell=progress or _quiet, solve=solve)
    return _result_back(found, order)


def _analysed(
    batch: Batch, config: AnalysisConfig, *, seed: int, tell: Progress, solve: Solve
) -> AnalysisResult:
    """The conclusions from reports in the order of their ids, with their places in that order."""
    reports = batch.reports
    tell("near-duplicates", 0, 6)
    groups = group_texts(reports.prompt.tolist(), reports.response.tolist(), config)
    standing = duplicate_of(reports, groups)
    tell("domains", 1, 6)
    found = assign_domains(
        reports.embedding, reports.prompt, reports.domain_stated, domains=batch.domains,
        example_embedding=batch.example_embedding, config=config,
    )  # fmt: skip
    tell("clusters", 2, 6)
    lives = _clusters(
        batch, domain=found.domain, standing=standing, config=config, seed=seed, solve=solve
    )
    tell("evidence", 3, 6)
    evidence = _evidence(batch, found.domain, standing, groups.cohort)
    judged = judge(evidence, config, seed=seed)
    tell("boundaries", 4, 6)
    findings = [
        _illustrated(
            finding, batch, domain=found.domain, standing=standing, config=config, seed=seed
        )
        for finding in judged.findings
    ]
    tell("comparisons", 5, 6)
    comparisons = compare_versions(batch.ratings, config)
    tell("done", 6, 6)
    return AnalysisResult(
        method_version=METHOD_VERSION,
        input_digest=input_digest(batch, config, seed),
        domain=found.domain,
        domain_inferred=found.inferred,
        domain_confidence=found.confidence,
        duplicate_of=standing,
        clusters=tuple(with_places(lives.clusters, seed=seed)),
        cluster_signals=tuple(cluster_signals(lives.clusters, reports, standing, config)),
        track_events=tuple(lives.events),
        resolutions=lives.resolutions,
        is_outlier=lives.is_outlier,
        signals=judged.signals,
        findings=tuple(findings),
        comparisons=tuple(comparisons),
        cells=judged.cells,
        incidents=judged.incidents,
        scans=judged.scans,
        evidence=evidence,
        summary={
            **_counts_of_reports(reports, found.domain, standing),
            **_counts_of_clusters(lives),
            **_counts_of_judgement(judged),
            "n_ratings": len(batch.ratings),
            "n_ratings_sampled": len(batch.sampled),
            "n_comparisons": len(comparisons),
        },
    )


def _counts_of_reports(reports: ReportArrays, domain: Strings, standing: Ints) -> dict[str, int]:
    return {
        "n_reports": len(reports),
        "n_contributors": _n_contributors(reports, is_simulated=False),
        "n_contributors_simulated": _n_contributors(reports, is_simulated=True),
        "n_duplicates": int((standing != np.arange(len(reports))).sum()),
        "n_domain_unknown": int((domain == UNKNOWN).sum()),
    }


def _counts_of_clusters(lives: _Lives) -> dict[str, int]:
    return {
        "n_outliers": int(lives.is_outlier.sum()),
        "n_clusters": len(lives.clusters),
        "n_clusters_public": sum(cluster.is_public for cluster in lives.clusters),
    }


def _counts_of_judgement(judged: Judgement) -> dict[str, int]:
    is_said = [finding.state != INSUFFICIENT for finding in judged.findings]
    return {
        "n_cell_windows_tested": judged.n_tested,
        "n_discoveries": sum(signal.is_discovery for signal in judged.signals),
        "n_signals": len(judged.signals),
        "n_findings_reported": sum(is_said),
        "n_findings_insufficient": len(is_said) - sum(is_said),
        "n_incidents": sum(incident.is_incident for incident in judged.incidents),
    }


def _evidence(batch: Batch, domain: Strings, standing: Ints, cohort: Ints) -> CountedEvidence:
    """What is counted, in the order of the reports' ids, without a word of text."""
    reports = batch.reports
    return CountedEvidence(
        as_of=batch.as_of,
        domains=tuple(replace(node, examples=()) for node in batch.domains),
        report_id=reports.report_id,
        day=reports.day.astype("datetime64[D]"),
        site=reports.site,
        model=reports.model,
        vendor=reports.vendor,
        domain=domain,
        is_silent=reports.is_silent,
        contributor=reports.contributor,
        client=reports.client,
        redaction=reports.redaction,
        provenance=reports.provenance,
        standing=standing,
        cohort=cohort,
        ratings=batch.sampled,
        exposures=batch.exposures,
        acknowledgements=tuple(sorted(batch.acknowledgements, key=lambda word: word.id)),
        probes=batch.probes,
    )


def _illustrated(
    finding: FindingResult,
    batch: Batch,
    *,
    domain: Strings,
    standing: Ints,
    config: AnalysisConfig,
    seed: int,
) -> FindingResult:
    """The finding with the reports and words that stand for it, and its map if it says anything."""
    reports = batch.reports
    chosen = medoids(
        finding.representatives, reports.embedding, reports.contributor, config.medoids
    )
    boundary = None
    if finding.state != INSUFFICIENT:
        boundary = finding_boundary(
            finding, reports, domain=domain, standing=standing, tree=batch.domains,
            as_of=batch.as_of, config=config, seed=seed,
        )  # fmt: skip
    terms = finding_terms(finding, reports, domain=domain, config=config)
    return replace(finding, representatives=chosen, boundary=boundary, terms=terms)


def _inverse(order: NDArray[np.intp]) -> NDArray[np.intp]:
    """Where each place of the caller's went."""
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return back


def _result_back(found: AnalysisResult, order: NDArray[np.intp]) -> AnalysisResult:
    """The conclusions with the caller's own places of the reports."""
    back = _inverse(order)
    return replace(
        found,
        domain=found.domain[back],
        domain_inferred=found.domain_inferred[back],
        domain_confidence=found.domain_confidence[back],
        duplicate_of=order[found.duplicate_of][back].astype(np.int64),
        is_outlier=found.is_outlier[back],
        clusters=tuple(
            replace(cluster, members=order[cluster.members], medoids=order[cluster.medoids])
            for cluster in found.clusters
        ),
        findings=tuple(_finding_back(finding, order) for finding in found.findings),
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
    return replace(
        finding,
        representatives=order[finding.representatives],
        members=order[finding.members],
        boundary=boundary,
    )


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


@dataclass(frozen=True)
class _Lives:
    clusters: list[ClusterResult]
    events: list[TrackEvent]
    is_outlier: NDArray[np.bool_]
    resolutions: dict[str, tuple[float, float]]


def _clusters(
    batch: Batch,
    *,
    domain: Strings,
    standing: Ints,
    config: AnalysisConfig,
    seed: int,
    solve: Solve,
) -> _Lives:
    """The clusters of every domain, their lives, and which reports are unlike all others of theirs."""
    reports, weeks = batch.reports, monday(batch.reports.day)
    lives = _Lives([], [], np.zeros(len(reports), dtype=np.bool_), {})
    rows_of = _rows_by_part(batch, domain)
    parts = (
        part_of(
            reports,
            rows,
            domain=slug,
            is_simulated=invented,
            standing=standing,
            weeks=weeks,
            tracks=[t for t in batch.tracks if (t.domain, t.is_simulated) == (slug, invented)],
            last=batch.resolutions.get(part_name(slug, is_simulated=invented), UNDIVIDED),
            config=config,
            seed=seed,
        )
        for (slug, invented), rows in rows_of.items()
    )
    for (slug, invented), solved in zip(rows_of, solve(parts), strict=True):
        found = positions_back(solved, rows_of[slug, invented])
        lives.resolutions[part_name(slug, is_simulated=invented)] = found.resolution
        lives.is_outlier[found.outliers] = True
        start = len(lives.clusters)
        lives.events.extend(replace(e, cluster=_moved(e.cluster, start)) for e in found.events)
        lives.clusters.extend(
            replace(c, parent=_moved(c.parent, start), nearest=_moved(c.nearest, start))
            for c in found.clusters
        )
    return lives


def _rows_by_part(batch: Batch, domain: Strings) -> dict[tuple[str, bool], Ints]:
    """By domain and whether simulated the reports that count, and none where only a track is left."""
    reports = batch.reports
    counts = (reports.day <= np.datetime64(batch.as_of, "D")) & (domain != UNKNOWN)
    is_simulated = reports.provenance == "simulated"
    kinds = {*zip(domain[counts].tolist(), is_simulated[counts].tolist(), strict=True)}
    kinds |= {(track.domain, track.is_simulated) for track in batch.tracks}
    return {
        (slug, invented): np.flatnonzero(counts & (domain == slug) & (is_simulated == invented))
        for slug, invented in sorted(kinds)
    }


def _moved(place: int, start: int) -> int:
    """A place in a domain's list as one in the run's; -1 stays."""
    return place + start if place >= 0 else -1
