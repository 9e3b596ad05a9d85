"""Line A: which cells (model, domain) draw more contributors than others lead to expect."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc
from scipy.stats import false_discovery_control

from analysis.comparators import Comparators, comparators
from analysis.config import AnalysisConfig
from analysis.disproportionality import Flags
from analysis.records import Floats, Ints
from analysis.windows import Window


@dataclass(frozen=True)
class WindowVerdict:
    """What the screen says about every cell of one window; all of shape (n_models, n_domains).

    `expected` is the larger of what the two comparators lead to expect. `p_value` is that against the
    weeks before, and 1 where no decision can hang on it: below the floor, not tested, or not even on
    the watch list. `is_near` is true of what is reported, and of what would be beyond chance and
    pass the strict rule if every contributor were taken at face value.
    """

    expected: Floats
    p_value: Floats
    is_tested: Flags
    is_discovery: Flags
    is_reported: Flags
    is_near: Flags


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


def is_beyond_chance(
    count: int,
    cell: tuple[int, int],
    *,
    window: Window,
    against: Comparators,
    config: AnalysisConfig,
) -> bool:
    """Whether so many contributors in a cell would stand out against both comparators.

    Parameters
    ----------
    count : int
        Instead of those that the window has; over its strata they are spread as those are.
    cell : tuple of int
        (model, domain).
    window : Window
    against : Comparators
        Of that window.
    config : AnalysisConfig
    """
    if against.tail_before(count, cell) > config.screen_level:
        return False
    own = window.table[:, cell[0], cell[1]]
    share = own / own.sum() if own.any() else np.full(len(own), 1 / len(own))
    return against.tail_now(count * share, cell) <= config.screen_level_now


def screen(
    windows: Sequence[Window],
    is_eligible: Sequence[Flags],
    families: Sequence[Hashable],
    config: AnalysisConfig,
) -> list[WindowVerdict]:
    """Judge every cell of every window, of all streams together.

    A cell is reported where its contributors pass the strict rule, still pass it when any one
    cohort is left out, and stand out beyond chance against both comparators (see `comparators`):
    exact p-values of at most `screen_level` against the weeks before, and of at most
    `screen_level_now` against others at the same time. The first also has to survive false discovery
    rate control over all cells and lengths of its family: what one look sees. Then everything is
    computed again without the cells found so far.

    The two levels do what false discovery rate control cannot: a look is taken every evening, and
    what is limited is how many false cells a month of looks brings, not how many a look does.

    Parameters
    ----------
    windows : sequence of Window
    is_eligible : sequence of ndarray of shape (n_models, n_domains), dtype=bool
        Cells that may be tested at all, per window. Of these, only cells whose row and column reach
        the floor are tested.
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
    tested, nearly = (
        [
            eligible & _can_reach(counts, config)
            for counts, eligible in zip(tables, is_eligible, strict=True)
        ]
        for tables in (
            [window.observed for window in windows],
            [window.uncapped.astype(np.float64) for window in windows],
        )
    )
    confirmed = [np.zeros_like(flags) for flags in tested]
    for _ in range(config.masking_rounds + 1):
        verdicts = _judge(windows, tested, nearly, confirmed, config)
        grown = [old | new.is_reported for old, new in zip(confirmed, verdicts, strict=True)]
        settled = all((a == b).all() for a, b in zip(grown, confirmed, strict=True))
        confirmed = grown
        if settled:
            break
    return verdicts


def _can_reach(table: Floats, config: AnalysisConfig) -> Flags:
    row, column = table.sum(axis=1, keepdims=True), table.sum(axis=0, keepdims=True)
    flags: Flags = np.minimum(row, column) >= config.contributors_min
    return flags


def _judge(
    windows: list[Window],
    tested: list[Flags],
    nearly: list[Flags],
    confirmed: list[Flags],
    config: AnalysisConfig,
) -> list[WindowVerdict]:
    """One round. `nearly` are the cells that could be tested if everybody counted at face value."""
    against = [
        comparators(window.table, window.baseline, known, window.vendor)
        for window, known in zip(windows, confirmed, strict=True)
    ]
    expected = [comparator.expected for comparator in against]
    p_values = [
        _p_values(window, comparator, mean, flags, config)
        for window, comparator, mean, flags in zip(windows, against, expected, tested, strict=True)
    ]
    pooled = np.concatenate([np.empty(0), *(p[f] for p, f in zip(p_values, tested, strict=True))])
    adjusted = false_discovery_control(pooled, method="bh") if len(pooled) else pooled
    verdicts = []
    start = 0
    for number, (window, flags) in enumerate(zip(windows, tested, strict=True)):
        end = start + int(flags.sum())
        discovery = np.zeros_like(flags)
        discovery[flags] = adjusted[start:end] <= config.false_discovery_rate
        start = end
        discovery &= p_values[number] <= config.screen_level
        counts = window.observed.astype(np.int64)
        discovery = _beyond_chance(counts, discovery, window, against[number], config)
        reported = discovery.copy()
        if reported.any():
            reported &= stands(window.observed, expected[number], config)
            left = np.minimum(window.without_cohort, counts - config.breakdown_min + 1)
            reported &= stands(left.astype(np.float64), expected[number], config)
            reported = _beyond_chance(left, reported, window, against[number], config)
        near = nearly[number] & (discovery | (window.uncapped > window.observed))
        near &= stands(window.uncapped.astype(np.float64), expected[number], config)
        near = _beyond_chance(window.uncapped, near, window, against[number], config)
        verdicts.append(
            WindowVerdict(
                expected[number], p_values[number], flags, discovery, reported, near | reported
            )
        )
    return verdicts


def _beyond_chance(
    counts: Ints, chosen: Flags, window: Window, against: Comparators, config: AnalysisConfig
) -> Flags:
    """Which of the chosen cells are beyond chance with these counts."""
    found = np.zeros_like(chosen)
    for i, j in np.argwhere(chosen):
        found[i, j] = is_beyond_chance(
            int(counts[i, j]), (i, j), window=window, against=against, config=config
        )
    return found


def _p_values(
    window: Window, against: Comparators, expected: Floats, tested: Flags, config: AnalysisConfig
) -> Floats:
    observed = window.observed
    watched = tested & (observed >= config.contributors_min) & (observed > expected)
    watched &= exceeds(observed, expected, config.ic_quantile_watch, config)
    p_value = np.ones_like(observed)
    for i, j in np.argwhere(watched):
        p_value[i, j] = against.tail_before(int(observed[i, j]), (i, j))
    return p_value
