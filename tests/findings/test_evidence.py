"""What a finding was computed from, as it may be told."""

from __future__ import annotations

import pytest

from analysis.rate_words import coarse_share
from backend.findings.evidence import evidence_public
from backend.findings.models import Finding
from backend.findings.tallies import step_below

RATE = {
    "n_ratings": 212,
    "n_raters": 90,
    "n_raters_bad": 40,
    "n_raters_fine": 50,
    "fewest_model": 5,
}


@pytest.mark.parametrize("n", [10, 13, 19, 20, 36, 49, 50, 77, 99, 100, 104, 199, 450])
def test_the_share_of_what_it_is_compared_with_does_not_tell_of_how_many(n: int) -> None:
    """Of all ratings of the model those of its other cells are known: nearly the number itself."""

    def told(bad: int, of: int) -> tuple[int, float]:
        stored = {"n_model": of, "share_model": float(f"{bad / of:.3g}")}
        shown = evidence_public(Finding(evidence={"rate": RATE | stored}))["rate"]
        words = f"{coarse_share(bad / of, of):.0%}"  # of the reason: not finer
        assert words == f"{shown['share_model']:.0%}"
        return shown["n_model"], shown["share_model"]

    step = step_below(n)
    alike = {told(bad, step + 3) for bad in range(step + 4)}
    missing = alike - {told(bad, n) for bad in range(n + 1)}
    assert len(missing) <= 0.05 * len(alike)  # a few, because the evidence is rounded before
    assert len(alike) <= step + 1
