"""Addresses of the findings."""

from django.urls import path

from backend.common import converters  # noqa: F401 - registers `rowid`
from backend.findings import api, cells_api

urlpatterns = [
    path("api/v1/findings/", api.FindingListApi.as_view(), name="findings-api"),
    path("api/v1/findings/<rowid:finding_id>/", api.FindingDetailApi.as_view(), name="finding-api"),
    path(
        "api/v1/findings/<rowid:finding_id>/map/",
        api.FindingMapApi.as_view(),
        name="finding-map-api",
    ),
    path("api/v1/clusters/", api.ClusterListApi.as_view(), name="clusters-api"),
    path("api/v1/clusters/<rowid:track_id>/", api.ClusterDetailApi.as_view(), name="cluster-api"),
    path("api/v1/cells/", cells_api.CellListApi.as_view(), name="cells-api"),
    path("api/v1/comparisons/", cells_api.ComparisonListApi.as_view(), name="comparisons-api"),
]
