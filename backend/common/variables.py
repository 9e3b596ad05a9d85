"""Variables of the environment, each read with what it may be.

Raises ImproperlyConfigured, which names the variable and says what would do.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from backend.common import postgres

env = environ.Env()
SWITCH = {"true": True, "on": True, "yes": True, "1": True,
          "false": False, "off": False, "no": False, "0": False, "": False}  # fmt: skip


def whole_number(name: str, default: int, *, low: int, high: int) -> int:
    """A number in a range, both ends included."""
    text: str = env.str(name, default=str(default))
    try:
        value = int(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is {text!r}; it must be a whole number") from error
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{name} is {value}; it must lie between {low} and {high}")
    return value


def choice(name: str, default: str, allowed: set[str]) -> str:
    """One of these words."""
    value: str = env.str(name, default=default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of {sorted(allowed)}")
    return value


def switch(name: str) -> bool:
    """Whether something is on; off without a word."""
    text: str = env.str(name, default="false").lower()
    if text not in SWITCH:
        raise ImproperlyConfigured(f"{name} is {text!r}; it must be true or false")
    return SWITCH[text]


def public_url(default: str) -> str:
    """Scheme and host alone: every address is put together from it."""
    address: str = env.str("PUBLIC_URL", default=default).rstrip("/")
    if re.fullmatch(r"https?://[\w.-]+(:\d+)?|https?://\[[\da-fA-F:.]+\](:\d+)?", address) is None:
        raise ImproperlyConfigured(
            f"PUBLIC_URL is {address!r}; it must be http:// or https:// and a host, without a path"
        )
    return address


def contact(default: str) -> str:
    """Where people write to; a bare e-mail address would be a link to nowhere."""
    address: str = env.str("SECURITY_CONTACT", default="") or default
    if address != default and re.match(r"mailto:[^\s@]+@[^\s@]+$|https://\S+$", address) is None:
        raise ImproperlyConfigured(
            f"SECURITY_CONTACT is {address!r}; it must begin with mailto: or https://"
        )
    return address


def _kept(name: str, make: Callable[[], str]) -> str:
    """A secret that is made at the first start and kept beside the data, readable by the owner only."""
    data = postgres.data_directory()
    path = data / name
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        fresh = data / f"{name}.{os.getpid()}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(fresh)  # whoever comes first wins; all read the same key
        fresh.unlink()
    return path.read_text().strip()


def secret_key() -> str:
    """The key of DJANGO_SECRET_KEY, or one made at the first start and kept beside the data."""
    given: str = env.str("DJANGO_SECRET_KEY", default="")
    return given or _kept("secret_key", lambda: secrets.token_urlsafe(50))


def random_bytes(name: str) -> str:
    """32 random bytes as base64: given by this name, or made at the first start and kept."""
    given: str = env.str(name, default="")
    key = given or _kept(name.lower(), lambda: b64encode(secrets.token_bytes(32)).decode())
    try:
        is_right = len(b64decode(key, validate=True)) == 32
    except ValueError:
        is_right = False
    if not is_right:
        raise ImproperlyConfigured(f"{name} must be 32 bytes as base64")
    return key


def dataset_storage() -> dict[str, Any]:
    """Where dataset files lie: the local disk, or the bucket of s3://bucket/prefix?endpoint_url=..."""
    address: str = env.str("DATASET_STORAGE_URL", default="")
    if not address:
        return {"BACKEND": "backend.exports.storage.LocalDatasets"}
    parts = urlsplit(address)
    if parts.scheme != "s3" or not parts.netloc:
        raise ImproperlyConfigured(
            "DATASET_STORAGE_URL must be s3://bucket/prefix?endpoint_url=..."
        )
    allowed = {"endpoint_url", "region_name", "addressing_style"}
    more = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not set(more) <= allowed:
        raise ImproperlyConfigured(
            f"DATASET_STORAGE_URL may set {sorted(allowed)}, not {sorted(more)}"
        )
    options = {"bucket_name": parts.netloc, "location": parts.path.strip("/"),
               "file_overwrite": False, "default_acl": None}  # fmt: skip
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options | more}
