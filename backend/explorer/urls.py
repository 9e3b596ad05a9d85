"""Addresses of what programs ask for: the same in every language."""

from django.urls import path, re_path

from backend.explorer import api, feeds
from backend.explorer.domains_api import DomainDetailApi, DomainListApi
from backend.explorer.overview_api import OverviewApi
from backend.explorer.places_api import PlaceApi
from backend.explorer.status_api import StatusApi
from backend.explorer.views import findings as finding_views
from backend.explorer.views import programs
from backend.explorer.views.reference import ReferencePage

urlpatterns = [
    re_path(
        r"^api/v1/places/(?P<place>(?:model|vendor|site))/(?P<slug>[-a-zA-Z0-9_]{1,60})/$",
        PlaceApi.as_view(),
        name="place-api",
    ),
    path("api/v1/domains/", DomainListApi.as_view(), name="domains-api"),
    re_path(
        r"^api/v1/domains/(?P<domain>[-a-zA-Z0-9_]{1,60})/$",
        DomainDetailApi.as_view(),
        name="domain-api",
    ),
    path("api/v1/overview/", OverviewApi.as_view(), name="overview-api"),
    path("api/v1/status/", StatusApi.as_view(), name="status-api"),
    path("api/v1/docs/", ReferencePage.as_view(), name="docs"),
    path("api/v1/method/", api.MethodApi.as_view(), name="method-api"),
    path("api/v1/plan/", api.PlanApi.as_view(), name="plan-api"),
    re_path(r"^feeds/findings\.(?P<form>atom|json)$", feeds.findings, name="feed"),
    re_path(
        r"^feeds/(?P<about>vendor|model|domain)/(?P<slug>[-\w]{1,60})\.(?P<form>atom|json)$",
        feeds.findings,
        name="feed-about",
    ),
    re_path(
        r"^findings/(?P<finding_id>[0-9]{1,18})-(?P<slug>[-\w]+)/cite\.(?P<ending>bib|json)$",
        finding_views.citation,
        name="finding-citation",
    ),
    path(".well-known/security.txt", programs.security_txt, name="security-txt"),
    path("favicon.ico", programs.favicon, name="favicon"),
    path("robots.txt", programs.robots_txt, name="robots-txt"),
]
