"""Health, and the API's own description."""

from django.urls import path

from backend.common import health, root_api, schema

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/", root_api.RootApi.as_view(), name="root-api"),
    path("api/v1/schema/", schema.SchemaApi.as_view(), name="schema"),
]
