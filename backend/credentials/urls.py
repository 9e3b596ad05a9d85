from django.urls import path

from backend.credentials import api

urlpatterns = [
    path("api/v1/credentials/", api.CredentialsApi.as_view(), name="api-credentials"),
    path("api/v1/credentials/keys/", api.KeysApi.as_view(), name="api-credential-keys"),
    path(
        "api/v1/credentials/challenge/",
        api.ChallengeApi.as_view(),
        name="api-credential-challenge",
    ),
    path("api/v1/credentials/start/", api.StartApi.as_view(), name="api-credential-start"),
]
