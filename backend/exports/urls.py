"""Addresses of the datasets."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from backend.exports import api, views


class VersionConverter(StringConverter):
    """A dataset's version: a day and a number."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}\.[0-9]{1,4}"


class FileNameConverter(StringConverter):
    """A plain file name, without any path."""

    regex = r"(?:SIMULATED-)?[A-Za-z]{1,40}(?:\.[a-z]{1,10}){1,2}"


register_converter(VersionConverter, "version")
register_converter(FileNameConverter, "filename")

urlpatterns = [
    path("api/v1/datasets/", api.DatasetListApi.as_view(), name="datasets-api"),
    path("api/v1/datasets/<version:version>/", api.DatasetDetailApi.as_view(), name="dataset-api"),
    path("data/<version:version>/<filename:name>", views.dataset_file, name="dataset-file"),
]
