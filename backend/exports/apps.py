from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "backend.exports"
