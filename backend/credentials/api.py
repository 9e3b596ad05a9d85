"""The API of credentials: the keys, the challenge, and the three ways to a blind signature."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.throttles import installs_count, submissions_count
from backend.credentials import selectors, services
from backend.credentials.challenge import challenge_make
from backend.credentials.models import SigningKey
from backend.credentials.services import ESTABLISHED_AFTER_DAYS, RATINGS_NEEDED, Blinded, Shown
from backend.credentials.vouching import BASE64_CHARS, bytes_of, text_of

WANTED_MAX = 100
"""More than sites of the catalogue: one signature of each, and a renewal."""
_ERRORS = dict.fromkeys((400, 409, 413, 415, 429), ErrorSerializer)


def _hex(help_text: str) -> serializers.RegexField:
    return serializers.RegexField(r"^[0-9a-f]{64}\Z", help_text=help_text)


def _signed_bytes(help_text: str) -> serializers.RegexField:
    pattern = rf"^[A-Za-z0-9_-]{{{BASE64_CHARS}}}\Z"
    return serializers.RegexField(pattern, help_text=f"256 bytes as base64url: {help_text}")


class KeySerializer(serializers.Serializer):
    """One key that signs today."""

    id = serializers.CharField(help_text="SHA-256 of the public key, in hexadecimal.")
    purpose = serializers.ChoiceField(choices=SigningKey.Purpose.values)
    site = serializers.CharField(
        source="site_id", allow_null=True, help_text="Of a contributor's key."
    )
    epoch = serializers.IntegerField(allow_null=True, help_text="null for the start of a week.")
    begins_on = serializers.DateField()
    ends_on = serializers.DateField()
    public_key = serializers.SerializerMethodField(
        help_text="RSA, 2048 bit: SubjectPublicKeyInfo as DER, in base64url."
    )

    def get_public_key(self, key: SigningKey) -> str:
        return text_of(bytes(key.public_key))


class KeysSerializer(serializers.Serializer):
    """The keys that sign today, the same for everybody."""

    keys = KeySerializer(many=True)
    established_after_days = serializers.IntegerField()
    ratings_needed = serializers.IntegerField()


class ChallengeSerializer(serializers.Serializer):
    """A challenge of ALTCHA, version 2."""

    parameters = serializers.DictField()
    signature = serializers.CharField()


class StartRequestSerializer(serializers.Serializer):
    """What a new install sends."""

    challenge = serializers.DictField(help_text="As it was received.")
    solution = serializers.DictField(help_text="Its `counter` and `derivedKey`.")
    key_id = _hex("Of this week's start key.")
    blinded = _signed_bytes("the blinded message.")


class StartSerializer(serializers.Serializer):
    """One blind signature."""

    blind_signature = serializers.CharField()


class ShownSerializer(serializers.Serializer):
    """A credential that is shown once."""

    key_id = _hex("Of the key that signed it.")
    nonce = _hex("32 random bytes of the device, in hexadecimal.")
    signature = _signed_bytes("the finished signature.")


class BlindedSerializer(serializers.Serializer):
    """A message to be signed unseen."""

    key_id = _hex("Of the key that shall sign it.")
    blinded = _signed_bytes("the blinded message.")


class CredentialsRequestSerializer(serializers.Serializer):
    """What an established install shows, and what it wants signed."""

    spent = serializers.ListField(
        child=ShownSerializer(), min_length=1, max_length=RATINGS_NEEDED + 1
    )
    blinded = serializers.ListField(child=BlindedSerializer(), min_length=1, max_length=WANTED_MAX)


class CredentialsSerializer(serializers.Serializer):
    """The blind signatures, in the order of what was asked for."""

    blind_signatures = serializers.ListField(child=serializers.CharField())


@method_decorator(conditional_page, name="dispatch")
class KeysApi(PlumblineApi):
    """The public keys."""

    @extend_schema(
        operation_id="credentials_keys",
        summary="The keys that sign credentials today",
        description=(
            "How a contributor shows that it is one install, known for a while, and not which (ADR 30). "
            "Everybody gets the same keys; a server that gave each device its own could tell them apart."
        ),
        responses=KeysSerializer,
    )
    def get(self, request: Request) -> Response:
        """The keys of today; none before a worker has run for the first time."""
        answer = {
            "keys": selectors.keys_public(),
            "established_after_days": ESTABLISHED_AFTER_DAYS,
            "ratings_needed": RATINGS_NEEDED,
        }
        return Response(KeysSerializer(answer).data)


class ChallengeApi(PlumblineApi):
    """Work that a new install does first."""

    cache_control = {"no_store": True}

    @extend_schema(
        operation_id="credentials_challenge",
        summary="A challenge for a new install",
        responses=ChallengeSerializer,
    )
    def get(self, request: Request) -> Response:
        """A challenge of ALTCHA, to be answered within an hour."""
        return Response(challenge_make())


class StartApi(PlumblineApi):
    """A new install becomes known."""

    http_method_names = ["post"]

    @extend_schema(
        operation_id="credentials_start",
        summary="Let a new install become known",
        description="The same request again gives the same signature.",
        request=StartRequestSerializer,
        responses={200: StartSerializer, **_ERRORS},
    )
    def post(self, request: Request) -> Response:
        """The blind signature of this week, for the answer to a challenge."""
        submissions_count(request._request, n_reports=1, n_chars=0)
        asked = _checked(StartRequestSerializer, request)
        signature = services.start_issue(
            challenge=asked["challenge"],
            solution=asked["solution"],
            wanted=Blinded(asked["key_id"], bytes_of(asked["blinded"])),
            count_install=partial(installs_count, request._request),
        )
        return Response({"blind_signature": text_of(signature)})


class CredentialsApi(PlumblineApi):
    """An install becomes established, or stays so."""

    http_method_names = ["post"]

    @extend_schema(
        operation_id="credentials_issue",
        summary="Have the tags of an epoch signed",
        description=(
            f"Shown are one start and {RATINGS_NEEDED} ratings, or one renewal. Wanted are one renewal and a "
            "tag for each site, of one epoch. The very same request again gives the very same answer."
        ),
        request=CredentialsRequestSerializer,
        responses={200: CredentialsSerializer, **_ERRORS},
    )
    def post(self, request: Request) -> Response:
        """The blind signatures, in order."""
        submissions_count(request._request, n_reports=1, n_chars=0)
        asked = _checked(CredentialsRequestSerializer, request)
        signatures = services.credentials_issue(
            shown=[
                Shown(one["key_id"], one["nonce"], bytes_of(one["signature"]))
                for one in asked["spent"]
            ],
            wanted=[Blinded(one["key_id"], bytes_of(one["blinded"])) for one in asked["blinded"]],
        )
        return Response({"blind_signatures": [text_of(one) for one in signatures]})


def _checked(shape: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """The request's body in this shape; a ValidationError names what is wrong where."""
    serializer = shape(data=request.data)
    serializer.is_valid(raise_exception=True)
    checked: dict[str, Any] = serializer.validated_data
    return checked
