"""What goes to the browsers' stores: the same bytes from the same sources, small, and clean."""

from __future__ import annotations

import os
import re
import subprocess
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ZIP_BYTES_MAX = 900_000
CONTENT_SCRIPT_BYTES_MAX = 60_000


def pack(extension: Path, out: Path) -> dict[str, Path]:
    """The zips by name: chrome, firefox and, from a repository, sources."""
    subprocess.run(
        ["npm", "run", "zip", "--silent"], cwd=extension, check=True, capture_output=True,
        env=os.environ | {"EXTENSION_OUT": str(out)},
    )  # fmt: skip
    return {path.stem.split("-")[-1]: path for path in sorted(out.glob("*.zip"))}


@pytest.fixture(scope="module")
def zips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return pack(ROOT / "extension", tmp_path_factory.mktemp("first"))


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def test_whoever_builds_from_the_sources_gets_the_same_bytes(zips, tmp_path) -> None:
    assert sorted(zips) == ["chrome", "firefox", "sources"]
    with zipfile.ZipFile(zips["sources"]) as sources:
        sources.extractall(tmp_path / "sources")
    unpacked = tmp_path / "sources" / "extension"
    (unpacked / "node_modules").symlink_to(ROOT / "extension" / "node_modules")
    again = pack(unpacked, tmp_path / "again")
    assert sorted(again) == ["chrome", "firefox"]
    for browser, path in again.items():
        assert digest(path) == digest(zips[browser]), browser


def test_both_are_small(zips) -> None:
    for browser in ("chrome", "firefox"):
        assert zips[browser].stat().st_size < ZIP_BYTES_MAX
        with zipfile.ZipFile(zips[browser]) as built:
            assert built.getinfo("content-scripts/content.js").file_size < CONTENT_SCRIPT_BYTES_MAX


def test_no_code_comes_from_elsewhere(zips) -> None:
    foreign = re.compile(
        r"""\beval\(|new Function\(|import\(["'`]https?:|src=["']?https?:|importScripts\("""
    )
    for browser in ("chrome", "firefox"):
        with zipfile.ZipFile(zips[browser]) as built:
            names = [name for name in built.namelist() if name.endswith((".js", ".html"))]
            assert len(names) > 5
            for name in names:
                assert not foreign.search(built.read(name).decode()), (browser, name)


def test_mozillas_check_finds_nothing(zips) -> None:
    linter = ROOT / "extension" / "node_modules" / ".bin" / "addons-linter"
    checked = subprocess.run(
        [linter, "--warnings-as-errors", zips["firefox"]],
        check=False,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout
    assert re.search(r"warnings\s+0", checked.stdout)


def test_the_sources_hold_no_path_of_a_machine_and_no_registry(zips) -> None:
    with zipfile.ZipFile(zips["sources"]) as sources:
        names = sources.namelist()
        assert {
            "extension/package-lock.json",
            "backend/catalogue/catalogue.yaml",
            "LICENSE",
        } <= set(names)
        assert not [name for name in names if "node_modules" in name or ".output" in name]
