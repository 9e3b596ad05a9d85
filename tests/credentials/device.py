"""A device of the tests: it blinds, finishes and keeps, as extension/src/credentials.ts does."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import altcha
from cryptography.hazmat.primitives import serialization
from django.http import HttpResponse
from django.test import Client

from backend.credentials import keyring
from backend.credentials.api import KeySerializer
from backend.credentials.models import SigningKey
from backend.credentials.periods import first_day
from backend.reports.models import Receipt
from tests.payloads import make_payload, make_rating_payload, numbers

HASH_BYTES = SALT_BYTES = 48
KEYS = "/api/v1/credentials/keys/"
FIRST, SECOND = 371, 372
"""The epoch that begins on the tests' first day, and the next."""


def base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def pss_encoded(message: bytes, n_bits: int) -> bytes:
    """EMSA-PSS of RFC 8017, 9.1.1, with SHA-384 and a salt of 48 bytes."""
    size = -(-n_bits // 8)
    salt = secrets.token_bytes(SALT_BYTES)
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = bytes(size - SALT_BYTES - HASH_BYTES - 2) + b"\x01" + salt
    mask = b"".join(
        hashlib.sha384(digest + counter.to_bytes(4)).digest()
        for counter in range(-(-len(block) // HASH_BYTES))
    )
    masked = bytearray(a ^ b for a, b in zip(block, mask, strict=False))
    masked[0] &= 0xFF >> (8 * size - n_bits)
    return bytes(masked) + digest + b"\xbc"


@dataclass
class Question:
    """A blinded message, and what it takes to finish the signature."""

    key: dict[str, Any]
    nonce: str
    blinded: str
    inverse: int
    n: int

    def finish(self, blind_signature: str) -> str:
        signed = int.from_bytes(bytes_of(blind_signature)) * self.inverse % self.n
        return base64(signed.to_bytes(256))

    def shown(self, blind_signature: str) -> dict[str, str]:
        """The credential as it is shown once."""
        signature = self.finish(blind_signature)
        return {"key_id": self.key["id"], "nonce": self.nonce, "signature": signature}

    @property
    def asked(self) -> dict[str, str]:
        return {"key_id": self.key["id"], "blinded": self.blinded}


def ask(key: dict[str, Any], *, tag: str = "") -> Question:
    """A question to a key: for a contributor's tag, or for a fresh nonce."""
    public = serialization.load_der_public_key(bytes_of(key["public_key"])).public_numbers()  # type: ignore[union-attr]
    nonce = secrets.token_hex(32)
    what = f"{key['site']}|{key['epoch']}|{tag}" if key["purpose"] == "contributor" else nonce
    message = f"plumbline-credential-v1|{key['purpose']}|{what}".encode()
    number = int.from_bytes(pss_encoded(message, public.n.bit_length() - 1))
    mask = secrets.randbelow(public.n - 2) + 2
    blinded = number * pow(mask, public.e, public.n) % public.n
    return Question(key, nonce, base64(blinded.to_bytes(256)), pow(mask, -1, public.n), public.n)


@dataclass
class Device:
    """One install at its network."""

    network: str = "203.0.113.7"
    client: Client = field(default_factory=Client)
    signatures: dict[tuple[str, int], str] = field(default_factory=dict)

    def keys(self, purpose: str, *, epoch: int | None = None) -> list[dict[str, Any]]:
        listed = self.client.get(KEYS).json()["keys"]
        return [
            key
            for key in listed
            if key["purpose"] == purpose and (epoch is None or key["epoch"] == epoch)
        ]

    def post(self, path: str, body: Any, **headers: str) -> HttpResponse:
        return self.client.post(
            f"/api/v1/{path}", body, content_type="application/json",
            REMOTE_ADDR=self.network, headers=headers,
        )  # fmt: skip

    def start_request(self, key: dict[str, Any] | None = None) -> tuple[Question, dict[str, Any]]:
        challenge = self.client.get("/api/v1/credentials/challenge/").json()
        solution = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
        question = ask(key or self.keys("start")[0])
        return question, {"challenge": challenge, "solution": solution.to_dict()} | question.asked

    def start(self) -> dict[str, str]:
        """A start credential of this week."""
        question, body = self.start_request()
        answer = self.post("credentials/start/", body)
        assert answer.status_code == 200, answer.content
        return question.shown(answer.json()["blind_signature"])

    def rate(self, **overrides: Any) -> dict[str, str]:
        """A stamp for one answered question."""
        question = ask(self.keys("rated")[0])
        answer = self.post(
            "ratings/", make_rating_payload(**overrides),
            **{"Plumbline-Stamp": f"{question.key['id']}.{question.blinded}"},
        )  # fmt: skip
        assert answer.status_code == 201, answer.content
        return question.shown(answer.json()["blind_signature"])

    def request(
        self, spent: list[dict[str, str]], *, epoch: int
    ) -> tuple[list[Question], dict[str, Any]]:
        """What it asks for an epoch: a renewal, and its tag of each site."""
        (renewal,) = self.keys("renewal", epoch=epoch)
        questions = [ask(renewal)]
        for key in self.keys("contributor", epoch=epoch):
            questions.append(ask(key, tag=self.tag(key["site"], epoch)))
        return questions, {"spent": spent, "blinded": [question.asked for question in questions]}

    def establish(self, spent: list[dict[str, str]], *, epoch: int) -> dict[str, str]:
        """The renewal of that epoch; its tags are signed from then on."""
        questions, body = self.request(spent, epoch=epoch)
        answer = self.post("credentials/", body)
        assert answer.status_code == 200, answer.content
        first, *others = answer.json()["blind_signatures"]
        for question, signature in zip(questions[1:], others, strict=True):
            self.signatures[question.key["site"], epoch] = question.finish(signature)
        return questions[0].shown(first)

    def tag(self, site: str, epoch: int) -> str:
        return hashlib.sha256(f"{id(self)}|{site}|{epoch}".encode()).hexdigest()[:16]


def renewal_request(*, epoch: int) -> dict[str, Any]:
    """What a device asks for an epoch that was established in the one before."""
    day = first_day(epoch - 1)
    keyring.keys_make(day)
    key = SigningKey.objects.get(purpose="renewal", epoch=epoch - 1)
    question = ask(KeySerializer(key).data)
    signature = base64(keyring.blind_sign(key, bytes_of(question.blinded)))
    return Device().request([question.shown(signature)], epoch=epoch)[1]


def is_counted(device: Device, *, signature: str | None = None, **overrides: Any) -> bool:
    """Whether a report that the device sends counts."""
    headers = {"Plumbline-Credential": signature} if signature else {}
    payload = make_payload(**overrides)
    assert device.post("reports/", payload, **headers).status_code == 201
    return Receipt.objects.get(pk=payload["id"]).is_counted


def refusal(answer: Any) -> tuple[int, str]:
    """Status and code of an answer that says no."""
    return answer.status_code, answer.json()["error"]["code"]


def stranger_tag() -> str:
    """A tag that nobody has signed."""
    return f"{next(numbers):016x}"
