"""Line A: which cells (model, domain) draw more contributors than their margins explain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import false_discovery_control

from analysis.config import AnalysisConfig
from analysis.disproportionality import (
    Flags,
    Margins,
    exact_tail,
    information_component_quantile,
    margins,
)
from analysis.integrity import Rows, Units, count_units, without_largest_cohort
from analysis.records import Floats, Ints


@dataclass(frozen=True)
class Window:
    """The counts of one stream of reports in one window of weeks.

    Attributes
    ----------
    first_week, last_week : int
        Weeks since the first one of the run, both included.
    table : ndarray of shape (n_strata, n_models, n_domains), dtype=float64
        Contributors, cohorts capped, in the block of weeks of their first report.
    uncapped, n_reports : ndarray of shape (n_models, n_domains), dtype=int64
        Contributors at face value, reports: near-duplicates and whole cohorts included.
    without_cohort : ndarray of shape (n_models, n_domains), dtype=int64
        Contributors left when the heaviest cohort is left out.
    """

    first_week: int
    last_week: int
    table: Floats
    uncapped: Ints
    n_reports: Ints
    without_cohort: Ints

    @property
    def observed(self) -> Floats:
        """Contributors per cell, shape (n_models, n_domains)."""
        total: Floats = self.table.sum(axis=0)
        return total


def count_windows(
    rows: Rows, all_rows: Rows, shape: tuple[int, int], n_weeks: int, config: AnalysisConfig
) -> list[Window]:
    """Counts of every window of `window_weeks` weeks, one step per week.

    Parameters
    ----------
    rows : Rows
        Reports that stand for themselves: evidence.
    all_rows : Rows
        All reports, for the number that is shown.
    shape : tuple of int
        (n_models, n_domains).
    n_weeks : int
        Weeks of the run. Fewer than a window: one window of what there is.
    config : AnalysisConfig
    """
    length = min(config.window_weeks, n_weeks)
    return [
        _count_window(
            rows.between(start, start + length - 1),
            all_rows.between(start, start + length - 1),
            shape,
            (start, start + length - 1),
            config,
        )
        for start in range(n_weeks - length + 1)
    ]


def _count_window(
    rows: Rows,
    all_rows: Rows,
    shape: tuple[int, int],
    weeks: tuple[int, int],
    config: AnalysisConfig,
) -> Window:
    units = count_units(rows, config)
    middle = (weeks[0] + weeks[1] + 1) / 2
    block = (units.week >= middle).astype(np.int64)
    sizes = np.bincount(block[units.is_counted], minlength=2)
    if sizes.min() < config.stratum_units_min:
        block[:] = 0
    table = np.zeros((int(block.max(initial=0)) + 1, *shape))
    counted = units.is_counted
    np.add.at(table, (block[counted], units.model[counted], units.domain[counted]), 1.0)
    uncapped = np.zeros(shape, dtype=np.int64)
    people = np.unique(np.stack([all_rows.model, all_rows.domain, all_rows.contributor]), axis=1)
    np.add.at(uncapped, (people[0], people[1]), 1)
    n_reports = np.zeros(shape, dtype=np.int64)
    np.add.at(n_reports, (all_rows.model, all_rows.domain), 1)
    left = _without_cohort(units, table.sum(axis=0), config)
    return Window(*weeks, table, uncapped, n_reports, left)


def _without_cohort(units: Units, observed: Floats, config: AnalysisConfig) -> Ints:
    left = np.maximum(observed - 1, 0).astype(np.int64)
    for model, domain in np.argwhere(observed >= config.contributors_min):
        in_cell = (units.model == model) & (units.domain == domain)
        left[model, domain] = without_largest_cohort(units, in_cell)
    return left


@dataclass(frozen=True)
class WindowVerdict:
    """What the screen says about every cell of one window; all of shape (n_models, n_domains)."""

    expected: Floats
    p_value: Floats
    is_tested: Flags
    is_discovery: Flags
    is_reported: Flags


def stands(observed: Floats | float, expected: Floats | float, config: AnalysisConfig) -> Flags:
    """Whether so many contributors pass the strict rule: the floor, and the strict bound above 0."""
    strict = information_component_quantile(
        observed, expected, config.ic_quantile_strict, shrinkage=config.ic_shrinkage
    )
    flags: Flags = (np.asarray(observed) >= config.contributors_min) & (strict > 0)
    return flags


def screen(
    windows: list[Window], is_eligible: list[Flags], config: AnalysisConfig
) -> list[WindowVerdict]:
    """Judge every cell of every window, of all streams together.

    A cell is reported where its contributors pass the strict rule, still pass it when any one
    cohort is left out, and its exact p-value survives false discovery rate control over all cells
    and windows of the run. Then everything is computed again without the cells found so far.

    Parameters
    ----------
    windows : list of Window
    is_eligible : list of ndarray of shape (n_models, n_domains), dtype=bool
        Cells that may be tested at all, per window. Of these, only cells whose *margins* reach the
        floor are tested: a rule that looks at the margins, given which the test is exact, and so
        saves tests without spending error.
    config : AnalysisConfig

    Returns
    -------
    list of WindowVerdict
        Of the last round, in the order of `windows`.

    References
    ----------
    .. [1] Benjamini, Yekutieli (2001), The control of the false discovery rate in multiple testing
       under dependency. doi:10.1214/aos/1013699998
    """
    tested = [
        eligible & _can_reach(window, config)
        for window, eligible in zip(windows, is_eligible, strict=True)
    ]
    confirmed = [np.zeros_like(flags) for flags in tested]
    for _ in range(config.masking_rounds + 1):
        verdicts = _judge(windows, tested, confirmed, config)
        grown = [old | new.is_reported for old, new in zip(confirmed, verdicts, strict=True)]
        settled = all((a == b).all() for a, b in zip(grown, confirmed, strict=True))
        confirmed = grown
        if settled:
            break
    return verdicts


def _can_reach(window: Window, config: AnalysisConfig) -> Flags:
    observed = window.observed
    row, column = observed.sum(axis=1, keepdims=True), observed.sum(axis=0, keepdims=True)
    flags: Flags = np.minimum(row, column) >= config.contributors_min
    return flags


def _judge(
    windows: list[Window], tested: list[Flags], confirmed: list[Flags], config: AnalysisConfig
) -> list[WindowVerdict]:
    parts = []
    for window, flags, known in zip(windows, tested, confirmed, strict=True):
        against = margins(window.table, known)
        parts.append((against.expected, _p_values(window.observed, against, flags)))
    pooled = np.concatenate([np.empty(0), *(p[f] for (_, p), f in zip(parts, tested, strict=True))])
    adjusted = false_discovery_control(pooled, method="by") if len(pooled) else pooled
    verdicts = []
    start = 0
    for window, flags, (expected, p_value) in zip(windows, tested, parts, strict=True):
        end = start + int(flags.sum())
        discovery = np.zeros_like(flags)
        discovery[flags] = adjusted[start:end] <= config.false_discovery_rate
        start = end
        reported = (
            discovery
            & stands(window.observed, expected, config)
            & stands(window.without_cohort.astype(np.float64), expected, config)
        )
        verdicts.append(WindowVerdict(expected, p_value, flags, discovery, reported))
    return verdicts


def _p_values(observed: Floats, against: Margins, tested: Flags) -> Floats:
    """Exact p-values; 1 where a cell has no more than expected, which no decision can hang on."""
    p_value = np.ones_like(observed)
    for i, j in np.argwhere(tested & (observed > against.expected)):
        p_value[i, j] = exact_tail(
            int(observed[i, j]),
            against.model[:, i, j],
            against.domain[:, i, j],
            against.total[:, i, j],
        )
    return p_value
