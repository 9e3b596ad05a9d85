"""A model that becomes worse in nearly all domains: one incident, and no finding."""

from __future__ import annotations

from datetime import date

import numpy as np

from analysis.config import AnalysisConfig
from analysis.incidents import model_incidents
from analysis.rates import rate_results
from analysis.synthetic_evidence import ratings_of
from analysis.synthetic_ratings import RatingWorld, sampled_ratings

CONFIG = AnalysisConfig()
LAST = date(2026, 11, 22)  # a Sunday


def test_a_model_that_became_worse_everywhere_is_an_incident_and_no_finding():
    world = RatingWorld(n_days=280, n_vendors=4, n_domains=6, outage=(260, 280), outage_rate=0.35)
    ratings = sampled_ratings(world, seed=9, last_day=LAST)
    found = model_incidents(ratings, as_of=LAST, config=CONFIG)
    assert [r.is_incident for r in found] == [True, False, False, False]
    assert abs((found[0].since - date(2026, 11, 3)).days) <= 7
    assert (found[0].n_domains, found[0].n_domains_worse) == (6, 6)
    assert not any(r.is_corroborated for r in rate_results(ratings, as_of=LAST, config=CONFIG))


def test_one_bad_domain_or_a_model_that_was_always_bad_is_no_incident():
    for world in (
        RatingWorld(n_days=280, n_vendors=4, n_domains=4, ratio=8.0, onset=210),
        RatingWorld(n_days=280, n_vendors=4, n_domains=6, vendor_ratio=3.0, day_sd=0.3),
    ):
        ratings = sampled_ratings(world, seed=10, last_day=LAST)
        found = model_incidents(ratings, as_of=LAST, config=CONFIG)
        assert not any(r.is_incident for r in found)
        assert max(r.log_e for r in found) < np.log(CONFIG.rate_alarm)


def test_an_incident_that_is_over_began_before_it_ended():
    # Three weeks at .25 instead of .1, five weeks ago: after an end all looks like a new start.
    rate = np.full((280, 6, 8), 0.1)
    rate[210:231, 2, :] = 0.25
    rng = np.random.default_rng(3)
    total = rng.poisson(15, rate.shape)
    found = model_incidents(
        ratings_of(rng.binomial(total, rate), total, last_day=LAST), as_of=LAST, config=CONFIG
    )
    assert [r.model for r in found if r.is_incident] == ["model-02"]
    assert abs((found[2].since - date(2026, 9, 14)).days) <= 7
