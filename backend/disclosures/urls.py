"""Addresses of the register of disclosures."""

from django.urls import path

from backend.common import converters  # noqa: F401 - registers `rowid`
from backend.disclosures import api

urlpatterns = [
    path("api/v1/disclosures/", api.DisclosureListApi.as_view(), name="disclosures-api"),
    path(
        "api/v1/disclosures/<rowid:disclosure_id>/",
        api.DisclosureDetailApi.as_view(),
        name="disclosure-api",
    ),
]
