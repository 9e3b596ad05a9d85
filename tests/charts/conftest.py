"""Drawing without drawing: images that say what they would show, in no time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.explorer.conftest import World
from tests.explorer.conftest import world as quiet_world  # noqa: F401 - the same small public world
from tests.factories import make_ratings, publish_charts


@pytest.fixture
def world(quiet_world: World) -> World:  # noqa: F811 - pytest finds it by its name
    """That world, and two closed weeks of ratings of the finding's cell and of its subject elsewhere."""
    for monday, bad in (("2026-08-31", 5), ("2026-09-07", 8)):
        make_ratings(monday, bad=bad, fine=20 - bad)
        make_ratings(monday, bad=5, fine=45, site_id="claude", model_id="claude-3-opus")
    return quiet_world


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


@pytest.fixture
def charts(world, publish):
    """The current charts by kind."""
    from backend.charts.models import Chart

    publish()
    return {chart.kind: chart for chart in Chart.objects.filter(is_current=True)}
