"""Line C's evidence: checkable prompts asked again, against a frozen baseline and matched controls.

All of it says *that* something changed and where, never why: a better model with other mistakes
has newly wrong answers too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from analysis.config import AnalysisConfig
from analysis.disproportionality import Flags
from analysis.e_processes import block_evidence, check_counts
from analysis.multiplicity import averaged, e_benjamini_hochberg
from analysis.records import DataError, Floats, Ints, Strings

_PRIOR_BAD, _PRIOR_ALL = 0.18, 0.36
"""Ratings that a rate is thought to rest on before any was seen: the regret is least so (Turner et al.)."""
_ORDERS = 20
"""Random orders of the items whose e-values are averaged: the result hangs on none of them."""


@dataclass(frozen=True)
class Probes:
    """Graded answers of one account to a fixed set of prompts, one entry per item, in any order.

    Attributes
    ----------
    item : Strings
        Unique ids.
    domain : Strings
        Leaf slugs.
    stratum : Strings
        Items of one stratum match in format, length, answer type and difficulty; only these
        control each other.
    baseline_wrong : ndarray of shape (n, n_repeats), dtype=bool
        True where the answer was wrong, for each repeat before the change. A refusal is no wrong
        answer; such items are left out, as are items that were graded by another grader.
    now_wrong : ndarray of shape (n,), dtype=bool

    Raises
    ------
    DataError
        If lengths differ or an id occurs twice.
    """

    item: Strings
    domain: Strings
    stratum: Strings | Ints
    baseline_wrong: Flags
    now_wrong: Flags

    def __post_init__(self) -> None:
        arrays = (self.domain, self.stratum, self.baseline_wrong, self.now_wrong)
        if any(len(array) != len(self.item) for array in arrays):
            raise DataError("arrays of Probes differ in length")
        if self.baseline_wrong.ndim != 2 or self.now_wrong.ndim != 1:
            raise DataError("baseline_wrong is (items, repeats), now_wrong (items,)")
        if len(set(self.item)) != len(self.item):
            raise DataError("an item occurs twice")


@dataclass(frozen=True)
class DomainVerdict:
    """What the newly-wrong test says about one domain. Rates are NaN where there is no answer."""

    domain: str
    n_items: int
    """Items right at the first repeat: the only ones that can be newly wrong."""
    n_controls: int
    """The same of other domains, in strata that this domain has items of."""
    rate_now: float
    """Share of the items wrong now."""
    rate_baseline: float
    """Share wrong in the baseline repeats after the first: mere run-to-run flips."""
    rate_controls: float
    """Share of the controls wrong now."""
    log_e_time: float
    """Natural logarithm of the e-value: now against the baseline repeats."""
    log_e_cross: float
    """... this domain now against its controls now."""
    verdict: str
    """`domain`, `global`, `harder_domain`, `no_difference` or `insufficient`."""

    @property
    def log_e(self) -> float:
        """Evidence for a change of this domain beyond that of others: the smaller of the two."""
        return min(self.log_e_time, self.log_e_cross)


def newly_wrong(
    probes: Probes, *, config: AnalysisConfig | None = None, seed: int = 0
) -> list[DomainVerdict]:
    """In which domains answers that were right are wrong now, beyond chance and beyond controls.

    Among the items right at the first baseline repeat, two safe tests of 2 x 2 tables: now against
    the other repeats of the same items (*time*), and now against matched items of other domains now
    (*cross*). Conditioning on the first repeat costs nothing: items that were right by luck are so
    in the other repeats too. Every block of the time test is one item, so items may differ in
    difficulty as they like. E-values are averaged over random orders.

    A domain is `domain` where e-BH over all domains finds both, `global` where it finds time alone,
    `harder_domain` where it finds cross alone. Where more than half of the domains have changed, a
    `domain` is read as `global`: another model everywhere does not lose equally everywhere. That
    *more than half* is tested by the product of the e-values of the quieter half (partial
    conjunction; the domains' items are different ones).

    Parameters
    ----------
    probes : Probes
    config : AnalysisConfig, optional
        `probe_level`, `probe_items_min`, `probe_repeats_min`.
    seed : int
        Of the random orders.

    Returns
    -------
    list of DomainVerdict
        All domains, sorted, never only an accused one.

    Raises
    ------
    DataError
        If there are fewer baseline repeats than `probe_repeats_min`.

    References
    ----------
    .. [1] Turner, Ly, Grünwald (2024), Generic e-variables for exact sequential k-sample tests that
       allow for optional stopping. J. Stat. Plan. Inference 230, 106116. arXiv:2106.02693
    .. [2] Benjamini, Heller (2008), Screening for partial conjunction hypotheses. Biometrics 64(4),
       1215-1222. doi:10.1111/j.1541-0420.2007.00984.x

    Examples
    --------
    Forty items in each of two domains, always right before; half of the laws are wrong now:

    >>> names = lambda words: np.array(words, dtype=object)
    >>> now = np.arange(80) % 4 == 0
    >>> probes = Probes(names([f"{i:02}" for i in range(80)]), names(["law", "math"] * 40),
    ...                 names([""] * 80), np.zeros((80, 4), dtype=bool), now)
    >>> [(found.domain, found.verdict) for found in newly_wrong(probes)]
    [('law', 'domain'), ('math', 'no_difference')]
    """
    config = config or AnalysisConfig()
    if probes.baseline_wrong.shape[1] < config.probe_repeats_min:
        raise DataError(f"a baseline needs {config.probe_repeats_min} repeats")
    return judged(account_evidence(probes, seed=seed), config)


def account_evidence(probes: Probes, *, seed: int = 0) -> list[DomainVerdict]:
    """What the answers of one account say of each domain, none judged yet: all are `insufficient`."""
    rows = np.argsort(probes.item.astype(str), kind="stable")
    rows = rows[~probes.baseline_wrong[rows, 0]]
    return [
        _domain_evidence(probes, rows, str(domain), seed) for domain in sorted(set(probes.domain))
    ]


def _domain_evidence(probes: Probes, rows: Ints, domain: str, seed: int) -> DomainVerdict:
    """Both e-values of one domain, not judged yet; `rows` are the items right at first."""
    is_target = probes.domain[rows] == domain
    target = rows[is_target]
    has_match = np.isin(probes.stratum[rows], np.unique(probes.stratum[target]))
    controls = rows[~is_target & has_match]
    repeats = probes.baseline_wrong[target, 1:]
    rng = np.random.default_rng(seed)
    logs = np.array([_one_order(probes, target, controls, rng) for _ in range(_ORDERS)])
    return DomainVerdict(
        domain=domain,
        n_items=len(target),
        n_controls=len(controls),
        rate_now=_share(probes.now_wrong[target]),
        rate_baseline=_share(repeats),
        rate_controls=_share(probes.now_wrong[controls]),
        log_e_time=averaged(logs[:, 0]),
        log_e_cross=averaged(logs[:, 1]),
        verdict="insufficient",
    )


def _one_order(
    probes: Probes, target: Ints, controls: Ints, rng: np.random.Generator
) -> tuple[float, float]:
    """Logarithms of the time and the cross e-value, one item of the domain a block.

    Controls are dealt evenly to the items of their stratum; an item without any is no bet.
    """
    if not len(target):
        return 0.0, 0.0
    order = rng.permutation(target)
    now, one = probes.now_wrong[order].astype(np.int64), np.ones(len(order), dtype=np.int64)
    repeats = probes.baseline_wrong[order, 1:]
    time = safe_two_by_two(now, one, repeats.sum(axis=1), one * repeats.shape[1])

    bad, total = np.zeros_like(one), np.zeros_like(one)
    shuffled = rng.permutation(controls)
    for stratum in np.unique(probes.stratum[order]):
        blocks = np.flatnonzero(probes.stratum[order] == stratum)
        dealt = shuffled[probes.stratum[shuffled] == stratum]
        owner = blocks[np.arange(len(dealt)) % len(blocks)]
        np.add.at(total, owner, 1)
        np.add.at(bad, owner, probes.now_wrong[dealt])
    cross = safe_two_by_two(now, one, bad, total)
    return time, cross


def change_evidence(probes: Probes, *, seed: int = 0) -> dict[str, float]:
    """Evidence that the odds of being wrong rose more in a domain than in others, however hard each is.

    Of the items that were right at first only those count that are wrong either now or at the last repeat
    of the baseline, and not both times: the odds that it is now are the ratio of both rounds' odds. Where
    everything got worse alike, they are the same in every domain.

    Parameters
    ----------
    probes : Probes
        Of one account.
    seed : int

    Returns
    -------
    dict of str to float
        By domain the natural logarithm of an e-value; 0 where there is nothing to compare.

    References
    ----------
    .. [1] Cox (1958), Two further applications of a model for binary regression. Biometrika 45, 562-565.
    """
    order = np.argsort(probes.item.astype(str), kind="stable")
    before = probes.baseline_wrong[order, -1]
    counts = ~probes.baseline_wrong[order, 0] & (before != probes.now_wrong[order])
    domain, now = probes.domain[order[counts]], probes.now_wrong[order[counts]]
    return {
        str(name): _change(now[domain == name], now[domain != name], seed)
        for name in sorted(set(probes.domain))
    }


def _change(target: Flags, others: Flags, seed: int) -> float:
    if not len(target) or not len(others):
        return 0.0
    rng = np.random.default_rng(seed)
    owner = np.arange(len(others)) % len(target)
    one, total = np.ones(len(target), dtype=np.int64), np.bincount(owner, minlength=len(target))
    logs = []
    for _ in range(_ORDERS):
        now = rng.permutation(target).astype(np.int64)
        bad = np.bincount(owner, weights=rng.permutation(others), minlength=len(target))
        logs.append(safe_two_by_two(now, one, bad.astype(np.int64), total.astype(np.int64)))
    return averaged(np.array(logs))


def safe_two_by_two(bad: Ints, total: Ints, bad_other: Ints, total_other: Ints) -> float:
    """Evidence of all blocks that a rate exceeds its comparator's, by bets on what was learned before.

    Unlike `e_processes.ratio_evidence` both rates are learned, each block counting the same: of a
    change in probes nobody knows the size.

    Parameters
    ----------
    bad, total, bad_other, total_other : ndarray of shape (n_blocks,), dtype=int64

    Returns
    -------
    float
        Natural logarithm of the e-value.

    Raises
    ------
    DataError
        If shapes differ, or a count is negative or above its total.

    Examples
    --------
    The first block bets nothing (.18 / .36 on both sides), the second 1.18 / 1.36 against .18 / 1.36,
    half pooled: (1.18 / .68) (1.18 / .68).

    >>> one, none = np.ones(2, dtype=np.int64), np.zeros(2, dtype=np.int64)
    >>> round(float(np.exp(safe_two_by_two(one, one, none, one))), 4)
    3.0112
    """
    check_counts(bad, total)
    check_counts(bad_other, total_other)
    rate, rate_other = (
        (_PRIOR_BAD + np.cumsum(k) - k) / (_PRIOR_ALL + np.cumsum(n) - n)
        for k, n in ((bad, total), (bad_other, total_other))
    )
    gain = block_evidence(bad, total, bad_other, total_other, rate=rate, rate_other=rate_other)
    return float(gain.sum())


def _share(flags: Flags) -> float:
    return float(flags.mean()) if flags.size else math.nan


def judged(found: list[DomainVerdict], config: AnalysisConfig) -> list[DomainVerdict]:
    """The evidence with what it shows, over all domains at once; see `newly_wrong`."""
    enough = [i for i, one in enumerate(found) if one.n_items >= config.probe_items_min]
    if not enough:
        return found
    log_time = np.array([found[i].log_e_time for i in enough])
    log_cross = np.array([found[i].log_e_cross for i in enough])
    both, time, cross = (
        e_benjamini_hochberg(log_e, level=config.probe_level)
        for log_e in (np.minimum(log_time, log_cross), log_time, log_cross)
    )
    quieter = np.sort(log_time)[: len(enough) - len(enough) // 2]
    is_widespread = quieter.sum() >= -math.log(config.probe_level)
    names = np.select(
        [both & ~np.bool_(is_widespread), time, cross], ["domain", "global", "harder_domain"], ""
    )
    said = list(found)
    for i, name in zip(enough, names, strict=True):
        said[i] = replace(found[i], verdict=str(name) or "no_difference")
    return said


def any_account(log_e: Floats) -> float:
    """Evidence that at least one account is served something else: the mean of the e-values.

    Parameters
    ----------
    log_e : ndarray of shape (n_accounts,), dtype=float64
        Natural logarithms, one e-value per account, of one test; they may depend on each other.

    Examples
    --------
    >>> round(float(np.exp(any_account(np.log([298.0, 1.0, 1.0])))), 6)
    100.0
    """
    return averaged(log_e)


def three_accounts(log_e: Floats) -> float:
    """Evidence that at least three accounts are, so that no odd one or two explain it.

    The mean of all e-values but the two largest: of three accounts their minimum. (The third
    largest of *many* is no e-value: among a hundred accounts without any change it is large.)

    Parameters
    ----------
    log_e : ndarray of shape (n_accounts,), dtype=float64
        Natural logarithms.

    Raises
    ------
    DataError
        If there are fewer than three accounts.

    References
    ----------
    .. [1] Benjamini, Heller (2008), Screening for partial conjunction hypotheses. Biometrics 64(4),
       1215-1222. doi:10.1111/j.1541-0420.2007.00984.x

    Examples
    --------
    >>> round(float(np.exp(three_accounts(np.log([900.0, 300.0, 50.0])))), 6)
    50.0
    """
    if len(log_e) < 3:
        raise DataError("three accounts need three e-values")
    return averaged(np.sort(log_e)[:-2])
