"""Addresses of what programs ask for: the same in every language."""

from django.urls import path, re_path

<<<<<<< HEAD
from backend.explorer.status_api import StatusApi
from backend.explorer.views import programs

urlpatterns = [
    path("api/v1/status/", StatusApi.as_view(), name="status-api"),
=======
from backend.explorer import api, feeds
from backend.explorer.views import pictures, programs

urlpatterns = [
    path("charts/reports-<slug:look>.svg", pictures.chart_reports, name="chart-reports"),
    path("charts/domain-<slug:slug>.<slug:look>.svg", pictures.chart_domain, name="chart-domain"),
    path(
        "charts/finding-<rowid:finding_id>-<slug:look>.svg",
        pictures.chart_finding,
        name="chart-finding",
    ),
    path("charts/map-<rowid:finding_id>-<slug:look>.svg", pictures.chart_map, name="chart-map"),
    path("api/v1/method/", api.MethodApi.as_view(), name="method-api"),
    path("api/v1/plan/", api.PlanApi.as_view(), name="plan-api"),
    re_path(r"^feeds/findings\.(?P<form>atom|json)$", feeds.findings, name="feed"),
    re_path(
        r"^feeds/(?P<about>vendor|model|domain)/(?P<slug>[-\w]{1,60})\.(?P<form>atom|json)$",
        feeds.findings,
        name="feed-about",
    ),
>>>>>>> wt-api
    path(".well-known/security.txt", programs.security_txt, name="security-txt"),
    path("favicon.ico", programs.favicon, name="favicon"),
    path("robots.txt", programs.robots_txt, name="robots-txt"),
]
