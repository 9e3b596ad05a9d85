"""Signing unseen. The vector is by @cloudflare/blindrsa-ts 0.4.4, tested itself on those of RFC 9474."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from backend.credentials import blind

VECTOR = json.loads((Path(__file__).parent / "blind_vector.json").read_text())
MESSAGE = VECTOR["message"].encode()
PRIVATE, BLINDED, BLIND_SIGNATURE, SIGNATURE = (
    bytes.fromhex(VECTOR[name])
    for name in ("private_key", "blinded", "blind_signature", "signature")
)
PUBLIC = (
    serialization.load_der_private_key(PRIVATE, password=None)
    .public_key()
    .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
)


def test_signs_as_the_reference_does_and_again_the_same() -> None:
    assert blind.sign(PRIVATE, BLINDED) == BLIND_SIGNATURE
    assert blind.sign(PRIVATE, BLINDED) == BLIND_SIGNATURE


def test_what_is_finished_of_it_is_a_signature_of_the_message_and_of_no_other() -> None:
    assert blind.verify(PUBLIC, MESSAGE, SIGNATURE)
    assert not blind.verify(PUBLIC, MESSAGE + b"0", SIGNATURE)
    assert not blind.verify(PUBLIC, MESSAGE, SIGNATURE[:-1] + bytes([SIGNATURE[-1] ^ 1]))
    assert not blind.verify(PUBLIC, MESSAGE, BLIND_SIGNATURE)
    assert not blind.verify(blind.make_key()[1], MESSAGE, SIGNATURE)


@pytest.mark.parametrize(
    "blinded", [b"", bytes(256), b"\xff" * 256, BLINDED[1:], BLINDED + b"\x00"]
)
def test_what_is_no_blinded_message_is_refused(blinded: bytes) -> None:
    with pytest.raises(ValueError, match="not a blinded message"):
        blind.sign(PRIVATE, blinded)


def test_a_signature_that_comes_out_wrong_is_kept_back() -> None:
    """One faulty half of it gives the key away to whoever has the other (Boneh, DeMillo, Lipton 1997)."""
    key = serialization.load_der_private_key(PRIVATE, password=None).private_numbers()
    faulty = rsa.RSAPrivateNumbers(
        key.p, key.q, key.d, key.dmp1 ^ 2, key.dmq1, key.iqmp, key.public_numbers
    ).private_key(unsafe_skip_rsa_key_validation=True)
    der = faulty.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with pytest.raises(ArithmeticError):
        blind.sign(der, BLINDED)


def test_a_fresh_key_signs() -> None:
    private, public = blind.make_key()
    message = int.from_bytes(b"\x01" * 255).to_bytes(256)
    number = int.from_bytes(blind.sign(private, message))
    key = serialization.load_der_public_key(public).public_numbers()
    assert pow(number, key.e, key.n).to_bytes(256) == message
