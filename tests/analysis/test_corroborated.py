"""What ratings corroborate without few people, on SIMULATED ones: who is left out, what that leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analysis import rated, rates
from analysis.config import AnalysisConfig
from analysis.monitoring import watch
from analysis.rated import Episode, firm, rated_worse
from analysis.rates import rate_results
from analysis.rating_counts import RatingCounts, rating_counts
from analysis.records import SampledRatings
from analysis.synthetic_evidence import ratings_of
from analysis.synthetic_ratings import RatingWorld, sampled_ratings

CONFIG = AnalysisConfig()
LAST = date(2026, 11, 22)  # a Sunday
WEEKS, ONSET, END = 40, 20, 25
CELL = ("model-00", "domain-00")


def world(rate: float = 1.0, *, until: int = WEEKS, base: float = 0.3) -> SampledRatings:
    """Five a day of each of 4 x 6 cells, and the first so many times as bad from week 20 to a week."""
    rng = np.random.default_rng(2)
    share = np.full((7 * WEEKS, 4, 6), base)
    share[7 * ONSET : 7 * until, 0, 0] *= rate
    total = rng.poisson(5.0, share.shape)
    return ratings_of(rng.binomial(total, share), total, last_day=LAST)


def day_of(week: int) -> np.datetime64:
    return np.datetime64(LAST) - (7 * (WEEKS - week) - 1)


def in_cell(ratings: SampledRatings) -> np.ndarray:
    return (ratings.model == CELL[0]) & (ratings.domain == CELL[1])


def said_bad_by(ratings: SampledRatings, n_people: int) -> SampledRatings:
    """All bad ratings of the cell while it lasts are by so few, and as many since by four others."""
    mine = in_cell(ratings) & ratings.is_bad
    while_it_lasts = (ratings.day >= day_of(ONSET)) & (ratings.day < day_of(END))
    contributor = ratings.contributor.copy()
    for chosen, first, n in (
        (mine & while_it_lasts, 10**6, n_people),
        (mine & (ratings.day >= day_of(END)), 10**7, 4),
    ):
        contributor[chosen] = first + np.arange(chosen.sum()) % n
    return replace(ratings, contributor=contributor)


def stands(ratings: SampledRatings) -> list[tuple[str, str, bool]]:
    found = rate_results(ratings, as_of=LAST, config=CONFIG)
    worse = rated_worse(ratings, found, as_of=LAST, config=CONFIG)
    return [(one.rate.model, one.rate.domain, one.is_over) for one in worse]


@pytest.mark.parametrize(("n_people", "is_said"), [(4, False), (40, True)])
def test_what_is_over_stands_without_those_who_rated_while_it_lasted(n_people, is_said):
    # Those who called most of the cell bad are others, long after it was over.
    ratings = said_bad_by(world(3.0, until=END), n_people)
    mine = ratings.where(in_cell(ratings) & ratings.is_bad)
    people, n = np.unique(mine.contributor, return_counts=True)
    assert people[np.argsort(n)][-4:].min() >= (10**7 if n_people == 40 else 10**6)
    assert stands(ratings) == ([(*CELL, True)] if is_said else [])


def counts_of(rows: list[tuple[int, int, bool]]) -> RatingCounts:
    """Ratings of (day, person, is_bad) of the first cell since its rise, in an even past of two by two."""
    past = [
        (day, 10**6 + 40 * day + n, model, domain, n % 5 == 0)
        for day in range(140) for model in "mn" for domain in "de" for n in range(10)
    ]  # fmt: skip
    # On the tenth day all of the rest is bad and nothing else: a bad one of the cell tells most then.
    others = [
        (140 + day, 10**7 + 40 * day + n, model, domain,
         (model + domain == "ne") if day == 10 else n % 5 == 0)
        for day in range(28) for model, domain in ("me", "nd", "ne") for n in range(10)
    ]  # fmt: skip
    mine = [(140 + day, person, "m", "d", is_bad) for day, person, is_bad in rows]
    day, person, model, domain, is_bad = zip(*past, *others, *mine, strict=True)
    ratings = SampledRatings(
        day=np.datetime64(LAST) - 167 + np.array(day),
        model=np.array(model, dtype=object),
        vendor=np.array([f"vendor of {name}" for name in model], dtype=object),
        domain=np.array(domain, dtype=object),
        is_bad=np.array(is_bad, dtype=np.bool_),
        probability=np.full(len(day), 0.02),
        contributor=np.array(person),
        provenance=np.array(["rating"] * len(day), dtype=object),
    )
    (counts,) = rating_counts(ratings, as_of=LAST, history_weeks=30)
    return counts


def episode_of(rows: list[tuple[int, int, bool]], *, until: int = 27) -> Episode:
    counts = counts_of(rows)
    first = counts.n_days - 28
    return Episode(counts, 0, first, first + until, until < 27)


FIRST, MOST, ADDS, LATEST, FINE = range(5)
ROWS = [
    *((day, FIRST, day == 0) for day in (0, *range(11, 20))),
    *((day, MOST, day > 7) for day in range(4, 10)),
    (10, ADDS, True),
    *((day, FINE, False) for day in range(28)),
    (20, LATEST, True),
]


def people_left_out(episode: Episode) -> list[set[int]]:
    """By what they said: every group as the days of its ratings since the rise."""
    groups = episode.groups(replace(CONFIG, rated_breakdown_min=2))
    return [{day - episode.since for _, day, _ in group} for group in groups]


def test_left_out_are_those_who_add_most_said_most_and_came_first_and_last():
    assert people_left_out(episode_of(ROWS)) == [{10}, {*range(4, 10)}, {0, *range(11, 20)}, {20}]


def test_nobody_from_after_the_end_is_left_out():
    assert people_left_out(episode_of(ROWS, until=19)) == [
        {10},
        {*range(4, 10)},
        {0, *range(11, 20)},
    ]


def test_one_group_is_tried_once():
    assert people_left_out(episode_of([(10, 1, True), (11, 2, False)])) == [{10}]


def test_no_other_person_would_take_more_of_the_evidence():
    rng = np.random.default_rng(7)
    rows = [
        (int(day), n, bool(rng.random() < 0.75)) for n, day in enumerate(rng.integers(28, size=90))
    ]
    config = replace(CONFIG, rated_breakdown_min=2)
    for until in (27, 24):  # goes on; over
        episode = episode_of(rows, until=until)
        told = [
            episode_of([row for row in rows if row[1] != person], until=until)
            for person, (day, _, is_bad) in enumerate(rows) if is_bad and day <= until
        ]  # fmt: skip
        everyone = replace(CONFIG, rated_breakdown_min=1)
        least = min(one.left(everyone) for one in told)
        assert episode.left(config) == pytest.approx(least, abs=0.05)
        assert episode.left(config) < episode.left(everyone)


def test_what_would_not_be_provisional_without_few_people_does_not_stand(monkeypatch):
    episode = episode_of([(day, 40 * day + n, True) for day in range(28) for n in range(4)])
    assert episode.left(CONFIG) > 20
    unseen = watch(*episode.counts.table(0), replace(CONFIG, rate_alarm=1e300))
    monkeypatch.setattr(rated, "watch", lambda *_: unseen)
    assert episode.left(CONFIG) == -np.inf
    assert replace(episode, is_over=True).left(CONFIG) > 10


def test_an_episode_needs_less_the_more_of_them_stand():
    # Of 24 cells one alone needs 480, two need 240 each.
    class Told(Episode):
        def left(self, config: AnalysisConfig) -> float:
            return float(np.log(self.since))

    (counts,) = rating_counts(world(), as_of=LAST, history_weeks=CONFIG.rate_history_weeks)

    def found(*values: int, over: tuple[int, ...] = ()) -> list[bool]:
        told = [Told(counts, 0, value, 0, False) for value in values]
        told += [Told(counts, 0, value, 0, True) for value in over]
        return firm(told, CONFIG).tolist()

    assert found() == []
    assert [found(value) for value in (479, 481)] == [[False], [True]]
    assert found(241, 481) == [True, True]
    assert found(239, 481) == [False, True]
    assert found(481, over=(241, 481)) == [True, False, True]
    assert found(241, over=(481,)) == [False, True]


@pytest.mark.parametrize(("more", "is_found"), [(-0.1, False), (0.1, True)])
def test_what_is_not_provisional_makes_nothing_easier(monkeypatch, more, is_found):
    class Told(rates.InteractionEvidence):
        def __init__(self, bad, total, config) -> None:
            super().__init__(bad, total, config)
            self.log_e[:] = 50.0
            self.log_e[0] = np.log(24 / config.false_discovery_rate) + more

    monkeypatch.setattr(rates, "InteractionEvidence", Told)
    episode = RatingWorld(n_days=280, n_vendors=4, n_domains=6, ratio=4.0, onset=210)
    found = rate_results(sampled_ratings(episode, seed=4, last_day=LAST), as_of=LAST, config=CONFIG)
    assert [rate.is_provisional for rate in found] == [True] + [False] * 23
    assert [rate.is_corroborated for rate in found] == [is_found] + [False] * 23
