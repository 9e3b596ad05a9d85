"""What counts as the number of an answer, and what as a refusal."""

from __future__ import annotations

from fractions import Fraction

import pytest

from backend.probes.suite.grading import TOLERANCE, graded

RIGHT = Fraction(12345, 10)


@pytest.mark.parametrize("response", [
    "1234.5", " 1234.5\n", "1,234.5", "1\u202f234.5", "1 234.5 megabytes", "1234.50 MB.", "**1234.5**",
    "$1{,}234.5$", "\\boxed{1234.5}", "```\n1234.5\n```", "1.2345e3", "+1234.5", "1,234.5.",
    "First 2 x 600 = 1200, then 34.5 more: 1234.5", "It is about 1235", "1230", "Answer: 1,234.5 (MB)",
    "I'm sorry, my first answer was wrong. It is 1234.5.",
])  # fmt: skip
def test_the_last_number_counts_whatever_its_form(response: str) -> None:
    assert graded(response, RIGHT) == "right"


@pytest.mark.parametrize("response", [
    "1243.5", "-1234.5", "\u22121234.5", "1234.5 or 1240.9", "12,345", "1.234,5", "about twelve hundred", "",
    "   ", "1e999", "nan", "?", "v1234.5", "1234.5x",
])  # fmt: skip
def test_another_number_or_none_is_wrong(response: str) -> None:
    assert graded(response, RIGHT) == "wrong"


@pytest.mark.parametrize("response", [
    "I can't help with that.", "I can\u2019t assist with this request.", "I cannot answer this.",
    "Unable to provide an answer.", "I'm sorry, but I won't do that.", "I am not able to discuss this.",
])  # fmt: skip
def test_what_says_that_it_refuses_is_a_class_of_its_own(response: str) -> None:
    assert graded(response, RIGHT) == "refused"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [(1 + TOLERANCE, "right"), (1 - TOLERANCE, "right"), (1 + 2 * TOLERANCE, "wrong"),
     (1 - 2 * TOLERANCE, "wrong")],
)  # fmt: skip
def test_half_a_per_cent_off_is_right(answer: Fraction, outcome: str) -> None:
    assert graded(f"{float(200 * answer)}", Fraction(200)) == outcome
