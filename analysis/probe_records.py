"""Probes: graded answers as the analysis sees them, and what asking again showed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

import numpy as np
from numpy.typing import NDArray

from analysis.arrays import Ints, Strings, check_lengths


@dataclass(frozen=True)
class ProbeArrays:
    """Graded answers of accounts to prompts that are asked again and again, one entry per answer.

    Attributes
    ----------
    series, model, account, item, domain, stratum : Strings
        `account` is a number of the series, `domain` a leaf; items of one stratum control each other.
    round : Ints
        Times that the prompts had been asked before. Of the rounds after the baseline the last two count.
    is_baseline : ndarray of shape (n,), dtype=bool
        Of a round that was frozen before anybody looked.
    day : ndarray of shape (n,), dtype=datetime64[D]
    is_wrong, is_refused : ndarray of shape (n,), dtype=bool
        A refusal is neither right nor wrong.
    provenance : Strings
        `probe` or `simulated`; never added together.
    site : Strings
        Where the accounts are used; "" for the vendor's API.
    """

    series: Strings
    model: Strings
    account: Strings
    item: Strings
    domain: Strings
    stratum: Strings
    round: Ints
    is_baseline: NDArray[np.bool_]
    day: NDArray[np.datetime64]
    is_wrong: NDArray[np.bool_]
    is_refused: NDArray[np.bool_]
    provenance: Strings
    site: Strings

    def __post_init__(self) -> None:
        check_lengths(self, tuple(f.name for f in fields(self)))

    def __len__(self) -> int:
        return len(self.item)

    @classmethod
    def none(cls) -> ProbeArrays:
        """Nobody asked again."""
        words, flags = np.empty(0, dtype=object), np.empty(0, dtype=bool)
        days, numbers = np.empty(0, dtype="datetime64[D]"), np.empty(0, dtype=np.int64)
        return cls(
            words, words, words, words, words, words, numbers, flags, days, flags, flags, words, words,
        )  # fmt: skip


@dataclass(frozen=True)
class Replication:
    """What asking a series of prompts again showed of one domain. Rates are NaN without answers.

    Only items that were right at the first of the baseline's repeats can be newly wrong: rates are
    shares of these in the last round, over all accounts that have enough of them.
    """

    series: str
    model: str
    domain: str
    provenance: str
    site: str
    """"" for the vendor's API."""
    baseline_from: date
    baseline_to: date
    asked_from: date
    """First day of the last two rounds, or of the only one."""
    asked_to: date
    n_rounds: int
    """Rounds since the baseline. There was a look after each."""
    n_accounts: int
    n_items: int
    """Over all accounts; an item that two accounts were asked counts twice."""
    n_missing: int
    """Items that were right at first and were refused, or not asked, in the last round."""
    n_controls: int
    rate_now: float
    rate_baseline: float
    rate_controls: float
    rate_controls_baseline: float
    difference_high: float
    """Upper bound of the rise over all accounts, what is missing counted as wrong."""
    difference_highest: float
    """The largest rise of any one account, what is missing counted as wrong."""
    log_e: float
    """Evidence, as a natural logarithm, that three accounts are served worse, here and now alone."""
    verdict: str
    """`worse`, `global`, `harder_domain`, `no_difference`, `insufficient`; `once` where the last round alone
    would decide; of a finding also `no_difference_aside`: it says nothing of that one."""
