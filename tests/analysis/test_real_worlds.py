"""Worlds drawn from graded answers, on small invented ones: what is planted, and what is measured."""

from __future__ import annotations

import csv
import gzip
import json
import math

import numpy as np
import pytest

from analysis.evaluate import substitution
from analysis.evaluate.documented import documented_rows
from analysis.evaluate.mmlu_pro import Answers, read_answers
from analysis.evaluate.probe_rows import GEMINI, LLAMA, newly_wrong_rows, planted_probes, probe_rows
from analysis.evaluate.real_data import (
    START,
    SUBSTITUTE,
    VENDORS,
    drawn_world,
    evidence_of_drawn,
)
from analysis.evaluate.replication_rows import account_rows, look_rows

DOMAINS = ("computer science", "engineering", "history", "math", "physics")


def told(what: str, done: int, of: int) -> None:
    assert 0 <= done <= of


@pytest.fixture(scope="module")
def answers() -> Answers:
    """All models are wrong on every tenth of 300 questions a domain, the substitutes on all."""
    domain = np.repeat(np.array(DOMAINS, dtype=object), 300)
    right, wrong = np.arange(1_500) % 10 == 0, np.ones(1_500, dtype=bool)
    others = dict.fromkeys([*VENDORS.values(), LLAMA[0], GEMINI[0], "another"], right)
    item = np.array([f"q{i}" for i in range(1_500)], dtype=object)
    template = np.array([f"{d}/{i % 5}" for i, d in enumerate(domain)], dtype=object)
    return Answers(item, domain, template, others | {SUBSTITUTE: wrong, GEMINI[1]: wrong})


def test_the_substitute_answers_in_the_planted_cell_and_time_alone(answers):
    world = drawn_world(answers, ("engineering",), seed=1)
    assert world.planted == {("meta", "engineering")}
    served = (world.rating_vendor == "meta") & (world.rating_domain == "engineering")
    is_tenth = np.array([item.endswith("0") for item in world.rating_item])
    assert (world.rating_is_bad == is_tenth | (served & (world.rating_day >= world.onset))).all()
    assert set(world.rating_model[served]) == {VENDORS["meta"]}  # the label does not change
    assert world.onset == START + 13 * 7
    is_new = np.array([not item.endswith("0") for item in world.report_item])
    assert set(world.report_vendor[is_new]) == {"meta"}
    assert set(world.report_domain[is_new]) == {"engineering"}
    assert world.report_day[is_new].min() >= world.onset
    assert len(set(world.report_contributor)) < len(world.report_contributor)


def test_reports_and_ratings_come_in_the_stated_numbers(answers):
    world = drawn_world(answers, DOMAINS, seed=2, ratings_per_day=1.0)
    # 6 vendors x 5 domains x 182 days; 18,000 a week x 26 weeks x 10 % x 5 %,
    # and 18,000 x 13 / 6 vendors x 90 % x 5 %. Within 6 sd.
    assert len(world.rating_day) == pytest.approx(5_460, abs=6 * math.sqrt(5_460))
    assert len(world.report_day) == pytest.approx(4_095, abs=6 * math.sqrt(4_095))


def test_an_untouched_world_has_no_other_wrong_answers(answers):
    world = drawn_world(answers, (), seed=3)
    assert all(item.endswith("0") for item in world.rating_item[world.rating_is_bad])
    assert all(item.endswith("0") for item in world.report_item)
    assert world.planted == frozenset()


def test_the_drawn_world_as_a_run_would_hold_it(answers):
    world = drawn_world(answers, (), seed=3, onset_week=16, ratings_per_day=1.0)
    evidence = evidence_of_drawn(world)
    assert len(evidence) == len(world.report_day)
    assert (evidence.as_of - START.item()).days == 29 * 7 - 1
    assert evidence.day.max() <= np.datetime64(evidence.as_of)
    assert {domain.slug for domain in evidence.domains} == set(DOMAINS)
    # A person is one code per site and epoch: no code has two sites, or days 56 or more apart.
    for code in sorted(set(evidence.contributor.tolist()))[:50]:
        mine = evidence.contributor == code
        assert len(set(evidence.site[mine])) == 1
        assert np.ptp(evidence.day[mine].astype(int)) < 56
    assert len(set(evidence.cohort.tolist())) == len(evidence)
    assert set(evidence.ratings.provenance) == {"rating"}


def test_what_the_pipeline_says_of_plain_worlds(answers, monkeypatch):
    monkeypatch.setattr(substitution, "SETTINGS", ((10.0, 13),))
    rows = {
        (row.world, row.measure): row.value
        for row in substitution.substitution_rows(answers, runs=1, seed=0, tell=told)
    }
    world = "8B for 70B {}, 10 ratings a day and cell, 13 weeks of past".format
    one, everywhere, nowhere = world("engineering"), world("everywhere"), world("nowhere")
    for name in (one, everywhere, nowhere):
        assert rows[name, "runs with a wrong cell corroborated"] == 0
        assert rows[name, "runs whose ratings would corroborate a wrong cell"] == 0
        assert rows[name, "runs whose incidents are the right ones"] == 1
    assert rows[one, "the planted cell is said"] == 1
    assert rows[one, "... and corroborated"] == 1
    assert rows[one, "median days until it is provisional"] <= 14
    # From a tenth wrong to all: ten times the reports, within the noise of 13 weeks' few.
    assert 5 < rows[one, "reports about it: after per before"] < 20
    assert rows[nowhere, "wrong cells provisional by ratings"] == 0


def test_planted_probes_flip_6_per_cent_and_swap_in_place(answers):
    probes = planted_probes(answers, LLAMA, ["math"], 200, np.random.default_rng(4))
    is_math = probes.domain == "math"
    assert is_math.sum() == 200
    # .9 x .06 + .1 x .94 = .148 of 4,000 repeats and 800 re-asks, .94 of 200. Within 5 sd and more.
    assert probes.baseline_wrong.mean() == pytest.approx(0.148, abs=0.034)
    assert probes.now_wrong[~is_math].mean() == pytest.approx(0.148, abs=0.063)
    assert probes.now_wrong[is_math].mean() == pytest.approx(0.94, abs=0.084)


def test_newly_wrong_rows_of_plain_worlds(answers):
    rows = newly_wrong_rows(answers, runs=1, seed=0, tell=told)
    values = {(row.world, row.measure): row.value for row in rows}
    assert values["8B for 70B, engineering, 60 items", "power: the planted domain is accused"] == 1
    assert values["8B for 70B, everywhere, 60 items", "share of domains read as global"] == 1
    assert values["flash for pro, nowhere, 60 items", "runs that accuse a domain"] == 0


def test_what_accounts_find_on_plain_answers():
    """The substitute is wrong on all of the planted domain's questions, on a tenth of the others."""
    domain = np.repeat(np.array(("computer science", "history", "law"), dtype=object), 400)
    right, wrong = np.arange(1_200) % 10 == 0, np.ones(1_200, dtype=bool)
    item = np.array([f"q{i}" for i in range(1_200)], dtype=object)
    served = {
        LLAMA[0]: right,
        GEMINI[0]: right,
        "another": right,
        LLAMA[1]: wrong,
        GEMINI[1]: wrong,
    }
    answers = Answers(item, domain, domain, served)
    values = {
        (row.world, row.measure): row.value
        for row in account_rows(answers, runs=1, seed=0, tell=told)
    }
    world = "8B for 70B, computer science; {}; 200 items a domain".format
    assert values[world("3 accounts"), "the planted domain is worse"] == 1
    # Of what was right at first .94 is wrong now; .10 before: a tenth of a tenth are, and .06 by chance.
    assert values[world("3 accounts"), "rise of newly wrong answers"] == pytest.approx(
        0.87, abs=0.04
    )
    for odd in ("5 accounts, 1 of them affected", "5 accounts, 2 of them affected"):
        assert values[world(odd), "the planted domain is worse"] == 0
        assert values[world(odd), "... is cleared"] == 0
    assert values["8B for 70B, everywhere; 3 accounts; 200 items a domain",
                  "runs that call a domain worse"] == 0  # fmt: skip
    nowhere = "70B, nowhere; 3 accounts; 350 items a domain"
    assert values[nowhere, "runs that call another domain worse"] == 0
    assert values[nowhere, "share of other domains that are cleared"] == 1
    (looks,) = look_rows(answers, runs=1, seed=0, tell=told)
    assert (looks.value, looks.accept) == (0, "<= 0.05")


def write_answers(folder) -> None:
    """Thirty questions a domain for the two pairs; the smaller of each is wrong on every second."""
    (folder / "mmlu_pro").mkdir()
    models = [*LLAMA, *GEMINI, "another"]
    header = ["question_id", "category", "src", "answer", "n_options", *models]
    with gzip.open(folder / "mmlu_pro" / "preds_wide.csv.gz", "wt", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(header)
        for i in range(1_000):
            letters = ["A", "AB"[i // 5 % 2], "A", ["", "A"][i // 5 % 2], "C"]
            table.writerow([i, DOMAINS[i % 5], f"exam{i // 5 % 4}", "A", 4, *letters])


def test_answers_are_read_and_none_counts_as_wrong(tmp_path):
    write_answers(tmp_path)
    found = read_answers(tmp_path)
    assert [found.item[7], found.domain[7], found.template[7]] == [
        "7",
        "history",
        "history/exam1",
    ]
    assert {model: int(wrong.sum()) for model, wrong in found.wrong.items()} == {
        LLAMA[0]: 0, LLAMA[1]: 500, GEMINI[0]: 0, GEMINI[1]: 500, "another": 1_000,
    }  # fmt: skip
    assert (found.difficulty({*LLAMA, "another"})[[0, 5]] == [0.5, 0.0]).all()


def test_all_rows_of_line_c(tmp_path):
    write_answers(tmp_path)
    (tmp_path / "met_tokens").mkdir()
    rng = np.random.default_rng(5)
    for name in ("llama3-70b_fp8_wikipedia_en", "llama3-70b_fp8_humaneval",
                 "llama3-70b_fp8_ultrachat", "mistral7b_fp8_ultrachat"):  # fmt: skip
        texts = {f"p{i}": rng.integers(0, 9, (60, 10)) for i in range(25)}
        np.savez(tmp_path / "met_tokens" / f"{name}.npz", **texts)
    rows = probe_rows(data=tmp_path, runs=1, seed=0, tell=told)
    properties = {row.property for row in rows}
    assert properties == {"newly-wrong test", "difference in differences", "texts (MMD)"}
    collapsed = [row.value for row in rows if "30% collapsed" in row.world]
    assert collapsed == [1.0]
    [effect] = [row for row in rows if row.world == "8B for 70B, computer science"]
    assert effect.value == pytest.approx(0.5)  # every second answer
    [effect] = [
        row for row in rows if row.property[0] == "d" and row.world.startswith("8B for 70B, e")
    ]
    assert effect.value == pytest.approx(0.0)


def test_a_documented_change_is_judged_by_its_published_sign(tmp_path):
    (tmp_path / "llmdrift").mkdir()
    with gzip.open(tmp_path / "llmdrift" / "llmdrift.jsonl.gz", "wt", encoding="utf-8") as file:
        for model, share in (("gpt-4-0314", 4), ("gpt-4-0613", 2)):
            for i in range(100):
                row = {"task": "prime", "item_id": str(i), "model": model, "response": "Yes"}
                file.write(json.dumps(row | {"score": int(i % 5 < share)}) + "\n")
    [row] = documented_rows(tmp_path, tell=told)
    assert (row.world, row.value, row.is_met) == ("gpt-4, prime", pytest.approx(40.0), True)
    assert row.accept == "worse (+32.9 published)"
