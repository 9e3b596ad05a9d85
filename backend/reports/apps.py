from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Getting a report in, safely."""

    name = "backend.reports"
