"""Line C: whether the same prompts, asked again under control by several accounts, came out worse."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np

from analysis.comparisons import wilson_interval
from analysis.config import AnalysisConfig
from analysis.probe_records import ProbeArrays, Replication
from analysis.probe_shares import AccountShares, account_shares, answers_in_all
from analysis.probes import (
    DomainVerdict,
    account_evidence,
    any_account,
    change_evidence,
    judged,
    three_accounts,
)
from analysis.records import Ints
from analysis.results import FindingResult

WORSE, NO_DIFFERENCE, INSUFFICIENT = "worse", "no_difference", "insufficient"
GLOBAL, ONCE, ASIDE = "global", "once", "no_difference_aside"
ACCOUNTS_MIN = 3
"""So that no odd one or two explain what is found (`probes.three_accounts`)."""
ROUNDS_AGREEING = 2
"""Later rounds that must say the same: a day may be odd for everybody."""
ASKED = {"report": "probe", "simulated": "simulated"}
"""Which probes speak about which reports."""
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Look:
    """One domain in one round."""

    evidence: DomainVerdict
    shares: AccountShares
    n_accounts: int
    difference_high: float
    verdict: str = INSUFFICIENT


def replications(
    probes: ProbeArrays, *, config: AnalysisConfig, seed: int = 0
) -> list[Replication]:
    """What the last rounds of each series show, domain by domain.

    The newly-wrong test of `probes.py` for each account, and that the odds of being wrong rose more than in
    other domains; of three accounts at least the evidence must come together (`three_accounts`), so that
    neither one odd account nor two decide. After each round somebody looks: the evidence of the n-th is
    divided by n (n + 1), which sums to one over all rounds. So, where answers of different rounds are
    independent, the chance of ever saying `worse` of a series where nothing changed is at most
    `config.probe_level`, however often it is asked again. They are not quite: a day may be odd for
    everybody. So two rounds must agree, and the share of wrong answers must exceed that of the *worst*
    round of the baseline.

    `worse` also needs a rise of `config.probe_difference` over the baseline, and beyond that of the controls.
    `no_difference` is said only where such a rise is excluded over all accounts, with what was refused or
    not asked counted as wrong, and where no account saw one; otherwise too little was asked to say anything.

    Parameters
    ----------
    probes : ProbeArrays
        In any order.
    config : AnalysisConfig
        `probe_level`, `probe_items_min`, `probe_repeats_min`, `probe_difference`, `probe_clearing_level`.
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
    first = int(probes.round[baseline].max(initial=-1)) + 1
    last = int(probes.round[again].max())
    used = again[probes.round[again] > last - ROUNDS_AGREEING]
    looks = [
        _looks(
            probes,
            baseline,
            used[probes.round[used] == number],
            number - first + 1,
            config=config,
            seed=seed,
        )
        for number in range(last, max(last - ROUNDS_AGREEING, first - 1), -1)
    ]
    first_row = rows[0]
    days = {
        "baseline": probes.day[baseline if len(baseline) else used].astype("datetime64[D]"),
        "asked": probes.day[used].astype("datetime64[D]"),
    }
    facts: dict[str, Any] = {
        name: str(getattr(probes, name)[first_row])
        for name in ("series", "model", "provenance", "site")
    }
    for name, of in days.items():
        facts |= {f"{name}_from": of.min().item(), f"{name}_to": of.max().item()}
    facts["n_rounds"] = last - first + 1
    return [
        _replication(facts, look, _agreed([one.get(domain) for one in looks]))
        for domain, look in looks[0].items()
    ]


def _looks(
    probes: ProbeArrays, baseline: Ints, now: Ints, n: int, *, config: AnalysisConfig, seed: int
) -> dict[str, Look]:
    """What the n-th round since the baseline shows by itself, by domain."""
    rounds = sorted(set(probes.round[baseline].tolist()))
    names = sorted(set(probes.account[now])) if len(rounds) >= config.probe_repeats_min else []
    accounts = [
        answers_in_all(probes, baseline[probes.account[baseline] == name],
                       now[probes.account[now] == name], rounds)
        for name in names
    ]  # fmt: skip
    said = []
    for one in accounts:
        change = change_evidence(one.answered, seed=seed)
        evidence = account_evidence(one.answered, seed=seed)
        said.append({found.domain: (found, change[found.domain]) for found in evidence})
    looks = {
        domain: _together(
            [found[domain] for found in said if domain in found],
            [account_shares(one, domain) for one in accounts],
            domain, n, config,
        )
        for domain in sorted(set(probes.domain[now]))
    }  # fmt: skip
    verdicts = judged([look.evidence for look in looks.values()], config)
    return {
        verdict.domain: replace(look, verdict=_said(verdict.verdict, look, config))
        for verdict, look in zip(verdicts, looks.values(), strict=True)
    }


def _together(
    accounts: Sequence[tuple[DomainVerdict, float]],
    shares: Sequence[AccountShares],
    domain: str,
    n: int,
    config: AnalysisConfig,
) -> Look:
    """The evidence of all accounts with enough items. Of fewer than three accounts nothing is told.

    That it is worse three accounts must find; that the odds rose more than in other domains, all on average.
    """
    able = [one for one in accounts if one[0].n_items >= config.probe_items_min]
    used = able if len(able) >= ACCOUNTS_MIN else []
    log_time = log_cross = 0.0
    if used:
        time, cross, change = np.array(
            [(one.log_e_time, one.log_e_cross, log_change) for one, log_change in used]
        ).T
        looks = math.log(n * (n + 1))
        log_time = three_accounts(time) - looks
        log_cross = min(three_accounts(cross), any_account(change)) - looks

    everybody = AccountShares.sum(shares if used else [])
    evidence = DomainVerdict(
        domain=domain,
        n_items=everybody.n_items,
        n_controls=everybody.n_controls,
        rate_now=everybody.rate_now,
        rate_baseline=everybody.rate_baseline,
        rate_controls=everybody.rate_controls,
        log_e_time=log_time,
        log_e_cross=log_cross,
        verdict=INSUFFICIENT,
    )
    confidence = 1 - 2 * config.probe_clearing_level / (n * (n + 1))
    high = rise_high(everybody.rate_at_worst, everybody.rate_baseline, everybody.n_effective,
                     confidence=confidence) if everybody.n_items else math.nan  # fmt: skip
    return Look(evidence, everybody, len(able), high)


def rise_high(rate_now: float, rate_before: float, n: float, *, confidence: float = 0.9) -> float:
    """Upper end of an interval of a rise of shares of `n` items, by Newcombe's hybrid of Wilson's bounds.

    The repeats before count as one, and that now and before are answers to the same items as nothing: both
    make it higher than it need be.

    >>> [round(rise_high(0.06, 0.06, n), 3) for n in (20, 200, 2000)]
    [0.156, 0.041, 0.012]
    """
    _, high = wilson_interval(rate_now * n, n, confidence=confidence)
    low, _ = wilson_interval(rate_before * n, n, confidence=confidence)
    return rate_now - rate_before + math.hypot(high - rate_now, rate_before - low)


def _said(verdict: str, look: Look, config: AnalysisConfig) -> str:
    """The verdict of a round by itself, where what it needs beyond evidence is there."""
    shares, matters = look.shares, config.probe_difference
    if not shares.n_items or not shares.n_controls:
        return INSUFFICIENT
    if verdict == "domain":
        rise = shares.rate_now - shares.rate_baseline
        rise_of_controls = shares.rate_controls - shares.rate_controls_baseline
        beyond_worst = shares.rate_now - shares.rate_worst_round
        is_shown = min(rise, rise - rise_of_controls, beyond_worst) >= matters
        return WORSE if is_shown else INSUFFICIENT
    if verdict == NO_DIFFERENCE:
        is_excluded = look.difference_high < matters and shares.highest_rise < matters
        return NO_DIFFERENCE if is_excluded else INSUFFICIENT
    return verdict


def _agreed(looks: Sequence[Look | None]) -> str:
    """What the last rounds say together, the last one first."""
    verdicts = [look.verdict if look else INSUFFICIENT for look in looks]
    if verdicts[0] not in (WORSE, NO_DIFFERENCE):
        return verdicts[0]
    do_agree = len(verdicts) == ROUNDS_AGREEING and len(set(verdicts)) == 1
    return verdicts[0] if do_agree else ONCE


def _replication(facts: dict[str, Any], look: Look, verdict: str) -> Replication:
    shares = look.shares
    return Replication(
        **facts,
        domain=look.evidence.domain,
        n_accounts=look.n_accounts,
        n_items=shares.n_items,
        n_missing=shares.n_missing,
        n_controls=shares.n_controls,
        rate_now=shares.rate_now,
        rate_baseline=shares.rate_baseline,
        rate_controls=shares.rate_controls,
        rate_controls_baseline=shares.rate_controls_baseline,
        difference_high=look.difference_high,
        difference_highest=shares.highest_rise if shares.n_items else math.nan,
        log_e=look.evidence.log_e,
        verdict=verdict,
    )


def asked_again(
    finding: FindingResult, found: Sequence[Replication], config: AnalysisConfig, *, is_over: bool
) -> tuple[Replication, ...]:
    """What each series of probes says of a finding, the last asked first.

    A series speaks of a finding of silent symptoms of its model and domain, if its baseline ended before
    the weeks in which the finding may have begun, and it was asked again after them. Of what is over only
    answers after the end speak, if they are worse: then it is not over.

    That there is *no difference* clears a finding only where people use the model, not at its API; while it
    lasts; and against a baseline from some weeks before, because people notice late.
    """
    if finding.symptom_kind != "silent" or finding.onset_low is None:
        return ()
    began, ended = (finding.onset_high or finding.onset_low) + WEEK, finding.offset_high
    cell = (ASKED.get(finding.provenance), finding.model, finding.domain)
    mine = [
        one for one in found
        if (one.provenance, one.model, one.domain) == cell
        and one.baseline_to < finding.onset_low and one.asked_from >= began
        and not (is_over and (one.verdict != WORSE or ended is None or one.asked_from < ended))
    ]  # fmt: skip
    last = finding.offset_low
    spoken = [
        replace(one, verdict=ASIDE)
        if one.verdict == NO_DIFFERENCE
        and (
            not one.site
            or one.baseline_to >= finding.onset_low - timedelta(days=config.probe_margin_days)
            or (last is not None and one.asked_to >= last)
        )
        else one
        for one in mine
    ]
    return tuple(sorted(spoken, key=lambda one: (one.asked_to, one.series), reverse=True))


def deciding(again: Sequence[Replication], config: AnalysisConfig) -> Replication | None:
    """The last series that decides about a finding; None where none does, or they contradict each other.

    No difference decides nothing where another series, or a single account of any, saw a difference.
    """
    verdicts = {one.verdict for one in again}
    if WORSE in verdicts and NO_DIFFERENCE not in verdicts:
        return next(one for one in again if one.verdict == WORSE)
    saw = [one.difference_highest >= config.probe_difference for one in again]
    if NO_DIFFERENCE in verdicts and not verdicts & {WORSE, ONCE, GLOBAL} and not any(saw):
        return next(one for one in again if one.verdict == NO_DIFFERENCE)
    return None
