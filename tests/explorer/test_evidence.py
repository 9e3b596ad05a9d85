"""What a finding rests on, what would move it, and what would have been noticed: on its pages."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from backend.explorer.words import STATE_MARKS, STATES
from backend.findings.evidence import evidence_public
from backend.findings.models import Finding, FindingEvent, Signal
from tests.explorer.conftest import plain
from tests.factories import make_cell, make_finding

pytestmark = pytest.mark.django_db

RATE = {
    "n_ratings": 212, "n_bad": 64, "share": 0.302, "share_low": 0.244, "share_high": 0.367,
    "n_domain": 800, "share_domain": 0.11, "n_model": 4, "share_model": 0.09,
    "is_corroborated": True, "is_provisional": True, "n_raters": 90, "n_raters_bad": 40,
    "n_raters_fine": 80, "fewest_domain": 50, "fewest_model": 4, "fewest_before": 60,
    "log_e_provisional": 9.1, "log_e_interaction": 4.2, "ratings_more": 0,
}  # fmt: skip
PLACE = {"domain": "ml-systems", "leaves": ["a", "b"], "window_weeks": 4, "observed": 9,
         "expected": 1.2}  # fmt: skip


def page_of(visitor, finding: Finding) -> str:
    answer = visitor.get(f"/findings/{finding.name}/")
    assert answer.status_code == 200
    return plain(answer.content.decode())


@pytest.mark.parametrize(
    ("state", "words"),
    [("insufficient", "do not support a statement"),
     ("reported", "The reports are consistent with answers of"),
     ("corroborated", "The reports, and ratings of answers drawn at random, are consistent with"),
     ("replicated", "The reports, and the same questions asked again under control, are consistent"),
     ("acknowledged", "The vendor confirms that answers"),
     ("refuted", "Asked again, under control, no difference was found."),
     ("resolved", "having become worse from about the week of 7 September 2026. They say nothing about why")],
)  # fmt: skip
def test_each_state_has_its_word_and_its_sentence(visitor, world, state: str, words: str) -> None:
    Finding.objects.filter(pk=world.finding.pk).update(state=state)
    page = page_of(visitor, world.finding)
    assert words in page
    mark = f'<span aria-hidden="true">{STATE_MARKS[state]}</span>'
    tag = f'<span class="tag state {state}">{mark} {STATES[state]}</span>'
    assert tag in page
    assert tag in visitor.get("/findings/").content.decode()


@pytest.mark.parametrize(
    ("state", "outlook"),
    [("corroborated", "It would go back to “not enough data” if ratings of random answers no longer"),
     ("resolved", "")],
)  # fmt: skip
def test_what_ratings_opened_says_that_reports_only_lean(visitor, world, state, outlook) -> None:
    Finding.objects.filter(pk=world.finding.pk).update(
        state=state, breakdown_number=5,
        evidence={"observed": 12, "expected": 9.1, "is_reported": False, "stands_in_ratings": True,
                  "ratio_to_past": 1.4, "rate": RATE},
    )  # fmt: skip
    page = page_of(visitor, world.finding)
    assert "Ratings of answers drawn at random are consistent with answers of" in page
    assert "from about the week of 7 September 2026; reports lean the same way." in page
    assert "at least 5, taking first who called most answers bad; one report less may do" in page
    assert "the signal would go away" not in page
    assert outlook in page
    assert "It would go back to “reported”" not in page


def test_a_week_that_is_an_estimate_is_nowhere_said_to_be_a_limit(visitor, world) -> None:
    """It began from 31 August to 14 September, and ended from 12 to 19 October."""
    Finding.objects.filter(pk=world.finding.pk).update(
        state="resolved", offset=date(2026, 10, 12), offset_low=date(2026, 10, 12),
        offset_high=date(2026, 10, 19),
    )  # fmt: skip
    page = page_of(visitor, world.finding)
    for words in (
        "having become worse from about the week of 7 September 2026.",
        "It ended in about the week of 12 October 2026.",
        '<dt>began, in about the week of</dt><dd class="day">7 September 2026</dd>',
        '<dt>ended, in about the week of</dt><dd class="day">12 October 2026</dd>',
        "around 12 October 2026 (in a week from 12 October 2026 to 19 October 2026)",
    ):
        assert words in page, words
    listed = visitor.get("/findings/").content.decode()
    assert (
        "began in about the week of 7 September 2026; ended in about the week of 12 October 2026"
        in listed
    )
    assert "by the week of" not in page + listed


def test_the_page_says_what_would_move_it(visitor, world) -> None:
    assert "What would move it up" not in page_of(visitor, world.finding)
    world.finding.outlook = "About 40 more ratings."
    world.finding.save()
    page = page_of(visitor, world.finding)
    assert "<dt>What would move it up</dt><dd>About 40 more ratings.</dd>" in page
    assert "<dt>What would move it down</dt><dd>It would go back to “not enough data” if" in page
    Finding.objects.update(state="acknowledged", outlook="It would become resolved.")
    page = page_of(visitor, world.finding)
    assert "What would move it up" not in page  # there is nothing above, and an end is no way up
    assert "<dt>What would move it down</dt><dd>It would go down if the vendor" in page
    Finding.objects.update(state="replicated")
    page = page_of(visitor, world.finding)
    assert "What would move it up" not in page
    assert "<dt>What would move it down</dt><dd>It would become “refuted” if" in page
    Finding.objects.update(state="resolved", outlook="About 40 more ratings.")
    page = page_of(visitor, world.finding)
    assert "<dt>What would move it</dt><dd>About 40 more ratings.</dd>" in page
    assert "What would move it down" not in page


def test_cautions_are_words_and_an_unknown_one_is_shown_as_it_is(visitor, world) -> None:
    assert "<h3>Cautions</h3>" not in page_of(visitor, world.finding)
    known = ["instrument", "publicity", "burst", "one_cohort", "rated_with_the_other_kind"]
    world.finding.cautions = [*known, "moon_phase"]
    world.finding.save()
    page = page_of(visitor, world.finding)
    items = re.findall(r"<li>([^<]*)</li>", page[page.index("<h3>Cautions</h3>") :])[:6]
    assert items[0].startswith("The rise goes away once the extension")
    assert items[1].startswith("People flag more of the answers that they see")
    assert items[2:4] == [
        "Most of it came within few days, as after a post that many read.",
        "It rests on one group that writes from the same template.",
    ]
    assert items[5] == "moon_phase"
    assert not {"one_cohort", "rated_with_the_other_kind"} & set(re.findall(r"\w+", page))


def ratings_of(page: str) -> list[list[str]]:
    """The rows of the table of ratings."""
    table = page[page.index("<caption>Shares of bad answers") :]
    rows = re.findall(r"<tr role=\"row\"><td.*?</tr>", table[: table.index("</table>")])
    return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]


def test_ratings_stand_beside_their_comparators(visitor, world) -> None:
    assert "there is no rate to compare" in page_of(visitor, world.finding)
    world.finding.evidence = {"observed": 12, "rate": RATE}
    world.finding.save()
    page = page_of(visitor, world.finding)
    assert ratings_of(page) == [
        [
            "This model, this subject, last weeks of the run",
            "30.2\u00a0%",
            "24.4\u00a0% to 36.7\u00a0%",
            "212",
        ],
        ["Comparator: other vendors, this subject", "11.0\u00a0%", "–", "at least 500"],
        ["Comparator: this model, other subjects", "too few contributors to tell"],
    ]
    assert (
        "<p>Beyond what these explain together: yes, bad answers became more frequent.</p>" in page
    )


@pytest.mark.parametrize(
    ("past", "words"),
    [({"has_past": True, "n_before": 500, "share_before": 0.11}, ["11.0\u00a0%", "–", "500"]),
     ({"has_past": True, "n_before": 40, "share_before": 0.25, "fewest_before": 4},
      ["too few contributors to tell"]),
     ({"has_past": False, "n_before": 0, "share_before": None},
      ["no ratings from before to compare with"])],
)  # fmt: skip
def test_ratings_stand_beside_those_from_before(visitor, world, past, words) -> None:
    world.finding.evidence = {"observed": 12, "rate": RATE | past}
    world.finding.save()
    assert ratings_of(page_of(visitor, world.finding))[1] == ["The same before: its past", *words]


@pytest.mark.parametrize(("n", "is_there"), [(4, False), (5, True)])
def test_ratings_of_fewer_than_five_people_are_not_told(
    visitor, world, n: int, is_there: bool
) -> None:
    world.finding.evidence = {"observed": 12, "rate": RATE | {"n_raters": n}}
    world.finding.save()
    assert ("Shares of bad answers" in page_of(visitor, world.finding)) is is_there
    evidence = visitor.get(f"/api/v1/findings/{world.finding.pk}/").json()["evidence"]
    assert (evidence["rate"] is not None) is is_there


@pytest.mark.parametrize("side", ["n_raters_bad", "n_raters_fine"])
@pytest.mark.parametrize(("n", "is_told"), [(4, False), (5, True)])
def test_a_share_that_would_tell_of_few_people_is_not_told(
    visitor, world, side, n, is_told
) -> None:
    world.finding.evidence = {"observed": 12, "rate": RATE | {side: n}}
    world.finding.save()
    rate = visitor.get(f"/api/v1/findings/{world.finding.pk}/").json()["evidence"]["rate"]
    of_the_share = ("n_bad", "share", "share_low", "share_high", "log_e_provisional",
                    "log_e_interaction", "ratings_more")  # fmt: skip
    assert [rate[name] is None for name in of_the_share] == [not is_told] * 7
    assert (rate["n_ratings"], rate["n_raters"]) == (212, 90)
    # With another cell of the subject, whose rest this cell is in, it could be subtracted.
    assert (rate["n_domain"], rate["share_domain"]) == ((500, 0.11) if is_told else (None, None))
    assert not {"n_raters_bad", "n_raters_fine", "fewest_domain", "fewest_model"} & set(rate)
    row = ratings_of(page_of(visitor, world.finding))[0]
    assert row[1:] == (["30.2\u00a0%", "24.4\u00a0% to 36.7\u00a0%", "212"] if is_told else
                       ["too few contributors to tell", "–", "212"])  # fmt: skip


def test_of_evidence_that_does_not_know_its_people_no_rate_is_told(visitor, world) -> None:
    known = {name: value for name, value in RATE.items() if "raters" not in name}
    world.finding.evidence = {"observed": 12, "rate": known}
    world.finding.save()
    found = visitor.get(f"/api/v1/findings/{world.finding.pk}/").json()
    assert found["evidence"]["rate"] is None


def test_what_is_over_does_not_point_anywhere(visitor, world) -> None:
    world.finding.evidence = {"observed": 12, "rate": RATE | {"is_corroborated": False}}
    world.finding.save()
    assert "not yet, but it points the same way" in page_of(visitor, world.finding)
    world.finding.state = "resolved"
    world.finding.save()
    page = page_of(visitor, world.finding)
    assert "points the same way" not in page
    assert "the last weeks are not beyond chance above the past" in page


@pytest.mark.parametrize(("n", "is_there"), [(4, False), (5, True)])
def test_the_place_is_named_from_five_contributors_on(visitor, world, n, is_there) -> None:
    world.finding.evidence = {"observed": 12, "place": PLACE | {"observed": n}}
    world.finding.save()
    page = page_of(visitor, world.finding)
    told = "as a whole: 5 contributors in the last 4 weeks of the run, where 1.2 would be expected."
    assert (told in page) is is_there
    assert ("Where it stands out most" in page) is is_there


def test_further_ratios_are_shown_and_said_to_decide_nothing(visitor, world) -> None:
    assert "Reporting odds ratio" not in page_of(visitor, world.finding)
    world.finding.peak |= {"ror": 5.25, "ror_low": 2.5, "ror_high": 11.0, "ebgm": 3.4, "eb05": 2.1}
    world.finding.save()
    page = page_of(visitor, world.finding)
    assert "<dd>5.2 (shown" not in page
    assert "95\u00a0% interval 2.5 to 11 (shown, never decided on)" in page
    assert "<dd>3.4, 5\u00a0% bound (EB05) 2.1 (shown, never decided on)" in page
    peak = visitor.get(f"/api/v1/findings/{world.finding.pk}/").json()["peak"]
    assert (peak["ror"], peak["ror_low"], peak["ror_high"]) == (5.25, 2.5, 11.0)
    assert (peak["ebgm"], peak["eb05"]) == (3.4, 2.1)
    world.finding.peak["observed"] = 4
    world.finding.save()
    hidden = page_of(visitor, world.finding)
    assert "Reporting odds ratio" not in hidden
    assert "EBGM" not in hidden


def test_counts_below_five_are_not_in_the_evidence_of_the_api(visitor, world) -> None:
    older = {"observed": 4, "uncapped": 6, "expected": 1.0, "is_reported": True,
             "breakdown_number": 2}  # fmt: skip
    hidden = {"observed": None, "uncapped": None, "expected": None, "is_reported": True,
              "breakdown_number": None}  # fmt: skip
    for stored, shown in (
        (older, hidden), (older | {"ratio_to_past": 1.4}, hidden | {"ratio_to_past": None}),
    ):  # fmt: skip
        Finding.objects.filter(pk=world.finding.pk).update(evidence=stored)
        assert visitor.get(f"/api/v1/findings/{world.finding.pk}/").json()["evidence"] == shown


def test_the_strongest_stretch_says_its_length(visitor, world) -> None:
    assert "In its most striking 56 days it was" in page_of(visitor, world.finding)
    world.finding.peak["window_start"] = "2026-10-29"
    world.finding.save()
    assert "In its most striking 4 days</dt>" in page_of(visitor, world.finding)


def test_windows_of_other_lengths_are_not_in_the_chart_of_eight_weeks(visitor, world) -> None:
    rows = page_of(visitor, world.finding).count('<td><span class="dates">')
    longest = Signal.objects.first()
    for days in (7, 21, 77):
        other = Signal.objects.get(pk=longest.pk)
        other.pk, other.observed = None, 99
        other.window_start = longest.window_end - timedelta(days=days)
        other.save()
    page = page_of(visitor, world.finding)
    assert page.count('<td><span class="dates">') == rows
    assert ">99<" not in page


def test_the_page_names_the_command_that_computes_it_again(visitor, world) -> None:
    world.run.evidence_digest = "ab" * 32
    world.run.save()
    page = page_of(visitor, world.finding)
    assert f"<code>manage.py recompute {world.finding.pk}</code>" in page
    assert "<dt>Evidence digest</dt><dd><code>abababab" in page
    run = visitor.get("/api/v1/findings/").json()["results"][0]["run"]
    assert run["evidence_digest"] == "ab" * 32


def merge(finding: Finding, into: Finding) -> None:
    finding.merged_into = into
    finding.save()
    FindingEvent.objects.create(
        finding=finding, run=finding.run, happened_at=finding.first_seen_at, kind="merged",
        other=into, from_state="reported", to_state="reported", reason="One event.",
    )  # fmt: skip


def test_a_merged_finding_still_answers_and_leads_to_its_heir(visitor, world) -> None:
    between, heir = make_finding(run=world.run), make_finding(run=world.run)
    merge(world.finding, between)
    merge(between, heir)
    page = page_of(visitor, world.finding)
    assert f'It goes on as <a href="/findings/{heir.pk}/">finding {heir.pk}</a>' in page
    assert f'became part of another finding, <a href="/findings/{between.pk}/">' in page
    body = visitor.get(f"/api/v1/findings/{world.finding.pk}/").json()
    assert body["merged_into"] == heir.pk
    assert [(e["kind"], e["other"]) for e in body["events"]] == [
        ("state", None), ("merged", between.pk),
    ]  # fmt: skip
    listed = visitor.get("/api/v1/findings/").json()["results"]
    assert {f["id"]: f["merged_into"] for f in listed} == {
        heir.pk: None, between.pk: heir.pk, world.finding.pk: heir.pk,
    }  # fmt: skip
    for address in ("/", "/domains/distributed-training/"):
        assert f'"/findings/{world.finding.name}/"' not in visitor.get(address).content.decode()
    assert "part of another finding" in visitor.get("/findings/").content.decode()


def test_a_hidden_heir_is_not_named(visitor, world) -> None:
    heir = make_finding(run=world.run, is_published=False)
    merge(world.finding, heir)
    page = page_of(visitor, world.finding)
    assert "turned out to be one event." in page
    assert f"finding {heir.pk}" not in page
    body = visitor.get(f"/api/v1/findings/{world.finding.pk}/").json()
    assert (body["merged_into"], body["events"][-1]["other"]) == (None, None)


def cells_of(visitor, kind: str = "silent") -> list[list[str]]:
    page = visitor.get(f"/domains/distributed-training/?kind={kind}").content.decode()
    table = page[page.index('<h2 id="cells">') : page.index("<h2>Reports</h2>")]
    rows = re.findall(r'<tr id="[^"]*"><td>.*?</tr>', table)
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
        for row in rows
    ]


def test_the_domain_page_says_of_each_model_what_would_have_been_noticed(visitor, world) -> None:
    make_cell(run=world.run)
    make_cell(run=world.run, symptom_kind="stated", n_contributors=None, detectable_ratio=None,
              n_ratings=None, detectable_share=None)  # fmt: skip
    make_cell(run=world.run, model_id="gpt-4-0314", n_ratings=None, detectable_share=None)
    make_cell(run=world.run, model_id="gpt-4-0314", symptom_kind="stated", n_ratings=9,
              detectable_share=None)  # fmt: skip
    Finding.objects.update(state="resolved")
    assert cells_of(visitor) == [
        ["GPT-4 (June 2023)", "resolved", "7", "7.5",
         "reports would have shown a rate of 3.1 times the ordinary; 212 ratings a share of 24 % or "
         "more"],
        ["GPT-4 (March 2023)", "not enough data", "7", "7.5",
         "reports would have shown a rate of 3.1 times the ordinary; ratings of fewer than 5 "
         "contributors"],
    ]  # fmt: skip
    assert cells_of(visitor, "stated") == [
        ["GPT-4 (March 2023)", "not enough data", "7", "7.5",
         "reports would have shown a rate of 3.1 times the ordinary; 9 ratings are too few to have "
         "shown any share"],
        ["GPT-4 (June 2023)", "not enough data", "fewer than 5", "7.5",
         "there are too few reports to have shown any rise; ratings of fewer than 5 contributors"],
    ]  # fmt: skip


def test_a_cell_whose_finding_waits_for_a_moderator_is_not_shown(visitor, world) -> None:
    make_cell(run=world.run, state="reported", reason=world.finding.reason)
    assert [row[1] for row in cells_of(visitor)] == ["reported"]
    Finding.objects.update(is_published=False)
    page = visitor.get("/domains/distributed-training/").content.decode()
    assert "The last analysis has nothing to say about a single model here." in page
    assert visitor.get("/api/v1/cells/").json()["results"] == []


def test_every_threshold_is_listed_by_name(visitor, world) -> None:
    """PostgreSQL keeps them by the length of their names."""
    world.run.config = {"window_weeks": 8, "ic_shrinkage": 0.5, "z": 1, "aa_long_name_of_one": 2}
    world.run.save()
    for address in (f"/findings/{world.finding.name}/", "/method/"):
        page = visitor.get(address).content.decode()
        listed = page[page.index("Every threshold of the run") :].split("</details>")[0]
        names = re.findall(r"<dt><code>(\w+)</code>", listed)
        assert names == ["aa_long_name_of_one", "ic_shrinkage", "window_weeks", "z"], address


@pytest.mark.parametrize(("n", "told"), [(4, None), (5, 5), (803, 500), (2_000, 2000)])
def test_ratings_of_what_it_is_compared_with_are_told_in_steps(world, n, told) -> None:
    # The model's other cells are told: what is missing of their sum would be the ratings of a few.
    world.finding.evidence = {"rate": RATE | {"n_model": n, "n_domain": n, "fewest_model": 5}}
    rate = evidence_public(world.finding)["rate"]
    assert (rate["n_model"], rate["n_domain"]) == (told, told)
