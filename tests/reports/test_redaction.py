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
    "?token=", "Regards,\n", "Ab Cd ", "phone ", "4111 1111 1111 1111 ", "ssn ", "card 1", "{ ",
    "a b c ", "`a b c` ", "f(", "a = ", "/*", "/* */", "// ", "# ", "\x27\x27\x27", "0", "01 ", "+1",
    "phone0", "a%40", "a&#64;b.", "a(at)", "a at gmail dot ", "::", "0:", "\u0660", "\u2014", "1\u2014",
    "\u3002", "\U0001d7ce", "a;\n", "1a", "Passwort ist ", "密码是", "pw:", "Login: a/", "%2F", "$A",
    "-----BEGIN PRIVATE KEY-----\\nProc-Type: ",
    "curl ", "curl -u a:", "mysql ", "mysql -p", "<password>", "hvs.", "pat", "EAAA", "wandb login --a ",
    "Via A ", "Via de ", "1 A Road, ", "12 Main Street, Aa ", "Am Bach 4, ", "Aa Bb 4, 07743 ", "born ",
    "*1.", "geb. a ", "plate A1 ", "account 1-", "passport A1 ", "MRN 1 ", "lat=1.", "1\u00b01'",
    "a arroba b punto ", "Flat 1, ", "Plot 1, A ", "\u4e0a\u6d77\u5e02\u8def1\u53f7", "Calle 5 ",
    "\uc11c\uc6b8\uc2dc ", "sess=", "seed phrase a ", "seed phrase aaa bbb ", "Jl. A 1", "wohne in ", "D-1",
    "s\u1ed1 1 \u0111\u01b0\u1eddng A ", "A utca ", "A Cad. ", "1 A A ", "12 Main Street,\nAa, ",
    "1990-01-01,", "dob,", "dob,a\n", "dob\tdob\n", "a,dob\n1,1 1 1990\n", "<td>dob</td>",
    "surname;a\nB;c\n", "\"dob,", "zero one ",
    "double oh ", "12 Aa, ", "12 AA ", "at 1 Aa Bb ", "k . ", "a_at_b_dot_", "a dot b ", "(Aa    ",
    "1:00 <a> ", "A B 1 1 ", "b. 1 ",
    "derek a ", "my boss ", "A. B. ", "Half-life ", "Aa-Bb-", "Username: a\n", "8 (903) ",
    "GitHub: github.com/",
    "</td>\n<td>", "<tr>\n", "<tr ", "</td>\n\t", "street\n1;", "ext 1", "extension ", "my desk phone is ",
    "desk: 1-",
    "phone x1 ", "01632 960552 x", "@lena_ on ", "telegram as ", "account a_1", "my username is a",
    "at Rose Cottage, ",
    "at 27 Aaaaa ", "15 Fernbank", "calle luna ", "in der gartenstra\u00dfe ", "Le Clos, ",
    "Le Clos Le Clos",
    "reg is a1 ", "B-MW 8", "auto B-M", "de Vries, ", "Aa, Bb, ", "Aa, Bb\n", "KOWALSKI ", "AB-AB-",
    "talk to Will ",
    "Will and ", "Ann and Will, ", "Art said ", "im callum, ", "thx, ", "thx,\n", "sign it a ", "officer a",
    "1/1/11, 1:11 - ", "[1/1/11, 1:11] A ", "claim 1-1", "order #1/", "Aktenzeichen 1 A ", "badge ",
    "password Aa1",
    "/media/a", "ssh ", "ssh a@", "aring 1 ", "Rue A ", "\\\\a\\users",
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
        ("sha 9f86d081884c7d659a2feaa0c55ad015, loss 0.693, 3 x 4 = 12", []),
        ("a learning rate of 3e-4 with 1,024 tokens per batch on 8 GPUs", []),
        ("write to tom at harbour dot org", ["address_like"]),
        ("reach us under 4417123987", ["number_like"]),
        ("my account is 41 7123/987-65 there", ["number_like"]),
        ("٤٤١٧١٢٣٩٨٧ is mine", ["number_like"]),
        ("= 00417123987, ask there", ["number_like"]),
        ("ask Tom (4417123987) now", ["number_like"]),
        ("me4417123987x and nobody else", ["number_like"]),
        ("```\nJane Miller\n```", ["person_in_code"]),
        ("`Jane Miller`", ["person_in_code"]),
        ("print(Anna Bell);", ["person_in_code"]),
        ("```\n12 High Street\n```", ["address_in_code"]),
        ('```\nx = "212-555-0187"\n```', ["phone_in_code"]),
        ("pi is 3.14159265358979 and 0.7602-0.5000", []),
        ("it cost 1.234.567.890 or 1 234 567 000, or $1234567891", []),
        ("282000-262000 = 20000, 123456789 * 987654321 = 121932631112635269", []),
        ("x = 4417123987, 2023-11-05 10:30 and 2019-2020 2021", []),
        ("1 2 3 4 5 6 7 8 9 10, 12 15 18 21 24", []),
        ("isbn 978-3-16-148410-0, doi 10.1145/3292500.3330701, arxiv 1706.03762", []),
        ("1.3.6.1.4.1.311, v10.0.19045.3693, 192.168.100.200, at 1722943144000", []),
        ("commit 0742123456e4408694745a377b3b8e9d and population 200000000", []),
        ("```python\nn = 4417123987  # Kalman\nfit(Anna)\n```", []),
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
    assert RULES["version"] == REDACTION_VERSION == "11"


def test_no_rule_repeats_without_bound_or_speaks_one_dialect_only() -> None:
    """Every quantifier is bounded, and nothing means something else in the other language."""
    for rule in RULES["rules"]:
        pattern = regex.sub(r"\[(?:[^\]\\]|\\.)*\]", "[x]", rule["regex"])
        assert not UNBOUNDED.search(pattern), rule["id"]
        assert not regex.search(
            r"\\[dDwWsSbB]|\(\?[aiLmsux]|\(\?P|(?<!\\)[.$^]|[+*?]\+", pattern
        ), rule["id"]
        assert set(rule["flags"]) <= {"i"}, rule["id"]
        assert rule["zone"] in {"all", "prose"}, rule["id"]


@pytest.mark.parametrize("piece", ADVERSARIAL)
def test_a_full_field_of_anything_comes_back(piece) -> None:
    text = (piece * (FIELD_MAX_CHARS // len(piece) + 1))[:FIELD_MAX_CHARS]
    result = redact(text)
    assert len(result.texts) == 1
    assert redact(*result.texts).texts == result.texts
    residual_risk(*result.texts)


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
