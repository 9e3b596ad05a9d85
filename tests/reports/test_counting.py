"""Which reports take part in counts of contributors: what one sender can multiply may not."""

from __future__ import annotations

import pytest

from backend.reports.models import Receipt, Report
from backend.reports.selectors import reports_for_analysis
from tests.factories import make_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "clock")]
LABEL = {"openai": "gpt-4-0613", "anthropic": "Claude Opus 4.5"}


def is_counted(**overrides) -> bool:
    return bool(Receipt.objects.get(report=make_report(**overrides)).is_counted)


@pytest.mark.parametrize(
    ("site", "vendor", "counts"),
    [
        ("chatgpt", "openai", True),
        ("claude", "anthropic", True),
        ("claude", "openai", False),
        ("perplexity", "openai", False),
        ("open-webui", "openai", False),
        ("other", "anthropic", False),
    ],
)
def test_a_model_counts_where_its_own_vendor_answers(site, vendor, counts) -> None:
    assert is_counted(site=site, model_label=LABEL[vendor]) is counts


def test_a_model_that_nobody_knows_counts_anywhere() -> None:
    assert is_counted(site="other", model_label="some new model")


@pytest.mark.parametrize(("day", "counts"), [("2026-10-26", True), ("2026-10-25", False)])
def test_a_report_about_a_day_long_past_counts_nowhere(day, counts) -> None:
    assert is_counted(observed_on=day) is counts


def test_the_unlinked_count_nowhere() -> None:
    assert not is_counted(is_linked=False)


def test_simulated_and_imported_reports_are_not_asked_where_they_come_from() -> None:
    for provenance in ("simulated", "import"):
        old = {"observed_on": "2023-01-02", "site": "other"}
        assert is_counted(provenance=provenance, collection="c", **old)


def test_what_does_not_count_is_analysed_without_a_contributor() -> None:
    from backend.findings.arrays import _contributor_codes

    for site in ("chatgpt", "other"):
        make_report(site=site, contributor_tag="a" * 16)
    Report.objects.update(embedding=[0.5] * 384, embedding_model="test")
    rows = list(reports_for_analysis(as_of=Report.objects.first().observed_on, model_id="test"))
    columns = list(zip(*rows, strict=True))
    codes = _contributor_codes(columns[2], columns[7], columns[8])
    assert dict(zip(columns[2], codes, strict=True)) == {"chatgpt": "c0", "other": ""}


def test_a_real_report_about_an_invented_model_counts_nowhere() -> None:
    from backend.findings.arrays import report_arrays

    kept = [
        make_report(
            site="demo-brook-chat", model_label="brook-deep", contributor_tag="b" * 16,
            provenance="simulated", collection="demo",
        )
        for _ in range(2)
    ]  # fmt: skip
    # As it is kept where it came in before such reports were refused.
    Report.objects.filter(pk=kept[0].pk).update(provenance="report", collection="")
    Report.objects.update(embedding=[0.5] * 384, embedding_model="test")
    found = report_arrays(
        as_of=Report.objects.first().observed_on, model_id="test", n_dimensions=384
    )
    counted = dict(zip(found.provenance, found.contributor, strict=True))
    assert counted["report"] == ""
    assert counted["simulated"] != ""


@pytest.mark.parametrize(
    ("adapter", "client"),
    [
        ("chatgpt", "chatgpt/0.1.0"),
        ("generic", "generic/0.1.0"),
        ("mail-jane-at-example", "unknown/0.1.0"),
    ],
)
def test_an_adapter_that_nobody_knows_is_not_published(adapter, client) -> None:
    report = make_report(client={"extension_version": "0.1.0", "adapter": adapter})
    assert report.client == client
