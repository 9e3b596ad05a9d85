"""What ratings of answers drawn at random say about a cell, in words: for the reasons of the ladder."""

from __future__ import annotations

from analysis.config import AnalysisConfig
from analysis.results import RateResult

_STEPS = (1, 5, 10, 20, 50, 100)

NO_PAST = "there are no ratings from before to compare with"


def coarse_share(share: float, n: int) -> float:
    """A share that does not tell of how many ratings: any number from a step on has one in each part.

    >>> [round(coarse_share(5 / 17, n), 2) for n in (17, 34, 340)]
    [0.3, 0.3, 0.29]
    """
    parts = max(step for step in _STEPS if step <= max(n, 1))
    kept = float(f"{share:.3g}")  # as the evidence has it, so that both say the same
    return round(kept * parts) / parts


def shares_of(rate: RateResult, config: AnalysisConfig) -> str:
    """Shares of bad answers in words; none that would tell of fewer people than the floor.

    Where its own share is not told, neither is what it is compared with: another cell of the model or
    of the subject is compared with a rest that this one is part of, and could be subtracted.
    """
    floor = config.contributors_min
    before = ""
    if rate.fewest_before >= floor:
        before = f", {rate.share_before:.0%} of {rate.n_before} before"
    for people, called in ((rate.n_raters_bad, "bad"), (rate.n_raters_fine, "fine")):
        if people < floor:
            few = f"fewer than {floor} contributors called any of {rate.n_ratings} {called}"
            return f"{few}{before}"
    sides = [
        f"{coarse_share(share, n):.0%} {where}"
        for share, n, fewest, where in (
            (rate.share_domain, rate.n_domain, rate.fewest_domain,
             "at other vendors' models in this subject"),
            (rate.share_model, rate.n_model, rate.fewest_model, "at this model in other subjects"),
        )
        if fewest >= floor
    ]  # fmt: skip
    against = f", against {' and '.join(sides)}" if sides else ""
    interval = f"{rate.share_low:.0%} to {rate.share_high:.0%}"
    return f"{rate.share:.0%} of {rate.n_ratings} were bad ({interval}){before}{against}"


def rise_of(rate: RateResult, config: AnalysisConfig) -> str:
    """That more is rated bad, where the last weeks show it; else that it was, and no more.

    Few ratings leave evidence as it was for long after what raised it has gone. What is not told of the
    shares decides nothing, because the words would tell it.
    """
    explained = "the model, the subject and what they were before explain together"
    floor, shares = config.contributors_min, shares_of(rate, config)
    if rate.n_raters_bad < floor:
        is_up = False
    elif rate.n_raters_fine < floor:
        is_up = True
    else:
        is_up = rate.fewest_before >= floor and rate.share_low > rate.share_before
    if is_up:
        return f"More answers drawn at random are rated bad: {shares}, more, since then, than {explained}."
    return (
        f"Answers drawn at random were rated bad more often than {explained}; whether it goes on, the last "
        f"{config.window_weeks} weeks alone do not tell: {shares}."
    )


def unconfirmed(
    rate: RateResult | None, config: AnalysisConfig, *, is_asked_again: bool = False
) -> str:
    """Why ratings do not confirm what is reported: goes on after "they do not confirm"."""
    if rate is None or rate.n_raters < config.contributors_min:
        asked = "asking again did not decide it" if is_asked_again else "nobody has asked again"
        return f": too few answers drawn at random were rated, and {asked}"
    if rate.is_corroborated:
        return (
            f": more random answers are rated bad ({shares_of(rate, config)}), but the other kind of symptom "
            "stands out more here, and ratings can't tell the two apart"
        )
    if rate.is_provisional:
        return (
            f": ratings of random answers point the same way ({shares_of(rate, config)}), not yet beyond "
            "what a hard subject, a weak model and their past would explain together"
        )
    if not rate.has_past:
        return f": {NO_PAST} ({shares_of(rate, config)})"
    return f": ratings of random answers do not show it yet ({shares_of(rate, config)})"


def to_corroborated(rate: RateResult | None, config: AnalysisConfig) -> str:
    """What ratings would have to be for what is reported to be corroborated."""
    if rate is None or rate.n_raters < config.contributors_min:
        return (
            "It would become corroborated with ratings of random answers of this model in this subject, "
            "in its other subjects, and of other vendors' models; there are too few."
        )
    if not rate.has_past:
        return (
            "It would become corroborated if random answers were rated bad more often than they will "
            "have been: a past of some weeks must be seen first."
        )
    if rate.ratings_more is None:
        return (
            "It would become corroborated if random answers were rated bad more often than in the past; at "
            "the shares seen so far no number of ratings would do."
        )
    if rate.ratings_more == 0:
        return (
            "The ratings would be enough if both comparisons, with other vendors and with the model's "
            "other subjects, raised the alarm for this kind of symptom."
        )
    # A number would tell how few people called any bad, or any fine.
    few = min(rate.n_raters_bad, rate.n_raters_fine) < config.contributors_min
    more = "more" if few else f"about {rate.ratings_more} more"
    return f"It would become corroborated with {more} ratings, if their shares stay."
