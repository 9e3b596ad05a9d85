"""Static files under names that change with their content, so that browsers never ask twice."""

from __future__ import annotations

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # untyped library
    """Packed, with a hash in the name; where nothing has been collected yet, the plain name."""

    manifest_strict = False

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        """The name with its hash."""
        try:
            return str(super().hashed_name(name, content, filename))
        except ValueError:  # no such file: before `collectstatic`, and in tests
            return name

    def create_compressor(self, **kwargs: Any) -> Compressor:
        """gzip alone: brotli's best takes a minute for the API's documentation, at every start."""
        return Compressor(**kwargs | {"use_brotli": False})
