"""Addresses of what programs ask for: the same in every language."""

from django.urls import path

from backend.explorer.status_api import StatusApi
from backend.explorer.views import programs

urlpatterns = [
    path("api/v1/status/", StatusApi.as_view(), name="status-api"),
    path(".well-known/security.txt", programs.security_txt, name="security-txt"),
    path("favicon.ico", programs.favicon, name="favicon"),
    path("robots.txt", programs.robots_txt, name="robots-txt"),
]
