"""What comes out of the science: frozen records of plain values and arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.comparisons import ComparisonResult
from analysis.records import CountedEvidence, Floats, Ints, Strings, TrackEvent


@dataclass(frozen=True)
class ClusterResult:
    """Reports of one domain that are alike. Indices point into the batch's reports."""

    domain: str
    members: Ints
    medoids: Ints
    terms: tuple[str, ...]
    n_reports: int
    n_contributors: int
    first_week: date
    last_week: date
    is_public: bool
    """True where it has enough distinct contributors and reports to be shown to anyone."""
    is_simulated: bool = False
    """Its reports are: those of a cluster are either all simulated or none."""
    parent: int = -1
    """Place of the theme that this variant lies in, among the run's clusters; -1 for a theme."""
    track: int = 0
    """Id of the cluster of earlier runs that goes on in it; 0 for none."""
    found_track: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Of each member the track it was found in, before a moderator's merges; empty: `track`."""
    centroid: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    """Middle of its members, a unit vector."""
    reach: float = math.nan
    """Cosine to the middle that all but 5 % of its members have: the least for a new report."""
    stability: float = math.nan
    """Mean largest Jaccard similarity to a cluster of random halves, in [0, 1]; NaN where unknown."""
    silhouette: float = math.nan
    """How well it is set apart from its siblings, in [-1, 1]; NaN where it has none."""
    nearest: int = -1
    """Place of the sibling most like it; -1 for none."""
    separating_terms: tuple[str, ...] = ()
    """Words that set it apart from `nearest`."""
    place: tuple[float, float] | None = None
    """On the map of all public themes, each coordinate in [-1, 1]; None for what is not on it."""


@dataclass(frozen=True)
class SignalResult:
    """Disproportionality of one cell (model, domain) in one window of days."""

    model: str
    vendor: str
    domain: str
    symptom_kind: str
    """`silent` or `stated`."""
    window_start: date
    """The window's first day."""
    window_end: date
    """Its last day."""
    n_reports: int
    observed: int
    """Distinct contributors, after near-duplicates and cohorts were capped."""
    expected: float
    ic: float
    ic_low: float
    """2.5 % credible bound of the information component, in bits."""
    ic_strict: float
    """0.05 % credible bound, in bits."""
    prr: float
    """Proportional reporting ratio: shown, never decided on. NaN where undefined."""
    p_value: float
    is_discovery: bool
    """Stands out beyond chance, over all cells, lengths and evenings, against both comparators."""
    state: str
    """`insufficient` or `reported`."""
    ror: float = math.nan
    """Reporting odds ratio: shown, never decided on. NaN where undefined."""
    ror_low: float = math.nan
    ror_high: float = math.nan
    """95 % interval."""
    ebgm: float = math.nan
    """Empirical-Bayes geometric mean: ranks sparse tables. NaN where the prior can't be fitted."""
    eb05: float = math.nan


@dataclass(frozen=True)
class ScanResult:
    """A cluster: where and since when a model draws more contributors than its margins explain."""

    model: str
    domain: str
    """A leaf of the tree, or a family that stands for all its leaves."""
    leaves: tuple[str, ...]
    """The leaves that it covers."""
    window_weeks: int
    """Up to the run's last week, which is included."""
    observed: int
    """Distinct contributors."""
    expected: float
    total: int
    """Contributors of all vendors and nodes of the domain's level in the window, once per cell."""
    llr: float
    """Log-likelihood ratio, in nats."""
    p_value: float
    """Against the largest ratio anywhere: already adjusted for all vendors, nodes and windows."""
    n_permutations: int
    """Drawn for `p_value`; fewer than configured where it was clear early that nothing is there."""


@dataclass(frozen=True)
class StreamScan:
    """What the scan finds in the reports of one provenance and kind of symptom."""

    provenance: str
    symptom_kind: str
    clusters: tuple[ScanResult, ...]


@dataclass(frozen=True)
class ClusterSignal:
    """A model nominated in a cluster by half of the contributors, judged by the other half."""

    cluster: int
    """Place among the run's clusters."""
    model: str
    observed: int
    """Distinct contributors of the half that judges. Publish only from the floor up."""
    expected: float
    """From how often that half reports the model in the domain, and anything in the cluster."""
    p_value: float
    is_discovery: bool
    """Survives Benjamini-Hochberg over all that was nominated in the run."""
    symptom_kind: str
    """Of the reports that were counted: `silent` or `stated`."""


@dataclass(frozen=True)
class WeekPoint:
    """One week of a cell's chart: distinct contributors seen and expected in that week."""

    week: date
    observed: int
    expected: float


@dataclass(frozen=True)
class BoundaryDomain:
    """One leaf of a boundary map: its reports, and which shares of them lie on either side."""

    domain: str
    n_cases: int
    n_controls: int
    n_contributors: int
    """Of the cases and controls together."""
    share_affected: float
    share_normal: float
    """The rest is unknown."""
    ratio: float
    """Geometric mean of the odds ratios of its reports."""


@dataclass(frozen=True)
class BoundaryResult:
    """Where among prompts of a domain and its neighbours a model is reported more than others.

    Attributes
    ----------
    reports : ndarray of shape (n,), dtype=int64
        The reports shown, as indices into the batch's reports. All arrays of length n follow them.
    places : ndarray of shape (n, 2), dtype=float64
        In the plane, each coordinate in [-1, 1].
    ratio, low, high : ndarray of shape (n,), dtype=float64
        Odds ratio against the ordinary, and its 90 % credible bounds.
    state : Strings
        `affected`, `normal` or `unknown`.
    is_case : ndarray of shape (n,), dtype=bool
        True for reports about the finding's model.
    affected, normal : Ints
        The reports on either side that are nearest to the other, among `reports`.
    n_cases, n_controls : int
        Of all that was used, shown or not.
    domains : tuple of BoundaryDomain
        The finding's family first.
    """

    reports: Ints
    places: Floats
    ratio: Floats
    low: Floats
    high: Floats
    state: Strings
    is_case: NDArray[np.bool_]
    affected: Ints
    normal: Ints
    n_cases: int
    n_controls: int
    domains: tuple[BoundaryDomain, ...]


@dataclass(frozen=True)
class CellResult:
    """What is known of one cell now, and what would have been noticed in it.

    There is one for every known model and leaf that has anything, quiet ones included.
    """

    model: str
    vendor: str
    domain: str
    symptom_kind: str
    provenance: str
    state: str
    """That of the finding that goes on in it, else `insufficient`."""
    reason: str
    observed: int
    """Contributors of the last `window_weeks`, caps applied. Publish only from the floor up."""
    expected: float
    detectable_ratio: float
    """Smallest rate ratio that the last `window_weeks` of reports would have shown with 80 % power;
    infinite where none would."""
    n_ratings: int
    """Of answers drawn at random, in the last `window_weeks`."""
    n_raters: int
    """Contributors who gave these. Publish their number, and what is made of it, from the floor up."""
    detectable_share: float
    """Smallest share of bad answers that these ratings would have shown with 80 % power; NaN
    where there are none."""
    quiet_reason: str = ""
    """What would be said of it without the finding that goes on in it: for while nobody may know of that."""


@dataclass(frozen=True)
class FindingResult:
    """A cell's signals over time as one event, with its state and dates."""

    model: str
    vendor: str
    domain: str
    symptom_kind: str
    state: str
    reason: str
    """Why it has this state, in words for a reader."""
    peak: SignalResult
    onset: date | None
    onset_low: date | None
    onset_high: date | None
    offset: date | None
    """First day of the week in which it was over; None while it lasts."""
    offset_low: date | None
    offset_high: date | None
    n_reports: int
    n_contributors: int
    """People at face value, near-copies included; `peak.observed` is what counts as evidence."""
    breakdown_number: int
    """Fewest contributors whose removal clears the signal; of what ratings opened, a bound of raters."""
    representatives: Ints
    """Reports nearest to the middle of the finding's reports, distinct contributors first."""
    series: tuple[WeekPoint, ...]
    provenance: str = "report"
    outlook: str = ""
    """What would move it up or down the ladder, in words."""
    cautions: tuple[str, ...] = ()
    """Codes: `instrument`, `publicity`, `burst`, `one_cohort`, `no_onset`,
    `rated_with_the_other_kind`."""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """All that the state was computed from, as plain values: `ladder.Evidence` by name."""
    boundary: BoundaryResult | None = None
    """None unless it is `reported` and there is enough to draw a map of."""
    members: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """All its reports, near-copies included."""
    terms: tuple[str, ...] = ()
    instrument: Mapping[str, Any] = field(default_factory=dict)
    """As `labels.finding_terms` and `instrument.instrument_facts` give them."""


@dataclass(frozen=True)
class RateResult:
    """Line B on one cell: a model in a domain, against other vendors and against its other domains.

    Counts and shares are those of the last `window_weeks` weeks; shares are weighted by
    1 / probability (Hájek), NaN without ratings.
    """

    model: str
    vendor: str
    domain: str
    provenance: str
    n_ratings: int
    n_raters: int
    """Contributors who gave these ratings ..."""
    n_raters_bad: int
    """... who called any of them bad ..."""
    n_raters_fine: int
    """... and who called any fine."""
    n_bad: int
    share: float
    share_low: float
    """Wilson's 95 % interval at the effective number of ratings; (0, 1) without any."""
    share_high: float
    n_domain: int
    """Ratings of the domain at other vendors."""
    fewest_domain: int
    """Contributors who called any of these bad, or any fine, whichever are fewer."""
    share_domain: float
    n_model: int
    """Ratings of the model in other domains."""
    fewest_model: int
    share_model: float
    log_e_provisional: float
    """Detector value of today, against its past and the stronger comparator; a natural logarithm."""
    log_e_interaction: float
    """Evidence of today beyond a worse vendor, a harder domain and its own past; a logarithm."""
    is_provisional: bool
    """An alarm was given and has not been found to be over."""
    is_corroborated: bool
    """Provisional, and the interaction is a discovery among all cells of the provenance (e-BH)."""
    since: date | None
    """Monday of the week in which the evidence of the last alarm begins; None without alarm."""
    resolved: date | None
    """Day on which the last alarm was found to be over."""
    ratings_more: int | None
    """About how many more ratings until corroborated, were all rates to stay; None: cannot be said."""
    detectable_share: float
    """Share of bad answers that the window would have shown with 80 % power; NaN: none would."""
    n_before: int
    """Ratings of the cell in the year before the alarm's start; without an alarm, before the window."""
    fewest_before: int
    share_before: float
    has_past: bool
    """There are ratings from before some start week to compare with; without, nothing is said."""


@dataclass(frozen=True)
class IncidentResult:
    """A model against its own past, relative to other vendors, over all domains at once."""

    model: str
    vendor: str
    provenance: str
    n_ratings: int
    """Of the last `window_weeks` weeks, as are the shares."""
    n_raters: int
    """Contributors who gave these, or those of the weeks before: whichever is fewer."""
    share: float
    share_before: float
    """Of as many weeks before."""
    log_e: float
    """Detector value of today, without the domain that matters most; a natural logarithm."""
    is_incident: bool
    """The detector has reached the alarm within the window."""
    since: date | None
    """Monday of the week in which the evidence begins."""
    n_domains: int
    """Domains with ratings in both spans ..."""
    n_domains_worse: int
    """... and those whose share is above what it was: nearly all of them in a global incident."""


@dataclass(frozen=True)
class AnalysisResult:
    """What one run concludes. Per-report arrays are in the order of the batch's reports."""

    method_version: str
    input_digest: str
    domain: Strings
    """Leaf that each report counts in: the stated one, else the inferred one, else "unknown"."""
    domain_inferred: Strings
    domain_confidence: Floats
    duplicate_of: Ints
    """Index of the report that stands for this one; its own index where it stands for itself."""
    is_outlier: NDArray[np.bool_]
    """True where a report is unlike all others of its domain."""
    clusters: tuple[ClusterResult, ...] = ()
    cluster_signals: tuple[ClusterSignal, ...] = ()
    track_events: tuple[TrackEvent, ...] = ()
    """What became of the clusters of the last run, and where new ones come from."""
    resolutions: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """By domain how finely it is divided into themes and variants; 0 for not at all."""
    signals: tuple[SignalResult, ...] = ()
    findings: tuple[FindingResult, ...] = ()
    comparisons: tuple[ComparisonResult, ...] = ()
    cells: tuple[CellResult, ...] = ()
    incidents: tuple[IncidentResult, ...] = ()
    scans: tuple[StreamScan, ...] = ()
    evidence: CountedEvidence | None = None
    """What `pipeline.judge` computed signals, findings and cells from; None in tests by hand."""
    summary: Mapping[str, int] = field(default_factory=dict)
