"""How many ratings there are is told once five people gave them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from backend.measurements.selectors import rating_totals_public
from backend.measurements.services import rating_submit
from tests.payloads import make_rating_payload

pytestmark = pytest.mark.django_db


def send(person: int, days_ago: int = 0) -> None:
    day = timezone.now().date() - timedelta(days=days_ago)
    rating_submit(payload=make_rating_payload(rated_on=str(day), contributor_tag=f"{person:016x}"))


def test_ratings_of_one_person_are_not_told(catalogue, clock) -> None:
    assert rating_totals_public()["rating"] == 0
    for days_ago in range(5):
        send(1, days_ago)
    assert rating_totals_public() == {"rating": None, "import": 0, "simulated": 0}


@pytest.mark.parametrize(("people", "told"), [(4, None), (5, 5)])
def test_ratings_are_told_from_five_people_on(
    catalogue, clock, people: int, told: int | None
) -> None:
    for person in range(people):
        send(person)
    assert rating_totals_public()["rating"] == told
