from django.apps import AppConfig


class CommonConfig(AppConfig):
    """What all apps share: errors, the base API view, cursors, throttling, the database."""

    name = "backend.common"
