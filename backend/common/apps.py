from django.apps import AppConfig


class CommonConfig(AppConfig):
    """What all apps share: errors, the base API view, cursors, throttling, the database."""

    name = "backend.common"

    def ready(self) -> None:
        from backend.common import checks  # noqa: F401 - registers the check
