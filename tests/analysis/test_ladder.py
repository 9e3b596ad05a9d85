"""States, their reasons and outlooks: no number of contributors below the floor is ever said."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from datetime import date

import pytest

from analysis.config import AnalysisConfig
from analysis.ladder import Evidence, contributors_needed, finding_state, quiet_reason
from analysis.probe_records import Replication
from analysis.replication import deciding
from analysis.results import RateResult

CONFIG = AnalysisConfig()


def evidence(**overrides) -> Evidence:
    fields = {
        "observed": 9, "uncapped": 9, "expected": 1.0, "is_reported": True, "passes_strict": True,
        "passes_without_cohort": True, "is_discovery": True, "breakdown_number": 8,
    }  # fmt: skip
    decides = deciding(overrides.get("again", ()), CONFIG)
    fields["replication"] = decides.verdict if decides else ""
    return Evidence(**fields | overrides)


RATE = RateResult(
    model="m", vendor="v", domain="d", provenance="rating", n_ratings=120, n_bad=36,
    share=0.3, share_low=0.22, share_high=0.39, n_domain=600, share_domain=0.1, n_model=1300,
    share_model=0.12, log_e_provisional=12.0, log_e_interaction=9.0, is_provisional=True,
    is_corroborated=False, since=None, resolved=None, ratings_more=60, detectable_share=0.2,
    n_before=500, share_before=0.11, has_past=True, n_raters=60, n_raters_bad=30, n_raters_fine=55,
    fewest_domain=50, fewest_model=90, fewest_before=40,
)  # fmt: skip
SOURCE = "https://vendor.example/notice"
AGAIN = Replication(
    series="suite", model="m", domain="d", provenance="probe", site="s", baseline_from=date(2026, 3, 2),
    baseline_to=date(2026, 4, 13), asked_from=date(2026, 6, 1), asked_to=date(2026, 6, 3), n_rounds=2,
    n_accounts=3, n_items=1128, n_missing=0, n_controls=2200, rate_now=0.402, rate_baseline=0.061,
    rate_controls=0.057, rate_controls_baseline=0.06, difference_high=0.38, difference_highest=0.36,
    log_e=40.0, verdict="worse",
)  # fmt: skip
SAME = replace(
    AGAIN, verdict="no_difference", rate_now=0.064, difference_high=0.03, difference_highest=0.02
)
CORROBORATED = replace(RATE, is_corroborated=True, ratings_more=0)
OPENED = {
    "is_reported": False, "passes_strict": False, "rate": CORROBORATED, "stands_in_ratings": True,
    "ratio_to_past": 1.4,
}  # fmt: skip


@pytest.mark.parametrize("uncapped", range(1, 5))
@pytest.mark.parametrize("observed", range(1, 5))
def test_no_count_below_the_floor_is_said(observed, uncapped) -> None:
    below = evidence(
        observed=observed, uncapped=max(observed, uncapped), is_reported=False, passes_strict=False
    )
    state, reason, outlook = finding_state(below, CONFIG)
    assert state == "insufficient"
    contributors = re.findall(r"(\S+) (?:unverified |independent )?contributors", reason)
    assert set(contributors) <= {"5", "2"}, "only the rule's own numbers"
    assert "fewer than 5" in reason
    # 7 where 1.0 is expected (the method's table), and 7 more without whom it must hold.
    assert "about 14 independent contributors" in outlook


@pytest.mark.parametrize(("uncapped", "is_said"), [(4, False), (5, True), (12, True)])
def test_a_capped_count_is_said_from_the_floor_on(uncapped, is_said) -> None:
    capped = evidence(observed=2, uncapped=uncapped, is_reported=False, passes_strict=False)
    assert (f"{uncapped} unverified contributors, but" in finding_state(capped, CONFIG).reason) is (
        is_said
    )


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"passes_strict": False}, "chance alone would do this too often"),
        ({"passes_without_cohort": False}, "it rests on one group"),
        ({"is_discovery": False}, "with so many subjects"),
        ({"breakdown_number": 7}, "without any 7 of them it would not stand out"),
    ],
)
def test_each_rule_that_fails_is_named(overrides, words) -> None:
    state, reason, _ = finding_state(evidence(is_reported=False, **overrides), CONFIG)
    assert state == "insufficient"
    assert words in reason
    assert reason.startswith("9 unverified contributors where 1.0 would be expected")


@pytest.mark.parametrize("rate", [RATE, CORROBORATED, replace(RATE, ratings_more=None)])
def test_ratings_that_count_for_the_other_kind_promise_nothing(rate) -> None:
    other = evidence(rate=rate, is_rated_for_this_kind=False)
    more = replace(other, rate=CORROBORATED)  # all the ratings that could be asked for
    assert finding_state(more, CONFIG).state == "reported"
    assert finding_state(other, CONFIG).outlook == (
        "Ratings can't corroborate it while the other kind of symptom stands out more here."
    )


@pytest.mark.parametrize(
    ("overrides", "state"),
    [
        ({}, "reported"),
        ({"rate": RATE}, "reported"),
        ({"rate": CORROBORATED}, "corroborated"),
        ({"rate": CORROBORATED, "is_rated_for_this_kind": False}, "reported"),
        ({"rate": CORROBORATED, "is_reported": False}, "insufficient"),
        ({"instruments": ("versions of the extension",)}, "insufficient"),
        ({"is_over": True}, "resolved"),
        ({"is_over": True, "rate": RATE}, "reported"),
        ({"is_over": True, "rate": replace(RATE, is_provisional=False)}, "resolved"),
        ({"is_over": True, "rate": replace(RATE, share_low=0.11, share_before=0.11)}, "resolved"),
        ({"is_over": True, "rate": replace(RATE, share_low=0.12, share_before=0.11)}, "reported"),
        (
            {"is_over": True, "rate": replace(RATE, share_low=0.12, share_before=math.nan)},
            "resolved",
        ),
        (OPENED, "corroborated"),
        (OPENED | {"is_over": True}, "resolved"),
        (OPENED | {"observed": 4}, "insufficient"),
        (OPENED | {"rate": replace(CORROBORATED, n_raters=4)}, "insufficient"),
        (OPENED | {"rate": replace(CORROBORATED, n_raters=4), "is_over": True}, "resolved"),
        (OPENED | {"rate": None}, "insufficient"),
        (OPENED | {"acknowledged_by": SOURCE}, "acknowledged"),
        (OPENED | {"acknowledged_by": SOURCE, "is_over": True}, "resolved"),
        ({"again": (SAME,)}, "refuted"),
        # Whoever asks again may be served well: what ratings show is not refuted by it.
        (OPENED | {"again": (SAME,)}, "corroborated"),
        ({"again": (SAME,), "rate": CORROBORATED}, "corroborated"),
        ({"again": (SAME,), "rate": CORROBORATED, "is_rated_for_this_kind": False}, "refuted"),
        ({"again": (SAME,), "rate": RATE}, "reported"),  # ratings point the same way
        ({"again": (SAME,), "rate": replace(RATE, is_provisional=False)}, "refuted"),
        ({"again": (SAME,), "is_reported": False}, "insufficient"),
        ({"again": (SAME,), "instruments": ("versions of the redaction",)}, "insufficient"),
        ({"again": (SAME,), "is_over": True}, "resolved"),
        ({"again": (SAME,), "acknowledged_by": SOURCE}, "acknowledged"),
        ({"again": (AGAIN,)}, "replicated"),
        ({"again": (AGAIN,), "is_reported": False}, "replicated"),
        ({"again": (AGAIN,), "is_reported": False, "observed": 5}, "replicated"),
        ({"again": (AGAIN,), "is_reported": False, "observed": 4}, "insufficient"),
        (OPENED | {"again": (AGAIN,)}, "replicated"),
        ({"again": (AGAIN,), "is_over": True}, "replicated"),
        ({"again": (AGAIN, SAME)}, "reported"),
        ({"again": (replace(AGAIN, verdict="global"),)}, "reported"),
        ({"again": (replace(SAME, verdict="insufficient"), SAME)}, "refuted"),
        ({"again": (replace(AGAIN, verdict="insufficient"), SAME)}, "reported"),
        ({"acknowledged_by": SOURCE}, "acknowledged"),
        ({"acknowledged_by": SOURCE, "rate": CORROBORATED}, "acknowledged"),
        ({"acknowledged_by": SOURCE, "is_reported": False}, "insufficient"),
        ({"acknowledged_by": SOURCE, "is_reported": False, "rate": CORROBORATED}, "insufficient"),
        (
            {"acknowledged_by": SOURCE, "instruments": ("versions of the redaction",)},
            "insufficient",
        ),
        ({"acknowledged_by": SOURCE, "is_over": True}, "resolved"),
        ({"acknowledged_by": SOURCE, "is_over": True, "is_reported": False}, "insufficient"),
        ({"acknowledged_by": SOURCE, "is_over": True, "rate": RATE}, "acknowledged"),
        ({"acknowledged_by": SOURCE, "again": (AGAIN,)}, "acknowledged"),
        ({"acknowledged_by": SOURCE, "again": (AGAIN,), "is_over": True}, "acknowledged"),
        ({"acknowledged_by": SOURCE, "again": (AGAIN,), "is_reported": False}, "replicated"),
        ({"acknowledged_by": SOURCE, "again": (SAME,), "is_over": True}, "resolved"),
    ],
)
def test_stronger_evidence_decides(overrides, state) -> None:
    assert finding_state(evidence(**overrides), CONFIG).state == state


def test_what_was_asked_again_is_said_with_its_numbers() -> None:
    assert finding_state(evidence(again=(AGAIN,)), CONFIG) == (
        "replicated",
        "Asked again, under control, the answers are worse: 40% of 1128 answers that had been right are "
        "wrong now, at 3 accounts; 6% were when they were repeated before, and 6% in other subjects are now.",
        "It would become resolved once its end has evidence of its own.",
    )
    assert finding_state(evidence(again=(SAME,)), CONFIG) == (
        "refuted",
        "Asked again, under control, no difference was found: 6% of 1128 answers that had been right are "
        "wrong now, at 3 accounts; 6% were when they were repeated before, and 6% in other subjects are now. "
        "That 5 percentage points more of these are wrong is excluded, and no single account saw it.",
        "It would become replicated if the same prompts, asked again under control, came out worse.",
    )


def test_nobody_has_asked_again_is_said_only_where_that_is_so() -> None:
    nobody = "and nobody has asked again"
    undecided = evidence(again=(replace(AGAIN, verdict="insufficient"),))
    assert nobody in finding_state(evidence(), CONFIG).reason
    reason = finding_state(undecided, CONFIG).reason
    assert nobody not in reason
    assert "asking again did not decide it" in reason


def test_evidence_names_what_was_asked_again_only_where_anything_was() -> None:
    bare = evidence().as_dict()
    assert "again" not in bare
    assert bare["replication"] == ""
    told = evidence(again=(AGAIN,)).as_dict()
    assert told["replication"] == "worse"
    assert told["again"][0]["asked_to"] == "2026-06-03"
    assert told["again"][0]["rate_now"] == 0.402


def test_a_finding_that_ratings_open_says_what_reports_and_raters_add() -> None:
    assert finding_state(evidence(**OPENED), CONFIG) == (
        "corroborated",
        "More answers drawn at random are rated bad: 30% of 120 were bad (22% to 39%), 11% of 500 before, "
        "against 10% at other vendors' models in this subject and 12% at this model in other subjects, more, "
        "since then, than the model, the subject and what they were before explain together. It stays "
        "without the 4 contributors who called most of them bad. Contributors reported it 1.4 times as often "
        "as before, against what else they report: alone this would be too little to say anything.",
        "It would become replicated if the same prompts, asked again under control, came out worse.",
    )


@pytest.mark.parametrize(
    ("changes", "is_up"),
    [
        ({"share_before": 0.2}, True),
        ({"share_before": 0.22}, False),  # no higher than the lower bound of the last weeks
        ({"n_raters_bad": 4}, False),
        ({"n_raters_bad": 4, "share_before": 0.3}, False),  # what is not told decides nothing
        ({"n_raters_fine": 4}, True),
        ({"n_raters_fine": 4, "share_before": 0.3}, True),
        ({"fewest_before": 4}, False),
        ({"fewest_before": 4, "share_before": 0.3}, False),
    ],
)
def test_ratings_are_said_to_be_up_only_where_the_last_weeks_show_it(changes, is_up) -> None:
    rate = replace(CORROBORATED, **changes)
    reason = finding_state(evidence(**OPENED | {"rate": rate}), CONFIG).reason
    assert reason.startswith("More answers drawn at random are rated bad: ") is is_up
    rose = "; whether it goes on, the last 8 weeks alone do not tell: "
    assert (rose in reason) is not is_up
    assert ". It stays without the 4 contributors who called most of them bad. " in reason


def test_an_acknowledged_finding_names_its_source_and_what_stands_behind_it() -> None:
    assert finding_state(evidence(acknowledged_by=SOURCE), CONFIG) == (
        "acknowledged",
        "The vendor confirms it (https://vendor.example/notice): 9 unverified contributors where 1.0 would "
        "be expected from how often this model and this subject are reported. It stays when any one group "
        "that writes from the same template is left out, and it would still stand out without any 7 of all "
        "its contributors.",
        "It would become resolved once its end has evidence of its own.",
    )


def test_one_that_is_over_says_that_it_had_been_confirmed() -> None:
    assert finding_state(evidence(acknowledged_by=SOURCE, is_over=True), CONFIG) == (
        "resolved",
        "It stood out, the vendor confirmed it (https://vendor.example/notice), and it ended: 9 unverified "
        "contributors where 1.0 would be expected from how often this model and this subject are reported "
        "while it lasted. After the end fewer reports came than if even half of the excess had gone on.",
        "It would stand out again, as an event of its own, if reports rose again.",
    )


def test_the_outlook_says_how_many_ratings_are_missing() -> None:
    outlook = finding_state(evidence(rate=RATE), CONFIG).outlook
    assert (
        outlook == "It would become corroborated with about 60 more ratings, if their shares stay."
    )


@pytest.mark.parametrize(("side", "word"), [("n_raters_bad", "bad"), ("n_raters_fine", "fine")])
def test_a_share_of_few_is_not_said_nor_what_it_is_compared_with(side: str, word: str) -> None:
    reason = finding_state(evidence(rate=replace(CORROBORATED, **{side: 4})), CONFIG).reason
    few = (
        f"agree: fewer than 5 contributors called any of 120 {word}, 11% of 500 before, more, since"
    )
    assert few in reason
    assert "against" not in reason


@pytest.mark.parametrize("side", ["n_raters_bad", "n_raters_fine"])
def test_how_many_ratings_are_missing_is_not_said_where_it_would_tell_of_few(side: str) -> None:
    said = {
        n: finding_state(evidence(rate=replace(RATE, **{side: n})), CONFIG).outlook for n in (4, 5)
    }
    assert said == {
        4: "It would become corroborated with more ratings, if their shares stay.",
        5: "It would become corroborated with about 60 more ratings, if their shares stay.",
    }


def test_the_reason_of_a_corroborated_finding_gives_the_shares_and_their_interval() -> None:
    reason = finding_state(evidence(rate=CORROBORATED), CONFIG).reason
    assert "30% of 120 were bad (22% to 39%), 11% of 500 before, against 10% at other" in reason


@pytest.mark.parametrize(
    ("expected", "needed"),
    [(0.1, 5), (0.5, 6), (1, 7), (2, 10), (5, 15), (10, 23), (20, 37), (50, 76), (100, 136)],
)
def test_contributors_needed_are_those_of_the_method(expected, needed) -> None:
    # design table of the strict rule: the smallest count whose .0005 bound lies above 0
    assert contributors_needed(expected, CONFIG) == needed


def test_an_excess_too_small_to_matter_needs_more() -> None:
    # 10,000 expected: the strict bound is passed by 10,338, a ratio of 1.034; 1.25 asks for more.
    assert contributors_needed(10_000.0, CONFIG) == math.ceil(1.25 * 10_000.5 - 0.5)


def test_a_quiet_cell_says_what_would_have_been_noticed() -> None:
    assert quiet_reason(3, 4.2, 2.96, RATE, CONFIG) == (
        "fewer than 5 contributors in the last 8 weeks where 4.2 would be expected. Reports would "
        "have shown a rate 3.0 times the ordinary, with 80% probability. 120 ratings would have "
        "shown a share of bad answers of 20%."
    )
    assert "Too few reports" in quiet_reason(0, 0.0, math.inf, None, CONFIG)


def test_evidence_is_plain_json() -> None:
    plain = evidence(rate=replace(RATE, detectable_share=math.nan)).as_dict()
    assert plain["rate"]["detectable_share"] is None
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain


def test_without_a_past_it_says_so_and_promises_nothing() -> None:
    new = replace(
        RATE, is_provisional=False, has_past=False, n_before=3, fewest_before=1, ratings_more=None
    )
    state, reason, outlook = finding_state(evidence(rate=new), CONFIG)
    assert state == "reported"
    assert "there are no ratings from before to compare with" in reason
    assert "of 3 before" not in reason  # fewer than five
    assert "a past of some weeks must be seen first" in outlook
    quiet = quiet_reason(3, 1.0, 4.0, new, CONFIG)
    assert "120 ratings, but there are no ratings from before to compare with." in quiet
    assert "would have shown a share" not in quiet


# --- few people


@pytest.mark.parametrize(("n_raters", "state"), [(4, "reported"), (5, "corroborated")])
def test_many_ratings_of_four_people_corroborate_nothing(n_raters, state) -> None:
    few = replace(CORROBORATED, n_raters=n_raters, n_raters_bad=n_raters, n_raters_fine=n_raters)
    found = finding_state(evidence(rate=few), CONFIG)
    assert found.state == state
    assert ("120" in found.reason) is (n_raters == 5)
    assert ("120" in quiet_reason(3, 4.2, 2.96, few, CONFIG)) is (n_raters == 5)


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ({"n_raters_bad": 4}, "fewer than 5 contributors called any of 120 bad, 11% of 500 before"),
        (
            {"n_raters_fine": 4},
            "fewer than 5 contributors called any of 120 fine, 11% of 500 before",
        ),
        ({"n_raters_bad": 5, "n_raters_fine": 5}, "30% of 120 were bad (22% to 39%), 11% of 500"),
        ({"fewest_before": 4}, "30% of 120 were bad (22% to 39%), against 10% at other vendors'"),
        ({"fewest_domain": 4}, "11% of 500 before, against 12% at this model in other subjects"),
        ({"fewest_model": 4}, "before, against 10% at other vendors' models in this subject, more"),
    ],
)
def test_a_share_that_would_tell_of_few_people_is_not_said(people, said) -> None:
    reason = finding_state(evidence(rate=replace(CORROBORATED, **people)), CONFIG).reason
    assert said in reason
