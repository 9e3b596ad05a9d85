from django.apps import AppConfig


class ProbesConfig(AppConfig):
    name = "backend.probes"
