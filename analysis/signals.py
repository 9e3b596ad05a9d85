"""Line A: which cells (model, domain) draw more contributors than their margins explain."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc
from scipy.stats import false_discovery_control

from analysis.config import AnalysisConfig
from analysis.disproportionality import Flags, Margins, exact_tail, margins
from analysis.records import Floats
from analysis.windows import Window


@dataclass(frozen=True)
class WindowVerdict:
    """What the screen says about every cell of one window; all of shape (n_models, n_domains).

    `p_value` is 1 where no decision can hang on it: below the floor, not tested, or not even on
    the watch list.
    """

    expected: Floats
    p_value: Floats
    is_tested: Flags
    is_discovery: Flags
    is_reported: Flags


def exceeds(
    observed: Floats | float, expected: Floats | float, quantile: float, config: AnalysisConfig
) -> Flags:
    """Whether that posterior quantile of the information component lies above 0.

    The same as asking how much of Gamma(O + k) lies below E + k, without inverting it.

    >>> [bool(exceeds(o, 1.0, 0.0005, AnalysisConfig())) for o in (6, 7)]
    [False, True]
    """
    k = config.ic_shrinkage
    flags: Flags = gammainc(np.asarray(observed) + k, np.asarray(expected) + k) < quantile
    return flags


def stands(observed: Floats | float, expected: Floats | float, config: AnalysisConfig) -> Flags:
    """Whether so many contributors pass the strict rule.

    The floor is reached, the strict bound of the information component lies above 0, and the
    shrunken ratio is large enough to matter (`ratio_min`).
    """
    k = config.ic_shrinkage
    count, mean = np.asarray(observed), np.asarray(expected)
    flags: Flags = (
        (count >= config.contributors_min)
        & (count + k >= config.ratio_min * (mean + k))
        & exceeds(count, mean, config.ic_quantile_strict, config)
    )
    return flags


def screen(
    windows: Sequence[Window],
    is_eligible: Sequence[Flags],
    families: Sequence[Hashable],
    config: AnalysisConfig,
) -> list[WindowVerdict]:
    """Judge every cell of every window, of all streams together.

    A cell is reported where its contributors pass the strict rule, still pass it when any one
    cohort is left out, and its exact p-value survives false discovery rate control over all cells
    and lengths of its family: what one look sees. Then everything is computed again without the
    cells found so far.

    Parameters
    ----------
    windows : sequence of Window
    is_eligible : sequence of ndarray of shape (n_models, n_domains), dtype=bool
        Cells that may be tested at all, per window. Of these, only cells whose *margins* reach the
        floor are tested: a rule that looks at the margins, given which the test is exact, and so
        saves tests without spending error.
    families : sequence of hashable
        Per window: windows of one family are controlled together, and share what masks them if
        they are of one shape. A family is a week of one provenance.
    config : AnalysisConfig

    Returns
    -------
    list of WindowVerdict
        Of the last round, in the order of `windows`.

    References
    ----------
    .. [1] Benjamini, Hochberg (1995), Controlling the false discovery rate. J. R. Stat. Soc. B
       57(1), 289-300. doi:10.1111/j.2517-6161.1995.tb02031.x
    """
    members: dict[Hashable, list[int]] = {}
    for place, family in enumerate(families):
        members.setdefault(family, []).append(place)
    verdicts: list[WindowVerdict | None] = [None] * len(windows)
    for places in members.values():
        chosen = [windows[place] for place in places]
        flags = [is_eligible[place] for place in places]
        for place, verdict in zip(places, _screen_family(chosen, flags, config), strict=True):
            verdicts[place] = verdict
    return [verdict for verdict in verdicts if verdict is not None]


def _screen_family(
    windows: list[Window], is_eligible: list[Flags], config: AnalysisConfig
) -> list[WindowVerdict]:
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
        expected = against.expected
        parts.append((expected, _p_values(window, against, expected, flags, config)))
    pooled = np.concatenate([np.empty(0), *(p[f] for (_, p), f in zip(parts, tested, strict=True))])
    adjusted = false_discovery_control(pooled, method="bh") if len(pooled) else pooled
    verdicts = []
    start = 0
    for window, flags, (expected, p_value) in zip(windows, tested, parts, strict=True):
        end = start + int(flags.sum())
        discovery = np.zeros_like(flags)
        discovery[flags] = adjusted[start:end] <= config.false_discovery_rate
        start = end
        reported = discovery.copy()
        if reported.any():
            reported &= stands(window.observed, expected, config)
            reported &= stands(window.without_cohort.astype(np.float64), expected, config)
        verdicts.append(WindowVerdict(expected, p_value, flags, discovery, reported))
    return verdicts


def _p_values(
    window: Window, against: Margins, expected: Floats, tested: Flags, config: AnalysisConfig
) -> Floats:
    observed = window.observed
    watched = tested & (observed >= config.contributors_min) & (observed > expected)
    watched &= exceeds(observed, expected, config.ic_quantile_watch, config)
    p_value = np.ones_like(observed)
    for i, j in np.argwhere(watched):
        p_value[i, j] = exact_tail(
            int(observed[i, j]),
            against.model[:, i, j],
            against.domain[:, i, j],
            against.total[:, i, j],
        )
    return p_value
