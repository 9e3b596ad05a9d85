"""What was computed beforehand: measured error rates and plans, or that there are none."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from backend.explorer import published
from tests.factories import make_run

pytestmark = pytest.mark.django_db

ROWS = [
    {"property": "false alarms", "world": "null world", "measure": "cells per month",
     "value": 0.0123, "error": 0.004, "accept": "at most 0.1", "is_met": True, "note": "storms",
     "peer": ""},
    {"property": "false alarms", "world": "null world", "measure": "cells per month",
     "value": 15.4, "error": None, "accept": None, "is_met": None, "note": "", "peer": "raw counts"},
    {"property": "delay", "world": "tripled", "measure": "weeks", "value": 7, "error": 1,
     "accept": "at most 6", "is_met": False, "note": "", "peer": ""},
]  # fmt: skip
CELL = {"traffic": 0.0003, "organisations": 0.001, "contributors": 3000, "enrichment": 1.0}
GRID = [
    CELL | {"line": "reports", "median_weeks": None, "noticed_in_a_year": 0.0, "error": 0.01},
    CELL | {"line": "ratings", "median_weeks": None, "noticed_in_a_year": 0.2, "error": 0.03},
    CELL | {"line": "probes", "median_weeks": 7, "noticed_in_a_year": 0.96, "error": None},
    CELL | {"contributors": 10000, "line": "reports", "median_weeks": 4.2,
            "noticed_in_a_year": 1.0, "error": 0.0},
]  # fmt: skip


def publish(monkeypatch, tmp_path: Path, name: str, rows: list[dict[str, Any]] | None) -> None:
    path = tmp_path / f"{name}.json"
    if rows is not None:
        days = {
            "false alarms": "2026-11-20",
            "delay": "2026-11-21",
            "real answers, drawn": "2026-11-20",
        }
        day = "2026-11-20" if name == "plan_grid" else days
        head = {"method_version": "3.0", "measured_on": day, "command": "evaluate"}
        path.write_text(json.dumps({**head, "rows": rows}))
    monkeypatch.setattr(published, name.upper(), path)


def test_error_rates_are_grouped_and_stand_beside_their_peers(
    visitor, monkeypatch, tmp_path
) -> None:
    publish(monkeypatch, tmp_path, "error_rates", ROWS)
    page = visitor.get("/method/").content.decode()
    part = page[page.index('id="error-rates"') : page.index('id="limits"')]
    part = re.sub(r"</?span[^>]*>", "", part)
    assert "Measured for method 3.0" in part
    assert re.findall(r"<caption>(.*?)</caption>", part) == [
        "False alarms (SIMULATED, 20 November 2026)", "Delay (SIMULATED, 21 November 2026)",
    ]  # fmt: skip
    assert re.findall(r"<h3[^>]*>(.*?)</h3>", part) == ["False alarms", "Delay"]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr><td.*?</tr>", part)]
    assert rows == [
        ['null world<p class="soft">storms</p>', "<strong>this method</strong>", "cells per month",
         "0.0123", "0.004", "at most 0.1", "yes"],
        ["null world", "raw counts", "cells per month", "15.4", "–", "", "–"],
        ["tripled", "<strong>this method</strong>", "weeks", "7", "1", "at most 6",
         "<strong>no</strong>"],
    ]  # fmt: skip


@pytest.mark.parametrize(("version", "is_warned"), [("3.0", False), ("3.1", True)])
def test_rates_of_another_version_carry_a_warning(
    visitor, monkeypatch, tmp_path, version: str, is_warned: bool
) -> None:
    publish(monkeypatch, tmp_path, "error_rates", ROWS)
    publish(monkeypatch, tmp_path, "plan_grid", GRID)
    make_run(method_version=version)
    page = visitor.get("/method/").content.decode()
    assert ("were measured for another version" in page) is is_warned
    page = visitor.get("/plan/").content.decode()
    assert ("for which these numbers may not hold" in page) is is_warned


def test_without_a_file_the_pages_say_so(visitor, monkeypatch, tmp_path) -> None:
    publish(monkeypatch, tmp_path, "error_rates", None)
    publish(monkeypatch, tmp_path, "plan_grid", None)
    assert (
        "They have not been measured for this version." in visitor.get("/method/").content.decode()
    )
    page = visitor.get("/plan/?traffic=0.0003").content.decode()
    assert "This has not been computed for this version." in page
    assert "<form" not in page


def plan_rows(page: str) -> list[list[str]]:
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in
            re.findall(r'<tr><th scope="row">.*?</tr>', page)]  # fmt: skip


def test_a_plan_says_when_or_that_it_could_not_be_noticed(visitor, monkeypatch, tmp_path) -> None:
    publish(monkeypatch, tmp_path, "plan_grid", GRID)
    page = visitor.get("/plan/").content.decode()
    assert plan_rows(page) == [
        ["reports", "could not be noticed at all", "0.0\u00a0%", "± 1.0\u00a0%"],
        ["ratings of random answers", "not within two years", "20.0\u00a0%", "± 3.0\u00a0%"],
        ["probes", "after 7 weeks", "96.0\u00a0%", "–"],
    ]
    assert '<p class="lead"><strong>SIMULATED</strong>: ' in page
    assert "When it would be noticed (SIMULATED)</caption>" in page
    assert '<option value="0.0003" selected>0.03\u00a0%</option>' in page
    assert re.search(r'<option value="10000">10\u202f000</option>', page)
    other = visitor.get("/plan/?contributors=10000").content.decode()
    assert plan_rows(other) == [["reports", "after 4.2 weeks", "100.0\u00a0%", "± 0.0\u00a0%"]]
    assert '<option value="10000" selected>' in other


@pytest.mark.parametrize("query", ["contributors=7", "traffic=%00", "enrichment=<script>"])
def test_a_value_that_was_not_computed_is_refused_with_the_form(
    visitor, monkeypatch, tmp_path, query: str
) -> None:
    publish(monkeypatch, tmp_path, "plan_grid", GRID)
    answer = visitor.get(f"/plan/?{query}")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "That was not computed." in page
    assert "<form" in page
    assert "<script" not in page


def test_the_ladder_says_what_this_version_reaches(visitor, catalogue) -> None:
    page = visitor.get("/method/").content.decode()
    ladder = page[page.index('id="ladder"') : page.index("</ol>", page.index('id="ladder"'))]
    items = dict(re.findall(r"<li><strong>(.*?)</strong>: (.*?)</li>", ladder))
    assert set(items) == {
        "not enough data", "reported", "corroborated", "replicated", "acknowledged", "refuted",
        "resolved",
    }  # fmt: skip
    assert "does not reach" not in items["corroborated"] + items["resolved"]
    assert "at three accounts at least" in items["replicated"]
    assert "no single one saw it" in items["refuted"]


def asked_again_of(visitor) -> str:
    """What the page says of asking again."""
    page = visitor.get("/method/").content.decode()
    return page[page.index('<h2 id="asked-again">') : page.index('<h2 id="error-rates">')]


def test_what_asking_again_needs_is_said_with_the_numbers_of_the_run(visitor, catalogue) -> None:
    part = asked_again_of(visitor)
    assert "no question, no answer and no name comes in" in part
    assert "rounds of a series" not in part, "without a run there are no numbers"
    assert 'href="/api/v1/probes/"' in part
    numbers = {
        "probe_repeats_min": 7, "probe_items_min": 33, "probe_level": 0.025, "probe_difference": 0.075,
        "probe_margin_days": 41,
    }  # fmt: skip
    make_run(config=numbers)
    part = asked_again_of(visitor)
    for words in (
        "The first 7 rounds of a series, or more,", "only accounts with 33 of them or more",
        "by 7.5 percentage points or more", "ever called worse in any subject with a chance of at most 2.5 %",
        "a rise of 7.5 percentage points is excluded", "that ended more than 41 days before",
    ):  # fmt: skip
        assert words in part, words
    page = visitor.get("/method/").content.decode()
    for name, value in numbers.items():
        assert f">{value}</td><td><code>{name}</code></td>" in page, name


def test_a_run_that_knew_no_such_threshold_leaves_the_numbers_out(visitor, catalogue) -> None:
    make_run(config={"probe_repeats_min": 4, "probe_items_min": 20, "probe_level": 0.05})
    part = asked_again_of(visitor)
    assert "rounds of a series" not in part
    assert "A series speaks of a finding" not in part, "it says how many days before"


def test_of_many_rows_those_that_are_judged_are_shown_with_their_peers(
    visitor, monkeypatch, tmp_path
) -> None:
    blank = {"error": None, "accept": "", "note": "", "peer": ""}
    rows = [
        {"property": "real answers, drawn", "world": f"world {n}", "measure": "weeks", "value": n,
         "is_met": True if n == 7 else None} | blank
        for n in range(61)
    ]  # fmt: skip
    rows.append(rows[7] | {"is_met": None, "peer": "oracle", "value": 3})
    publish(monkeypatch, tmp_path, "error_rates", rows)
    page = visitor.get("/method/").content.decode()
    part = page[page.index('id="error-rates"') : page.index('id="limits"')]
    assert part.count("<tr><td>world 7</td>") == 2
    assert part.count("<tr><td>") == 2
    assert "60 further figures" in part
    assert "(real answers, 20 November 2026)</caption>" in part


def test_what_accounts_found_on_real_answers_is_not_called_simulated() -> None:
    """As it is published: real answers to a benchmark, with a change planted in some."""
    found = published.error_rates()
    assert found is not None
    is_real = {group.property: group.is_real for group in found["groups"]}
    assert is_real["asked again"]
    assert not is_real["type I, sequential"]


def test_the_api_names_the_field_that_was_not_computed(visitor, monkeypatch, tmp_path) -> None:
    publish(monkeypatch, tmp_path, "plan_grid", GRID)
    answer = visitor.get("/api/v1/plan/?contributors=7")
    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == ["contributors"]
