"""What the server's redaction removes, leaves and remembers. The vectors are the extension's too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from backend.reports.redaction import REDACTION_VERSION, redact, residual_risk

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "tests/contract/redaction_vectors.json").read_text(encoding="utf-8"))
RULES = json.loads((ROOT / "backend/reports/redaction/rules.json").read_text(encoding="utf-8"))
UNBOUNDED = regex.compile(r"(?<!\\)(?:\\\\)*(?:[*+]|\{[0-9]+,\})")

# What makes a careless pattern take quadratic time or worse, each repeated to a full field.
ADVERSARIAL = [
    "a", "A", "1", "@", "a@", "a.", "1-", "1 ", "-", ":", "a:", "`", "`a`", "```\n", "Ann ",
    "Ann Bell ", "\n", "+1 ", "(", "[", "[A_1]", "eyJa.", "sk-", "password: ", "://a:", "1.1.",
    "-----BEGIN PRIVATE KEY-----", "Mr. A", "My name is ", "in A", "10 A", "10 Ab ", "\u200b",
    "?token=", "Regards,\n", "Ab Cd ", "phone ", "phone1", "# a", "x(", "x = 1{", "%40", "a%40b.", "\u0661",
    "4111 1111 1111 1111 ", "ssn ", "card 1", "{ ",
]  # fmt: skip
FIELD_MAX_CHARS = 60_000


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vector(vector) -> None:
    result = redact(*vector["texts"])
    assert list(result.texts) == vector["expected"]
    assert result.removed == vector["removed"]
    if "marked" in vector:
        cut = [
            text[span.start : span.end]
            for text, spans in zip(vector["texts"], result.marked, strict=True)
            for span in spans
        ]
        assert cut == vector["marked"]


def test_every_rule_that_removes_is_hit_by_a_vector() -> None:
    assert len(VECTORS) >= 100
    hit = {
        span.rule_id
        for vector in VECTORS
        for spans in redact(*vector["texts"]).spans
        for span in spans
    }
    assert {rule["id"] for rule in RULES["rules"] if rule["tier"] == 1} - hit == set()


def test_what_is_removed_is_not_risky_any_more() -> None:
    risky = {v["name"]: residual_risk(*v["expected"]) for v in VECTORS if v["removed"]}
    assert {name: codes for name, codes in risky.items() if codes} == {}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("my number is (0", ["says_contact"]),
        ("x@y.zz is not an address; ab@cd.ef is", ["address_like"]),
        ("begin PRIVATE KEY", ["private_key"]),
        ("try qW3eR4tY5uI6oP7aS8dF9gH0", ["key_like"]),
        ("dial 123 456 789", ["number_like"]),
        ("it is 604185372 there", ["number_like"]),
        ("it is 60418537 there", []),
        ("it is ٦٠٤١٨٥٣٧٢ there", ["number_like"]),
        ("account 60-41-85 12345678", ["number_like"]),
        ("`604185372` and 604185372 + 1 = 604185373, 3.14159265358979, 12000000000", []),
        ("counts 10 20 30 40 50 60, on 2024-05-06 12 times, ISBN 978-0-13-468599-1", []),
        ("sha 9f86d081884c7d659a2feaa0c55ad015, loss 0.693, 3 x 4 = 12", []),
        ("a learning rate of 3e-4 with 1,024 tokens per batch on 8 GPUs", []),
    ],
)
def test_what_rules_leave_is_reported_when_it_looks_personal(text, codes) -> None:
    assert residual_risk(text) == codes


def test_spans_say_what_stood_where_and_why() -> None:
    text = "🙂 mail ann\u200b@example.org"
    (span,) = redact(text).spans[0]
    assert text[span.start : span.end] == "ann\u200b@example.org"
    assert (span.type, span.placeholder, span.rule_id, span.tier) == (
        "EMAIL", "[EMAIL_1]", "email", 1,
    )  # fmt: skip


def test_what_may_identify_is_marked_and_stays() -> None:
    text = "We met at Rotterdam with Acme Robotics Ltd on 3 May 2024"
    result = redact(text)
    assert result.texts == (text,)
    assert [(text[s.start : s.end], s.type, s.placeholder, s.tier) for s in result.marked[0]] == [
        ("Rotterdam", "PLACE", "", 2),
        ("Acme Robotics Ltd", "ORGANISATION", "", 2),
        ("3 May 2024", "DATE", "", 2),
    ]


def test_the_version_is_that_of_the_rules() -> None:
    assert RULES["version"] == REDACTION_VERSION == "3"


def test_no_rule_repeats_without_bound_or_speaks_one_dialect_only() -> None:
    """Every quantifier is bounded, and nothing means something else in the other language."""
    for rule in RULES["rules"]:
        pattern = regex.sub(r"\[(?:[^\]\\]|\\.)*\]", "[x]", rule["regex"])
        assert not UNBOUNDED.search(pattern), rule["id"]
        assert not regex.search(
            r"\\[dDwWsSbB]|\(\?[aiLmsux]|\(\?P|(?<!\\)[.$^]|[+*?]\+", pattern
        ), rule["id"]
        assert set(rule["flags"]) <= {"i"}, rule["id"]
        assert rule["zone"] in {"all", "comment", "prose"}, rule["id"]


@pytest.mark.parametrize("piece", ADVERSARIAL)
def test_a_full_field_of_anything_comes_back(piece) -> None:
    text = (piece * (FIELD_MAX_CHARS // len(piece) + 1))[:FIELD_MAX_CHARS]
    result = redact(text)
    assert len(result.texts) == 1
    assert redact(*result.texts).texts == result.texts


@pytest.mark.parametrize("spelling", ["a{0}@b.co ", "a.{0}@b.co ", "`a` b{0}@b.co "])
def test_thousands_of_values_each_get_their_own_placeholder(spelling) -> None:
    result = redact("".join(spelling.format(number) for number in range(3000)))
    assert result.removed == {"EMAIL": 3000}


@given(st.lists(st.text(max_size=60), max_size=3))
def test_any_text_is_redacted_once_and_for_all(texts) -> None:
    once = redact(*texts)
    assert redact(*once.texts).texts == once.texts


@given(st.text(alphabet="abc XYZ0.,:\n", max_size=40), st.text(alphabet="abc ,\n", max_size=40))
def test_a_mail_address_never_survives(before, after) -> None:
    (text,) = redact(f"{before} ann.lee@example.org {after}").texts
    assert "ann.lee@" not in text
