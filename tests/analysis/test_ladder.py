"""States and their reasons: no number of contributors below the floor is ever said."""

from __future__ import annotations

import re

import pytest

from analysis.config import AnalysisConfig
from analysis.ladder import CellEvidence, finding_state

CONFIG = AnalysisConfig()


def evidence(**overrides) -> CellEvidence:
    fields = {
        "observed": 9, "uncapped": 9, "expected": 1.0, "is_reported": True, "passes_strict": True,
        "passes_without_cohort": True, "is_discovery": True, "breakdown_number": 3,
    }  # fmt: skip
    return CellEvidence(**fields | overrides)


@pytest.mark.parametrize("uncapped", range(1, 5))
@pytest.mark.parametrize("observed", range(1, 5))
def test_no_count_below_the_floor_is_said(observed, uncapped) -> None:
    below = evidence(
        observed=observed, uncapped=max(observed, uncapped), is_reported=False, passes_strict=False
    )
    state, reason = finding_state(below, CONFIG)
    assert state == "insufficient"
    contributors = re.findall(r"(\S+) (?:unverified )?contributors", reason)
    assert set(contributors) <= {"5", "2"}, "only the rule's own numbers"
    assert "fewer than 5" in reason


@pytest.mark.parametrize(("uncapped", "is_said"), [(4, False), (5, True), (12, True)])
def test_a_capped_count_is_said_from_the_floor_on(uncapped, is_said) -> None:
    capped = evidence(observed=2, uncapped=uncapped, is_reported=False, passes_strict=False)
    _, reason = finding_state(capped, CONFIG)
    assert (f"{uncapped} unverified contributors, but" in reason) is is_said


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"passes_strict": False}, "chance alone would do this too often"),
        ({"passes_without_cohort": False}, "it rests on one group"),
        ({"is_discovery": False}, "with so many subjects"),
    ],
)
def test_each_rule_that_fails_is_named(overrides, words) -> None:
    state, reason = finding_state(evidence(is_reported=False, **overrides), CONFIG)
    assert state == "insufficient"
    assert words in reason
    assert reason.startswith("9 unverified contributors where 1.0 would be expected")
