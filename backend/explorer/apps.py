from django.apps import AppConfig


class ExplorerConfig(AppConfig):
    name = "backend.explorer"
