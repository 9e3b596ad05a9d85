"""The evaluation's command: what it prints, what it publishes, and what it refuses."""

from __future__ import annotations

import json
import math
from functools import partial

import numpy as np
import pytest

from analysis.config import METHOD_VERSION
from analysis.evaluate import __main__ as command
from analysis.evaluate import plan
from analysis.evaluate.estimates import mean_row, share_row
from analysis.evaluate.publish import BEGIN, END, markdown_table
from analysis.evaluate.rows import Row

NAN = float("nan")


def row(about: str, value: float = 0.5, **more) -> Row:
    return Row(about, "a world", "a measure", value, 0.1, "at most 1", True, **more)


def test_a_share_is_met_within_two_standard_errors():
    hits = np.array([True] * 45 + [False] * 55)
    # (46 / 102) (56 / 102) / 100, its root is .0498: .45 + .0995 reaches .54 and not .56.
    assert share_row("p", "w", "m", hits, at_least=0.54).is_met
    assert not share_row("p", "w", "m", hits, at_least=0.56).is_met
    assert share_row("p", "w", "m", hits, at_most=0.36).is_met
    assert not share_row("p", "w", "m", hits, at_most=0.34).is_met
    assert share_row("p", "w", "m", hits).is_met is None


def test_a_share_of_none_has_an_error_all_the_same():
    found = share_row("p", "w", "m", np.zeros(98, dtype=bool), at_most=0.0)
    # One of 100: the root of .01 x .99 / 98.
    assert found.error == pytest.approx(math.sqrt(0.01 * 0.99 / 98))
    assert found.is_met


def test_a_mean_is_met_within_two_standard_errors():
    values = np.array([0.0, 0.2, 0.4])  # mean .2, s.e. .2 / sqrt(3) = .1155
    assert mean_row("p", "w", "m", values, limit=0.0).is_met
    assert not mean_row("p", "w", "m", values, limit=-0.04).is_met


def test_the_table_has_a_part_for_each_property_and_says_never():
    text = markdown_table([row("delay"), row("power", math.inf, peer="oracle")])
    assert text.count("| World |") == 2
    assert "| a world | a measure | Plumbline | 0.5 ± 0.1 | at most 1 | yes |" in text
    assert "| a world | a measure | oracle | never | at most 1 | yes |" in text


def _rows_of(rows, name, **_):
    return rows[name]


@pytest.fixture
def parts(monkeypatch):
    rows = {"scan": [row("scan", 0.05)], "power": [row("power", NAN)]}
    fake = {name: (partial(_rows_of, rows, name), 1, 2) for name in rows}
    monkeypatch.setattr(command, "PARTS", fake)
    return rows


def test_publishing_replaces_what_was_measured_and_keeps_the_rest(parts, tmp_path, capsys):
    target, document = tmp_path / "rates.json", tmp_path / "method.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    publish = ["--on", "2026-11-26", "--publish", str(target), str(document)]
    assert command.main(["--full", *publish]) == 0
    parts["scan"] = [row("scan", 0.04)]
    publish[1] = "2026-11-27"
    assert command.main(["--full", "--only", "scan", *publish]) == 0
    published = json.loads(target.read_text())
    assert published["method_version"] == METHOD_VERSION
    assert published["measured_on"] == {"scan": "2026-11-27", "power": "2026-11-26"}
    assert [(r["property"], r["value"]) for r in published["rows"]] == [
        ("scan", 0.04),
        ("power", None),
    ]  # where they stood
    text = document.read_text()
    assert text.startswith("before")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "### Scan\n\nMeasured on 2026-11-27.\n\n| World |" in text
    assert "### Power\n\nMeasured on 2026-11-26.\n\n| World |" in text
    assert "0.04" in text
    assert "SIMULATED" in text
    assert capsys.readouterr().out


def test_another_version_keeps_the_order_and_no_number(parts, tmp_path, capsys):
    target, document = tmp_path / "rates.json", tmp_path / "method.md"
    document.write_text(f"{BEGIN}\n{END}\n")
    older = {"method_version": "0", "rows": [{"property": "power"}, {"property": "scan"}]}
    target.write_text(json.dumps(older))
    parts["new"] = [row("new")]
    command.PARTS["new"] = (partial(_rows_of, parts, "new"), 1, 2)
    publish = ["--on", "2026-11-26", "--publish", str(target), str(document)]
    for name in ("new", "scan", "power"):
        assert command.main(["--quick", "--only", name, *publish]) == 0
    published = json.loads(target.read_text())
    assert [row["property"] for row in published["rows"]] == ["new", "scan", "power"]
    older["rows"].append({"property": "new"})
    target.write_text(json.dumps(older))
    assert command.main(["--quick", *publish]) == 0
    published = json.loads(target.read_text())
    assert [row["property"] for row in published["rows"]] == ["power", "scan", "new"]


def test_what_is_not_met_is_an_error(parts, capsys):
    parts["scan"] = [Row("scan", "w", "m", 0.9, 0.0, "at most .1", False)]
    assert command.main(["--json"]) == 1
    captured = capsys.readouterr()
    assert "NOT MET: scan, w: m 0.9" in captured.err
    assert json.loads(captured.out)[0]["is_met"] is False


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "probes"], "needs --data"),
        (["--publish", "a.json", "b.md"], "need --on"),
        (["plan", "--traffic", "0"], "above 0 and up to 1"),
        (["plan", "--organisations", "1.5"], "above 0 and up to 1"),
        (["plan", "--contributors", "9"], "at least 10 contributors"),
        (["plan", "--enrichment", "0.5"], "enrichment of at least 1"),
        (["plan", "--enrichment", "nan"], "enrichment of at least 1"),
        (["plan", "--enrichment", "inf"], "enrichment of at least 1"),
        (["plan", "--runs", "0"], "must be at least 1"),
        (["plan", "--runs", "many"], "invalid int value"),
        (["plan", "--seed", "-1"], "must be at least 0"),
        (["--seed", "-1"], "must be at least 0"),
        (["--only", "probes", "--data", "nowhere"], "is no folder"),
        (["--on", "2026-11-26", "--publish", "nowhere/a.json", "b.md"], "is no folder"),
    ],
)
def test_what_cannot_be_measured_is_refused_with_what_to_do(parts, arguments, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        command.main(arguments)
    assert stopped.value.code == 2
    assert words in capsys.readouterr().err


def test_a_document_without_markers_is_left_alone_and_nothing_is_measured(parts, tmp_path, capsys):
    document = tmp_path / "method.md"
    document.write_text("nothing to write between")
    with pytest.raises(SystemExit):
        command.main(
            ["--on", "2026-11-26", "--publish", str(tmp_path / "rates.json"), str(document)]
        )
    assert document.read_text() == "nothing to write between"
    assert "has no lines" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [([], "need --on"), (["--on", "2026-11-26"], "is no folder")],
)
def test_a_table_of_plans_that_cannot_be_written_is_not_simulated(
    options, words, monkeypatch, capsys
):
    monkeypatch.setattr(plan, "grid", lambda **_: pytest.fail("it was simulated"))
    with pytest.raises(SystemExit):
        command.main(["plan", *options, "--grid", "nowhere/plan.json"])
    assert words in capsys.readouterr().err


def test_options_hold_on_either_side_of_plan():
    for arguments in (["--json", "--seed", "7", "plan"], ["plan", "--json", "--seed", "7"]):
        options = command._parser().parse_args(arguments)
        assert (options.json, options.seed) == (True, 7)


def test_small_shares_are_not_said_to_be_none():
    words = plan.in_words(plan.Scenario(0.00001, 0.0001, 300, 1.0), [])
    assert "0.001% of a vendor's traffic in 0.01% of its organisations" in words


def test_the_storys_scale_is_what_the_shares_say():
    story = plan.Scenario(0.0003, 0.001, 10_000, 10.0)
    # A tenth of a per cent, ten times enriched; .0003 x 10 of a vendor's traffic lies in .075 of it.
    assert story.affected_share == pytest.approx(0.01)
    assert story.exposure == pytest.approx(0.04)
    assert story.ratio == pytest.approx(1.08)


def test_an_episode_that_reaches_nobody_among_the_probers_is_never_noticed():
    nobody = plan.Scenario(0.0003, 1e-9, 1_000, 1.0)
    found = plan._outlook(nobody, "probes", plan._probes_weeks(nobody, runs=3, seed=1))
    assert (found.median_weeks, found.noticed_in_a_year) == (None, 0.0)
    assert "not within two years" in plan.in_words(nobody, [found])


def test_probes_notice_an_account_that_is_served_worse_answers():
    everybody = plan.Scenario(0.03, 1.0, 1_000, 1.0)
    weeks = plan._probes_weeks(everybody, runs=3, seed=1)
    assert max(weeks) < 12
