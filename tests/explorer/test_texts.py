"""Texts that people sent are shown as texts, whatever they contain."""

from __future__ import annotations

import re

import pytest

from backend.reports.models import Report
from tests.factories import make_report

pytestmark = pytest.mark.django_db
OTHER_SCRIPT = r'<script(?! src="/static/[a-z_/0-9.-]+" defer></script>)'
ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def test_markup_in_a_report_stays_text_on_every_page(visitor, clock) -> None:
    report = make_report(prompt=ATTACK, response=ATTACK, comment=ATTACK, model_label=ATTACK)
    for address in (f"/reports/{report.pk}/", "/reports/", "/reports/?q=alert"):
        page = visitor.get(address).content.decode()
        assert not re.search(OTHER_SCRIPT, page)
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_markup_in_a_fence_or_its_language_stays_text(visitor, clock) -> None:
    text = f"Try:\n```py<b>\n{ATTACK}\n```\nDone."
    report = make_report(prompt=text, response=text)
    page = visitor.get(f"/reports/{report.pk}/").content.decode()
    assert page.count('<span class="language">py&lt;b&gt;</span>') == 2
    assert "<b>" not in page
    assert page.count('<code tabindex="0">&lt;script&gt;') == 2
    assert "Done.</div>" in page
    assert "<p>Done.</p>" in page


def test_markup_in_the_search_stays_text(visitor, clock) -> None:
    for query in ({"q": ATTACK, "site": ATTACK}, {"q": ATTACK}):
        page = visitor.get("/reports/", query).content.decode()
        assert not re.search(OTHER_SCRIPT, page)
        assert "<img" not in page


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\n```python\nx = 1\n```\nb",
         'a\n<span class="code"><span class="language">python</span>'
         '<code tabindex="0">x = 1</code></span>b'),
        ("```\nno end", '<span class="code"><code tabindex="0">no end</code></span>'),
        ("no `fence` here", "no `fence` here"),
        ("````\n```\n````", '<span class="code"><code tabindex="0">```</code></span>'),
    ],
)  # fmt: skip
def test_fenced_code_is_shown_as_code(visitor, clock, text: str, shown: str) -> None:
    report = make_report()
    Report.objects.filter(pk=report.pk).update(prompt=text)
    page = visitor.get(f"/reports/{report.pk}/").content.decode()
    assert f'<div class="text" dir="auto" id="prompt-text">{shown}</div>' in page


def test_a_placeholder_is_marked_with_what_it_hides(visitor, clock) -> None:
    report = make_report(prompt="Write to [EMAIL_1] or [API_KEY_12], not to [email_1] or [X].")
    page = visitor.get(f"/reports/{report.pk}/").content.decode()
    mark = '<mark class="placeholder" title="hidden before it was sent: '
    assert f'{mark}email">[EMAIL_1]</mark>' in page
    assert f'{mark}api key">[API_KEY_12]</mark>' in page
    assert page.count("<mark") == 2


def test_characters_that_reorder_text_are_made_visible(visitor, clock) -> None:
    report = make_report()
    Report.objects.filter(pk=report.pk).update(response="safe\u202egnp.exe\u200b")
    page = visitor.get(f"/reports/{report.pk}/").content.decode()
    assert "safe\u27e8U+202E\u27e9gnp.exe\u27e8U+200B\u27e9" in page
    assert "\u202e" not in page


@pytest.mark.parametrize("state", ["pending", "quarantined", "rejected", "embargoed", "withdrawn"])
def test_a_report_that_is_not_public_is_on_no_page(visitor, clock, state: str) -> None:
    report = make_report(state=state, prompt="canary-not-public")
    assert visitor.get(f"/reports/{report.pk}/").status_code == 404
    for address in ("/reports/", "/reports/?q=canary", "/"):
        assert "canary-not-public" not in visitor.get(address).content.decode()
    assert "0 reports" in visitor.get("/reports/").content.decode()


def test_a_report_tells_where_its_label_was_read(visitor, clock) -> None:
    report = make_report(model_label="gpt-4-0613", model_label_source="picker")
    page = visitor.get(f"/reports/{report.pk}/").content.decode()
    assert "read from the model picker, as set at that moment" in page
    assert "Distributed training infrastructure</a>, as stated by the sender" in page
