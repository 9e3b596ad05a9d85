"""From stored rows to images: the one place that loads what it takes to draw."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from backend.charts import services
from backend.charts.drawing import images, specification
from backend.charts.frame import Face
from backend.charts.kinds import Draft
from backend.charts.models import Chart


def charts_publish() -> int:
    """Bring the stored charts in line with what is public now; how many were drawn."""
    return services.charts_publish(specify=specify, draw=draw)


def specify(draft: Draft) -> dict[str, Any]:
    """The specification that an id is made from: without the data, and without id and run."""
    face = Face(draft.title, draft.query, draft.is_simulated)
    return specification(draft.kind, draft.rows, face)


def draw(chart: Chart) -> dict[str, bytes]:
    """Every image of a chart."""
    return images(chart.kind, chart.data, face_of(chart))


def face_of(chart: Chart) -> Face:
    """The words around a stored chart."""
    host = urlsplit(settings.PUBLIC_URL).netloc
    return Face(
        chart.title, chart.query, chart.is_simulated,
        address=f"{host}/c/{chart.pk}", version=version_of(chart),
    )  # fmt: skip


def version_of(chart: Chart) -> str:
    """Which data it shows, in short."""
    if chart.run is None:
        return f"data of {chart.as_of}, no run yet"
    return f"data of {chart.as_of}, run {chart.run}, method {chart.method_version}"
