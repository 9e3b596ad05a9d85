"""Planning: how large a crowd must be, and how long it takes, until an episode would be noticed.

Everything is SIMULATED. The story's own scale is 0.03 % of a vendor's traffic in 0.1 % of its
organisations, in three subjects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial

import numpy as np
from scipy.special import logsumexp

from analysis.config import AnalysisConfig
from analysis.evaluate.line_a import Evenings
from analysis.evaluate.simulate import Tell, simulate
from analysis.monitoring import watch
from analysis.probes import safe_two_by_two
from analysis.records import DataError, Ints
from analysis.synthetic_ratings import RatingWorld, draw_tables
from analysis.synthetic_reports import Planted, ReportShape, report_world

CONFIG = AnalysisConfig()
LINES = ("reports", "ratings", "probes")
WATCHED_WEEKS = 104
YEAR_WEEKS = 52

N_VENDORS, N_DOMAINS = 6, 40
AFFECTED_DOMAINS = (0, 1, 2)
DOMAIN_SHARE = len(AFFECTED_DOMAINS) / N_DOMAINS
"""Share of ordinary traffic that the three subjects have."""
RATIO = 3.0
"""Bad answers of those affected, over the ordinary: from 10 % to 30 %."""
BASE = 0.1
REPORTS_A_WEEK = 0.14
"""Per contributor: the pilots' 1,400 a week of 10,000."""
RATINGS_A_WEEK = 0.5
"""Per contributor."""
PROBERS = 0.1
"""Share of contributors who run probes from their own accounts."""
PROBES_A_WEEK = 20
"""Restricted items, each with its matched control, per account and week."""
PROBE_FLIPS, PROBE_DROP = 0.06, 0.18
"""Share of items that change from run to run, and of those that an affected account gets wrong."""
REPORT_WARM_WEEKS = 9
RATING_WARM_DAYS = 112


@dataclass(frozen=True)
class Scenario:
    """An episode and the crowd that could notice it.

    Attributes
    ----------
    traffic, organisations : float
        Shares of the vendor's traffic and organisations that are affected, in (0, 1].
    contributors : int
    enrichment : float
        How much more often an affected organisation's people are among the contributors than among
        all users. Range: >= 1.
    """

    traffic: float
    organisations: float
    contributors: int
    enrichment: float

    def __post_init__(self) -> None:
        if not (0 < self.traffic <= 1 and 0 < self.organisations <= 1):
            raise DataError("shares of traffic and organisations lie above 0 and up to 1")
        if self.contributors < 10 or not 1 <= self.enrichment < np.inf:
            raise DataError("at least 10 contributors, and a finite enrichment of at least 1")

    @property
    def affected_share(self) -> float:
        """Of the contributors."""
        return min(1.0, self.organisations * self.enrichment)

    @property
    def exposure(self) -> float:
        """Share of the crowd's answers about the three subjects that are affected."""
        return min(1.0, self.traffic * self.enrichment / DOMAIN_SHARE)

    @property
    def ratio(self) -> float:
        """Bad answers about the three subjects over the ordinary, among all of the crowd's."""
        return 1 + (RATIO - 1) * self.exposure


@dataclass(frozen=True)
class Outlook:
    """How one line of evidence would fare. `median_weeks` is None where most worlds notice nothing."""

    traffic: float
    organisations: float
    contributors: int
    enrichment: float
    line: str
    median_weeks: float | None
    noticed_in_a_year: float
    error: float
    """Monte-Carlo standard error of the share."""


def outlooks(scenario: Scenario, *, runs: int, seed: int, tell: Tell) -> list[Outlook]:
    """All three lines in one scenario."""
    return [
        _outlook(scenario, line, _weeks(scenario, line, runs=runs, seed=seed, tell=tell))
        for line in LINES
    ]


def _outlook(scenario: Scenario, line: str, weeks: Sequence[float]) -> Outlook:
    found = np.array(weeks, dtype=np.float64)
    hits = found <= YEAR_WEEKS
    guess = (hits.sum() + 1) / (len(hits) + 2)
    median = float(np.median(found))
    return Outlook(
        **asdict(scenario),
        line=line,
        median_weeks=median if median <= WATCHED_WEEKS else None,
        noticed_in_a_year=float(hits.mean()),
        error=float(np.sqrt(guess * (1 - guess) / len(hits))),
    )


# --- reports: weekly looks of the product's own screen


def _reports_weeks(scenario: Scenario, runs: int, seed: int, tell: Tell) -> list[float]:
    one = partial(_report_weeks, contributors=scenario.contributors, ratio=round(scenario.ratio, 6))
    return simulate(one, range(seed, seed + runs), tell=tell, name="worlds of reports")


def _report_weeks(seed: int, *, contributors: int, ratio: float) -> float:
    """Weeks until any of the three subjects is reported; infinite if not within two years."""
    shape = ReportShape(
        contributors, REPORTS_A_WEEK * contributors, REPORT_WARM_WEEKS + WATCHED_WEEKS,
        N_VENDORS, N_DOMAINS,
    )  # fmt: skip
    first = 7 * REPORT_WARM_WEEKS
    vendor = int(np.random.default_rng([seed, 3]).integers(N_VENDORS))
    planted = Planted(vendor, AFFECTED_DOMAINS, ratio, first, 7 * shape.n_weeks)
    world = report_world(shape, seed=(seed, contributors), planted=(planted,))
    # What an ordinary world shows by chance is no detection.
    evenings = Evenings(world)
    for week in range(WATCHED_WEEKS):
        if evenings.reported(first + 7 * week + 6)[vendor, list(AFFECTED_DOMAINS)].any():
            return week + 1.0
    return float("inf")


# --- ratings: the product's detector on the three subjects as one


def _ratings_weeks(scenario: Scenario, runs: int, seed: int) -> list[float]:
    per_day = scenario.contributors * RATINGS_A_WEEK / 7 / N_VENDORS * DOMAIN_SHARE
    world = RatingWorld(
        n_days=RATING_WARM_DAYS + 7 * WATCHED_WEEKS,
        n_vendors=N_VENDORS,
        n_domains=round(1 / DOMAIN_SHARE),
        ratings_per_day=per_day,
        base=BASE,
        ratio=scenario.ratio,
        onset=RATING_WARM_DAYS,
    )
    bad, total = draw_tables(world, runs=runs, seed=seed)
    raised = watch(bad, total, CONFIG).is_raised[RATING_WARM_DAYS:]
    first = np.where(raised.any(axis=0), raised.argmax(axis=0) + 1.0, np.inf)
    return [float(days) / 7 for days in first]


# --- probes: every account by itself, averaged for "any account"


def _probes_weeks(scenario: Scenario, runs: int, seed: int) -> list[float]:
    return [_probe_weeks(np.random.default_rng([seed, run, 4]), scenario) for run in range(runs)]


def _probe_weeks(rng: np.random.Generator, scenario: Scenario) -> float:
    """Weeks until the mean of all accounts' evidence is enough.

    Accounts that are served as ever only add to the mean; they are left at 0, which is timid.
    """
    n_accounts = max(1, round(PROBERS * scenario.contributors))
    affected = int(rng.binomial(n_accounts, scenario.affected_share))
    needed = np.log(n_accounts / CONFIG.probe_level)
    evidence = np.full((affected, WATCHED_WEEKS), -np.inf)
    for account in range(min(affected, 50)):  # more change nothing but the arithmetic
        evidence[account] = _account(rng)
    if not affected:
        return float("inf")
    together = logsumexp(evidence, axis=0)
    reached = np.flatnonzero(together >= needed)
    return float(reached[0]) + 1.0 if len(reached) else float("inf")


def _account(rng: np.random.Generator) -> Ints:
    """Evidence of one affected account after each week: restricted items now against controls now."""
    items = np.full(WATCHED_WEEKS, PROBES_A_WEEK)
    wrong = rng.binomial(items, PROBE_FLIPS + PROBE_DROP)
    control = rng.binomial(items, PROBE_FLIPS)
    log_e = [
        safe_two_by_two(wrong[:week], items[:week], control[:week], items[:week])
        for week in range(1, WATCHED_WEEKS + 1)
    ]
    return np.array(log_e)


def contributors_needed(
    scenario: Scenario, line: str, *, runs: int, seed: int, tell: Tell
) -> int | None:
    """The smallest of some crowds in which most worlds notice it within a year; None for none of them."""
    for contributors in CROWDS:
        one = replace(scenario, contributors=contributors)
        weeks = _weeks(one, line, runs=runs, seed=seed, tell=tell)
        if float(np.median(np.array(weeks))) <= YEAR_WEEKS:
            return contributors
    return None


def _weeks(scenario: Scenario, line: str, *, runs: int, seed: int, tell: Tell) -> list[float]:
    """Weeks until one line notices it, world by world."""
    if line == "reports":
        return _reports_weeks(scenario, runs, seed, tell)
    if line == "ratings":
        return _ratings_weeks(scenario, runs, seed)
    return _probes_weeks(scenario, runs, seed)


CROWDS = (300, 1_000, 3_000, 10_000, 30_000, 100_000)
"""Sizes that are tried."""

GRID_CONTRIBUTORS = (1_000, 3_000, 10_000)
GRID = {
    "traffic": (0.0003, 0.003, 0.03),
    "organisations": (0.001, 0.01, 0.1),
    "enrichment": (1.0, 10.0, 100.0),
}


def grid(*, runs: int, seed: int, tell: Tell) -> list[Outlook]:
    """Every combination of GRID; lines that depend on less are simulated once."""
    scenarios = [
        Scenario(traffic, organisations, contributors, enrichment)
        for traffic in GRID["traffic"]
        for organisations in GRID["organisations"]
        for contributors in GRID_CONTRIBUTORS
        for enrichment in GRID["enrichment"]
    ]
    by_ratio: dict[tuple[int, float], tuple[list[float], list[float]]] = {}
    found = []
    for place, one in enumerate(scenarios):
        tell("scenarios", place, len(scenarios))
        key = (one.contributors, round(one.ratio, 6))
        if key not in by_ratio:
            by_ratio[key] = (
                _reports_weeks(one, runs, seed, lambda name, done, total: None),
                _ratings_weeks(one, runs, seed),
            )
        reports, ratings = by_ratio[key]
        probes = _probes_weeks(one, runs, seed)
        found += [
            _outlook(one, line, weeks)
            for line, weeks in zip(LINES, (reports, ratings, probes), strict=True)
        ]
    return found


def in_words(scenario: Scenario, found: Sequence[Outlook]) -> str:
    """The outlooks as sentences."""
    lines = [
        f"SIMULATED: {100 * scenario.traffic:.3g}% of a vendor's traffic in "
        f"{100 * scenario.organisations:.3g}% of its organisations; "
        f"{scenario.contributors:,} contributors, of whom "
        f"{scenario.affected_share:.2%} are affected, and with them {scenario.exposure:.2%} of the "
        f"crowd's answers in the three subjects ({scenario.ratio:.2f} times as many bad ones)."
    ]
    for one in found:
        share = f"noticed within a year in {one.noticed_in_a_year:.0%} ± {one.error:.0%} of worlds"
        when = (
            f"median {one.median_weeks:.0f} weeks"
            if one.median_weeks is not None
            else "not within two years in most worlds"
        )
        lines.append(f"  {one.line:8} {when}; {share}")
    return "\n".join(lines) + "\n"


def need_in_words(line: str, contributors: int | None) -> str:
    """How large the crowd would have to be."""
    if contributors is None:
        return f"  {line:8} could not notice it with any crowd up to {CROWDS[-1]:,}\n"
    return f"  {line:8} would notice it within a year with about {contributors:,} contributors\n"
