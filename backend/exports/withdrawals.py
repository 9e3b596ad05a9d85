"""The signed list of what must be deleted from every copy of a dataset."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from backend.exports.selectors import withdrawals_public

WHAT = (
    "Reports that were public and have been withdrawn or taken down. Whoever has one of the versions from "
    "`first_version` to `last_version`, or any other copy, must delete these reports from it."
)


@dataclass(frozen=True)
class SignedList:
    """A list as it is served, byte for byte, and the Ed25519 signature over these bytes."""

    content: bytes
    signature: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def withdrawals_signed() -> SignedList:
    """The list of now. The same withdrawals give the same bytes."""
    rows = [
        {
            "report_id": str(row["report_id"]),
            "withdrawn_on": row["withdrawn_on"].isoformat(),
            "first_version": row["first_version"],
            "last_version": row["last_version"],
        }
        for row in withdrawals_public()
    ]
    said = {
        "what": WHAT, "issuer": settings.PUBLIC_URL, "signing_key": key_id(),
        "withdrawals": rows, "end": {"complete": True, "n": len(rows)},
    }  # fmt: skip
    content = (json.dumps(said, indent=1) + "\n").encode()
    return SignedList(content, _key().sign(content))


def public_key_pem() -> bytes:
    """The key that verifies the signature, as PEM."""
    return _key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def key_id() -> str:
    """A short name of the signing key: the first 16 hex digits of the SHA-256 of its raw public bytes."""
    raw = _key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(settings.DATASET_SIGNING_KEY))
