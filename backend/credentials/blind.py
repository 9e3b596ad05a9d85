"""Blind signatures of RFC 9474 (RSABSSA-SHA384-PSS-Deterministic): signed unseen, checked later.

Who asks for a signature blinds the message, so that the signer sees a random number; what is finished
from its answer is an ordinary RSA-PSS signature, which nobody can match with the moment of signing. The
blinding is the device's part (extension/src/blind.ts); here are the key, the signature and the check.
"""

from __future__ import annotations

import secrets
from typing import cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

KEY_BITS = 2048
KEY_BYTES = KEY_BITS // 8
"""Length of a blinded message and of a signature."""
_PADDING = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)


def make_key() -> tuple[bytes, bytes]:
    """A new private key (PKCS #8) and its public key (SubjectPublicKeyInfo), both as DER."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return (
        private.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
    )


def sign(private_key: bytes, blinded: bytes) -> bytes:
    """The blind signature of a blinded message, KEY_BYTES long. The same message gives the same one.

    ValueError unless the message is a number between 0 and the key's modulus. The number is multiplied by
    a random one before the private operation, so that how long it takes tells nothing of the key, and the
    result is checked before it leaves: a single wrong one would give the key away (RFC 9474, 7.1).
    """
    private = serialization.load_der_private_key(
        private_key, password=None, unsafe_skip_rsa_key_validation=True
    )
    key = cast(rsa.RSAPrivateKey, private).private_numbers()
    n, e = key.public_numbers.n, key.public_numbers.e
    number = int.from_bytes(blinded)
    if len(blinded) != KEY_BYTES or not 0 < number < n:
        raise ValueError("not a blinded message of this key")
    mask = secrets.randbelow(n - 2) + 2
    hidden = number * pow(mask, e, n) % n
    by_p, by_q = pow(hidden % key.p, key.dmp1, key.p), pow(hidden % key.q, key.dmq1, key.q)
    signed = by_q + key.q * (key.iqmp * (by_p - by_q) % key.p)
    signed = signed * pow(mask, -1, n) % n
    if pow(signed, e, n) != number:
        raise ArithmeticError("a signature came out wrong and was kept back")
    return signed.to_bytes(KEY_BYTES)


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this is the key's signature of the message."""
    public = cast(rsa.RSAPublicKey, serialization.load_der_public_key(public_key))
    try:
        public.verify(signature, message, _PADDING, hashes.SHA384())
    except InvalidSignature:
        return False
    return True
