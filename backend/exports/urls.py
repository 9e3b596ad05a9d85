"""Addresses of the datasets."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from backend.exports import api, views


class VersionConverter(StringConverter):
    """A dataset's version: a day and a number."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}\.[0-9]{1,4}"


class FileNameConverter(StringConverter):
    """A plain file name, without any path."""

    regex = r"(?:SIMULATED-)?[A-Za-z0-9]{1,40}(?:-[0-9]{4}-[0-9]{2}|-none)?(?:\.[a-z]{1,10}){1,2}"


class HashConverter(StringConverter):
    """A SHA-256 in hexadecimal."""

    regex = r"[0-9a-f]{64}"


register_converter(HashConverter, "sha256")
register_converter(VersionConverter, "version")
register_converter(FileNameConverter, "filename")

urlpatterns = [
    path("api/v1/datasets/", api.DatasetListApi.as_view(), name="datasets-api"),
    path("api/v1/datasets/<version:version>/", api.DatasetDetailApi.as_view(), name="dataset-api"),
    path("data/<version:version>/<filename:name>", views.dataset_file, name="dataset-file"),
    path("data/sha256/<sha256:sha256>", views.dataset_object, name="dataset-object"),
    path("data/withdrawals.json", views.withdrawals_list, name="withdrawals"),
    path("data/withdrawals.json.sig", views.withdrawals_signature, name="withdrawals-signature"),
    path("data/signing-key.pem", views.signing_key, name="signing-key"),
]
