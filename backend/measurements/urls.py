from django.urls import path

from backend.measurements import api

urlpatterns = [
    path("api/v1/ratings/", api.RatingsApi.as_view(), name="api-ratings"),
    path("api/v1/exposures/", api.ExposuresApi.as_view(), name="api-exposures"),
    path("api/v1/drift-reports/", api.DriftReportsApi.as_view(), name="api-drift-reports"),
]
