"""Pages of charts, for people: in every language."""

from django.urls import path

from backend.charts import (
    urls,  # noqa: F401 - registers the converter of ids
    views,
)

urlpatterns = [
    path("c/<chartid:chart_id>/", views.chart, name="chart"),
    path("c/<chartid:chart_id>/embed/", views.embed, name="chart-embed"),
    path("c/<typedchartid:chart_id>/", views.chart_typed, name="chart-typed"),
]
