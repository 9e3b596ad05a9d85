"""Addresses of the files of charts and of what programs ask for: the same in every language."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from backend.charts import api, views


class ChartIdConverter(StringConverter):
    """The beginning of a digest in base32, lower case."""

    regex = "[a-z2-7]{12,52}"


class TypedChartIdConverter(StringConverter):
    """The same as somebody may type it who reads it off an image: base32 knows no case."""

    regex = "[A-Za-z2-7]{12,52}"


class ChartImageConverter(StringConverter):
    """An image of a chart, or the specification that it was drawn from."""

    regex = r"(?:light|dark)(?:-narrow)?\.(?:svg|png)|social\.png|spec\.json"


class ChartDataConverter(StringConverter):
    """What a chart shows, as a file."""

    regex = r"data\.json|data\.csv|chart\.json"


register_converter(ChartIdConverter, "chartid")
register_converter(TypedChartIdConverter, "typedchartid")
register_converter(ChartImageConverter, "chartimage")
register_converter(ChartDataConverter, "chartdata")

urlpatterns = [
    path("c/<chartid:chart_id>/<chartimage:name>", views.chart_image, name="chart-image"),
    path("c/<chartid:chart_id>/<chartdata:name>", views.chart_data, name="chart-data"),
    path("oembed/", api.OEmbedApi.as_view(), name="oembed"),
    path("api/v1/charts/", api.ChartListApi.as_view(), name="charts-api"),
    path("api/v1/charts/<chartid:chart_id>/", api.ChartDetailApi.as_view(), name="chart-api"),
]
