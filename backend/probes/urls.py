"""Addresses of the probes."""

from django.urls import path

from backend.probes import api

urlpatterns = [
    path("api/v1/probes/", api.ProbeSeriesListApi.as_view(), name="probes-api"),
]
