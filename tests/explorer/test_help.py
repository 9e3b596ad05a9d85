"""Pages say what happened and what to do next."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from backend.explorer.templatetags.explorer import sunday

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("monday", [date(2026, 5, 18), "2026-05-18"])
def test_a_week_ends_on_its_sunday(monday) -> None:
    assert sunday(monday) == date(2026, 5, 24)


def test_a_form_that_is_not_ours_gets_a_page_of_ours(catalogue) -> None:
    answer = Client(enforce_csrf_checks=True).post("/withdraw/", {"key": "0" * 32})
    assert answer.status_code == 403
    assert "The form was not accepted" in answer.content.decode()


def test_a_search_without_a_hit_says_how_it_searches(visitor) -> None:
    assert "Whole words are searched" in visitor.get("/reports/?q=the").content.decode()
    assert "Whole words are searched" not in visitor.get("/reports/").content.decode()
