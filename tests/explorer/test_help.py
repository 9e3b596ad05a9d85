"""Pages say what happened and what to do next."""

from __future__ import annotations

import pytest
from django.test import Client

from backend.explorer.templatetags.explorer import days_of

pytestmark = pytest.mark.django_db


def test_a_window_holds_its_first_and_its_last_day() -> None:
    assert days_of({"window_start": "2026-10-29", "window_end": "2026-11-01"}) == 4


def test_a_form_that_is_not_ours_gets_a_page_of_ours(catalogue) -> None:
    answer = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"})
    assert answer.status_code == 403
    assert "The form was not accepted" in answer.content.decode()


def test_a_search_without_a_hit_says_how_it_searches(visitor) -> None:
    assert "Whole words are searched" in visitor.get("/reports/?q=the").content.decode()
    assert "Whole words are searched" not in visitor.get("/reports/").content.decode()
