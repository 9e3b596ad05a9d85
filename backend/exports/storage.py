"""Where the files of datasets lie: in any of Django's storages, each under the SHA-256 of its bytes.

What is stored under a hash never changes, so versions share the files that are the same in both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

ALIAS = "datasets"
FOLDER = "objects"
MODE = 0o644


class LocalDatasets(FileSystemStorage):
    """The folder `datasets` beside the other data of this installation."""

    @property
    def base_location(self) -> str:
        return str(settings.DATASET_DIR)

    @property
    def location(self) -> str:
        return str(Path(self.base_location).absolute())


def object_name(sha256: str) -> str:
    """Where the bytes of this hash lie."""
    return f"{FOLDER}/{sha256[:2]}/{sha256}"


def object_put(path: Path, sha256: str) -> None:
    """Move a complete file into the storage. Nothing is written where its bytes are stored already."""
    storage, name = _storage(), object_name(sha256)
    if storage.exists(name):
        path.unlink()
    elif isinstance(storage, LocalDatasets):
        target = Path(storage.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        path.chmod(MODE)
        path.replace(target)  # in one step: what has a name is whole
    else:
        with path.open("rb") as file:
            storage.save(name, File(file))
        path.unlink()


def object_open(sha256: str) -> Any:
    """The file of this hash, to read from any place in it; FileNotFoundError if it is gone."""
    return _storage().open(object_name(sha256), "rb")


def object_exists(sha256: str) -> bool:
    """Whether the file of this hash is there."""
    return _storage().exists(object_name(sha256))


def objects_delete(hashes: Iterable[str]) -> None:
    """Delete these files; those that are gone already are no matter."""
    for sha256 in hashes:
        _storage().delete(object_name(sha256))


def objects_listed() -> Iterator[str]:
    """The hashes of all files that are stored."""
    storage = _storage()
    try:
        folders = storage.listdir(FOLDER)[0]
    except FileNotFoundError:
        return
    for folder in sorted(folders):
        yield from sorted(storage.listdir(f"{FOLDER}/{folder}")[1])


def _storage() -> Storage:
    return storages[ALIAS]
