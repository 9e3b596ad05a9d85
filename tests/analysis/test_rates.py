"""Line B: what ratings of randomly drawn answers say about a model in a domain."""

from __future__ import annotations

from dataclasses import astuple, fields, replace
from datetime import date, timedelta

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.flag_rates import FlagArrays, flag_rates, rate_interval
from analysis.monitoring import watch
from analysis.rates import detectable_share, rate_results
from analysis.rating_counts import rating_counts
from analysis.records import DataError, ExposureArrays, SampledRatings
from analysis.synthetic_ratings import (
    RatingWorld,
    draw_counts,
    draw_tables,
    sampled_ratings,
    table_of,
)

CONFIG = AnalysisConfig()
LAST = date(2026, 11, 22)  # a Sunday
EPISODE = RatingWorld(n_days=280, n_vendors=4, n_domains=6, ratio=4.0, onset=210)


def strings(values) -> np.ndarray:
    return np.array(list(values), dtype=object)


def ratings_of(rows) -> SampledRatings:
    """Rows of (day, model, vendor, domain, is_bad, probability)."""
    day, model, vendor, domain, is_bad, probability = zip(*rows, strict=True)
    return SampledRatings(
        day=np.array(day, dtype="datetime64[D]"), model=strings(model), vendor=strings(vendor),
        domain=strings(domain), is_bad=np.array(is_bad, dtype=bool),
        probability=np.array(probability, dtype=float), contributor=np.arange(len(model)),
        provenance=strings(["rating"] * len(model)),
    )  # fmt: skip


def changed(ratings: SampledRatings, change) -> SampledRatings:
    """Every array of the record, changed alike."""
    return SampledRatings(*(change(getattr(ratings, part.name)) for part in fields(ratings)))


def joined(*parts: SampledRatings) -> SampledRatings:
    names = [part.name for part in fields(SampledRatings)]
    return SampledRatings(*(np.concatenate([getattr(p, n) for p in parts]) for n in names))


def results(ratings: SampledRatings, **settings):
    return rate_results(ratings, as_of=LAST, config=replace(CONFIG, **settings))


def same(found) -> list[tuple]:
    """Results as tuples in which NaN equals NaN."""
    return [
        tuple(
            "nan" if isinstance(part, float) and np.isnan(part) else part for part in astuple(one)
        )
        for one in found
    ]


def test_a_planted_episode_is_found_where_and_when_it_is():
    found = results(sampled_ratings(EPISODE, seed=4, last_day=LAST))
    assert [(r.model, r.domain) for r in found if r.is_provisional] == [("model-00", "domain-00")]
    assert [(r.model, r.domain) for r in found if r.is_corroborated] == [("model-00", "domain-00")]
    assert abs((found[0].since - date(2026, 9, 14)).days) <= 14  # 70 days before the end
    assert found[0].provenance == "simulated"
    assert found[0].ratings_more == 0
    assert all(r.since is None for r in found[1:])
    assert len(found) == 24


def test_a_confounder_begins_on_its_day_and_reaches_row_and_column():
    world = RatingWorld(n_days=4, domain_ratio=2.0, vendor_ratio=3.0, confounded_from=2)
    rate = world.rates()
    assert (rate[:2] == 0.1).all()
    assert rate[2:, 1, 0] == pytest.approx(0.2)
    assert rate[2:, 0, 1] == pytest.approx(0.3)
    odds = (0.2 / 0.8) * (0.3 / 0.7) / (0.1 / 0.9)  # both, in logits
    assert rate[2:, 0, 0] == pytest.approx(odds / (1 + odds))
    assert rate[2:, 1, 1] == pytest.approx(0.1)


def test_an_episode_that_ended_is_resolved():
    # 40 % against 10 % for 70 days, and then 105 days as everywhere else.
    world = replace(EPISODE, n_days=385, offset=280)
    found = results(sampled_ratings(world, seed=1, last_day=LAST))[0]
    assert not found.is_provisional
    assert not found.is_corroborated
    assert found.since is not None
    assert date(2026, 8, 9) < found.resolved <= LAST


def test_shares_are_weighted_and_their_interval_is_wilsons():
    # Two good ones drawn at 1/10 weigh 10 each, two bad ones drawn at 1/2 weigh 2 each: 4 / 24.
    # Effective number 24^2 / (2 * 100 + 2 * 4) = 576 / 208.
    day = "2026-11-20"
    rows = [(day, "m", "v", "d", bad, p) for bad, p in [(0, 0.1), (0, 0.1), (1, 0.5), (1, 0.5)]]
    rows += [(day, "n", "w", "d", 1, 0.5), (day, "n", "w", "d", 0, 0.1)]
    rows += [(day, "m", "v", "e", 1, 0.5)]
    found = results(ratings_of(rows))
    one = next(r for r in found if (r.model, r.domain) == ("m", "d"))
    assert (one.n_ratings, one.n_bad, one.n_domain, one.n_model) == (4, 2, 2, 1)
    assert one.share == pytest.approx(4 / 24)
    assert one.share_domain == pytest.approx(2 / 12)
    assert one.share_model == 1.0
    n, z2 = 576 / 208, 1.959963985**2
    k = n / 6
    centre, half = (k + z2 / 2) / (n + z2), np.sqrt(z2) * np.sqrt(k * (n - k) / n + z2 / 4)
    assert one.share_low == pytest.approx(centre - half / (n + z2))
    assert one.share_high == pytest.approx(centre + half / (n + z2))


def test_only_the_window_is_counted_and_nothing_later():
    days = ["2026-09-27", "2026-09-28", "2026-11-22", "2026-11-23"]  # the window has 56 days
    rows = [(day, m, v, d, 0, 1.0) for day in days for m, v in ("mv", "nw") for d in "de"]
    assert {r.n_ratings for r in results(ratings_of(rows))} == {2}


def test_unknown_models_and_domains_are_left_out():
    known = sampled_ratings(EPISODE, seed=2, last_day=LAST)
    unknown = [
        replace(known, **{name: strings([""] * len(known))})
        for name in ("model", "vendor", "domain")
    ]
    assert same(results(joined(known, *unknown))) == same(results(known))
    assert results(unknown[0]) == []


def test_the_order_of_the_ratings_does_not_matter():
    ratings = sampled_ratings(EPISODE, seed=3, last_day=LAST)
    order = np.random.default_rng(0).permutation(len(ratings))
    assert same(results(changed(ratings, lambda values: values[order]))) == same(results(ratings))


def test_other_names_change_only_names():
    ratings = sampled_ratings(EPISODE, seed=3, last_day=LAST)

    def renamed(names):
        return strings(f"{9 - int(name[-2:])}-{name}" for name in names)  # the order is reversed

    other = replace(
        ratings, model=renamed(ratings.model), vendor=renamed(ratings.vendor),
        domain=renamed(ratings.domain),
    )  # fmt: skip
    found = {(r.model[2:], r.domain[2:]): astuple(r)[4:] for r in results(other)}
    for result in results(ratings):
        wanted = astuple(result)[4:]
        for value, expected in zip(found[result.model, result.domain], wanted, strict=True):
            if isinstance(expected, float):
                assert value == pytest.approx(expected, nan_ok=True)
            else:
                assert value == expected


def test_an_unrelated_domain_changes_only_what_is_compared_with_it():
    ratings = sampled_ratings(EPISODE, seed=4, last_day=LAST)
    elsewhere = replace(
        changed(ratings, lambda values: values[ratings.vendor == "vendor-03"]),
        domain=strings(["elsewhere"] * int((ratings.vendor == "vendor-03").sum())),
    )
    before = {(r.model, r.domain): r for r in results(ratings)}
    found = {(r.model, r.domain): r for r in results(joined(ratings, elsewhere))}
    for cell, was in before.items():
        now = found[cell]
        assert now.share == was.share
        assert (now.n_domain, now.share_domain) == (was.n_domain, was.share_domain)
        if cell[0] != "model-03":
            assert (now.n_model, now.share_model) == (was.n_model, was.share_model)
            assert now.log_e_provisional == was.log_e_provisional
            assert now.since == was.since


def test_provenances_are_never_added():
    ratings = sampled_ratings(EPISODE, seed=5, last_day=LAST)
    real = replace(ratings, provenance=strings(["rating"] * len(ratings)))
    found = results(joined(ratings, real))
    assert [r.provenance for r in found] == ["rating"] * 24 + ["simulated"] * 24
    assert same(replace(r, provenance="simulated") for r in found[:24]) == same(found[24:])


def test_models_of_the_same_vendor_are_no_comparator():
    # The sister model is as bad as the target: had it been among the others, it would hide it.
    ratings = sampled_ratings(EPISODE, seed=6, last_day=LAST)
    own = changed(ratings, lambda values: values[ratings.vendor == "vendor-00"])
    sister = replace(own, model=strings(["sister"] * len(own)))
    alone, with_sister = results(ratings), results(joined(ratings, sister))
    assert with_sister[0].n_domain == alone[0].n_domain
    assert with_sister[0].log_e_provisional == alone[0].log_e_provisional


def test_answers_drawn_with_unequal_probabilities_are_compared_within_their_class():
    # Long chats are drawn at 1/10 and bad at 40 %, short ones at 1/50 and bad at 5 %, at every
    # vendor alike. From day 140 on the target has mostly long ones: 33 % against 12 % if counted
    # together, and before.
    rng = np.random.default_rng(7)
    parts = []
    for vendor in range(4):
        for domain in range(4):
            is_target = vendor == domain == 0
            for p, rate, n in [
                (0.1, 0.4, 5 if is_target else 1),
                (0.02, 0.05, 1 if is_target else 5),
            ]:
                ago = np.arange(280)
                many = np.where(ago < 140, n, 6 - n) if is_target else np.full(280, n)
                days = np.repeat(ago, rng.poisson(many))
                size = len(days)
                parts.append(
                    SampledRatings(
                        day=np.datetime64(LAST) - days, model=strings([f"m{vendor}"] * size),
                        vendor=strings([f"v{vendor}"] * size),
                        domain=strings([f"d{domain}"] * size), is_bad=rng.random(size) < rate,
                        probability=np.full(size, p), contributor=np.arange(size),
                        provenance=strings(["rating"] * size),
                    )
                )  # fmt: skip
    ratings = joined(*parts)
    one_class = replace(ratings, probability=np.full(len(ratings), 0.02))
    assert not any(r.is_provisional or r.log_e_interaction > 3 for r in results(ratings))
    assert results(one_class)[0].is_corroborated


def test_a_model_with_two_vendors_is_refused():
    rows = [("2026-11-20", "m", vendor, "d", 0, 1.0) for vendor in "vw"]
    with pytest.raises(DataError, match="two vendors"):
        results(ratings_of(rows))


def test_no_ratings_no_results():
    assert results(changed(sampled_ratings(EPISODE, seed=1, last_day=LAST), lambda v: v[:0])) == []


def test_what_a_window_would_have_shown_is_shown():
    # In worlds that are bad at the stated share for the last 56 days, about 4 in 5 give an alarm or
    # more, since the detector also adds up other starts. 200 binomial(.8) trials below 130: 1e-6.
    world = RatingWorld(n_days=224 + 56, ratings_per_day=6.0, n_domains=20, onset=224)
    bad, total = draw_tables(world, runs=30, seed=1)
    now = (bad[224:].sum(axis=(0, 1)), total[224:].sum(axis=(0, 1)))
    past = watch(bad, total, CONFIG).past[32]
    share = float(np.median(detectable_share(*now, CONFIG, log_null=past)))
    raised = replace(world, ratio=share / world.base)
    alarms = watch(*draw_tables(raised, runs=200, seed=2), CONFIG).is_raised[224:].any(axis=0).sum()
    assert alarms >= 130
    assert np.median(detectable_share(*now, CONFIG)) < share < 0.35
    unknown = np.full((30, 2), np.nan)
    assert np.isnan(detectable_share(*now, CONFIG, log_null=unknown)).all()


def test_nothing_is_detectable_without_ratings():
    zero = np.zeros((1, 2, 2), dtype=np.int64)
    assert np.isnan(detectable_share(zero, zero, CONFIG)).all()


def test_it_says_about_how_many_ratings_are_missing():
    world = replace(EPISODE, ratio=3.0, onset=255)
    early = [
        r
        for seed in range(6)
        for r in results(sampled_ratings(world, seed=seed, last_day=LAST))[:1]
    ]
    more = [r.ratings_more for r in early if not r.is_corroborated and r.ratings_more]
    assert len(more) >= 3
    assert 10 < np.median(more) < 400


@pytest.mark.parametrize("explained", ["domain_ratio", "vendor_ratio"])
def test_a_harder_domain_or_a_worse_vendor_is_no_alarm(explained):
    # About 3 of 200 worlds may give one (1 in 60 a year); that 15 of them do is below 1e-6.
    world = RatingWorld(n_days=280, n_vendors=4, n_domains=6, **{explained: 3.0})
    assert watch(*draw_tables(world, runs=200, seed=1), CONFIG).is_raised.any(axis=0).sum() < 15


def test_a_harder_domain_and_a_worse_vendor_are_not_corroborated():
    # Worse than both comparators, and always was: neither is said.
    world = RatingWorld(
        n_days=280, n_vendors=4, n_domains=6, domain_ratio=2.5, vendor_ratio=2.5, day_sd=0.3,
        rater_sd=0.8,
    )  # fmt: skip
    found = results(sampled_ratings(world, seed=8, last_day=LAST))
    assert found[0].share_low > max(found[0].share_domain, found[0].share_model)
    assert not any(r.is_provisional or r.is_corroborated for r in found)


def test_flags_per_answer_by_hand():
    # 100 flags, 1,000 answers, noise of standard deviation 100: r solves
    # (100 - 1000 r)^2 = z^2 (100 + 100^2 r^2).
    z2 = 1.959963985**2
    a, b, c = 1000.0**2 - z2 * 100.0**2, -2 * 1000.0 * 100.0, 100.0**2 - z2 * 100.0
    roots = sorted(np.roots([a, b, c]))
    assert rate_interval(100, 1000.0, 100.0**2) == pytest.approx(tuple(roots))
    assert rate_interval(5, 150.0, 100.0**2) == (0.0, np.inf)  # 150 +- 196: perhaps none at all
    assert rate_interval(5, -20.0, 1.0) == (0.0, np.inf)
    assert rate_interval(0, 100.0, 0.0) == pytest.approx((0.0, np.sqrt(z2) / 100))


MONDAYS = np.datetime64("2026-08-03") + 7 * np.arange(16)  # two windows of 8 weeks, to 22 November


def exposed(flags_before: int, flags_now: int, *, bad_before: float, bad_now: float):
    """One vendor and domain with 5,000 answers a week; 200 ratings in each window."""
    names = strings(["v"] * 16), strings(["d"] * 16)
    flags = FlagArrays(MONDAYS, *names, np.repeat([flags_before, flags_now], 8))
    exposures = ExposureArrays(MONDAYS, *names, np.full(16, 5000.0), np.full(16, 1e4))
    is_bad = np.concatenate([np.arange(200) < 200 * rate for rate in (bad_before, bad_now)])
    ratings = SampledRatings(
        day=np.repeat(MONDAYS[[3, 12]], 200), model=strings(["m"] * 400),
        vendor=strings(["v"] * 400), domain=strings(["d"] * 400), is_bad=is_bad,
        probability=np.full(400, 0.02), contributor=np.arange(400),
        provenance=strings(["rating"] * 400),
    )  # fmt: skip
    return flag_rates(flags, exposures, ratings, as_of=LAST, config=CONFIG)[0]


@pytest.mark.parametrize(
    ("now", "bad_now", "verdict"),
    [(5, 0.1, "unchanged"), (20, 0.1, "publicity"), (20, 0.4, "worse"), (0, 0.1, "insufficient")],
)
def test_more_flags_for_the_same_answers_are_publicity(now, bad_now, verdict):
    found = exposed(5, now, bad_before=0.1, bad_now=bad_now)
    assert found.verdict == verdict
    assert found.per_thousand == pytest.approx(now / 5)
    assert found.low <= found.per_thousand < found.high
    assert found.rho_before == pytest.approx(0.01)  # 40 flags for 4,000 bad answers


def test_flags_refuse_ratings_of_two_provenances():
    ratings = sampled_ratings(EPISODE, seed=1, last_day=LAST)
    real = replace(ratings, provenance=strings(["rating"] * len(ratings)))
    none = np.zeros(0)
    empty = strings([])
    flags = FlagArrays(none.astype("datetime64[D]"), empty, empty, none.astype(np.int64))
    exposures = ExposureArrays(none.astype("datetime64[D]"), empty, empty, none, none)
    with pytest.raises(DataError, match="never added"):
        flag_rates(flags, exposures, joined(ratings, real), as_of=LAST, config=CONFIG)


def test_the_fast_path_draws_the_same_worlds():
    # Means over 40 worlds of 100 days, by both ways: expected bad target ratings 300 x .3 x 40.
    world = RatingWorld(n_days=100, domain_ratio=2.0, ratio=1.5)
    bad, total = draw_tables(world, runs=40, seed=1)
    rng = np.random.default_rng(2)
    slow = [table_of(draw_counts(world, rng)[0]).sum(axis=0) for _ in range(40)]
    assert np.abs(bad.sum(axis=(0, 1)).mean(axis=0) / np.mean(slow, axis=0) - 1).max() < 0.15
    assert bad[..., 0, 0].sum() == pytest.approx(3600, rel=0.1)
    assert total[..., 1, 1].sum() == pytest.approx(40 * 100 * 3 * 55, rel=0.01)


def test_raters_rate_once_a_day_and_worlds_are_repeatable():
    world = RatingWorld(n_days=30, rater_sd=0.8, day_sd=0.3)
    first, again = (draw_counts(world, np.random.default_rng(3)) for _ in range(2))
    assert (first[0] == again[0]).all()
    assert (first[1] == again[1]).all()
    ratings = sampled_ratings(world, seed=3, last_day=LAST)
    assert len(ratings) == first[1].sum()
    assert ratings.is_bad.sum() == first[0].sum()
    assert ratings.day.max() == np.datetime64(LAST)


def test_the_table_of_one_cell_is_that_of_all() -> None:
    # Two models of one vendor: neither is a comparator of the other.
    rng = np.random.default_rng(4)
    rows = [
        (LAST - timedelta(days=int(day)), f"m{model}", f"v{model // 2}", f"d{domain}", bool(bad), p)
        for day, model, domain, bad, p in zip(
            rng.integers(0, 20, 400), rng.integers(0, 4, 400), rng.integers(0, 3, 400),
            rng.integers(0, 2, 400), rng.choice([0.02, 0.01], 400), strict=True,
        )
    ]  # fmt: skip
    (counts,) = rating_counts(ratings_of(rows), as_of=LAST, history_weeks=4)
    for cell in range(12):
        for one, all_cells in zip(counts.table(cell), counts.tables(), strict=True):
            assert np.array_equal(one, all_cells[:, :, cell : cell + 1])
