"""What is said of a series must be true of it, and stays; a series goes wholly."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from backend.common.errors import RuleError
from backend.probes.models import ProbeAccount, ProbeAnswer, ProbeSeries
from tests.factories import make_probe_lines, make_probes

pytestmark = pytest.mark.usefixtures("catalogue", "clock")
OTHER = (
    "The series gpt-web is another one. Describe it as it is, or take another slug: another suite, "
    "grader, model or place is another series."
)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"slug": "GPT web"}, "series: At most 60 small letters, digits and single hyphens"),
        ({"slug": "a" * 61}, "series: At most 60"),
        ({"title": " "}, "title: 1 to 200 printable characters on one line."),
        ({"title": "a" * 201}, "title: 1 to 200"),
        ({"suite": "a\nb"}, "suite: 1 to 120"),
        ({"grader": ""}, "grader: 1 to 120"),
        ({"source_url": "http://suite.example/"}, "source_url: An address that begins with https://"),
        ({"source_url": "https://suite.example/" + "a" * 500}, "source_url: An address"),
        ({"model": "nothing-such"}, "model: A model of the catalogue."),
        ({"site": "nothing-such"}, "site: A site of the catalogue, or none for the vendor's API."),
        ({"n_baseline": 3}, "n_baseline: 4 to 199 rounds."),
        ({"n_baseline": 200}, "n_baseline: 4 to 199 rounds."),
        ({"is_simulated": True}, "model: SIMULATED answers are of an invented model"),
        ({"model": "demo-brook-deep"}, "model: The model is invented: say that its answers are SIM"),
    ],
)  # fmt: skip
def test_a_fact_that_is_none_is_named(facts: dict[str, Any], message: str) -> None:
    with pytest.raises(RuleError) as error:
        make_probes(**facts)
    assert message in str(error.value)
    assert ProbeSeries.objects.count() == 0


@pytest.mark.parametrize(
    ("facts", "difference"),
    [
        ({"model": "gpt-4-0314"}, "model: it is gpt-4-0613, not gpt-4-0314."),
        ({"site": None}, "site: it is chatgpt, not none."),
        ({"suite": "invented 1.1"}, "suite: it is invented 1.0, not invented 1.1."),
        ({"grader": "exact 2.0"}, "grader: it is exact 1.0, not exact 2.0."),
        ({"n_baseline": 5}, "n_baseline: it is 4, not 5."),
        (
            {"model": "demo-brook-deep", "is_simulated": True},
            "model: it is gpt-4-0613, not demo-brook-deep.; provenance: it is probe, not simulated.",
        ),
    ],
)
def test_a_series_that_exists_stays_what_it_is(facts: dict[str, Any], difference: str) -> None:
    make_probes()
    with pytest.raises(RuleError) as error:
        make_probes(make_probe_lines(rounds=[5]), **facts)
    assert str(error.value) == f"{OTHER} ({difference})"
    assert ProbeAnswer.objects.count() == 30


def test_a_title_and_an_address_may_change() -> None:
    make_probes()
    make_probes(title="A better title", source_url="https://suite.example/moved")
    series = ProbeSeries.objects.get()
    assert (series.title, series.source_url) == ("A better title", "https://suite.example/moved")


def test_a_longer_baseline_takes_more_rounds() -> None:
    make_probes(make_probe_lines(rounds=range(5)), n_baseline=6)
    make_probes(make_probe_lines(rounds=[5, 6]), n_baseline=6)
    assert ProbeSeries.objects.get().n_rounds == 7


@pytest.mark.parametrize(
    "change",
    [{"source_url": "http://suite.example/"}, {"n_baseline": 3}],
)
def test_the_database_holds_to_it_too(change: dict[str, Any]) -> None:
    make_probes()
    with pytest.raises(IntegrityError), transaction.atomic():
        ProbeSeries.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProbeAnswer.objects.update(item="Is 21 a prime number?")
    with pytest.raises(IntegrityError), transaction.atomic():
        ProbeAnswer.objects.update(stratum="two words")


def test_a_series_is_removed_wholly(monkeypatch, capsys) -> None:
    make_probes()
    make_probes(slug="other")
    asked = []
    monkeypatch.setattr("builtins.input", lambda words: asked.append(words) or "no")
    with pytest.raises(CommandError, match=r"Nothing is removed\."):
        call_command("delete_probes", "gpt-web")
    assert ProbeAnswer.objects.count() == 60
    assert "Remove the series gpt-web with all its answers?" in asked[0]
    monkeypatch.setattr("builtins.input", lambda words: "yes")
    call_command("delete_probes", "gpt-web")
    assert capsys.readouterr().out == (
        "Removed the series gpt-web with 30 answers.\nNext: manage.py run_analysis\n"
    )
    for table in (ProbeAnswer, ProbeAccount):
        assert set(table.objects.values_list("series", flat=True)) == {"other"}
    call_command("delete_probes", "other", "--yes")
    assert (ProbeSeries.objects.count(), ProbeAccount.objects.count()) == (0, 0)
    with pytest.raises(CommandError, match="There is no such series"):
        call_command("delete_probes", "other", "--yes")


def test_nobody_is_asked_about_a_series_that_is_not_there(monkeypatch) -> None:
    make_probes()
    monkeypatch.setattr("builtins.input", lambda words: pytest.fail("asked"))
    with pytest.raises(CommandError, match="There is no such series"):
        call_command("delete_probes", "nope")
    assert ProbeAnswer.objects.count() == 30


def test_where_nobody_can_be_asked_nothing_is_removed_and_the_option_is_named(monkeypatch) -> None:
    make_probes()
    monkeypatch.setattr("sys.stdin", StringIO())
    with pytest.raises(CommandError, match=r"Nothing is removed: .* Say --yes"):
        call_command("delete_probes", "gpt-web")
    assert ProbeAnswer.objects.count() == 30
