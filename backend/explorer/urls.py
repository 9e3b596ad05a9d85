"""Addresses of the public pages."""

from django.urls import path

from backend.explorer import chart_views, views

urlpatterns = [
    path("", views.overview, name="overview"),
    path("findings/", views.findings, name="findings"),
    path("findings/<rowid:finding_id>/", views.finding, name="finding"),
    path("findings/<rowid:finding_id>/map/", views.finding_map, name="finding-map"),
    path("comparisons/", views.comparisons, name="comparisons"),
    path("reports/", views.reports, name="reports"),
    path("reports/<uuid:report_id>/", views.report, name="report"),
    path("domains/", views.domains, name="domains"),
    path("domains/<slug:slug>/", views.domain, name="domain"),
    path("clusters/<rowid:track_id>/", views.cluster, name="cluster"),
    path("method/", views.method, name="method"),
    path("plan/", views.plan, name="plan"),
    path("data/", views.data, name="data"),
    path("privacy/", views.privacy, name="privacy"),
    path("charts/reports-<slug:look>.svg", chart_views.chart_reports, name="chart-reports"),
    path(
        "charts/domain-<slug:slug>.<slug:look>.svg", chart_views.chart_domain, name="chart-domain"
    ),
    path(
        "charts/finding-<rowid:finding_id>-<slug:look>.svg",
        chart_views.chart_finding,
        name="chart-finding",
    ),
    path("charts/map-<rowid:finding_id>-<slug:look>.svg", chart_views.chart_map, name="chart-map"),
    path(".well-known/security.txt", views.security_txt, name="security-txt"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("robots.txt", views.robots_txt, name="robots-txt"),
]
