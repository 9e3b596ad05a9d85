"""Addresses of pictures, and of what programs ask for: the same in every language."""

from django.urls import path, re_path

from backend.explorer.views import findings, pictures, programs

urlpatterns = [
    path("charts/reports-<slug:look>.svg", pictures.chart_reports, name="chart-reports"),
    path("charts/domain-<slug:slug>.<slug:look>.svg", pictures.chart_domain, name="chart-domain"),
    path(
        "charts/finding-<rowid:finding_id>-<slug:look>.svg",
        pictures.chart_finding,
        name="chart-finding",
    ),
    path("charts/map-<rowid:finding_id>-<slug:look>.svg", pictures.chart_map, name="chart-map"),
    re_path(
        r"^findings/(?P<finding_id>[0-9]{1,18})-(?P<slug>[-\w]+)/cite\.(?P<ending>bib|json)$",
        findings.citation,
        name="finding-citation",
    ),
    path(".well-known/security.txt", programs.security_txt, name="security-txt"),
    path("favicon.ico", programs.favicon, name="favicon"),
    path("robots.txt", programs.robots_txt, name="robots-txt"),
]
