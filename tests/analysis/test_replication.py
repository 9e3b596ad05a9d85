"""Line C on several accounts: what is worse, what is no different, and what too little was asked to say."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.config import AnalysisConfig
from analysis.probe_records import ProbeArrays
from analysis.probe_shares import AccountShares
from analysis.replication import replications, rise_high

CONFIG = AnalysisConfig()
FIRST = date(2026, 3, 2)
DOMAINS = ("history", "law", "math")


def names(values) -> np.ndarray:
    return np.array([str(value) for value in values], dtype=object)


def asked(
    wrong_now: dict[tuple[int, str], float] | None = None,
    *,
    n_accounts: int = 3,
    per_domain: int = 100,
    rounds_again: int = 2,
    flips: float = 0.06,
    seed: int = 1,
    domains: tuple[str, ...] = DOMAINS,
) -> ProbeArrays:
    """Accounts that are asked four times before and then again, each item in every round.

    Answers are wrong by `flips`; in the last two rounds by the rate of (account, domain) where one is given.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for account in range(1, n_accounts + 1):
        for number in range(4 + rounds_again):
            for domain in domains:
                rate = flips
                if number >= 2 + rounds_again:
                    rate = (wrong_now or {}).get((account, domain), flips)
                wrong = rng.random(per_domain) < rate
                rows += [(account, number, domain, i, bool(wrong[i])) for i in range(per_domain)]
    account, number, domain, item, wrong = zip(*rows, strict=True)
    n = len(rows)
    return ProbeArrays(
        series=names(["suite"] * n),
        model=names(["model-a"] * n),
        account=names(account),
        item=names(f"{d}-{i}" for d, i in zip(domain, item, strict=True)),
        domain=names(domain),
        stratum=names(i % 3 for i in item),
        round=np.array(number),
        is_baseline=np.array(number) < 4,
        day=np.array([FIRST + timedelta(days=14 * k) for k in number], dtype="datetime64[D]"),
        is_wrong=np.array(wrong),
        is_refused=np.zeros(n, dtype=bool),
        provenance=names(["probe"] * n),
        site=names(["site"] * n),
    )


def where(probes: ProbeArrays, chosen) -> ProbeArrays:
    return ProbeArrays(**{f.name: getattr(probes, f.name)[chosen] for f in fields(probes)})


def verdicts(probes: ProbeArrays) -> dict[str, str]:
    return {one.domain: one.verdict for one in replications(probes, config=CONFIG)}


LAW = {(account, "law"): 0.4 for account in (1, 2, 3)}


def test_a_domain_that_three_accounts_find_worse_is_worse():
    found = replications(asked(LAW, per_domain=400), config=CONFIG)
    assert {one.domain: one.verdict for one in found} == {
        "history": "no_difference", "law": "worse", "math": "no_difference",
    }  # fmt: skip
    (law,) = [one for one in found if one.domain == "law"]
    assert (law.series, law.model, law.provenance) == ("suite", "model-a", "probe")
    assert (law.baseline_from, law.baseline_to) == (FIRST, FIRST + timedelta(days=42))
    assert (law.asked_from, law.asked_to) == tuple(FIRST + timedelta(days=n) for n in (56, 70))
    assert (law.n_rounds, law.n_accounts, law.n_missing) == (2, 3, 0)
    # 1,200 items, right at first in 94 of 100; .4 planted now, .06 before and elsewhere.
    assert law.n_items == pytest.approx(1128, abs=30)
    assert law.rate_now == pytest.approx(0.4, abs=0.045)
    assert law.rate_baseline == pytest.approx(0.06, abs=0.015)
    assert law.rate_controls == pytest.approx(0.06, abs=0.02)


@pytest.mark.parametrize("worse", [(1,), (1, 2)])
def test_one_odd_account_or_two_decide_nothing(worse):
    odd = {(account, "law"): 0.9 for account in worse}
    assert verdicts(asked(odd, n_accounts=5))["law"] == "insufficient"


@pytest.mark.parametrize(("n_accounts", "verdict"), [(2, "insufficient"), (3, "worse")])
def test_three_accounts_are_needed(n_accounts, verdict):
    assert verdicts(asked(LAW, n_accounts=n_accounts, per_domain=300))["law"] == verdict


def test_of_two_accounts_nothing_is_told():
    found = replications(asked(n_accounts=2, per_domain=1000), config=CONFIG)
    assert {one.verdict for one in found} == {"insufficient"}
    assert {(one.n_accounts, one.n_items, one.n_controls, one.log_e) for one in found} == {
        (2, 0, 0, 0)
    }
    for one in found:
        told = (
            one.rate_now,
            one.rate_baseline,
            one.rate_controls,
            one.difference_high,
            one.difference_highest,
        )
        assert np.isnan(told).all()


def test_a_change_everywhere_accuses_no_domain():
    everywhere = {(account, domain): 0.4 for account in (1, 2, 3) for domain in DOMAINS}
    assert set(verdicts(asked(everywhere)).values()) == {"global"}


@pytest.mark.parametrize(
    ("now", "before", "n", "published"),
    [(9, 3, 10, 0.8090), (6, 2, 7, 0.8062), (0, 0, 10, 0.2775), (10, 0, 10, 1.0)],
)
def test_the_bound_of_a_rise_is_newcombes(now, before, n, published):
    """Newcombe (1998), Stat. Med. 17, 873-890, table II, method 10: upper ends of 95 % intervals."""
    high = rise_high(now / n, before / n, n, confidence=0.95)
    assert high == pytest.approx(published, abs=5e-5)


@pytest.mark.parametrize(("per_domain", "verdict"), [(350, "insufficient"), (370, "no_difference")])
def test_no_difference_needs_enough_questions(per_domain, verdict):
    """A fourth of what was right at first is wrong each time: no rise at all, of 840 and of 888 answers.

    In the second round the bound is a one-sided 1 - .05 / 6.
    """
    probes = asked(per_domain=per_domain)
    item = np.array([int(name.rpartition("-")[2]) for name in probes.item])
    turn = item * 7 + probes.account.astype(int) * 3 + np.minimum(probes.round, 4)
    found = replications(replace(probes, is_wrong=turn % 5 == 0), config=CONFIG)
    assert {one.rate_now for one in found} == {one.rate_baseline for one in found} == {0.25}
    n_answers = 12 * per_domain // 5
    assert {one.n_items for one in found} == {n_answers}
    bound = rise_high(0.25, 0.25, n_answers, confidence=1 - 0.1 / 6)
    assert [one.difference_high for one in found] == pytest.approx([bound] * 3)
    assert {one.verdict for one in found} == {verdict}


def test_accounts_that_answer_alike_tell_it_once():
    """Twenty-five questions at ten accounts are no 250: nothing is excluded by them."""
    one = asked(n_accounts=1, per_domain=25, flips=0.0)
    tens = [replace(one, account=names([n] * len(one))) for n in range(10)]
    probes = ProbeArrays(
        **{f.name: np.concatenate([getattr(p, f.name) for p in tens]) for f in fields(one)}
    )
    found = replications(probes, config=CONFIG)
    assert {(one.n_accounts, one.n_items) for one in found} == {(10, 250)}
    assert {one.difference_high for one in found} == {rise_high(0, 0, 25, confidence=1 - 0.1 / 6)}
    assert {one.verdict for one in found} == {"insufficient"}


def test_what_is_refused_now_is_not_cleared():
    """Three in five are refused: whether they would have been wrong nobody knows."""
    probes = asked(per_domain=1000)
    lately = (probes.domain == "law") & (probes.round >= 4)
    refused = lately & (np.arange(len(probes)) % 5 < 3)
    found = {
        one.domain: one for one in replications(replace(probes, is_refused=refused), config=CONFIG)
    }
    assert found["math"].verdict == "no_difference"
    assert found["law"].verdict == "insufficient"
    assert found["law"].n_missing == pytest.approx(0.6 * 0.94 * 3000, rel=0.03)
    assert found["law"].rate_now == pytest.approx(0.06, abs=0.02)
    unasked = where(probes, ~refused)
    assert {one.domain: one.verdict for one in replications(unasked, config=CONFIG)} == {
        "history": "no_difference", "law": "insufficient", "math": "no_difference",
    }  # fmt: skip


SIX = ("a", "b", "c", "d", "e", "f")


def test_accounts_that_are_wrong_about_the_same_items_tell_it_once():
    """A fifth of forty items is wrong at all three accounts, or each time at another one."""
    items = np.array([f"i{n}" for n in range(40)] * 3, dtype=object)
    number, account = np.tile(np.arange(40), 3), np.repeat(np.arange(3), 40)
    none = np.zeros(3, dtype=np.int64)

    def shares(wrong) -> AccountShares:
        return AccountShares(items, wrong.astype(float), none, 0, 1, 0, 0.0, 0.0)

    assert shares(number % 5 == 0).n_effective == 40
    assert shares((number + account) % 5 == 0).n_effective == 120
    # A fifth of the items at two accounts of three, half of what both extremes have in between.
    between = shares((number % 5 == 0) & (account < 2)).n_effective
    rate = 16 / 120
    assert between == pytest.approx(
        rate * (1 - rate) * 120**2 / (8 * (2 - 3 * rate) ** 2 + 32 * (3 * rate) ** 2) * 39 / 40
    )


@pytest.mark.parametrize(("refuses", "share"), [((1, 2, 3, 4, 5), 0.04), ((2,), 0.1)])
def test_a_few_refusals_may_forbid_no_difference(refuses, share):
    """Four points more at each account are not excluded; ten at one of five are a rise that it saw."""
    probes = asked(per_domain=1000, n_accounts=5, flips=0.0 if len(refuses) == 5 else 0.06)
    number = np.array([int(name.rpartition("-")[2]) for name in probes.item])
    lately = (probes.domain == "law") & (probes.round >= 4) & (number >= 1000 * (1 - share))
    refused = lately & np.isin(probes.account, [str(n) for n in refuses])
    found = {
        one.domain: one for one in replications(replace(probes, is_refused=refused), config=CONFIG)
    }
    assert (found["law"].verdict, found["math"].verdict) == ("insufficient", "no_difference")
    seen = [found["law"].difference_high < 0.05, found["law"].difference_highest < 0.05]
    assert seen == ([False, True] if len(refuses) == 5 else [True, False])


def test_where_everything_got_worse_alike_the_hard_subject_is_not_accused():
    """Three times as often wrong everywhere: 10 to 30 % in one subject, 1 to 3 % in the five others.

    In those it goes unnoticed, and 20 points are more than 2.
    """
    now = {(n, name): 0.3 if name == "a" else 0.03 for n in (1, 2, 3) for name in SIX}
    for seed in range(6):
        shape = {"per_domain": 150, "domains": SIX}
        hard = asked(now, flips=0.1, seed=seed, **shape)
        easy = asked(now, flips=0.01, seed=seed + 50, **shape)
        wrong = np.where(hard.domain == "a", hard.is_wrong, easy.is_wrong)
        assert verdicts(replace(hard, is_wrong=wrong))["a"] not in {"worse", "once"}


def test_what_its_controls_rose_by_does_not_count():
    """A subject rose by 9 points, and by 5 the only one that controls it."""
    now = {(n, name): rate for n in (1, 2, 3) for name, rate in {"a": 0.1, "b": 0.06}.items()}
    probes = asked(now, flips=0.01, per_domain=2_500, domains=SIX)
    pair = np.isin(probes.domain, ["a", "b"])
    probes = replace(probes, stratum=np.where(pair, "these", "those").astype(object))
    for least, verdict in ((0.05, "insufficient"), (0.03, "worse")):
        found = replications(probes, config=replace(CONFIG, probe_difference=least))
        assert {one.domain: one.verdict for one in found}["a"] == verdict


@pytest.mark.parametrize(("odd", "verdict"), [(5, "once"), (4, "once")])
def test_one_bad_day_is_not_enough(odd, verdict):
    """Only the last round is bad, or only the one before, after which the last finds no difference."""
    probes, well = asked(LAW, per_domain=600), asked(per_domain=600)
    mixed = replace(probes, is_wrong=np.where(probes.round == odd, probes.is_wrong, well.is_wrong))
    assert verdicts(mixed)["law"] == verdict


def test_the_first_round_alone_decides_nothing():
    probes = asked(LAW, per_domain=600)
    assert verdicts(where(probes, probes.round < 5)) == dict.fromkeys(DOMAINS, "once")


def test_a_rate_that_the_baseline_had_on_one_of_its_days_is_not_worse():
    probes = asked(LAW, per_domain=300)
    bad_day = asked(dict.fromkeys(LAW, 0.4), per_domain=300, seed=9)
    lately = bad_day.is_wrong[(bad_day.round == 4) & (bad_day.domain == "law")]
    wrong = probes.is_wrong.copy()
    wrong[(probes.round == 2) & (probes.domain == "law")] = lately
    assert verdicts(replace(probes, is_wrong=wrong))["law"] == "insufficient"


def test_without_controls_nothing_is_said():
    law = asked(per_domain=1000)
    alone = where(law, law.domain == "law")
    assert verdicts(alone) == {"law": "insufficient"}
    apart = replace(law, stratum=law.domain)
    assert set(verdicts(apart).values()) == {"insufficient"}


def test_few_items_of_an_account_may_forbid_no_difference():
    """Three accounts saw nothing; of a fourth, which was asked 19 questions, all are wrong now."""
    probes = asked(per_domain=1000, n_accounts=4)
    number = np.array([int(name.rpartition("-")[2]) for name in probes.item])
    few = where(probes, (probes.account != "4") | (number < 19))
    wrong = few.is_wrong | ((few.account == "4") & (few.round >= 4) & (few.domain == "law"))
    found = {one.domain: one for one in replications(replace(few, is_wrong=wrong), config=CONFIG)}
    assert (found["law"].n_accounts, found["law"].verdict) == (3, "insufficient")
    assert found["law"].difference_highest > 0.7


def test_one_account_that_saw_a_rise_forbids_no_difference():
    """Over all five it is 3 points, and 5 are excluded; the one saw 15."""
    one = {(2, "law"): 0.21}
    found = replications(asked(one, n_accounts=5, per_domain=2000), config=CONFIG)
    (law,) = [each for each in found if each.domain == "law"]
    assert law.difference_high < 0.05
    assert law.difference_highest == pytest.approx(0.15, abs=0.03)
    assert law.verdict == "insufficient"


def test_a_rise_that_does_not_matter_is_not_worse():
    slight = {(account, "law"): 0.055 for account in (1, 2, 3)}
    probes = asked(slight, per_domain=4000, flips=0.01)
    (law,) = [one for one in replications(probes, config=CONFIG) if one.domain == "law"]
    assert law.log_e > np.log(60)  # beyond chance: 3 domains, level .05
    assert law.rate_now - law.rate_baseline == pytest.approx(0.045, abs=0.004)
    assert law.verdict == "insufficient"
    (law,) = [
        one for one in replications(probes, config=replace(CONFIG, probe_difference=0.03))
        if one.domain == "law"
    ]  # fmt: skip
    assert law.verdict == "worse"


def test_each_look_costs_its_share():
    """The evidence of the n-th round is divided by n (n + 1): by 2 first, by 20 the fourth time."""
    late = asked(LAW, rounds_again=4)
    early = where(late, (late.round < 4) | (late.round == 7))
    early = replace(early, round=np.minimum(early.round, 4))
    (first,) = [one for one in replications(early, config=CONFIG) if one.domain == "law"]
    (fourth,) = [one for one in replications(late, config=CONFIG) if one.domain == "law"]
    assert (first.n_rounds, fourth.n_rounds) == (1, 4)
    assert first.log_e - fourth.log_e == pytest.approx(np.log(20 / 2))


def test_what_was_refused_or_not_asked_in_the_baseline_is_left_out():
    probes = asked(LAW)
    missing = (probes.item == "law-7") & (probes.round == 2)
    refused = (probes.item == "law-8") & (probes.round == 1)
    fewer = where(probes, (probes.item != "law-7") & (probes.item != "law-8"))
    left = replace(where(probes, ~missing), is_refused=refused[~missing])
    assert replications(left, config=CONFIG) == replications(fewer, config=CONFIG)


def test_a_baseline_of_three_repeats_says_nothing():
    probes = asked(LAW)
    assert set(verdicts(where(probes, probes.round != 1)).values()) == {"insufficient"}


def test_an_account_that_left_out_a_round_of_the_baseline_is_none():
    probes = asked(LAW)
    left_out = (probes.account == "3") & (probes.round == 2)
    (law,) = [
        one for one in replications(where(probes, ~left_out), config=CONFIG) if one.domain == "law"
    ]
    assert (law.n_accounts, law.verdict) == (2, "insufficient")


def test_a_series_that_was_not_asked_again_says_nothing():
    probes = asked(LAW)
    assert replications(where(probes, probes.is_baseline), config=CONFIG) == []
    assert replications(ProbeArrays.none(), config=CONFIG) == []


def test_without_a_baseline_it_says_nothing():
    probes = asked(LAW)
    assert set(verdicts(where(probes, ~probes.is_baseline)).values()) == {"insufficient"}


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(60)))
def test_neither_the_order_of_the_rows_nor_other_series_change_anything(order):
    probes = asked(LAW, per_domain=30)
    expected = replications(probes, config=CONFIG)
    shuffled = where(probes, np.argsort(np.resize(order, len(probes)), kind="stable"))
    assert replications(shuffled, config=CONFIG) == expected
    other = replace(probes, series=names(["another"] * len(probes)), is_wrong=~probes.is_wrong)
    both = ProbeArrays(
        **{f.name: np.concatenate([getattr(p, f.name) for p in (probes, other)])
           for f in fields(probes)}
    )  # fmt: skip
    assert [one for one in replications(both, config=CONFIG) if one.series == "suite"] == expected


def test_where_nothing_changed_worse_is_never_said_in_a_hundred_series_of_five_looks():
    found = []
    for seed in range(20):
        probes = asked(per_domain=40, rounds_again=5, seed=seed)
        for last in range(4, 9):
            found += verdicts(where(probes, probes.round <= last)).values()
    assert len(found) == 300
    assert "worse" not in found
