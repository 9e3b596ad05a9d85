"""A file of graded answers becomes a series: all of it or nothing, and only once."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from backend.common.errors import RuleError
from backend.probes import services
from backend.probes.models import ProbeAccount, ProbeAnswer, ProbeSeries
from backend.probes.selectors import PROBE_COLUMNS, probe_series_public, probes_for_analysis
from tests.factories import make_probe_lines, make_probes

pytestmark = pytest.mark.usefixtures("catalogue", "clock")
FACTS = {
    "--series": "gpt-web", "--title": "An invented series", "--model": "gpt-4-0613",
    "--suite": "invented 1.0", "--grader": "exact 1.0", "--source-url": "https://suite.example/m",
    "--site": "chatgpt",
}  # fmt: skip


def write(folder: Path, lines: list[dict], name: str = "grades.jsonl") -> Path:
    path = folder / name
    text = "".join(json.dumps(line) + "\n" for line in lines).encode()
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return path


def run_command(path: Path, *flags: str, **facts: str) -> None:
    chosen = FACTS | {f"--{name.replace('_', '-')}": value for name, value in facts.items()}
    call_command(
        "import_probes", str(path), *(part for pair in chosen.items() for part in pair), *flags
    )


def test_every_answer_is_stored_under_its_series() -> None:
    lines = make_probe_lines(rounds=range(4))
    lines += make_probe_lines(rounds=[4], accounts=["second"], outcome="wrong")
    lines[0] |= {"outcome": "refused", "stratum": ""}
    for line in lines:
        line["stratum"] = "" if line["item"] == "law-1" else line["stratum"]
    series = make_probes(lines)
    assert ProbeAnswer.objects.count() == 3 * 2 * 4 + 2
    refused = ProbeAnswer.objects.get(outcome="refused")
    assert (refused.series_id, refused.account, refused.item, refused.round, refused.asked_on) == (
        "gpt-web", 1, "law-1", 0, date(2026, 10, 1),
    )  # fmt: skip
    assert (refused.domain_id, refused.stratum) == ("law", "")
    wrong = ProbeAnswer.objects.filter(outcome="wrong").order_by("item")
    assert [(row.account, row.item, row.stratum, row.round) for row in wrong] == [
        (2, "law-1", "", 4), (2, "math-1", "choice", 4),
    ]  # fmt: skip
    assert (series.provenance, series.n_baseline, series.site_id) == ("probe", 4, "chatgpt")


def test_a_series_says_what_it_holds_without_reading_an_answer(django_assert_num_queries) -> None:
    make_probes(make_probe_lines(rounds=range(4)))
    make_probes(make_probe_lines(rounds=[4], accounts=["third"]))
    with django_assert_num_queries(1):
        (series,) = probe_series_public()
        assert (series.model.vendor.name, series.site.name) == ("OpenAI", "ChatGPT")
    assert (series.n_answers, series.n_accounts, series.n_items, series.n_rounds) == (26, 3, 2, 5)
    assert (series.asked_first_on, series.asked_last_on) == (date(2026, 10, 1), date(2026, 10, 5))
    assert series.is_simulated is False


def test_a_file_that_comes_twice_changes_nothing(clock) -> None:
    make_probes()
    before = list(ProbeAnswer.objects.order_by("pk").values())
    clock.move_to("2026-11-24T12:00:00Z")
    make_probes()
    assert list(ProbeAnswer.objects.order_by("pk").values()) == before
    series = ProbeSeries.objects.get()
    assert (series.n_answers, series.imported_on, series.updated_on) == (
        30, date(2026, 11, 23), date(2026, 11, 23),
    )  # fmt: skip


def test_an_account_keeps_its_number_from_file_to_file() -> None:
    make_probes(make_probe_lines(rounds=range(4), accounts=["b", "a"]))
    make_probes([
        *make_probe_lines(rounds=[4], accounts=["a"], outcome="wrong"),
        *make_probe_lines(rounds=[4], accounts=["b"], outcome="refused"),
    ])  # fmt: skip
    later = ProbeAnswer.objects.filter(round=4).order_by("account", "item")
    assert [(row.account, row.outcome) for row in later] == [
        (1, "refused"), (1, "refused"), (2, "wrong"), (2, "wrong"),
    ]  # fmt: skip
    assert ProbeAccount.objects.count() == 2


def test_a_baseline_may_come_in_parts() -> None:
    for number in range(5):
        make_probes(make_probe_lines(rounds=[number]))
    assert ProbeSeries.objects.get().n_rounds == 5


def test_the_analysis_reads_rows_in_order_up_to_a_day() -> None:
    make_probes(make_probe_lines(accounts=["z", "a"])[::-1], slug="later")
    make_probes(slug="demo", model="demo-brook-deep", site=None, is_simulated=True)
    rows = list(probes_for_analysis(as_of=date(2026, 10, 5)))
    assert len(rows) == 50
    assert rows == sorted(rows, key=lambda row: (row[0], *(row[i] for i in (2, 3, 6))))
    first = dict(zip(PROBE_COLUMNS, rows[0], strict=True))
    assert first == {
        "series_id": "demo", "series__model_id": "demo-brook-deep",
        "account": 1, "item": "law-1",
        "domain_id": "law", "stratum": "choice", "round": 0, "is_baseline": True,
        "asked_on": date(2026, 10, 1), "outcome": "right", "series__provenance": "simulated",
        "series__site_id": None,
    }  # fmt: skip
    assert [row[7] for row in rows[:5]] == [True] * 4 + [False]
    assert len(probes_for_analysis(as_of=date(2026, 10, 4))) == 40
    assert len(probes_for_analysis(as_of=date(2026, 9, 30))) == 0


def test_the_command_stores_a_file_and_says_what_is_next(tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(services, "BATCH_ROWS", 7)
    run_command(write(tmp_path, make_probe_lines(rounds=range(4)), "grades.jsonl.gz"))
    printed = capsys.readouterr()
    assert printed.out == (
        "24 answers read: 24 new, 0 already there.\n"
        "Series gpt-web: 24 answers of 3 accounts to 2 items in 4 rounds, 2026-10-01 to 2026-10-04. "
        "Its baseline is rounds 0 to 3.\n"
        "Next: ask the same with the same accounts and import the grades as round 4; from round 4 on "
        "there is something to compare: manage.py run_analysis\n"
    )
    assert "Reading: 24 answers" in printed.err
    assert "Storing: 24 answers" in printed.err
    run_command(write(tmp_path, make_probe_lines(rounds=[3, 4])))
    assert capsys.readouterr().out == (
        "12 answers read: 6 new, 6 already there.\n"
        "Series gpt-web: 30 answers of 3 accounts to 2 items in 5 rounds, 2026-10-01 to 2026-10-05. "
        "Its baseline is rounds 0 to 3, frozen.\n"
        "Next: manage.py run_analysis\n"
    )


def test_accounts_that_agree_in_everything_are_asked_about(tmp_path, capsys) -> None:
    items = [(f"law-{number}", "law") for number in range(20)]
    lines = make_probe_lines(items=items, accounts=["a", "b", "c"])
    lines[-1]["outcome"] = "wrong"  # of the third
    run_command(write(tmp_path, lines))
    told = capsys.readouterr().out
    assert (
        "Accounts 1 and 2 have the same grades of everything: are these really two accounts?"
        in told
    )
    assert told.count("really two") == 1
    run_command(
        write(tmp_path, make_probe_lines(items=items[:19], rounds=range(4))), series="fewer"
    )
    assert "really two" not in capsys.readouterr().out


def test_simulated_answers_are_called_so(tmp_path: Path, capsys) -> None:
    path = write(tmp_path, make_probe_lines())
    run_command(path, "--simulated", series="demo", model="demo-brook-deep", site="demo-brook-chat")
    assert "Series demo [SIMULATED]: 30 answers" in capsys.readouterr().out
    assert ProbeSeries.objects.get().is_simulated is True


def test_the_help_shows_a_line_that_can_be_imported(capsys) -> None:
    with pytest.raises(SystemExit):
        call_command("import_probes", "--help")
    told = capsys.readouterr().out
    start = told.index('    {"account"')
    example = json.loads(told[start : told.index("}", start) + 1])
    make_probes([example])
    assert ProbeAnswer.objects.get().item == "law-017"
    assert "manage.py import_probes 2026-09.jsonl.gz --series maker-1-web" in told


def test_the_command_names_the_line_and_stores_nothing(tmp_path: Path) -> None:
    lines = make_probe_lines()
    lines[3]["outcome"] = "fine"
    with pytest.raises(CommandError) as refused:
        run_command(write(tmp_path, lines))
    assert str(refused.value) == (
        "Line 4: outcome must be one of right, wrong, refused. Nothing of the file is stored."
    )
    assert (ProbeSeries.objects.count(), ProbeAnswer.objects.count()) == (0, 0)


def test_a_path_that_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"absent\.jsonl can't be read \(No such file"):
        run_command(tmp_path / "absent.jsonl")
    with pytest.raises(CommandError, match=r"can't be read \(Is a directory\)"):
        run_command(tmp_path)
    assert ProbeSeries.objects.count() == 0


@pytest.mark.parametrize("damage", [lambda data: data[:-20], lambda data: b"no gzip at all"])
def test_a_damaged_file_is_refused(tmp_path: Path, damage) -> None:
    path = write(tmp_path, make_probe_lines(), "grades.jsonl.gz")
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(CommandError, match=r"Line \d+: the file is damaged from here on"):
        run_command(path)
    assert ProbeSeries.objects.count() == 0


def test_a_file_without_answers_makes_no_series() -> None:
    with pytest.raises(RuleError, match="There is no answer in the file"):
        make_probes([])
    assert ProbeSeries.objects.count() == 0
