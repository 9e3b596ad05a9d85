"""Rows that are put together in Python: every value is escaped, once."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

import pytest
from django.template import Context, Template
from django.utils import translation

from backend.catalogue.selectors import Name
from backend.charts.kinds import KINDS, Column
from backend.explorer.facets import Facet, Option
from backend.explorer.rows import facet_rows, report_rows, similar_rows
from backend.reports.listed import ListedReport

BAD = "<b>\"'&"
SAFE = "&lt;b&gt;&quot;&#x27;&amp;"
ID = UUID(int=7)
NAMES = {
    "site": {"chat": Name(BAD, "", False)}, "model": {}, "domain": {"law": Name(BAD, "", False)},
    "symptom": {"b": Name("Second", "silent", False), "a": Name(BAD, "stated", False)},
}  # fmt: skip


def listed(**given: object) -> ListedReport:
    facts = {
        "pk": ID, "observed_on": date(2026, 11, 3), "provenance": "report", "site": "chat", "model": None,
        "model_label": BAD, "domain": "law", "symptoms": ["a", "b"], "prompt": f"{BAD} [EMAIL_1]",
        "response": BAD, "snippets": None,
    }  # fmt: skip
    return ListedReport(**(facts | given))


def test_a_report_in_a_list() -> None:
    mark = '<mark class="placeholder" title="hidden before it was sent: email">[EMAIL_1]</mark>'
    assert report_rows([listed()], NAMES) == (
        f'<li>\n  <div><a href="/reports/{ID}/">{SAFE} {mark}</a></div>\n'
        f'  <p class="excerpt soft">{SAFE}</p>\n'
        f"  <div><small>3 November 2026 · {SAFE} · “{SAFE}” · {SAFE} · "
        f"Second (silent), {SAFE} (stated)</small></div>\n</li>\n"
    )


def test_a_report_that_was_found_by_its_words() -> None:
    row = report_rows([listed(snippets=(f"{BAD}\x01hit\x02", ""), model="gone")], NAMES)
    assert f'{SAFE}<mark class="hit">hit</mark></a>' in row
    assert '<p class="excerpt soft"></p>' in row
    assert f" · {SAFE} · gone · {SAFE} · " in row, "a model without a name goes by its slug"


@pytest.mark.parametrize(
    ("provenance", "tag"),
    [("simulated", '<span class="tag simulated">SIMULATED</span> '),
     ("import", '<span class="tag">imported</span> '), ("report", "")],
)  # fmt: skip
def test_where_a_report_comes_from_is_said(provenance, tag) -> None:
    for row in (
        report_rows([listed(provenance=provenance, prompt="")], NAMES),
        similar_rows([(0.5, listed(provenance=provenance, prompt=""))], NAMES),
    ):
        assert f'<div>{tag}<a href="/reports/{ID}/">…</a></div>' in row


@pytest.mark.parametrize(
    ("cosine", "words"),
    [(1.0, "almost the same (1.00)"), (0.949, "very alike (0.95)"), (0.75, "very alike (0.75)"),
     (0.55, "alike (0.55)"), (0.3, "somewhat alike (0.30)")],
)  # fmt: skip
def test_how_like_another_report_is(cosine, words) -> None:
    assert f'<span class="likeness">{words}</span>' in similar_rows([(cosine, listed())], NAMES)


def test_filters_beside_a_list() -> None:
    chosen = Option(BAD, 12345, "/?a=1&b=2", is_chosen=True, is_fictional=True)
    other = Option("x", None, "/", is_chosen=False, is_fictional=False)
    rows = facet_rows([Facet("site", BAD, [chosen], [other], is_chosen=True)])
    assert rows == (
        f"<details open><summary>{SAFE}</summary>\n"
        f'<ul><li><a href="/?a=1&amp;b=2" aria-current="true">{SAFE} <span aria-hidden="true">×</span>'
        '<span class="unseen">(remove)</span></a> <span class="tag simulated">SIMULATED</span>'
        ' <span class="n">12\u202f345</span></li>\n</ul>\n'
        '<details class="more"><summary>1 more</summary><ul><li><a href="/">x</a></li>\n</ul></details>'
        "</details>\n"
    )
    folded = facet_rows([Facet(name, name, [other], [], is_chosen=False) for name in "abcd"])
    assert re.findall("<details( open|)><summary>(.)", folded) == [
        (" open", "a"), (" open", "b"), (" open", "c"), ("", "d"),
    ]  # fmt: skip


def shown(template: str, **context: object) -> str:
    return Template("{% load charts explorer findings places %}" + template).render(
        Context(context)
    )


def test_the_rows_of_a_chart() -> None:
    columns = [
        Column("week", "Week"),
        Column("n", "Number", is_number=True),
        Column("note", "Note"),
    ]
    assert shown("{% chart_rows rows columns %}", rows=[[BAD, 1.5, None]], columns=columns) == (
        f'<tr><td class="dates">{SAFE}</td><td class="number">1.5</td><td class="dates">–</td></tr>\n'
    )


@pytest.mark.parametrize(
    ("kind", "column", "words"),
    [
        ("reports", "row", ["Woche", "Modell veröffentlicht", "sonst etwas"]),
        ("map", "state", ["betroffen", "wie üblich", "nicht genügend Daten"]),
        ("clusters", "place", ["dieses Fachgebiet", "ein benachbartes Fachgebiet"]),
    ],
)
def test_codes_of_a_chart_are_said_in_the_pages_language(kind: str, column: str, words) -> None:
    codes = {
        "row": ["week", "release", "sonst etwas"],
        "state": ["affected", "normal", "unknown"],
        "place": ["own", "neighbour"],
    }
    columns = [one for one in KINDS[kind].columns if one.name == column]
    with translation.override("de"):
        table = shown(
            "{% chart_rows rows columns %}",
            rows=[[code] for code in codes[column]],
            columns=columns,
        )
    assert re.findall(r">([^<>]+)</td>", table) == words


def test_the_options_of_a_list() -> None:
    assert shown("{% options rows chosen %}", rows=[("a", BAD), (BAD, "b")], chosen=BAD) == (
        f'<option value="a">{SAFE}</option><option value="{SAFE}" selected>b</option>'
    )


def test_one_of_two_cells_that_are_compared() -> None:
    side = {
        "state": "reported",
        "finding": 3,
        "expected": 2.25,
        "n_contributors": 1234,
        "n_ratings": 1,
    }
    cell = shown("{% compared_cell side %}", side=side)
    assert cell == (
        '<a href="/findings/3/">reported</a><br><small>1\u202f234 where 2.2 would be expected; 1 rating'
        "</small>"
    )
    hidden = side | {"state": BAD, "finding": None, "n_contributors": None, "n_ratings": None}
    assert shown("{% compared_cell side %}", side=hidden) == (
        f"{SAFE}<br><small>fewer than 5 where 2.2 would be expected</small>"
    )
    assert shown("{% compared_cell side %}", side=hidden | {"expected": None}) == SAFE


def test_the_windows_of_a_finding() -> None:
    days = {"window_start": date(2026, 1, 5), "window_end": date(2026, 3, 1)}
    told = days | {"observed": 1234, "expected": 2.0, "ic": -1.5, "ic_strict": -2.25}
    few = days | {"observed": None, "expected": 2.0, "ic": None, "ic_strict": None}
    first, second = shown("{% window_rows rows %}", rows=[told, few]).split("</tr>")[:2]
    assert '<span class="dates">2026-01-05 to 2026-03-01</span>' in first
    assert '<data value="1234" data-field="/windows/0/observed">1\u202f234</data>' in first
    assert '<data value="-1.5" data-field="/windows/0/ic">\u22121.50</data>' in first
    assert '<td class="number">fewer than 5</td>' in second
    assert second.count('<td class="number">\u2013</td>') == 2
    assert "/windows/1/expected" in second
