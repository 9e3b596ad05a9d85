"""The evaluation of line B in small: complete, repeatable, and never better than the oracle."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np

from analysis.evaluate import line_b, line_b_delays


def measured(function, *, runs: int = 15):
    told = []
    found = function(runs=runs, seed=4, tell=lambda *words: told.append(words))
    assert told
    return found


def test_no_rule_is_faster_than_the_one_that_knows_everything():
    found = {(r.world, r.measure, r.peer): r for r in measured(line_b_delays.complete_rule)}
    worlds = {world for world, _, _ in found}
    assert len(worlds) == 6  # three sizes, two pasts
    for world in worlds:
        delay = [
            found[world, "days, median", peer].value
            for peer in ("oracle", "oracle without the start", "")
        ]
        assert delay == sorted(delay)
        ratio = found[world, "ratio to the oracle", ""]
        assert ratio.value == delay[2] / delay[0]
        assert ratio.is_met == (ratio.value <= 2)


def test_habits_accuse_the_innocent_and_the_e_processes_do_not():
    rows = measured(line_b.false_alarms)
    nothing = {r.peer: r.value for r in rows if "provisional" in r.measure and "nothing" in r.world}
    assert nothing[""] <= 0.2
    assert nothing["2-sigma rule, weekly"] > 0.5
    corroborated = [r for r in rows if r.property == "confounded nulls"]
    assert len(corroborated) == 8  # and two worlds of stable weaknesses: below
    assert all(r.value == 0 and r.is_met for r in corroborated)


def test_stable_weaknesses_deceive_levels_alone():
    rows = {(r.world, r.property, r.peer): r for r in measured(line_b.stable_weaknesses)}
    for per_day in ("1", "3"):
        world = f"stable strengths and weaknesses, sd .5, {per_day} ratings a day"
        assert rows[world, "confounded nulls", ""].value == 0
        # 72 cells: 1 in 60 are 1.2 false alarms; more than 7 have probability 1e-4.
        assert rows[world, "false alarms, line B", ""].value < 0.1
    assert rows[world, "false alarms, line B", "levels, no past"].value > 0.05


def test_the_same_seed_gives_the_same_rows():
    def rows():
        return [astuple(r) for r in measured(line_b_delays.reversal, runs=10)]

    assert rows() == rows()
    assert all(np.isfinite(row[3]) for row in rows())
