"""Addresses of what programs ask for: the same in every language."""

from django.urls import path

from backend.explorer.views import programs

urlpatterns = [
    path(".well-known/security.txt", programs.security_txt, name="security-txt"),
    path("favicon.ico", programs.favicon, name="favicon"),
    path("robots.txt", programs.robots_txt, name="robots-txt"),
]
