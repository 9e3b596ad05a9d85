"""What a finding's page says where the same questions were asked again, and where nobody did."""

from __future__ import annotations

import re
from typing import Any

import pytest

from backend.findings.models import Finding
from tests.explorer.conftest import plain
from tests.factories import make_finding, make_probes
from tests.pages import Numbers, at, words_of

pytestmark = pytest.mark.django_db
WORSE = {
    "series": "gpt-web", "model": "gpt-4-0613", "domain": "distributed-training", "provenance": "probe",
    "baseline_from": "2026-08-03", "baseline_to": "2026-08-24", "asked_from": "2026-10-10",
    "asked_to": "2026-10-12", "n_rounds": 2, "n_accounts": 3, "n_items": 1128, "n_missing": 0,
    "n_controls": 2200, "rate_now": 0.402, "rate_baseline": 0.061, "rate_controls": 0.057,
    "rate_controls_baseline": 0.06, "difference_high": 0.38, "difference_highest": 0.352, "log_e": 40.0,
    "site": "chatgpt", "verdict": "worse",
}  # fmt: skip
SAME = WORSE | {
    "verdict": "no_difference", "rate_now": 0.064, "difference_high": 0.0304,
    "difference_highest": -0.012,
}  # fmt: skip
VERDICTS = {
    "worse": "Worse : beyond chance and beyond other subjects, at three accounts at least.",
    "no_difference": "No difference : that 5 percentage points more are wrong is excluded, and no "
    "single account saw it.",
    "global": "Not in this subject alone : worse than before, but, as far as this shows, in other "
    "subjects as well. So it says nothing about this one.",
    "harder_domain": "A harder subject, not a change : not shown to be worse than it was before, only "
    "worse than other subjects.",
    "once": "One round alone : what it shows counts once another round, on another day, agrees.",
    "no_difference_aside": "No difference, but it clears nothing here : it was asked at the vendor's API "
    "and not where people use the model, or not in the weeks that would count.",
    "insufficient": "Undecided : too little was asked to say anything, or the rise is too small to matter.",
}
METHOD = '<a href="/method/#asked-again">How it is asked again</a>'


def told(finding: Finding, *rows: dict[str, Any], **fields: Any) -> Finding:
    """The finding as a run leaves it that these series spoke of."""
    deciding = [row["verdict"] for row in rows if row["verdict"] in ("worse", "no_difference")]
    finding.evidence = {
        "observed": 12, "expected": 2.5, "is_reported": True, "instruments": [], "again": list(rows),
        "replication": deciding[0] if len(set(deciding)) == 1 else "",
    }  # fmt: skip
    for name, value in fields.items():
        setattr(finding, name, value)
    finding.save()
    return finding


def page_of(visitor, finding: Finding, prefix: str = "") -> str:
    answer = visitor.get(f"{prefix}/findings/{finding.name}/")
    assert answer.status_code == 200
    return answer.content.decode()


def part_of(page: str) -> str:
    """What the page says of asking again."""
    return page[page.index('<h3 id="asked-again">') : page.index('<h2 id="symptoms">')]


def test_what_was_asked_again_is_told_with_where_when_and_how(visitor, world) -> None:
    make_probes()
    part = part_of(page_of(visitor, told(world.finding, WORSE, state="replicated")))
    assert 'href="https://suite.example/method"' in part
    words = words_of(part)
    for said in (
        "An invented series", "Where ChatGPT", "Suite and grader invented 1.0 ; exact 1.0",
        "Baseline 3 August 2026 to 24 August 2026",
        "Asked again 10 October 2026 to 12 October 2026; round 2 since the baseline",
        "Accounts with enough questions 3",
        "a better model with other mistakes has newly wrong answers too",
        "accounts that ask again may be served otherwise than others",
        "a rise of up to 38.0 percentage points is possible (upper bound; what was refused or not asked "
        "counts as wrong)",
        "the account with the largest rise saw 35.2 .",
    ):  # fmt: skip
        assert said in words, said
    assert METHOD in part
    assert "SIMULATED" not in part
    rows = [
        re.findall(r"<td[^>]*>(.*?)</td>", row)
        for row in re.findall(r"<tr role=\"row\"><td.*?</tr>", plain(part))
    ]
    assert rows == [
        ["This subject, asked again", "40.2\u00a0%", "1\u202f128"],
        ["This subject, when it was repeated before", "6.1\u00a0%", "–"],
        ["Other subjects, asked again", "5.7\u00a0%", "2\u202f200"],
    ]


@pytest.mark.parametrize("verdict", VERDICTS)
def test_each_verdict_has_its_plain_words(visitor, world, verdict: str) -> None:
    make_probes()
    words = words_of(part_of(page_of(visitor, told(world.finding, WORSE | {"verdict": verdict}))))
    assert [code for code, said in VERDICTS.items() if said in words] == [verdict]


def test_each_number_is_the_apis(visitor, world) -> None:
    make_probes()
    finding = told(world.finding, WORSE, SAME | {"asked_to": "2026-10-11"})
    found = Numbers(part_of(page_of(visitor, finding))).found
    names = {"n_rounds", "n_accounts", "n_items", "n_controls", "rate_now", "rate_baseline",
             "rate_controls", "difference_high", "difference_highest"}  # fmt: skip
    assert set(found) == {f"/evidence/again/{place}/{name}" for place in (0, 1) for name in names}
    body = visitor.get(f"/api/v1/findings/{finding.pk}/").json()
    for place, (value, _) in found.items():
        assert str(at(body, place)) == value, place
    assert found["/evidence/again/1/difference_high"] == ("0.0304", "3.0")
    assert found["/evidence/again/1/difference_highest"] == ("-0.012", "−1.2")


def test_the_api_tells_the_series_by_name_and_no_account(visitor, world) -> None:
    finding = told(world.finding, WORSE)
    body = visitor.get(f"/api/v1/findings/{finding.pk}/").json()
    assert (body["evidence"]["again"], body["evidence"]["replication"]) == ([WORSE], "worse")


def test_simulated_answers_say_so(visitor, world) -> None:
    finding = make_finding(run=world.run, model_id="demo-brook-deep", is_simulated=True)
    make_probes(model="demo-brook-deep", site=None, is_simulated=True)
    row = WORSE | {"model": "demo-brook-deep", "provenance": "simulated"}
    part = part_of(page_of(visitor, told(finding, row)))
    assert '<h3 id="asked-again">Asked again (SIMULATED)</h3>' in part
    assert '<h4><span class="tag simulated">SIMULATED</span> <a' in part
    assert "Right before, wrong now (SIMULATED)</caption>" in part
    assert "Where the API of" in words_of(part)


def test_a_series_that_was_removed_since_is_named_without_a_link(visitor, world) -> None:
    part = part_of(page_of(visitor, told(world.finding, WORSE)))
    assert "<code>gpt-web</code>" in part
    assert "Suite and grader This series has been removed since." in words_of(part)
    assert "Where" not in part
    assert "nofollow" not in part


@pytest.mark.parametrize("rate", [None, 0.3])
def test_without_enough_accounts_there_is_no_table(visitor, world, rate: float | None) -> None:
    """Of two accounts a run keeps rates, and counts no answers."""
    make_probes()
    rates = dict.fromkeys(
        ("rate_now", "rate_baseline", "rate_controls", "difference_highest"), rate
    )
    row = WORSE | rates | {
        "n_accounts": 2, "n_items": 0, "verdict": "insufficient", "difference_high": None,
    }  # fmt: skip
    part = part_of(page_of(visitor, told(world.finding, row)))
    assert VERDICTS["insufficient"] in words_of(part)
    assert "<table" not in part
    assert "is possible" not in part


def test_what_was_refused_or_not_asked_is_told(visitor, world) -> None:
    make_probes()
    missing = "Right before, and refused or not asked now"
    assert missing not in words_of(part_of(page_of(visitor, told(world.finding, WORSE))))
    part = part_of(page_of(visitor, told(world.finding, WORSE | {"n_missing": 41})))
    assert f"{missing} 41" in words_of(part)


def test_two_series_that_contradict_each_other_are_said_to(visitor, world) -> None:
    make_probes(), make_probes(slug="other")
    contradiction = (
        "What the series and accounts show does not agree, so together they decide nothing."
    )
    both = told(world.finding, WORSE, SAME | {"series": "other"})
    assert contradiction in part_of(page_of(visitor, both))
    agreeing = told(world.finding, SAME, SAME | {"series": "other"})
    assert contradiction not in part_of(page_of(visitor, agreeing))


@pytest.mark.parametrize(
    ("state", "is_said"), [("refuted", False), ("corroborated", True), ("acknowledged", True)]
)
def test_why_ratings_are_not_refuted_is_said_where_they_stand(
    visitor, world, state: str, is_said: bool
) -> None:
    make_probes()
    part = part_of(page_of(visitor, told(world.finding, SAME, state=state)))
    assert ("it does not refute ratings" in part) is is_said


def test_a_refuted_finding_says_what_would_bring_it_back(visitor, world) -> None:
    outlook = (
        "It would become replicated if the same prompts, asked again under control, came out worse."
    )
    page = page_of(visitor, told(world.finding, SAME, state="refuted", outlook=outlook))
    state = words_of(page[page.index('<h2 id="state">') : page.index('<h2 id="when">')])
    assert f"What would move it {outlook} It would go back to “not enough data”" in state
    assert "whoever asks again may be served better" in state


def test_what_ratings_opened_and_probes_confirmed_rests_on_both_in_its_sentence(
    visitor, world
) -> None:
    finding = told(world.finding, WORSE, state="replicated")
    finding.evidence |= {"is_reported": False, "stands_in_ratings": True}
    finding.save()
    assert "The reports, and the same questions asked again under control, are consistent" in (
        page_of(visitor, finding)
    )


def test_it_costs_one_query_and_none_where_nobody_asked(
    visitor, world, django_assert_num_queries
) -> None:
    for slug in ("gpt-web", "other", "third"):
        make_probes(slug=slug)
    address = f"/findings/{world.finding.name}/"
    with django_assert_num_queries(10):
        assert visitor.get(address).status_code == 200
    told(world.finding, *(WORSE | {"series": slug} for slug in ("gpt-web", "other", "third")))
    with django_assert_num_queries(11):
        assert visitor.get(address).status_code == 200


@pytest.mark.parametrize(
    ("fields", "is_said"),
    [({}, True), ({"state": "acknowledged"}, True), ({"symptom_kind": "stated"}, False),
     ({"state": "resolved"}, False), ({"state": "insufficient"}, False),
     ({"reason": "Too few were rated, and nobody has asked again."}, False),
     ({"outlook": "It would become replicated if the same prompts, asked again, …"}, False)],
)  # fmt: skip
def test_that_nobody_asked_is_said_once_and_where_it_matters(
    visitor, world, fields: dict[str, str], is_said: bool
) -> None:
    Finding.objects.filter(pk=world.finding.pk).update(**fields)
    page = page_of(visitor, world.finding)
    assert ("Nobody has asked again yet whether" in page) is is_said
    assert (METHOD in page) is is_said
    assert '<h3 id="asked-again">' not in page
    assert '<li><a href="#asked-again">' not in page


def test_the_page_is_said_in_german(visitor, world) -> None:
    make_probes()
    finding = told(world.finding, WORSE, state="replicated")
    words = words_of(part_of(page_of(visitor, finding, "/de")))
    for said in ("Noch einmal gefragt", "40,2\u00a0%", "38,0 Prozentpunkte", "3. August 2026"):
        assert said.replace("\u00a0", " ") in words, said
    assert "Asked" not in words
