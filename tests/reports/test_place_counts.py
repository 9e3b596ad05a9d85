"""Numbers of places, domains and periods come from the tally, and are those of counting one by one."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from django.db.models import Value

from backend.reports.counts import (
    DomainCounts,
    DomainWeeks,
    ModelCount,
    PairCount,
    WeekCount,
    domain_counts_public,
    domain_weeks_public,
    model_pair_counts_public,
    newest_day_public,
    pair_counts_public,
    period_pair_counts_public,
    place_counts_public,
)
from backend.reports.models import Report
from backend.reports.selectors import (
    overview_counts_public,
    reports_public,
    reports_public_timely,
    weeks_timely_public,
)
from backend.reports.tallies import domains_counted_store, tally_fold
from tests.factories import make_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "clock")]
NEWER = {"extension_version": "0.2.0", "adapter": "chatgpt"}


@pytest.fixture(params=[False, True], ids=["noted", "folded"])
def reports(request) -> None:
    for n in range(12):
        make_report(
            prompt=f"A gradient, case {n}.",
            site=("chatgpt", "claude")[n % 2],
            model_label=("gpt-4-0613", "Nobody 7", "gpt-4-0314", "GPT-4-0613")[n % 4],
            symptoms=(["wrong_answer"], ["refusal"], ["refusal", "shallow_answer"])[n % 3],
            observed_on=f"2026-{9 + n % 3:02d}-{1 + n:02d}",
            **({"client": NEWER} if n % 5 == 0 else {}),
        )
    make_report(provenance="import", collection="quiz", observed_on="2026-10-10")
    make_report(provenance="simulated", collection="demo", observed_on="2026-11-15")
    make_report(state="pending")
    make_report(state="embargoed")
    domains_counted_store(
        placed=Report.objects.order_by("pk").values_list("pk", "site_id")[:9], is_whole=True
    )
    if request.param:
        tally_fold()


def monday(report: Report) -> date:
    return report.observed_on - timedelta(days=report.observed_on.weekday())


def weeks_of(reports: list[Report]) -> list[WeekCount]:
    counts = Counter((monday(report), report.is_silent) for report in reports)
    weeks = sorted({week for week, _ in counts})
    return [WeekCount(week, counts[week, True], counts[week, False]) for week in weeks]


@pytest.mark.parametrize(
    ("place", "slug"),
    [("model", "gpt-4-0613"), ("vendor", "openai"), ("site", "claude"), ("model", "gpt-5")],
)
def test_a_place(reports, place, slug, django_assert_num_queries) -> None:
    field = {"model": "model", "vendor": "model__vendor", "site": "site"}[place]
    own = list(reports_public().filter(**{field: slug}).prefetch_related("symptoms"))
    with django_assert_num_queries(4 if place == "vendor" else 3):
        found = place_counts_public(place=place, slug=slug)
    assert found.weeks == weeks_of([r for r in own if r.provenance != "import"])
    symptoms = Counter((s.pk, s.name, s.kind) for report in own for s in report.symptoms.all())
    assert found.symptoms == sorted(
        ((*key, n) for key, n in symptoms.items()), key=lambda row: (-row[3], row[0])
    )
    sources = Counter(
        (r.site_id, r.site.name, r.client.split("/")[-1], r.model_id or "",
         r.model_label if r.model_id else "")
        for r in own
    )  # fmt: skip
    shown = {(s.site, s.site_name, s.version, s.model, s.label): s.n for s in found.sources}
    assert shown == dict(sources)
    assert (len(own) > 0) == (slug != "gpt-5")


def test_a_label_of_no_known_model_is_not_told(reports) -> None:
    sources = place_counts_public(place="site", slug="claude").sources
    assert {source.label for source in sources if not source.model} == {""}


def test_a_domain(reports) -> None:
    own = list(reports_public().filter(counted__domain="chatgpt").select_related("model"))
    models = Counter(
        (r.model.pk, r.model.name, r.model.is_fictional) if r.model else ("", "", False)
        for r in own
    )
    rows = [ModelCount(*key, n=n) for key, n in models.items()]
    rows.sort(key=lambda row: (-row.n, row.slug == "", row.slug))
    assert domain_counts_public("chatgpt") == DomainCounts(rows, weeks_of(own))
    assert domain_counts_public("law") == DomainCounts([], [])


@pytest.mark.parametrize("has_simulated", [False, True])
def test_the_weeks_of_a_domain(reports, has_simulated, django_assert_num_queries) -> None:
    ids = Report.objects.order_by("pk").values_list("pk", flat=True)
    chosen = [
        *ids.filter(provenance="report", state="released")[:7], *ids.filter(provenance="import"),
        *ids.exclude(state="released"),
        *(ids.filter(provenance="simulated") if has_simulated else ()),
    ]  # fmt: skip
    placed = Report.objects.filter(pk__in=chosen).annotate(domain=Value("law"))
    domains_counted_store(placed=placed.values_list("pk", "domain"), is_whole=True)
    own = list(reports_public().filter(pk__in=chosen))
    assert len(own) == 8 + has_simulated
    with django_assert_num_queries(1):
        found = domain_weeks_public("law")
    assert found == DomainWeeks(weeks_of(own), has_simulated)
    assert found.weeks == domain_counts_public("law").weeks
    assert domain_weeks_public("chatgpt") == DomainWeeks([], has_simulated=False)


def test_two_models(reports, django_assert_num_queries) -> None:
    left, right = "gpt-4-0613", "gpt-4-0314"
    with django_assert_num_queries(3):
        found = model_pair_counts_public(left=left, right=right)
    assert found == pair_counts_public(
        reports_public(), left={"model": left}, right={"model": right}
    )
    assert sum(found.silent + found.stated) == 8 + 3


@pytest.mark.parametrize(
    "days",
    [("2026-09-01", "2026-09-30", "2026-10-01", "2026-11-30"),
     ("2026-09-02", "2026-10-10", "2026-10-10", "2026-10-10"),
     ("2026-01-01", "2026-11-26", "2026-09-07", "2026-09-13"),
     ("2020-01-01", "2020-01-31", "2020-02-01", "2020-02-29")],
)  # fmt: skip
def test_two_periods(reports, days, django_assert_num_queries) -> None:
    first, last, second, end = map(date.fromisoformat, days)
    with django_assert_num_queries(3):
        found = period_pair_counts_public(left=(first, last), right=(second, end))
    assert found == pair_counts_public(
        reports_public_timely(),
        left={"observed_on__range": (first, last)},
        right={"observed_on__range": (second, end)},
    )
    if first.year == 2020:
        assert found == PairCount((0, 0), (0, 0), [])
    else:
        assert sum(found.silent + found.stated) > 0


def test_a_domain_limits_a_pair(reports) -> None:
    sides = {"left": {"model": "gpt-4-0613"}, "right": {"model": "gpt-4-0314"}}
    inside = reports_public().filter(pk__in=list(
        reports_public().filter(counted__domain="chatgpt").values_list("pk", flat=True)
    ))  # fmt: skip
    found = pair_counts_public(reports_public(), **sides, domain="chatgpt")
    assert found == pair_counts_public(inside, **sides)
    assert found != pair_counts_public(reports_public(), **sides)


def test_the_overview(reports, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        counts, weeks = overview_counts_public()
    assert (counts["n_reports"], counts["n_imported"], counts["n_people"]) == (14, 1, 12)
    for name in ("site", "model"):
        n_different = len(
            {value for value in reports_public().values_list(name, flat=True) if value}
        )
        assert counts[f"n_{name}s"] == n_different
    by_week = Counter(monday(report) for report in reports_public_timely())
    assert weeks == weeks_timely_public() == sorted(by_week.items())


def test_the_newest_day_is_of_a_persons_report(reports) -> None:
    people = reports_public().filter(provenance="report")
    assert newest_day_public() == max(report.observed_on for report in people)
    people.delete()
    assert newest_day_public() is None
