from django.urls import path

from backend.catalogue.api import CatalogueApi

urlpatterns = [path("api/v1/catalogue/", CatalogueApi.as_view(), name="api-catalogue")]
