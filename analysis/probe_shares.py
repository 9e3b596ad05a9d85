"""What one account's probes come to in a domain, as sums that add up over accounts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.probe_records import ProbeArrays
from analysis.probes import Probes
from analysis.records import Floats, Ints, Strings


@dataclass(frozen=True)
class AccountAnswers:
    """The items that one account was answered in every round of the baseline, right or wrong."""

    answered: Probes
    """... and in the round that is looked at."""
    missing: Strings
    """Domain of each that was right at first and was refused, or not asked, in that round."""


def answers_in_all(
    probes: ProbeArrays, baseline: Ints, now: Ints, rounds: Sequence[int]
) -> AccountAnswers:
    """One account's answers, from its rows of the baseline and of one later round."""
    graded = baseline[~probes.is_refused[baseline]]
    wrong = {
        (str(probes.item[row]), int(probes.round[row])): bool(probes.is_wrong[row])
        for row in graded
    }
    place = {str(probes.item[row]): row for row in graded}
    whole = [item for item in sorted(place) if all((item, number) in wrong for number in rounds)]
    given = {str(probes.item[row]): row for row in now[~probes.is_refused[now]]}
    items = [item for item in whole if item in given]
    gone = [item for item in whole if item not in given and not wrong[item, rounds[0]]]
    rows = np.array([given[item] for item in items], dtype=np.int64)
    # Compared again and again: numbers are quicker than words.
    _, strata = np.unique(probes.stratum[rows].astype(str), return_inverse=True)
    table = [[wrong[item, number] for number in rounds] for item in items]
    return AccountAnswers(
        Probes(
            item=probes.item[rows],
            domain=probes.domain[rows],
            stratum=strata,
            baseline_wrong=np.array(table, dtype=np.bool_).reshape(len(items), len(rounds)),
            now_wrong=probes.is_wrong[rows],
        ),
        missing=probes.domain[np.array([place[item] for item in gone], dtype=np.int64)],
    )


@dataclass(frozen=True)
class AccountShares:
    """Sums over the items that were right at first, of a domain and of its controls.

    `item` and `wrong_now` have an entry for each answer of the domain; `wrong_before` is the number of
    wrong answers in each later round of the baseline, in their order.
    """

    item: Strings
    wrong_now: Floats
    wrong_before: Ints
    n_missing: int
    n_controls: int
    controls_now: int
    controls_before: float
    """Over the later rounds of the baseline, on average."""
    highest_rise: float
    """Of any account, what is missing counted as wrong; minus infinity without an item."""

    @classmethod
    def sum(cls, shares: Sequence[AccountShares]) -> AccountShares:
        """All accounts together."""
        some = [one for one in shares if len(one.item) or one.n_missing]
        empty = np.empty(0, dtype=object)
        return cls(
            item=np.concatenate([empty, *(one.item for one in some)]),
            wrong_now=np.concatenate([np.empty(0), *(one.wrong_now for one in some)]),
            wrong_before=np.sum([one.wrong_before for one in some], axis=0, dtype=np.int64)
            if some
            else np.zeros(1, dtype=np.int64),
            n_missing=sum(one.n_missing for one in some),
            n_controls=sum(one.n_controls for one in some),
            controls_now=sum(one.controls_now for one in some),
            controls_before=sum(one.controls_before for one in some),
            highest_rise=max((one.highest_rise for one in some), default=-math.inf),
        )

    @property
    def n_items(self) -> int:
        """Answers of the domain in the round that is looked at."""
        return len(self.item)

    @property
    def rate_now(self) -> float:
        """Share that is wrong now."""
        return float(self.wrong_now.mean()) if self.n_items else math.nan

    @property
    def rate_at_worst(self) -> float:
        """The same if all that is missing were wrong."""
        n = self.n_items + self.n_missing
        return (float(self.wrong_now.sum()) + self.n_missing) / n if n else math.nan

    @property
    def rate_baseline(self) -> float:
        """Share that was wrong in the baseline's later rounds."""
        return float(self.wrong_before.mean()) / self.n_items if self.n_items else math.nan

    @property
    def rate_worst_round(self) -> float:
        """The same in the worst of these rounds."""
        return float(self.wrong_before.max()) / self.n_items if self.n_items else math.nan

    @property
    def rate_controls(self) -> float:
        """Share of the controls that is wrong now."""
        return self.controls_now / self.n_controls if self.n_controls else math.nan

    @property
    def rate_controls_baseline(self) -> float:
        """... and that was in the baseline's later rounds."""
        return self.controls_before / self.n_controls if self.n_controls else math.nan

    @property
    def n_effective(self) -> float:
        """Independent answers that tell as much: accounts that answer an item alike tell it once.

        Between the number of different items and that of answers, by how unlike the items are.
        """
        _, place, times = np.unique(self.item.astype(str), return_inverse=True, return_counts=True)
        n_different, rate = len(times), self.rate_now
        if n_different < 2 or rate in (0.0, 1.0):
            return float(n_different)
        total = np.bincount(place, weights=self.wrong_now - rate)
        variance = float((total**2).sum()) / self.n_items**2 * n_different / (n_different - 1)
        return min(max(rate * (1 - rate) / variance, float(n_different)), float(self.n_items))


def account_shares(account: AccountAnswers, domain: str) -> AccountShares:
    """The sums of one account and domain; its controls are the others in strata that it has items of."""
    probes = account.answered
    right = ~probes.baseline_wrong[:, 0] if len(probes.item) else np.empty(0, dtype=bool)
    is_target = right & (probes.domain == domain)
    is_control = right & (probes.domain != domain)
    is_control &= np.isin(probes.stratum, np.unique(probes.stratum[is_target]))
    before, now = probes.baseline_wrong[:, 1:], probes.now_wrong
    n, n_missing = int(is_target.sum()), int((account.missing == domain).sum())
    was = float(before[is_target].mean()) if n else 0.0
    worst = (int(now[is_target].sum()) + n_missing) / max(n + n_missing, 1)
    return AccountShares(
        item=probes.item[is_target],
        wrong_now=now[is_target].astype(np.float64),
        wrong_before=before[is_target].sum(axis=0, dtype=np.int64),
        n_missing=n_missing,
        n_controls=int(is_control.sum()),
        controls_now=int(now[is_control].sum()),
        controls_before=float(before[is_control].mean(axis=1).sum()) if is_control.any() else 0.0,
        highest_rise=worst - was if n + n_missing else -math.inf,
    )
