"""Signals to a state on the evidence ladder, the reason and the outlook in words: the one place."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from analysis.config import AnalysisConfig
from analysis.probe_records import Replication
from analysis.rate_words import NO_PAST, rise_of, shares_of, to_corroborated, unconfirmed
from analysis.replication import WORSE
from analysis.results import RateResult
from analysis.signals import stands

INSUFFICIENT = "insufficient"
REPORTED = "reported"
CORROBORATED = "corroborated"
REPLICATED = "replicated"
ACKNOWLEDGED = "acknowledged"
REFUTED = "refuted"
RESOLVED = "resolved"

STANDING = (REPORTED, CORROBORATED, REPLICATED, ACKNOWLEDGED)
"""States that say: something is the matter, and nothing says that it is over."""

_FEWER_AFTER = "After the end fewer reports came than if even half of the excess had gone on."
_TO_REPLICATED = (
    "It would become replicated if the same prompts, asked again under control, came out worse."
)
_NOT_BY_RATINGS = (
    "Ratings can't corroborate it while the other kind of symptom stands out more here."
)
_TO_RESOLVED = "It would become resolved once its end has evidence of its own."
_WHEN_OVER = "It would stand out again, as an event of its own, if reports rose again."


@dataclass(frozen=True)
class Evidence:
    """What is known about one event. Stated and silent symptoms are two events, never one."""

    observed: int
    """Contributors counted in the window that speaks loudest, near-duplicates and cohorts capped."""
    uncapped: int
    """Contributors at face value: near-duplicates and whole cohorts included."""
    expected: float
    is_reported: bool
    """Passed every rule of the screen."""
    passes_strict: bool
    """Floor, strict bound and least ratio."""
    passes_without_cohort: bool
    """... and still does without any one cohort."""
    is_discovery: bool
    """Survives false discovery rate control."""
    breakdown_number: int
    instruments: tuple[str, ...] = ()
    """What of the instrument explains the excess: it does not stand when that is accounted for."""
    is_over: bool = False
    """The likelihood excludes that it lasts, and the test in the other direction says so too."""
    rate: RateResult | None = None
    """Ratings of answers drawn at random, of the same cell."""
    is_rated_for_this_kind: bool = True
    """False where the other kind of symptom stands out more: ratings can't tell the two apart."""
    stands_in_ratings: bool = False
    """Ratings are corroborated without any few of those who gave them, now or, of what is over, then;
    and contributors report this kind more than before (`opened.py`). False where the screen decides."""
    ratio_to_past: float = float("nan")
    """... how many times as often, both against what would be expected; to one decimal place. NaN where
    it would tell of fewer than five people, then or before."""
    again: tuple[Replication, ...] = ()
    """What asking again showed, by each series of probes that speaks of it; the last asked first."""
    replication: str = ""
    """What these decide (`replication.deciding`): `worse`, `no_difference` or ""."""
    acknowledged_by: str = ""
    """Address of the source in which the vendor confirms it; it makes no finding by itself."""

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values that JSON can hold; `again` only where anybody asked again."""
        values = asdict(self)
        if not self.again:
            del values["again"]
        return {name: _plain(value) for name, value in values.items()}


class Verdict(NamedTuple):
    """State, why, and what would move it: for a reader."""

    state: str
    reason: str
    outlook: str


def finding_state(evidence: Evidence, config: AnalysisConfig) -> Verdict:
    """Where an event stands on the ladder.

    Reports alone never lead beyond `reported`. Ratings lead to `corroborated` where reports lean the same
    way, whether or not these would have stood out alone. A vendor's word makes no finding: it confirms an
    event that stands. What stronger evidence says decides over weaker, but for one thing: whoever asks
    again may be served well while others are not, so what ratings show is not refuted by it.
    """
    stronger = _acknowledged(evidence, config) or _asked_again(evidence, config)
    if stronger is not None:
        return stronger
    if _is_opened_by_ratings(evidence, config):
        return _by_ratings(evidence, config)
    if not evidence.is_reported or evidence.instruments:
        return Verdict(INSUFFICIENT, _why_not(evidence, config), _to_reported(evidence, config))
    counts = _counts(evidence, config)
    rate = evidence.rate
    if evidence.is_over and not _goes_on_in_ratings(evidence):
        return Verdict(
            RESOLVED,
            f"It stood out and it ended: {counts} while it lasted. {_FEWER_AFTER}",
            _WHEN_OVER,
        )
    sturdy = _sturdy(evidence)
    if rate is not None and _do_ratings_agree(evidence, config):
        return Verdict(
            CORROBORATED,
            f"{counts}. {sturdy} Ratings of answers drawn at random agree: {shares_of(rate, config)}, more, "
            "since then, than the model, the subject and what they were before explain together.",
            _TO_REPLICATED,
        )
    return Verdict(
        REPORTED,
        f"{counts}. {sturdy} Reports nominate, they do not confirm"
        f"{unconfirmed(rate, config, is_asked_again=bool(evidence.again))}.",
        to_corroborated(rate, config) if evidence.is_rated_for_this_kind else _NOT_BY_RATINGS,
    )


def _is_opened_by_ratings(evidence: Evidence, config: AnalysisConfig) -> bool:
    """Whether ratings show it, and enough people reported this kind."""
    rate, floor = evidence.rate, config.contributors_min
    if rate is None or evidence.is_reported or not evidence.stands_in_ratings:
        return False
    return evidence.observed >= floor and (evidence.is_over or rate.n_raters >= floor)


def _by_ratings(evidence: Evidence, config: AnalysisConfig) -> Verdict:
    """The verdict on an event that ratings open."""
    rate, few = evidence.rate, config.rated_breakdown_min - 1
    if rate is None:
        raise ValueError("an event that ratings open has ratings")
    ratio = evidence.ratio_to_past
    more = f"{ratio:.1f} times as often as" if np.isfinite(ratio) else "more often than"
    lean = (
        f"Contributors reported it {more} before, against what else they report: alone this would be too "
        "little to say anything."
    )
    if evidence.is_over:
        return Verdict(
            RESOLVED,
            "Answers drawn at random were rated bad more often than the model, the subject and what they "
            f"were before explain together, also without the {few} contributors who called most of them bad, "
            f"and no longer are. {lean}",
            "It would stand out again, as an event of its own, if more answers were rated bad again.",
        )
    return Verdict(
        CORROBORATED,
        f"{rise_of(rate, config)} It stays without the "
        f"{few} contributors who called most of them bad. {lean}",
        _TO_REPLICATED,
    )


def _acknowledged(evidence: Evidence, config: AnalysisConfig) -> Verdict | None:
    """What the vendor's word makes of an event that stands; None without it, or where none does."""
    source = evidence.acknowledged_by
    if source and _is_opened_by_ratings(evidence, config):
        otherwise = _by_ratings(evidence, config)
        is_over, said, ended = evidence.is_over, otherwise.reason, otherwise.reason
        when_over = otherwise.outlook
    elif source and evidence.is_reported and not evidence.instruments:
        counts = _counts(evidence, config)
        is_over = evidence.is_over and not _goes_on_in_ratings(evidence)
        said, ended = f"{counts}. {_sturdy(evidence)}", f"{counts} while it lasted. {_FEWER_AFTER}"
        when_over = _WHEN_OVER
    else:
        return None
    if is_over and evidence.replication != WORSE:
        before = f"It stood out, the vendor confirmed it ({source}), and it ended"
        return Verdict(RESOLVED, f"{before}: {ended}", when_over)
    return Verdict(ACKNOWLEDGED, f"The vendor confirms it ({source}): {said}", _TO_RESOLVED)


def _do_ratings_agree(evidence: Evidence, config: AnalysisConfig) -> bool:
    rate = evidence.rate
    if rate is None or not rate.is_corroborated or not evidence.is_rated_for_this_kind:
        return False
    return rate.n_raters >= config.contributors_min


def _asked_again(evidence: Evidence, config: AnalysisConfig) -> Verdict | None:
    """What a replication makes of an event that enough people reported; None without one."""
    found = next((one for one in evidence.again if one.verdict == evidence.replication), None)
    if found is None or evidence.observed < config.contributors_min:
        return None
    if found.verdict == WORSE:
        reason = f"Asked again, under control, the answers are worse: {_newly_wrong(found)}."
        return Verdict(REPLICATED, reason, _TO_RESOLVED)
    is_said = evidence.is_reported and not evidence.instruments and not evidence.is_over
    if not is_said or _do_ratings_rise(evidence):
        return None
    reason = (
        f"Asked again, under control, no difference was found: {_newly_wrong(found)}. "
        f"That {100 * config.probe_difference:g} percentage points more of these are wrong is excluded, and "
        "no single account saw it."
    )
    return Verdict(REFUTED, reason, _TO_REPLICATED)


def _do_ratings_rise(evidence: Evidence) -> bool:
    """Whether ratings point the same way, corroborated or not: asking again does not refute them."""
    rate = evidence.rate
    if rate is None or not evidence.is_rated_for_this_kind:
        return False
    return rate.is_provisional or rate.is_corroborated


def _newly_wrong(found: Replication) -> str:
    return (
        f"{found.rate_now:.0%} of {found.n_items} answers that had been right are wrong now, at "
        f"{found.n_accounts} accounts; {found.rate_baseline:.0%} were when they were repeated before, and "
        f"{found.rate_controls:.0%} in other subjects are now"
    )


def _goes_on_in_ratings(evidence: Evidence) -> bool:
    """Whether the alarm of the ratings stands, and the last weeks are beyond chance above their past.

    Few ratings can leave an alarm standing for long after what raised it has gone.
    """
    rate = evidence.rate
    if rate is None or not rate.is_provisional or not evidence.is_rated_for_this_kind:
        return False
    return rate.share_low > rate.share_before


def contributors_needed(expected: float, config: AnalysisConfig) -> int:
    """Fewest contributors that pass the strict rule where so many are expected.

    >>> [contributors_needed(e, AnalysisConfig()) for e in (0.1, 1.0, 10.0, 100.0)]
    [5, 7, 23, 136]
    """
    low, high = config.contributors_min, config.contributors_min
    while not stands(float(high), expected, config):
        low, high = high, 2 * high
    counts = np.arange(low, high + 1, dtype=np.float64)
    return int(counts[np.argmax(stands(counts, expected, config))])


def quiet_reason(
    observed: int,
    expected: float,
    detectable_ratio: float,
    rate: RateResult | None,
    config: AnalysisConfig,
) -> str:
    """Why nothing is said about a cell, and how large an effect would have been noticed in it."""
    shown = _at_least(observed, config)
    weeks = f"the last {config.window_weeks} weeks"
    words = [f"{shown} contributors in {weeks} where {_figures(expected, 3)} would be expected."]
    if np.isfinite(detectable_ratio):
        words.append(
            f"Reports would have shown a rate {_figures(detectable_ratio, 2)} times the ordinary, with "
            f"{config.detectable_power:.0%} probability."
        )
    else:
        words.append("Too few reports to have shown any rate.")
    if rate is None or rate.n_raters < config.contributors_min:
        words.append("Too few ratings of answers drawn at random to say anything by them.")
    elif not rate.has_past:
        words.append(f"{rate.n_ratings} ratings, but {NO_PAST}.")
    elif np.isfinite(rate.detectable_share):
        words.append(
            f"{rate.n_ratings} ratings would have shown a share of bad answers of "
            f"{rate.detectable_share:.0%}."
        )
    else:
        words.append(f"{rate.n_ratings} ratings: too few to have shown any share of bad answers.")
    return " ".join(words)


def _figures(value: float, digits: int) -> str:
    """A number in so many digits, as it is stored, with one decimal at most."""
    rounded = float(f"{value:.{digits}g}")
    return f"{rounded:.1f}" if rounded < 10 ** (digits - 1) else f"{rounded:.0f}"


def _at_least(count: int, config: AnalysisConfig) -> str:
    """A count in words: those below the floor are never published."""
    floor = config.contributors_min
    return str(count) if count >= floor else f"fewer than {floor}"


def _counts(evidence: Evidence, config: AnalysisConfig) -> str:
    return (
        f"{_at_least(evidence.observed, config)} unverified contributors where "
        f"{_figures(evidence.expected, 3)} would be expected from how often this model and this subject are "
        "reported"
    )


def _sturdy(evidence: Evidence) -> str:
    return (
        "It stays when any one group that writes from the same template is left out, and it would still "
        f"stand out without any {evidence.breakdown_number - 1} of all its contributors."
    )


def _why_not(evidence: Evidence, config: AnalysisConfig) -> str:
    counts = _counts(evidence, config)
    if evidence.is_reported:
        return (
            f"{counts}, but not once {' and '.join(evidence.instruments)} are accounted for: the "
            "instrument has changed, so this does not show that the world has."
        )
    is_capped = evidence.uncapped > max(evidence.observed, config.contributors_min - 1)
    if is_capped and not evidence.passes_strict:
        return (
            f"{evidence.uncapped} unverified contributors, but near-copies of one text count once, "
            "and a group that writes from the same template counts for at most "
            f"{config.cohort_contributors_max} contributors or {config.cohort_share_max:.0%} of "
            f"the cell. That leaves {counts}: not enough."
        )
    for fails, words in (
        (evidence.observed < config.contributors_min,
         f": below the floor of {config.contributors_min} contributors."),
        (not evidence.passes_strict, ": chance alone would do this too often."),
        (not evidence.passes_without_cohort,
         ", but it rests on one group: without the largest group that writes from the same template "
         "it does not stand out."),
        (evidence.is_discovery and evidence.breakdown_number < config.breakdown_min,
         f", but without any {config.breakdown_min - 1} of them it would not stand out: too few people "
         "could make or undo it."),
    ):  # fmt: skip
        if fails:
            return counts + words
    return (
        f"{counts}: with so many subjects, models and weeks looked at, chance alone would do this "
        "somewhere."
    )


def _to_reported(evidence: Evidence, config: AnalysisConfig) -> str:
    if evidence.is_reported:
        return (
            "It would become reported if it stood out among reports of one and the same instrument."
        )
    needed = contributors_needed(evidence.expected, config) + config.breakdown_min - 1
    if evidence.observed >= needed and not evidence.passes_without_cohort:
        return "It would become reported if contributors of more than one group agreed."
    if evidence.observed >= needed:
        return "It would become reported with more independent contributors in one window."
    return (
        f"It would become reported with about {needed} independent contributors in one window, if "
        "the expected number stays as it is."
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        # Three digits: more would let others' small counts be solved for, and differ between processors.
        return float(f"{value:.3g}") if np.isfinite(value) else None
    return value
