"""Flags per answer seen, and whether more flags mean worse answers or more attention."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from analysis.config import AnalysisConfig
from analysis.records import DataError, ExposureArrays, Floats, Ints, SampledRatings, Strings

PUBLICITY, WORSE, UNCHANGED, INSUFFICIENT = "publicity", "worse", "unchanged", "insufficient"
_Z = float(norm.ppf(0.975))


@dataclass(frozen=True)
class FlagArrays:
    """Reports that contributors sent of their own accord, one entry per vendor, domain and week.

    Attributes
    ----------
    week : ndarray of shape (n,), dtype=datetime64[D]
        Its Monday.
    vendor, domain : Strings
    flags : ndarray of shape (n,), dtype=int64
    """

    week: NDArray[np.datetime64]
    vendor: Strings
    domain: Strings
    flags: Ints

    def __post_init__(self) -> None:
        if len({len(getattr(self, part.name)) for part in fields(self)}) > 1:
            raise DataError("arrays of FlagArrays differ in length")


@dataclass(frozen=True)
class FlagRateResult:
    """Flags of one vendor and domain in the last `window_weeks` weeks that have ended."""

    vendor: str
    domain: str
    n_flags: int
    answers: float
    per_thousand: float
    """Flags per 1,000 answers; NaN where the answers cannot be told from none."""
    low: float
    high: float
    """Fieller's 95 % interval; infinite where the answers cannot be told from none."""
    rho: float
    """Flags per bad answer: flags / (answers x share of bad answers); NaN where unknown."""
    rho_before: float
    """The same in as many weeks before."""
    verdict: str
    """`publicity`: rho rose and the share of bad answers did not; `worse`: that share rose;
    `unchanged`; or `insufficient`."""


@dataclass(frozen=True)
class _Span:
    flags: int
    answers: float
    variance: float
    share: float
    share_variance: float

    @property
    def is_known(self) -> bool:
        """True where answers and share can be told from none, and something was flagged."""
        has_answers = self.answers > _Z * np.sqrt(self.variance)
        return bool(has_answers and self.flags > 0 and self.share > 0)

    @property
    def rho(self) -> float:
        return self.flags / (self.answers * self.share) if self.is_known else float("nan")

    @property
    def rho_variance(self) -> float:
        """Of its logarithm, by the delta method."""
        share = self.share_variance / self.share**2
        return 1 / self.flags + self.variance / self.answers**2 + share


def flag_rates(
    flags: FlagArrays,
    exposures: ExposureArrays,
    ratings: SampledRatings,
    *,
    as_of: date,
    config: AnalysisConfig,
) -> list[FlagRateResult]:
    """Flags per answer and per bad answer, by vendor and domain of the exposures.

    Ratings must be of one provenance. Weeks count that have ended by `as_of`.
    """
    if len(set(ratings.provenance.tolist())) > 1:
        raise DataError("ratings of different provenance are never added together")
    end = as_of + timedelta(days=1)
    end -= timedelta(days=end.weekday())
    pairs = set(zip(exposures.vendor.tolist(), exposures.domain.tolist(), strict=True))
    length = timedelta(weeks=config.window_weeks)
    found = []
    for vendor, domain in sorted(pair for pair in pairs if all(pair)):
        now, before = (
            _span(flags, exposures, ratings, (vendor, domain), first=last - length, end=last)
            for last in (end, end - length)
        )
        low, high = rate_interval(now.flags, now.answers, now.variance)
        found.append(
            FlagRateResult(
                vendor=vendor,
                domain=domain,
                n_flags=now.flags,
                answers=now.answers,
                per_thousand=1000 * now.flags / now.answers if np.isfinite(high) else float("nan"),
                low=1000 * low,
                high=1000 * high,
                rho=now.rho,
                rho_before=before.rho,
                verdict=_verdict(now, before, config),
            )
        )
    return found


def _verdict(now: _Span, before: _Span, config: AnalysisConfig) -> str:
    if not (now.is_known and before.is_known):
        return INSUFFICIENT
    error = np.sqrt(now.share_variance + before.share_variance)
    if now.share - before.share > _Z * error:
        return WORSE
    rise = np.log(now.rho / before.rho)
    is_certain = rise > _Z * np.sqrt(now.rho_variance + before.rho_variance)
    return PUBLICITY if is_certain and rise >= np.log(config.publicity_ratio) else UNCHANGED


def _span(
    flags: FlagArrays,
    exposures: ExposureArrays,
    ratings: SampledRatings,
    cell: tuple[str, str],
    *,
    first: date,
    end: date,
) -> _Span:
    def within(record: FlagArrays | ExposureArrays | SampledRatings) -> NDArray[np.bool_]:
        day = record.day if isinstance(record, SampledRatings) else record.week
        is_cell = (record.vendor == cell[0]) & (record.domain == cell[1])
        return np.asarray(
            is_cell & (day >= np.datetime64(first)) & (day < np.datetime64(end)), dtype=np.bool_
        )

    seen, rated = within(exposures), within(ratings)
    weight: Floats = 1 / ratings.probability[rated]
    share = variance = float("nan")
    if rated.any():
        bad = ratings.is_bad[rated]
        share = float(weight[bad].sum() / weight.sum())
        variance = share * (1 - share) * float((weight**2).sum() / weight.sum() ** 2)
    return _Span(
        flags=int(flags.flags[within(flags)].sum()),
        answers=float(exposures.answers[seen].sum()),
        variance=float(exposures.noise_variance[seen].sum()),
        share=share,
        share_variance=variance,
    )


def rate_interval(flags: int, answers: float, variance: float) -> tuple[float, float]:
    """95 % interval of flags per answer, for Poisson flags and answers with normal noise.

    Fieller's: all rates r for which `flags - r answers` is within 1.96 of its standard deviations
    of 0. The variance of no flag at all is taken to be that of one.

    Parameters
    ----------
    flags : int
    answers, variance : float
        Noisy number of answers, and the variance of its noise.

    Returns
    -------
    low, high : float
        (0, inf) where the answers cannot be told from none.

    References
    ----------
    .. [1] Fieller (1954), Some problems in interval estimation. J. R. Stat. Soc. B 16(2), 175-185.

    Examples
    --------
    Without noise 100 flags in 1,000 answers are known to 1.96 times 10 flags.

    >>> [round(bound, 4) for bound in rate_interval(100, 1000.0, 0.0)]
    [0.0804, 0.1196]
    """
    square = answers**2 - _Z**2 * variance
    if answers <= 0 or square <= 0:
        return 0.0, float("inf")
    spread = _Z**2 * max(flags, 1)
    root = np.sqrt(max((answers * flags) ** 2 - square * (flags**2 - spread), 0.0))
    low, high = (answers * flags - root) / square, (answers * flags + root) / square
    return float(max(low, 0.0)), float(high)
