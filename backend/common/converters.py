"""Parts of addresses, registered for every table of addresses."""

from django.urls import register_converter
from django.urls.converters import IntConverter


class RowIdConverter(IntConverter):
    """A row's number, no longer than PostgreSQL's bigint can be."""

    regex = "[0-9]{1,18}"


register_converter(RowIdConverter, "rowid")
