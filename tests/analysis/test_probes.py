"""Line C: what the newly-wrong test accuses, what it does not, and what several accounts are worth."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.config import AnalysisConfig
from analysis.probes import Probes, any_account, newly_wrong, three_accounts
from analysis.records import DataError

DOMAINS = ("chemistry", "history", "law", "math", "physics")


def names(values) -> np.ndarray:
    return np.array([str(value) for value in values], dtype=object)


def asked(rng, *, rates_now: dict[str, float], per_domain=100, flips=0.08, domains=DOMAINS):
    """Items right by nature; each repeat is wrong by `flips`, now by the domain's rate if given."""
    domain = np.repeat(names(domains), per_domain)
    rate = np.array([rates_now.get(name, flips) for name in domain])
    return Probes(
        item=names(f"{i:05}" for i in range(len(domain))),
        domain=domain,
        stratum=names(np.arange(len(domain)) % 3),
        baseline_wrong=rng.random((len(domain), 4)) < flips,
        now_wrong=rng.random(len(domain)) < rate,
    )


def verdicts(probes: Probes) -> dict[str, str]:
    return {found.domain: found.verdict for found in newly_wrong(probes)}


def test_a_change_in_one_domain_is_that_domains():
    found = verdicts(asked(np.random.default_rng(1), rates_now={"law": 0.5}))
    assert found == {name: "domain" if name == "law" else "no_difference" for name in DOMAINS}


def test_a_change_everywhere_is_global():
    found = verdicts(asked(np.random.default_rng(2), rates_now=dict.fromkeys(DOMAINS, 0.5)))
    assert found == dict.fromkeys(DOMAINS, "global")


def test_a_change_everywhere_that_is_larger_in_one_domain_accuses_none():
    rates = dict.fromkeys(DOMAINS, 0.4) | {"law": 0.9}
    probes = asked(np.random.default_rng(3), rates_now=rates)
    law = next(found for found in newly_wrong(probes) if found.domain == "law")
    assert law.log_e > np.log(100)  # against its past and against the others
    assert law.verdict == "global"


def test_two_changed_domains_of_five_are_both_found():
    found = verdicts(asked(np.random.default_rng(4), rates_now={"law": 0.5, "math": 0.5}))
    assert [name for name in DOMAINS if found[name] == "domain"] == ["law", "math"]


def test_a_domain_with_more_flips_is_harder_not_changed():
    probes = asked(np.random.default_rng(5), rates_now={"law": 0.5})
    baseline = probes.baseline_wrong.copy()
    is_law = probes.domain == "law"
    baseline[is_law, 1:] = np.random.default_rng(6).random((is_law.sum(), 3)) < 0.5
    probes = Probes(probes.item, probes.domain, probes.stratum, baseline, probes.now_wrong)
    assert verdicts(probes)["law"] == "harder_domain"


def test_controls_are_of_the_same_stratum():
    # Hard items are wrong now in every domain, and law has four of five, the others one of two.
    rng = np.random.default_rng(7)
    probes = asked(rng, rates_now={})
    hard = np.where(probes.domain == "law", np.arange(500) % 5 > 0, np.arange(500) % 2 > 0)
    now = np.where(hard, rng.random(500) < 0.9, probes.now_wrong)
    matched = Probes(probes.item, probes.domain, names(hard), probes.baseline_wrong, now)
    alone = Probes(probes.item, probes.domain, names([""] * 500), probes.baseline_wrong, now)
    cross = [
        next(one.log_e_cross for one in newly_wrong(each) if one.domain == "law")
        for each in (matched, alone)
    ]
    assert cross[0] < np.log(2)
    assert cross[1] > np.log(20)


def test_rates_and_counts_by_hand():
    # Four items of law, one of them wrong at the first repeat; two of the other three wrong now.
    probes = Probes(
        item=names("abcdef"),
        domain=names(["law"] * 4 + ["math"] * 2),
        stratum=names(["x", "x", "x", "x", "x", "y"]),
        baseline_wrong=np.array(
            [[1, 1, 1, 1], [0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]],
            dtype=bool,
        ),
        now_wrong=np.array([1, 1, 1, 0, 1, 0], dtype=bool),
    )
    law, math = newly_wrong(probes, config=AnalysisConfig(probe_items_min=1))
    assert (law.n_items, law.rate_now, law.rate_baseline) == (3, 2 / 3, 3 / 9)
    assert (law.n_controls, law.rate_controls) == (1, 1.0)  # the item of stratum y is no control
    assert (math.n_items, math.rate_now, math.n_controls, math.rate_controls) == (2, 0.5, 3, 2 / 3)


def test_two_items_by_hand():
    # Both wrong now and never before, no controls. The first is no bet (.18 / .36 on both sides), the
    # second bets 1.18 / 1.36 against .18 / 3.36, pooled (1.18 / 1.36 + 3 (.18 / 3.36)) / 4.
    now, before = 1.18 / 1.36, 0.18 / 3.36
    pooled = (now + 3 * before) / 4
    probes = Probes(
        names("ab"), names(["law"] * 2), names("xx"), np.zeros((2, 4), bool), np.ones(2, bool)
    )
    (found,) = newly_wrong(probes)
    assert found.log_e_time == pytest.approx(
        np.log(now / pooled) + 3 * np.log((1 - before) / (1 - pooled))
    )
    assert found.log_e_cross == pytest.approx(0.0, abs=1e-12)
    assert found.verdict == "insufficient"


@pytest.mark.parametrize("rates", [(0.1, 0.6), (0.3, 0.3), (0.05, 0.9)])
def test_the_mean_of_the_time_e_value_is_at_most_1(rates):
    # Every outcome of two items of different difficulty, 3 repeats and now, with its probability;
    # given that the first repeat was right.
    mean = 0.0
    for outcome in product([False, True], repeat=8):
        wrong = np.array(outcome).reshape(2, 4)
        weight = np.prod(np.where(wrong, np.array(rates)[:, None], 1 - np.array(rates)[:, None]))
        baseline = np.column_stack([np.zeros(2, bool), wrong[:, :3]])
        probes = Probes(names("ab"), names(["law"] * 2), names("xx"), baseline, wrong[:, 3])
        mean += weight * np.exp(newly_wrong(probes)[0].log_e_time)
    assert 0.75 < mean <= 1 + 1e-12  # and it is no empty bet


def test_without_a_change_hardly_anything_is_accused():
    # By e-BH at 5 % the chance of any `domain` is at most .05 a world; then 21 or more of 100 have a
    # chance below 1e-7. Items differ in difficulty and pass through the first repeat by luck, too.
    rng = np.random.default_rng(8)
    accused = 0
    for _ in range(100):
        rate = rng.beta(0.5, 2.0, 250)
        wrong = rng.random((250, 5)) < rate[:, None]
        probes = Probes(
            names(range(250)), np.repeat(names(DOMAINS), 50), names([""] * 250), wrong[:, :4],
            wrong[:, 4],
        )  # fmt: skip
        accused += "domain" in verdicts(probes).values()
    assert accused <= 20


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_the_items_and_the_names_of_the_domains_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    probes = asked(rng, rates_now={"law": 0.4}, per_domain=30)
    order = rng.permutation(len(probes.item))
    new_name = dict(zip(DOMAINS, rng.permutation(names("abcde")), strict=True))
    other = Probes(
        probes.item[order],
        names(new_name[name] for name in probes.domain[order]),
        probes.stratum[order],
        probes.baseline_wrong[order],
        probes.now_wrong[order],
    )
    found = {one.domain: one for one in newly_wrong(other)}
    for one in newly_wrong(probes):
        same = found[new_name[one.domain]]
        assert (same.log_e_time, same.log_e_cross) == (one.log_e_time, one.log_e_cross)
        assert same.verdict == one.verdict


def test_too_few_items_say_nothing():
    probes = asked(np.random.default_rng(9), rates_now={"law": 1.0}, per_domain=15)
    assert set(verdicts(probes).values()) == {"insufficient"}


def test_probes_that_cannot_be_are_refused():
    good = asked(np.random.default_rng(10), rates_now={})
    with pytest.raises(DataError, match="twice"):
        Probes(names(["a"] * 500), good.domain, good.stratum, good.baseline_wrong, good.now_wrong)
    with pytest.raises(DataError, match="length"):
        Probes(good.item, good.domain[:-1], good.stratum, good.baseline_wrong, good.now_wrong)
    with pytest.raises(DataError, match="repeats"):
        Probes(good.item, good.domain, good.stratum, good.now_wrong, good.now_wrong)
    few = Probes(good.item, good.domain, good.stratum, good.baseline_wrong[:, :3], good.now_wrong)
    with pytest.raises(DataError, match="4 repeats"):
        newly_wrong(few)


def test_one_odd_account_is_seen_but_is_not_three():
    log_e = np.log([1000.0, 0.5, 0.5, 1.0])
    assert np.exp(any_account(log_e)) == pytest.approx(1002 / 4)
    assert np.exp(three_accounts(log_e)) == pytest.approx(0.5)


def test_three_accounts_on_average_at_most_1_where_two_are_served_something_else():
    # Ninety-eight accounts without any change (e-values 20 or 0, on average 1) and two with.
    rng = np.random.default_rng(11)
    found = []
    for _ in range(400):
        e = np.where(rng.random(100) < 0.05, 20.0, 1e-300)
        e[:2] = 1e6
        found.append((np.exp(three_accounts(np.log(e))), np.sort(e)[-3]))
    mean, third_largest = np.mean(found, axis=0)
    assert mean <= 1 + 5 * 4.4 / np.sqrt(98 * 400)  # sd of one e-value 4.36: failure below 1e-6
    assert third_largest > 19  # what the third largest alone would claim


def test_two_accounts_are_not_three():
    with pytest.raises(DataError):
        three_accounts(np.log([10.0, 10.0]))
