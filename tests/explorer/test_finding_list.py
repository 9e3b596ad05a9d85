"""The list of findings: filters with counts in the address, what has ended apart from what stands."""

from __future__ import annotations

import re

import pytest

from backend.findings.models import Finding
from tests.factories import make_finding, make_report, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(catalogue, clock) -> dict[str, Finding]:
    run = make_run()
    return {
        "standing": make_finding(run=run),
        "ended": make_finding(run=run, domain_id="law", state="resolved", n_contributors=30),
        "gone": make_finding(run=run, domain_id="medicine", state="insufficient"),
        "stated": make_finding(
            run=run, model_id="gpt-4-0314", symptom_kind="stated", n_contributors=11
        ),
        "demo": make_finding(
            run=run, model_id="demo-aster-large", is_simulated=True, n_contributors=10
        ),
        "held": make_finding(run=run, model_id="gpt-4", is_published=False),
    }


def shown(visitor, many, query: str = "") -> list[str]:
    """Names of the findings on the page, in its order."""
    page = visitor.get(f"/findings/{query}").content.decode()
    names = {finding.name: name for name, finding in many.items()}
    return [names[name] for name in re.findall(r'<h3><a href="/findings/([^/]+)/">', page)]


def options(visitor, name: str, query: str = "") -> list[str]:
    page = visitor.get(f"/findings/{query}").content.decode()
    select = page[page.index(f'<select name="{name}"') :]
    return re.findall(r"<option value=\"[^\"]+\"[^>]*>([^<]+)", select[: select.index("</select>")])


def test_what_stands_comes_before_what_has_ended(visitor, many) -> None:
    page = visitor.get("/findings/").content.decode()
    assert re.findall(r"<h2>([^<]+)</h2>", page) == [
        "What stands out now", "What stood out and has ended",
        "What no longer stands out, or was refuted",
    ]  # fmt: skip
    assert shown(visitor, many) == ["standing", "stated", "demo", "ended", "gone"]


@pytest.mark.parametrize(
    ("query", "names"),
    [("?state=resolved", ["ended"]), ("?vendor=demo-aster", ["demo"]),
     ("?model=gpt-4-0314", ["stated"]), ("?domain=law", ["ended"]), ("?kind=stated", ["stated"]),
     ("?is_simulated=true", ["demo"]), ("?is_simulated=false", ["standing", "stated", "ended", "gone"]),
     ("?vendor=openai&kind=silent&state=", ["standing", "ended", "gone"]), ("?vendor=google", []),
     ("?state=refuted", []), ("?sort=contributors&vendor=openai", ["standing", "stated", "ended", "gone"])],
)  # fmt: skip
def test_filters_are_in_the_address_and_the_api_has_them_too(visitor, many, query, names) -> None:
    assert shown(visitor, many, query) == names
    asked = "&".join(
        part for part in query[1:].split("&") if not part.endswith("=") and "sort" not in part
    )
    body = visitor.get(f"/api/v1/findings/?{asked}").json()
    assert {row["id"] for row in body["results"]} == {many[name].pk for name in names}


def test_each_filter_counts_what_it_leaves_beside_the_others(visitor, many) -> None:
    assert options(visitor, "state") == ["reported (3)", "resolved (1)", "not enough data (1)"]
    assert options(visitor, "vendor") == ["Aster Labs (fictional) (1)", "OpenAI (4)"]
    assert options(visitor, "is_simulated") == ["left out (4)", "only these (1)"]
    assert options(visitor, "state", "?vendor=openai") == [
        "reported (2)", "resolved (1)", "not enough data (1)",
    ]  # fmt: skip
    assert options(visitor, "vendor", "?vendor=openai") == [
        "Aster Labs (fictional) (1)", "OpenAI (4)",
    ]  # fmt: skip
    assert "google (0)" in options(visitor, "vendor", "?vendor=google")


def test_a_held_finding_is_counted_in_no_filter(visitor, many) -> None:
    assert not any("version not shown" in name for name in options(visitor, "model"))


@pytest.mark.parametrize(
    "query",
    ["?state=great", "?model=no-such", "?colour=red", "?kind=silent&kind=stated", "?sort=luck",
     "?is_simulated=1", "?model=%00"],
)  # fmt: skip
def test_an_unknown_filter_is_an_error_and_shows_nothing(visitor, many, query: str) -> None:
    answer = visitor.get(f"/findings/{query}")
    assert answer.status_code == 400
    assert '<p class="problem" role="alert">' in answer.content.decode()
    assert shown(visitor, many, query) == []
    if "sort" not in query:
        error = visitor.get(f"/api/v1/findings/{query}")
        expected = (404, "filter_unknown") if "no-such" in query else (400, "filter_invalid")
        assert (error.status_code, error.json()["error"]["code"]) == expected


def test_many_findings_come_on_pages_that_keep_the_filters(visitor, many, monkeypatch) -> None:
    from backend.explorer.views import findings as view

    monkeypatch.setattr(view, "PAGE_CARDS", 2)
    page = visitor.get("/findings/?vendor=openai&page=2").content.decode()
    assert shown(visitor, many, "?vendor=openai&page=2") == ["ended", "gone"]
    assert '<a rel="prev" href="?vendor=openai&amp;page=1">' in page
    assert "Page 2 of 2" in page


@pytest.mark.parametrize("state", ["refuted", "insufficient"])
def test_nothing_is_said_to_last_that_was_refuted_or_no_longer_stands_out(
    visitor, clock, state
) -> None:
    """No card, no timeline, no comparison of periods says that it began, or goes on."""
    make_report(observed_on="2026-06-01")
    found = make_finding(run=make_run())
    pages = ["/", "/findings/", "/models/gpt-4-0613/", "/vendors/openai/",
             "/compare/?left=2026-06-01..2026-08-31&right=2026-09-01..2026-11-22",
             f"/findings/{found.name}/"]  # fmt: skip
    said = re.compile(
        r"still lasting|began in about the week|<td>began|not yet</dd>"
        r"|Findings that went on</h2>\s*<(?:table|div)"
    )
    accusing = [address for address in pages if said.search(visitor.get(address).content.decode())]
    assert accusing == pages
    Finding.objects.update(state=state)
    assert [
        address for address in pages if said.search(visitor.get(address).content.decode())
    ] == []
