"""Drawing without drawing: images that say what they would show, in no time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.explorer.conftest import world  # noqa: F401 - the same small public world
from tests.factories import publish_charts


@pytest.fixture
def publish(db: None) -> Callable[[], int]:
    """Bring the stored charts in line with what is public; how many were drawn."""
    return publish_charts


@pytest.fixture
def current(db: None):
    """The current chart of a kind and a subject, or None."""
    from backend.charts.models import Chart

    def find(kind: str, subject: object = "") -> Chart | None:
        return Chart.objects.filter(kind=kind, subject=str(subject), is_current=True).first()

    return find
