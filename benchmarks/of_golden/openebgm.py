"""openEBGM 0.9.1 on FDA CAERS: expected counts, the fitted prior, scores."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import nbinom

from analysis.disproportionality import (
    margins,
    proportional_reporting_interval,
    proportional_reporting_ratio,
)
from analysis.ebgm import GammaMixture, fit_gamma_mixture
from analysis.records import Floats
from benchmarks.of_golden.comparison import EXACT, Comparison, rounding
from benchmarks.of_golden.tables import Pairs, count_pairs, rows

PRIOR = ("shape 1", "rate 1", "shape 2", "rate 2", "share")
OPTIMISER = 5e-5
"""How far apart two optimisers may stop: the publisher's own three differ by as much."""
BISECTION = 0.01
"""How far the publisher's bisection goes for quantiles."""
Points = tuple[Floats, Floats, Floats]


def compare_all(folder: Path, published: dict[str, Any], compare: Comparison) -> None:
    entries = ((row["id"], row["var1"], row["var2"]) for row in rows(folder / "caers.csv.gz"))
    pairs = count_pairs(entries)
    compare.number("reports", pairs.total, published["n_reports"], within=EXACT)
    compare.number("pairs", len(pairs.names), published["n_pairs"], within=EXACT)
    _first_rows(pairs, published["first_rows"], compare)
    _priors(pairs, published, compare)
    _scores(pairs, published, compare)
    _toy(published["stratified_toy"], compare)


def _first_rows(pairs: Pairs, published: list[list[Any]], compare: Comparison) -> None:
    _, prr, _ = proportional_reporting_interval(
        pairs.observed, pairs.product, pairs.elsewhere, pairs.total - pairs.product
    )
    for i, (product, event, n, expected, rr, ratio) in enumerate(published):
        name = f"row {i + 1}, {product} / {event}"
        compare.same(name, pairs.names[i], (product, event))
        compare.number(f"{name}, N", pairs.observed[i], n, within=EXACT)
        compare.number(f"{name}, E", pairs.expected[i], expected, within=rounding(10))
        ours = pairs.observed[i] / pairs.expected[i]
        compare.number(f"{name}, RR", ours, rr, within=rounding(2))
        if ratio is None:  # printed as infinite: nobody else reported the event
            compare.same(f"{name}, PRR is undefined", bool(np.isnan(prr[i])), True)
        else:
            compare.number(f"{name}, PRR", prr[i], ratio, within=rounding(2))


def _squashed(points: Points, count: int, *, bin_size: int, keep: int) -> Points:
    """Points of one count in bins of neighbouring expectations, but for the `keep` largest.

    DuMouchel, Pregibon (2001), Empirical Bayes screening for multi-item associations. Each bin has
    its mean expectation and weighs as much as it has points; the last bin may have fewer.
    """
    observed, expected, weight = points
    chosen = np.flatnonzero(observed == count)
    chosen = chosen[np.argsort(expected[chosen], kind="stable")]
    binned = chosen[: len(chosen) - keep]
    bins = np.split(binned, range(bin_size, len(binned), bin_size))
    others = np.setdiff1d(np.arange(len(observed)), binned)
    return (
        np.concatenate([observed[others], np.full(len(bins), float(count))]),
        np.concatenate([expected[others], [expected[b].mean() for b in bins]]),
        np.concatenate([weight[others], [weight[b].sum() for b in bins]]),
    )


def _priors(pairs: Pairs, published: dict[str, Any], compare: Comparison) -> None:
    """The prior from all pairs, from pairs squashed once, and from pairs squashed twice."""
    full = fit_gamma_mixture(pairs.observed, pairs.expected)
    _prior("prior of all pairs", full, published["theta_full_data_nlminb"], compare)
    squashed = published["theta_squashed_nlm"]
    points = (pairs.observed, pairs.expected, np.ones(len(pairs.names)))
    once = _squashed(points, 1, bin_size=50, keep=100)
    compare.number("squashed rows", len(once[0]), squashed["n_squashed_rows"], within=EXACT)
    fitted, loss = _weighted_fit(once)
    _prior("prior of squashed pairs", fitted, squashed["estimate"], compare)
    compare.number("its log-likelihood", loss, squashed["min_negloglik"], within=rounding(3))
    twice, _ = _weighted_fit(_squashed(once, 2, bin_size=10, keep=50))
    _prior("prior of pairs squashed twice", twice, published["theta_used_for_scores"], compare)


def _weighted_fit(points: Points) -> tuple[GammaMixture, float]:
    """A point that weighs k counts as k equal ones. With the negative log-likelihood, by scipy."""
    observed, expected, weight = points
    observed, expected = (np.repeat(x, weight.astype(np.int64)) for x in (observed, expected))
    prior = fit_gamma_mixture(observed, expected)
    density = np.zeros(len(observed))
    for share, shape, rate in (
        (prior.share, prior.shape_1, prior.rate_1),
        (1 - prior.share, prior.shape_2, prior.rate_2),
    ):
        count = nbinom(shape, rate / (rate + expected))
        density += share * count.pmf(observed) / count.sf(0)
    return prior, -float(np.log(density).sum())


def _prior(name: str, found: GammaMixture, published: list[float], compare: Comparison) -> None:
    ours = (found.shape_1, found.rate_1, found.shape_2, found.rate_2, found.share)
    compare.numbers(name, PRIOR, ours, tuple(published), within=OPTIMISER)


def _scores(pairs: Pairs, published: dict[str, Any], compare: Comparison) -> None:
    """What the published prior gives. The publisher rounds scores to two digits and then counts."""
    observed, expected = pairs.observed, pairs.expected
    prior = GammaMixture(*published["theta_used_for_scores"])
    low, high = (prior.quantile(observed, expected, q) for q in (0.05, 0.95))
    mean = prior.geometric_mean(observed, expected)
    signals = low.round(2) >= 2
    n_mean = int((mean.round(2) > 3).sum())
    compare.number(
        "pairs with EB05 >= 2", int(signals.sum()), published["n_QUANT05_ge_2"], within=EXACT
    )
    compare.number("pairs with EBGM > 3", n_mean, published["n_EBGM_gt_3"], within=EXACT)
    place = {name: i for i, name in enumerate(pairs.names)}
    top = published["top5_by_QUANT05(var1,var2,N,E,Q05,EBGM,Q95)"]
    highest = np.argsort(-low, kind="stable")[: len(top)]
    for rank, (product, event, n, e, *scores) in enumerate(top):
        i = place[product, event]
        name = f"rank {rank + 1} by EB05"
        compare.same(name, pairs.names[highest[rank]], (product, event))
        compare.number(f"{name}, N", observed[i], n, within=EXACT)
        compare.number(f"{name}, E", expected[i], e, within=rounding(8))
        ours = (low[i], mean[i], high[i])
        compare.numbers(name, ("EB05", "EBGM", "EB95"), ours, tuple(scores), within=BISECTION)
    found = Counter(pairs.names[i][0] for i in np.flatnonzero(signals))
    for product, n in published["signals_by_product"].items():
        compare.number(f"signals of {product}", found[product], n, within=EXACT)
    most = [n for _, n in found.most_common(len(published["signals_by_product"]))]
    compare.same("most signals", most, list(published["signals_by_product"].values()))
    _summary(mean.round(2), published["summary_EBGM(min,q1,median,mean,q3,max)"], compare)
    share = prior.posterior_share(observed, expected)
    for i, theirs in enumerate(published["Qn_head"]):
        compare.number(f"posterior share of row {i + 1}", share[i], theirs, within=rounding(7))


def _summary(mean: Floats, published: list[float], compare: Comparison) -> None:
    least, q1, median, q3, most = np.quantile(mean, [0, 0.25, 0.5, 0.75, 1])
    labels = ("minimum", "first quartile", "median", "mean", "third quartile", "maximum")
    ours = (least, q1, median, float(mean.mean()), q3, most)
    compare.numbers("EBGM", labels, ours, tuple(published), within=rounding(3))


def _toy(published: dict[str, Any], compare: Comparison) -> None:
    """17 reports of products A to C and events 1 and 2, without strata and by both of them."""
    reports = published["rows(product,event,strat1,strat2)"]
    strata = sorted({(sex, age) for _, _, sex, age in reports})
    table = np.zeros((len(strata), 3, 2))
    for product, event, sex, age in reports:
        table[strata.index((sex, age)), "ABC".index(product), "12".index(event)] += 1
    nothing = np.zeros((3, 2), dtype=np.bool_)
    whole = table.sum(axis=0)
    expected = margins(whole[None], nothing).expected
    within_strata = margins(table, nothing).expected
    prr = proportional_reporting_ratio(whole)
    for cell, (n, e, rr, ratio) in published["unstratified(N,E,RR,PRR)"].items():
        i = "ABC".index(cell[0]), "12".index(cell[1])
        compare.number(f"toy {cell}, N", whole[i], n, within=EXACT)
        compare.number(f"toy {cell}, E", expected[i], e, within=rounding(7))
        compare.number(f"toy {cell}, RR", whole[i] / expected[i], rr, within=rounding(2))
        compare.number(f"toy {cell}, PRR", prr[i], ratio, within=rounding(2))
    for cell, e in published["stratified E"].items():
        i = "ABC".index(cell[0]), "12".index(cell[1])
        compare.number(f"toy {cell}, stratified E", within_strata[i], e, within=rounding(7))
