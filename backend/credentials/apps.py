from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "backend.credentials"

    def ready(self) -> None:
        from backend.credentials import checks  # noqa: F401 - registers the check
