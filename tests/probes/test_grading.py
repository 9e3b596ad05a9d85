"""What counts as the number of an answer, what as a refusal, and what nobody can read for sure."""

from __future__ import annotations

from fractions import Fraction

import pytest

from backend.probes.suite.grading import CHARS_MAX, TOLERANCE, graded

RIGHT = Fraction(12345, 10)
ANSWER = Fraction(5250)


@pytest.mark.parametrize("response", [
    "1234.5", " 1234.5\n", "1,234.5", "1\u202f234.5", "1 234.5 megabytes", "1234.50 MB.", "**1234.5**",
    "$1{,}234.5$", "\\boxed{1234.5}", "```\n1234.5\n```", "1.2345e3", "+1234.5", "1,234.5.", "1234.5x",
    "First 2 x 600 = 1200, then 1200 + 34.5 = 1234.5", "It is about 1235", "1230", "Answer: 1,234.5 (MB)",
    "I'm sorry, my first answer was wrong. It is 1234.5.",
])  # fmt: skip
def test_the_number_counts_whatever_its_form(response: str) -> None:
    assert graded(response, RIGHT) == "right"


@pytest.mark.parametrize("response", [
    "5250MB", "5250 MB", "5250µs", "US$5250", "$5250\\text{ MB}$", "\\boxed{5250\\text{ MB}}",
    "5250\\mathrm{~MB}", "```5250```", "```text\n5250\n```", "5.25 × 10^3", "5.25 x 10^3",
    "5.25 \\times 10^{3}", "$5.25 \\times 10^{3}$ MB", "5.25*10**3", "5.25e3", "5.25 × 10³", "5.25×10³ MB",
    "5250 (= 5.25 GB)", "5250 MB (10^6 bytes)", "5250 (rounded to 3 digits)", "5250 [1]", "5250[^1^]",
    "5250¹",
    "5250 per worker, over 8 workers", "**5250**\n\nLet me know if you want step 2.", "5'250", "5’250",
    "5250±5", "5250 ± 5 MB", "≈ 5250", "= 5,250.0", "5\\,250", "５２５０",
    "答案是5250", "Die Antwort lautet 5250.",
    "**Answer:** 5250 MB", "**Answer: 5250 MB**", "The answer is **5250** MB.", "Answer:\n\n5250",
    "- 5250", "> 5250", "~5250 MB", "approximately 5250", "5250.", "5 250,0 MB", "**5250** MB", "*5250*",
    "`5250 MB`",
    "48 / 4 = 12 layers.\n12 × 3500 = 42,000.\n42,000 / 8 = 5250 MB.", "That makes 5250",
    "5250 MB\n\nOption 2: 800 MB", "Per device: 5250 MB",
    "1. 64/4 = 16\n2. 100/2 = 50\n3. 16*50*4 = 3200, and 2050 more = 5250",
    "1. Divide 48 by 4: 12 layers.\n2. Multiply by 437.5.\n\n**5250 MB**", "\\[ 48 \\cdot 109.375 = 5250 \\]",
    "First 42 GB, then a share of 8.\n\n\\boxed{5250}\n\nThat is for 8 devices.", "5250 MB, not 7,000",
    "I can't run code here, but 2 × 2625 = 5250.", "I'm sorry for the delay.\n\n5250 MB",
    "I cannot show my work. The answer is 5250.", "[5250](https://a.example/2)", "5250 m/s^2",
    "5250 [Source](https://a.example/1)", "5250 [2](https://a.example/2)", "$5250~\\mathrm{kg\\,m/s^2}$",
    "I'm unable to check this, but the result is 5250.", "5250\n\nI can't share more about it.",
    "5250\n\nNote: 1 GB = 1000 MB", "{\"answer\": 5250}", "<answer>5250</answer>",
])  # fmt: skip
def test_a_change_of_style_is_not_wrong(response: str) -> None:
    assert graded(response, ANSWER) == "right"


@pytest.mark.parametrize(
    ("response", "answer"),
    [("27/4", "6.75"), ("6 3/4", "6.75"), ("\\frac{27}{4}", "6.75"), ("$6\\frac{3}{4}$", "6.75"), ("6¾",
    "6.75"),
     ("\\boxed{\\frac{27}{4}}", "6.75"), (".75", "0.75"), ("0,75", "0.75"), ("44,8576", "44.8576"),
     ("5.250", "5.25"), ("44.858", "44.8576"), ("1,234,567", "1234567"), ("1'234'567", "1234567")],
)  # fmt: skip
def test_fractions_and_points_are_read(response: str, answer: str) -> None:
    assert graded(response, Fraction(answer)) == "right"


@pytest.mark.parametrize("response", [
    "7,000 MB, not 5250", "-5250", "\u22125250", "52500", "1e999", "1e-99999999", "1e99999999", "9" * 9_000,
    "0." + "0" * 9_000 + "1", "Answer: 7000 (not 5250)", "**7000**\n\nIt is not 5250.", "5.25 GB", "525",
    "5250/2",
    "5250 × 10^3", "5.25 × 10^-3",
])  # fmt: skip
def test_another_number_is_wrong(response: str) -> None:
    assert graded(response, ANSWER) == "wrong"


@pytest.mark.parametrize("response", [
    "5250 or 7000", "7000 or 5250", "5250 to 5350", "5.250,0", "5.250", "about five thousand", "?", "nan",
    "v5250",
    "**5250**\n\n**7000**", "5250 MB\n5.25 GB", "\\boxed{5250} or \\boxed{7000}", "2 * 2625", "1,23,456",
    "16 layers per stage, so 5250 MB", "4 stages\n\nEach device holds 5250 MB in total.",
    "The **4** stages hold **5250 MB**.", "4 stages\n50 MB each\n\n5250 MB",
    "5250 MB = 5.25 GB", "5250 MB – that is 5.25 GB", "2 × 2625 = 5250 MB = 5.25 GB",
    "There are 8 workers. Each needs 5250 MB.",
    "5250 / 0",
    "First 2 x 2000 = 4000, then 1250 more: 5250", "5250 MB, or 2 × 2000 = 4000 MB", "1 2500/400",
    "5" * (CHARS_MAX + 1),
])  # fmt: skip
def test_what_cannot_be_read_for_sure_is_neither_right_nor_wrong(response: str) -> None:
    assert graded(response, ANSWER) == "unreadable"


@pytest.mark.parametrize("answer", [2500, 500, 2])
def test_numbers_are_not_glued_together(answer: int) -> None:
    assert graded("Round 2 500 MB", Fraction(answer)) == "unreadable"


@pytest.mark.parametrize("response", [
    "I can't help with that.", "I can\u2019t assist with this request.", "I cannot answer this.",
    "Unable to provide an answer.", "I'm sorry, but I won't do that.", "I am not able to discuss this.",
    "I can't help with designing a 128 by 64 systolic array.",
    "You've reached your limit. Try again at 5 PM.",
    "Error 429: too many requests", "Error 429: limit=5250 tokens", "5250 is not available", "Error 429",
    "429 Too Many Requests", "503 Service Unavailable",
    "This content is not available.", "", "  \n",
    "Dabei kann ich leider nicht helfen.", "Das kann ich nicht beantworten.",
    "Es tut mir leid, aber das geht nicht.",
    "Lo siento, no puedo ayudar con eso.", "No puedo responder a 5250.", "Je ne peux pas vous aider.",
    "Désolé, je ne peux pas répondre.", "抱歉,我无法回答这个问题。", "我不能提供128×64阵列的设计。",
    "申し訳ありませんが、お手伝いできません。", "その質問にはお答えできません。", "Sorry.",
    "I can't answer questions on 128 chips.\nTry again in 5250 seconds.",
])  # fmt: skip
def test_what_says_that_it_refuses_is_a_class_of_its_own(response: str) -> None:
    assert graded(response, ANSWER) == "refused"


@pytest.mark.parametrize("response", [
    "At capacity the buffer holds 5250 values.", "In high demand it needs 5250.",
])  # fmt: skip
def test_words_of_the_subject_refuse_nothing(response: str) -> None:
    assert graded(response, ANSWER) == "right"
    assert graded("We're currently at capacity due to high demand: 5250.", ANSWER) == "refused"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [(1 + TOLERANCE, "right"), (1 - TOLERANCE, "right"), (1 + 2 * TOLERANCE, "wrong"),
     (1 - 2 * TOLERANCE, "wrong")],
)  # fmt: skip
def test_half_a_per_cent_off_is_right(answer: Fraction, outcome: str) -> None:
    assert graded(f"{float(200 * answer)}", Fraction(200)) == outcome


@pytest.mark.parametrize("piece", [
    "\\text{", "\\frac{1}{", "1 ", "1(", "1,", "**", "= 1 ", "answer ", "1/", "1.", "(1) ", "kann ", "[",
    "` ", "is "
])  # fmt: skip
def test_no_text_takes_long(piece: str) -> None:
    """Patterns that go back over what they read would not be done before the run is given up."""
    assert graded(piece * (CHARS_MAX // len(piece)), ANSWER) in {"wrong", "refused", "unreadable"}
