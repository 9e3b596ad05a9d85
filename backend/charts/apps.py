from django.apps import AppConfig


class ChartsConfig(AppConfig):
    name = "backend.charts"
