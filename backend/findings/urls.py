"""Addresses of the findings."""

from django.urls import path

from backend.common import converters  # noqa: F401 - registers `rowid`
from backend.findings import (
    api,
    cells_api,
    clusters_api,
    compare_api,
    events_api,
    incidents_api,
    reports_api,
    runs_api,
    signals_api,
)

urlpatterns = [
    path("api/v1/findings/", api.FindingListApi.as_view(), name="findings-api"),
    path("api/v1/findings/<rowid:finding_id>/", api.FindingDetailApi.as_view(), name="finding-api"),
    path(
        "api/v1/findings/<rowid:finding_id>/map/",
        api.FindingMapApi.as_view(),
        name="finding-map-api",
    ),
    path(
        "api/v1/findings/<rowid:finding_id>/windows/",
        signals_api.FindingWindowsApi.as_view(),
        name="finding-windows-api",
    ),
    path(
        "api/v1/findings/<rowid:finding_id>/reports/",
        reports_api.FindingReportsApi.as_view(),
        name="finding-reports-api",
    ),
    path("api/v1/events/", events_api.EventListApi.as_view(), name="events-api"),
    path("api/v1/runs/", runs_api.RunListApi.as_view(), name="runs-api"),
    path("api/v1/runs/<rowid:run_id>/", runs_api.RunDetailApi.as_view(), name="run-api"),
    path("api/v1/signals/", signals_api.SignalListApi.as_view(), name="signals-api"),
    path("api/v1/clusters/", clusters_api.ClusterListApi.as_view(), name="clusters-api"),
    path(
        "api/v1/clusters/<rowid:track_id>/",
        clusters_api.ClusterDetailApi.as_view(),
        name="cluster-api",
    ),
    path(
        "api/v1/clusters/<rowid:track_id>/reports/",
        reports_api.ClusterReportsApi.as_view(),
        name="cluster-reports-api",
    ),
    path(
        "api/v1/reports/<uuid:report_id>/counted/",
        reports_api.ReportCountedApi.as_view(),
        name="report-counted-api",
    ),
    path("api/v1/incidents/", incidents_api.IncidentListApi.as_view(), name="incidents-api"),
    path("api/v1/cells/", cells_api.CellListApi.as_view(), name="cells-api"),
    path("api/v1/comparisons/", cells_api.ComparisonListApi.as_view(), name="comparisons-api"),
    path("api/v1/compare/", compare_api.CompareApi.as_view(), name="compare-api"),
]
