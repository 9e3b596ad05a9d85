"""A model that became worse everywhere while others did not: invisible to comparisons of domains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from analysis.change import shiryaev_roberts
from analysis.config import AnalysisConfig
from analysis.e_processes import conditional_evidence
from analysis.monitoring import Flags
from analysis.rating_counts import RatingCounts, rating_counts
from analysis.records import Floats, Ints, SampledRatings
from analysis.results import IncidentResult

_DAYS = 7


def model_incidents(
    ratings: SampledRatings, *, as_of: date, config: AnalysisConfig
) -> list[IncidentResult]:
    """Every model against its own past, relative to other vendors, by provenance and model.

    Per day and domain, the odds ratio of the model to other vendors is compared with what it was in
    the `window_weeks` weeks that ended as many weeks ago (Mantel and Haenszel's estimate over
    domains, at its upper 95 % bound and the tolerated interaction more): what moves all vendors
    alike drops out, and so does a domain that is asked about more than before. A model is in an
    incident if the detector reached `config.rate_alarm` within the window, whichever one domain is
    left out: one bad domain is not everywhere.

    Needs two windows of history; before, there is no evidence.

    References
    ----------
    .. [1] Mantel, Haenszel (1959), J. Natl. Cancer Inst. 22(4), 719-748.
    .. [2] Robins, Breslow, Greenland (1986), Estimators of the Mantel-Haenszel variance consistent in
       both sparse data and large-strata limiting models. Biometrics 42(2), 311-323.
    """
    found = []
    for counts in rating_counts(ratings, as_of=as_of, history_weeks=config.rate_history_weeks):
        log_e, is_start = _evidence(counts, config)
        found += [
            _result(counts, model, log_e[:, model], is_start[:, model], config)
            for model in range(len(counts.models))
        ]
    return found


def _evidence(counts: RatingCounts, config: AnalysisConfig) -> tuple[Floats, Flags]:
    """Evidence of each week, model and *all domains but one*, shape (n_weeks, n_models, n_domains);
    and whether a week has any, shape (n_weeks, n_models, 1).
    """
    bad, total = counts.tables()
    shape = (*bad.shape[:2], len(counts.models), len(counts.domains))
    n_weeks = -(-counts.n_days // _DAYS)
    log_e, is_start = np.zeros((n_weeks, *shape[2:])), np.zeros((n_weeks, shape[2], 1), np.bool_)
    span = _DAYS * config.window_weeks
    for week in range(2 * config.window_weeks, n_weeks):
        day = week * _DAYS
        past = slice(day - 2 * span, day - span)
        centre, error = _odds_ratio(
            *(part[past, ..., 0].sum(axis=(0, 1)).reshape(*shape[2:], 2) for part in (bad, total))
        )
        null = centre + config.reference_z * error + config.interaction_tolerated
        is_known = np.isfinite(null)
        null = np.broadcast_to(np.where(is_known, null, 0.0)[:, None], shape[2:])
        rows = [
            part[day : day + _DAYS, ..., row, 0].reshape(-1, *shape[2:])
            for row in (0, 1)
            for part in (bad, total)
        ]
        flat = np.broadcast_to(null, rows[0].shape).ravel()
        gain = conditional_evidence(
            *(part.ravel() for part in rows),
            log_null=flat,
            log_bet=flat + np.log(config.incident_ratio),
        ).reshape(rows[0].shape)
        log_e[week] = np.where(is_known[:, None], gain.sum(axis=0), 0.0)
        is_start[week, :, 0] = is_known & (rows[1].sum(axis=(0, 2)) > 0)
    return log_e.sum(axis=2, keepdims=True) - log_e, is_start


def _odds_ratio(bad: Ints, total: Ints) -> tuple[Floats, Floats]:
    """Mantel and Haenszel's log odds ratio of models to others, and its standard error.

    Of shape (n_models, n_domains, 2); not finite where nothing is known.
    """
    good, n = total - bad, np.maximum(total.sum(axis=2), 1)
    concordant, discordant = bad[..., 0] * good[..., 1] / n, good[..., 0] * bad[..., 1] / n
    share = (bad[..., 0] + good[..., 1]) / n
    above, below = concordant.sum(axis=1), discordant.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (share * concordant).sum(axis=1) / (2 * above**2)
        mixed = (share * discordant + (1 - share) * concordant).sum(axis=1)
        variance += mixed / (2 * above * below)
        variance += ((1 - share) * discordant).sum(axis=1) / (2 * below**2)
        return np.log(above / below), np.sqrt(variance)


def _result(
    counts: RatingCounts, model: int, log_e: Floats, is_start: Flags, config: AnalysisConfig
) -> IncidentResult:
    by_domain = shiryaev_roberts(log_e, np.broadcast_to(is_start, log_e.shape))
    log_m = by_domain.min(axis=1)
    span = _DAYS * config.window_weeks
    first = max(0, counts.n_days - span)
    now = _Span.of(counts, model, first, counts.n_days)
    before = _Span.of(counts, model, max(0, first - span), first)
    both = (now.total > 0) & (before.total > 0)
    worse = both & (now.shares() > before.shares())
    recent = log_m[-config.window_weeks :]
    is_incident = bool(recent.max() >= np.log(config.rate_alarm))
    seen = np.cumsum(log_e.min(axis=1))
    # Up to its height: after that, what ended looks like another start.
    height = len(log_m) - len(recent) + int(np.argmax(recent))
    start = int(np.argmin(np.concatenate([[0.0], seen[:height]])))
    return IncidentResult(
        model=counts.models[model],
        vendor=counts.vendors[model],
        provenance=counts.provenance,
        n_ratings=now.n_ratings,
        n_raters=min(
            _raters(counts, model, first, counts.n_days),
            _raters(counts, model, max(0, first - span), first),
        ),
        share=now.share(),
        share_before=before.share(),
        log_e=float(log_m[-1]),
        is_incident=is_incident,
        since=counts.monday(_DAYS * start) if is_incident else None,
        n_domains=int(both.sum()),
        n_domains_worse=int(worse.sum()),
    )


def _raters(counts: RatingCounts, model: int, first: int, last: int) -> int:
    raters = counts.raters
    return raters.where((raters.model == model) & (raters.day >= first) & (raters.day < last)).n()


@dataclass(frozen=True)
class _Span:
    """Weighted bad and all ratings of a model by domain, over some days."""

    bad: Floats
    total: Floats
    n_ratings: int

    @classmethod
    def of(cls, counts: RatingCounts, model: int, first: int, last: int) -> _Span:
        bad, total = (p[first:last, :, model].sum(axis=0) for p in (counts.bad, counts.total))
        return cls(counts.weight @ bad, counts.weight @ total, int(total.sum()))

    def shares(self) -> Floats:
        found: Floats = self.bad / np.maximum(self.total, 1e-12)
        return found

    def share(self) -> float:
        return float(self.bad.sum() / self.total.sum()) if self.n_ratings else float("nan")
