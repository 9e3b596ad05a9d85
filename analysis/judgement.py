"""From counted evidence to what is said: signals, events and their states, and the quiet cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

import numpy as np

from analysis import ladder
from analysis.acknowledgements import acknowledged_by
from analysis.config import AnalysisConfig
from analysis.findings import Draft, Screened, drafts_of, signal_results
from analysis.flag_rates import PUBLICITY, FlagArrays, flag_rates
from analysis.incidents import model_incidents
from analysis.opened import RATED, opened_drafts
from analysis.power import detectable_ratios
from analysis.probe_records import Replication
from analysis.rated import rated_worse
from analysis.rates import rate_results
from analysis.records import Acknowledgement, CountedEvidence
from analysis.replication import asked_again, deciding, replications
from analysis.results import (
    CellResult,
    FindingResult,
    IncidentResult,
    RateResult,
    ScanResult,
    SignalResult,
    StreamScan,
)
from analysis.scan import ScanUnits, scan
from analysis.signals import screen
from analysis.streams import Stream, streams_of
from analysis.tree import tree_of
from analysis.weeks import monday

Cell = tuple[str, str, str]
"""Provenance of the ratings, model, domain."""


@dataclass(frozen=True)
class Judgement:
    """All that follows from one run's counted evidence. Nothing here needs a word of text.

    The `representatives` of a finding are the positions of all its reports.
    """

    signals: tuple[SignalResult, ...]
    findings: tuple[FindingResult, ...]
    cells: tuple[CellResult, ...]
    incidents: tuple[IncidentResult, ...]
    scans: tuple[StreamScan, ...]
    n_tested: int
    """Cells and windows tested."""


def judge(
    evidence: CountedEvidence,
    config: AnalysisConfig,
    *,
    seed: int,
    progress: Callable[[str, int, int], None] | None = None,
) -> Judgement:
    """What the evidence shows. Equal arguments give an equal result, bit for bit.

    Parameters
    ----------
    evidence : CountedEvidence
    config : AnalysisConfig
    seed : int
        Of the permutations of the scan, which places a cluster and decides nothing else.
    progress : callable, optional
    """
    tell = progress or (lambda stage, done, total: None)
    tell("counts", 0, 4)
    screened, n_tested = _screened(streams_of(evidence), config)
    tell("ratings", 1, 4)
    found = rate_results(evidence.ratings, as_of=evidence.as_of, config=config)
    rates = {(rate.provenance, rate.model, rate.domain): rate for rate in found}
    worse = rated_worse(evidence.ratings, found, as_of=evidence.as_of, config=config)
    incidents = model_incidents(evidence.ratings, as_of=evidence.as_of, config=config)
    tell("scan", 2, 4)
    scans = tuple(_scan(part.stream, evidence, config, seed) for part in screened)
    tell("states", 3, 4)
    drafts = [draft for part in screened for draft in drafts_of(part, evidence, config)]
    drafts = opened_drafts(screened, drafts, worse, evidence, config)
    publicised = _publicised(evidence, config)
    again = tuple(replications(evidence.probes, config=config, seed=seed))
    words = evidence.acknowledgements
    findings = [
        _finding(draft, drafts, rates, scans, again, acknowledgements=words, config=config)
        for draft in drafts
    ]
    findings = [_cautioned(finding, publicised) for finding in findings]
    findings.sort(key=_firmest_first)
    tell("done", 4, 4)
    return Judgement(
        signals=tuple(s for part in screened for s in signal_results(part, config)),
        findings=tuple(findings),
        cells=tuple(c for part in screened for c in _cells(part, findings, rates, config)),
        incidents=tuple(incidents),
        scans=scans,
        n_tested=n_tested,
    )


def _firmest_first(finding: FindingResult) -> tuple[bool, float, str, str, str, date]:
    is_silent = finding.state == ladder.INSUFFICIENT
    peak = finding.peak
    return (
        is_silent,
        -peak.ic_low,
        finding.model,
        finding.domain,
        finding.symptom_kind,
        peak.window_end,
    )


def _screened(streams: Sequence[Stream], config: AnalysisConfig) -> tuple[list[Screened], int]:
    """Every stream with the verdicts on its windows, and the number of cells and windows tested."""
    windows, weekly = [], []
    for stream in streams:
        counter = stream.counter(config)
        windows.append(list(counter.windows(stream.n_days)))
        weekly.append(counter.weekly(stream.n_weeks))
    verdicts = screen(
        [window for part in windows for window in part],
        [s.is_eligible for s, part in zip(streams, windows, strict=True) for _ in part],
        [
            (stream.provenance, stream.n_days - window.last_day)
            for stream, part in zip(streams, windows, strict=True)
            for window in part
        ],
        config,
    )
    found, start = [], 0
    for stream, part, counts in zip(streams, windows, weekly, strict=True):
        found.append(Screened(stream, counts, part, verdicts[start : start + len(part)]))
        start += len(part)
    return found, sum(int(verdict.is_tested.sum()) for verdict in verdicts)


def _scan(
    stream: Stream, evidence: CountedEvidence, config: AnalysisConfig, seed: int
) -> StreamScan:
    """Where on the tree the stream stands out now."""
    tree = tree_of(evidence.domains)
    place = {leaf: i for i, leaf in enumerate(tree.leaves)}
    leaf = np.array([place.get(name, -1) for name in stream.domains], dtype=np.int64)
    known = np.array([name != "" for name in stream.models])
    rows = stream.rows.where((leaf[stream.rows.domain] >= 0) & known[stream.rows.model])
    units = ScanUnits(
        contributor=rows.contributor,
        vendor=rows.model,
        leaf=leaf[rows.domain],
        age_weeks=stream.n_weeks - 1 - rows.week,
    )
    clusters = scan(units, stream.models, tree, config, seed=seed)
    return StreamScan(stream.provenance, stream.symptom_kind, clusters)


def _finding(
    draft: Draft,
    drafts: Sequence[Draft],
    rates: Mapping[Cell, RateResult],
    scans: Sequence[StreamScan],
    again: Sequence[Replication],
    *,
    acknowledgements: Sequence[Acknowledgement],
    config: AnalysisConfig,
) -> FindingResult:
    result = draft.result
    words = acknowledged_by(result, acknowledgements)
    rate = rates.get((RATED[result.provenance], result.model, result.domain))
    asked = asked_again(result, again, config, is_over=draft.evidence.is_over)
    decides = deciding(asked, config)
    evidence = replace(
        draft.evidence,
        rate=rate,
        is_rated_for_this_kind=not _is_outdone(draft, drafts),
        again=asked,
        replication=decides.verdict if decides else "",
        acknowledged_by=words[0].source if words else "",
    )
    verdict = ladder.finding_state(evidence, config)
    place = _place(result, scans, config)
    told = evidence.as_dict() | {"place": None if place is None else asdict(place)}
    if words:
        # What it would be without them, so that a word can be taken down between two runs.
        without = ladder.finding_state(replace(evidence, acknowledged_by=""), config)
        told["acknowledgements"] = [{"id": word.id, "source": word.source} for word in words]
        told["otherwise"] = without._asdict()
    cautions = result.cautions
    if rate is not None and rate.is_corroborated and not evidence.is_rated_for_this_kind:
        cautions = (*cautions, "rated_with_the_other_kind")
    return replace(
        result,
        state=verdict.state,
        reason=verdict.reason,
        outlook=verdict.outlook,
        cautions=cautions,
        evidence=told,
    )


def _publicised(evidence: CountedEvidence, config: AnalysisConfig) -> set[tuple[str, str]]:
    """Vendors and domains whose flags per bad answer jumped while the answers did not get worse."""
    is_mine = evidence.provenance == "report"
    rated = evidence.ratings.provenance == RATED["report"]
    flags = FlagArrays(
        week=monday(evidence.day[is_mine]),
        vendor=evidence.vendor[is_mine],
        domain=evidence.domain[is_mine],
        flags=np.ones(int(is_mine.sum()), dtype=np.int64),
    )
    results = flag_rates(
        flags,
        evidence.exposures,
        evidence.ratings.where(rated),
        as_of=evidence.as_of,
        config=config,
    )
    return {(rate.vendor, rate.domain) for rate in results if rate.verdict == PUBLICITY}


def _cautioned(finding: FindingResult, publicised: set[tuple[str, str]]) -> FindingResult:
    is_publicity = (finding.vendor, finding.domain) in publicised
    if finding.provenance != "report" or not is_publicity:
        return finding
    return replace(finding, cautions=(*finding.cautions, PUBLICITY))


def _is_outdone(draft: Draft, drafts: Sequence[Draft]) -> bool:
    """Whether the other kind of symptom stands out more in this cell at the same time."""
    mine = draft.result
    return any(
        other.result.symptom_kind != mine.symptom_kind
        and (other.result.provenance, other.result.model, other.result.domain)
        == (mine.provenance, mine.model, mine.domain)
        and other.evidence.is_reported
        and _overlap(other.result, mine)
        and _excess(other.result) > _excess(mine)
        for other in drafts
    )


def _excess(finding: FindingResult) -> float:
    """Contributors beyond what was expected, over the weeks of the event."""
    first, end = finding.onset or date.min, finding.offset or date.max
    return sum(
        point.observed - point.expected for point in finding.series if first <= point.week < end
    )


def _overlap(one: FindingResult, other: FindingResult) -> bool:
    """Whether two events may have lasted at the same time."""
    starts = [finding.onset_low or date.min for finding in (one, other)]
    ends = [finding.offset_high or date.max for finding in (one, other)]
    return max(starts) <= min(ends)


def _place(
    finding: FindingResult, scans: Sequence[StreamScan], config: AnalysisConfig
) -> ScanResult | None:
    """The significant cluster of the scan that the finding lies in."""
    for scanned in scans:
        if (scanned.provenance, scanned.symptom_kind) != (finding.provenance, finding.symptom_kind):
            continue
        for cluster in scanned.clusters:
            is_here = cluster.model == finding.model and finding.domain in cluster.leaves
            if is_here and cluster.p_value <= config.scan_level:
                return cluster
    return None


def _cells(
    part: Screened,
    findings: Sequence[FindingResult],
    rates: Mapping[Cell, RateResult],
    config: AnalysisConfig,
) -> list[CellResult]:
    """Every known cell of the stream as the last weeks show it."""
    stream, window, verdict = part.stream, part.windows[-1], part.verdicts[-1]
    n_tests = sum(int(v.is_tested.sum()) for w, v in zip(part.windows, part.verdicts, strict=True)
                  if w.last_day == window.last_day)  # fmt: skip
    ratios = detectable_ratios(window, verdict.is_tested, n_tests, config)
    going_on = {
        (f.model, f.domain): f
        for f in reversed(findings)
        if (f.provenance, f.symptom_kind) == (stream.provenance, stream.symptom_kind)
        and f.state in ladder.STANDING
    }
    cells = []
    for i, j in np.argwhere(stream.is_eligible):
        model, domain = stream.models[i], stream.domains[j]
        rate = rates.get((RATED[stream.provenance], model, domain))
        finding = going_on.get((model, domain))
        observed, expected = int(window.observed[i, j]), float(verdict.expected[i, j])
        quiet = ladder.quiet_reason(observed, expected, float(ratios[i, j]), rate, config)
        cells.append(
            CellResult(
                model=model,
                vendor=stream.vendors[i],
                domain=domain,
                symptom_kind=stream.symptom_kind,
                provenance=stream.provenance,
                state=finding.state if finding else ladder.INSUFFICIENT,
                reason=finding.reason if finding else quiet,
                observed=observed,
                expected=expected,
                detectable_ratio=float(ratios[i, j]),
                n_ratings=rate.n_ratings if rate else 0,
                n_raters=rate.n_raters if rate else 0,
                detectable_share=rate.detectable_share if rate else float("nan"),
                quiet_reason=quiet,
            )
        )
    return cells
