"""Every threshold of the method, with its unit and its source."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

METHOD_VERSION = "3.5"
"""Changes whenever the same input could give another result. Stored with every run."""
OF_ASKING_AGAIN = frozenset({"probe_difference", "probe_clearing_level", "probe_margin_days"})
"""Thresholds that say nothing where nobody asked again: earlier runs of this version have none of them."""


@dataclass(frozen=True)
class AnalysisConfig:
    """Thresholds of one run. The defaults are the published method; a run stores the ones it used."""

    window_weeks: int = 8
    """Length of the rolling window that counts and charts show, in weeks. docs/method.md, units."""
    window_days: tuple[int, ...] = (2, 4, 7, 14, 28, 56)
    """Lengths of the windows that are screened, in days: short ones see a sudden change soon, long
    ones a small one at all (measured: `python -m analysis.evaluate`)."""
    baseline_weeks: int = 8
    """Weeks up to a window's end from which the share of a domain among other vendors is learned."""
    screen_level: float = 1e-4
    """p-value against those weeks up to which a cell is reported. Measured, with a look every evening
    at all lengths: at most .1 new false cells a month and 240 cells (`analysis.evaluate.line_a`)."""
    screen_level_now: float = 1e-4
    """p-value against other vendors in the window itself that is needed as well: a story about the
    domain, which the weeks before know nothing of, must not accuse a vendor. Measured likewise."""
    breakdown_min: int = 8
    """Contributors whose removal a cell must at least take: all of the rule holds without any seven of
    them. The smallest with which 15 patient colluders among 3,000 people frame a cell in no more worlds
    than the pilots' .07: docs/adr/0039."""
    ratio_min: float = 1.25
    """Shrunken ratio of observed to expected contributors below which an excess does not matter."""
    ic_shrinkage: float = 0.5
    """Added to observed and expected counts (contributors). Noren et al. 2013."""
    ic_quantile_strict: float = 0.0005
    """Posterior quantile of the information component that must lie above 0 for `reported`."""
    ic_quantile_watch: float = 0.025
    """Posterior quantile shown as the lower bound (watch list). Bate et al. 1998."""
    contributors_min: int = 5
    """Floor of distinct contributors in a cell and window below which nothing is said."""
    false_discovery_rate: float = 0.05
    """Benjamini-Hochberg level over all cells and lengths of windows of one look. With fewer than
    10,000 tests in a look `screen_level` is stricter."""
    stratum_units_min: int = 200
    """A window is cut into two blocks of weeks where both have this many units, else it is one."""
    masking_rounds: int = 2
    """Expected counts are computed again without the cells found so far, this many times."""
    scan_windows_weeks: tuple[int, ...] = (2, 4, 8, 12)
    """Lengths of the windows of the tree-and-time scan, in weeks, all ending with the last week."""
    scan_permutations: int = 999
    """Permutations behind a scan's p-value: the smallest is .001."""
    scan_exceedances: int = 20
    """Permutations that reach the maximum seen after which drawing stops. Besag, Clifford 1991."""
    scan_rounds: int = 3
    """Clusters that a scan looks for, one after the other."""
    scan_level: float = 0.05
    """p-value up to which a cluster is significant and the next one is looked for."""
    duplicate_jaccard: float = 0.8
    """Jaccard similarity of 5-word shingles at which two prompts are one unit of evidence."""
    cohort_jaccard: float = 0.5
    """Jaccard similarity at which prompts share a text template, and so a cohort."""
    duplicate_response_words_min: int = 40
    """Words from which equal responses mean a copy; below, many people get the same sentence."""
    shingle_words: int = 5
    """Words per shingle."""
    cohort_contributors_max: int = 2
    """A cohort counts for at most this many contributors in a cell, or for its share below."""
    cohort_share_max: float = 0.10
    """... of the cell's contributors, whichever is larger."""
    ebgm_cells_min: int = 100
    """Cells with reports from which the prior of the empirical-Bayes ranking is fitted at all."""
    trust_age_days: int = 14
    """Days after which an install may count, as its credential proves. docs/privacy.md."""
    trust_ratings: int = 5
    """Ratings that it must have answered, as its credential proves."""
    instrument_units_min: int = 50
    """Contributors of one version of the instrument below which it is no stratum of its own."""
    burst_alpha: float = 0.001
    """Chance, over all days of a window, of so many reports on one day below which it is a burst."""
    ended_alpha: float = 0.05
    """1 / this much evidence that the excess did not go on is needed to call an event over."""
    detectable_power: float = 0.8
    """Probability with which an effect would have been noticed, for "would have been seen"."""
    contributor_cells_max: int = 5
    """Cells of a site and eight weeks in which one contributor counts: the first ones. A flood about
    everything else could hide a cell otherwise (measured: `python -m analysis.evaluate`)."""
    neighbours: int = 15
    """Neighbours per report in the similarity graph."""
    cluster_reports_min: int = 20
    """Reports a cluster needs to be public."""
    cluster_contributors_min: int = 10
    """Distinct contributors a cluster needs to be public."""
    term_contributors_min: int = 5
    """Distinct contributors who must have used a term before it may label a cluster."""
    cluster_terms: int = 8
    """Terms per cluster label."""
    cluster_members_min: int = 5
    """Reports below which alike reports are no cluster at all."""
    cluster_dimensions: int = 128
    """Leading principal components in which neighbours are searched (measured: docs/benchmarks.md)."""
    cluster_resolutions: tuple[float, ...] = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
    """Resolutions among which the most stable is chosen."""
    cluster_sample: int = 10_000
    """Reports of a larger domain on which resolutions are tried."""
    cluster_resamples: int = 4
    """Random parts of the reports whose partitions are compared to judge stability."""
    cluster_resample_share: float = 0.5
    """Share of the reports in each such part."""
    cluster_stability_min: float = 0.4
    """Adjusted mutual information below which a domain is not divided. Measured: 200 random vectors
    reach .43 at their best resolution, 500 .35, 10,000 .26; 500 prompts on 250 subjects .47."""
    resolution_margin: float = 0.1
    """Agreement that another resolution must have more than that of the last run to replace it."""
    memory: float = 0.5
    """So much more an edge counts between reports that were in one cluster in the last run."""
    variant_factor: float = 4.0
    """Variants are at least this many times as fine as themes."""
    noise_deviations: float = 2.5
    """Reports whose mean similarity to their neighbours lies this many robust standard deviations
    below the domain's median belong to no cluster (loses 0.2 to 2 % of what belongs)."""
    track_jaccard_min: float = 0.3
    """Jaccard similarity of the members below which a cluster is not that of the last run."""
    term_reports_max: int = 2_000
    """Reports of a cluster that are read for its terms."""
    medoids: int = 5
    """Example reports per cluster and per finding."""
    domain_neighbour: int = 5
    """The similarity to this neighbour among the examples decides what belongs nowhere."""
    domain_confidence_min: float = 0.4
    """Calibrated probability that the likeliest domain must have; below, the domain is unknown."""
    domain_reject_share: float = 0.02
    """Share of the examples themselves that the reject rule may lose."""
    boundary_neighbours: int = 25
    """Nearest observations whose share of reports is the local one (docs/benchmarks.md, boundary)."""
    boundary_prior: float = 4.0
    """Further observations with the overall share, towards which a local share is shrunk."""
    boundary_ratio: float = 2.0
    """Odds ratio against the ordinary that parts affected from normal: the smallest that matters."""
    boundary_certainty: float = 0.9
    """Posterior probability of lying above (below) that line to be called affected (normal)."""
    boundary_siblings: int = 6
    """Leaves of other families beside a domain's own family that its map shows, the nearest first."""
    map_points_max: int = 2_000
    """Reports of a map that are given a place in the plane."""
    frontier: int = 8
    """Prompts named on either side of a boundary."""
    smoothing_weeks: int = 2
    """Weeks on either side over which a model's activity is averaged for a week's expected count."""
    interval_drop: float = 3.84
    """Onset and offset sets: weeks within this much of twice the maximum log-likelihood."""
    comparison_alpha: float = 0.05
    """Benjamini-Hochberg level over the version comparisons of one collection (one family of tests)."""
    comparison_rated_min: int = 30
    """Items per version below which a comparison is `insufficient`."""
    style_collapse_low: float = 0.2
    """A median answer shorter than this share of the earlier version's is another style."""
    style_collapse_high: float = 5.0
    """... and so is one longer than this many times."""
    # --- line B: rates of bad answers among ratings of randomly drawn answers
    rate_odds_ratios: tuple[float, ...] = (2.25, 4.0, 9.0)
    """Odds ratios that are bet on, against those of the past; at 10 % bad, 20, 31 and 50 %."""
    rate_half_life_days: float = 28.0
    """Days after which a rating counts half in the rate that the peer without a past bets on."""
    rate_alarm: float = 10_000.0
    """Detector value (an average run length, in days) of the state `provisional`. Measured: fewer than
    1 false finding per 60 cells and year (`analysis.evaluate.line_b`); by construction, against one
    comparator alone and by means that counts keep within a tenth (tests/analysis/test_past.py): 1 per 24."""
    rate_resolved: float = 1_000.0
    """Detector value at which an episode is over. Measured: wrong in fewer than 1 of 20 years of
    lasting episodes (`analysis.evaluate.line_b_delays`); proven: 1 per 1,000 days with ratings."""
    rate_resolved_share: float = 0.5
    """Share of the log-odds excess at the alarm that must be excluded for it to be over."""
    rate_history_weeks: int = 104
    """Weeks of ratings that a run reads."""
    rate_starts_weeks: int = 52
    """Start weeks among which the evidence of an interaction is shared out evenly."""
    rate_past_weeks: int = 52
    """Weeks before a start, at most, from which a cell's own past is learned."""
    rate_past_z: float = 1.28
    """Normal quantile of the upper bound of what was before (one-sided 90 %) that a quiet cell's
    smallest visible share of bad answers is reckoned from."""
    reference_z: float = 1.645
    """... of the bounds that `corroborated` and incidents must exceed: one-sided 95 %."""
    interaction_odds_ratios: tuple[float, ...] = (1.75, 3.0, 6.0)
    """Ratios of odds ratios, against the bound of the past, that are bet on for an interaction."""
    interaction_tolerated: float = 0.22314355131420976
    """Interaction, in logits, that counts as none: an odds ratio of 1.25. docs/method.md."""
    lean_level: float = 0.1
    """p-value up to which reports lean the same way as ratings that open a finding: it says of which
    kind of symptom it is, and confirms nothing."""
    rated_breakdown_min: int = 5
    """Raters whose removal an event that ratings open must at least take: it holds without four of
    them. Each has one rating of a model and subject in eight weeks, so few are many here."""
    segment_penalty: float = 3.0
    """Per change in a retrospective segmentation, in ln(n_weeks). Zhang and Siegmund 2007."""
    incident_ratio: float = 2.0
    """Odds ratio, beyond the tolerated, that is bet on for a model that is worse everywhere."""
    publicity_ratio: float = 2.0
    """Rise of flags per bad answer that is a matter of publicity, where the rate did not rise."""
    # --- line C: probes
    probe_repeats_min: int = 4
    """Baseline repeats of each probe, frozen before anyone looks. docs/method.md."""
    probe_items_min: int = 20
    """Probes of a domain right at the first repeat, below which it is `insufficient`."""
    probe_level: float = 0.05
    """False discovery rate of the newly-wrong test over all domains (e-BH)."""
    probe_difference: float = 0.05
    """Rise of the share of wrong answers, among those right before, that matters: it is needed for `worse`,
    and for `no_difference` it must be excluded over all accounts and seen by none."""
    probe_clearing_level: float = 0.05
    """Chance at most, over all rounds of a series, of calling a rise excluded that is as large as that."""
    probe_margin_days: int = 28
    """Days before a finding's beginning by which a baseline must have ended to clear it: people notice
    late."""

    def as_dict(self) -> dict[str, Any]:
        """The thresholds by name, for the run's record."""
        return asdict(self)
