"""Line C: whether the same prompts, asked again under control by several accounts, came out worse."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from analysis.comparisons import wilson_interval
from analysis.config import AnalysisConfig
from analysis.probe_records import ProbeArrays, Replication
from analysis.probes import DomainVerdict, Probes, account_evidence, judged, three_accounts
from analysis.records import Ints
from analysis.results import FindingResult

WORSE, NO_DIFFERENCE, INSUFFICIENT = "worse", "no_difference", "insufficient"
ACCOUNTS_MIN = 3
"""So that no odd one or two explain what is found (`probes.three_accounts`)."""
ASKED = {"report": "probe", "simulated": "simulated"}
"""Which probes speak about which reports."""
_CONFIDENCE = 0.9
"""Of an interval whose upper end is a one-sided 95 % bound."""


def replications(
    probes: ProbeArrays, *, config: AnalysisConfig, seed: int = 0
) -> list[Replication]:
    """What the last round of each series shows, domain by domain.

    The newly-wrong test of `probes.py` for each account; of three accounts at least the evidence must
    come together (`three_accounts`), so that neither one odd account nor two decide. After each round
    somebody looks: the evidence of the n-th is divided by n (n + 1), which sums to one over all rounds.
    So the chance of ever saying `worse` of a series where nothing changed is at most
    `config.probe_level`, however often it is asked again.

    `worse` also needs a rise of `config.probe_difference`. `no_difference` is said only where such a rise is
    excluded over all accounts, and none of them saw one; otherwise too little was asked to say anything.

    Parameters
    ----------
    probes : ProbeArrays
        In any order.
    config : AnalysisConfig
        `probe_level`, `probe_items_min`, `probe_repeats_min`, `probe_difference`.
    seed : int
        Of the random orders of the items.

    Returns
    -------
    list of Replication
        Sorted by series and domain. Of a series that was not asked again nothing.

    References
    ----------
    .. [1] Vovk, Wang (2021), E-values: calibration, combination and applications. Ann. Statist. 49(3),
       1736-1754. doi:10.1214/20-AOS2020
    .. [2] Newcombe (1998), Interval estimation for the difference between independent proportions.
       Stat. Med. 17(8), 873-890.
    """
    found = []
    keys = sorted(set(zip(probes.series, probes.model, probes.provenance, strict=True)))
    for series, model, provenance in keys:
        rows = np.flatnonzero(
            (probes.series == series) & (probes.model == model) & (probes.provenance == provenance)
        )
        again = rows[~probes.is_baseline[rows]]
        if len(again):
            found += _of_series(probes, rows, again, config, seed)
    return found


def _of_series(
    probes: ProbeArrays, rows: Ints, again: Ints, config: AnalysisConfig, seed: int
) -> list[Replication]:
    baseline = rows[probes.is_baseline[rows]]
    last = again[probes.round[again] == probes.round[again].max()]
    n_rounds = int(probes.round[again].max() - probes.round[baseline].max(initial=-1))
    rounds = sorted(set(probes.round[baseline].tolist()))
    accounts = [
        _account(probes, baseline[probes.account[baseline] == account],
                 last[probes.account[last] == account], rounds)
        for account in sorted(set(probes.account[last]))
    ]  # fmt: skip
    said = [
        account_evidence(account, seed=seed)
        for account in accounts
        if len(rounds) >= config.probe_repeats_min and len(account.item)
    ]
    base, now = probes.day[baseline], probes.day[last]
    facts = {
        "series": str(probes.series[rows[0]]),
        "model": str(probes.model[rows[0]]),
        "provenance": str(probes.provenance[rows[0]]),
        "baseline_from": base.min().item() if len(base) else now.min().item(),
        "baseline_to": base.max().item() if len(base) else now.min().item(),
        "asked_from": now.min().item(),
        "asked_to": now.max().item(),
        "n_rounds": n_rounds,
    }
    together = [
        _together([one for account in said for one in account if one.domain == domain], domain,
                  n_rounds, config)
        for domain in sorted(set(probes.domain[last]))
    ]  # fmt: skip
    verdicts = judged([evidence for evidence, *_ in together], config)
    return [
        _replication(facts, verdict, n_accounts, highest, config)
        for verdict, (_, n_accounts, highest) in zip(verdicts, together, strict=True)
    ]


def _account(probes: ProbeArrays, baseline: Ints, last: Ints, rounds: list[int]) -> Probes:
    """The items that this account was answered in every repeat of the baseline and again, right or wrong."""
    baseline = baseline[~probes.is_refused[baseline]]
    wrong = {
        (str(probes.item[row]), int(probes.round[row])): bool(probes.is_wrong[row])
        for row in baseline
    }
    now = {str(probes.item[row]): row for row in last[~probes.is_refused[last]]}
    items = [item for item in sorted(now) if all((item, number) in wrong for number in rounds)]
    rows = np.array([now[item] for item in items], dtype=np.int64)
    table = [[wrong[item, number] for number in rounds] for item in items]
    return Probes(
        item=probes.item[rows],
        domain=probes.domain[rows],
        stratum=probes.stratum[rows],
        baseline_wrong=np.array(table, dtype=np.bool_).reshape(len(items), len(rounds)),
        now_wrong=probes.is_wrong[rows],
    )


def _together(
    accounts: Sequence[DomainVerdict], domain: str, n_rounds: int, config: AnalysisConfig
) -> tuple[DomainVerdict, int, float]:
    """The evidence of all accounts with enough items, how many these are, and the largest rise of one.

    Of fewer than three accounts nothing is told.
    """
    able = [one for one in accounts if one.n_items >= config.probe_items_min]
    used = able if len(able) >= ACCOUNTS_MIN else []
    looks = math.log(n_rounds * (n_rounds + 1))
    n_items, n_controls = [one.n_items for one in used], [one.n_controls for one in used]

    def log_e(values: list[float]) -> float:
        return three_accounts(np.array(values)) - looks if used else 0.0

    evidence = DomainVerdict(
        domain=domain,
        n_items=sum(n_items),
        n_controls=sum(n_controls),
        rate_now=_mean([one.rate_now for one in used], n_items),
        rate_baseline=_mean([one.rate_baseline for one in used], n_items),
        rate_controls=_mean([one.rate_controls for one in used], n_controls),
        log_e_time=log_e([one.log_e_time for one in used]),
        log_e_cross=log_e([one.log_e_cross for one in used]),
        verdict=INSUFFICIENT,
    )
    highest = max((one.rate_now - one.rate_baseline for one in used), default=math.nan)
    return evidence, len(able), highest


def _mean(rates: Sequence[float], weights: Sequence[int]) -> float:
    total = sum(weights)
    if not total:
        return math.nan
    return sum(r * w for r, w in zip(rates, weights, strict=True) if w) / total


def rise_high(
    rate_now: float, rate_before: float, n: int, *, confidence: float = _CONFIDENCE
) -> float:
    """Upper bound (one-sided 95 %) of a rise of shares of `n` items, by Newcombe's hybrid of Wilson's bounds.

    The repeats before count as one, and that now and before are answers to the same items as nothing: both
    make it higher than it need be.

    >>> [round(rise_high(0.06, 0.06, n), 3) for n in (20, 200, 2000)]
    [0.156, 0.041, 0.012]
    """
    _, high = wilson_interval(rate_now * n, n, confidence=confidence)
    low, _ = wilson_interval(rate_before * n, n, confidence=confidence)
    return rate_now - rate_before + math.hypot(high - rate_now, rate_before - low)


def _replication(
    facts: dict[str, Any],
    found: DomainVerdict,
    n_accounts: int,
    highest: float,
    config: AnalysisConfig,
) -> Replication:
    rise = found.rate_now - found.rate_baseline
    rise_at_most = rise_high(found.rate_now, found.rate_baseline, max(found.n_items, 1))
    matters = config.probe_difference
    verdict = WORSE if found.verdict == "domain" else found.verdict
    is_shown = rise >= matters
    is_excluded = rise_at_most < matters and highest < matters
    if (verdict == WORSE and not is_shown) or (verdict == NO_DIFFERENCE and not is_excluded):
        verdict = INSUFFICIENT
    return Replication(
        **facts,
        domain=found.domain,
        n_accounts=n_accounts,
        n_items=found.n_items,
        n_controls=found.n_controls,
        rate_now=found.rate_now,
        rate_baseline=found.rate_baseline,
        rate_controls=found.rate_controls,
        difference_high=rise_at_most if found.n_items else math.nan,
        difference_highest=highest,
        log_e=found.log_e,
        verdict=verdict,
    )


def asked_again(
    finding: FindingResult, found: Sequence[Replication], *, is_over: bool
) -> tuple[Replication, ...]:
    """What each series of probes says of a finding, the last asked first.

    A series speaks of a finding of silent symptoms of its model and domain, if its baseline ended before
    the finding can have begun, and it was asked again after that. Of what is over only answers after the
    end speak, if they are worse: then it is not over.
    """
    if finding.symptom_kind != "silent" or finding.onset_low is None:
        return ()
    began, ended = finding.onset_high or finding.onset_low, finding.offset_high
    cell = (ASKED.get(finding.provenance), finding.model, finding.domain)
    mine = [
        one for one in found
        if (one.provenance, one.model, one.domain) == cell
        and one.baseline_to < finding.onset_low and one.asked_from >= began
        and not (is_over and (one.verdict != WORSE or ended is None or one.asked_from < ended))
    ]  # fmt: skip
    return tuple(sorted(mine, key=lambda one: (one.asked_to, one.series), reverse=True))
